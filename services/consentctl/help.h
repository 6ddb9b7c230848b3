/* help.h - the command tree as text, from the tables the commands run by. */
#ifndef CONSENT_CTL_HELP_H
#define CONSENT_CTL_HELP_H

#include "ctl.h"

/* What may be given with every command. */
extern const struct ctl_option ctl_options_everywhere[];

/* "list scrub" for the command scrub below list. */
#define CTL_PATH_BYTES 64
const char *command_path(const struct command *command, char ret[CTL_PATH_BYTES]);

/* One command, or the whole program when command is NULL; to standard output. */
void help_print(const struct command *command);

/* The man page consentctl(1): every command with its options and examples. */
void help_manual(void);

/* What a command is used for, as typed after "consentctl "; *ret_n of them. */
const char *const *examples_of(const char *path, size_t *ret_n);

#endif
