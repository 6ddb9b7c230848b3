/*
 * list_figures.h - how much stands on each list.
 *
 * Counts by going over the entries: a second or so for ten million. Ask now and then.
 *
 * Rights: SELECT on list_entry.
 */
#ifndef CONSENT_STORE_LIST_FIGURES_H
#define CONSENT_STORE_LIST_FIGURES_H

#include "pg/pg.h"

struct list_figures {
    int32_t list; /* register number */
    int64_t entries, suppressed, permitted;
    int64_t version; /* the highest of its entries */
};

/* Of every list with entries. A zeroed set to begin with; loading again reuses it. */
struct figures_set {
    size_t n, cap;
    struct list_figures *rows;
};
bool list_figures_load(struct pg *pg, struct figures_set *ret, struct err *err);
void figures_set_done(struct figures_set *set);

extern const struct pg_stmt *const figures_statements[];
extern const size_t figures_statements_n;

#endif
