/* POST /v1/events: checked as ingest would, then to the source's feed; 202 when the
 * brokers have all of it. */
#include "events.h"

#include "metrics.h"

#include "base/log.h"
#include "base/mem.h"
#include "codec/event/event_batch.h"
#include "codec/event/event_mode.h"
#include "codec/put.h"
#include "crypto/access_token.h"
#include "http/form.h"
#include "kafka/producer.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define ATTRIBUTES_MAX  40
#define ATTRIBUTE_BYTES 1024
#define LINES_BYTES     ((size_t)3 << 20)

static const char structured[] = "application/cloudevents+json";

/* --- the request as a record of Kafka --- */

/* Attributes of binary mode: "ce-id: x" here is "ce_id" there, with its value as it was
 * before percent-encoding (CloudEvents, HTTP binding, 3.1.3.2). */
struct record {
    struct event_input input;
    struct record_header header[ATTRIBUTES_MAX + 1];
    char name[ATTRIBUTES_MAX][64];
    char value[ATTRIBUTES_MAX][ATTRIBUTE_BYTES];
    size_t n;
    bool malformed;
};

static void header_add(struct record *r, const char *name, const char *value)
{
    r->header[r->n++] = (struct record_header){name, value, strlen(value)};
}

static bool see_attribute(void *context, const char *name, const char *value)
{
    struct record *r = context;
    char *to = r->name[r->n];
    size_t n = strlen(name);

    if (strncasecmp(name, "ce-", 3) != 0)
        return true;
    if (r->n == ATTRIBUTES_MAX || n >= sizeof(r->name[0]) ||
        !form_decode(value, strlen(value), false, r->value[r->n], ATTRIBUTE_BYTES)) {
        r->malformed = true;
        return false;
    }
    for (size_t i = 0; i <= n; i++)
        to[i] = (char)tolower((unsigned char)name[i]);
    to[2] = '_';
    header_add(r, to, r->value[r->n]);
    return true;
}

/* False, with a problem: no CloudEvents over HTTP. */
static bool record_read(const struct http_request *rq, struct record *r,
                        struct http_reply *reply)
{
    bool json = http_content_type_is(rq, "application/json");

    *r = (struct record){.input = {.value = rq->body,
                                   .value_len = rq->body_len,
                                   .has_value = true,
                                   .headers = r->header}};
    http_each_header(rq, see_attribute, r);
    if (r->malformed) {
        http_problem(reply, 400, "attributes",
                     "an attribute cannot be read: percent-encoded UTF-8 of up to 1 KiB, "
                     "and no more than 40 of them",
                     NULL);
        return false;
    }
    if (!json)
        r->n = 0; /* the value says everything */
    header_add(r, "content-type",
               json && r->n > 0 ? rq->content_type
               : json           ? structured
                                : rq->content_type);
    r->input.n_headers = r->n;
    return true;
}

/* --- one event --- */

struct taking {
    const struct worker *w;
    const struct known *known;
    const struct source *source;
    struct buf *out; /* a line for each */
    size_t n, going;
    bool dry;
    struct fault first; /* of what does not go on */
};

static void line_put(struct taking *t, const struct checked *v)
{
    const char *word = t->dry       ? outcome_name(v->outcome)
                       : v->goes_on ? "queued"
                                    : "refused";

    checked_put(t->out, v, word);
}

static bool take_one(struct taking *t, const struct record *r, struct event_input *event,
                     enum event_fault fault, struct err *err)
{
    static const struct record_header element = {"content-type", structured,
                                                 sizeof(structured) - 1};
    bool whole = event->value == r->input.value;
    struct checked v;

    if (!check_event(t->w->events->check, &t->known->reg->book, t->source, event, fault,
                     &v, err))
        return false;
    line_put(t, &v);
    t->n++;
    metrics_event(t->source->id, t->dry ? "dry_run" : v.goes_on ? "queued" : "refused");
    if (!v.goes_on && t->first.reason[0] == '\0')
        t->first = *v.fault;
    if (!v.goes_on)
        return true;
    t->going++;
    return t->dry ||
           sender_put_record(t->w->sender, t->source->id, whole ? r->header : &element,
                             whole ? r->n : 1, event->value, event->value_len, err);
}

/* --- all of them --- */

static size_t count(const struct event_input *in)
{
    struct event_batch batch;
    struct event_input event;
    enum event_fault fault;
    size_t n = 0;

    event_batch_open(&batch, in->value, in->value_len, in->value_len);
    while (n <= EVENTS_BATCH_MAX && event_batch_next(&batch, &event, &fault))
        n++;
    return n;
}

static bool take_all(struct taking *t, const struct record *r, bool batched,
                     struct err *err)
{
    struct event_input event = r->input;
    struct event_batch batch;
    enum event_fault fault;

    if (!batched)
        return take_one(t, r, &event, EVENT_FAULT_NONE, err);
    event_batch_open(&batch, r->input.value, r->input.value_len, r->input.value_len);
    while (event_batch_next(&batch, &event, &fault))
        if (!take_one(t, r, &event, fault, err))
            return false;
    return true;
}

