/* person_parts.h - the parts of an export, between its files. */
#ifndef CONSENT_EXPORT_PERSON_PARTS_H
#define CONSENT_EXPORT_PERSON_PARTS_H

#include "export/person.h"

#include "store/people/fact_store.h"
#include "store/people/trace_store.h"

/* What both documents rest upon. */
struct person_facts {
    struct fact_set facts;
    struct trace_set events;
    struct fact *scratch;
};

bool person_facts_load(struct pg *pg, const struct person *person,
                       struct person_facts *ret, struct err *err);
void person_facts_done(struct person_facts *f);

/* Begins a snapshot that only reads; pg_rollback ends it. */
bool person_snapshot(struct pg *pg, struct err *err);

bool person_records_put(struct pg *pg, const struct register_snapshot *reg,
                        const struct person *person, struct person_facts *f,
                        enum record_format format, int64_t ledger_id, struct buf *out,
                        size_t *ret_n, struct err *err);
/* What every table has of the contact, with the events' bytes. */
bool person_held_put(struct pg *pg, const struct person *person,
                     const struct person_facts *f, struct buf *out, struct err *err);
bool person_rights_put(struct pg *pg, const struct register_snapshot *reg,
                       const struct person *person, struct buf *out, struct err *err);
bool person_retention_put(struct pg *pg, const struct register_snapshot *reg,
                          const struct person *person, const struct person_facts *f,
                          struct buf *out, struct err *err);

#endif
