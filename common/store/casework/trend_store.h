/*
 * trend_store.h - figures over time, for pictures: what sources sent, how long opt-outs
 * took to be acknowledged, and whose answer time itself will change.
 *
 * Nothing here names a person. Rights of consent_lookup: SELECT on source_count,
 * list_ack, due, v_campaign.
 */
#ifndef CONSENT_STORE_TREND_STORE_H
#define CONSENT_STORE_TREND_STORE_H

#include "core/vocab.h"
#include "pg/pg.h"

enum trend_kind {
    TREND_CONSENTS,
    TREND_OPT_OUTS,
    TREND_COMPLAINTS,
    TREND_BOUNCES,
    TREND_LATE,
    TREND_KINDS
};

struct trend_day { /* of a source, known on that day in UTC */
    int32_t source, day;
    int64_t of[TREND_KINDS];
};

struct trend_ack { /* of a list: opt-outs proven to have arrived that day */
    int32_t list, day;
    int64_t opt_outs;
    int64_t slowest_us; /* from its append to the acknowledgement */
};

struct trend_campaign { /* texts are borrowed */
    int32_t source;
    const char *list, *message; /* as its sender calls them; "": it does not say */
    int64_t opt_outs;
};

struct trend_set {
    size_t n_days, n_acks, n_campaigns;
    struct trend_day *days;           /* by source, day */
    struct trend_ack *acks;           /* by list, day */
    struct trend_campaign *campaigns; /* the most first */
    int64_t ending[3]; /* contacts whose answer changes within 30, 60, 90 days */
    struct pg_result *result[4];
};

/* From since_day (since 1970) on. */
bool trends_load(struct pg *pg, int32_t since_day, struct trend_set *ret,
                 struct err *err);
void trends_done(struct trend_set *set);

extern const struct pg_stmt *const trend_statements[];
extern const size_t trend_statements_n;

#endif
