/* register_file.h - a register file that the command line names. */
#ifndef CONSENT_CTL_REGISTER_FILE_H
#define CONSENT_CTL_REGISTER_FILE_H

#include "ctl.h"

#include "change/register_files.h"

bool register_file_add(const char *path, struct register_files *files, struct err *err);

#endif