/* Nothing of it goes on: problem details (RFC 9457), with the lines as its member. */
static void refuse(const struct taking *t, struct http_reply *reply)
{
    struct buf *out = &reply->body;

    reply->status = 422;
    reply->type = "application/problem+json";
    buf_add_str(out, "{");
    put_member(out, "type", "urn:consent:problem:event");
    put_member(out, ",title", "Unprocessable Content");
    put_member_int(out, ",status", 422);
    put_member(out, ",detail", "no event was taken; each says why");
    put_member(out, ",reason", t->first.reason);
    if (t->first.pointer[0] != '\0')
        put_member(out, ",pointer", t->first.pointer);
    put_name(out, ",events");
    buf_add_str(out, "[");
    for (size_t i = 0; i + 1 < t->out->len; i++)
        buf_add(out, t->out->data[i] == '\n' ? "," : t->out->data + i, 1);
    buf_add_str(out, "]}\n");
}

static void not_now(struct http_reply *reply, const struct err *err)
{
    log_err(LOG_LEVEL_WARN, "not_delivered", err);
    metrics_not_delivered();
    http_problem(reply, 503, "kafka",
                 "Kafka did not acknowledge all of it: send the same again, which is "
                 "harmless",
                 NULL);
    reply->retry_after_s = 5;
}

static void answer(struct taking *t, const struct record *r, bool batched,
                   struct http_reply *reply)
{
    struct err err;

    if (!take_all(t, r, batched, &err) ||
        (t->going > 0 && !t->dry && !sender_flush(t->w->sender, &err))) {
        not_now(reply, &err);
        return;
    }
    if (t->going == 0 && !t->dry) {
        refuse(t, reply);
        return;
    }
    reply->status = t->dry ? 200 : 202;
    reply->type = "application/x-ndjson";
    buf_add(&reply->body, t->out->data, t->out->len);
}

static bool flag_read(const struct http_request *rq, const char *name, bool *ret,
                      struct http_reply *reply)
{
    const char *text = http_argument(rq, name);

    *ret = text != NULL && strcmp(text, "true") == 0;
    if (text == NULL || *ret || strcmp(text, "false") == 0)
        return true;
    http_problem(reply, 400, "bad-argument", "dry_run is true or false", NULL);
    return false;
}

/* False, with a problem. */
static bool measure(const struct taking *t, const struct record *r, bool *batched,
                    struct http_reply *reply)
{
    enum event_mode mode = event_mode_of(&r->input);
    size_t n;

    *batched = mode == EVENT_MODE_BATCH;
    if (mode == EVENT_MODE_OTHER) {
        http_problem(reply, 415, "content-type", "CloudEvents in JSON, please", NULL);
        return false;
    }
    n = *batched ? count(&r->input) : 1;
    if (n > EVENTS_BATCH_MAX || (!*batched && r->input.value_len > EVENT_RECORD_BYTES)) {
        http_problem(reply, 413, "too-large",
                     "an event has 64 KiB at most, a batch 1,000 events", NULL);
        return false;
    }
    return source_room(t->w->settings, t->source, n, reply);
}

void events_take(void *worker, const struct http_request *rq, struct http_reply *reply)
{
    struct worker *w = worker;
    struct record *r = mem_zalloc(1, sizeof(*r));
    struct taking t = {.w = w, .known = known_take(w->knowledge)};
    struct buf lines;
    bool batched;

    buf_init(&lines, LINES_BYTES);
    t.out = &lines;
    t.source = source_of(t.known, rq, reply);
    if (t.source != NULL && flag_read(rq, "dry_run", &t.dry, reply) &&
        record_read(rq, r, reply) && measure(&t, r, &batched, reply))
        answer(&t, r, batched, reply);
    buf_done(&lines);
    known_release(t.known);
    free(r);
}

void events_enter(void *worker, const struct http_request *rq, struct http_reply *reply)
{
    struct worker *w = worker;
    const struct known *known = known_take(w->knowledge);

    source_of(known, rq, reply);
    known_release(known);
}

bool events_admit(void *context, const struct http_request *rq, struct http_reply *reply)
{
    (void)context;
    if (rq->route->answer != events_take && rq->route->answer != events_receipts &&
        rq->route->answer != events_letters)
        return true; /* whoever was sent a link */
    if (access_bearer(rq->authorization) == NULL) {
        http_problem(reply, 401, "token", "say Authorization: Bearer and a token", NULL);
        return false;
    }
    if (rq->route->answer == events_take && !http_content_type_is(rq, structured) &&
        !http_content_type_is(rq, "application/cloudevents-batch+json") &&
        !http_content_type_is(rq, "application/json")) {
        http_problem(
            reply, 415, "content-type",
            "application/cloudevents+json, application/cloudevents-batch+json, or "
            "application/json with ce- fields, please",
            NULL);
        return false;
    }
    return true;
}
