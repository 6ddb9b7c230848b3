#include "quarantine_store.h"

#include "base/mem.h"

#include <stdlib.h>
#include <string.h>

#define COLUMNS                                                                          \
    "q.quarantine_id, q.known, coalesce(n.id, ''), q.topic, q.partition, q.\"offset\","  \
    " q.reason, q.pointer, coalesce(q.event_id, ''), coalesce(q.ledger_id, 0), q.state," \
    " coalesce(q.state_at, '-infinity'), coalesce(q.state_by, ''),"                      \
    " coalesce(q.note, ''), q.contact"
#define NAMED "LEFT JOIN register_number n ON n.kind = 'source' AND n.number = q.source"

static const struct pg_stmt quarantine_list_get = {
    .name = "quarantine_list",
    .sql = "SELECT " COLUMNS " FROM quarantine q " NAMED
           " WHERE ($1 IS NULL OR n.id = $1) AND ($2 IS NULL OR q.reason = $2)"
           " AND ($3 < 0 OR q.state = $3) AND q.quarantine_id > $4"
           " ORDER BY q.quarantine_id LIMIT $5",
    .params = "ttsli",
    .columns = "lzttiltttlszttu",
};

static const struct pg_stmt quarantine_last_get = {
    .name = "quarantine_last",
    .sql = "SELECT coalesce(max(quarantine_id), 0) FROM quarantine",
    .params = "",
    .columns = "l",
};

static const struct pg_stmt quarantine_rows_get = {
    .name = "quarantine_rows",
    .sql = "SELECT " COLUMNS " FROM quarantine q " NAMED
           " WHERE q.quarantine_id = ANY ($1) ORDER BY q.quarantine_id",
    .params = "L",
    .columns = "lzttiltttlszttu",
};

static const struct pg_stmt quarantine_settle_put = {
    .name = "quarantine_settle",
    .sql = "UPDATE quarantine SET state = $2, state_at = now(), state_by ="
           " coalesce($3, session_user),"
           " note = $4 WHERE quarantine_id = ANY ($1) AND state = 0 /*waiting*/",
    .params = "Lstt",
    .columns = "",
};

/* The same bytes on the same feed. */
static const struct pg_stmt quarantine_became_get = {
    .name = "quarantine_became",
    .sql =
        "SELECT coalesce(l.ledger_id, 0), coalesce(l.outcome, 0)::smallint,"
        "  coalesce(a.quarantine_id, 0), coalesce(b.quarantine_id, 0)"
        " FROM quarantine q"
        " LEFT JOIN LATERAL (SELECT l.ledger_id, l.outcome FROM ledger l"
        "  WHERE l.source = q.source AND l.event_id = q.event_id AND l.digest = q.digest"
        "   AND q.ledger_id IS NULL ORDER BY l.variant LIMIT 1) l ON true"
        " LEFT JOIN LATERAL (SELECT a.quarantine_id FROM quarantine a"
        "  WHERE a.digest = q.digest AND a.topic = q.topic"
        "   AND a.quarantine_id > q.quarantine_id ORDER BY 1 LIMIT 1) a ON true"
        " LEFT JOIN LATERAL (SELECT b.quarantine_id FROM quarantine b"
        "  WHERE b.digest = q.digest AND b.topic = q.topic AND b.state = 1 /*replayed*/"
        "   AND b.quarantine_id < q.quarantine_id ORDER BY 1 DESC LIMIT 1) b ON true"
        " WHERE q.quarantine_id = $1",
    .params = "l",
    .columns = "lsll",
};

const struct pg_stmt *const quarantine_statements[] = {
    &quarantine_list_get, &quarantine_rows_get, &quarantine_settle_put,
    &quarantine_became_get, &quarantine_last_get};
const size_t quarantine_statements_n =
    sizeof(quarantine_statements) / sizeof(quarantine_statements[0]);

