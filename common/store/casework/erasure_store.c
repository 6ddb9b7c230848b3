#include "erasure_store.h"

#include "base/mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    TASKS,
    LOOKED,
    TASK_DONE,
    DAY,
    DUE,
    CONTACT,
    LOCK,
    RELEASED,
    GONE,
    HOLDS,
    ERASE,
    PREVIEW,
    STAYS,
    AGAIN,
    N_STATEMENTS
};

// clang-format off

/* Of the contact: a mark for the lists that no erasure has left. */
#define UNSAID_OF(contact)                                                              \
    "SELECT FROM dirty d WHERE d.shard = shard_of(" contact ") AND d.contact = " contact \
    " AND NOT EXISTS (SELECT FROM erased_event e JOIN erasure x USING (erasure)"         \
    "  WHERE e.contact = d.contact AND x.at = d.known)"

/* Is there something, about the contact or one linked with it, that the lists have not said
 * yet? Their tokens are made of the identifier: without it they never could. */
#define UNSAID(contact)                                                                 \
    "(EXISTS (" UNSAID_OF(contact) ") OR EXISTS (SELECT FROM link l WHERE l.contact = "  \
    contact " AND EXISTS (" UNSAID_OF("l.other") ")) OR EXISTS (SELECT FROM same_person s" \
    " WHERE s.contact = " contact " AND EXISTS (" UNSAID_OF("s.other") ")))"

static const struct pg_stmt statements[N_STATEMENTS] = {
    /* last: who was erased a moment ago, when all that was under way then has ended; after an
     * hour in any case, for a restored database counts its transactions from its own start */
    [TASKS] = {"erasure_tasks",
        "SELECT t.contact, t.ledger_id, t.minor, t.erasure FROM (SELECT DISTINCT ON (contact) *"
        "  FROM (SELECT contact, ledger_id, reason = 'UNDER_16' AS minor, opened,"
        "   0::bigint AS erasure FROM delete_task WHERE done IS NULL"
        "  UNION ALL SELECT contact, ledger_id, ground = 'minor', at, erasure FROM erasure"
        "   WHERE look_after < pg_snapshot_xmin(pg_current_snapshot())"
        "   OR (look_after IS NOT NULL AND at < $1 - interval '1 hour')) w"
        "  WHERE opened < $1 AND contact <> ALL ($3)"
        "  ORDER BY contact, minor DESC, ledger_id, erasure DESC) t"
        " WHERE NOT EXISTS (SELECT FROM retention_hold h WHERE h.lifted IS NULL"
        "  AND (h.contact IS NULL OR h.contact = t.contact) AND h.controller IS NULL"
        "  AND h.\"row\" IS NULL)"
        " AND NOT " UNSAID("t.contact")
        " ORDER BY t.opened, t.contact LIMIT $2",
        "ziU", "ulol"},
    [LOOKED] = {"erasure_looked",
        "UPDATE erasure SET look_after = NULL"
        " WHERE contact = $1 AND erasure <= $2 AND look_after IS NOT NULL", "ul", ""},
    [TASK_DONE] = {"erasure_task_done",
        "UPDATE delete_task SET done = now() WHERE contact = $1 AND done IS NULL", "u", ""},
    [DAY] = {"retention_day",
        "WITH ours AS (INSERT INTO retention_day (day) VALUES (date '1970-01-01' + $1)"
        "  ON CONFLICT DO NOTHING RETURNING 1) SELECT EXISTS (SELECT FROM ours) OR ($2 AND EXISTS"
        "  (SELECT FROM retention_day WHERE day = date '1970-01-01' + $1 AND counted IS NULL))",
        "io", "o"},
    [DUE] = {"retention_due",
        "UPDATE retention_day SET due = $2, due_rows = $3::text::jsonb, counted = now()"
        " WHERE day = date '1970-01-01' + $1",
        "ilt", ""},
    [CONTACT] = {"erasure_contact",
        "SELECT c.kind, c.wrapped_key IS NOT NULL, EXISTS (SELECT FROM delete_task t"
        "  WHERE t.contact = c.contact AND t.reason = 'UNDER_16' AND t.done IS NULL), "
        UNSAID("c.contact") " FROM contact c WHERE c.contact = $1",
        "u", "sooo"},
    /* two erasures of one contact, one after the other */
    [LOCK] = {"erasure_lock",
        "SELECT pg_advisory_xact_lock(hashtextextended($1::text, 150)) IS NULL", "u", "o"},
    [RELEASED] = {"erasure_released",
        "SELECT controller, \"row\", until FROM erased_row WHERE contact = $1", "u", "stz"},
    [GONE] = {"erasure_gone",
        "SELECT ledger_id FROM erased_event WHERE contact = $1 AND ledger_id <> 0",
        "u", "l"},
    [HOLDS] = {"erasure_holds",
        "SELECT coalesce(controller, 0::smallint), coalesce(\"row\", '') FROM retention_hold"
        " WHERE lifted IS NULL AND (contact IS NULL OR contact = $1)",
        "u", "st"},
    [ERASE] = {"erase",
        "SELECT erasure, at, events, facts, quarantined, contacts, encode(digest, 'hex'),"
        " digests FROM erase($1, $2, $3, $4, $5, $6::jsonb, $7, $8, $9, $10, $11, $12, $13)",
        "uottlttSTZLOS", "lzlllltT"},
    [PREVIEW] = {"erase_preview",
        "SELECT coalesce(events, 0), coalesce(facts, 0), coalesce(quarantined, 0),"
        " coalesce(contacts, 0), coalesce(kept_facts, 0), coalesce(types, '')"
        " FROM erase_preview($1, $2, $3, $4, $5, $6::jsonb, $7, $8, $9, $10, $11, $12, $13)",
        "uottlttSTZLOS", "lllllt"},
    [STAYS] = {"erasure_stays", "SELECT count(*) FROM fact WHERE contact = $1", "u", "l"},
    [AGAIN] = {"erase_again", "SELECT erase_again($1::jsonb, $2)", "tS", "o"},
};
// clang-format on

