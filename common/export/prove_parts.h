/* prove_parts.h - what prove.c, prove_range.c and prove_entries.c share. */
#ifndef CONSENT_EXPORT_PROVE_PARTS_H
#define CONSENT_EXPORT_PROVE_PARTS_H

#include "archive/archive.h"
#include "store/proof/find.h"
#include "store/proof/tree.h"

/* A log as its last checkpoint has it. */
struct prover {
    struct pg *pg;
    struct archive_dir *archives; /* for what has left the database; NULL: none */
    enum proof_log log;
    struct proof_seal seal;
    struct proof_tree *tree;
    struct merkle_source from;
};

/* ERR_INPUT with PROOF_NONE: there is no checkpoint yet. */
bool prove_begin(struct prover *p, struct pg *pg, enum proof_log log, struct err *err);
void prove_end(struct prover *p);

/* The leaves of one range, as the tables give them today and the archives those rows that
 * have left (165). ERR_INPUT with PROOF_NONE: some have left, and are in no archive here.
 */
bool prove_range_read(struct pg *pg, struct archive_dir *archives, enum proof_log log,
                      const struct proof_range *range, proof_emit *emit, void *context,
                      struct err *err);

/* Where a row was that has left: of a word list and version, of a look-up its number,
 * with list NULL. */
bool prove_kept_find(struct pg *pg, struct archive_dir *archives, const char *list,
                     int64_t at, struct proof_place *ret, bool *ret_found,
                     struct err *err);

#endif
