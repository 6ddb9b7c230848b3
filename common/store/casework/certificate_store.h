/*
 * certificate_store.h - what erasures have left: their certificates, as the ledger and
 * people know them (schemas/sql/150_forget.sql).
 *
 * Rights of consent_keeper: UPDATE on erasure.certificate, INSERT on outbox; of all who
 * read them SELECT on the tables.
 */
#ifndef CONSENT_STORE_CERTIFICATE_STORE_H
#define CONSENT_STORE_CERTIFICATE_STORE_H

#include "base/buf.h"
#include "core/fact.h"
#include "pg/pg.h"

/* Of erasures whose certificate has come back through its feed, some: their ledger ids
 * are noted, and the journal is told. *ret_n: how many. */
bool erasure_certified(struct pg *pg, int32_t limit, int64_t *ret_n, struct err *err);

/* What was erased of a contact, oldest first: as a JSON array, "[]": nothing; or as lines
 * for people to read, "": nothing. */
bool erasure_list(struct pg *pg, const struct contact_key *key, bool json,
                  struct buf *out, struct err *err);

/* The certificates of the contacts that an event asks for: as a JSON array, or as lines
 * for people to read; nothing when there are none. */
bool erasure_of_request(struct pg *pg, int64_t ledger_id, bool json, struct buf *out,
                        struct err *err);

const struct pg_stmt *certificate_statements(size_t *n);

#endif
