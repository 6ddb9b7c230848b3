/* GET /v1/me: who is asking, what it may ask, and the words to ask with. */
#include "routes.h"

#include "base/clock.h"
#include "codec/put.h"
#include "store/casework/desk_store.h"

static void routes_put(struct buf *out, enum access_role role)
{
    bool more = false;

    put_name(out, ",may");
    buf_add_str(out, "[");
#define X(num, id, name)                                                                 \
    if (access_allows(role, LOOKUP_##id)) {                                              \
        buf_add_str(out, more ? "," : "");                                               \
        put_text(out, name);                                                             \
        more = true;                                                                     \
    }
    LOOKUP_ROUTES(X)
#undef X
    buf_add_str(out, "]");
}

/* The one that is meant when none is named stands first. */
static void controllers_put(struct buf *out, const struct rulebook *rb, int64_t now_us)
{
    bool more = false;

    put_name(out, ",controllers");
    buf_add_str(out, "[");
    for (size_t i = 0; i < 2 * rb->n_controllers; i++) {
        const struct controller *k = &rb->controllers[i % rb->n_controllers];
        const bool first = k->number == rb->default_controller;

        if (!period_holds(&k->valid, now_us) || first != (i < rb->n_controllers))
            continue;
        buf_add_str(out, more ? ",{" : "{");
        put_member(out, "id", k->id);
        put_member(out, ",name", k->name);
        buf_add_str(out, "}");
        more = true;
    }
    buf_add_str(out, "]");
}

static void register_put(struct buf *out, const struct rulebook *rb,
                         const struct purpose_titles *titles, int64_t now_us)
{
    put_name(out, ",register");
    buf_add_str(out, "{");
    put_member_int(out, "version", rb->version);
    controllers_put(out, rb, now_us);
    put_name(out, ",purposes");
    buf_add_str(out, "[");
    for (size_t i = 0; i < titles->n; i++) {
        buf_add_str(out, i > 0 ? ",{" : "{");
        put_member(out, "id", titles->rows[i].id);
        put_member(out, ",title", titles->rows[i].title);
        put_member(out, ",class", titles->rows[i].class);
        buf_add_str(out, "}");
    }
    buf_add_str(out, "]");
    put_name(out, ",channels");
    for (uint16_t bit = 1; bit <= CHANNELS_ALL; bit = (uint16_t)(bit << 1)) {
        buf_add_str(out, bit == 1 ? "[" : ",");
        put_text(out, channel_name(bit));
    }
    buf_add_str(out, "]}");
}

static void budget_put(struct buf *out, int32_t budget, int64_t asked)
{
    put_name(out, ",budget");
    if (budget == 0)
        buf_add_str(out, "null");
    else
        put_int(out, budget);
    put_member_int(out, ",asked_today", asked);
    put_name(out, ",left_today");
    if (budget == 0)
        buf_add_str(out, "null");
    else
        put_int(out, budget > asked ? budget - asked : 0);
}

static void write_answer(struct call *c, int64_t asked,
                         const struct purpose_titles *titles)
{
    const struct access_token *t = c->token;
    struct buf *out = &c->reply->body;
    int64_t now_us = clock_wall_us();

    buf_add_str(out, "{");
    put_member_int(out, "token", t->id);
    put_member(out, ",role", access_role_name(t->role));
    put_member(out, ",note", t->note);
    put_member(out, ",source", t->source);
    put_member(out, ",recipient", t->recipient);
    put_member_time(out, ",expires", t->expires_us);
    budget_put(out, t->budget, asked);
    put_member_bool(out, ",sees_data", access_sees_data(t->role));
    put_member_bool(out, ",settles", access_settles(t->role));
    routes_put(out, t->role);
    put_member_time(out, ",now", now_us);
    register_put(out, &c->w->reg->book, titles, now_us);
    buf_add_str(out, "}\n");
}

bool answer_me(struct call *c, struct err *err)
{
    const struct audit_row row = {.outcome = LOOKUP_SHOWN};
    struct purpose_titles titles;
    bool refused, ok;
    int64_t asked;

    if (!token_asked(c->w->pg, c->token->id, &asked, err) ||
        !purpose_titles_load(c->w->pg, &titles, err))
        return false;
    ok = call_noted(c, LOOKUP_ME, &row, 1, &refused, err);
    if (ok && !refused)
        write_answer(c, asked, &titles);
    purpose_titles_done(&titles);
    return ok;
}
