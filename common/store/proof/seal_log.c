#include "store/proof/seal_log.h"

#include "base/mem.h"
#include "store/proof/events.h"
#include "store/proof/tree.h"
#include "store/proof/words.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define OFFSETS_MOST 20000
#define RANGE_MOST   512 /* leaves: a proof looks through a range's hashes */

enum { LOCK, RESTORED, PUT_RANGE, PUT_TILES, PUT_SEAL, N_STATEMENTS };

/* The lock's number is "CQPF" and the log. */
static const struct pg_stmt statements[N_STATEMENTS] = {
    [LOCK] = {"proof_lock", "SELECT pg_try_advisory_xact_lock(1129402438, $1)", "i", "o"},
    [RESTORED] = {"proof_restored",
                  "SELECT epoch, at, by_role, reason FROM restored WHERE epoch >="
                  " coalesce((SELECT max(r.\"to\") FROM proof_range r WHERE r.log = $1"
                  "  AND r.topic = '" PROOF_RESTORED "' AND r.partition = 0), 0)"
                  " ORDER BY epoch",
                  "s", "lztt"},
    [PUT_RANGE] =
        {"proof_range_put",
         "INSERT INTO proof_range (log, topic, partition, source, first_leaf,"
         " leaves, \"from\", \"to\", run, q_after, q_upto, lows, highs, cuts)"
         " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)",
         "stiilllllllLLL", ""},
    [PUT_TILES] = {"proof_tiles_put",
                   "INSERT INTO proof_tile (log, level, index, root, hashes)"
                   " SELECT $1, t.* FROM unnest($2, $3, $4, $5) t",
                   "sSLBB", ""},
    [PUT_SEAL] = {"proof_seal_put",
                  "INSERT INTO proof_seal (log, size, leaves, root, tail, checkpoint)"
                  " VALUES ($1, $2, $3, $4, $5, $6)",
                  "slibbt", ""},
};
const struct pg_stmt *const proof_seal_statements[] = {
    &statements[LOCK], &statements[RESTORED], &statements[PUT_RANGE],
    &statements[PUT_TILES], &statements[PUT_SEAL]};
const size_t proof_seal_statements_n = N_STATEMENTS;

/* A full tile, for the table. */
struct sealed_tile {
    int level;
    uint64_t index;
    struct merkle_hash root;
    struct merkle_hash hashes[TILE_HASHES];
};

struct sealing {
    struct proof_sealer *s;
    struct proof_ranges in;  /* as they were found ...         */
    struct proof_ranges out; /* ... and as they go to the table */
    size_t out_of;           /* of which of "in" the last of "out" is a part */
    int64_t last_offset;
    struct sealed_tile *tiles;
    size_t n_tiles, cap_tiles;
};

void proof_sealer_init(struct proof_sealer *s, enum proof_log log)
{
    s->log = log;
    s->loaded = false;
    edge_init(&s->edge);
}

/* --- leaves --- */

static bool tile_full(void *context, int level, uint64_t index,
                      const struct merkle_hash hashes[TILE_HASHES],
                      const struct merkle_hash *root, struct err *err)
{
    struct sealing *g = context;
    struct sealed_tile *t;

    (void)err;
    if (g->n_tiles == g->cap_tiles) {
        g->cap_tiles = 2 * g->cap_tiles + 16;
        g->tiles = mem_resize(g->tiles, g->cap_tiles, sizeof(*g->tiles));
    }
    t = &g->tiles[g->n_tiles++];
    t->level = level;
    t->index = index;
    t->root = *root;
    memcpy(t->hashes, hashes, sizeof(t->hashes));
    return true;
}

static bool leaf_append(struct sealing *g, const struct entry *entry, struct err *err)
{
    const struct edge_sink sink = {g, tile_full};
    struct merkle_hash leaf;

    return merkle_leaf(entry->b, entry->len, &leaf, err) &&
           edge_append(&g->s->edge, &leaf, &sink, err);
}

/* The range of "out" that the leaf goes to; a long one is continued by another. */
static struct proof_range *range_for(struct sealing *g, size_t range, int64_t offset)
{
    struct proof_range *last = g->out.n > 0 ? &g->out.v[g->out.n - 1] : NULL;
    const bool other = last == NULL || g->out_of != range;

    if (!other && (last->leaves < RANGE_MOST || offset == g->last_offset))
        return last;
    if (!other)
        last->to = offset;
    last = proof_ranges_add(&g->out, &g->in.v[range]);
    last->from = other ? g->in.v[range].from : offset;
    last->first_leaf = g->s->edge.n;
    g->out_of = range;
    return last;
}

static bool take(void *context, size_t range, int64_t offset, const struct entry *entry,
                 struct err *err)
{
    struct sealing *g = context;
    struct proof_range *r = range_for(g, range, offset);

    r->leaves++;
    r->to = g->in.v[range].to;
    r->q_upto = g->in.v[range].q_upto;
    g->last_offset = offset;
    return leaf_append(g, entry, err);
}

