/* unknown.h - a name that the register does not have: what may have been meant. */
#ifndef CONSENT_CTL_UNKNOWN_H
#define CONSENT_CTL_UNKNOWN_H

#include "store/register/register_store.h"

#include "base/err.h"

enum unknown {
    UNKNOWN_SOURCE,
    UNKNOWN_LIST,
    UNKNOWN_RECIPIENT,
    UNKNOWN_CONTROLLER,
    UNKNOWN_PURPOSE,
};

/* ERR_CONFIG with the nearest name, or with those that there are. Returns false. */
bool unknown_name(const struct register_snapshot *s, enum unknown kind, const char *name,
                  struct err *err);

#endif
