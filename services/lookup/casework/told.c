/*
 * POST /v1/optouts, /v1/consents, /v1/withdrawals: what somebody told a person at a desk,
 * by telephone, in a letter, face to face. An officer writes it to the feed of the source
 * of the type dpo, a reseller's staff to their own. It holds as soon as it is taken in.
 */
#include "desk_feed.h"
#include "routes.h"

#include "base/clock.h"
#include "base/hex.h"
#include "codec/people/told_json.h"
#include "codec/put.h"
#include "crypto/digest.h"
#include "crypto/fresh_id.h"

#include <stdio.h>
#include <string.h>

#define EVENT_BYTES 65536

/* A slip is no word of a person's. */
static bool names_known(struct call *c, const struct lookup_told *t, bool grants)
{
    struct told_slip slip;
    char words[160];

    if (told_names_known(&c->w->reg->book, t, grants, clock_wall_us(), &slip))
        return true;
    snprintf(words, sizeof(words), "the register has no such name%s%.100s%s",
             slip.near != NULL ? "; did you mean " : "",
             slip.near != NULL ? slip.near : "", slip.near != NULL ? "?" : "");
    http_problem(c->reply, 422, "unknown-name", words, slip.pointer);
    return false;
}

/* two: it may be either of two numbers, and is taken for both. */
static void answer_put(struct call *c, const char *id, const struct source *feed,
                       const struct buf *event, bool two, bool dry)
{
    struct buf *out = &c->reply->body;

    c->reply->status = dry ? 200 : 202;
    buf_add_str(out, "{");
    put_member(out, "event_id", id);
    put_member(out, ",feed", feed->id);
    put_name(out, ",event");
    buf_add(out, event->data, event->len);
    if (two)
        put_member(out, ",note", "PHONE_TWO_READINGS");
    buf_add_str(out, "}\n");
}

/* --- the whole --- */

static const struct source *feed_of(struct call *c)
{
    const struct source *own;

    if (c->token->role != ACCESS_RESELLER)
        return desk_feed(c);
    own = rulebook_source(&c->w->reg->book, c->token->source, clock_wall_us());
    if (own == NULL)
        (void)call_refuse(c, 409, "no-feed", "the token's source is not in force");
    return own;
}

static bool write_down(struct call *c, enum event_type type,
                       const struct lookup_told *said, bool dry, struct err *err)
{
    const struct source *feed = feed_of(c);
    struct audit_row rows[2];
    struct contact_key keys[2];
    size_t n = 1;
    char id[FRESH_ID_BYTES], who[CALL_WHO_BYTES], hex[2 * DIGEST_BYTES + 1] = "";
    uint8_t digest[DIGEST_BYTES];
    struct told told = {.type = type,
                        .event_id = id,
                        .recorded_by = who,
                        .words_sha256 = hex,
                        .said = said};
    bool refused, whole = false, ok = true;
    struct buf event;

    /* a yes has to be for one person, a no may be for two */
    if (feed == NULL || !(type == EVENT_CONSENT_GRANTED
                              ? call_identify(c, &said->contact, "/contact", &keys[0])
                              : call_readings(c, &said->contact, "/contact", keys, &n)))
        return true;
    if (!call_settle(c, keys, n, err))
        return false;
    for (size_t i = 0; i < n; i++)
        rows[i] = (struct audit_row){.has_contact = true,
                                     .contact = keys[i],
                                     .outcome = dry ? LOOKUP_SHOWN : LOOKUP_SETTLED};
    if (said->words != NULL) {
        if (!digest_sha256(said->words, strlen(said->words), NULL, 0, digest, err))
            return false;
        hex_print(digest, sizeof(digest), hex);
    }
    fresh_id("desk-", id);
    call_who(c, who, sizeof(who));
    told.feed_urn = feed->urn;
    told.feed_type = (enum source_type)feed->type;
    buf_init(&event, EVENT_BYTES);
    told_to_event(&told, clock_wall_us(), &event);
    if (event.overrun) {
        (void)call_refuse(c, 413, "too-large", "it would be over 64 KiB");
    } else if (!desk_sound(c, feed, &event, &whole, err)) {
        ok = false;
    } else if (!whole) {
        ok = true; /* the reply says why */
    } else if (!call_noted(c, LOOKUP_TOLD, rows, n, &refused, err)) {
        ok = false;
    } else if (!refused && (dry || desk_send(c, feed, id, &event))) {
        answer_put(c, id, feed, &event, n > 1, dry);
    }
    explicit_bzero(event.data, event.len);
    buf_done(&event);
    return ok;
}

static bool answer(struct call *c, enum event_type type, struct err *err)
{
    const bool grants = type == EVENT_CONSENT_GRANTED;
    struct lookup_told said;
    struct fault fault;
    bool dry;

    /* a consent of their customer comes with its proof, over their feed */
    if (c->token->role == ACCESS_RESELLER && grants) {
        call_forbid(c, LOOKUP_TOLD);
        return true;
    }
    if (c->w->settings->kafka_brokers[0] == '\0')
        return call_refuse(c, 501, "no-kafka",
                           "this service has no way to Kafka: say it with consentctl") ||
               true;
    if (!lookup_told_read(c->rq->body, c->rq->body_len, grants, &c->w->request, &said,
                          &fault)) {
        call_fault(c, &fault);
        return true;
    }
    if (said.at_us != WHEN_NEVER && said.at_us > clock_wall_us())
        return call_refuse(c, 422, "bad-query",
                           "nobody has said it yet: said_at is in the future") ||
               true;
    if (!call_dry_run(c, &dry))
        return true;
    return worker_register(c->w, err) &&
           (!names_known(c, &said, grants) || write_down(c, type, &said, dry, err));
}

bool answer_optouts(struct call *c, struct err *err)
{
    return answer(c, EVENT_OPTOUT_RECORDED, err);
}

bool answer_consents(struct call *c, struct err *err)
{
    return answer(c, EVENT_CONSENT_GRANTED, err);
}

bool answer_withdrawals(struct call *c, struct err *err)
{
    return answer(c, EVENT_CONSENT_WITHDRAWN, err);
}