/* Of lists and look-ups: their ranges are whole already. */
static bool leaf_take(void *context, size_t range, int64_t at, const struct entry *entry,
                      struct err *err)
{
    (void)range;
    (void)at;
    return leaf_append(context, entry, err);
}

/* An empty range of runs that took nothing: the next begins behind them all the same. */
static void ranges_finish(struct sealing *g)
{
    for (size_t i = 0; i < g->out.n; i++) {
        struct proof_range *r = &g->out.v[i];

        if (r->q_upto < r->q_after)
            r->q_upto = r->q_after;
    }
}

/* After a restore the log says so before anything else. */
static bool restored_take(struct pg *pg, struct sealing *g, struct err *err)
{
    struct pg_params ps;
    struct pg_result *res;
    bool ok = true;

    pg_params_init(&ps);
    pg_put_i16(&ps, (int16_t)g->s->log);
    if (!pg_run(pg, &statements[RESTORED], &ps, &res, err))
        return false;
    for (int row = 0; ok && row < pg_rows(res); row++) {
        const char *by = pg_get_text(res, row, 2), *reason = pg_get_text(res, row, 3);
        const struct entry_restored e = {
            .at_us = pg_get_time(res, row, 1),
            .epoch = pg_get_i64(res, row, 0),
            .by = {by, strlen(by)},
            .reason = {reason, strlen(reason)},
        };
        struct proof_range *r = proof_ranges_add(&g->out, NULL);
        struct entry entry;

        memcpy(r->topic, PROOF_RESTORED, sizeof(PROOF_RESTORED));
        r->from = e.epoch;
        r->to = e.epoch + 1;
        r->first_leaf = g->s->edge.n;
        r->leaves = 1;
        ok = entry_restored_write(&e, &entry, err) && leaf_append(g, &entry, err);
    }
    pg_result_free(res);
    g->out_of = SIZE_MAX;
    return ok;
}

static bool events_take(struct pg *pg, struct sealing *g, struct err *err)
{
    bool ok = proof_events_new(pg, OFFSETS_MOST, &g->in, err) &&
              (g->in.n == 0 || proof_events_read(pg, &g->in, take, g, err));

    ranges_finish(g);
    return ok;
}

static bool words_take(struct pg *pg, struct sealing *g, struct err *err)
{
    uint64_t at = g->s->edge.n;
    bool ok;

    if (g->s->log == PROOF_LISTS)
        ok = proof_lists_new(pg, &g->in, leaf_take, g, err);
    else
        ok = proof_lookups_new(pg, &g->in, leaf_take, g, err);
    for (size_t i = 0; ok && i < g->in.n; i++) {
        struct proof_range *r = proof_ranges_add(&g->out, &g->in.v[i]);

        r->first_leaf = at;
        r->leaves = g->in.v[i].leaves;
        r->from = g->in.v[i].from;
        r->to = g->in.v[i].to;
        at += (uint64_t)r->leaves;
    }
    return ok;
}

/* --- into the tables --- */

static bool put(struct pg *pg, int which, struct pg_params *ps, struct err *err)
{
    return pg_exec(pg, &statements[which], ps, NULL, err);
}

static void put_ints(struct pg_params *ps, const struct proof_ints *is)
{
    const size_t a = pg_put_array(ps, 'L');

    for (size_t i = 0; i < is->n; i++)
        pg_add_i64(ps, a, is->v[i]);
}

static bool ranges_put(struct pg *pg, const struct sealing *g, struct pg_params *ps,
                       struct err *err)
{
    for (size_t i = 0; i < g->out.n; i++) {
        const struct proof_range *r = &g->out.v[i];

        pg_params_reset(ps);
        pg_put_i16(ps, (int16_t)g->s->log);
        pg_put_text(ps, r->topic);
        pg_put_i32(ps, r->partition);
        pg_put_i32(ps, r->source);
        pg_put_i64(ps, (int64_t)r->first_leaf);
        pg_put_i64(ps, r->leaves);
        pg_put_i64(ps, r->from);
        pg_put_i64(ps, r->to);
        pg_put_i64(ps, r->run);
        pg_put_i64(ps, r->q_after);
        pg_put_i64(ps, r->q_upto);
        put_ints(ps, &r->lows);
        put_ints(ps, &r->highs);
        put_ints(ps, &r->cuts);
        if (!put(pg, PUT_RANGE, ps, err))
            return false;
    }
    return true;
}

static bool tiles_put(struct pg *pg, const struct sealing *g, struct pg_params *ps,
                      struct err *err)
{
    size_t level, index, root, hashes;

    if (g->n_tiles == 0)
        return true;
    pg_params_reset(ps);
    pg_put_i16(ps, (int16_t)g->s->log);
    level = pg_put_array(ps, 'S');
    index = pg_put_array(ps, 'L');
    root = pg_put_array(ps, 'B');
    hashes = pg_put_array(ps, 'B');
    for (size_t i = 0; i < g->n_tiles; i++) {
        const struct sealed_tile *t = &g->tiles[i];

        pg_add_i16(ps, level, (int16_t)t->level);
        pg_add_i64(ps, index, (int64_t)t->index);
        pg_add_bytes(ps, root, t->root.b, MERKLE_BYTES);
        pg_add_bytes(ps, hashes, t->hashes, TILE_BYTES);
    }
    return put(pg, PUT_TILES, ps, err);
}

