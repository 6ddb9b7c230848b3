/*
 * person.h - what a person may ask to see: everything held about a contact, and the
 * records of what they have consented to. Both go out while they are being made: of the
 * events some at a time, of the tables row by row.
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

/* Where it is written: out has what is new, and whoever gives it may take that away from
 * time to time, so that a contact with any number of events needs the memory of some. A
 * refusal (false) ends the work. spill NULL: out keeps everything. */
struct person_out {
    struct buf *out;
    bool (*spill)(void *context, struct buf *out, struct err *err);
    void *context;
};

/* Writes {"format":...,"records":[...]}: one for each grant, or the one of that ledger
 * id. *ret_n: how many. ERR_FATAL when out is full. What was written counts for nothing
 * unless this is true. */
bool person_records(struct pg *pg, const struct register_snapshot *reg,
                    const struct person *person, enum record_format format,
                    int64_t ledger_id, struct person_out *out, size_t *ret_n,
                    struct err *err);

/* Writes the export (schemas/records/person.schema.json); likewise. */
bool person_export(struct pg *pg, const struct register_snapshot *reg,
                   const struct person *person, struct person_out *out, struct err *err);

#endif
