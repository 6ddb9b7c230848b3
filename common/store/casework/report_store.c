#include "report_store.h"

#include "base/mem.h"
#include "store/words.h"

#include <stdlib.h>
#include <string.h>

/* In the words of the index fact_late. */
static const struct pg_stmt late_denials_get = {
    .name = "late_denials",
    .sql =
        "SELECT f.contact, c.kind, f.ledger_id, f.known, f.occurred_from,"
        "  f.occurred_to, f.source, f.controller, f.purpose, f.channels, f.part"
        " FROM fact f JOIN contact c USING (contact)"
        " WHERE f.flags & 2048 /*late*/ <> 0 AND f.kind" FACT_DENIALS " AND f.known >= $1"
        "  AND ($2 = 0 OR f.source = $2)"
        "  AND (f.known, f.ledger_id, f.contact, f.part) > ($3, $4, $5, $6)"
        " ORDER BY f.known, f.ledger_id, f.contact, f.part LIMIT $7",
    .params = "zizlusi",
    .columns = "uslzzzissss",
};

static const struct pg_stmt register_span_get = {
    .name = "register_span",
    .sql = "SELECT coalesce(max(c.known) FILTER (WHERE c.known < $1), '-infinity'),"
           "  coalesce(min(c.known) FILTER (WHERE c.known >= $1), 'infinity')"
           " FROM (SELECT known FROM register_entry"
           "  UNION SELECT known FROM agreement_fact) c",
    .params = "z",
    .columns = "zz",
};

static const struct pg_stmt quality_outcomes = {
    .name = "quality_outcomes",
    .sql = "SELECT source, outcome, reason, late, sum(n)::bigint FROM source_count"
           " WHERE day >= ($1 AT TIME ZONE 'UTC')::date AND ($2 = 0 OR source = $2)"
           " GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4",
    .params = "zi",
    .columns = "istol",
};

/* What a source's grants were worth. "Stopped" are those that came when we knew of a no
 * already which covers them by controller (or one that has taken its sites over, $4 to
 * $6), purpose ($3: what promotional is) and channel, as common/core/decision/fold.c has
 * it. A letter that nobody has read stops mail, but is not a no that was said.
 * Unwarranted is what has neither flag. */
static const struct pg_stmt quality_facts = {
    .name = "quality_facts",
    .sql = "WITH given AS MATERIALIZED ("
           "  SELECT source, contact, ledger_id, known, kind, flags, controller, purpose,"
           "   channels FROM fact"
           "  WHERE kind IN (1 /*grant*/, 8 /*lead*/) AND known >= $1 AND ($2 = 0 OR "
           "source = $2)),"
           " denial AS MATERIALIZED ("
           "  SELECT contact, known, occurred_from, kind, controller, purpose, channels"
           "  FROM fact WHERE kind" FACT_DENIALS " AND kind <> 25 /*unread*/),"
           " taken_over AS (SELECT * FROM unnest($4, $5, $6) AS s (former, present, at)),"
           " stopped AS ("
           "  SELECT g.source, count(DISTINCT g.ledger_id) AS n FROM given g"
           "  JOIN denial d USING (contact)"
           "  WHERE g.kind = 1 /*grant*/ AND d.known < g.known"
           "   AND d.channels & g.channels <> 0"
           "   AND (d.controller IN (0, g.controller)"
           "        OR EXISTS (SELECT FROM taken_over s WHERE s.former = d.controller"
           "         AND s.present = g.controller AND d.occurred_from < s.at"
           "         AND s.at <= g.known))"
           "   AND (d.purpose IN (0, g.purpose)"
           "        OR (d.purpose = -1 AND g.purpose = ANY ($3)))"
           "  GROUP BY 1),"
           " complained AS ("
           "  SELECT g.source, count(DISTINCT g.contact) AS n FROM given g"
           "  JOIN denial d USING (contact)"
           "  WHERE d.kind = 6 /*complaint*/ AND d.known > g.known"
           "  GROUP BY 1)"
           " SELECT g.source, count(DISTINCT g.contact),"
           "  count(DISTINCT g.ledger_id) FILTER (WHERE g.kind = 1 /*grant*/),"
           "  count(DISTINCT g.ledger_id) FILTER (WHERE g.kind = 1 /*grant*/"
           "   AND g.flags & 3 /*direct|warranty*/ = 0),"
           "  coalesce((SELECT s.n FROM stopped s WHERE s.source = g.source), 0),"
           "  coalesce((SELECT c.n FROM complained c WHERE c.source = g.source), 0)"
           " FROM given g GROUP BY 1 ORDER BY 1",
    .params = "ziSSSZ",
    .columns = "illlll",
};

const struct pg_stmt *const report_statements[] = {&late_denials_get, &register_span_get,
                                                   &quality_outcomes, &quality_facts};
const size_t report_statements_n =
    sizeof(report_statements) / sizeof(report_statements[0]);

/* --- late denials --- */

static void late_read(const struct pg_result *r, int row, struct late_denial *d)
{
    *d = (struct late_denial){.kind = (uint8_t)pg_get_i16(r, row, 1)};
    memcpy(d->contact.b, pg_get_uuid(r, row, 0), sizeof(d->contact.b));
    d->fact.ledger_id = pg_get_i64(r, row, 2);
    d->fact.known_us = pg_get_time(r, row, 3);
    d->fact.from_us = pg_get_time(r, row, 4);
    d->fact.to_us = pg_get_time(r, row, 5);
    d->fact.source = pg_get_i32(r, row, 6);
    d->fact.controller = pg_get_i16(r, row, 7);
    d->fact.purpose = pg_get_i16(r, row, 8);
    d->fact.channels = (uint16_t)pg_get_i16(r, row, 9);
    d->fact.part = (uint8_t)pg_get_i16(r, row, 10);
}

