#include "check.h"

#include "identify.h"

#include "base/clock.h"
#include "base/mem.h"
#include "codec/put.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

struct check {
    struct contact_keyer *keyer; /* of a key nobody has: only what is wrong is asked */
    struct event event;
    struct fault fault;
    struct identities who;
    struct admission admission;
};

bool check_open(struct check **ret, struct err *err)
{
    uint8_t secret[CONTACT_SECRET_LEAST_BYTES];
    struct contact_keyer *keyer;

    if (getrandom(secret, sizeof(secret), 0) != (ssize_t)sizeof(secret))
        return err_set(err, ERR_FATAL, "RANDOM", "the system gives no random bytes");
    keyer = contact_keyer_open(secret, sizeof(secret), err);
    if (keyer == NULL)
        return false;
    *ret = mem_zalloc(1, sizeof(**ret));
    (*ret)->keyer = keyer;
    return true;
}

void check_close(struct check *c)
{
    if (c == NULL)
        return;
    contact_keyer_close(c->keyer);
    explicit_bzero(c, sizeof(*c));
    free(c);
}

static void decode(struct check *c, const struct event_input *event,
                   enum event_fault fault)
{
    if (fault == EVENT_FAULT_NONE) {
        event_from_json(event, &c->event, &c->fault);
        return;
    }
    memset(&c->event, 0, sizeof(c->event));
    memset(&c->fault, 0, sizeof(c->fault));
    snprintf(c->fault.reason, sizeof(c->fault.reason), "%s", event_fault_name(fault));
}

bool check_event(struct check *c, const struct rulebook *rb, const struct source *source,
                 const struct event_input *event, enum event_fault fault,
                 struct checked *ret, struct err *err)
{
    struct admit_input input;
    int extra;

    decode(c, event, fault);
    extra = source != NULL ? admit_extra(source, &c->event) : 0;
    if (extra > 0)
        c->event.phone[0] = c->event.postal[0] = '\0';
    if (!identify(&c->event, c->keyer, &c->who, err))
        return false;
    input = (struct admit_input){
        .event = &c->event,
        .fault = c->fault,
        .source = source,
        .n_contacts = c->who.n,
        .contact_fault = c->who.fault,
        .contact_doubt = c->who.doubt,
        .known_us = clock_wall_us(),
        .extra = extra,
    };
    memcpy(input.contacts, c->who.admit, sizeof(input.contacts));
    admit(rb, &input, &c->admission);
    *ret = (struct checked){
        .id = c->event.id,
        .source = c->event.source,
        .goes_on = c->admission.outcome == OUTCOME_ACCEPTED || c->admission.n_facts > 0,
        .whole = c->admission.outcome == OUTCOME_ACCEPTED && !c->admission.quarantine,
        .outcome = c->admission.outcome,
        .fault = &c->admission.fault,
    };
    return true;
}

bool check_made(struct check *c, const struct rulebook *rb, const struct source *source,
                const struct buf *event, struct fault *ret, struct err *err)
{
    const struct event_input input = {
        .value = event->data, .value_len = event->len, .has_value = true};
    struct checked v;

    if (!check_event(c, rb, source, &input, EVENT_FAULT_NONE, &v, err))
        return false;
    *ret = v.whole ? (struct fault){.reason = ""} : *v.fault;
    return true;
}

const char *checked_source_name(const struct checked *checked)
{
    const char *colon = strrchr(checked->source, ':');

    return colon != NULL ? colon + 1 : "";
}

void checked_put(struct buf *out, const struct checked *checked, const char *word)
{
    buf_add_str(out, "{");
    put_name(out, "id");
    if (checked->id[0] != '\0')
        put_text(out, checked->id);
    else
        buf_add_str(out, "null");
    put_member(out, ",outcome", word);
    if (checked->fault->reason[0] != '\0')
        put_member(out, ",reason", checked->fault->reason);
    if (checked->fault->pointer[0] != '\0')
        put_member(out, ",pointer", checked->fault->pointer);
    buf_add_str(out, "}\n");
}
