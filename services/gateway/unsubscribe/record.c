/* What was said, to Kafka: it is taken when the brokers have it. */
#include "unsubscribe/unsubscribe.h"

#include "metrics.h"
#include "unsubscribe/quota.h"

#include "base/clock.h"
#include "base/log.h"

#include <string.h>

#define EVENT_BYTES 65536

static bool put(struct visit *v, const char *feed, struct buf *event, struct err *err)
{
    bool ok = sender_put(v->w->sender, feed, event, err);

    buf_reset(event);
    return ok;
}

static bool put_choice(struct visit *v, const struct choice *choice, struct buf *event,
                       struct err *err)
{
    bool address = choice->any && (v->ours || choice->address[0] != '\0');

    if (choice->phone[0] != '\0' &&
        !put(v, event_optout_phone(v, choice, event), event, err))
        return false;
    return !address || put(v, event_optout(v, choice, event), event, err);
}

static bool hand_over(struct visit *v, enum act act, const struct choice *choice,
                      struct buf *event, struct err *err)
{
    bool ok = false;

    switch (act) {
    case ACT_CLICK: ok = put(v, event_optout(v, NULL, event), event, err); break;
    case ACT_CHOICE: ok = put_choice(v, choice, event, err); break;
    case ACT_CONFIRM: ok = put(v, event_confirmed(v, event), event, err); break;
    }
    return ok && sender_flush(v->w->sender, err);
}

static bool settled(bool ok, struct buf *event, const struct err *err)
{
    if (!ok) {
        metrics_not_delivered();
        log_err(LOG_LEVEL_WARN, "not_delivered", err);
    }
    if (event->data != NULL)
        explicit_bzero(event->data, event->len);
    buf_done(event);
    return ok;
}

/* The link's room for this hour. A click, and a no to everything, have one of their own:
 * choices, be they ever so many, keep nobody from those. */
static bool link_room(const struct visit *v, enum act act, const struct choice *choice)
{
    uint8_t digest[DIGEST_BYTES];

    if (!v->ours)
        return true;
    memcpy(digest, v->link.digest, sizeof(digest));
    if (act == ACT_CLICK || (act == ACT_CHOICE && choice->all))
        digest[sizeof(digest) - 1] ^= 1;
    return quota_take(digest, v->w->settings->link_events_per_hour, clock_mono_us());
}

bool record(struct visit *v, enum act act, const struct choice *choice)
{
    struct buf event;
    struct err err;

    if (!link_room(v, act, choice)) {
        metrics_refused_link("too_often");
        return false;
    }
    buf_init(&event, EVENT_BYTES);
    return settled(hand_over(v, act, choice, &event, &err), &event, &err);
}

static bool put_back(struct visit *v, struct link *back, const struct link_right *right,
                     struct buf *out, struct err *err)
{
    char token[LINK_TOKEN_BYTES];
    bool ok = link_token_make(v->known->keys, back, NULL, token, err) &&
              put(v, event_asked(v, back, right, out), out, err) &&
              sender_flush(v->w->sender, err);

    if (ok) { /* the form is there before anybody can confirm it */
        event_letter(v, back, token, out);
        ok = sender_put_letter(v->w->sender, right->source, out, err) &&
             sender_flush(v->w->sender, err);
    }
    explicit_bzero(token, sizeof(token));
    return ok;
}

bool record_back(struct visit *v, struct link *back, const struct link_right *right)
{
    struct buf event;
    struct err err;

    buf_init(&event, EVENT_BYTES);
    return settled(put_back(v, back, right, &event, &err), &event, &err);
}
