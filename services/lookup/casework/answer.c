/*
 * POST /v1/rights/{id}/answers: an officer answers a person's request, or says what a
 * letter asks for. The same checks as consentctl's, and the same event, on the feed of
 * the officer's mailbox: it holds as soon as it is taken in, like any other.
 */
#include "desk_feed.h"
#include "rights.h"
#include "routes.h"

#include "base/clock.h"
#include "base/log.h"
#include "codec/casework/answer_json.h"
#include "codec/put.h"
#include "crypto/fresh_id.h"
#include "kafka/producer.h"
#include "store/access/second_store.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WAIT_MS     5000
#define EVENT_BYTES 65536
#define WHO_BYTES   CALL_WHO_BYTES

#define EXTENDED_MONTHS 3 /* one, and two more: GDPR article 12(3) */

struct answering {
    struct call *c;
    int64_t id; /* the request's ledger_id */
    struct rights_set set;
    struct rights_request request;
    struct rights_person person;
    struct authority authority;
    struct rights_reply reply;
    const struct source *feed;
    bool dry;    /* only looked at: what would be sent, and what it would do */
    char *asked; /* heap, personal data */
    struct buf bytes, about; /* of events, while they are read */
    char event_id[FRESH_ID_BYTES], who[WHO_BYTES];
};

/* --- what the officer says --- */

static bool kinds_take(struct call *c, const struct lookup_kinds *words, uint16_t *ret)
{
    *ret = 0;
    for (size_t i = 0; i < words->n; i++) {
        const enum right right = right_parse(words->word[i]);

        if (right == RIGHT_NONE || right == RIGHT_UNCLASSIFIED)
            return call_refuse(c, 422, "bad-query", "there is no such right to ask for");
        *ret |= RIGHTS_BIT(right);
    }
    return true;
}

static bool said_take(struct answering *a, const struct lookup_answer *said)
{
    struct rights_reply *r = &a->reply;
    const char *why = said->reason;
    struct call *c = a->c;

    r->answer.outcome = rights_outcome_parse(said->outcome);
    r->answer.now_us = clock_wall_us();
    r->answer.at_us = said->at_us != WHEN_NEVER ? said->at_us : r->answer.now_us;
    if (r->answer.outcome == RIGHTS_OUTCOME_NONE)
        return call_refuse(c, 422, "bad-query", "there is no such outcome");
    if ((r->answer.outcome == RIGHTS_READ) != said->as.given)
        return call_refuse(
            c, 422, "bad-query",
            "\"as\" says what a letter that was read asks for, [] for nothing; it "
            "goes with the outcome read, and with no other");
    if (r->answer.outcome == RIGHTS_REFUSED) {
        r->answer.refusal = why != NULL ? refusal_parse(why) : REFUSAL_NONE;
        why = said->explanation;
        if (r->answer.refusal == REFUSAL_NONE)
            return call_refuse(c, 422, "bad-query", "a refusal needs one of the reasons");
    }
    r->reason = why;
    r->to = said->to;
    r->answer.has_reason = why != NULL;
    r->answer.has_customer = said->to != NULL;
    return kinds_take(c, &said->kinds, &r->answer.kinds) &&
           kinds_take(c, &said->as, &r->found);
}

/* --- what it is about --- */

static bool request_find(struct answering *a)
{
    struct rights_request found[RIGHTS_SOURCES];

    for (size_t at = 0; at < a->set.n;) {
        const char *id = a->set.names[at].request;
        const size_t n = rights_next(&a->set, &at, found);

        for (size_t i = 0; i < n; i++)
            if (found[i].ledger_id == a->id) {
                a->request = found[i];
                a->reply.request = id;
                return true;
            }
    }
    return call_refuse(a->c, 404, "not-found", "there is nothing of that number");
}

/* What the event repeats of the one that asks. False and *err set: the database; false
 * and the reply has a problem: it cannot be said. */
static bool asked_load(struct answering *a, int64_t ledger_id, bool *refused,
                       struct err *err)
{
    const struct rulebook *book = &a->c->w->reg->book;
    const struct controller *by =
        rulebook_controller_n(book, book->default_controller, clock_wall_us());
    char country[3] = "";
    struct rights_said said;
    const char *const countries[] = {a->request.country, country,
                                     by != NULL ? by->country : ""};

    free(a->asked);
    a->asked = NULL;
    buf_reset(&a->bytes);
    if (vault_rights(a->c->w->vault, a->c->w->pg, ledger_id, &a->bytes, &said, err) &&
        rights_asked(a->c->w->pg, &said, &a->asked, country, err) &&
        (a->reply.answer.outcome != RIGHTS_REFUSED ||
         rights_authority(a->c->w->pg, countries, 3, &a->authority, err))) {
        a->reply.asked = a->asked;
        return true;
    }
    *refused = err->kind == ERR_INPUT || err->kind == ERR_CONFIG;
    if (*refused)
        (void)call_refuse(a->c, 409, "cannot-answer", err->text);
    return false;
}

