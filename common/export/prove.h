/*
 * prove.h - proofs as JSON, in the forms of schemas/proof/README.md.
 *
 * Each appends one JSON object, without a line end. ERR_INPUT with PROOF_NONE: there is
 * no such row, or it has not been sealed yet; PROOF_ALTERED: the row, or the log, is not
 * what it was when it was sealed: somebody has changed the database by hand.
 *
 * Rights: SELECT on ledger, quarantine, intake_run, list_change, lookup_audit,
 * proof_seal, proof_range, proof_tile, register_number: what of it is asked for.
 */
#ifndef CONSENT_EXPORT_PROVE_H
#define CONSENT_EXPORT_PROVE_H

#include "base/buf.h"
#include "archive/archive.h"
#include "store/proof/tree.h"

/* What goes with a proof of an event, where it is to be shown: as event_commit
 * (crypto/event_seal.h) takes them. bytes NULL: the record had no value. */
struct prove_opening {
    const uint8_t *salt; /* 16 bytes; NULL: nothing is shown */
    const void *bytes, *headers;
    size_t bytes_len, headers_len;
};

/* Of a row of the ledger, or of the quarantine. */
bool prove_event(struct pg *pg, bool quarantined, int64_t id,
                 const struct prove_opening *opening, struct buf *out, struct err *err);

/* Of everything that became of one record of a feed, an array: its rows, or the gap that
 * covers it. */
bool prove_offset(struct pg *pg, const char *topic, int32_t partition, int64_t offset,
                  struct buf *out, struct err *err);

/* Of a word of a list, and of a look-up. archives: for what has left the database; NULL:
 * of that there is no proof (PROOF_NONE). */
bool prove_word(struct pg *pg, struct archive_dir *archives, const char *list,
                int64_t version, struct buf *out, struct err *err);
bool prove_lookup(struct pg *pg, struct archive_dir *archives, int64_t number,
                  struct buf *out, struct err *err);

/* That the log of "to" leaves contains that of "from": both must have been checkpoints.
 * to 0: the last. */
bool prove_growth(struct pg *pg, enum proof_log log, uint64_t from, uint64_t to,
                  struct buf *out, struct err *err);

/* Entries from leaf "first" on, below "size", each as u16 length and bytes, as the tables
 * give them today and archives what has left: of one range after the other. *ret_next:
 * the first leaf of the next; the same as first: there are no more. */
bool prove_entries(struct pg *pg, struct archive_dir *archives, enum proof_log log,
                   uint64_t first, uint64_t size, struct buf *out, uint64_t *ret_next,
                   struct err *err);

/* The same of rows that are older than the end of the log, and that no leaf was made of:
 * somebody has put them in since. *ret_n: how many. */
bool prove_strays(struct pg *pg, enum proof_log log, struct buf *out, int64_t *ret_n,
                  struct err *err);

#endif
