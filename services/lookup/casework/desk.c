/* GET /v1/desk: what waits for a person, counted, each with where to go on. */
#include "routes.h"

#include "base/clock.h"
#include "codec/put.h"
#include "store/access/second_store.h"
#include "store/casework/rights_store.h"
#include "store/casework/waiting_store.h"

#include <stdlib.h>

#define SOON_DAYS      7
#define LATE_US        (30 * WHEN_DAY_US) /* opt-outs that came late: since then */
#define AGREEMENT_DAYS 90

/* --- requests --- */

struct requests {
    int64_t waiting, overdue, soon, paused, unread, acknowledge;
};

static void request_count(const struct rights_request *r, int64_t now_us,
                          struct requests *n)
{
    if (r->state == RIGHTS_CLOSED)
        return;
    n->waiting++;
    n->unread += (r->open & RIGHTS_BIT(RIGHT_UNCLASSIFIED)) != 0;
    n->acknowledge += r->acknowledge_us != WHEN_NEVER && r->acknowledged_us == 0;
    if (r->state == RIGHTS_PAUSED)
        n->paused++;
    else if (r->due_us <= now_us)
        n->overdue++;
    else
        n->soon += rights_days_left(r, now_us) <= SOON_DAYS;
}

static bool requests_load(struct call *c, int64_t now_us, struct requests *ret,
                          struct err *err)
{
    struct rights_request found[RIGHTS_SOURCES];
    struct rights_set set = {0};

    *ret = (struct requests){0};
    if (!rights_load(c->w->pg, NULL, WHEN_NEVER, &set, err))
        return false;
    for (size_t at = 0; at < set.n;) {
        const size_t n = rights_next(&set, &at, found);

        for (size_t i = 0; i < n; i++)
            request_count(&found[i], now_us, ret);
    }
    rights_set_done(&set);
    return true;
}

static void requests_put(struct buf *out, const struct requests *n)
{
    put_name(out, ",requests");
    buf_add_str(out, "{");
    put_member_int(out, "waiting", n->waiting);
    put_member_int(out, ",overdue", n->overdue);
    put_member_int(out, ",due_in_7_days", n->soon);
    put_member_int(out, ",paused", n->paused);
    put_member_int(out, ",unread", n->unread);
    put_member_int(out, ",to_acknowledge", n->acknowledge);
    buf_add_str(out, "}");
}

/* --- the rest --- */

static void quarantine_put(struct buf *out, const struct waiting_set *set)
{
    int64_t waiting = 0, week = 0;

    for (size_t i = 0; i < set->n_reasons; i++) {
        waiting += set->reasons[i].n;
        week += set->reasons[i].week;
    }
    put_name(out, ",quarantine");
    buf_add_str(out, "{");
    put_member_int(out, "waiting", waiting);
    put_member_int(out, ",over_7_days", week);
    put_member_time(out, ",oldest",
                    set->n_reasons > 0 ? set->reasons[0].oldest_us : WHEN_NEVER);
    put_name(out, ",reasons");
    buf_add_str(out, "[");
    for (size_t i = 0; i < set->n_reasons; i++) {
        buf_add_str(out, i > 0 ? ",{" : "{");
        put_member(out, "reason", set->reasons[i].reason);
        put_member_int(out, ",waiting", set->reasons[i].n);
        put_member_time(out, ",oldest", set->reasons[i].oldest_us);
        buf_add_str(out, "}");
    }
    buf_add_str(out, "]}");
}

static void feeds_put(struct buf *out, const struct waiting_set *set)
{
    put_name(out, ",partitions");
    buf_add_str(out, "[");
    for (size_t i = 0; i < set->n_feeds; i++) {
        buf_add_str(out, i > 0 ? ",{" : "{");
        put_member(out, "topic", set->feeds[i].topic);
        put_member_int(out, ",partition", set->feeds[i].partition);
        put_member(out, ",why", set->feeds[i].why);
        buf_add_str(out, "}");
    }
    buf_add_str(out, "]");
}

static void late_put(struct call *c, const struct waiting_set *set, int64_t now_us)
{
    struct buf *out = &c->reply->body;

    put_name(out, ",late_sources");
    buf_add_str(out, "[");
    for (size_t i = 0; i < set->n_late; i++) {
        const struct source *s =
            rulebook_source_at(&c->w->reg->book, set->late[i].source, now_us);
        const int64_t promise =
            s != NULL && s->late_after_us != 0 ? s->late_after_us : WHEN_DAY_US;

        buf_add_str(out, i > 0 ? ",{" : "{");
        put_member(out, "source", register_source_name(c->w->reg, set->late[i].source));
        put_member_int(out, ",opt_outs", set->late[i].n);
        put_member_int(out, ",worst_s", set->late[i].worst_us / WHEN_SECOND_US);
        put_member_int(out, ",promised_s", promise / WHEN_SECOND_US);
        buf_add_str(out, "}");
    }
    buf_add_str(out, "]");
}

