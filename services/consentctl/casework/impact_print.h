/* impact_print.h - what would change on the lists, at the command line. */
#ifndef CONSENT_CTL_IMPACT_PRINT_H
#define CONSENT_CTL_IMPACT_PRINT_H

#include "ctl.h"

#include "change/impact.h"

/* On two connections, with progress on standard error when that is a terminal. */
void impact_ask_fill(const struct ctl *ctl, struct impact_ask *ask);

/* For people, to standard output. */
void impact_print(const struct impact *impact);

#endif
