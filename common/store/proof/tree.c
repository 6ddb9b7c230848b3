#include "store/proof/tree.h"

#include <stdlib.h>
#include <string.h>

#define SEAL_COLUMNS "size, leaves, at, root, checkpoint"
#define SEAL_SHAPE   "lizbt"
#define RANGE_COLUMNS                                                                    \
    "topic, partition, source, first_leaf, leaves, \"from\", \"to\", run, q_after,"      \
    " q_upto, lows, highs, cuts"
#define RANGE_SHAPE "tiilllllllLLL"

enum {
    LAST,
    LEAST,
    TILE,
    ROOTS,
    TAILS,
    RANGES_AT,
    RANGES_FROM,
    EPOCH,
    SOURCES,
    STANDING,
    N_STATEMENTS
};

static const struct pg_stmt statements[N_STATEMENTS] = {
    [LAST] = {"proof_seal_last",
              "SELECT " SEAL_COLUMNS " FROM proof_seal WHERE log = $1 AND size <= $2"
              " ORDER BY size DESC LIMIT 1",
              "sl", SEAL_SHAPE},
    [LEAST] = {"proof_seal_least",
               "SELECT " SEAL_COLUMNS " FROM proof_seal WHERE log = $1 AND size >= $2"
               " ORDER BY size LIMIT 1",
               "sl", SEAL_SHAPE},
    [TILE] =
        {"proof_tile",
         "SELECT hashes FROM proof_tile WHERE log = $1 AND level = $2 AND index = $3",
         "ssl", "b"},
    /* of the tiles below, which are the hashes of a tile that is not full yet */
    [ROOTS] = {"proof_tile_roots",
               "SELECT root FROM proof_tile WHERE log = $1 AND level = $2"
               " AND index >= $3 AND index < $3 + 256 ORDER BY index",
               "ssl", "b"},
    /* A seal's tail begins with its first leaf, or where the tile began that is not full.
     */
    [TAILS] = {"proof_tails",
               "SELECT size, leaves, tail FROM proof_seal WHERE log = $1 AND size > $2"
               " AND size - leaves < $2 + 256 ORDER BY size",
               "sl", "lib"},
    [RANGES_AT] =
        {"proof_ranges_at",
         "SELECT " RANGE_COLUMNS " FROM proof_range r WHERE log = $1"
         " AND topic = $2 AND partition = $3 AND \"from\" <= $4 AND \"to\" > $4"
         /* an offset that stands in few ranges, for an index that knows only
            where they begin */
         " AND \"from\" >= coalesce((SELECT min(y.\"from\") FROM (SELECT x.\"from\""
         "   FROM proof_range x WHERE x.log = $1 AND x.topic = $2"
         "   AND x.partition = $3 AND x.\"from\" <= $4"
         "   ORDER BY x.\"from\" DESC LIMIT 64) y), $4)"
         " ORDER BY first_leaf",
         "stil", RANGE_SHAPE},
    [RANGES_FROM] = {"proof_ranges_from",
                     "SELECT " RANGE_COLUMNS " FROM proof_range WHERE log = $1"
                     " AND first_leaf >= $2 ORDER BY first_leaf LIMIT $3",
                     "sli", RANGE_SHAPE},
    [EPOCH] = {"proof_epoch", "SELECT coalesce(max(epoch), 0) FROM restored", "", "l"},
    [SOURCES] = {"proof_sources",
                 "SELECT DISTINCT source FROM proof_range WHERE log = 1"
                 " AND first_leaf >= $1 AND source > 0 LIMIT 1024",
                 "l", "i"},
    [STANDING] = {"proof_standing",
                  "SELECT count(s.at), coalesce(max(s.at), '-infinity'),"
                  "  coalesce(max(s.size) FILTER (WHERE l.log = 1), 0),"
                  "  (SELECT count(*) FROM ingest_position p"
                  "   WHERE p.updated < now() - interval '1 minute' AND EXISTS ("
                  "    SELECT FROM intake_run r WHERE r.topic = p.topic"
                  "    AND r.partition = p.partition AND r.\"to\" > r.\"from\""
                  "    AND r.run > coalesce((SELECT x.run FROM proof_range x"
                  "     WHERE x.log = 1 AND x.topic = p.topic"
                  "     AND x.partition = p.partition AND x.run > 0"
                  "     ORDER BY x.first_leaf DESC LIMIT 1), 0)))"
                  " FROM generate_series(1, 3) AS l (log) LEFT JOIN LATERAL ("
                  "  SELECT y.at, y.size FROM proof_seal y WHERE y.log = l.log"
                  "  ORDER BY y.size DESC LIMIT 1) s ON true",
                  "", "lzll"},
};
const struct pg_stmt *const proof_tree_statements[] = {
    &statements[LAST],        &statements[LEAST], &statements[TILE],
    &statements[ROOTS],       &statements[TAILS], &statements[RANGES_AT],
    &statements[RANGES_FROM], &statements[EPOCH], &statements[SOURCES],
    &statements[STANDING]};
