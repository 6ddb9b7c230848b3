/*
 * doctor_store.h - how the database is, for consentctl doctor.
 *
 * Rights: SELECT on everything (consent_operator).
 */
#ifndef CONSENT_STORE_DOCTOR_STORE_H
#define CONSENT_STORE_DOCTOR_STORE_H

#include "pg/pg.h"

struct doctor_server {
    int32_t version; /* 150006 */
    int64_t clock_us;
    bool logs_values; /* statements' parameters may reach the server's log */
    bool standby;
    int32_t unreadable; /* tables and views we may not read */
    int32_t roles_missing;
    char mighty[64];         /* a role of ours that could do everything; "": none */
    char mighty_program[64]; /* a program that is connected as such a one, or as the owner
                              */
    char member[64], member_of[64]; /* a program's role that has another's rights; "" */
};
bool doctor_server(struct pg *pg, struct doctor_server *ret, struct err *err);

/* What a role of ours may do to a table or view. */
struct doctor_right {
    char role[64];
    char table[64];
    char verb[16];   /* INSERT; of the schema: CREATE, and no table */
    char column[64]; /* "": the whole of it */
};
/* Of every role and every table, whoever gave it, to whom. free() the array. */
bool doctor_rights(struct pg *pg, struct doctor_right **ret, size_t *ret_n,
                   struct err *err);

/* Runs a function in PL/pgSQL, as all writing does. */
bool doctor_functions(struct pg *pg, struct err *err);

struct doctor_work {
    int64_t dirty; /* counted up to 100,000 */
    int64_t dirty_oldest_us;
    int64_t quarantined;
    int64_t quarantined_oldest_us;
    int64_t overdue; /* due for more than a minute, counted up to 100,000 */
    int64_t cascades;
    int64_t receipts;
    int32_t shards_held;
    int32_t publishers;
    int64_t now_us;
    int64_t newest_known_us;   /* of the ledger's last events; WHEN_ALWAYS: none */
    int64_t overdue_oldest_us; /* WHEN_NEVER: nothing is to fall due */
    int64_t passwords_ending;  /* of roles of ours, within 30 days */
    int64_t password_end_us;   /* the first of them; WHEN_NEVER: none has an end */
    char password_role[64];    /* whose; "": none ends within 30 days */
    bool archives;             /* write-ahead log */
    int64_t archived_us, archive_failed_us; /* WHEN_ALWAYS: never */
};
bool doctor_work(struct pg *pg, struct doctor_work *ret, struct err *err);

struct doctor_position {
    char topic[250];
    int32_t partition;
    int64_t next_offset;
    char held[32];  /* why ingest holds it; "": it does not */
    int64_t missed; /* records of it that were missed, and nobody has acknowledged */
};
/* free() the array. */
bool doctor_positions(struct pg *pg, struct doctor_position **ret, size_t *ret_n,
                      struct err *err);

struct doctor_room {
    int64_t bytes;        /* of the database                                      */
    int64_t events;       /* in the ledger, about                                 */
    int64_t lately;       /* records that came in the last lately_s seconds       */
    int64_t lately_s;     /* since yesterday's beginning                          */
    char directory[1024]; /* PostgreSQL's; "": we may not know                    */
    bool local;           /* the server runs on this machine, or seems to         */
    bool sees_backups;    /* false: we may not look (GRANT pg_monitor)            */
    int64_t backup_us;    /* end of the newest base backup; WHEN_ALWAYS: none yet */
};
bool doctor_room(struct pg *pg, struct doctor_room *ret, struct err *err);

extern const struct pg_stmt *const doctor_statements[];
extern const size_t doctor_statements_n;

#endif