/* Sources that have spent their day, or nearly, or of which something is held. */
static void budgets_put(struct call *c, const struct waiting_budget *budgets, size_t n,
                        int64_t now_us)
{
    struct buf *out = &c->reply->body;
    bool more = false;

    put_name(out, ",budgets");
    buf_add_str(out, "[");
    for (size_t i = 0; i < n; i++) {
        const struct waiting_budget *b = &budgets[i];
        const struct source *s = rulebook_source_at(&c->w->reg->book, b->source, now_us);
        const int64_t most = s != NULL ? s->grants_per_day : 0;

        if (!waiting_budget_tells(b, most))
            continue;
        buf_add_str(out, more ? ",{" : "{");
        put_member(out, "source", register_source_name(c->w->reg, b->source));
        put_member_int(out, ",today", b->used);
        put_member_int(out, ",grants_per_day", most);
        put_member_int(out, ",waiting", b->held);
        put_member_time(out, ",oldest", b->oldest_us);
        buf_add_str(out, "}");
        more = true;
    }
    buf_add_str(out, "]");
}

static void recipients_put(struct buf *out, const struct standing_set *set)
{
    bool more = false;

    put_name(out, ",drifted");
    buf_add_str(out, "[");
    for (size_t i = 0; i < set->n; i++) {
        const struct recipient_standing *r = &set->rows[i];

        if (!r->acknowledged || r->matches)
            continue;
        buf_add_str(out, more ? ",{" : "{");
        put_member(out, "list", r->list);
        put_member_time(out, ",since", r->drifted_us);
        put_member_int(out, ",behind_events", r->behind_events);
        buf_add_str(out, "}");
        more = true;
    }
    buf_add_str(out, "]");
}

static int64_t least(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* Those that end soon, have ended within that time, or were breached. */
static void agreements_put(struct buf *out, const struct rulebook *book, int64_t now_us)
{
    const int64_t span = AGREEMENT_DAYS * WHEN_DAY_US;
    bool more = false;

    put_name(out, ",agreements");
    buf_add_str(out, "[");
    for (size_t i = 0; i < book->n_agreements; i++) {
        const struct agreement *a = &book->agreements[i];
        const int64_t end = least(a->valid.until_us, a->terminated_us);
        const bool breached = a->breach_from_us != WHEN_NEVER;

        if (!breached &&
            (end == WHEN_NEVER || end > now_us + span || end < now_us - span))
            continue;
        buf_add_str(out, more ? ",{" : "{");
        put_member(out, "agreement", a->id);
        put_member(out, ",party", a->party);
        put_member_time(out, ",ends", end);
        put_member_time(out, ",breached_from", a->breach_from_us);
        buf_add_str(out, "}");
        more = true;
    }
    buf_add_str(out, "]");
}

/* By rows of retention that do not go by themselves; null: nobody has counted yet. */
static void due_put(struct buf *out, const struct waiting_set *set)
{
    put_name(out, ",retention_due");
    if (set->counted_us == WHEN_NEVER) {
        buf_add_str(out, "null");
        return;
    }
    buf_add_str(out, "{");
    put_member_int(out, "contacts", set->due);
    put_member_time(out, ",counted", set->counted_us);
    put_name(out, ",rows");
    buf_add_str(out, set->due_rows);
    put_name(out, ",asked");
    if (set->asked.by == NULL) {
        buf_add_str(out, "null}");
        return;
    }
    buf_add_str(out, "{");
    put_member(out, "by", set->asked.by);
    put_member_time(out, ",at", set->asked.asked_us);
    put_member_time(out, ",done", set->asked.done_us);
    put_member_int(out, ",contacts", set->asked.contacts);
    buf_add_str(out, "}}");
}

/* What one person has asked for, and another has to do. */
static void second_put(struct buf *out, const struct second_set *set)
{
    put_name(out, ",second_person");
    buf_add_str(out, "[");
    for (size_t i = 0; i < set->n; i++) {
        buf_add_str(out, i > 0 ? ",{" : "{");
        put_member(out, "act", set->asks[i].act);
        put_member(out, ",subject", set->asks[i].subject);
        put_member(out, ",by", set->asks[i].by);
        put_member_time(out, ",asked", set->asks[i].asked_us);
        buf_add_str(out, "}");
    }
    buf_add_str(out, "]");
}

/* --- the whole --- */

bool answer_desk(struct call *c, struct err *err)
{
    const struct audit_row row = {.outcome = LOOKUP_SHOWN};
    const int64_t now_us = clock_wall_us();
    struct buf *out = &c->reply->body;
    struct waiting_set set = {0};
    struct waiting_budget *budgets = NULL;
    struct second_set second = {0};
    struct requests requests;
    size_t n_budgets;
    bool refused, ok;

    ok = requests_load(c, now_us, &requests, err) &&
         waiting_load(c->w->pg, now_us - LATE_US, &set, err) &&
         waiting_budgets(c->w->pg, &budgets, &n_budgets, err) &&
         second_load(c->w->pg, &second, err) &&
         standings_load(c->w->pg, &c->w->standings, err) &&
         call_noted(c, LOOKUP_DESK, &row, 1, &refused, err);
    if (ok && !refused) {
        buf_add_str(out, "{");
        put_member_time(out, "now", now_us);
        requests_put(out, &requests);
        quarantine_put(out, &set);
        feeds_put(out, &set);
        late_put(c, &set, now_us);
        budgets_put(c, budgets, n_budgets, now_us);
        recipients_put(out, &c->w->standings);
        agreements_put(out, &c->w->reg->book, now_us);
        put_member_int(out, ",to_erase", set.to_erase);
        due_put(out, &set);
        second_put(out, &second);
        buf_add_str(out, "}\n");
    }
    free(budgets);
    second_done(&second);
    waiting_done(&set);
    return ok;
}