const size_t proof_tree_statements_n = N_STATEMENTS;

/* --- seals --- */

static void hash_get(const struct pg_result *res, int row, int col,
                     struct merkle_hash *ret)
{
    size_t len;
    const void *at = pg_get_bytes(res, row, col, &len);

    memcpy(ret->b, at, len < MERKLE_BYTES ? len : MERKLE_BYTES);
}

static bool seal_get(struct pg *pg, int which, enum proof_log log, uint64_t size,
                     struct proof_seal *ret, bool *ret_found, struct err *err)
{
    struct pg_params ps;
    struct pg_result *res;

    pg_params_init(&ps);
    pg_put_i16(&ps, (int16_t)log);
    pg_put_i64(&ps, (int64_t)size);
    if (!pg_run(pg, &statements[which], &ps, &res, err))
        return false;
    *ret = (struct proof_seal){0};
    *ret_found = pg_rows(res) > 0;
    if (*ret_found) {
        ret->size = (uint64_t)pg_get_i64(res, 0, 0);
        ret->leaves = (uint64_t)pg_get_i32(res, 0, 1);
        ret->at_us = pg_get_time(res, 0, 2);
        hash_get(res, 0, 3, &ret->root);
        strncpy(ret->checkpoint, pg_get_text(res, 0, 4), sizeof(ret->checkpoint) - 1);
    }
    pg_result_free(res);
    return true;
}

bool proof_seal_last(struct pg *pg, enum proof_log log, uint64_t size,
                     struct proof_seal *ret, bool *ret_found, struct err *err)
{
    return seal_get(pg, LAST, log, size, ret, ret_found, err);
}

bool proof_seal_least(struct pg *pg, enum proof_log log, uint64_t size,
                      struct proof_seal *ret, bool *ret_found, struct err *err)
{
    return seal_get(pg, LEAST, log, size, ret, ret_found, err);
}

bool proof_sources_since(struct pg *pg, uint64_t first, struct proof_sources *ret,
                         struct err *err)
{
    struct pg_params ps;
    struct pg_result *res;

    ret->n = 0;
    pg_params_init(&ps);
    pg_put_i64(&ps, (int64_t)first);
    if (!pg_run(pg, &statements[SOURCES], &ps, &res, err))
        return false;
    for (int row = 0; row < pg_rows(res) && ret->n < PROOF_SOURCES_MOST; row++)
        ret->number[ret->n++] = pg_get_i32(res, row, 0);
    pg_result_free(res);
    return true;
}

bool proof_stand(struct pg *pg, struct proof_standing *ret, struct err *err)
{
    struct pg_result *res;

    if (!pg_exec(pg, &statements[STANDING], NULL, &res, err))
        return false;
    ret->seals = pg_get_i64(res, 0, 0);
    ret->last_us = pg_get_time(res, 0, 1);
    ret->size = pg_get_i64(res, 0, 2);
    ret->waiting = pg_get_i64(res, 0, 3);
    pg_result_free(res);
    return true;
}

