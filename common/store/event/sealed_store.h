/*
 * sealed_store.h - the sealed bytes of events, with the salts that open them.
 *
 * Nobody else reads these columns: the database writes down who asked for which events,
 * and why, before it hands them out (event_open, 140_sealed.sql). They are opened by
 * vault/vault.h.
 *
 * Rights: EXECUTE on event_open (consent_lookup, consent_operator).
 */
#ifndef CONSENT_STORE_SEALED_STORE_H
#define CONSENT_STORE_SEALED_STORE_H

#include "pg/pg.h"

struct sealed_bytes {
    const void *at; /* NULL: none are kept */
    size_t len;
};

/* Borrowed from the result. */
struct sealed_event {
    int64_t ledger_id, quarantine_id; /* the one it was asked by; the other is 0 */
    int32_t source, partition;
    int64_t offset;
    int32_t flags; /* of the ledger; 0: the quarantine's */
    struct sealed_bytes raw, headers;
    const uint8_t *commitment; /* NULL: it is from before events were sealed, and plain */
    const uint8_t *salt;       /* NULL: none, so it has been forgotten */
    int64_t forgotten_us;      /* WHEN_ALWAYS: nobody knows when, or it has not */
    int64_t archived; /* not 0: its bytes are in a file (archive/archive.h), of the ledger
                         under this number, or, less than 0, of the quarantine */
};

struct sealed_set {
    size_t n;
    struct sealed_event *events; /* by ledger_id, then quarantine_id */
    struct pg_result *result;
};

/* Those of these ids that there are; of a quarantined event whose bytes the ledger has,
 * these. why: what for, for the audit ("trace"). */
bool sealed_load(struct pg *pg, const int64_t *ledger_ids, size_t n_ledger,
                 const int64_t *quarantine_ids, size_t n_quarantine, const char *why,
                 struct sealed_set *ret, struct err *err);
void sealed_done(struct sealed_set *set);

extern const struct pg_stmt *const sealed_statements[];
extern const size_t sealed_statements_n;

#endif
