#include "store/proof/words.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Of one shard of one list, and look-ups, at once; a call may bring 10,000. */
#define WORDS_MOST   "256"
#define LOOKUPS_MOST "10000"

#define WORD_COLUMNS                                                                     \
    "c.list, c.shard, c.version, c.former, c.at, c.effective, c.known, c.heard, "        \
    "c.entry,"                                                                           \
    " c.status, c.prior, c.rule, c.reason, c.contact"
#define WORD_SHAPE "isllzzzzlssssu"
#define LOOKUP_COLUMNS                                                                   \
    "a.xact, a.number, a.at, a.token_id, a.route, a.outcome, a.controller, a.purpose,"   \
    " a.channel, a.contact"
#define LOOKUP_SHAPE "llzisssssu"

/* Rows as to_jsonb has said them, beside those that are still there: what is in both is
 * the same. */
#define KEPT(table, param)                                                               \
    "SELECT k.* FROM unnest(" param ") AS t (line),"                                     \
    " jsonb_populate_record(NULL::" table ", t.line::jsonb) AS k UNION"

enum { LISTS, LOOKUPS, LIST, LOOKUP, LIST_KEPT, LOOKUP_KEPT, N_STATEMENTS };

static const struct pg_stmt statements[N_STATEMENTS] = {
    [LISTS] =
        {"proof_lists",
         "SELECT " WORD_COLUMNS " FROM (SELECT n.number, s.s AS shard, coalesce(("
         "   SELECT r.\"to\" FROM proof_range r WHERE r.log = 2"
         "   AND r.topic = n.number::text AND r.partition = s.s"
         "   ORDER BY r.first_leaf DESC LIMIT 1), 0) AS stood"
         "  FROM register_number n, generate_series(0, 15) AS s (s)"
         "  WHERE n.kind = 'list') p"
         " CROSS JOIN LATERAL (SELECT x.* FROM list_change x WHERE x.list = p.number"
         "  AND x.shard = p.shard::smallint AND x.version >= p.stood"
         "  ORDER BY x.version LIMIT " WORDS_MOST ") c"
         " ORDER BY c.list, c.shard, c.version",
         "", WORD_SHAPE},
    [LOOKUPS] =
        {"proof_lookups",
         "WITH stood AS MATERIALIZED (SELECT coalesce((SELECT r.\"to\" FROM proof_range r"
         "   WHERE r.log = 3 AND r.topic = '' AND r.partition = 0"
         "   ORDER BY r.first_leaf DESC LIMIT 1), 0) AS xact),"
         " ended AS MATERIALIZED (SELECT"
         "   pg_snapshot_xmin(pg_current_snapshot())::text::bigint AS xact),"
         " upto AS MATERIALIZED (SELECT max(x.xact) AS xact FROM (SELECT y.xact"
         "   FROM lookup_audit y WHERE y.xact >= (SELECT xact FROM stood)"
         "   AND y.xact < (SELECT xact FROM ended)"
         "   ORDER BY y.xact LIMIT " LOOKUPS_MOST ") x)"
         " SELECT " LOOKUP_COLUMNS " FROM lookup_audit a"
         " WHERE a.xact >= (SELECT xact FROM stood)"
         " AND a.xact <= (SELECT xact FROM upto) ORDER BY a.xact, a.number",
         "", LOOKUP_SHAPE},
    [LIST] = {"proof_list_range",
              "SELECT " WORD_COLUMNS " FROM list_change c WHERE c.list = $1"
              " AND c.shard = $2 AND c.version >= $3 AND c.version < $4"
              " ORDER BY c.version",
              "isll", WORD_SHAPE},
    [LOOKUP] = {"proof_lookup_range",
                "SELECT " LOOKUP_COLUMNS " FROM lookup_audit a WHERE a.xact >= $1"
                " AND a.xact < $2 ORDER BY a.xact, a.number",
                "ll", LOOKUP_SHAPE},
    [LIST_KEPT] = {"proof_list_kept",
                   "SELECT " WORD_COLUMNS
                   " FROM (" KEPT("list_change",
                                  "$5") " SELECT x.* FROM list_change x WHERE x.list = $1"
                                        "  AND x.shard = $2 AND x.version >= $3"
                                        "  AND x.version < $4) c"
                                        " WHERE c.list = $1 AND c.shard = $2"
                                        " AND c.version >= $3 AND c.version < $4"
                                        " ORDER BY c.version",
                   "isllT", WORD_SHAPE},
    [LOOKUP_KEPT] = {"proof_lookup_kept",
                     "SELECT " LOOKUP_COLUMNS " FROM (" KEPT(
                         "lookup_audit",
                         "$3") " SELECT x.* FROM lookup_audit x WHERE x.xact >= $1"
                               "  AND x.xact < $2) a"
                               " WHERE a.xact >= $1 AND a.xact < $2"
                               " ORDER BY a.xact, a.number",
                     "llT", LOOKUP_SHAPE},
};
const struct pg_stmt *const proof_words_statements[] = {
    &statements[LISTS],  &statements[LOOKUPS],   &statements[LIST],
    &statements[LOOKUP], &statements[LIST_KEPT], &statements[LOOKUP_KEPT]};