bool proof_epoch(struct pg *pg, int64_t *ret, struct err *err)
{
    struct pg_result *res;

    if (!pg_exec(pg, &statements[EPOCH], NULL, &res, err))
        return false;
    *ret = pg_get_i64(res, 0, 0);
    pg_result_free(res);
    return true;
}

/* --- tiles --- */

/* A statement about (log, [level,] index). level < 0: it has none. */
static bool ask(struct pg *pg, int which, enum proof_log log, int level, uint64_t index,
                struct pg_result **ret, struct err *err)
{
    struct pg_params ps;

    pg_params_init(&ps);
    pg_put_i16(&ps, (int16_t)log);
    if (level >= 0)
        pg_put_i16(&ps, (int16_t)level);
    pg_put_i64(&ps, (int64_t)index);
    return pg_run(pg, &statements[which], &ps, ret, err);
}

/* Hashes of a column, one behind the other, as many as there is room for. */
static int hashes_get(const struct pg_result *res, int col, struct merkle_hash *ret)
{
    int n = 0;

    for (int row = 0; row < pg_rows(res); row++) {
        size_t len, at = 0;
        const uint8_t *bytes = pg_get_bytes(res, row, col, &len);

        for (; at + MERKLE_BYTES <= len && n < TILE_HASHES; at += MERKLE_BYTES)
            memcpy(ret[n++].b, bytes + at, MERKLE_BYTES);
    }
    return n;
}

/* Leaves of a tile that is not full, out of what each seal left. */
static bool tails_get(struct pg *pg, enum proof_log log, uint64_t index,
                      struct merkle_hash *ret, int *ret_n, struct err *err)
{
    const uint64_t begin = index * TILE_HASHES;
    struct pg_result *res;

    *ret_n = 0;
    if (!ask(pg, TAILS, log, -1, begin, &res, err))
        return false;
    for (int row = 0; row < pg_rows(res); row++) {
        const uint64_t size = (uint64_t)pg_get_i64(res, row, 0);
        size_t len;
        const uint8_t *bytes = pg_get_bytes(res, row, 2, &len);
        uint64_t leaf = size - len / MERKLE_BYTES;

        for (size_t at = 0; at + MERKLE_BYTES <= len; at += MERKLE_BYTES, leaf++) {
            if (leaf < begin || leaf - begin >= TILE_HASHES)
                continue;
            memcpy(ret[leaf - begin].b, bytes + at, MERKLE_BYTES);
            if ((int)(leaf - begin) >= *ret_n)
                *ret_n = (int)(leaf - begin) + 1;
        }
    }
    pg_result_free(res);
    return true;
}

/* *ret_n: how many hashes it has by now. */
static bool tile_load(struct pg *pg, enum proof_log log, int level, uint64_t index,
                      struct merkle_hash *ret, int *ret_n, struct err *err)
{
    struct pg_result *res;

    if (!ask(pg, TILE, log, level, index, &res, err))
        return false;
    *ret_n = hashes_get(res, 0, ret);
    pg_result_free(res);
    if (*ret_n > 0)
        return true;
    if (level == 0)
        return tails_get(pg, log, index, ret, ret_n, err);
    if (!ask(pg, ROOTS, log, level - 1, index * TILE_HASHES, &res, err))
        return false;
    *ret_n = hashes_get(res, 0, ret);
    pg_result_free(res);
    return true;
}

bool proof_tree_tile(struct proof_tree *t, int level, uint64_t index, int width,
                     const struct merkle_hash **ret, struct err *err)
{
    if (level < 0 || level >= TILE_LEVELS)
        return err_set(err, ERR_INPUT, "PROOF_TILE", "there is no such tile");
    if (t->kept[level].width < width || t->kept[level].index != index) {
        t->kept[level].index = index;
        if (!tile_load(t->pg, t->log, level, index, t->kept[level].hashes,
                       &t->kept[level].width, err))
            return false;
    }
    if (width < 1 || t->kept[level].width < width)
        return err_set(err, ERR_INPUT, "PROOF_TILE",
                       "the log has no tile %d/%llu of %d hashes", level,
                       (unsigned long long)index, width);
    *ret = t->kept[level].hashes;
    return true;
}