static void row_read(const struct pg_result *r, int row, struct quarantined *q)
{
    q->id = pg_get_i64(r, row, 0);
    q->known_us = pg_get_time(r, row, 1);
    q->source = pg_get_text(r, row, 2);
    q->topic = pg_get_text(r, row, 3);
    q->partition = pg_get_i32(r, row, 4);
    q->offset = pg_get_i64(r, row, 5);
    q->reason = pg_get_text(r, row, 6);
    q->pointer = pg_get_text(r, row, 7);
    q->event_id = pg_get_text(r, row, 8);
    q->ledger_id = pg_get_i64(r, row, 9);
    q->state = (enum quarantine_state)pg_get_i16(r, row, 10);
    q->state_at_us = pg_get_time(r, row, 11);
    q->state_by = pg_get_text(r, row, 12);
    q->note = pg_get_text(r, row, 13);
    q->has_contact = !pg_is_null(r, row, 14);
    if (q->has_contact)
        memcpy(q->contact.b, pg_get_uuid(r, row, 14), sizeof(q->contact.b));
    q->forgotten_us = WHEN_ALWAYS;
}

static bool load(struct pg *pg, const struct pg_stmt *stmt, struct pg_params *ps,
                 struct quarantine_set *ret, struct err *err)
{
    *ret = (struct quarantine_set){0};
    if (!pg_exec(pg, stmt, ps, &ret->result, err))
        return false;
    ret->n = (size_t)pg_rows(ret->result);
    ret->rows = mem_zalloc(ret->n, sizeof(*ret->rows));
    for (size_t i = 0; i < ret->n; i++)
        row_read(ret->result, (int)i, &ret->rows[i]);
    return true;
}

bool quarantine_list(struct pg *pg, const struct quarantine_filter *f,
                     struct quarantine_set *ret, struct err *err)
{
    struct pg_params ps;
    bool ok;

    pg_params_init(&ps);
    pg_put_text(&ps, f->source);
    pg_put_text(&ps, f->reason);
    pg_put_i16(&ps, f->state);
    pg_put_i64(&ps, f->after_id);
    pg_put_i32(&ps, f->limit);
    ok = load(pg, &quarantine_list_get, &ps, ret, err);
    pg_params_done(&ps);
    return ok;
}

bool quarantine_last(struct pg *pg, int64_t *ret, struct err *err)
{
    struct pg_result *r;

    if (!pg_exec(pg, &quarantine_last_get, NULL, &r, err))
        return false;
    *ret = pg_get_i64(r, 0, 0);
    pg_result_free(r);
    return true;
}

static void ids_put(struct pg_params *ps, const int64_t *ids, size_t n)
{
    size_t array = pg_put_array(ps, 'L');

    for (size_t i = 0; i < n; i++)
        pg_add_i64(ps, array, ids[i]);
}

bool quarantine_get(struct pg *pg, const int64_t *ids, size_t n,
                    struct quarantine_set *ret, struct err *err)
{
    struct pg_params ps;
    bool ok;

    pg_params_init(&ps);
    ids_put(&ps, ids, n);
    ok = load(pg, &quarantine_rows_get, &ps, ret, err);
    pg_params_done(&ps);
    return ok;
}

bool quarantine_became(struct pg *pg, int64_t id, struct quarantine_became *ret,
                       struct err *err)
{
    struct pg_params ps;
    struct pg_result *r;

    *ret = (struct quarantine_became){0};
    pg_params_init(&ps);
    pg_put_i64(&ps, id);
    if (!pg_run(pg, &quarantine_became_get, &ps, &r, err))
        return false;
    if (pg_rows(r) == 1)
        *ret = (struct quarantine_became){pg_get_i64(r, 0, 0),
                                          (enum outcome)pg_get_i16(r, 0, 1),
                                          pg_get_i64(r, 0, 2), pg_get_i64(r, 0, 3)};
    pg_result_free(r);
    return true;
}

void quarantine_done(struct quarantine_set *set)
{
    free(set->rows);
    pg_result_free(set->result);
    buf_done(&set->opened);
    *set = (struct quarantine_set){0};
}

bool quarantine_settle(struct pg *pg, const int64_t *ids, size_t n,
                       enum quarantine_state state, const char *by, const char *note,
                       int64_t *ret_n, struct err *err)
{
    struct pg_params ps;
    struct pg_result *r;

    pg_params_init(&ps);
    ids_put(&ps, ids, n);
    pg_put_i16(&ps, (int16_t)state);
    pg_put_text(&ps, by);
    pg_put_text(&ps, note);
    if (!pg_run(pg, &quarantine_settle_put, &ps, &r, err))
        return false;
    *ret_n = pg_affected(r);
    pg_result_free(r);
    return true;
}
