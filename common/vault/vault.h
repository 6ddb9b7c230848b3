/*
 * vault.h - the one place where sealed events are opened, for people who may see them:
 * consentctl and consent-lookup.
 *
 * The database has written down who opens which events, and what for, before it hands
 * them out (store/event/sealed_store.h). An event that was forgotten is no error: it says
 * so (core/event/kept.h).
 */
#ifndef CONSENT_VAULT_VAULT_H
#define CONSENT_VAULT_VAULT_H

#include "archive/archive.h"
#include "crypto/event_seal.h"
#include "store/casework/rights_store.h"
#include "store/event/quarantine_store.h"
#include "store/event/sealed_store.h"
#include "store/people/trace_store.h"

struct vault;

/* path "": no key, so that every event is locked. version: of the key; former: the
 * setting seal_former. ERR_CONFIG as seal_open. One handle, one thread at a time. */
struct vault *vault_open(const char *path, uint8_t version, const char *former,
                         struct err *err);
void vault_close(struct vault *v); /* NULL is fine */

/* Looks for what has left the database there, too. ERR_CONFIG ARCHIVE_DIR, or NO_SECRET
 * without a key. */
bool vault_archives(struct vault *v, const char *dir, struct err *err);

/* Those of vault_archives; NULL: none were given. */
struct archive_dir *vault_archive_dir(struct vault *v);

/* Everything a set holds, once: kept, forgotten_us, raw, headers. why: "trace", ... */
bool vault_trace(struct vault *v, struct pg *pg, const char *why, struct trace_set *set,
                 struct err *err);
bool vault_quarantine(struct vault *v, struct pg *pg, const char *why,
                      struct quarantine_set *set, struct err *err);

/* One event, opened. */
struct opened {
    enum kept kept;
    int64_t forgotten_us;
    size_t raw, raw_len; /* where in the buffer; of KEPT_OPEN */
    bool has_raw;
    bool binary;                 /* raw is the event's data alone */
    size_t headers, headers_len; /* as JSON; headers_len 0: it had none */
    size_t packed, packed_len;   /* and as they were committed to */
    bool has_salt;
    uint8_t salt[EVENT_SALT_BYTES]; /* with it, anybody who has the event can check it */
};

/* Any of them: numbers in, what they are out. */
struct vault_place {
    int64_t ledger_id, quarantine_id; /* one of them; the other is 0 */
    struct opened opened;             /* in out, once all are there */
};
bool vault_places(struct vault *v, struct pg *pg, const char *why,
                  struct vault_place *places, size_t n, struct buf *out, struct err *err);

/* Appends to out. False for what is broken and for errors; locked and forgotten events
 * are answers. */
bool vault_event(struct vault *v, const struct sealed_event *e, struct buf *out,
                 struct opened *ret, struct err *err);

/* The event of the ledger of that number: *ret_there false when there is none. */
bool vault_ledger(struct vault *v, struct pg *pg, const char *why, int64_t ledger_id,
                  struct buf *out, struct opened *ret, bool *ret_there, struct err *err);

/* What the event of a rights request says; raw NULL when it is gone. Borrowed from out.
 */
bool vault_rights(struct vault *v, struct pg *pg, int64_t ledger_id, struct buf *out,
                  struct rights_said *ret, struct err *err);

#endif
