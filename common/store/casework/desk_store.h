/*
 * desk_store.h - what a person at a desk is told beside the answers: how much of the
 * day's budget is spent, and what the register calls its purposes.
 *
 * Rights of consent_lookup: SELECT on token_day, register_entry.
 */
#ifndef CONSENT_STORE_DESK_STORE_H
#define CONSENT_STORE_DESK_STORE_H

#include "pg/pg.h"

/* Distinct contacts that the token has asked about today (UTC). */
bool token_asked(struct pg *pg, int32_t token, int64_t *ret, struct err *err);

struct purpose_title {
    const char *id;
    const char *title; /* "": has none */
    const char *class;
};

struct purpose_titles {
    size_t n;
    struct purpose_title *rows; /* by class and id, texts borrowed */
    struct pg_result *result;
};

/* Of the purposes in force. */
bool purpose_titles_load(struct pg *pg, struct purpose_titles *ret, struct err *err);
void purpose_titles_done(struct purpose_titles *set);

extern const struct pg_stmt *const desk_statements[];
extern const size_t desk_statements_n;

#endif
