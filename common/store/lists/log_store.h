/*
 * log_store.h - where a list's topic stood, and lists that are said again because their
 * topic is another log (schemas/sql/280_list_log.sql).
 *
 * Rights of consent_publish: SELECT, INSERT, UPDATE, DELETE on list_mark; SELECT, INSERT,
 * UPDATE on list_again; SELECT on list_entry; SELECT, INSERT on dirty. Of
 * consent_operator: SELECT on list_mark and list_again.
 */
#ifndef CONSENT_STORE_LOG_STORE_H
#define CONSENT_STORE_LOG_STORE_H

#include "pg/pg.h"

#include <stddef.h>

#define LIST_MARK_BYTES 1024

/* The newest heartbeat of a partition. */
struct list_mark {
    int32_t list; /* register number */
    int32_t partition;
    int64_t offset;
    char said[LIST_MARK_BYTES]; /* its value */
};
bool list_marks_put(struct pg *pg, const struct list_mark *marks, size_t n,
                    struct err *err);
/* By list and partition; free() the array. */
bool list_marks_get(struct pg *pg, struct list_mark **ret, size_t *ret_n,
                    struct err *err);

#define AGAIN_TEXT_BYTES 200

/* The list's marks go, and everybody with an entry on it is to be said again; from the
 * start, if that was under way. */
bool list_again_begin(struct pg *pg, int32_t list, const char *why, struct err *err);

/* Marks the next `most` of those, unless as many contacts as `backlog` wait already; or
 * notes that all have been published since. */
bool list_again_step(struct pg *pg, int32_t most, int32_t backlog, struct err *err);

struct list_again {
    int32_t list;
    char why[AGAIN_TEXT_BYTES];
    int64_t since_us;
    int64_t entries; /* marked so far  */
    int64_t done_us; /* WHEN_NEVER: not yet */
};
/* Those that began after from_us, and all that are not done; free() the array. */
bool list_again_look(struct pg *pg, int64_t from_us, struct list_again **ret,
                     size_t *ret_n, struct err *err);

extern const struct pg_stmt *const log_statements[];
extern const size_t log_statements_n;

#endif
