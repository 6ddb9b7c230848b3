/*
 * list_store.h - what each list last said of each contact, and the log of all it said.
 *
 * Both are written by one statement. Whether an entry is there already was seen when it
 * was loaded, under the lock of its shard, so new entries are inserted and others updated
 * without asking again.
 *
 * Rights of consent_publish: SELECT, INSERT, UPDATE on list_entry; INSERT on list_change;
 * USAGE on list_version.
 */
#ifndef CONSENT_STORE_LIST_STORE_H
#define CONSENT_STORE_LIST_STORE_H

#include "core/lists/list.h"
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

    /* Of a row to be written: */
    enum list_status prior; /* what stood there, LIST_ABSENT: nothing */
    int64_t former;         /* the version of that, 0: nothing        */
    bool put_back;          /* the table has its token alone (251)    */
    int64_t heard_us;       /* append of the event behind it, 0: none */
};

struct list_set {
    size_t n, cap;
    struct list_row *rows; /* by contact, then list */
    struct pg_result *result;
};

/* A zeroed set to begin with; loading again reuses it. */
bool list_load(struct pg *pg, const struct contact_key *keys, size_t n,
               struct list_set *ret, struct err *err);
/* In halves, for a pipe (pg.h). */
bool list_ask(struct pg *pg, const struct contact_key *keys, size_t n, struct err *err);
bool list_answer(struct pg *pg, const struct contact_key *keys, size_t n,
                 struct list_set *ret, struct err *err);
void list_set_done(struct list_set *set);

/* Room for writing, kept from batch to batch. */
struct list_writer {
    struct pg_params fresh, again;
    int32_t n_fresh, n_again;
    uint32_t type; /* of a row, in this database; 0: not yet known */
};

void list_writer_init(struct list_writer *w);
void list_writer_done(struct list_writer *w);

/* Asks for what it needs to know of a new connection. */
bool list_writer_ready(struct list_writer *w, struct pg *pg, struct err *err);

/* Into a pipe (pg.h), so that the caller can work meanwhile: rows (sorted by key, none
 * twice) to be written; list_write_end waits for them. Rows whose version would not rise
 * are a fatal error: somebody has turned the sequence back. */
bool list_write(struct list_writer *w, struct pg *pg, const struct list_row *rows,
                size_t n, struct err *err);
bool list_write_end(struct list_writer *w, struct pg *pg, struct err *err);

/* The first of LIST_VERSION_BLOCK versions that nobody else has or will have. */
bool list_version_take(struct pg *pg, int64_t *ret, struct err *err);

const struct pg_stmt *list_statements(size_t *ret_n);

#endif
