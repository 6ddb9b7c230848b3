/*
 * scan.h - every known contact once, by key, at one moment, on several connections.
 *
 * The first connection takes a snapshot of the database, the others join it: all of them
 * see the same rows until their transactions end, and write nothing.
 *
 * Rights: SELECT on contact, fact.
 */
#ifndef CONSENT_STORE_SCAN_H
#define CONSENT_STORE_SCAN_H

#include "core/fact.h"
#include "pg/pg.h"

#define SCAN_SNAPSHOT_BYTES 64
#define SCAN_PARTS          16 /* as many as a key's first digit has values */

/* Begins a transaction that sees one moment; end it with pg_rollback. */
bool scan_begin(struct pg *pg, char ret_snapshot[SCAN_SNAPSHOT_BYTES], struct err *err);
bool scan_join(struct pg *pg, const char *snapshot, struct err *err);

/* Contacts of one part (0 to SCAN_PARTS - 1) of all. */
struct scan {
    int32_t agreement;       /* only contacts with a fact under it; 0: all */
    struct contact_key last; /* seen */
    struct contact_key end;
    size_t n, cap;
    struct contact_key *keys;
    uint8_t *kinds;
};

/* A zeroed scan may be started, and again when its part is done. */
void scan_start(struct scan *s, int part, int32_t agreement);
void scan_done(struct scan *s);

/* The next contacts of the part, at most limit, by key; n 0: it is done. */
bool scan_next(struct pg *pg, struct scan *s, int32_t limit, struct err *err);

/* How many there are, for whoever shows progress. */
bool scan_count(struct pg *pg, int64_t *ret, struct err *err);

extern const struct pg_stmt *const scan_statements[];
extern const size_t scan_statements_n;

#endif
