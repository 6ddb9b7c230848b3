#include "unsubscribe/unsubscribe.h"

#include "metrics.h"
#include "unsubscribe/quota.h"

#include "base/clock.h"
#include "base/log.h"
#include "crypto/digest.h"
#include "ident/email.h"
#include "ident/phone.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>

#define EVENT_BYTES 65536
#define DAY_US      WHEN_DAY_US
#define DOUBT_US    (30 * WHEN_SECOND_US) /* PostgreSQL may have said else since */
#define AHEAD_US    (5 * WHEN_MINUTE_US)

/* --- who comes --- */

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

static void visit_begin(struct visit *v, struct worker *w, const struct http_request *rq,
                        struct http_reply *reply)
{
    struct err err;

    *v = (struct visit){.w = w, .rq = rq, .reply = reply};
    v->now_us = clock_wall_us();
    v->known = known_take(w->knowledge);
    v->began_us = clock_mono_us();
    choose_language(v);
    v->ours = link_token_find(v->known->keys, rq->name, &v->link, &err);
    if (v->ours && v->known->revoked != NULL)
        v->standing = link_revoked_standing(v->known->revoked, v->link.digest,
                                            v->link.key, v->link.issued_us);
    if (!v->ours || v->standing == LINK_REVOKED)
        metrics_refused_link(v->ours ? "revoked" : "unreadable");
    /* As good as one that we never made. */
    if (v->standing == LINK_REVOKED)
        v->ours = false;
}

static void visit_end(struct visit *v, const char *what, bool took)
{
    metrics_unsubscribe(what, v->reply->status, took,
                        (double)(clock_mono_us() - v->began_us) / 1e6);
    explicit_bzero(&v->link, sizeof(v->link));
    known_release(v->known);
}

static bool confirms(const struct visit *v)
{
    return v->ours && v->link.kind == LINK_CONFIRM;
}

/* A consent needs proof: a link that is fresh, in no doubt, and says what for. */
static bool may_confirm(const struct visit *v)
{
    int64_t age_us = v->now_us - v->link.issued_us;

    return v->standing == LINK_GOOD && age_us > -AHEAD_US &&
           age_us <= v->w->settings->confirm_days * DAY_US && event_can_confirm(v);
}

/* --- to Kafka --- */

enum act { ACT_CLICK, ACT_CHOICE, ACT_CONFIRM };

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

/* True: the brokers have it. */
static bool record(struct visit *v, enum act act, const struct choice *choice)
{
    struct buf event;
    struct err err;
    bool ok;

    if (v->ours && !quota_take(v->link.digest, v->w->settings->link_events_per_hour,
                               clock_mono_us())) {
        metrics_refused_link("too_often");
        return false;
    }
    buf_init(&event, EVENT_BYTES);
    ok = hand_over(v, act, choice, &event, &err);
    if (!ok) {
        metrics_not_delivered();
        log_err(LOG_LEVEL_WARN, "not_delivered", &err);
    }
    if (event.data != NULL)
        explicit_bzero(event.data, event.len);
    buf_done(&event);
    return ok;
}

/* --- what they do --- */

static bool wants_page(const struct http_request *rq)
{
    const char *accept = http_header(rq, "Accept");

    return accept != NULL && strstr(accept, "text/html") != NULL;
}

/* RFC 8058. A link that cannot be read must not look like one that was followed: a mail
 * program that is told so falls back to the mailto of the same field. A person is asked
 * for the address. */
static bool one_click(struct visit *v)
{
    static const struct choice none;

    if (!v->ours && wants_page(v->rq)) {
        page_choices(v, &none, FAULT_NONE);
        return false;
    }
    if (!v->ours) {
        http_problem(v->reply, 404, "link",
                     "this link cannot be read, and nothing was changed", NULL);
        return false;
    }
    if (record(v, ACT_CLICK, NULL)) {
        buf_add_str(&v->reply->body, "Your request was received.\n");
        return true;
    }
    v->reply->status = 503;
    v->reply->retry_after_s = 30;
    buf_add_str(&v->reply->body, "Not now: please send this once more.\n");
    return false;
}

static bool ticked(const struct visit *v, const char *group, const char *name)
{
    char field[REGISTER_ID_BYTES + 8], value[8];

    snprintf(field, sizeof(field), "%s.%s", group, name);
    return http_form_value(v->rq, field, value, sizeof(value));
}

/* Without blanks around it. */
static void typed(const struct visit *v, const char *field, char ret[CHOICE_TYPED_BYTES])
{
    char value[CHOICE_TYPED_BYTES] = "";
    const char *at = value;
    size_t n;

    http_form_value(v->rq, field, value, sizeof(value));
    at += strspn(at, " \t\r\n");
    n = strlen(at);
    while (n > 0 && strchr(" \t\r\n", at[n - 1]) != NULL)
        n--;
    memcpy(ret, at, n);
    ret[n] = '\0';
    explicit_bzero(value, sizeof(value));
}

