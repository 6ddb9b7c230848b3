#include "unsubscribe/unsubscribe.h"

#include "metrics.h"
#include "worker.h"

#include "base/clock.h"
#include "base/log.h"
#include "ident/email.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>

#define PG_MS       2000
#define EVENT_BYTES 65536
#define DAY_US      WHEN_DAY_US
#define AHEAD_US    (5 * WHEN_MINUTE_US)

/* --- who comes ------------------------------------------------------------------------
 */

static void choose_language(struct visit *v)
{
    const char *argument = http_argument(v->rq, "lang");
    char field[16];

    if (http_form_value(v->rq, "lang", field, sizeof(field)) &&
        language_read(field, &v->language))
        return;
    if (argument != NULL && language_read(argument, &v->language))
        return;
    v->language = language_of(http_header(v->rq, "Accept-Language"));
}

/* What PostgreSQL can say: was the link revoked, what are things called. */
static void ask_database(struct visit *v)
{
    struct worker *w = v->w;
    struct err err;
    bool ok = worker_connect(w, &err);

    if (ok) {
        worker_patience(w, PG_MS);
        ok = supply_names_follow(v->unsubscribe, w->pg, &err);
        if (ok && v->known)
            ok = link_standing_load(w->pg, v->link.digest, v->link.key, v->link.issued_us,
                                    &v->standing, &err);
        worker_patience(w, 0);
    }
    v->asked = ok;
    if (!ok) {
        metrics_add(METRIC_DATABASE, 1);
        log_err(LOG_LEVEL_WARN, "unsubscribe_without_database", &err);
    }
}

static void visit_begin(struct visit *v, struct worker *w, const struct http_request *rq,
                        struct http_reply *reply)
{
    struct err err;

    *v = (struct visit){.w = w, .unsubscribe = w->unsubscribe, .rq = rq, .reply = reply};
    v->now_us = clock_wall_us();
    supply_keys_follow(v->unsubscribe);
    choose_language(v);
    v->known = link_token_read(v->unsubscribe->keys, rq->name, &v->link, &err);
    ask_database(v);
    /* As good as one that we never made. */
    if (v->standing == LINK_REVOKED)
        v->known = false;
}

static void visit_end(struct visit *v, const char *what, bool took)
{
    metrics_unsubscribe(what, v->reply->status, took);
    explicit_bzero(&v->link, sizeof(v->link));
}

static bool confirms(const struct visit *v)
{
    return v->known && v->link.kind == LINK_CONFIRM;
}

/* A consent needs proof: a link that is fresh, in no doubt, and says what for. */
static bool may_confirm(const struct visit *v)
{
    int64_t age_us = v->now_us - v->link.issued_us;

    return v->standing == LINK_GOOD && age_us > -AHEAD_US &&
           age_us <= v->unsubscribe->settings->confirm_days * DAY_US &&
           event_can_confirm(v);
}

/* --- to Kafka --------------------------------------------------------------------------
 */

static bool send_off(struct visit *v, const char *feed, const struct buf *event)
{
    struct err err;

    if (event != NULL && event->overrun)
        err_set(&err, ERR_FATAL, "UNSUB_EVENT", "an event became too long");
    else if (supply_deliver(v->unsubscribe, feed, event, &err))
        return true;
    log_err(LOG_LEVEL_WARN, "unsubscribe_not_delivered", &err);
    supply_drop(v->unsubscribe);
    return false;
}

static bool record(struct visit *v, const struct choice *choice, bool confirmed)
{
    struct buf event;
    const char *feed;
    bool ok;

    buf_init(&event, EVENT_BYTES);
    feed = confirmed ? event_confirmed(v, &event) : event_optout(v, choice, &event);
    ok = send_off(v, feed, &event);
    if (event.data != NULL)
        explicit_bzero(event.data, event.len);
    buf_done(&event);
    return ok;
}

/* --- what they do ---------------------------------------------------------------------
 */

/* RFC 8058. A link that cannot be read gets the same answer by the same way, to the
 * brokers and back, with empty hands. */
static void one_click(struct visit *v)
{
    bool ok = v->known ? record(v, NULL, false) : send_off(v, NULL, NULL);

    v->reply->type = "text/plain; charset=utf-8";
    if (ok) {
        buf_add_str(&v->reply->body, "Your request was received.\n");
        return;
    }
    v->reply->status = 503;
    v->reply->retry_after_s = 30;
    buf_add_str(&v->reply->body, "Not now: please send this once more.\n");
}

