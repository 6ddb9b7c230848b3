/* help.h - the command tree as text, from the tables the commands run by. */
#ifndef CONSENT_CTL_HELP_H
#define CONSENT_CTL_HELP_H

#include "ctl.h"

/* One command, or the whole program when command is NULL; to standard output. */
void help_print(const struct command *command);

#endif
