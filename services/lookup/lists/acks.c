/* POST /v1/lists/{id}/acknowledgements: what the recipient says it has, compared. */
#include "routes.h"

#include "base/clock.h"
#include "base/log.h"
#include "codec/lists/ack_json.h"
#include "codec/put.h"
#include "crypto/list_digest.h"
#include "metrics.h"
#include "store/lists/ack_store.h"

#include <stdio.h>
#include <string.h>

#define MOVES_AT_ONCE 20000
#define COMPUTE_US    (8 * WHEN_SECOND_US)

_Static_assert(ACK_BUCKETS == LIST_DIGEST_BUCKETS && ACK_DIGEST_BYTES == DIGEST_BYTES &&
                   ACK_JSON_BUCKETS == ACK_BUCKETS,
               "one digest, in three layers");

static enum list_status on_status(const struct list *l)
{
    return l->polarity == LIST_PERMIT ? LIST_PERMITTED : LIST_SUPPRESSED;
}

/* --- what it should have --- */

/* A shard of the list, from the point's place up to the cursor. *ret_more: not all. */
static bool shard_advance(struct pg *pg, const struct list *l, int shard, int64_t upto,
                          struct list_point *point, struct list_digest *digest,
                          bool *ret_more, struct err *err)
{
    struct moves moves;
    bool ok = true;

    if (!moves_load(pg, l->number, shard, point->at.version[shard], upto, on_status(l),
                    MOVES_AT_ONCE, &moves, err))
        return false;
    for (int i = 0; i < moves.n && ok; i++) {
        const char *token = move_token(&moves, i);

        ok = (move_is_onto(&moves, i) ? list_digest_add : list_digest_remove)(
            digest, token, strlen(token), err);
    }
    *ret_more = moves.n == MOVES_AT_ONCE;
    point->at.version[shard] = *ret_more ? move_version(&moves, moves.n - 1) : upto;
    pg_result_free(moves.result);
    return ok;
}

static bool shards_advance(struct pg *pg, const struct list *l, const struct cursor *upto,
                           struct list_point *point, struct list_digest *digest,
                           struct err *err)
{
    int64_t until_us = clock_mono_us() + COMPUTE_US;

    for (int shard = 0; shard < CURSOR_SHARDS; shard++) {
        bool more = point->at.version[shard] < upto->version[shard];

        while (more && clock_mono_us() < until_us)
            if (!shard_advance(pg, l, shard, upto->version[shard], point, digest, &more,
                               err))
                return false;
    }
    return true;
}

/* The digest at the cursor, or as far towards it as there was time for. It is kept: the
 * next one begins there. */
static bool expected_compute(struct pg *pg, const struct list *l,
                             const struct cursor *upto, struct list_point *ret,
                             struct err *err)
{
    struct list_digest digest;
    bool ok;

    if (!point_load(pg, l->number, upto, ret, err))
        return false;
    if (cursor_equal(&ret->at, upto))
        return true;
    list_digest_init(&digest);
    digest.entries = ret->entries;
    memcpy(digest.bucket, ret->buckets, sizeof(digest.bucket));
    ok = shards_advance(pg, l, upto, ret, &digest, err);
    ret->entries = digest.entries;
    memcpy(ret->buckets, digest.bucket, sizeof(ret->buckets));
    list_digest_done(&digest);
    return ok && point_save(pg, l->number, ret, err);
}

static void whole(const struct list_point *p, uint8_t ret[ACK_DIGEST_BYTES])
{
    memset(ret, 0, ACK_DIGEST_BYTES);
    for (int b = 0; b < ACK_BUCKETS; b++)
        for (int i = 0; i < ACK_DIGEST_BYTES; i++)
            ret[i] ^= p->buckets[b][i];
}

/* --- the answer --- */

static void seconds_put(struct buf *out, const char *name, int64_t us)
{
    char text[32];

    put_name(out, name);
    snprintf(text, sizeof(text), "%.3f", (double)us / 1e6);
    buf_add_str(out, text);
}

static void differing_put(struct buf *out, const struct ack_text *said,
                          const struct list_point *point)
{
    bool first = true;

    put_name(out, ",differing");
    buf_add_str(out, "[");
    for (int b = 0; b < ACK_BUCKETS && said->has_buckets; b++) {
        char digit[2] = {"0123456789abcdef"[b], '\0'};

        if (memcmp(said->buckets[b], point->buckets[b], ACK_DIGEST_BYTES) == 0)
            continue;
        buf_add_str(out, first ? "" : ",");
        put_text(out, digit);
        first = false;
    }
    buf_add_str(out, "]");
}