/* --- the events --- */

static bool put(struct answering *a, enum event_type type, int64_t at_us,
                struct producer *producer, int topic, struct err *err)
{
    struct buf event;
    bool ok;

    fresh_id("desk-", a->event_id);
    buf_init(&event, EVENT_BYTES);
    rights_reply_to_event(&a->reply, type, at_us, &event);
    ok = (!event.overrun ||
          err_set(err, ERR_INPUT, "TOO_LARGE", "the answer would be over 64 KiB")) &&
         producer_put(producer, topic, a->event_id, strlen(a->event_id), event.data,
                      event.len, WAIT_MS, err);
    explicit_bzero(event.data, event.len);
    buf_done(&event);
    return ok;
}

/* A letter may be of several people, an event each. First what it asks for, then that it
 * was read: what holds must not end before what follows has begun. */
static bool reading_put(struct answering *a, struct producer *producer, int topic,
                        bool *refused, struct err *err)
{
    for (size_t i = 0; i < a->set.n; i++) {
        const struct rights_event *e = &a->set.events[i];

        if (!e->request || e->source != a->request.source ||
            strcmp(a->set.names[i].request, a->reply.request) != 0 ||
            (e->kinds & RIGHTS_BIT(RIGHT_UNCLASSIFIED)) == 0)
            continue;
        if (!asked_load(a, e->ledger_id, refused, err) ||
            (a->reply.found != 0 &&
             !put(a, EVENT_RIGHTS_REQUESTED, e->at_us, producer, topic, err)) ||
            !put(a, EVENT_RIGHTS_COMPLETED, a->reply.answer.at_us, producer, topic, err))
            return false;
    }
    return true;
}

/* False and *gone: the database is; false otherwise: the reply has a problem. */
static bool send(struct answering *a, bool *gone, struct err *err)
{
    const struct settings *s = a->c->w->settings;
    struct producer *producer = NULL;
    char name[REGISTER_ID_BYTES + 8];
    bool refused = false, ok;
    int topic;

    *gone = false;
    snprintf(name, sizeof(name), "feed.%s", a->feed->id);
    ok = producer_open(s->kafka_brokers, &s->kafka, &producer, err) &&
         producer_topic(producer, name, &topic, err);
    if (ok && a->reply.answer.outcome == RIGHTS_READ) {
        ok = reading_put(a, producer, topic, &refused, err);
    } else if (ok) {
        ok = asked_load(a, a->id, &refused, err) &&
             put(a, EVENT_RIGHTS_COMPLETED, a->reply.answer.at_us, producer, topic, err);
    }
    ok = ok && producer_flush(producer, WAIT_MS, err);
    producer_close(producer);
    if (ok || refused)
        return ok;
    if (pg_broken(a->c->w->pg)) {
        *gone = true;
        return false;
    }
    log_err(LOG_LEVEL_WARN, "answer_failed", err);
    a->c->reply->retry_after_s = 5;
    return call_refuse(a->c, 503, "kafka", "Kafka did not take it: ask again");
}

/* --- the whole --- */

/* What it would do: the rights that it answers, how many days after the day that it
 * claims it is recorded, and until when is left after an extension. */
static void preview_put(const struct answering *a, struct buf *out)
{
    const struct rights_answer *given = &a->reply.answer;
    const bool longer = given->outcome == RIGHTS_EXTENDED;
    bool more = false;

    put_name(out, ",kinds");
    buf_add_str(out, "[");
    for (int kind = 1; kind < RIGHT_END; kind++) {
        if ((a->reply.kinds & RIGHTS_BIT(kind)) == 0)
            continue;
        buf_add_str(out, more ? "," : "");
        put_text(out, right_name((enum right)kind));
        more = true;
    }
    buf_add_str(out, "]");
    put_member_int(out, ",recorded_days_later",
                   given->now_us / WHEN_DAY_US - given->at_us / WHEN_DAY_US);
    put_member_time(out, ",due",
                    longer
                        ? rights_due(a->request.received_day, EXTENDED_MONTHS,
                                     a->request.paused_days, &a->set.off, a->request.by)
                        : a->request.due_us);
}

static void answered(struct answering *a)
{
    struct buf *out = &a->c->reply->body;

    a->c->reply->status = a->dry ? 200 : 202;
    buf_add_str(out, "{");
    put_member(out, "event_id", a->event_id);
    put_member(out, ",feed", a->feed->id);
    put_member(out, ",request", a->reply.request);
    put_member(out, ",outcome", rights_outcome_name(a->reply.answer.outcome));
    if (a->reply.answer.outcome == RIGHTS_REFUSED)
        rights_refusal_to_json(&a->reply, out);
    if (a->dry)
        preview_put(a, out);
    buf_add_str(out, "}\n");
}

