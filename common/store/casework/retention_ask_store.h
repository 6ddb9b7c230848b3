/*
 * retention_ask_store.h - that what is due by retention may go: asked at a desk, carried
 * out by consent-keeper (schemas/sql/250_retention_ask.sql).
 *
 * Rights of consent_lookup: SELECT and INSERT; of consent_keeper: SELECT and UPDATE of
 * what it says of its work.
 */
#ifndef CONSENT_STORE_RETENTION_ASK_STORE_H
#define CONSENT_STORE_RETENTION_ASK_STORE_H

#include "pg/pg.h"

#define RETENTION_ASK_BY_BYTES    160
#define RETENTION_ASK_COUNT_BYTES 48

/* What may be asked for by somebody who has seen the count of counted_us. */
struct retention_count {
    int64_t counted_us;
    int32_t day; /* of the count that it is asked for, since 1970 */
    char subject[RETENTION_ASK_COUNT_BYTES]; /* "retention 2026-11-30, 12 contacts" */
};

/* subject "": that was not the last count, nothing is due, or somebody has asked already.
 * Does what one person has asked for of an earlier count wait for another, and has no row
 * of any company grown since, then it is that: both have seen a number that is not less
 * than what goes. */
bool retention_ask_count(struct pg *pg, int64_t counted_us, struct retention_count *ret,
                         struct err *err);
/* *ret_id 0: it is not that any more. */
bool retention_ask_add(struct pg *pg, const struct retention_count *count, const char *by,
                       int64_t *ret_id, struct err *err);

struct retention_ask {
    int64_t id;        /* 0: none */
    int32_t day;       /* of the last count, which the next one replaces */
    int64_t before_us; /* when what was asked for had been counted */
    char by[RETENTION_ASK_BY_BYTES];
};

/* The open one, unless another keeper was at it within a minute. */
bool retention_ask_take(struct pg *pg, struct retention_ask *ret, struct err *err);
/* Still at it. */
bool retention_ask_go_on(struct pg *pg, int64_t id, struct err *err);
bool retention_ask_end(struct pg *pg, int64_t id, int64_t contacts, struct err *err);

const struct pg_stmt *retention_ask_statements(size_t *n);

#endif
