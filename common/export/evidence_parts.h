/* evidence_parts.h - what a case is made of, for its page. */
#ifndef CONSENT_EXPORT_EVIDENCE_PARTS_H
#define CONSENT_EXPORT_EVIDENCE_PARTS_H

#include "export/evidence.h"

#include "core/people/provenance.h"
#include "store/people/fact_store.h"

#define EVIDENCE_BYTES_MOST ((size_t)1 << 30) /* of one part */

enum proven { PROVEN, PROVEN_NOT_YET, PROVEN_ALTERED };

struct evidence {
    const struct evidence_ask *ask;
    const struct register_snapshot *reg;
    struct fact_set facts;
    struct trace_set events;
    struct provenance p; /* of the above */
    struct effect_walk walk;
    struct vault_place *places; /* one an event */
    struct buf bytes;           /* what they are open in */
    enum proven *proven;        /* one an event */
    struct evidence_made made;
};

/* Is this event of the case? */
bool evidence_has(const struct evidence *e, size_t event);

/* Its first page; n_events: of the case. */
void evidence_cover(const struct evidence *e, size_t n_events, struct buf *out);

/* Text as HTML has it. */
void evidence_escape(struct buf *out, const char *s, size_t len);

/* The case as a page that prints well, appended. */
void evidence_page(const struct evidence *e, struct buf *out);

#endif
