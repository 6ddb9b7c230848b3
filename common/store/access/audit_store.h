/*
 * audit_store.h - what was looked up, written before the answer is sent.
 *
 * One statement a call does all there is to write: it spends the token's budget, adds the
 * audit rows, and brings back the names of the events in evidence. It also checks that
 * the register has not changed under the answer: then nothing is written, and the caller
 * decides again. So an answer costs two round trips: the facts, and this. Calls that wait
 * at the same time are written together: one statement, one commit, one flush of the
 * disk.
 *
 * Rights of consent_lookup: INSERT on lookup_audit; SELECT on register_version, ledger;
 * SELECT, INSERT, UPDATE on token_day; SELECT, INSERT on token_contact.
 */
#ifndef CONSENT_STORE_AUDIT_STORE_H
#define CONSENT_STORE_AUDIT_STORE_H

#include "core/access.h"
#include "core/fact.h"
#include "pg/pg.h"
#include "store/people/trace_store.h"

struct audit_row {
    struct contact_key contact;
    bool has_contact;
    int16_t controller, purpose;
    uint16_t channel; /* 0: none */
    enum lookup_outcome outcome;
    uint8_t of; /* which of the calls that are written together */
};

struct audit_of {
    int32_t token;
    int32_t budget; /* distinct contacts a day; 0: no limit */
};

/* together: NULL, or whose each of several calls is, by their rows' `of`. Then nothing is
 * written of a token whose budget does not hold for all of its calls at once: each of
 * them is to be written by itself. */
struct audit_call {
    int32_t token;
    int32_t budget; /* as above */
    const struct audit_of *together;
    enum lookup_route route;
    int64_t register_version; /* that the answer was found under; 0: any */
    const struct audit_row *rows;
    size_t n;
    const int64_t *evidence; /* ledger ids to be named */
    size_t n_evidence;
};

struct audit_done {
    int64_t register_version; /* other than the call's: nothing was written */
    struct pg_array over;     /* tokens whose budget does not hold; see audit_is_over */
    struct name_set names;    /* by ledger id; free with event_names_done */
};

/* Before the names are freed. */
bool audit_is_over(const struct audit_done *done, int32_t token);

bool audit_write(struct pg *pg, const struct audit_call *call, struct audit_done *ret,
                 struct err *err);

/* A look-up by a person at the command line. Right of consent_operator: audit_own(). */
struct audit_own {
    struct audit_row row;
    enum lookup_route route;
    const char *user, *why; /* of the operating system; what for, "" when not said */
};

bool audit_own_write(struct pg *pg, const struct audit_own *own, struct err *err);

/* What the service for Postfix was asked since it last said so: how often, and one of
 * every one_of questions whole. Rights: EXECUTE on audit_mail (consent_lookup). */
struct audit_mail {
    int64_t asked, refused;
    int32_t one_of;
    const struct audit_row *rows;
    size_t n;
};
bool audit_mail_write(struct pg *pg, const struct audit_mail *mail, struct err *err);

extern const struct pg_stmt *const audit_statements[];
extern const size_t audit_statements_n;

#endif
