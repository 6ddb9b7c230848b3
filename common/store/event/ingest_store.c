#include "ingest_store.h"
#include "ingest_sender.h"

#include <string.h>

static const struct pg_stmt claim = {
    .name = "ingest_claim",
    .sql = "INSERT INTO ingest_position (topic, partition, next_offset, epoch, owner)"
           " SELECT u.topic, u.partition, 0, 1, $3"
           "   FROM unnest($1::text[], $2::integer[]) AS u(topic, partition)"
           "  ORDER BY u.topic, u.partition"
           "     ON CONFLICT (topic, partition) DO UPDATE"
           "    SET owner = excluded.owner, epoch = ingest_position.epoch + 1,"
           "        updated = now(), held = ''"
           " RETURNING topic, partition, next_offset, epoch, anchor_offset, anchor_time,"
           "  anchor_digest, sure_offset, sure_time, sure_digest, false",
    .params = "TIt",
    .columns = "tilllzblzbo",
};

static const struct pg_stmt positions = {
    .name = "ingest_positions",
    .sql = "SELECT p.topic, p.partition, p.next_offset, p.epoch, p.anchor_offset,"
           "  p.anchor_time, p.anchor_digest, p.sure_offset, p.sure_time, p.sure_digest,"
           "  p.owner = 'consentctl'"
           "  FROM unnest($1::text[], $2::integer[]) AS u(topic, partition)"
           "  JOIN ingest_position p USING (topic, partition)",
    .params = "TI",
    .columns = "tilllzblzbo",
};

static const struct pg_stmt block = {
    .name = "ingest_block",
    .sql = "SELECT nextval('ledger_block')",
    .params = "",
    .columns = "l",
};

static const struct pg_stmt gaps = {
    .name = "ingest_gaps",
    .sql = "SELECT topic, partition, sum(\"to\" - \"from\")::bigint FROM intake_gap"
           " WHERE acknowledged IS NULL GROUP BY 1, 2 ORDER BY 1, 2 LIMIT $1",
    .params = "i",
    .columns = "til",
};

static const struct pg_stmt waiting = {
    .name = "ingest_quarantine_waiting",
    .sql = "SELECT count(*), min(known) FROM quarantine WHERE state = 0 /*waiting*/",
    .params = "",
    .columns = "lz",
};

/* By what the ledger has about the contact: those are few, and its index leads to them.
 */
static const struct pg_stmt told = {
    .name = "ingest_told",
    .sql = "SELECT EXISTS (SELECT FROM fact f JOIN v_message m USING (ledger_id)"
           " WHERE f.contact = $1 AND f.source_type = $2"
           "  AND m.message_id = btrim($3, '<> '))",
    .params = "ust",
    .columns = "o",
};

/* Duplicates, and what was not accepted, have the type 0 there. */
static const struct pg_stmt granted = {
    .name = "ingest_granted",
    .sql = "SELECT (SELECT coalesce(sum(c.n), 0)::bigint FROM source_count c"
           "  WHERE c.source = u.source AND c.day = date '1970-01-01' + u.day"
           "   AND c.type IN (1 /*consent_granted*/, 6 /*lead_received*/))"
           " FROM unnest($1::integer[], $2::integer[]) WITH ORDINALITY"
           "  AS u (source, day, i) ORDER BY u.i",
    .params = "II",
    .columns = "l",
};

const struct pg_stmt *const ingest_statements[] = {
    &claim, &positions, &block, &gaps, &waiting, &told, &granted, &ingest_batch_stmt,
};
const size_t n_ingest_statements = sizeof(ingest_statements) / sizeof(*ingest_statements);

/* Three columns, from this one on. */
static struct ingest_anchor anchor_of(const struct pg_result *r, int row, int column)
{
    struct ingest_anchor ret = {.offset = -1};
    const void *digest;
    size_t len;

    if (pg_is_null(r, row, column) || pg_is_null(r, row, column + 2))
        return ret;
    ret.offset = pg_get_i64(r, row, column);
    ret.time_us = pg_get_time(r, row, column + 1);
    digest = pg_get_bytes(r, row, column + 2, &len);
    memcpy(ret.digest, digest, len < sizeof(ret.digest) ? len : sizeof(ret.digest));
    return ret;
}

/* Runs claim or positions and copies what it says into the parts. */
static bool read_parts(struct pg *pg, const struct pg_stmt *stmt, const char *owner,
                       struct ingest_part *parts, size_t n, struct err *err)
{
    struct pg_params ps;
    struct pg_result *r;
    size_t topic, partition;

