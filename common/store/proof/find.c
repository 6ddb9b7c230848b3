#include "store/proof/find.h"

#include "store/proof/event_row.h"

#include <string.h>

#define STRAYS_MOST "1000"

enum {
    LEDGER,
    QUARANTINE,
    WORD,
    LIST_NUMBER,
    LOOKUP,
    RESTORED,
    STRAY_LEDGER,
    STRAY_QUARANTINE,
    STRAY_WORDS,
    STRAY_LOOKUPS,
    N_STATEMENTS
};

/* Rows of a feed that stand before the end of what is sealed, or beyond what ingest has
 * read. */
#define STRAY_OF(row)                                                                    \
    " LEFT JOIN LATERAL (SELECT x.\"to\" FROM proof_range x WHERE x.log = 1"             \
    "  AND x.topic = " row ".topic AND x.partition = " row ".partition AND x.run > 0"    \
    "  ORDER BY x.first_leaf DESC LIMIT 1) s ON true"                                    \
    " LEFT JOIN ingest_position p ON p.topic = " row ".topic"                            \
    "  AND p.partition = " row ".partition"                                              \
    " WHERE (" row ".\"offset\" < coalesce(s.\"to\", 0)"                                 \
    "  OR " row ".\"offset\" > coalesce(p.next_offset, -1))"                             \
    " AND NOT EXISTS (SELECT FROM proof_range r WHERE r.log = 1 AND r.run > 0"           \
    "  AND r.topic = " row ".topic AND r.partition = " row ".partition"                  \
    "  AND r.\"from\" <= " row ".\"offset\" AND r.\"to\" > " row ".\"offset\""

static const struct pg_stmt statements[N_STATEMENTS] = {
    [LEDGER] = {"proof_ledger_row",
                "SELECT " EVENT_ROW_LEDGER " FROM ledger l WHERE l.ledger_id = $1", "l",
                EVENT_ROW_LEDGER_SHAPE},
    [QUARANTINE] = {"proof_quarantine_row",
                    "SELECT " EVENT_ROW_QUARANTINE " FROM quarantine q"
                    " WHERE q.quarantine_id = $1",
                    "l", EVENT_ROW_QUARANTINE_SHAPE},
    [WORD] =
        {"proof_word",
         "SELECT c.list::text, c.shard::integer, c.version"
         " FROM register_number n, generate_series(0, 15) AS s (s)"
         " CROSS JOIN LATERAL (SELECT x.list, x.shard, x.version FROM list_change x"
         "  WHERE x.list = n.number AND x.shard = s.s::smallint AND x.version = $2) c"
         " WHERE n.kind = 'list' AND n.id = $1",
         "tl", "til"},
    [LIST_NUMBER] = {"proof_list_number",
                     "SELECT n.number FROM register_number n WHERE n.kind = 'list'"
                     " AND n.id = $1",
                     "t", "i"},
    [LOOKUP] = {"proof_lookup",
                "SELECT ''::text, 0, a.xact FROM lookup_audit a WHERE a.number = $1", "l",
                "til"},
    [RESTORED] = {"proof_restored_row",
                  "SELECT epoch, at, by_role, reason FROM restored WHERE epoch = $1", "l",
                  "lztt"},
    [STRAY_LEDGER] =
        {"proof_stray_ledger",
         "SELECT " EVENT_ROW_LEDGER " FROM ledger l" STRAY_OF(
             "l") "  AND EXISTS (SELECT FROM unnest(r.lows, r.highs) AS i (low, high)"
                  "   WHERE l.ledger_id BETWEEN i.low AND i.high))"
                  " ORDER BY l.ledger_id LIMIT " STRAYS_MOST,
         "", EVENT_ROW_LEDGER_SHAPE},
    [STRAY_QUARANTINE] = {"proof_stray_quarantine",
                          "SELECT " EVENT_ROW_QUARANTINE " FROM quarantine q" STRAY_OF(
                              "q") "  AND q.quarantine_id > r.q_after"
                                   "  AND q.quarantine_id <= r.q_upto)"
                                   " ORDER BY q.quarantine_id LIMIT " STRAYS_MOST,
                          "", EVENT_ROW_QUARANTINE_SHAPE},
    [STRAY_WORDS] = {"proof_stray_words",
                     "SELECT c.list::text, c.shard::integer, c.version FROM list_change c"
                     " JOIN LATERAL (SELECT x.\"to\" FROM proof_range x WHERE x.log = 2"
                     "  AND x.topic = c.list::text AND x.partition = c.shard"
                     "  ORDER BY x.first_leaf DESC LIMIT 1) s ON c.version < s.\"to\""
                     " WHERE NOT EXISTS (SELECT FROM proof_range r WHERE r.log = 2"
                     "  AND r.topic = c.list::text AND r.partition = c.shard"
                     "  AND r.\"from\" <= c.version AND r.\"to\" > c.version)"
                     " ORDER BY c.version LIMIT " STRAYS_MOST,
                     "", "til"},
    [STRAY_LOOKUPS] = {"proof_stray_lookups",
                       "SELECT ''::text, 0, a.xact FROM lookup_audit a"
                       " WHERE a.xact < (SELECT x.\"to\" FROM proof_range x"
                       "   WHERE x.log = 3 AND x.topic = '' ORDER BY x.first_leaf DESC"
                       "   LIMIT 1)"
                       " AND NOT EXISTS (SELECT FROM proof_range r WHERE r.log = 3"
                       "  AND r.topic = '' AND r.partition = 0 AND r.\"from\" <= a.xact"
                       "  AND r.\"to\" > a.xact)"
                       " ORDER BY a.xact LIMIT " STRAYS_MOST,
                       "", "til"},
};
const struct pg_stmt *const proof_find_statements[] = {
    &statements[LEDGER],       &statements[QUARANTINE],       &statements[WORD],
    &statements[LIST_NUMBER],  &statements[LOOKUP],           &statements[RESTORED],
    &statements[STRAY_LEDGER], &statements[STRAY_QUARANTINE], &statements[STRAY_WORDS],
    &statements[STRAY_LOOKUPS]};