const struct pg_stmt *erasure_statements(size_t *n)
{
    *n = N_STATEMENTS;
    return statements;
}

static bool run(struct pg *pg, int which, struct pg_params *ps, struct pg_result **ret,
                struct err *err)
{
    return pg_run(pg, &statements[which], ps, ret, err);
}

static bool of_contact(struct pg *pg, int which, const struct contact_key *key,
                       struct pg_result **ret, struct err *err)
{
    struct pg_params ps;

    pg_params_init(&ps);
    pg_put_uuid(&ps, key->b);
    return run(pg, which, &ps, ret, err);
}

/* --- tasks --- */

bool erasure_tasks(struct pg *pg, int64_t before_us, const struct contact_key *but,
                   size_t n_but, int32_t limit, struct erasure_task *ret, size_t *ret_n,
                   struct err *err)
{
    struct pg_params ps;
    struct pg_result *r;
    size_t array;

    pg_params_init(&ps);
    pg_put_time(&ps, before_us);
    pg_put_i32(&ps, limit);
    array = pg_put_array(&ps, 'U');
    for (size_t i = 0; i < n_but; i++)
        pg_add_uuid(&ps, array, but[i].b);
    if (!run(pg, TASKS, &ps, &r, err))
        return false;
    *ret_n = (size_t)pg_rows(r);
    for (int i = 0; i < pg_rows(r); i++) {
        memcpy(ret[i].key.b, pg_get_uuid(r, i, 0), sizeof(ret[i].key.b));
        ret[i].ledger_id = pg_get_i64(r, i, 1);
        ret[i].minor = pg_get_bool(r, i, 2);
        ret[i].erasure = pg_get_i64(r, i, 3);
    }
    pg_result_free(r);
    return true;
}

bool erasure_task_done(struct pg *pg, const struct contact_key *key, struct err *err)
{
    return of_contact(pg, TASK_DONE, key, NULL, err);
}

bool erasure_looked(struct pg *pg, const struct erasure_task *task, struct err *err)
{
    struct pg_params ps;

    pg_params_init(&ps);
    pg_put_uuid(&ps, task->key.b);
    pg_put_i64(&ps, task->erasure);
    return run(pg, LOOKED, &ps, NULL, err);
}

bool retention_day_take(struct pg *pg, int32_t day, bool up, bool *ret, struct err *err)
{
    struct pg_params ps;

    pg_params_init(&ps);
    pg_put_i32(&ps, day);
    pg_put_bool(&ps, up);
    return pg_run_bool(pg, &statements[DAY], &ps, ret, err);
}