static void answer_put(struct buf *out, const struct list *l, const struct ack *ack,
                       const struct ack_text *said, const struct list_point *point,
                       const struct ack_done *done)
{
    struct list_digest digest;
    char text[CURSOR_TEXT_BYTES];

    list_digest_init(&digest);
    memcpy(digest.bucket, point->buckets, sizeof(digest.bucket));
    buf_add_str(out, "{");
    put_name(out, "list");
    put_text(out, l->id);
    put_name(out, ",version");
    cursor_format(&ack->cursor, text);
    put_text(out, text);
    put_name(out, ",matches");
    buf_add_str(out, ack->matches ? "true" : "false");
    put_name(out, ",expected");
    buf_add_str(out, "{");
    put_name(out, "digest");
    list_digest_format(&digest, text);
    put_text(out, text);
    put_name(out, ",entries");
    put_int(out, point->entries);
    buf_add_str(out, "}");
    put_name(out, ",behind");
    buf_add_str(out, "{");
    put_name(out, "events");
    put_int(out, done->behind_events);
    seconds_put(out, ",seconds", done->behind_us);
    buf_add_str(out, "}");
    put_name(out, ",opt_outs");
    buf_add_str(out, "{");
    put_name(out, "verified");
    put_int(out, done->heard);
    seconds_put(out, ",slowest_seconds", done->slowest_us);
    buf_add_str(out, "}");
    put_name(out, ",at");
    put_time(out, done->at_us);
    if (!ack->matches) {
        differing_put(out, said, point);
        put_name(out, ",advice");
        put_text(out, said->has_buckets
                          ? "these are first hex digits of SHA-256(token): compare those "
                            "tokens with a snapshot, or load the snapshot; meanwhile go "
                            "on with the changes"
                          : "load a snapshot and go on from its cursor; with \"buckets\" "
                            "the answer names the sixteenths that differ; meanwhile go "
                            "on with the changes");
    }
    buf_add_str(out, "}\n");
}

/* --- the route --- */

static bool ack_keep(struct call *c, const struct list *l, const struct ack_text *said,
                     const struct list_point *point, struct err *err)
{
    struct ack ack = {
        .list = l->number,
        .on = on_status(l),
        .token_id = c->token->id,
        .recipient = c->token->recipient,
        .cursor = said->cursor,
        .entries = said->entries,
        .expected_entries = point->entries,
        .applied_us = said->applied_us,
    };
    struct ack_done done;

    memcpy(ack.digest, said->digest, sizeof(ack.digest));
    whole(point, ack.expected);
    ack.matches = ack.entries == ack.expected_entries &&
                  memcmp(ack.digest, ack.expected, sizeof(ack.digest)) == 0;
    if (!ack_write(c->w->pg, &ack, &done, err))
        return false;
    metrics_list(METRIC_ACKNOWLEDGEMENTS, l->id,
                 ack.matches ? ",result=\"matches\"" : ",result=\"differs\"", 1);
    if (!ack.matches)
        log_write(LOG_LEVEL_WARN, "list_drift", "list=%s entries=%lld expected=%lld",
                  l->id, (long long)ack.entries, (long long)ack.expected_entries);
    answer_put(&c->reply->body, l, &ack, said, point, &done);
    return true;
}

static void still_counting(struct call *c)
{
    http_problem(c->reply, 503, "counting",
                 "the list's digest up to there is being computed: say it again", NULL);
    c->reply->retry_after_s = 1;
}

bool answer_acknowledgements(struct call *c, struct err *err)
{
    const struct list *list = NULL;
    bool again = true, known = false;
    struct list_point point;
    struct ack_text said;
    struct fault fault;

    if (!ack_from_json(c->rq->body, c->rq->body_len, &said, &fault)) {
        call_fault(c, &fault);
        return true;
    }
    for (int i = 0; i < 5 && again; i++) {
        if (!call_list(c, LOOKUP_ACKNOWLEDGEMENTS, &list, err))
            return false;
        if (list == NULL)
            return true;
        if (!call_shown(c, LOOKUP_ACKNOWLEDGEMENTS, &again, err))
            return false;
    }
    if (again)
        return err_set(err, ERR_RETRY, "REGISTER", "the register changes all the time");
    if (!change_cursor_known(c->w->pg, list->number, &said.cursor, &known, err))
        return false;
    if (!known) {
        http_problem(c->reply, 410, "cursor-gone",
                     "the version is no place on this list: it is another list's, ahead "
                     "of what was said, or from before a restore. Take a snapshot",
                     "/version");
        return true;
    }
    if (!expected_compute(c->w->pg, list, &said.cursor, &point, err))
        return false;
    if (!cursor_equal(&point.at, &said.cursor)) {
        still_counting(c);
        return true;
    }
    return ack_keep(c, list, &said, &point, err);
}