const size_t proof_find_statements_n = N_STATEMENTS;

static bool ask(struct pg *pg, int which, int64_t id, struct pg_result **ret,
                struct err *err)
{
    struct pg_params ps;

    pg_params_init(&ps);
    pg_put_i64(&ps, id);
    return pg_run(pg, &statements[which], &ps, ret, err);
}

bool proof_row_load(struct pg *pg, bool quarantined, int64_t id, struct proof_row *ret,
                    bool *ret_found, struct err *err)
{
    *ret = (struct proof_row){0};
    if (!ask(pg, quarantined ? QUARANTINE : LEDGER, id, &ret->result, err))
        return false;
    *ret_found = pg_rows(ret->result) > 0;
    if (!*ret_found)
        return true;
    if (quarantined)
        event_row_quarantine(ret->result, 0, &ret->event);
    else
        event_row_ledger(ret->result, 0, &ret->event);
    return true;
}

void proof_row_done(struct proof_row *row)
{
    pg_result_free(row->result);
    row->result = NULL;
}

static void place_get(struct pg_result *res, struct proof_place *ret, bool *ret_found)
{
    *ret = (struct proof_place){0};
    *ret_found = pg_rows(res) > 0;
    if (*ret_found) {
        strncpy(ret->topic, pg_get_text(res, 0, 0), sizeof(ret->topic) - 1);
        ret->partition = pg_get_i32(res, 0, 1);
        ret->at = pg_get_i64(res, 0, 2);
    }
    pg_result_free(res);
}

bool proof_word_find(struct pg *pg, const char *list, int64_t version,
                     struct proof_place *ret, bool *ret_found, struct err *err)
{
    struct pg_params ps;
    struct pg_result *res;
    bool ok;