static bool ticked(const struct visit *v, const char *group, const char *name)
{
    char field[REGISTER_ID_BYTES + 8], value[8];

    snprintf(field, sizeof(field), "%s.%s", group, name);
    return http_form_value(v->rq, field, value, sizeof(value));
}

/* False: nothing is chosen. */
static bool choice_read(const struct visit *v, bool all, struct choice *ret)
{
    const struct unsubscribe *d = v->unsubscribe;
    bool any = all;

    *ret = (struct choice){.all = all};
    http_form_value(v->rq, "address", ret->address, sizeof(ret->address));
    for (size_t i = 0; i < d->n_purposes && i < CHOICE_PURPOSES_MAX; i++) {
        ret->purpose[i] =
            !all && d->purposes[i].marked && ticked(v, "about", d->purposes[i].id);
        any = any || ret->purpose[i];
    }
    for (size_t i = 0; i < CHOICE_CHANNELS; i++) {
        ret->channel[i] =
            !all && choice_suits(v, i) && ticked(v, "by", choice_channels[i]);
        any = any || ret->channel[i];
    }
    return any;
}

/* Anybody may opt anybody out by typing an address, as by writing to us: failing safe.
 * Not by the million. The count is the process's. */
static bool unsigned_room(const struct visit *v)
{
    static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
    static int64_t minute, count;
    int64_t now = clock_mono_us() / WHEN_MINUTE_US;
    bool room;

    pthread_mutex_lock(&lock);
    if (minute != now) {
        minute = now;
        count = 0;
    }
    room = count < v->unsubscribe->settings->unsigned_per_minute;
    count += room ? 1 : 0;
    pthread_mutex_unlock(&lock);
    return room;
}

static bool chosen(struct visit *v, bool all)
{
    char canonical[IDENT_EMAIL_BYTES];
    struct choice choice;
    bool any = choice_read(v, all, &choice), took = false;
    bool nameless = v->unsubscribe->version < 0 && !all; /* which purposes were ticked? */
    struct err err;

    if (nameless)
        page_later(v);
    else if (!any)
        page_choices(v, &choice, FAULT_NOTHING);
    else if (!v->known && !ident_email(choice.address, canonical, &err))
        page_choices(v, &choice, FAULT_ADDRESS);
    else if (!v->known && !unsigned_room(v))
        page_later(v);
    else if ((took = record(v, &choice, false)))
        page_done(v, &choice);
    else
        page_later(v);
    explicit_bzero(canonical, sizeof(canonical));
    explicit_bzero(&choice, sizeof(choice));
    return took;
}

static bool confirm(struct visit *v, const char *act)
{
    if (!may_confirm(v)) {
        page_over(v);
        return false;
    }
    if (strcmp(act, "confirm") != 0) {
        page_confirm(v);
        return false;
    }
    if (!v->asked || !record(v, NULL, true)) {
        page_later(v);
        return false;
    }
    page_confirmed(v);
    return true;
}

static bool configured(const struct worker *w, struct http_reply *reply)
{
    if (w->unsubscribe != NULL)
        return true;
    http_problem(reply, 404, "not-found", "there is nothing here", NULL);
    return false;
}

void unsubscribe_show(void *worker, const struct http_request *rq,
                      struct http_reply *reply)
{
    static const struct choice none;
    struct visit v;

    if (!configured(worker, reply))
        return;
    visit_begin(&v, worker, rq, reply);
    if (!confirms(&v))
        page_choices(&v, &none, FAULT_NONE);
    else if (may_confirm(&v))
        page_confirm(&v);
    else
        page_over(&v);
    visit_end(&v, "page", false);
}

/* The page's buttons say what they mean by "do"; whatever else is posted is one click,
 * for mail programs differ and no opt-out may be lost. */
void unsubscribe_take(void *worker, const struct http_request *rq,
                      struct http_reply *reply)
{
    const char *what = "one_click";
    bool took = false;
    char act[16] = "";
    struct visit v;

    if (!configured(worker, reply))
        return;
    visit_begin(&v, worker, rq, reply);
    http_form_value(rq, "do", act, sizeof(act));
    if (confirms(&v)) {
        what = "confirmation";
        took = confirm(&v, act);
    } else if (strcmp(act, "all") == 0 || strcmp(act, "choose") == 0) {
        what = "choice";
        took = chosen(&v, strcmp(act, "all") == 0);
    } else {
        one_click(&v);
        took = v.known && reply->status == 200;
    }
    visit_end(&v, what, took);
}
