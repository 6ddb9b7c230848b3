/*
 * check.h - what would become of an event: the steps of consent-ingest, without what only
 * the database knows (was it there before?). For whoever says it before the event is
 * sent: consent-gateway, consent-lookup's desk and consentctl event check.
 */
#ifndef CONSENT_INTAKE_CHECK_H
#define CONSENT_INTAKE_CHECK_H

#include "base/buf.h"
#include "base/err.h"
#include "codec/event/event_json.h"
#include "core/event/admit.h"

/* Of one thread. */
struct check;

/* ERR_FATAL: the system gives no random bytes. */
bool check_open(struct check **ret, struct err *err);
void check_close(struct check *c); /* NULL is fine; forgets what it read */

struct checked {
    const char *id;     /* "": could not be read */
    const char *source; /* as the event names it; likewise */
    bool goes_on; /* it takes effect, also where something is wrong with it: a no is never
                     lost for a fault beside it */
    bool whole;   /* nobody would have to look at it */
    enum outcome outcome;
    const struct fault *fault; /* reason "": nothing is wrong */
};

/* What ingest would make of it now, as far as it can be told from the event alone. fault:
 * of the record that holds it. source NULL: nobody's feed. ret borrows from c until the
 * next. ERR_FATAL: a key could not be made. */
bool check_event(struct check *c, const struct rulebook *rb, const struct source *source,
                 const struct event_input *event, enum event_fault fault,
                 struct checked *ret, struct err *err);

/* The same for an event that was made here. *ret: what somebody would have to look at;
 * reason "": nothing. */
bool check_made(struct check *c, const struct rulebook *rb, const struct source *source,
                const struct buf *event, struct fault *ret, struct err *err);

/* The name of the source that the event says it is from: the last part of its source, as
 * in urn:consent:src:reseller:acme-hosting. "" where it has none. */
const char *checked_source_name(const struct checked *checked);

/* {"id":...,"outcome":word,"reason":...,"pointer":...} and a line end, as POST /v1/events
 * answers. */
void checked_put(struct buf *out, const struct checked *checked, const char *word);

#endif