/* A certificate that nobody has is no public record. */
static bool certificate_look(struct answering *a, const struct audit_row *rows, size_t n,
                             struct err *err)
{
    struct contact_key keys[RIGHTS_CONTACTS_MOST];
    size_t n_keys = 0;
    bool found;

    if (a->reply.answer.refusal != REFUSAL_CERTIFICATE_PUBLIC_RECORD)
        return true;
    for (size_t i = 0; i < n; i++)
        if (rows[i].has_contact)
            keys[n_keys++] = rows[i].contact;
    if (n_keys == 0)
        return true;
    if (!rights_certificate(a->c->w->pg, keys, n_keys, &found, err))
        return false;
    a->reply.answer.without_certificate = !found;
    return true;
}

static bool second_look(struct answering *a, bool *ret_go, struct err *err)
{
    char subject[SECOND_SUBJECT_BYTES];

    *ret_go = true;
    if (!rights_erases(a->reply.answer.outcome, a->reply.kinds))
        return true;
    second_subject(subject, SECOND_REQUEST, a->id);
    return call_second(a->c, SECOND_ERASE, subject, ret_go, err);
}

/* Looked at first, so that a budget is spent, or refuses, before anything is sent. */
static bool give(struct answering *a, struct err *err)
{
    struct audit_row rows[RIGHTS_CONTACTS_MOST];
    struct rights_said said;
    struct call *c = a->c;
    struct err why;
    bool refused, gone, go;
    size_t n;

    if (!vault_rights(c->w->vault, c->w->pg, a->id, &a->about, &said, err) ||
        !rights_person_load(c->w->pg, &said, &a->person, err))
        return false;
    n = rights_rows(c, &a->person, LOOKUP_SHOWN, rows);
    if (!certificate_look(a, rows, n, err) ||
        !call_noted(c, LOOKUP_RIGHTS, rows, n, &refused, err))
        return false;
    if (refused)
        return true;
    if (!rights_answer_check(&a->request, &a->reply.answer, &a->reply.kinds, &why)) {
        (void)call_refuse(c, 409, "cannot-answer", why.text);
        return true;
    }
    if (a->dry) {
        if (!asked_load(a, a->id, &refused, err))
            return refused;
        answered(a);
        return true;
    }
    if (!second_look(a, &go, err))
        return false;
    if (!go)
        return true;
    if (!send(a, &gone, err))
        return !gone;
    if (!call_noted(c, LOOKUP_RIGHTS, rows,
                    rights_rows(c, &a->person, LOOKUP_SETTLED, rows), &refused, err))
        return false;
    answered(a);
    return true;
}

bool answer_answer(struct call *c, struct err *err)
{
    struct answering a = {.c = c};
    struct lookup_answer words;
    struct fault fault;
    bool ok = true;

    if (!access_settles(c->token->role)) {
        call_forbid(c, LOOKUP_RIGHTS);
        return true;
    }
    if (c->w->settings->kafka_brokers[0] == '\0')
        return call_refuse(c, 501, "no-kafka",
                           "this service has no way to Kafka: say consentctl rights") ||
               true;
    if (!lookup_answer_read(c->rq->body, c->rq->body_len, &c->w->request, &words,
                            &fault)) {
        call_fault(c, &fault);
        return true;
    }
    if (!call_dry_run(c, &a.dry) || !call_id(c, &a.id) || !said_take(&a, &words))
        return true;
    call_who(c, a.who, sizeof(a.who));
    a.reply.about = &a.request;
    a.reply.event_id = a.event_id;
    a.reply.recorded_by = a.who;
    a.reply.authority_country = a.authority.country;
    a.reply.authority_name = a.authority.name;
    a.reply.authority_url = a.authority.url;
    buf_init(&a.bytes, RIGHTS_BYTES);
    buf_init(&a.about, RIGHTS_BYTES);
    ok = worker_register(c->w, err) &&
         rights_load(c->w->pg, NULL, WHEN_NEVER, &a.set, err);
    if (ok && request_find(&a) && (a.feed = desk_feed(c)) != NULL) {
        a.reply.source = register_source_name(c->w->reg, a.request.source);
        a.reply.feed_urn = a.feed->urn;
        a.reply.feed_type = (enum source_type)a.feed->type;
        ok = give(&a, err);
    }
    rights_person_done(&a.person);
    buf_done(&a.bytes);
    buf_done(&a.about);
    rights_set_done(&a.set);
    if (a.asked != NULL)
        explicit_bzero(a.asked, strlen(a.asked));
    free(a.asked);
    return ok;
}
