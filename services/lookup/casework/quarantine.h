/* quarantine.h - what the two ways of settling a quarantined event share. */
#ifndef CONSENT_LOOKUP_QUARANTINE_H
#define CONSENT_LOOKUP_QUARANTINE_H

#include "worker.h"

#include "store/event/quarantine_store.h"

/* What is to be done before the row is settled. False: it cannot be, and the reply has a
 * problem. */
typedef bool quarantine_act(struct call *c, const struct quarantined *q);

/* The whole of a request that settles: who may, the note, the row and the audit of
 * looking at it, act (NULL: nothing), then its new state and the audit of that in one
 * transaction.
 */
bool quarantine_change(struct call *c, enum quarantine_state state, bool note_needed,
                       quarantine_act *act, struct err *err);

#endif
