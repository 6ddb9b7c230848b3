/*
 * change_store.h - the log of what lists said, read from a cursor on.
 *
 * Rights of consent_lookup: SELECT on list_change, list_entry.
 */
#ifndef CONSENT_STORE_CHANGE_STORE_H
#define CONSENT_STORE_CHANGE_STORE_H

#include "core/lists/cursor.h"
#include "pg/pg.h"
#include "list_store.h"

/* A row of the log that is still the last word on its contact. */
struct change_row {
    enum list_status status;
    enum reason reason;
    int64_t version;
    int64_t entry;
    int64_t effective_us;
    int64_t known_us;
    const char *token; /* borrowed from the page */
};

/* Zeroed to begin with; loading again reuses it. */
struct change_page {
    size_t n, cap;
    struct change_row *rows; /* by version */
    struct cursor next;      /* after the last row that was looked at */
    bool more;               /* the limit was reached */
    struct pg_result *result;
};

/* Up to limit rows of the log after the cursor. Rows that were overtaken are looked at
 * and left out: what overtook them comes later. */
bool change_page_load(struct pg *pg, int32_t list, const struct cursor *after,
                      int32_t limit, struct change_page *ret, struct err *err);
void change_page_done(struct change_page *page);

/* *ret: every version of the cursor is one that the list used (or 0). */
bool change_cursor_known(struct pg *pg, int32_t list, const struct cursor *c, bool *ret,
                         struct err *err);

/* How far the log of each of these lists reaches, in their order; zeros where nothing was
 * said. */
struct list_end {
    int32_t list;
    struct cursor at;
};
bool change_ends(struct pg *pg, const int32_t *lists, size_t n, struct list_end *ret,
                 struct err *err);

extern const struct pg_stmt *const change_statements[];
extern const size_t change_statements_n;

#endif
