/*
 * person.h - what a person may ask to see: everything held about a contact, and the
 * records of what they have consented to.
 *
 * Both are read in one snapshot of the database, which writes down that events were
 * opened. The contact's canonical identifier is the asker's: the tables need not be
 * unsealed for it.
 */
#ifndef CONSENT_EXPORT_PERSON_H
#define CONSENT_EXPORT_PERSON_H

#include "base/buf.h"
#include "codec/people/record_json.h"
#include "store/register/register_store.h"
#include "vault/vault.h"

#define PERSON_SCHEMA "consentmq-person-1"

struct person {
    enum contact_kind kind;
    struct contact_key key;
    const char *identifier; /* canonical */
    int64_t now_us;
    struct vault *vault; /* the caller's */
};

/* Appends {"format":...,"records":[...]}: one for each grant, or the one of that ledger
 * id. *ret_n: how many. ERR_FATAL when out is full. */
bool person_records(struct pg *pg, const struct register_snapshot *reg,
                    const struct person *person, enum record_format format,
                    int64_t ledger_id, struct buf *out, size_t *ret_n, struct err *err);

/* Appends the export (schemas/records/person.schema.json). */
bool person_export(struct pg *pg, const struct register_snapshot *reg,
                   const struct person *person, struct buf *out, struct err *err);

#endif
