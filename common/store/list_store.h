/*
 * list_store.h - what each list last said of each contact.
 *
 * Rights of consent_publish: SELECT, INSERT, UPDATE on list_entry; USAGE on list_version.
 */
#ifndef CONSENT_STORE_LIST_STORE_H
#define CONSENT_STORE_LIST_STORE_H

#include "core/list.h"
#include "pg/pg.h"

#define LIST_VERSION_BLOCK 65536

struct list_row {
    size_t contact; /* index of its key in the array given */
    struct contact_key key;
    int32_t list; /* register number */
    enum list_status status;
    enum rule rule;
    enum reason reason;
    int64_t version;
    int64_t entry; /* the ledger id that decides, 0: none */
    int64_t effective_us;
    int64_t known_us;
    const char *token; /* loaded: borrowed from the set */
};

struct list_set {
    size_t n, cap;
    struct list_row *rows; /* by contact, then list */
    struct pg_result *result;
};

/* A zeroed set to begin with; loading again reuses it. */
bool list_load(struct pg *pg, const struct contact_key *keys, size_t n,
               struct list_set *ret, struct err *err);
void list_set_done(struct list_set *set);

/* Sends rows (sorted by key, none twice) to be written, so that the caller can
 * work meanwhile; list_write_end waits. Rows whose version would not rise are a fatal
 * error: somebody has turned the sequence back. */
bool list_write(struct pg *pg, const struct list_row *rows, size_t n, struct err *err);
bool list_write_end(struct pg *pg, size_t n, struct err *err);

/* The first of LIST_VERSION_BLOCK versions that nobody else has or will have. */
bool list_version_take(struct pg *pg, int64_t *ret, struct err *err);

const struct pg_stmt *list_statements(size_t *ret_n);

#endif
