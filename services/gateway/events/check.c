/* What would become of an event: the steps of consent-ingest, without what only the
 * database knows (was it there before?). */
#include "events.h"

#include "base/clock.h"
#include "base/mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#define PG_MS 5000

bool events_open(const struct settings *settings, struct events **ret, struct err *err)
{
    const struct pg_session_settings database = {.conninfo = settings->database_url,
                                                 .app = "consent-gateway receipts",
                                                 .lookups = true,
                                                 .timeout_ms = PG_MS,
                                                 .pause_ms = 1000};
    uint8_t secret[CONTACT_SECRET_LEAST_BYTES];
    struct contact_keyer *keyer;

    if (getrandom(secret, sizeof(secret), 0) != (ssize_t)sizeof(secret))
        return err_set(err, ERR_FATAL, "RANDOM", "the system gives no random bytes");
    keyer = contact_keyer_open(secret, sizeof(secret), err);
    if (keyer == NULL)
        return false;
    *ret = mem_zalloc(1, sizeof(**ret));
    (*ret)->settings = settings;
    (*ret)->keyer = keyer;
    pg_session_init(&(*ret)->database, &database);
    return true;
}

void events_close(struct events *e)
{
    if (e == NULL)
        return;
    pg_session_done(&e->database);
    contact_keyer_close(e->keyer);
    free(e);
}

static void decode(struct events *e, const struct event_input *event,
                   enum event_fault fault)
{
    if (fault == EVENT_FAULT_NONE) {
        event_from_json(event, &e->event, &e->fault);
        return;
    }
    memset(&e->event, 0, sizeof(e->event));
    memset(&e->fault, 0, sizeof(e->fault));
    snprintf(e->fault.reason, sizeof(e->fault.reason), "%s", event_fault_name(fault));
}

bool event_check(struct events *e, const struct known *known, const struct source *source,
                 const struct event_input *event, enum event_fault fault,
                 struct checked *ret, struct err *err)
{
    struct admit_input input;
    int extra;

    decode(e, event, fault);
    extra = admit_extra(source, &e->event);
    if (extra > 0)
        e->event.phone[0] = e->event.postal[0] = '\0';
    if (!identify(&e->event, e->keyer, &e->who, err))
        return false;
    input = (struct admit_input){
        .event = &e->event,
        .fault = e->fault,
        .source = source,
        .n_contacts = e->who.n,
        .contact_fault = e->who.fault,
        .contact_doubt = e->who.doubt,
        .known_us = clock_wall_us(),
        .extra = extra,
    };
    memcpy(input.contacts, e->who.admit, sizeof(input.contacts));
    admit(&known->reg->book, &input, &e->admission);
    *ret = (struct checked){
        .id = e->event.id,
        .goes_on = e->admission.outcome == OUTCOME_ACCEPTED || e->admission.n_facts > 0,
        .outcome = e->admission.outcome,
        .fault = &e->admission.fault,
    };
    return true;
}
