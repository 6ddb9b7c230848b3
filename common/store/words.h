/* words.h - the words of the domain, written to table word for the views of 003, and for
 * statements. */
#ifndef CONSENT_STORE_WORDS_H
#define CONSENT_STORE_WORDS_H

#include "pg/pg.h"

/* Inside the caller's transaction. */
bool words_write(struct pg *pg, struct err *err);

extern const struct pg_stmt words_put;

/* The kinds of facts that deny, for SQL: "kind" FACT_DENIALS. */
#define FACT_DENIALS " IN (2, 3, 4, 5, 6, 7, 25) /*denials*/"

#endif
