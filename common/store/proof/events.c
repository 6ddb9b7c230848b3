#include "store/proof/events.h"

#include "base/mem.h"
#include "store/proof/event_row.h"

#include <stdlib.h>
#include <string.h>

#define RUNS_MOST "64" /* of one partition at once */

enum { RUNS, LEDGER, QUARANTINE, N_STATEMENTS };

/* The partitions in their fixed order, each with its runs since its last range. */
static const struct pg_stmt statements[N_STATEMENTS] = {
    [RUNS] =
        {"proof_runs",
         "SELECT p.topic, p.partition, coalesce((SELECT n.number FROM register_number n"
         "   WHERE n.kind = 'source' AND n.id = substr(p.topic, 6)), 0),"
         "  coalesce(l.\"to\", 0), coalesce(l.q_upto, 0), r.run, r.\"from\", r.\"to\","
         "  r.lows, r.highs"
         " FROM ingest_position p"
         " LEFT JOIN LATERAL (SELECT x.\"to\", x.q_upto, x.run FROM proof_range x"
         "   WHERE x.log = 1 AND x.topic = p.topic AND x.partition = p.partition"
         "   AND x.run > 0 ORDER BY x.first_leaf DESC LIMIT 1) l ON true"
         " CROSS JOIN LATERAL (SELECT y.* FROM intake_run y WHERE y.topic = p.topic"
         "   AND y.partition = p.partition AND y.run > coalesce(l.run, 0)"
         "   ORDER BY y.run LIMIT " RUNS_MOST ") r"
         " ORDER BY p.topic COLLATE \"C\", p.partition, r.run",
         "", "tiilllllLL"},
    [LEDGER] = {"proof_ledger",
                "SELECT l.* FROM unnest($1, $2) AS i (low, high)"
                " CROSS JOIN LATERAL (SELECT " EVENT_ROW_LEDGER " FROM ledger l"
                "  WHERE l.ledger_id BETWEEN i.low AND i.high OFFSET 0) l"
                " ORDER BY l.ledger_id",
                "LL", EVENT_ROW_LEDGER_SHAPE},
    [QUARANTINE] = {"proof_quarantine",
                    "SELECT q.*, i.i"
                    " FROM unnest($1, $2, $3, $4, $5, $6) WITH ORDINALITY"
                    "   AS i (topic, partition, \"from\", \"to\", after, upto, i)"
                    " CROSS JOIN LATERAL (SELECT " EVENT_ROW_QUARANTINE
                    "  FROM quarantine q"
                    "  WHERE q.topic = i.topic AND q.partition = i.partition"
                    "  AND q.\"offset\" >= i.\"from\" AND q.\"offset\" < i.\"to\""
                    "  AND q.quarantine_id > i.after AND q.quarantine_id <= i.upto"
                    "  OFFSET 0) q"
                    " ORDER BY i.i, q.\"offset\", q.quarantine_id",
                    "TILLLL", EVENT_ROW_QUARANTINE_SHAPE "l"},
};
const struct pg_stmt *const proof_events_statements[] = {
    &statements[RUNS], &statements[LEDGER], &statements[QUARANTINE]};
const size_t proof_events_statements_n = N_STATEMENTS;

/* --- what is new --- */

/* Ids of two runs that follow each other are one run of ids, mostly. */
static void ids_add(struct proof_range *r, int64_t low, int64_t high)
{
    if (r->highs.n > 0 && low > r->lows.v[r->lows.n - 1] &&
        low - r->highs.v[r->highs.n - 1] <= 1) {
        if (high > r->highs.v[r->highs.n - 1])
            r->highs.v[r->highs.n - 1] = high;
        return;
    }
    proof_ints_add(&r->lows, low);
    proof_ints_add(&r->highs, high);
}