static bool checkpoint_sign(const struct proof_sealer *s,
                            const struct note_signer *signer,
                            const struct merkle_hash *root, struct buf *ret,
                            struct err *err)
{
    struct checkpoint c = {.n = s->edge.n, .root = *root};

    if (snprintf(c.origin, sizeof(c.origin), "%s/%s", signer->key.name,
                 proof_log_name(s->log)) >= (int)sizeof(c.origin))
        return err_set(err, ERR_CONFIG, "NOTE_NAME", "the key's name is too long");
    checkpoint_print(&c, ret);
    return note_sign(signer, 0, ret, err);
}

static bool seal_put(struct pg *pg, const struct sealing *g, uint64_t before,
                     const struct note_signer *signer, struct pg_params *ps,
                     struct err *err)
{
    const struct edge *e = &g->s->edge;
    const uint64_t leaves = e->n - before, tail = e->n % TILE_HASHES;
    const uint64_t kept = tail < leaves ? tail : leaves;
    struct merkle_hash root;
    struct buf note;
    bool ok;

    buf_init(&note, NOTE_BYTES_MOST);
    ok = edge_root(e, &root, err) && checkpoint_sign(g->s, signer, &root, &note, err);
    if (ok) {
        pg_params_reset(ps);
        pg_put_i16(ps, (int16_t)g->s->log);
        pg_put_i64(ps, (int64_t)e->n);
        pg_put_i32(ps, (int32_t)leaves);
        pg_put_bytes(ps, root.b, MERKLE_BYTES);
        pg_put_bytes(ps, e->hash[0][tail - kept].b, kept * MERKLE_BYTES);
        pg_put_text(ps, note.data);
        ok = put(pg, PUT_SEAL, ps, err);
    }
    buf_done(&note);
    return ok;
}

static bool all_put(struct pg *pg, const struct sealing *g, uint64_t before,
                    const struct note_signer *signer, struct err *err)
{
    struct pg_params ps;
    bool ok;

    pg_params_init(&ps);
    ok = ranges_put(pg, g, &ps, err) && tiles_put(pg, g, &ps, err) &&
         seal_put(pg, g, before, signer, &ps, err);
    pg_params_done(&ps);
    return ok;
}

/* --- a step --- */

static bool lock(struct pg *pg, enum proof_log log, bool *ret, struct err *err)
{
    struct pg_params ps;
    struct pg_result *res;

    pg_params_init(&ps);
    pg_put_i32(&ps, (int32_t)log);
    if (!pg_run(pg, &statements[LOCK], &ps, &res, err))
        return false;
    *ret = pg_get_bool(res, 0, 0);
    pg_result_free(res);
    return true;
}

/* Is the log as we remember it? */
static bool stand(struct pg *pg, struct proof_sealer *s, struct err *err)
{
    struct proof_seal last;
    bool found;

    if (!proof_seal_last(pg, s->log, INT64_MAX, &last, &found, err))
        return false;
    if (s->loaded && s->edge.n == last.size)
        return true;
    s->loaded = proof_edge_load(pg, s->log, &s->edge, err);
    return s->loaded;
}

static bool work(struct pg *pg, struct sealing *g, const struct note_signer *signer,
                 struct proof_step *ret, struct err *err)
{
    uint64_t before;
    bool mine, ok;

    if (!lock(pg, g->s->log, &mine, err))
        return false;
    ret->busy = !mine;
    if (!mine)
        return true;
    if (!stand(pg, g->s, err))
        return false;
    before = g->s->edge.n;
    ok = restored_take(pg, g, err) &&
         (g->s->log == PROOF_EVENTS ? events_take(pg, g, err) : words_take(pg, g, err));
    if (!ok)
        return false;
    ret->size = g->s->edge.n;
    ret->leaves = g->s->edge.n - before;
    return ret->leaves == 0 || all_put(pg, g, before, signer, err);
}

bool proof_seal_step(struct pg *pg, struct proof_sealer *s,
                     const struct note_signer *signer, struct proof_step *ret,
                     struct err *err)
{
    struct sealing g = {.s = s, .last_offset = -1, .out_of = SIZE_MAX};
    bool ok;

    *ret = (struct proof_step){0};
    ok = pg_begin(pg, err) && work(pg, &g, signer, ret, err);
    if (ok && ret->leaves > 0)
        ok = pg_commit(pg, err);
    else if (!pg_broken(pg))
        pg_rollback(pg);
    s->loaded = s->loaded && ok; /* what did not go in must not stay in the edge */
    proof_ranges_done(&g.in);
    proof_ranges_done(&g.out);
    free(g.tiles);
    return ok;
}