bool retention_day_due(struct pg *pg, int32_t day, int64_t due, const char *rows,
                       struct err *err)
{
    struct pg_params ps;

    pg_params_init(&ps);
    pg_put_i32(&ps, day);
    pg_put_i64(&ps, due);
    pg_put_text(&ps, rows);
    return run(pg, DUE, &ps, NULL, err);
}

/* --- what is known --- */

static bool released_load(struct pg *pg, const struct contact_key *key,
                          struct erasure_past *ret, struct err *err)
{
    struct pg_result *r;

    if (!of_contact(pg, RELEASED, key, &r, err))
        return false;
    ret->n_released = (size_t)pg_rows(r);
    if (ret->n_released > ret->cap_released) {
        ret->cap_released = ret->n_released;
        ret->released =
            mem_resize(ret->released, ret->cap_released, sizeof(*ret->released));
    }
    for (int i = 0; i < pg_rows(r); i++) {
        struct erasure_released *e = &ret->released[i];

        *e = (struct erasure_released){.controller = pg_get_i16(r, i, 0),
                                       .until_us = pg_get_time(r, i, 2)};
        snprintf(e->row, sizeof(e->row), "%s", pg_get_text(r, i, 1));
    }
    pg_result_free(r);
    return true;
}

static bool gone_load(struct pg *pg, const struct contact_key *key,
                      struct erasure_past *ret, struct err *err)
{
    struct pg_result *r;

    if (!of_contact(pg, GONE, key, &r, err))
        return false;
    ret->n_gone = (size_t)pg_rows(r);
    if (ret->n_gone > ret->cap_gone) {
        ret->cap_gone = ret->n_gone;
        ret->gone = mem_resize(ret->gone, ret->cap_gone, sizeof(*ret->gone));
    }
    for (int i = 0; i < pg_rows(r); i++)
        ret->gone[i] = pg_get_i64(r, i, 0);
    pg_result_free(r);
    return true;
}

static bool holds_load(struct pg *pg, const struct contact_key *key,
                       struct erasure_past *ret, struct err *err)
{
    struct pg_result *r;

    if (!of_contact(pg, HOLDS, key, &r, err))
        return false;
    ret->n_holds = (size_t)pg_rows(r);
    if (ret->n_holds > ret->cap_holds) {
        ret->cap_holds = ret->n_holds;
        ret->holds = mem_resize(ret->holds, ret->cap_holds, sizeof(*ret->holds));
    }
    for (int i = 0; i < pg_rows(r); i++) {
        ret->holds[i] = (struct erasure_hold){.controller = pg_get_i16(r, i, 0)};
        snprintf(ret->holds[i].row, sizeof(ret->holds[i].row), "%s",
                 pg_get_text(r, i, 1));
    }
    pg_result_free(r);
    return true;
}

bool erasure_past_load(struct pg *pg, const struct contact_key *key, bool lock,
                       struct erasure_past *ret, struct err *err)
{
    struct pg_result *r;

    if (lock) {
        if (!of_contact(pg, LOCK, key, &r, err))
            return false;
        pg_result_free(r);
    }
    if (!of_contact(pg, CONTACT, key, &r, err))
        return false;
    ret->kind = (enum contact_kind)(pg_rows(r) > 0 ? pg_get_i16(r, 0, 0) : 0);
    ret->identifier = pg_rows(r) > 0 && pg_get_bool(r, 0, 1);
    ret->minor = pg_rows(r) > 0 && pg_get_bool(r, 0, 2);
    ret->unsaid = pg_rows(r) > 0 && pg_get_bool(r, 0, 3);
    pg_result_free(r);
    return released_load(pg, key, ret, err) && gone_load(pg, key, ret, err) &&
           holds_load(pg, key, ret, err);
}

void erasure_past_done(struct erasure_past *past)
{
    free(past->released);
    free(past->gone);
    free(past->holds);
    *past = (struct erasure_past){0};
}

/* --- doing --- */

static void put_units(struct pg_params *ps, const struct erasure_plan *plan)
{
    const size_t controller = pg_put_array(ps, 'S'), row = pg_put_array(ps, 'T');
    const size_t until = pg_put_array(ps, 'Z');

    for (size_t i = 0; i < plan->n_units; i++) {
        const struct erasure_unit *u = &plan->units[i];

        if (!erasure_why_goes(u->why))
            continue;
        pg_add_i16(ps, controller, u->controller);
        pg_add_text(ps, row, u->rule->id);
        pg_add_time(ps, until, u->until_us);
    }
}