bool late_denials_next(struct pg *pg, int64_t since_us, int32_t source, int32_t limit,
                       struct late_denials *ret, struct err *err)
{
    const struct late_denial first = {.fact.known_us = WHEN_ALWAYS};
    const struct late_denial *last = ret->n > 0 ? &ret->rows[ret->n - 1] : &first;
    struct pg_params ps;
    struct pg_result *r;

    pg_params_init(&ps);
    pg_put_time(&ps, since_us);
    pg_put_i32(&ps, source);
    pg_put_time(&ps, last->fact.known_us);
    pg_put_i64(&ps, last->fact.ledger_id);
    pg_put_uuid(&ps, last->contact.b);
    pg_put_i16(&ps, last->fact.part);
    pg_put_i32(&ps, limit);
    if (!pg_run(pg, &late_denials_get, &ps, &r, err))
        return false;
    ret->n = (size_t)pg_rows(r);
    if (ret->n > ret->cap) {
        ret->cap = ret->n;
        ret->rows = mem_resize(ret->rows, ret->cap, sizeof(*ret->rows));
    }
    for (size_t i = 0; i < ret->n; i++)
        late_read(r, (int)i, &ret->rows[i]);
    pg_result_free(r);
    return true;
}

void late_denials_done(struct late_denials *set)
{
    free(set->rows);
    *set = (struct late_denials){0};
}

bool register_span(struct pg *pg, int64_t known_us, int64_t *ret_from_us,
                   int64_t *ret_until_us, struct err *err)
{
    struct pg_result *r;

    if (!pg_exec_time(pg, &register_span_get, known_us, &r, err))
        return false;
    *ret_from_us = pg_get_time(r, 0, 0);
    *ret_until_us = pg_get_time(r, 0, 1);
    pg_result_free(r);
    return true;
}

/* --- quality --- */

static void outcomes_read(const struct pg_result *r, struct quality *ret)
{
    ret->n_outcomes = (size_t)pg_rows(r);
    ret->outcomes = mem_zalloc(ret->n_outcomes + 1, sizeof(*ret->outcomes));
    for (int i = 0; i < pg_rows(r); i++)
        ret->outcomes[i] = (struct source_outcome){
            .source = pg_get_i32(r, i, 0),
            .outcome = (uint8_t)pg_get_i16(r, i, 1),
            .reason = pg_get_text(r, i, 2),
            .late = pg_get_bool(r, i, 3),
            .n = pg_get_i64(r, i, 4),
        };
}

static void sources_read(const struct pg_result *r, struct quality *ret)
{
    ret->n_sources = (size_t)pg_rows(r);
    ret->sources = mem_zalloc(ret->n_sources + 1, sizeof(*ret->sources));
    for (int i = 0; i < pg_rows(r); i++)
        ret->sources[i] = (struct source_quality){
            .source = pg_get_i32(r, i, 0),
            .contacts = pg_get_i64(r, i, 1),
            .grants = pg_get_i64(r, i, 2),
            .unwarranted = pg_get_i64(r, i, 3),
            .suppressed = pg_get_i64(r, i, 4),
            .complained = pg_get_i64(r, i, 5),
        };
}

/* What the rules need of the register: $3 to $6. */
static void rules_put(struct pg_params *ps, const struct rulebook *rb)
{
    const size_t promotional = pg_put_array(ps, 'S');
    const size_t former = pg_put_array(ps, 'S');
    const size_t present = pg_put_array(ps, 'S');
    const size_t at = pg_put_array(ps, 'Z');

    for (size_t i = 0; i < rb->n_purposes; i++)
        if (rb->purposes[i].class == PURPOSE_CLASS_PROMOTIONAL)
            pg_add_i16(ps, promotional, rb->purposes[i].number);
    for (size_t i = 0; i < rb->n_successions; i++) {
        pg_add_i16(ps, former, rb->successions[i].from);
        pg_add_i16(ps, present, rb->successions[i].to);
        pg_add_time(ps, at, rb->successions[i].at_us);
    }
}

bool quality_load(struct pg *pg, int64_t since_us, int32_t source,
                  const struct rulebook *rb, struct quality_set *ret, struct err *err)
{
    struct pg_params ps;
    struct pg_result *r;
    bool ok;

    *ret = (struct quality_set){0};
    pg_params_init(&ps);
    pg_put_time(&ps, since_us);
    pg_put_i32(&ps, source);
    ok = pg_exec(pg, &quality_outcomes, &ps, &ret->result, err);
    rules_put(&ps, rb);
    ok = ok && pg_exec(pg, &quality_facts, &ps, &r, err);
    pg_params_done(&ps);
    if (!ok)
        return false;
    outcomes_read(ret->result, &ret->q);
    sources_read(r, &ret->q);
    pg_result_free(r);
    return true;
}

void quality_done(struct quality_set *set)
{
    free(set->q.outcomes);
    free(set->q.sources);
    pg_result_free(set->result);
    *set = (struct quality_set){0};
}
