/*
 * list_copy.h - all entries of a list, at one moment, streamed.
 *
 * Rights: SELECT on list_entry.
 */
#ifndef CONSENT_STORE_LIST_COPY_H
#define CONSENT_STORE_LIST_COPY_H

#include "core/fact.h"
#include "core/lists/cursor.h"
#include "core/decision/decide.h"
#include "pg/pg.h"

struct list_copied {
    int shard;
    struct contact_key
        key; /* the contact's; or the token's, where it is folded by token */
    enum list_status status;
    enum reason reason;
    int64_t version;
    int64_t entry; /* the ledger id that decides, 0: none */
    int64_t effective_us;
    int64_t known_us;
    const char *token; /* borrowed until the next */
    size_t token_len;
};

/* Begins a transaction that sees one moment, and the copy of the list in it, in no order
 * that means anything. list_copy_end ends both, also after an error; when the copy has
 * not come to its end, the connection is of no more use (pg_broken). */
bool list_copy_begin(struct pg *pg, int32_t list, struct err *err);
bool list_copy_next(struct pg *pg, struct list_copied *ret, bool *ret_more,
                    struct err *err);
void list_copy_end(struct pg *pg);

/* A number that every transaction which has written by now is below, and that grows: the
 * fence is one of our own. (The end of pg_current_snapshot() would not do: what began
 * last and has not ended is beyond it.) Needs the primary. */
bool list_copy_fence(struct pg *pg, int64_t *ret, struct err *err);

/* All transactions below it have ended. */
bool list_copy_ended(struct pg *pg, int64_t *ret, struct err *err);

extern const struct pg_stmt *const list_copy_statements[];
extern const size_t list_copy_statements_n;

#endif
