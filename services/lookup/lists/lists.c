/* GET /v1/lists: the lists that the token's recipient subscribes to. */
#include "routes.h"

#include "base/clock.h"
#include "base/mem.h"
#include "codec/put.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COUNTS_KEEP_US (10 * WHEN_SECOND_US)
#define HELD_RETRY_S   10

static void member(struct buf *out, const char *name, const char *text)
{
    put_name(out, name);
    put_text(out, text);
}

static void seconds(struct buf *out, const char *name, int64_t us)
{
    char text[32];

    put_name(out, name);
    snprintf(text, sizeof(text), "%.3f", (double)us / 1e6);
    buf_add_str(out, us < 0 ? "null" : text);
}

/* What its recipient has said that it has; null when it never said anything. */
static void standing_put(struct buf *out, const struct recipient_standing *r)
{
    char cursor[CURSOR_TEXT_BYTES];

    put_name(out, ",acknowledged");
    if (r == NULL || !r->acknowledged) {
        buf_add_str(out, "null");
        return;
    }
    buf_add_str(out, "{");
    put_name(out, "at");
    put_time(out, r->at_us);
    cursor_format(&r->cursor, cursor);
    member(out, ",version", cursor);
    put_name(out, ",matches");
    buf_add_str(out, r->matches ? "true" : "false");
    put_name(out, ",drifted_since");
    put_time(out, r->drifted_us);
    put_name(out, ",behind");
    buf_add_str(out, "{");
    put_name(out, "events");
    put_int(out, r->behind_events);
    seconds(out, ",seconds", r->behind_us);
    buf_add_str(out, "}");
    put_name(out, ",opt_outs");
    buf_add_str(out, "{");
    put_name(out, "verified");
    put_int(out, r->opt_outs);
    seconds(out, ",p50_seconds", r->p50_us);
    seconds(out, ",p99_seconds", r->p99_us);
    seconds(out, ",slowest_seconds", r->slowest_us);
    put_name(out, ",over_48_hours");
    put_int(out, r->late_48h);
    put_name(out, ",over_10_business_days");
    put_int(out, r->late_10d);
    buf_add_str(out, "}}");
}

static void list_put(struct buf *out, const struct register_snapshot *s,
                     const struct list *l, const struct list_figures *f,
                     const struct list_end *end, const struct recipient_standing *r)
{
    char cursor[CURSOR_TEXT_BYTES];

    buf_add_str(out, "{");
    member(out, "id", l->id);
    member(out, ",recipient", l->recipient);
    member(out, ",controller", register_controller_name(s, l->controller));
    member(out, ",purpose", register_purpose_name(s, l->purpose));
    member(out, ",channel", channel_name(l->channel));
    member(out, ",polarity", l->polarity == LIST_DENY ? "deny" : "permit");
    member(out, ",profile", token_profile_name((enum token_profile)l->profile));
    put_name(out, ",entries");
    put_int(out, f != NULL ? f->entries : 0);
    put_name(out, ",suppressed");
    put_int(out, f != NULL ? f->suppressed : 0);
    put_name(out, ",permitted");
    put_int(out, f != NULL ? f->permitted : 0);
    put_name(out, ",version");
    put_int(out, f != NULL ? f->version : 0);
    cursor_format(end != NULL ? &end->at : &(struct cursor){0}, cursor);
    member(out, ",cursor", cursor);
    standing_put(out, r);
    buf_add_str(out, "}");
}

static bool shown(const struct access_token *token, const struct list *l, int64_t at_us)
{
    return period_holds(&l->valid, at_us) &&
           (token->role != ACCESS_MAILING || strcmp(token->recipient, l->recipient) == 0);
}

/* Counting is dear, so it is done now and then, and the answer says when. */
static bool figures_refresh(struct worker *w, struct err *err)
{
    int64_t now_us = clock_mono_us();

    if (w->counted_mono_us != 0 && now_us - w->counted_mono_us < COUNTS_KEEP_US)
        return true;
    if (!list_figures_load(w->pg, &w->figures, err))
        return false;
    w->counted_mono_us = now_us;
    w->counted_us = clock_wall_us();
    return true;
}

