/* evidence_parts.h - what a case is made of, for its page. */
#ifndef CONSENT_EXPORT_EVIDENCE_PARTS_H
#define CONSENT_EXPORT_EVIDENCE_PARTS_H

#include "export/evidence.h"
#include "export/part.h"
#include "export/zip_write.h"

#include "core/people/provenance.h"
#include "store/people/fact_store.h"

#define EVIDENCE_BYTES_MOST ((size_t)1 << 30) /* of one part */

enum proven { PROVEN, PROVEN_NOT_YET, PROVEN_ALTERED };

struct evidence {
    const struct evidence_ask *ask;
    const struct register_snapshot *reg;
    struct fact_set facts;
    struct trace_ids ids;
    struct provenance p; /* of the above, without events */
    struct effect_walk walk;
    enum proven *proven; /* one an event */
    size_t n;            /* events of the case */
    struct evidence_made made;
};

/* --- the archive --- */

struct evidence_files {
    struct zip_writer zip;
    struct buf manifest;
    bool more;
    const struct evidence_ask *ask;
    evidence_sink *sink;
    void *context;
};

/* So many bytes more were written, see evidence_ask. */
bool evidence_wrote(struct evidence_files *f, size_t bytes, struct err *err);

bool evidence_file(struct evidence_files *f, const char *name, const void *data,
                   size_t len, struct err *err);
/* One that was too long for the memory. */
bool evidence_part(struct evidence_files *f, const char *name, struct part *part,
                   struct err *err);
/* The manifest, signed or not, and the end. */
bool evidence_end(struct evidence_files *f, const struct note_signer *signer,
                  struct err *err);

/* --- the case in words --- */

/* Its first page. */
void evidence_cover(const struct evidence *e, struct buf *out);

/* Text as HTML has it. */
void evidence_escape(struct buf *out, const char *s, size_t len);

/* The case as a page that prints well, appended in pieces. i: which event it is of all.
 */
void evidence_page_begin(const struct evidence *e, struct buf *out);
void evidence_page_event(const struct evidence *e, const struct trace_event *ev, size_t i,
                         struct buf *out);
void evidence_page_end(const struct evidence *e, struct buf *out);

#endif
