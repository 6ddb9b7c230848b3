/* prove_parts.h - what prove.c and prove_entries.c share. */
#ifndef CONSENT_EXPORT_PROVE_PARTS_H
#define CONSENT_EXPORT_PROVE_PARTS_H

#include "store/proof/tree.h"

/* A log as its last checkpoint has it. */
struct prover {
    struct pg *pg;
    enum proof_log log;
    struct proof_seal seal;
    struct proof_tree *tree;
    struct merkle_source from;
};

/* ERR_INPUT with PROOF_NONE: there is no checkpoint yet. */
bool prove_begin(struct prover *p, struct pg *pg, enum proof_log log, struct err *err);
void prove_end(struct prover *p);

/* Are all of its rows in the database? ERR_INPUT with PROOF_NONE: some have left (165).
 */
bool prove_range_there(struct pg *pg, enum proof_log log, const struct proof_range *range,
                       struct err *err);

/* The leaves of one range as the tables give them today. */
bool prove_range_read(struct pg *pg, enum proof_log log, const struct proof_range *range,
                      proof_emit *emit, void *context, struct err *err);

#endif
