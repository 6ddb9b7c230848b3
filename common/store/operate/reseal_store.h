/*
 * reseal_store.h - what is sealed, to be sealed again: after a change of the key, and of
 * events from before they were sealed.
 *
 * In steps of some rows, each a transaction that also keeps how far it is, so that a walk
 * that was cut short goes on where it stood, and writers wait for none.
 *
 * Rights: the owner's.
 */
#ifndef CONSENT_STORE_RESEAL_STORE_H
#define CONSENT_STORE_RESEAL_STORE_H

#include "pg/pg.h"

enum reseal_what { RESEAL_LEDGER, RESEAL_QUARANTINE };

struct reseal_row {
    int64_t id;
    int32_t source, partition;
    int64_t offset;
    int32_t flags; /* of the ledger */
    bool ready;    /* nothing to do: it is under the key, forgotten, or has no bytes */
    const void *raw, *headers; /* NULL: none */
    size_t raw_len, headers_len;
    const uint8_t *salt; /* NULL: it is plain */
};

struct reseal_step {
    size_t n;
    struct reseal_row *rows; /* by id; borrowed from the result */
    struct pg_result *result;
};

/* Where the walk for this version of the key stands; *ret_total: rows, about. */
bool reseal_begin(struct pg *pg, enum reseal_what what, uint8_t version, int64_t *ret,
                  int64_t *ret_total, struct err *err);

/* The next rows after that number. */
bool reseal_next(struct pg *pg, enum reseal_what what, uint8_t version, int64_t after,
                 int32_t limit, struct reseal_step *ret, struct err *err);
void reseal_done(struct reseal_step *step);

/* One row as it is to be. salt and commitment NULL: they stay. */
struct resealed {
    int64_t id;
    const void *raw, *headers;
    size_t raw_len, headers_len;
    const uint8_t *salt, *commitment; /* of what was plain */
    const char *said;                 /* JSON; NULL: nothing */
};

/* In a transaction of its own: these rows, and that everything up to after is done. */
bool reseal_put(struct pg *pg, enum reseal_what what, uint8_t version, int64_t after,
                const struct resealed *rows, size_t n, struct err *err);

/* The wrapped keys of contacts, 16 bytes and 62 in a row for each. */
bool reseal_contacts(struct pg *pg, const uint8_t (*keys)[16],
                     const uint8_t (*wrapped)[62], size_t n, struct err *err);

/* How many of the newest rows are under which version; 0: plain. Of at most so many. */
struct reseal_count {
    const char *what; /* borrowed from the result */
    int32_t version;
    int64_t n;
};
bool reseal_counts(struct pg *pg, int64_t most, struct reseal_count *ret, size_t cap,
                   size_t *ret_n, struct pg_result **ret_result, struct err *err);

extern const struct pg_stmt *const reseal_statements[];
extern const size_t reseal_statements_n;

#endif