    pg_params_init(&ps);
    topic = pg_put_array(&ps, 'T');
    partition = pg_put_array(&ps, 'I');
    for (size_t i = 0; i < n; i++) {
        pg_add_text(&ps, topic, parts[i].topic);
        pg_add_i32(&ps, partition, parts[i].partition);
    }
    if (owner != NULL)
        pg_put_text(&ps, owner);
    if (!pg_run(pg, stmt, &ps, &r, err))
        return false;
    for (size_t i = 0; i < n; i++) {
        parts[i].epoch = 0;
        parts[i].next = 0;
        parts[i].anchor = parts[i].sure = (struct ingest_anchor){.offset = -1};
        for (int row = 0; row < pg_rows(r); row++) {
            if (pg_get_i32(r, row, 1) != parts[i].partition ||
                strcmp(pg_get_text(r, row, 0), parts[i].topic) != 0)
                continue;
            parts[i].next = pg_get_i64(r, row, 2);
            parts[i].epoch = pg_get_i64(r, row, 3);
            parts[i].anchor = anchor_of(r, row, 4);
            parts[i].sure = anchor_of(r, row, 7);
            parts[i].reset = pg_get_bool(r, row, 10);
            break;
        }
    }
    pg_result_free(r);
    return true;
}

bool ingest_claim(struct pg *pg, const char *owner, struct ingest_part *parts, size_t n,
                  struct err *err)
{
    return n == 0 || read_parts(pg, &claim, owner, parts, n, err);
}

bool ingest_positions(struct pg *pg, struct ingest_part *parts, size_t n, struct err *err)
{
    return n == 0 || read_parts(pg, &positions, NULL, parts, n, err);
}

bool ingest_block(struct pg *pg, int64_t *ret, struct err *err)
{
    struct pg_result *r;

    if (!pg_exec(pg, &block, NULL, &r, err))
        return false;
    *ret = pg_get_i64(r, 0, 0);
    pg_result_free(r);
    return true;
}

bool ingest_quarantine_waiting(struct pg *pg, struct ingest_waiting *ret, struct err *err)
{
    struct pg_result *r;

    if (!pg_exec(pg, &waiting, NULL, &r, err))
        return false;
    ret->n = pg_get_i64(r, 0, 0);
    ret->oldest_us = pg_is_null(r, 0, 1) ? 0 : pg_get_time(r, 0, 1);
    pg_result_free(r);
    return true;
}

bool ingest_told(struct pg *pg, const struct contact_key *contact, const char *message_id,
                 bool *ret, struct err *err)
{
    struct pg_params ps;

    pg_params_init(&ps);
    pg_put_uuid(&ps, contact->b);
    pg_put_i16(&ps, SOURCE_MAILING);
    pg_put_text(&ps, message_id);
    return pg_run_bool(pg, &told, &ps, ret, err);
}

bool ingest_gaps(struct pg *pg, struct ingest_gap *ret, size_t most, size_t *ret_n,
                 struct err *err)
{
    struct pg_params ps;
    struct pg_result *r;

    pg_params_init(&ps);
    pg_put_i32(&ps, (int32_t)most);
    if (!pg_run(pg, &gaps, &ps, &r, err))
        return false;
    *ret_n = (size_t)pg_rows(r);
    for (size_t i = 0; i < *ret_n; i++) {
        strncpy(ret[i].topic, pg_get_text(r, (int)i, 0), sizeof(ret[i].topic) - 1);
        ret[i].topic[sizeof(ret[i].topic) - 1] = '\0';
        ret[i].partition = pg_get_i32(r, (int)i, 1);
        ret[i].records = pg_get_i64(r, (int)i, 2);
    }
    pg_result_free(r);
    return true;
}

bool ingest_granted(struct pg *pg, struct ingest_budget *budgets, size_t n,
                    struct err *err)
{
    size_t source, day;
    struct pg_params ps;
    struct pg_result *r;

    pg_params_init(&ps);
    source = pg_put_array(&ps, 'I');
    day = pg_put_array(&ps, 'I');
    for (size_t i = 0; i < n; i++) {
        pg_add_i32(&ps, source, budgets[i].source);
        pg_add_i32(&ps, day, budgets[i].day);
    }
    if (!pg_run(pg, &granted, &ps, &r, err))
        return false;
    for (size_t i = 0; i < n; i++)
        budgets[i].used = pg_get_i64(r, (int)i, 0);
    pg_result_free(r);
    return true;
}
