/*
 * seen_store.h - a program tells every ten seconds that it is at work, so that consentctl
 * doctor can say which one is not, and since when.
 *
 * Rights: EXECUTE on program_seen_tell, which lets a program speak for itself alone; the
 * doctor SELECT on program_seen.
 */
#ifndef CONSENT_STORE_SEEN_STORE_H
#define CONSENT_STORE_SEEN_STORE_H

#include "core/fact.h"
#include "pg/pg.h"

struct seen {
    char program[16];  /* "ingest" */
    char instance[96]; /* "host:port" */
    int64_t began_us, next_us;
    const struct contact_marks *marks; /* of the contact secrets that it knows; NULL: it
                                          makes no keys. Set after seen_init; borrowed */
};

void seen_init(struct seen *s, const char *program, int64_t http_port);

/* Within a turn that has a connection, outside a transaction: tells it when that is due.
 * A failure is no trouble of its own: what comes next will meet it. */
void seen_turn(struct seen *s, struct pg *pg);

struct seen_program {
    char program[16];
    int64_t alive;               /* instances seen within a minute */
    int64_t silent;              /* those that were seen before, within a day */
    int64_t last_us;             /* when one was seen last */
    char instance[100];          /* that one, or of the silent ones the last */
    char version[40], other[40]; /* of those alive, the first and the last by name */
};
#define SEEN_PROGRAMS 5

/* Of each program one row, also of those that were never seen (last_us: WHEN_ALWAYS). */
bool seen_load(struct pg *pg, struct seen_program ret[SEEN_PROGRAMS], struct err *err);

extern const struct pg_stmt *const seen_statements[];
extern const size_t seen_statements_n;

#endif
