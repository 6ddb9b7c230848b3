/*
 * judge.h - may this recipient be sent this stream? One connection to PostgreSQL, one
 * view of the register.
 *
 * What is looked at is what a scrub looks at (core/lists/scrub.h). On a deny list the
 * suppressed are refused and everybody else passes, also who is unknown: whom to mail is
 * the mailing system's to know, this service only keeps mail from those who said no. On a
 * permit list whoever is not permitted is refused. Without an answer from PostgreSQL
 * nothing is known, and the answer says so: Postfix defers the mail.
 */
#ifndef CONSENT_POSTFIX_JUDGE_H
#define CONSENT_POSTFIX_JUDGE_H

#include "metrics.h"
#include "notes.h"
#include "settings.h"

#include "codec/socketmap.h"
#include "keying/keying.h"
#include "pg/pg_session.h"
#include "store/people/fact_store.h"
#include "store/register/register_store.h"

struct judge {
    const struct settings *settings;
    struct keying *keying;
    struct pg_session database;
    bool away;          /* PostgreSQL, and that has been said */
    int64_t checked_us; /* the register's version, monotonic */
    struct register_snapshot *reg;
    struct pg_params params;
    struct fact_set facts;
    struct notes notes;
};

/* ERR_CONFIG: the secret. */
bool judge_open(struct judge *j, const struct settings *settings, struct err *err);
void judge_close(struct judge *j);

/* Appends the answer to a request. */
void judge_answer(struct judge *j, const struct socketmap_request *rq, struct buf *out);

/* Now and then, between answers: the audit. */
void judge_turn(struct judge *j);

/* A connection that answers, tried at most now and then: for /readyz. */
bool judge_ready(struct judge *j, struct err *err);

#endif
