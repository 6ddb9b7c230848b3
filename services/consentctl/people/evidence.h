/* evidence.h - what a case is made of, for its page. */
#ifndef CONSENT_CTL_EVIDENCE_H
#define CONSENT_CTL_EVIDENCE_H

#include "trace.h"

#include "vault/vault.h"

enum proven { PROVEN, PROVEN_NOT_YET, PROVEN_ALTERED };

struct evidence {
    struct traced t;
    int64_t from_us, to_us;     /* of when events became known */
    struct vault_place *places; /* one an event */
    struct buf bytes;           /* what they are open in */
    enum proven *proven;        /* one an event */
    size_t n_words, n_proofs, n_altered;
    bool is_signed;
};

/* Is this event of the case? */
bool evidence_has(const struct evidence *e, size_t event);

/* The case as a page that prints well, appended. */
void evidence_page(const struct evidence *e, struct buf *out);

#endif