static bool tile_get(void *context, int level, uint64_t index, int width,
                     const struct merkle_hash **ret, struct err *err)
{
    return proof_tree_tile(context, level, index, width, ret, err);
}

void proof_tree_init(struct proof_tree *t, struct pg *pg, enum proof_log log, uint64_t n)
{
    t->pg = pg;
    t->log = log;
    t->tiles = (struct tile_source){.context = t, .get = tile_get, .n = n};
    for (int i = 0; i < TILE_LEVELS; i++) {
        t->kept[i].width = 0;
        t->kept[i].index = 0;
    }
}

bool proof_edge_load(struct pg *pg, enum proof_log log, struct edge *ret, struct err *err)
{
    struct proof_seal last;
    bool found;

    edge_init(ret);
    if (!proof_seal_last(pg, log, INT64_MAX, &last, &found, err))
        return false;
    ret->n = last.size;
    for (int level = 0; level < TILE_LEVELS; level++) {
        const uint64_t index = (ret->n >> (8 * level)) / TILE_HASHES;
        int n, want = edge_width(ret, level);

        if (want == 0)
            continue;
        if (!tile_load(pg, log, level, index, ret->hash[level], &n, err))
            return false;
        if (n < want)
            return err_set(
                err, ERR_FATAL, "PROOF_BROKEN",
                "of the log %s tile %d/%llu is not whole: its table was changed",
                proof_log_name(log), level, (unsigned long long)index);
    }
    return true;
}

/* --- ranges --- */

static void ints_get(const struct pg_result *res, int row, int col, struct proof_ints *to)
{
    struct pg_array a;

    pg_get_array(res, row, col, &a);
    for (int32_t n = a.n; n > 0; n--)
        proof_ints_add(to, pg_array_i64(&a));
}

static void ranges_get(const struct pg_result *res, struct proof_ranges *ret)
{
    for (int row = 0; row < pg_rows(res); row++) {
        struct proof_range *r = proof_ranges_add(ret, NULL);

        strncpy(r->topic, pg_get_text(res, row, 0), sizeof(r->topic) - 1);
        r->partition = pg_get_i32(res, row, 1);
        r->source = pg_get_i32(res, row, 2);
        r->first_leaf = (uint64_t)pg_get_i64(res, row, 3);
        r->leaves = pg_get_i64(res, row, 4);
        r->from = pg_get_i64(res, row, 5);
        r->to = pg_get_i64(res, row, 6);
        r->run = pg_get_i64(res, row, 7);
        r->q_after = pg_get_i64(res, row, 8);
        r->q_upto = pg_get_i64(res, row, 9);
        ints_get(res, row, 10, &r->lows);
        ints_get(res, row, 11, &r->highs);
        ints_get(res, row, 12, &r->cuts);
    }
}

bool proof_ranges_at(struct pg *pg, enum proof_log log, const char *topic,
                     int32_t partition, int64_t at, struct proof_ranges *ret,
                     struct err *err)
{
    struct pg_params ps;
    struct pg_result *res;

    *ret = (struct proof_ranges){0};
    pg_params_init(&ps);
    pg_put_i16(&ps, (int16_t)log);
    pg_put_text(&ps, topic);
    pg_put_i32(&ps, partition);
    pg_put_i64(&ps, at);
    if (!pg_run(pg, &statements[RANGES_AT], &ps, &res, err))
        return false;
    ranges_get(res, ret);
    pg_result_free(res);
    return true;
}

bool proof_ranges_from(struct pg *pg, enum proof_log log, uint64_t first, int32_t n,
                       struct proof_ranges *ret, struct err *err)
{
    struct pg_params ps;
    struct pg_result *res;

    *ret = (struct proof_ranges){0};
    pg_params_init(&ps);
    pg_put_i16(&ps, (int16_t)log);
    pg_put_i64(&ps, (int64_t)first);
    pg_put_i32(&ps, n);
    if (!pg_run(pg, &statements[RANGES_FROM], &ps, &res, err))
        return false;
    ranges_get(res, ret);
    pg_result_free(res);
    return true;
}
