/* erase.h - showing what goes of a contact and what stays: erase, retention run, rights.
 */
#ifndef CONSENT_CTL_ERASE_H
#define CONSENT_CTL_ERASE_H

#include "forget/forget.h"

/* A line a row: goes or stays, and why. */
void erase_plan_print(const struct forget *f);

#endif
