/*
 * intake_store.h - where ingest stands, for people: set a position, and see what was
 * missed.
 *
 * Rights of consent_operator: SELECT, INSERT, UPDATE on ingest_position; SELECT, INSERT
 * and UPDATE of the acknowledgement on intake_gap; INSERT on intake_reset.
 */
#ifndef CONSENT_STORE_INTAKE_STORE_H
#define CONSENT_STORE_INTAKE_STORE_H

#include "pg/pg.h"

#define INTAKE_NOBODY ((int64_t)-1)

/* Reading goes on at next, whatever log it is: whoever reads the partition finds out
 * within seconds. Records from..to (none when to <= from) are skipped knowingly, which is
 * kept as an acknowledged gap. *ret_was: the position before; INTAKE_NOBODY: none. */
struct intake_reset {
    const char *topic;
    int32_t partition;
    int64_t next;
    int64_t from, to;
    const char *reason;
};
bool intake_reset(struct pg *pg, const struct intake_reset *reset, int64_t *ret_was,
                  struct err *err);

struct intake_gap {
    int64_t gap;
    const char *topic;
    int32_t partition;
    int64_t from, to;
    int64_t seen_us;
    int64_t acknowledged_us; /* 0: nobody has */
    const char *by, *note;   /* "": nobody has */
};
struct intake_gaps {
    size_t n;
    struct intake_gap *rows; /* the oldest first; texts are borrowed from result */
    struct pg_result *result;
};
/* all: also those that are acknowledged. */
bool intake_gaps_load(struct pg *pg, bool all, struct intake_gaps *ret, struct err *err);
void intake_gaps_done(struct intake_gaps *gaps);

/* *ret false: there is no such gap that waits. */
bool intake_gap_acknowledge(struct pg *pg, int64_t gap, const char *note, bool *ret,
                            struct err *err);

extern const struct pg_stmt *const intake_statements[];
extern const size_t intake_statements_n;

#endif
