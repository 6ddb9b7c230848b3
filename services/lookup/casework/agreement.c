/*
 * GET /v1/agreements/{id}: how one stands. POST /v1/agreements/{id}/changes: its end,
 * termination or breach; with dry_run what that would do to how many, and then the event.
 */
#include "desk_feed.h"
#include "routes.h"

#include "base/clock.h"
#include "change/agreement.h"
#include "codec/put.h"
#include "codec/register/change_json.h"
#include "crypto/fresh_id.h"

#include <stdio.h>
#include <string.h>

#define EVENT_BYTES 65536

struct agreed {
    struct call *c;
    const struct agreement *agreement;
    const struct agreement_change *change;
    const struct source *feed;
    int64_t at_us, now_us;
    struct change_asked asked;
    char event_id[FRESH_ID_BYTES];
    bool dry;
};

/* NULL: the reply says that there is none. */
static const struct agreement *agreement_of(struct call *c)
{
    const struct agreement *found = rulebook_agreement(&c->w->reg->book, c->rq->name);

    if (found == NULL)
        (void)call_refuse(c, 404, "not-found",
                          "neither the register nor an event knows that agreement");
    return found;
}

bool answer_agreement(struct call *c, struct err *err)
{
    const struct audit_row row = {.outcome = LOOKUP_SHOWN};
    const struct agreement *found;
    bool refused;

    if (!call_noted(c, LOOKUP_DESK, &row, 1, &refused, err))
        return false;
    if (!refused && (found = agreement_of(c)) != NULL) {
        agreement_to_json(found, clock_wall_us(), &c->reply->body);
        buf_add_str(&c->reply->body, "\n");
    }
    return true;
}

/* --- a change --- */

static void answer_put(const struct agreed *a, const struct impact *impact)
{
    struct buf *out = &a->c->reply->body;

    a->c->reply->status = a->dry ? 200 : 202;
    buf_add_str(out, "{");
    put_member_bool(out, "dry_run", a->dry);
    put_member(out, ",agreement", a->agreement->id);
    put_member(out, ",change", a->change->word);
    put_member_time(out, ",at", a->at_us);
    if (impact != NULL) {
        put_name(out, ",impact");
        impact_json(impact, out);
    } else {
        put_member(out, ",event_id", a->event_id);
        put_member(out, ",feed", a->feed->id);
    }
    buf_add_str(out, "}\n");
}

static bool nobody_waits(void *call)
{
    return http_over(((struct call *)call)->rq);
}

static bool preview(struct agreed *a, struct err *err)
{
    struct call *c = a->c;
    struct impact_ask ask = {.at_us = a->now_us, .over = nobody_waits, .arg = c};
    struct impact impact = {0};
    bool ok = agreement_impact(c->w->pg, c->w->reg, a->agreement, a->change, a->at_us,
                               &ask, &impact, err);

    if (ok)
        answer_put(a, &impact);
    else if (call_over(c))
        ok = true;
    impact_done(&impact);
    return ok;
}

static bool send(struct agreed *a, struct err *err)
{
    const struct audit_row row = {.outcome = LOOKUP_SETTLED};
    struct call *c = a->c;
    bool refused, whole, ok;
    char who[CALL_WHO_BYTES];
    struct buf event;

    call_who(c, who, sizeof(who));
    fresh_id("desk-", a->event_id);
    buf_init(&event, EVENT_BYTES);
    agreement_event_write(&(struct agreement_event){.agreement = a->agreement,
                                                    .change = a->change,
                                                    .id = a->event_id,
                                                    .feed = a->feed,
                                                    .at_us = a->at_us,
                                                    .now_us = a->now_us,
                                                    .why = a->asked.why,
                                                    .recorded_by = who},
                          &event);
    ok = desk_sound(c, a->feed, &event, &whole, err);
    if (ok && whole && desk_send(c, a->feed, a->agreement->id, &event)) {
        ok = call_noted(c, LOOKUP_AGREEMENT, &row, 1, &refused, err);
        if (ok && !refused)
            answer_put(a, NULL);
    }
    buf_done(&event);
    return ok;
}

/* False: the reply has a problem. */
static bool understood(struct agreed *a)
{
    struct fault fault = {.reason = "MISSING", .pointer = "/why"};

    a->change = agreement_change_of(a->asked.change);
    if (a->change == NULL)
        return call_refuse(a->c, 422, "bad-query",
                           "change is ended, terminated or breached");
    if (!call_dry_run(a->c, &a->dry))
        return false;
    if (!a->dry && a->asked.why == NULL) {
        call_fault(a->c, &fault);
        return false;
    }
    return true;
}

/* Looked at first, so that the audit is written before anything is said or done. */
static bool change(struct agreed *a, struct err *err)
{
    const struct audit_row row = {.outcome = LOOKUP_SHOWN};
    struct call *c = a->c;
    bool refused;

    if (!call_noted(c, LOOKUP_AGREEMENT, &row, 1, &refused, err))
        return false;
    if (refused || (a->agreement = agreement_of(c)) == NULL)
        return true;
    a->now_us = clock_wall_us();
    a->at_us = agreement_change_time(a->change, a->agreement, a->asked.at_us, a->now_us);
    if (a->dry)
        return preview(a, err);
    a->feed = agreement_feed(&c->w->reg->book, a->now_us);
    if (a->feed == NULL)
        return call_refuse(c, 409, "no-feed",
                           "the register has no source of the type contracts") ||
               true;
    return send(a, err);
}

bool answer_agreement_change(struct call *c, struct err *err)
{
    struct agreed a = {.c = c};
    struct fault fault;
    bool ok = true;

    if (c->w->settings->kafka_brokers[0] == '\0')
        return call_refuse(
                   c, 501, "no-kafka",
                   "this service has no way to Kafka: say consentctl agreement") ||
               true;
    if (!change_agreement_read(c->rq->body, c->rq->body_len, &a.asked, &fault))
        call_fault(c, &fault);
    else if (understood(&a))
        ok = change(&a, err);
    change_asked_done(&a.asked);
    return ok;
}
