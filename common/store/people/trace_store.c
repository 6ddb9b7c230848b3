#include "trace_store.h"
#include "fact_store.h"

#include "store/words.h"
#include "base/mem.h"

#include <stdlib.h>

/* One contact's rows only: every step goes by an index. */
static const struct pg_stmt trace_ids_get = {
    .name = "trace_ids_get",
    .sql =
        "WITH own AS (SELECT DISTINCT ledger_id FROM fact WHERE contact = $1),"
        " far AS (SELECT DISTINCT f.ledger_id FROM link l JOIN fact f"
        "  ON f.contact = l.other AND f.flags & 1024 /*wide*/ <> 0 WHERE l.contact = $1"
        "  UNION SELECT f.ledger_id FROM same_of($1) s JOIN fact f"
        "   ON f.contact = s.other"
        "    AND (f.kind" FACT_DENIALS " OR f.flags & 1024 /*wide*/ <> 0)"
        "  UNION SELECT f.ledger_id FROM same_of($1) s JOIN link l ON l.contact = s.other"
        "   JOIN fact f ON f.contact = l.other AND f.flags & 1024 /*wide*/ <> 0"
        "  EXCEPT SELECT ledger_id FROM own),"
        " held AS (SELECT quarantine_id, ledger_id, known FROM quarantine"
        "  WHERE contact = $1),"
        " ids AS (SELECT ledger_id, false AS linked FROM own"
        "  UNION SELECT ledger_id, true FROM far"
        "  UNION SELECT h.ledger_id, false FROM held h WHERE h.ledger_id IS NOT NULL"
        "   AND NOT EXISTS (SELECT FROM far WHERE far.ledger_id = h.ledger_id)),"
        " first AS (SELECT ledger_id, min(quarantine_id) AS quarantine_id FROM held"
        "  WHERE ledger_id IS NOT NULL GROUP BY ledger_id)"
        " SELECT l.ledger_id, coalesce(h.quarantine_id, 0), l.known, ids.linked"
        " FROM ids JOIN ledger l USING (ledger_id) LEFT JOIN first h USING (ledger_id)"
        " WHERE l.known <= $2"
        " UNION ALL"
        " SELECT 0, h.quarantine_id, h.known, false"
        " FROM held h WHERE h.ledger_id IS NULL AND h.known <= $2"
        " ORDER BY 3, 1, 2",
    .params = "uz",
    .columns = "llzo",
};

/* The same of one source, and without what came along a link. */
static const struct pg_stmt trace_own_ids_get = {
    .name = "trace_own_ids_get",
    .sql =
        "WITH held AS (SELECT quarantine_id, ledger_id, known FROM quarantine"
        "  WHERE contact = $1 AND source = $3),"
        " ids AS (SELECT DISTINCT ledger_id FROM fact WHERE contact = $1 AND source = $3"
        "  UNION SELECT h.ledger_id FROM held h WHERE h.ledger_id IS NOT NULL),"
        " first AS (SELECT ledger_id, min(quarantine_id) AS quarantine_id FROM held"
        "  WHERE ledger_id IS NOT NULL GROUP BY ledger_id)"
        " SELECT l.ledger_id, coalesce(h.quarantine_id, 0), l.known, false"
        " FROM ids JOIN ledger l USING (ledger_id) LEFT JOIN first h USING (ledger_id)"
        " WHERE l.known <= $2 AND l.source = $3"
        " UNION ALL"
        " SELECT 0, h.quarantine_id, h.known, false"
        " FROM held h WHERE h.ledger_id IS NULL AND h.known <= $2"
        " ORDER BY 3, 1, 2",
    .params = "uzi",
    .columns = "llzo",
};

static const struct pg_stmt trace_page_get = {
    .name = "trace_page_get",
    .sql =
        "SELECT u.ledger_id, coalesce(l.known, h.known),"
        "  coalesce(l.occurred_from, '-infinity'), coalesce(l.occurred_to, 'infinity'),"
        "  coalesce(l.topic, h.topic), coalesce(l.partition, h.partition),"
        "  coalesce(l.\"offset\", h.\"offset\"), coalesce(l.source, h.source),"
        "  coalesce(l.flags, 0), coalesce(l.type, 0::smallint),"
        "  coalesce(l.outcome, 3::smallint /*quarantined*/),"
        "  coalesce(l.variant, 0::smallint), coalesce(l.event_id, h.event_id, ''),"
        "  coalesce(h.reason, l.reason, ''), coalesce(h.pointer, l.pointer, ''),"
        "  u.linked, u.quarantine_id, coalesce(h.state, 0::smallint)"
        " FROM unnest($1, $2, $3) WITH ORDINALITY"
        "  AS u (ledger_id, quarantine_id, linked, i)"
        " LEFT JOIN ledger l ON l.ledger_id = u.ledger_id"
        " LEFT JOIN quarantine h ON h.quarantine_id = u.quarantine_id ORDER BY u.i",
    .params = "LLO",
    .columns = "lzzztiliissstttols",
};

static const struct pg_stmt event_names_get = {
    .name = "event_names_get",
    .sql = "SELECT l.ledger_id, l.source, l.event_id FROM ledger l"
           " WHERE l.ledger_id = ANY ($1) ORDER BY 1",
    .params = "L",
    .columns = "lit",
};

const struct pg_stmt *const trace_statements[] = {&trace_ids_get, &trace_own_ids_get,
                                                  &trace_page_get, &event_names_get};
const size_t trace_statements_n = sizeof(trace_statements) / sizeof(trace_statements[0]);