const size_t proof_words_statements_n = N_STATEMENTS;

/* --- words of lists --- */

static void leaf_of_word(const struct pg_result *res, int row, struct entry *ret)
{
    struct entry_list e = {
        .list = pg_get_i32(res, row, 0),
        .shard = pg_get_i16(res, row, 1),
        .version = pg_get_i64(res, row, 2),
        .former = pg_get_i64(res, row, 3),
        .at_us = pg_get_time(res, row, 4),
        .effective_us = pg_get_time(res, row, 5),
        .known_us = pg_get_time(res, row, 6),
        .heard_us = pg_is_null(res, row, 7) ? WHEN_ALWAYS : pg_get_time(res, row, 7),
        .decided_by = pg_get_i64(res, row, 8),
        .status = pg_get_i16(res, row, 9),
        .prior = pg_get_i16(res, row, 10),
        .rule = pg_get_i16(res, row, 11),
        .reason = pg_get_i16(res, row, 12),
    };

    memcpy(e.contact, pg_get_uuid(res, row, 13), sizeof(e.contact));
    entry_list_write(&e, ret);
}

/* The range that a word belongs to: the last, or one more. */
static struct proof_range *range_of_word(struct proof_ranges *rs,
                                         const struct pg_result *res, int row)
{
    struct proof_range *r = rs->n > 0 ? &rs->v[rs->n - 1] : NULL;
    char list[16];

    snprintf(list, sizeof(list), "%d", (int)pg_get_i32(res, row, 0));
    if (r == NULL || r->partition != pg_get_i16(res, row, 1) ||
        strcmp(r->topic, list) != 0) {
        r = proof_ranges_add(rs, NULL);
        memcpy(r->topic, list, sizeof(list));
        r->partition = pg_get_i16(res, row, 1);
        r->from = pg_get_i64(res, row, 2);
    }
    r->to = pg_get_i64(res, row, 2) + 1;
    return r;
}

bool proof_lists_new(struct pg *pg, struct proof_ranges *ret, proof_emit *emit,
                     void *context, struct err *err)
{
    struct pg_result *res;
    bool ok = true;

    *ret = (struct proof_ranges){0};
    if (!pg_exec(pg, &statements[LISTS], NULL, &res, err))
        return false;
    for (int row = 0; ok && row < pg_rows(res); row++) {
        struct entry entry;

        range_of_word(ret, res, row)->leaves++;
        leaf_of_word(res, row, &entry);
        ok = emit(context, ret->n - 1, pg_get_i64(res, row, 2), &entry, err);
    }
    pg_result_free(res);
    return ok;
}

/* Rows that have left the database are given as lines, each with a zero at its end. */
static void kept_put(struct pg_params *ps, const struct proof_kept *kept)
{
    const size_t array = pg_put_array(ps, 'T');
    const char *at = kept->lines.data;

    for (size_t i = 0; i < kept->n; i++, at += strlen(at) + 1)
        pg_add_text(ps, array, at);
}

