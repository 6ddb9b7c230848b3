/*
 * seal_log.h - sealing: what is new becomes leaves, tiles and a signed checkpoint, in one
 * transaction.
 *
 * Any number may seal: one at a time does (a lock of the transaction), and who finds the
 * log longer than it remembers reads its edge again. A transaction that fails leaves
 * nothing.
 *
 * Rights of consent_keeper: INSERT on proof_seal, proof_range, proof_tile, and what
 * events.h, words.h and tree.h need.
 */
#ifndef CONSENT_STORE_PROOF_SEAL_LOG_H
#define CONSENT_STORE_PROOF_SEAL_LOG_H

#include "proof/edge.h"
#include "proof/note.h"
#include "store/proof/range.h"

/* A sealer's memory of one log. */
struct proof_sealer {
    enum proof_log log;
    bool loaded;
    struct edge edge;
};

/* What one step did. leaves 0: nothing is new, or (busy) another seals. */
struct proof_step {
    uint64_t leaves, size;
    bool busy;
};

void proof_sealer_init(struct proof_sealer *s, enum proof_log log);

/* One seal, of about 20,000 leaves at most. ERR_RETRY with PROOF_RESEAL: events.h;
 * ERR_FATAL with PROOF_BROKEN: the log's tables were changed by hand. */
bool proof_seal_step(struct pg *pg, struct proof_sealer *s,
                     const struct note_signer *signer, struct proof_step *ret,
                     struct err *err);

extern const struct pg_stmt *const proof_seal_statements[];
extern const size_t proof_seal_statements_n;

#endif