/* A run joins the range that it continues. */
static void run_join(struct proof_range *r, const struct pg_result *res, int row)
{
    struct pg_array lows, highs;

    if (r->to > r->from)
        proof_ints_add(&r->cuts, r->to);
    r->run = pg_get_i64(res, row, 5);
    r->to = pg_get_i64(res, row, 7);
    pg_get_array(res, row, 8, &lows);
    pg_get_array(res, row, 9, &highs);
    for (int32_t n = lows.n; n > 0; n--) {
        const int64_t low = pg_array_i64(&lows);

        ids_add(r, low, pg_array_i64(&highs));
    }
}

static struct proof_range *range_begin(struct proof_ranges *rs,
                                       const struct pg_result *res, int row,
                                       int64_t q_after)
{
    struct proof_range *r = proof_ranges_add(rs, NULL);

    strncpy(r->topic, pg_get_text(res, row, 0), sizeof(r->topic) - 1);
    r->partition = pg_get_i32(res, row, 1);
    r->source = pg_get_i32(res, row, 2);
    r->q_after = q_after;
    r->q_upto = -1;
    return r;
}

static bool same_place(const struct proof_range *r, const struct pg_result *res, int row)
{
    return r->partition == pg_get_i32(res, row, 1) &&
           strcmp(r->topic, pg_get_text(res, row, 0)) == 0;
}

/* One run: it goes on where the partition's range ends, or beyond a hole, or (a feed that
 * was made again, or is read again) before it. *ret_went: taken. Of a partition that
 * begins again the rest waits, so that one reading never meets an offset twice. */
static bool run_take(struct proof_ranges *rs, const struct pg_result *res, int row)
{
    struct proof_range *last = rs->n > 0 ? &rs->v[rs->n - 1] : NULL;
    const bool first = last == NULL || !same_place(last, res, row);
    const int64_t from = pg_get_i64(res, row, 6);
    const int64_t stood = first ? pg_get_i64(res, row, 3) : last->to;
    const int64_t q_after = first ? pg_get_i64(res, row, 4) : last->q_after;

    if (!first && (from < stood || last->run == 0))
        return false;
    if (from > stood) {
        struct proof_range *lost = range_begin(rs, res, row, q_after);

        lost->from = stood;
        lost->to = from;
        last = NULL;
    }
    if (first || last == NULL) {
        last = range_begin(rs, res, row, q_after);
        last->from = last->to = from;
    }
    run_join(last, res, row);
    return true;
}

bool proof_events_new(struct pg *pg, int64_t offsets, struct proof_ranges *ret,
                      struct err *err)
{
    struct pg_result *res;
    int64_t taken = 0;

    *ret = (struct proof_ranges){0};
    if (!pg_exec(pg, &statements[RUNS], NULL, &res, err))
        return false;
    for (int row = 0; row < pg_rows(res) && taken < offsets; row++)
        if (run_take(ret, res, row))
            taken += pg_get_i64(res, row, 7) - pg_get_i64(res, row, 6);
    pg_result_free(res);
    return true;
}

/* --- rows into leaves --- */

struct reading {
    struct pg_result *ledger, *quarantine;
    int *order; /* rows of the ledger by topic, partition, offset, id */
    int l, q;   /* the next row of each: of the ledger's a place in "order" */
    proof_emit *emit;
    void *context;
};

static struct entry_bytes text_of(const char *s)
{
    return (struct entry_bytes){s, strlen(s)};
}

/* --- the order of the ledger's rows: the server would carry all of each through its sort
 * --- */

static int by_place(const void *a, const void *b, void *result)
{
    const struct pg_result *res = result;
    const int x = *(const int *)a, y = *(const int *)b;
    int by = strcmp(pg_get_text(res, x, 0), pg_get_text(res, y, 0));
    int64_t left, right;

    if (by == 0)
        by = pg_get_i32(res, x, 1) - pg_get_i32(res, y, 1);
    if (by != 0)
        return by;
    left = pg_get_i64(res, x, 2);
    right = pg_get_i64(res, y, 2);
    if (left != right)
        return left < right ? -1 : 1;
    left = pg_get_i64(res, x, 3);
    right = pg_get_i64(res, y, 3);
    return (left > right) - (left < right);
}

