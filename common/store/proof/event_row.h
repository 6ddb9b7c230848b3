/* event_row.h - rows of ledger and quarantine as entries want them: columns, and their
 * reader. */
#ifndef CONSENT_STORE_PROOF_EVENT_ROW_H
#define CONSENT_STORE_PROOF_EVENT_ROW_H

#include "store/proof/range.h"

/* Of an alias l, and q. */
#define EVENT_ROW_LEDGER                                                                 \
    "l.topic, l.partition, l.\"offset\", l.ledger_id, l.known, l.occurred_from,"         \
    " l.occurred_to, l.source, l.flags, l.type, l.outcome, l.variant, l.event_id,"       \
    " l.reason, l.pointer, l.digest, l.commitment"
#define EVENT_ROW_LEDGER_SHAPE                                                           \
    "tillzzziisssttt"                                                                    \
    "bb"
#define EVENT_ROW_QUARANTINE                                                             \
    "q.topic COLLATE \"C\", q.partition, q.\"offset\", q.quarantine_id, q.known,"        \
    " q.source, coalesce(q.ledger_id, 0), q.event_id, q.reason, q.pointer, q.digest,"    \
    " q.commitment"
#define EVENT_ROW_QUARANTINE_SHAPE                                                       \
    "tillzil"                                                                            \
    "tttbb"

/* Borrowed from the result. */
void event_row_ledger(const struct pg_result *res, int row, struct entry_event *ret);
void event_row_quarantine(const struct pg_result *res, int row, struct entry_event *ret);

/* ERR_RETRY with PROOF_RESEAL: the row is from before rows had commitments. */
bool event_row_entry(const struct entry_event *e, struct entry *ret, struct err *err);

#endif
