/*
 * second_store.h - two people for what cannot be undone, where the register asks for it:
 * one asks, another does the same within seven days (schemas/sql/173_second_person.sql).
 *
 * Call second_person just before the deed: an approval is spent by going on. Outside the
 * deed's transaction two people begin again when it fails; inside it, commit when the
 * answer is no, for that it was asked for is to stay.
 */
#ifndef CONSENT_STORE_SECOND_STORE_H
#define CONSENT_STORE_SECOND_STORE_H

#include "pg/pg.h"

#define SECOND_ERASE    "erase"
#define SECOND_DISCARD  "discard"
#define SECOND_REGISTER "register"

/* For people who are told to wait. */
#define SECOND_WORDS                                                                     \
    "asked for, and not done: the register has two people for this, so another person "  \
    "has to do the same within seven days"

/* What it is done to, in the way that second_ask keeps it: "request 131072". */
#define SECOND_REQUEST       "request"
#define SECOND_QUARANTINE    "quarantine"
#define SECOND_DIFFERENCE    "difference" /* of the register; its digest follows */
#define SECOND_SUBJECT_BYTES 40
void second_subject(char ret[SECOND_SUBJECT_BYTES], const char *what, int64_t id);

/* subject: what it is done to, without a name or an address. *ret_go false: it is asked
 * for, and not to be done now. */
bool second_person(struct pg *pg, const char *act, const char *subject, const char *who,
                   bool *ret_go, struct err *err);

/* What waits for a second person. Texts are borrowed from the result. */
struct second_ask {
    const char *act, *subject, *by;
    int64_t asked_us;
};
struct second_set {
    size_t n;
    struct second_ask *asks;
    struct pg_result *result;
};
bool second_load(struct pg *pg, struct second_set *ret, struct err *err);
void second_done(struct second_set *set);

extern const struct pg_stmt *const second_statements[];
extern const size_t second_statements_n;

#endif
