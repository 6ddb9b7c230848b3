/*
 * webhook_store.h - the webhooks of the register, what each target has been told, and how
 * that goes.
 *
 * Rights of consent_webhook: SELECT on register_entry, register_number, webhook; INSERT
 * and UPDATE on webhook. For one process at a time: webhook_lead.
 */
#ifndef CONSENT_STORE_WEBHOOK_STORE_H
#define CONSENT_STORE_WEBHOOK_STORE_H

#include "core/register/register.h"
#include "pg/pg.h"

#define WEBHOOK_URL_BYTES     520
#define WEBHOOK_SUBJECT_BYTES (REGISTER_ID_BYTES + 8)
#define WEBHOOK_PLACE_BYTES   8192
#define WEBHOOK_TROUBLE_BYTES 160

struct webhook {
    char id[REGISTER_ID_BYTES];
    char url[WEBHOOK_URL_BYTES];
    char subject[WEBHOOK_SUBJECT_BYTES]; /* "source:acme-hosting", "list:promotional" */
    bool of_source;
    int32_t number;                  /* of the source, or the list */
    char place[WEBHOOK_PLACE_BYTES]; /* the target has everything up to here */
    int64_t told, told_us;
    int32_t attempts;                    /* that failed since failing_us */
    int64_t failing_us;                  /* WHEN_NEVER: it does not */
    int64_t next_us;                     /* no attempt before */
    int64_t parked_us;                   /* WHEN_NEVER: it is not */
    char trouble[WEBHOOK_TROUBLE_BYTES]; /* of the last attempt that failed */
};

/* *ret: this connection alone works on webhooks, until it ends. */
bool webhook_lead(struct pg *pg, bool *ret, struct err *err);

/* Those in force now; a new one, and one whose subject has changed, begins at the
 * beginning. Heap, free() it. */
bool webhooks_load(struct pg *pg, int64_t now_us, struct webhook **ret, size_t *ret_n,
                   struct err *err);

/* The target has taken what lies between from and to. False without an err that counts:
 * *ret_same false, somebody has moved it meanwhile. */
bool webhook_told(struct pg *pg, const char *id, const char *from, const char *to,
                  bool *ret_same, struct err *err);

/* An attempt has failed. park: it was the last. */
bool webhook_failed(struct pg *pg, const char *id, const char *trouble, int64_t next_us,
                    bool park, struct err *err);

/* A person says: go on. beginning: tell everything again. *ret: there is such a one. */
bool webhook_resume(struct pg *pg, const char *id, bool beginning, bool *ret,
                    struct err *err);

/* All of the register in force with how they do; a process is at work if *ret_alive.
 * Heap, free() it. Rights of consent_operator: SELECT on v_webhook, program_seen. */
bool webhooks_look(struct pg *pg, struct webhook **ret, size_t *ret_n, bool *ret_alive,
                   struct err *err);

extern const struct pg_stmt *const webhook_statements[];
extern const size_t webhook_statements_n;

#endif