/* They came by id, which is the order already where one partition is read. */
static void order_make(struct reading *g)
{
    const int n = pg_rows(g->ledger);
    bool sorted = true;

    g->order = mem_zalloc((size_t)n + 1, sizeof(*g->order));
    for (int i = 0; i < n; i++) {
        g->order[i] = i;
        sorted = sorted &&
                 (i == 0 || by_place(&g->order[i - 1], &g->order[i], g->ledger) <= 0);
    }
    if (!sorted)
        qsort_r(g->order, (size_t)n, sizeof(*g->order), by_place, g->ledger);
}

/* Where a row of the ledger stands beside a range: -1 before it, 0 in it, 1 behind it. */
static int ledger_side(const struct reading *g, const struct proof_range *r)
{
    const int row = g->order[g->l];
    int by = strcmp(pg_get_text(g->ledger, row, 0), r->topic);

    if (by == 0)
        by = pg_get_i32(g->ledger, row, 1) - r->partition;
    if (by == 0) {
        const int64_t offset = pg_get_i64(g->ledger, row, 2);

        by = offset < r->from ? -1 : offset >= r->to ? 1 : 0;
    }
    return by < 0 ? -1 : by > 0 ? 1 : 0;
}

/* Of another run, perhaps of another log that had the topic's name. */
static bool has_id(const struct proof_range *r, int64_t id)
{
    for (size_t i = 0; i < r->lows.n; i++)
        if (id >= r->lows.v[i] && id <= r->highs.v[i])
            return true;
    return false;
}

/* The next row of the ledger in this range, or -1. */
static int64_t next_ledger(struct reading *g, const struct proof_range *r)
{
    for (; g->l < pg_rows(g->ledger); g->l++) {
        const int side = ledger_side(g, r);

        if (side > 0)
            break;
        if (side == 0 && has_id(r, pg_get_i64(g->ledger, g->order[g->l], 3)))
            return pg_get_i64(g->ledger, g->order[g->l], 2);
    }
    return -1;
}

static int64_t next_quarantine(const struct reading *g, size_t range)
{
    if (g->q < pg_rows(g->quarantine) &&
        pg_get_i64(g->quarantine, g->q, 12) == (int64_t)range + 1)
        return pg_get_i64(g->quarantine, g->q, 2);
    return -1;
}

/* Offsets without a row, from "from" up to "to", cut where a run ends. */
static bool gap_emit(const struct reading *g, const struct proof_range *r, size_t range,
                     int64_t from, int64_t to, struct err *err)
{
    size_t cut = 0;

    while (from < to) {
        struct entry_range gap = {
            .source = r->source,
            .partition = r->partition,
            .from = from,
            .to = to,
            .kind = r->run == 0 ? ENTRY_LOST : ENTRY_NOTHING,
            .topic = text_of(r->topic),
        };
        struct entry entry;

        while (cut < r->cuts.n && r->cuts.v[cut] <= from)
            cut++;
        if (cut < r->cuts.n && r->cuts.v[cut] < to)
            gap.to = r->cuts.v[cut];
        if (!entry_range_write(&gap, &entry, err) ||
            !g->emit(g->context, range, from, &entry, err))
            return false;
        from = gap.to;
    }
    return true;
}

static bool row_emit(struct reading *g, struct proof_range *r, size_t range,
                     bool of_ledger, int64_t offset, struct err *err)
{
    struct entry_event e;
    struct entry entry;

    if (of_ledger)
        event_row_ledger(g->ledger, g->order[g->l++], &e);
    else
        event_row_quarantine(g->quarantine, g->q++, &e);
    if (!of_ledger && e.row > r->q_upto)
        r->q_upto = e.row;
    return event_row_entry(&e, &entry, err) &&
           g->emit(g->context, range, offset, &entry, err);
}

static bool range_read(struct reading *g, struct proof_range *r, size_t range,
                       struct err *err)
{
    int64_t stood = r->from; /* everything below it has been said */

