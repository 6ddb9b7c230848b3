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
#define RETENTION_ASK_COUNT_BYTES 40

/* What was counted at that time, if that is the last count, something is due and nobody
 * has asked yet: "retention 2026-11-30, 12 contacts". Else "". */
bool retention_ask_count(struct pg *pg, int64_t counted_us,
                         char ret[RETENTION_ASK_COUNT_BYTES], struct err *err);
/* *ret_id 0: it is not that any more. */
bool retention_ask_add(struct pg *pg, int64_t counted_us, const char *by, int64_t *ret_id,
                       struct err *err);

struct retention_ask {
    int64_t id; /* 0: none */
    int32_t day;
    int64_t before_us;
    char by[RETENTION_ASK_BY_BYTES];
};

/* The open one, unless another keeper was at it within a minute. */
bool retention_ask_take(struct pg *pg, struct retention_ask *ret, struct err *err);
/* Still at it. */
bool retention_ask_go_on(struct pg *pg, int64_t id, struct err *err);
bool retention_ask_end(struct pg *pg, int64_t id, int64_t contacts, struct err *err);

const struct pg_stmt *retention_ask_statements(size_t *n);

#endif
