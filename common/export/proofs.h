/*
 * proofs.h - a proof beside each of some events, with what opens its commitment where
 * that may be shown (schemas/proof/README.md).
 *
 * Rights: as prove.h; with a vault, as vault.h.
 */
#ifndef CONSENT_EXPORT_PROOFS_H
#define CONSENT_EXPORT_PROOFS_H

#include "codec/people/provenance_json.h"
#include "export/prove.h"
#include "vault/vault.h"

/* prove_event of an event that has been opened, its bytes in bytes; o NULL, or without a
 * salt: the proof has no opening. */
bool proof_opened(struct pg *pg, bool quarantined, int64_t id, const struct opened *o,
                  const struct buf *bytes, struct buf *out, struct err *err);

/* One for each event, in their order; texts are heap, free with proofs_free. vault NULL:
 * without openings. why: as vault_places. What is not sealed yet has no proof, and what
 * somebody has changed by hand none either: both are answers. */
bool proofs_make(struct pg *pg, struct vault *vault, const char *why,
                 const struct trace_event *events, size_t n,
                 struct provenance_proof **ret, struct err *err);
void proofs_free(struct provenance_proof *proofs, size_t n); /* NULL is fine */

#endif