static void choice_read(const struct visit *v, bool all, struct choice *ret)
{
    const struct known *d = v->known;

    *ret = (struct choice){.all = all};
    if (choice_may_type_phone(v))
        typed(v, "phone", ret->phone);
    if (!v->ours)
        typed(v, "address", ret->address);
    ret->group = v->ours && ticked(v, "for", "group");
    ret->sharing = !all && ticked(v, "about", "sharing");
    ret->any = all || ret->sharing;
    for (size_t i = 0; i < d->n_purposes && i < CHOICE_PURPOSES_MAX; i++) {
        ret->purpose[i] =
            !all && d->purposes[i].marked && ticked(v, "about", d->purposes[i].id);
        ret->any = ret->any || ret->purpose[i];
    }
    for (size_t i = 0; i < CHOICE_CHANNELS; i++) {
        ret->channel[i] =
            !all && choice_suits(v, i) && ticked(v, "by", choice_channels[i]);
        ret->any = ret->any || ret->channel[i];
    }
}

static enum page_fault choice_fault(const struct visit *v, const struct choice *choice)
{
    bool phone = choice->phone[0] != '\0', address = choice->address[0] != '\0';
    char canonical[IDENT_EMAIL_BYTES];
    enum page_fault fault = FAULT_NONE;
    struct ident_phones phones;
    struct err err;

    if (!choice->any && (!phone || address))
        fault = FAULT_NOTHING;
    else if (!v->ours && !phone && !address)
        fault = FAULT_ADDRESS;
    else if (address && !ident_email(choice->address, canonical, &err))
        fault = FAULT_ADDRESS;
    else if (phone && !ident_phones(choice->phone, "", &phones, &err))
        fault = FAULT_PHONE;
    explicit_bzero(canonical, sizeof(canonical));
    explicit_bzero(&phones, sizeof(phones));
    return fault;
}

/* Anybody may opt anybody out by typing an address, as by writing to us: failing safe.
 * Not by the million. The count is the process's. */
/* One visitor must not spend everybody's minute. The digest's first bytes choose where
 * the count is kept, so those of an address that differ come first. */
static bool network_room(const struct visit *v)
{
    uint8_t digest[32] = {0};

    if (!v->rq->client_known)
        return true;
    for (size_t i = 0; i < HTTP_CLIENT_BYTES; i++)
        digest[HTTP_CLIENT_BYTES - 1 - i] = v->rq->client[i];
    digest[sizeof(digest) - 1] = 'n';
    return quota_take(digest, v->w->settings->unsigned_per_network, clock_mono_us());
}

/* What is typed about one address, by whomever and however it is spelt, has the room of
 * one link: what was said before stands. Not so a no to everything: nobody else's choices
 * may keep a person from that. */
static bool typed_room(const struct visit *v, const char *canonical)
{
    uint8_t digest[DIGEST_BYTES];
    struct err err;

    return !digest_sha256("typed", 5, canonical, strlen(canonical), digest, &err) ||
           quota_take(digest, v->w->settings->link_events_per_hour, clock_mono_us());
}

static bool typed_rooms(const struct visit *v, const struct choice *choice)
{
    char canonical[IDENT_EMAIL_BYTES];
    struct ident_phones phones;
    struct err err;
    bool room = true;

    if (choice->all)
        return true;
    if (choice->address[0] != '\0' && ident_email(choice->address, canonical, &err))
        room = typed_room(v, canonical);
    if (room && choice->phone[0] != '\0' &&
        ident_phones(choice->phone, "", &phones, &err))
        room = typed_room(v, phones.e164[0]);
    explicit_bzero(canonical, sizeof(canonical));
    explicit_bzero(&phones, sizeof(phones));
    return room;
}

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
    room = count < v->w->settings->unsigned_per_minute;
    count += room ? 1 : 0;
    pthread_mutex_unlock(&lock);
    return room;
}

static bool chosen(struct visit *v, bool all)
{
    bool nameless = !v->known->heard && !all; /* which purposes were ticked? */
    struct choice choice;
    enum page_fault fault;
    bool by_typing, took = false;

    choice_read(v, all, &choice);
    fault = choice_fault(v, &choice);
    by_typing = !v->ours || choice.phone[0] != '\0';
    if (nameless)
        page_later(v);
    else if (fault != FAULT_NONE)
        page_choices(v, &choice, fault);
    else if (by_typing &&
             (!typed_rooms(v, &choice) || !network_room(v) || !unsigned_room(v)))
        page_later(v);
    else if ((took = record(v, ACT_CHOICE, &choice)))
        page_done(v, &choice);
    else
        page_later(v);
    explicit_bzero(&choice, sizeof(choice));
    return took;
}

static bool confirm(struct visit *v, const char *act)
{
    if (!may_confirm(v)) {
        metrics_refused_link("confirmation");
        page_over(v);
        return false;
    }
    if (strcmp(act, "confirm") != 0) {
        page_confirm(v);
        return false;
    }
    if (v->known->age_us > DOUBT_US || !record(v, ACT_CONFIRM, NULL)) {
        page_later(v);
        return false;
    }
    page_confirmed(v);
    return true;
}

void unsubscribe_show(void *worker, const struct http_request *rq,
                      struct http_reply *reply)
{
    static const struct choice none;
    struct visit v;

    visit_begin(&v, worker, rq, reply);
    if (confirms(&v))
        confirm(&v, "");
    else
        page_choices(&v, &none, FAULT_NONE);
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

    visit_begin(&v, worker, rq, reply);
    http_form_value(rq, "do", act, sizeof(act));
    if (confirms(&v)) {
        what = "confirmation";
        took = confirm(&v, act);
    } else if (strcmp(act, "all") == 0 || strcmp(act, "choose") == 0) {
        what = "choice";
        took = chosen(&v, strcmp(act, "all") == 0);
    } else {
        took = one_click(&v);
    }
    visit_end(&v, what, took);
}