    pg_params_init(&ps);
    pg_put_text(&ps, list);
    pg_put_i64(&ps, version);
    ok = pg_run(pg, &statements[WORD], &ps, &res, err);
    if (ok)
        place_get(res, ret, ret_found);
    return ok;
}

bool proof_list_number(struct pg *pg, const char *list, int32_t *ret, struct err *err)
{
    struct pg_params ps;
    struct pg_result *res;

    *ret = 0;
    pg_params_init(&ps);
    pg_put_text(&ps, list);
    if (!pg_run(pg, &statements[LIST_NUMBER], &ps, &res, err))
        return false;
    if (pg_rows(res) > 0)
        *ret = pg_get_i32(res, 0, 0);
    pg_result_free(res);
    return true;
}

bool proof_lookup_find(struct pg *pg, int64_t number, struct proof_place *ret,
                       bool *ret_found, struct err *err)
{
    struct pg_result *res;

    if (!ask(pg, LOOKUP, number, &res, err))
        return false;
    place_get(res, ret, ret_found);
    return true;
}

bool proof_restored_read(struct pg *pg, const struct proof_range *r, proof_emit *emit,
                         void *context, struct err *err)
{
    struct pg_result *res;
    bool ok = true;

    if (!ask(pg, RESTORED, r->from, &res, err))
        return false;
    if (pg_rows(res) > 0) {
        const char *by = pg_get_text(res, 0, 2), *reason = pg_get_text(res, 0, 3);
        const struct entry_restored e = {
            .epoch = pg_get_i64(res, 0, 0),
            .at_us = pg_get_time(res, 0, 1),
            .by = {by, strlen(by)},
            .reason = {reason, strlen(reason)},
        };
        struct entry entry;

        ok = entry_restored_write(&e, &entry, err) &&
             emit(context, 0, r->from, &entry, err);
    }
    pg_result_free(res);
    return ok;
}

/* --- strays --- */

/* What a stray looks like does not matter where its row is no event: that it is there
 * does. */
static bool stray_emit(const struct pg_result *res, int which, int row, proof_emit *emit,
                       void *context, struct err *err)
{
    struct entry entry = {0};
    struct entry_event e;

    if (which == STRAY_LEDGER)
        event_row_ledger(res, row, &e);
    else if (which == STRAY_QUARANTINE)
        event_row_quarantine(res, row, &e);
    if (which == STRAY_LEDGER || which == STRAY_QUARANTINE)
        return entry_event_write(&e, &entry, err) &&
               emit(context, 0, e.offset, &entry, err);
    entry.len = 1;
    entry.b[0] = which == STRAY_WORDS ? ENTRY_LIST : ENTRY_LOOKUP;
    return emit(context, 0, pg_get_i64(res, row, 2), &entry, err);
}

static bool strays(struct pg *pg, int which, proof_emit *emit, void *context,
                   int64_t *ret_n, struct err *err)
{
    struct pg_result *res;
    bool ok = true;

    if (!pg_exec(pg, &statements[which], NULL, &res, err))
        return false;
    for (int row = 0; ok && row < pg_rows(res); row++, ++*ret_n)
        ok = stray_emit(res, which, row, emit, context, err);
    pg_result_free(res);
    return ok;
}

bool proof_strays_read(struct pg *pg, enum proof_log log, proof_emit *emit, void *context,
                       int64_t *ret_n, struct err *err)
{
    *ret_n = 0;
    switch (log) {
    case PROOF_EVENTS:
        return strays(pg, STRAY_LEDGER, emit, context, ret_n, err) &&
               strays(pg, STRAY_QUARANTINE, emit, context, ret_n, err);
    case PROOF_LISTS: return strays(pg, STRAY_WORDS, emit, context, ret_n, err);
    case PROOF_LOOKUPS: return strays(pg, STRAY_LOOKUPS, emit, context, ret_n, err);
    }
    return true;
}