static const struct list_figures *figures_of(const struct worker *w, int32_t list)
{
    for (size_t i = 0; i < w->figures.n; i++)
        if (w->figures.rows[i].list == list)
            return &w->figures.rows[i];
    return NULL;
}

static const struct list_end *end_of(const struct worker *w, int32_t list)
{
    for (size_t i = 0; i < w->n_ends; i++)
        if (w->ends[i].list == list)
            return &w->ends[i];
    return NULL;
}

static const struct recipient_standing *standing_of(const struct worker *w,
                                                    const char *list)
{
    for (size_t i = 0; i < w->standings.n; i++)
        if (strcmp(w->standings.rows[i].list, list) == 0)
            return &w->standings.rows[i];
    return NULL;
}

static void write_lists(struct call *c)
{
    const struct register_snapshot *s = c->w->reg;
    struct buf *out = &c->reply->body;
    int64_t now_us = clock_wall_us();
    bool first = true;

    buf_add_str(out, "{\"lists\":[");
    for (size_t i = 0; i < s->n_lists; i++) {
        const struct list *l = &s->lists[i];

        if (!shown(c->token, l, now_us))
            continue;
        buf_add_str(out, first ? "" : ",");
        first = false;
        list_put(out, s, l, figures_of(c->w, l->number), end_of(c->w, l->number),
                 standing_of(c->w, l->id));
    }
    buf_add_str(out, "]");
    put_name(out, ",counted_at");
    put_time(out, c->w->counted_us);
    buf_add_str(out, "}\n");
}

bool call_shown(struct call *c, enum lookup_route route, bool *again, struct err *err)
{
    struct audit_row row = {.outcome = LOOKUP_SHOWN};
    struct audit_call audit = {.route = route, .rows = &row, .n = 1};
    struct audit_done done;
    bool refused; /* not without a contact */

    if (!call_audit(c, &audit, &done, again, &refused, err))
        return false;
    if (!*again)
        event_names_done(&done.names);
    return true;
}

static bool ends_load(struct worker *w, struct err *err)
{
    size_t n = w->reg->n_lists;
    int32_t *lists = mem_zalloc(n + 1, sizeof(*lists));
    bool ok;

    w->ends = mem_resize(w->ends, n + 1, sizeof(*w->ends));
    w->n_ends = 0;
    for (size_t i = 0; i < n; i++)
        lists[i] = w->reg->lists[i].number;
    ok = change_ends(w->pg, lists, n, w->ends, err);
    if (ok)
        w->n_ends = n;
    free(lists);
    return ok;
}

static const struct list *list_find(const struct call *c)
{
    int64_t now_us = clock_wall_us();

    for (size_t i = 0; i < c->w->reg->n_lists; i++) {
        const struct list *l = &c->w->reg->lists[i];

        if (strcmp(l->id, c->rq->name) == 0 && shown(c->token, l, now_us))
            return l;
    }
    return NULL;
}

/* The audit also says whether the register has changed: a list that is not there may be
 * a new one. */
bool call_list(struct call *c, enum lookup_route route, const struct list **ret,
               struct err *err)
{
    bool again = true;

    *ret = NULL;
    if (routes_lists_held()) {
        http_problem(c->reply, 503, "database-older",
                     "the database was restored to an earlier time than the list's; ask "
                     "again when its operator has settled that",
                     NULL);
        c->reply->retry_after_s = HELD_RETRY_S;
        return true;
    }
    for (int i = 0; i < 5 && again; i++) {
        if (!worker_register(c->w, err))
            return false;
        *ret = list_find(c);
        if (*ret != NULL)
            return true;
        if (!call_shown(c, route, &again, err))
            return false;
    }
    http_problem(c->reply, 404, "no-such-list",
                 "there is no list of this name for this token", NULL);
    return true;
}

bool answer_lists(struct call *c, struct err *err)
{
    bool again = true;

    for (int i = 0; i < 5 && again; i++) {
        if (!worker_register(c->w, err) || !figures_refresh(c->w, err) ||
            !ends_load(c->w, err) || !standings_load(c->w->pg, &c->w->standings, err) ||
            !call_shown(c, LOOKUP_LISTS, &again, err))
            return false;
    }
    if (again)
        return err_set(err, ERR_RETRY, "REGISTER", "the register changes all the time");
    write_lists(c);
    return true;
}
