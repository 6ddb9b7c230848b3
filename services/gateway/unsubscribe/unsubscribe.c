#include "unsubscribe/unsubscribe.h"

#include "metrics.h"

#include "base/clock.h"

#include <string.h>

#define DAY_US   WHEN_DAY_US
#define DOUBT_US (30 * WHEN_SECOND_US) /* PostgreSQL may have said else since */
#define AHEAD_US (5 * WHEN_MINUTE_US)

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

/* By the address, or by its form. */
static bool wants_preferences(const struct http_request *rq)
{
    const char *argument = http_argument(rq, "view");
    char field[16] = "";

    http_form_value(rq, "view", field, sizeof(field));
    return strcmp(argument != NULL ? argument : field, "preferences") == 0;
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
    v->preferences = wants_preferences(rq);
    if (v->ours && v->known->revoked != NULL)
        v->standing = link_revoked_standing(v->known->revoked, v->link.digest,
                                            v->link.key, v->link.issued_us);
    if (!v->ours || v->standing == LINK_REVOKED)
        metrics_refused_link(v->ours ? "revoked" : "unreadable");
    /* As good as one that we never made. */
    if (v->standing == LINK_REVOKED)
        v->ours = false;
    v->preferences = v->preferences && v->ours && v->link.kind == LINK_OPTOUT;
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

static bool chosen(struct visit *v, bool all)
{
    bool nameless = !v->known->heard && !all; /* which purposes were ticked? */
    struct choice choice;
    enum page_fault fault;
    bool took = false;

    choice_read(v, all, &choice);
    fault = choice_fault(v, &choice);
    if (nameless)
        page_later(v);
    else if (fault != FAULT_NONE)
        page_choices(v, &choice, fault);
    else if (!choice_room(v, &choice))
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
    } else if (v.preferences && strcmp(act, "back") == 0) {
        what = "back";
        took = preferences_back(&v);
    } else if (strcmp(act, "all") == 0 || strcmp(act, "choose") == 0 ||
               (v.preferences && strcmp(act, "pause") == 0)) {
        what = "choice";
        took = chosen(&v, strcmp(act, "all") == 0);
    } else {
        took = one_click(&v);
    }
    visit_end(&v, what, took);
}