/* The directory has not everything that has left. */
static bool is_whole(const struct pg_result *res, const struct proof_range *r,
                     const struct proof_kept *kept, struct err *err)
{
    return kept == NULL || pg_rows(res) >= r->leaves ||
           err_set(err, ERR_INPUT, "PROOF_NONE",
                   "the directory of archives has not all of this range: consentctl "
                   "archive list names the files");
}

/* The rows as leaves, each with its number of that column. */
static bool rows_emit(const struct pg_result *res,
                      void (*leaf_of)(const struct pg_result *, int, struct entry *),
                      int number, proof_emit *emit, void *context, struct err *err)
{
    for (int row = 0; row < pg_rows(res); row++) {
        struct entry entry;

        leaf_of(res, row, &entry);
        if (!emit(context, 0, pg_get_i64(res, row, number), &entry, err))
            return false;
    }
    return true;
}

bool proof_lists_read(struct pg *pg, const struct proof_range *r,
                      const struct proof_kept *kept, proof_emit *emit, void *context,
                      struct err *err)
{
    struct pg_result *res;
    struct pg_params ps;
    bool ok;

    pg_params_init(&ps);
    pg_put_i32(&ps, (int32_t)strtol(r->topic, NULL, 10));
    pg_put_i16(&ps, (int16_t)r->partition);
    pg_put_i64(&ps, r->from);
    pg_put_i64(&ps, r->to);
    if (kept != NULL)
        kept_put(&ps, kept);
    if (!pg_run(pg, &statements[kept != NULL ? LIST_KEPT : LIST], &ps, &res, err))
        return false;
    ok = is_whole(res, r, kept, err) &&
         rows_emit(res, leaf_of_word, 2, emit, context, err);
    pg_result_free(res);
    return ok;
}

/* --- look-ups --- */

static void leaf_of_lookup(const struct pg_result *res, int row, struct entry *ret)
{
    struct entry_lookup e = {
        .row = pg_get_i64(res, row, 1),
        .at_us = pg_get_time(res, row, 2),
        .token = pg_get_i32(res, row, 3),
        .route = pg_get_i16(res, row, 4),
        .outcome = pg_get_i16(res, row, 5),
        .controller = pg_get_i16(res, row, 6),
        .purpose = pg_get_i16(res, row, 7),
        .channel = pg_get_i16(res, row, 8),
        .has_contact = !pg_is_null(res, row, 9),
    };

    if (e.has_contact)
        memcpy(e.contact, pg_get_uuid(res, row, 9), sizeof(e.contact));
    entry_lookup_write(&e, ret);
}

bool proof_lookups_new(struct pg *pg, struct proof_ranges *ret, proof_emit *emit,
                       void *context, struct err *err)
{
    struct pg_result *res;
    bool ok = true;

    *ret = (struct proof_ranges){0};
    if (!pg_exec(pg, &statements[LOOKUPS], NULL, &res, err))
        return false;
    for (int row = 0; ok && row < pg_rows(res); row++) {
        struct proof_range *r = ret->n > 0 ? &ret->v[0] : proof_ranges_add(ret, NULL);
        const int64_t xact = pg_get_i64(res, row, 0);
        struct entry entry;

        if (row == 0)
            r->from = xact;
        r->to = xact + 1;
        r->leaves++;
        leaf_of_lookup(res, row, &entry);
        ok = emit(context, 0, xact, &entry, err);
    }
    pg_result_free(res);
    return ok;
}

bool proof_lookups_read(struct pg *pg, const struct proof_range *r,
                        const struct proof_kept *kept, proof_emit *emit, void *context,
                        struct err *err)
{
    struct pg_result *res;
    struct pg_params ps;
    bool ok;

    pg_params_init(&ps);
    pg_put_i64(&ps, r->from);
    pg_put_i64(&ps, r->to);
    if (kept != NULL)
        kept_put(&ps, kept);
    if (!pg_run(pg, &statements[kept != NULL ? LOOKUP_KEPT : LOOKUP], &ps, &res, err))
        return false;
    ok = is_whole(res, r, kept, err) &&
         rows_emit(res, leaf_of_lookup, 0, emit, context, err);
    pg_result_free(res);
    return ok;
}
