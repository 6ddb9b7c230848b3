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

#define LIST_FIGURES_MAX 256

struct list_figures {
    int32_t list; /* register number */
    int64_t entries, suppressed, permitted;
    int64_t version; /* the highest of its entries */
};

/* Those with entries, at most LIST_FIGURES_MAX. */
bool list_figures_load(struct pg *pg, struct list_figures ret[LIST_FIGURES_MAX],
                       size_t *ret_n, struct err *err);

extern const struct pg_stmt *const figures_statements[];
extern const size_t figures_statements_n;

#endif