static void event_read(const struct pg_result *r, int row, struct trace_event *e)
{
    e->ledger_id = pg_get_i64(r, row, 0);
    e->known_us = pg_get_time(r, row, 1);
    e->occurred.from_us = pg_get_time(r, row, 2);
    e->occurred.to_us = pg_get_time(r, row, 3);
    e->topic = pg_get_text(r, row, 4);
    e->partition = pg_get_i32(r, row, 5);
    e->offset = pg_get_i64(r, row, 6);
    e->source = pg_get_i32(r, row, 7);
    e->flags = pg_get_i32(r, row, 8);
    e->type = (enum event_type)pg_get_i16(r, row, 9);
    e->outcome = (enum outcome)pg_get_i16(r, row, 10);
    e->variant = pg_get_i16(r, row, 11);
    e->event_id = pg_get_text(r, row, 12);
    e->reason = pg_get_text(r, row, 13);
    e->pointer = pg_get_text(r, row, 14);
    e->forgotten_us = WHEN_ALWAYS;
    e->linked = pg_get_bool(r, row, 15);
    e->quarantine_id = pg_get_i64(r, row, 16);
    e->quarantine_state = pg_get_i16(r, row, 17);
}

static bool id_take(void *context, const struct pg_result *r, struct err *err)
{
    struct trace_ids *ret = context;

    (void)err;
    if (ret->n == ret->cap) {
        ret->cap = ret->cap > 0 ? 2 * ret->cap : 256;
        ret->ids = mem_resize(ret->ids, ret->cap, sizeof(*ret->ids));
    }
    ret->ids[ret->n++] = (struct trace_id){
        .ledger_id = pg_get_i64(r, 0, 0),
        .quarantine_id = pg_get_i64(r, 0, 1),
        .linked = pg_get_bool(r, 0, 3),
    };
    return true;
}

bool trace_ids_load(struct pg *pg, const struct contact_key *key, int64_t known_us,
                    int32_t source, struct trace_ids *ret, struct err *err)
{
    struct pg_params ps;
    bool ok;

    ret->n = 0;
    pg_params_init(&ps);
    pg_put_uuid(&ps, key->b);
    pg_put_time(&ps, known_us);
    if (source != 0)
        pg_put_i32(&ps, source);
    ok = pg_each(pg, source != 0 ? &trace_own_ids_get : &trace_ids_get, &ps, id_take, ret,
                 err);
    pg_params_done(&ps);
    return ok;
}

void trace_ids_done(struct trace_ids *ids)
{
    free(ids->ids);
    *ids = (struct trace_ids){0};
}

bool trace_page(struct pg *pg, const struct trace_id *ids, size_t n,
                struct trace_set *ret, struct err *err)
{
    struct pg_params ps;
    size_t ledger, quarantine, linked;

    *ret = (struct trace_set){0};
    pg_params_init(&ps);
    ledger = pg_put_array(&ps, 'L');
    quarantine = pg_put_array(&ps, 'L');
    linked = pg_put_array(&ps, 'O');
    for (size_t i = 0; i < n; i++) {
        pg_add_i64(&ps, ledger, ids[i].ledger_id);
        pg_add_i64(&ps, quarantine, ids[i].quarantine_id);
        pg_add_bool(&ps, linked, ids[i].linked);
    }
    if (!pg_run(pg, &trace_page_get, &ps, &ret->result, err))
        return false;
    ret->n = (size_t)pg_rows(ret->result);
    ret->events = mem_zalloc(ret->n, sizeof(*ret->events));
    for (size_t i = 0; i < ret->n; i++)
        event_read(ret->result, (int)i, &ret->events[i]);
    return true;
}

bool trace_load(struct pg *pg, const struct contact_key *key, int64_t known_us,
                struct trace_set *ret, struct err *err)
{
    struct trace_ids ids = {0};
    bool ok;

    *ret = (struct trace_set){0};
    ok = trace_ids_load(pg, key, known_us, 0, &ids, err) &&
         trace_page(pg, ids.ids, ids.n, ret, err);

    trace_ids_done(&ids);
    return ok;
}

void trace_set_done(struct trace_set *set)
{
    free(set->events);
    pg_result_free(set->result);
    buf_done(&set->opened);
    *set = (struct trace_set){0};
}

void trace_walk_init(struct effect_walk *w, const struct fact *facts, size_t n)
{
    w->room = mem_zalloc(n, sizeof(*w->room));
    w->places = mem_zalloc(n, sizeof(*w->places));
    effect_walk_begin(w, facts, n);
}

void trace_walk_done(struct effect_walk *w)
{
    free(w->room);
    free(w->places);
    *w = (struct effect_walk){0};
}

bool event_names_load(struct pg *pg, const int64_t *ledger_ids, size_t n,
                      struct name_set *ret, struct err *err)
{
    struct pg_params ps;
    size_t array;

    *ret = (struct name_set){0};
    pg_params_init(&ps);
    array = pg_put_array(&ps, 'L');
    for (size_t i = 0; i < n; i++)
        pg_add_i64(&ps, array, ledger_ids[i]);
    if (!pg_run(pg, &event_names_get, &ps, &ret->result, err))
        return false;
    ret->n = (size_t)pg_rows(ret->result);
    ret->names = mem_zalloc(ret->n, sizeof(*ret->names));
    for (size_t i = 0; i < ret->n; i++)
        ret->names[i] = (struct event_name){
            .ledger_id = pg_get_i64(ret->result, (int)i, 0),
            .source = pg_get_i32(ret->result, (int)i, 1),
            .event_id = pg_get_text(ret->result, (int)i, 2),
        };
    return true;
}

void event_names_done(struct name_set *set)
{
    free(set->names);
    pg_result_free(set->result);
    *set = (struct name_set){0};
}
