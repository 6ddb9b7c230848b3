/*
 * waiting_store.h - what waits for a person at a desk: quarantine by reason, feeds that
 * stand still, sources that sat on opt-outs, data that has to go.
 *
 * Nothing here names a person. Rights of consent_lookup: SELECT on quarantine,
 * ingest_position, intake_gap, fact, delete_task, register_number, source_count,
 * retention_day, retention_ask.
 */
#ifndef CONSENT_STORE_WAITING_STORE_H
#define CONSENT_STORE_WAITING_STORE_H

#include "pg/pg.h"

/* Texts are borrowed from the result. */
struct waiting_reason { /* of the quarantine */
    const char *reason;
    int64_t n, week; /* how many wait, and of these longer than seven days */
    int64_t oldest_us;
};

struct waiting_feed { /* a partition that nobody reads on, or a hole nobody looked at */
    const char *topic;
    int32_t partition;
    const char *why; /* "other_log", ...; "gap" */
};

struct waiting_late { /* a source whose opt-outs came later than it promised */
    int32_t source;
    int64_t n;
    int64_t worst_us; /* between the act and our knowing of it */
};

/* Consents and leads of a source beside its grants_per_day. */
struct waiting_budget {
    int32_t source;
    int64_t used;      /* of today, in UTC */
    int64_t held;      /* over the budget of any day, and nobody has looked at them yet */
    int64_t oldest_us; /* WHEN_NEVER: none is held */
};

/* The last time that somebody asked to erase what was due. */
struct waiting_ask {
    const char *by;            /* NULL: nobody has */
    int64_t asked_us, done_us; /* WHEN_NEVER: the keeper is at it */
    int64_t contacts;          /* of whom something has gone */
};

struct waiting_set {
    size_t n_reasons, n_feeds, n_late;
    struct waiting_reason *reasons; /* the oldest first */
    struct waiting_feed *feeds;
    struct waiting_late *late; /* the most first */
    int64_t to_erase;          /* contacts that an event asked to erase, and are there */
    int64_t due, counted_us; /* by the last retention run; counted WHEN_NEVER: none has */
    const char *due_rows;    /* a JSON array */
    struct waiting_ask asked;
    struct pg_result *result[5];
};

/* late: of opt-outs known since then. */
bool waiting_load(struct pg *pg, int64_t late_since_us, struct waiting_set *ret,
                  struct err *err);
void waiting_done(struct waiting_set *set);

/* Of every source with one of the two; the one that has waited longest first. ret: free()
 * it. */
bool waiting_budgets(struct pg *pg, struct waiting_budget **ret, size_t *ret_n,
                     struct err *err);
/* Are four fifths of the day spent? most: grants_per_day, 0: any number. */
bool waiting_budget_near(const struct waiting_budget *b, int64_t most);
/* Is it worth a person's look: that, or is something held? */
bool waiting_budget_tells(const struct waiting_budget *b, int64_t most);

extern const struct pg_stmt *const waiting_statements[];
extern const size_t waiting_statements_n;

#endif
