/*
 * older.h - is the database older than the topics? Then nothing may be published by it.
 *
 * A database that was restored to an earlier time gives out versions that its topics have
 * seen already: readers would keep what was said before, also of somebody who opts out
 * now. So whenever a connection to it was made, the ends of the topics are compared with
 * it, before the first word. One publisher that finds the database older stops all of
 * them, and the lists of consent-lookup, until "consentctl restored" was run.
 */
#ifndef CONSENT_PUBLISH_OLDER_H
#define CONSENT_PUBLISH_OLDER_H

#include "lists.h"

#include "store/lists/epoch_store.h"

struct older {
    bool compared;   /* since the connection was made */
    int64_t next_us; /* when the hold is looked at again; monotonic */
    int64_t epoch;   /* the database's */
};

/* Fine: true. ERR_CONFIG, OLDER_CODE: it is older, or somebody has found that it is. Else
 * the database's errors, or Kafka's. */
#define OLDER_CODE "DATABASE_OLDER"
bool older_keep(struct older *o, struct pg *pg, const struct lists *lists,
                const struct settings *settings, const char *owner, struct err *err);

/* It gave out versions that it had given out before: everybody stops. Always false. */
bool older_found(struct older *o, struct pg *pg, const char *owner, const char *why,
                 bool people, struct err *err);

#endif
