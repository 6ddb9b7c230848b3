#include "trace_store.h"
#include "fact_store.h"

#include "store/words.h"
#include "base/mem.h"

#include <stdlib.h>

/* One contact's rows only: every step goes by an index. */
static const struct pg_stmt trace_events_get = {
    .name = "trace_events_get",
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
        " held AS (SELECT quarantine_id, ledger_id, known, topic, partition, \"offset\","
        "  source, event_id, reason, pointer, state FROM quarantine"
        "  WHERE contact = $1),"
        " ids AS (SELECT ledger_id, false AS linked FROM own"
        "  UNION SELECT ledger_id, true FROM far"
        "  UNION SELECT h.ledger_id, false FROM held h WHERE h.ledger_id IS NOT NULL"
        "   AND NOT EXISTS (SELECT FROM far WHERE far.ledger_id = h.ledger_id))"
        " SELECT l.ledger_id, l.known, l.occurred_from, l.occurred_to, l.topic,"
        "  l.partition, l.\"offset\", l.source, l.flags, l.type, l.outcome, l.variant,"
        "  l.event_id, coalesce(h.reason, l.reason, ''),"
        "  coalesce(h.pointer, l.pointer, ''), ids.linked,"
        "  coalesce(h.quarantine_id, 0), coalesce(h.state, 0::smallint)"
        " FROM ids JOIN ledger l USING (ledger_id)"
        " LEFT JOIN LATERAL (SELECT * FROM held WHERE held.ledger_id = l.ledger_id"
        "  ORDER BY quarantine_id LIMIT 1) h ON true"
        " WHERE l.known <= $2"
        " UNION ALL"
        " SELECT 0, h.known, '-infinity', 'infinity', h.topic, h.partition, h.\"offset\","
        "  h.source, 0, 0::smallint, 3::smallint /*quarantined*/, 0::smallint,"
        "  coalesce(h.event_id, ''),"
        "  h.reason, h.pointer, false, h.quarantine_id, h.state"
        " FROM held h WHERE h.ledger_id IS NULL AND h.known <= $2"
        " ORDER BY 2, 1",
    .params = "uz",
    .columns = "lzzztiliissstttols",
};

static const struct pg_stmt event_names_get = {
    .name = "event_names_get",
    .sql = "SELECT l.ledger_id, l.source, l.event_id FROM ledger l"
           " WHERE l.ledger_id = ANY ($1) ORDER BY 1",
    .params = "L",
    .columns = "lit",
};

const struct pg_stmt *const trace_statements[] = {&trace_events_get, &event_names_get};
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

bool trace_load(struct pg *pg, const struct contact_key *key, int64_t known_us,
                struct trace_set *ret, struct err *err)
{
    struct pg_params ps;
    bool ok;

    *ret = (struct trace_set){0};
    pg_params_init(&ps);
    pg_put_uuid(&ps, key->b);
    pg_put_time(&ps, known_us);
    ok = pg_exec(pg, &trace_events_get, &ps, &ret->result, err);
    pg_params_done(&ps);
    if (!ok)
        return false;
    ret->n = (size_t)pg_rows(ret->result);
    ret->events = mem_zalloc(ret->n, sizeof(*ret->events));
    for (size_t i = 0; i < ret->n; i++)
        event_read(ret->result, (int)i, &ret->events[i]);
    return true;
}

void trace_set_done(struct trace_set *set)
{
    free(set->events);
    pg_result_free(set->result);
    buf_done(&set->opened);
    *set = (struct trace_set){0};
}

bool event_names_load(struct pg *pg, const int64_t *ledger_ids, size_t n,
                      struct name_set *ret, struct err *err)
{
    struct pg_params ps;
    size_t array;
    bool ok;

    *ret = (struct name_set){0};
    pg_params_init(&ps);
    array = pg_put_array(&ps, 'L');
    for (size_t i = 0; i < n; i++)
        pg_add_i64(&ps, array, ledger_ids[i]);
    ok = pg_exec(pg, &event_names_get, &ps, &ret->result, err);
    pg_params_done(&ps);
    if (!ok)
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
