/* GET /v1/lists: the lists that the token's recipient subscribes to. */
#include "routes.h"

#include "base/clock.h"
#include "codec/put.h"

#include <string.h>

#define COUNTS_KEEP_US (10 * WHEN_SECOND_US)

static void member(struct buf *out, const char *name, const char *text)
{
    put_name(out, name);
    put_text(out, text);
}

static void list_put(struct buf *out, const struct register_snapshot *s,
                     const struct list *l, const struct list_figures *f)
{
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
    if (!list_figures_load(w->pg, w->figures, &w->n_figures, err))
        return false;
    w->counted_mono_us = now_us;
    w->counted_us = clock_wall_us();
    return true;
}

static void write_lists(struct call *c)
{
    const struct list_figures *figures = c->w->figures;
    size_t n = c->w->n_figures;
    const struct register_snapshot *s = c->w->reg;
    struct buf *out = &c->reply->body;
    int64_t now_us = clock_wall_us();
    bool first = true;

    buf_add_str(out, "{\"lists\":[");
    for (size_t i = 0; i < s->n_lists; i++) {
        const struct list_figures *own = NULL;

        if (!shown(c->token, &s->lists[i], now_us))
            continue;
        for (size_t k = 0; k < n && own == NULL; k++)
            if (figures[k].list == s->lists[i].number)
                own = &figures[k];
        buf_add_str(out, first ? "" : ",");
        first = false;
        list_put(out, s, &s->lists[i], own);
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
            !call_shown(c, LOOKUP_LISTS, &again, err))
            return false;
    }
    if (again)
        return err_set(err, ERR_RETRY, "REGISTER", "the register changes all the time");
    write_lists(c);
    return true;
}
