/* archive.h - what the commands of consentctl archive share. */
#ifndef CONSENT_CTL_ARCHIVE_H
#define CONSENT_CTL_ARCHIVE_H

#include "ctl.h"

/* --dir, else archive_dir of the settings. NULL: neither (ERR_CONFIG). */
const char *archive_dir_of(const struct ctl *ctl, struct err *err);

#endif