static void put_kinds(struct pg_params *ps)
{
    const size_t going = pg_put_array(ps, 'S');

    for (uint8_t kind = 1; kind <= FACT_ERASED; kind++)
        if (erasure_fact_goes(kind))
            pg_add_i16(ps, going, kind);
}

static void put_events(struct pg_params *ps, const struct erasure_plan *plan)
{
    const size_t event = pg_put_array(ps, 'L'), asked = pg_put_array(ps, 'O');

    for (size_t i = 0; i < plan->n_events; i++) {
        pg_add_i64(ps, event, plan->events[i]);
        pg_add_bool(ps, asked, plan->by_request[i]);
    }
}

static void put_order(struct pg_params *ps, const struct erasure_order *order)
{
    pg_params_init(ps);
    pg_put_uuid(ps, order->key.b);
    pg_put_bool(ps, order->plan->whole);
    pg_put_text(ps, order->by);
    pg_put_text(ps, order->ground);
    pg_put_i64(ps, order->ledger_id);
    pg_put_text(ps, order->rows);
    pg_put_text(ps, order->event_id);
    put_units(ps, order->plan);
    put_events(ps, order->plan);
    put_kinds(ps);
}

/* "1 3 8 1": three of type 1, one of type 8. */
static void types_read(const char *text, struct erasure_preview *ret)
{
    char *at = NULL;

    for (; *text != '\0' && ret->n_types < ERASURE_TYPES; text = at) {
        const enum event_type type = (enum event_type)strtol(text, &at, 10);
        const int64_t n = strtoll(at, &at, 10);

        ret->types[ret->n_types].type = type;
        ret->types[ret->n_types++].n = n;
        if (type == EVENT_RIGHTS_REQUESTED)
            ret->letters = n;
    }
}

bool erasure_preview(struct pg *pg, const struct erasure_order *order,
                     struct erasure_preview *ret, struct err *err)
{
    struct pg_params ps;
    struct pg_result *r;

    *ret = (struct erasure_preview){0};
    put_order(&ps, order);
    if (!run(pg, PREVIEW, &ps, &r, err))
        return false;
    ret->events = pg_get_i64(r, 0, 0);
    ret->facts = pg_get_i64(r, 0, 1);
    ret->quarantined = pg_get_i64(r, 0, 2);
    ret->contacts = pg_get_i64(r, 0, 3);
    ret->kept_facts = pg_get_i64(r, 0, 4);
    types_read(pg_get_text(r, 0, 5), ret);
    pg_result_free(r);
    return true;
}

bool erasure_stays(struct pg *pg, const struct contact_key *key, int64_t *ret,
                   struct err *err)
{
    struct pg_params ps;

    pg_params_init(&ps);
    pg_put_uuid(&ps, key->b);
    return pg_run_i64(pg, &statements[STAYS], &ps, ret, err);
}

bool erasure_do(struct pg *pg, const struct erasure_order *order,
                struct erasure_done *ret, struct err *err)
{
    struct pg_params ps;
    struct pg_result *r;

    *ret = (struct erasure_done){0};
    put_order(&ps, order);
    if (!run(pg, ERASE, &ps, &r, err))
        return false;
    ret->erasure = pg_get_i64(r, 0, 0);
    ret->at_us = pg_get_time(r, 0, 1);
    ret->events = pg_get_i64(r, 0, 2);
    ret->facts = pg_get_i64(r, 0, 3);
    ret->quarantined = pg_get_i64(r, 0, 4);
    ret->contacts = pg_get_i64(r, 0, 5);
    snprintf(ret->digest, sizeof(ret->digest), "%s", pg_get_text(r, 0, 6));
    pg_get_array(r, 0, 7, &ret->digests);
    ret->result = r;
    return true;
}

void erasure_done_free(struct erasure_done *done)
{
    pg_result_free(done->result);
    *done = (struct erasure_done){0};
}

bool erasure_again(struct pg *pg, const char *record, bool *ret, struct err *err)
{
    struct pg_params ps;

    pg_params_init(&ps);
    pg_put_text(&ps, record);
    put_kinds(&ps);
    return pg_run_bool(pg, &statements[AGAIN], &ps, ret, err);
}
