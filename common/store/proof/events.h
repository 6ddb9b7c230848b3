/*
 * events.h - the log "events": the runs of ingest become leaves.
 *
 * Of a partition the leaves stand in Kafka's order, and every offset has one or lies in a
 * gap: what they are depends on the rows alone, never on who seals them, when, or how
 * much at once.
 *
 * Rights of consent_keeper: SELECT on intake_run, proof_range, ledger, quarantine,
 * register_number, ingest_position.
 */
#ifndef CONSENT_STORE_PROOF_EVENTS_H
#define CONSENT_STORE_PROOF_EVENTS_H

#include "store/proof/range.h"

/* What is new, in the order in which it is to be sealed: runs that follow the last range
 * of their partition, about so many offsets together. */
bool proof_events_new(struct pg *pg, int64_t offsets, struct proof_ranges *ret,
                      struct err *err);

/* The leaves of ranges, which stand in the order of topic, partition and offset: those of
 * proof_events_new, or read from proof_range. Where q_upto is -1 the quarantine's rows
 * have no upper bound, and it is set. ERR_RETRY with PROOF_RESEAL: a row has no
 * commitment yet. */
bool proof_events_read(struct pg *pg, struct proof_ranges *rs, proof_emit *emit,
                       void *context, struct err *err);

extern const struct pg_stmt *const proof_events_statements[];
extern const size_t proof_events_statements_n;

#endif
