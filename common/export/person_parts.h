/* person_parts.h - the parts of an export, between its files. */
#ifndef CONSENT_EXPORT_PERSON_PARTS_H
#define CONSENT_EXPORT_PERSON_PARTS_H

#include "export/person.h"

#include "store/people/fact_store.h"
#include "store/people/trace_store.h"

#define PERSON_PAGE 200 /* events that are open at a time */

/* What both documents rest upon. */
struct person_facts {
    struct fact_set facts;
    struct trace_ids ids;
    struct effect_walk walk;
    struct provenance p; /* of the above, without events */
};

/* Gives away what out has by now, if that is worth it. */
bool person_spill(struct person_out *out, struct err *err);

bool person_records_put(struct pg *pg, const struct register_snapshot *reg,
                        const struct person *person, const struct person_facts *f,
                        enum record_format format, int64_t ledger_id,
                        struct person_out *out, size_t *ret_n, struct err *err);
/* What every table has of the contact, with the events' bytes. */
bool person_held_put(struct pg *pg, const struct person *person, struct person_out *out,
                     struct err *err);
bool person_rights_put(struct pg *pg, const struct register_snapshot *reg,
                       const struct person *person, struct person_out *out,
                       struct err *err);
bool person_retention_put(struct pg *pg, const struct register_snapshot *reg,
                          const struct person *person, const struct person_facts *f,
                          struct buf *out, struct err *err);

#endif