    if (r->q_upto < 0)
        r->q_upto = r->q_after;
    for (;;) {
        const int64_t l = r->run == 0 ? -1 : next_ledger(g, r);
        const int64_t q = next_quarantine(g, range);
        const bool of_ledger = l >= 0 && (q < 0 || l <= q);
        const int64_t offset = of_ledger ? l : q;

        if (offset < 0)
            return gap_emit(g, r, range, stood, r->to, err);
        if (!gap_emit(g, r, range, stood, offset, err) ||
            !row_emit(g, r, range, of_ledger, offset, err))
            return false;
        stood = offset + 1;
    }
}

/* --- asking for the rows --- */

static int by_low(const void *a, const void *b)
{
    const int64_t *x = a, *y = b;

    return (x[0] > y[0]) - (x[0] < y[0]);
}

/* The ids of all ranges, each once. */
static void put_ids(struct pg_params *ps, const struct proof_ranges *rs)
{
    struct proof_ints all = {0};
    size_t lows = pg_put_array(ps, 'L'), highs = pg_put_array(ps, 'L');
    int64_t upto = INT64_MIN;

    for (size_t i = 0; i < rs->n; i++)
        for (size_t k = 0; k < rs->v[i].lows.n; k++) {
            proof_ints_add(&all, rs->v[i].lows.v[k]);
            proof_ints_add(&all, rs->v[i].highs.v[k]);
        }
    if (all.n > 0)
        qsort(all.v, all.n / 2, 2 * sizeof(*all.v), by_low);
    for (size_t i = 0; i < all.n; i += 2) {
        const int64_t low = all.v[i] > upto ? all.v[i] : upto + 1;

        if (all.v[i + 1] < low)
            continue;
        pg_add_i64(ps, lows, low);
        pg_add_i64(ps, highs, all.v[i + 1]);
        upto = all.v[i + 1];
    }
    free(all.v);
}

static void put_places(struct pg_params *ps, const struct proof_ranges *rs)
{
    size_t topic = pg_put_array(ps, 'T'), partition = pg_put_array(ps, 'I');
    size_t from = pg_put_array(ps, 'L'), to = pg_put_array(ps, 'L');
    size_t after = pg_put_array(ps, 'L'), upto = pg_put_array(ps, 'L');

    for (size_t i = 0; i < rs->n; i++) {
        const struct proof_range *r = &rs->v[i];

        pg_add_text(ps, topic, r->topic);
        pg_add_i32(ps, partition, r->partition);
        pg_add_i64(ps, from, r->from);
        pg_add_i64(ps, to, r->run == 0 ? r->from : r->to);
        pg_add_i64(ps, after, r->q_after);
        pg_add_i64(ps, upto, r->q_upto < 0 ? INT64_MAX : r->q_upto);
    }
}

static bool ask(struct pg *pg, int which,
                void (*put)(struct pg_params *, const struct proof_ranges *),
                const struct proof_ranges *rs, struct pg_result **ret, struct err *err)
{
    struct pg_params ps;

    pg_params_init(&ps);
    put(&ps, rs);
    return pg_run(pg, &statements[which], &ps, ret, err);
}

bool proof_events_read(struct pg *pg, struct proof_ranges *rs, proof_emit *emit,
                       void *context, struct err *err)
{
    struct reading g = {.emit = emit, .context = context};
    bool ok = ask(pg, LEDGER, put_ids, rs, &g.ledger, err);

    if (ok)
        order_make(&g);
    if (ok && (ok = ask(pg, QUARANTINE, put_places, rs, &g.quarantine, err))) {
        for (size_t i = 0; ok && i < rs->n; i++) {
            if (i > 0 && rs->v[i].q_upto < 0 && rs->v[i].q_after < rs->v[i - 1].q_upto &&
                rs->v[i].partition == rs->v[i - 1].partition &&
                strcmp(rs->v[i].topic, rs->v[i - 1].topic) == 0)
                rs->v[i].q_after = rs->v[i - 1].q_upto;
            ok = range_read(&g, &rs->v[i], i, err);
        }
        pg_result_free(g.quarantine);
    }
    free(g.order);
    pg_result_free(g.ledger);
    return ok;
}
