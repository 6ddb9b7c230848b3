#include "member_store.h"

#include "store/keys.h"

#include "base/mem.h"

#include <stdlib.h>
#include <string.h>

#define MEMBER                                                                           \
    "m.contact, m.token_key, m.list, m.voice, m.rule, m.reason, m.entry, m.effective,"   \
    " m.known, m.token"
#define STRICTEST_FIRST "ORDER BY x.voice, x.rule, x.effective DESC, x.contact LIMIT 1"
#define PENDING(key)                                                                     \
    "(" key " IN (SELECT contact FROM dirty UNION ALL SELECT contact FROM doubt"         \
    " UNION ALL SELECT contact FROM due WHERE at <= statement_timestamp()))"

/* By key, whatever the plan: see fact_store.c. */
static const struct pg_stmt member_get = {
    .name = "member_load",
    .sql = "SELECT k.i::integer, " MEMBER
           " FROM unnest($1) WITH ORDINALITY AS k (contact, i),"
           " LATERAL (SELECT * FROM list_member x WHERE x.contact = k.contact"
           "          OFFSET 0) m ORDER BY 1, m.list",
    .params = "U",
    .columns = "iuuissslzzt",
};
static const struct pg_stmt strictest_get = {
    .name = "strictest_load",
    .sql = "SELECT k.i::integer, " MEMBER
           " FROM unnest($1) WITH ORDINALITY AS k (token_key, i),"
           " LATERAL (SELECT * FROM list_member x WHERE x.token_key = k.token_key"
           " " STRICTEST_FIRST ") m ORDER BY 1",
    .params = "U",
    .columns = "iuuissslzzt",
};
static const struct pg_stmt member_put = {
    .name = "member_write",
    .sql =
        "WITH r AS MATERIALIZED (SELECT * FROM unnest($1, $2, $3, $4, $5, $6, $7, $8,"
        "   $9, $10, $11, $12) AS r (contact, token_key, list, voice, rule, reason,"
        "   entry, effective, known, token, cause, dirty)), "
        "marked AS ("
        "  INSERT INTO dirty (contact, shard, cause, lane, known)"
        "  SELECT token_key, shard_of(token_key), cause,"
        "         min(CASE voice WHEN 1 /*no*/ THEN 0 /*denials*/ ELSE 1 END), "
        "min(dirty) FROM r"
        "  GROUP BY token_key, cause) "
        "INSERT INTO list_member (contact, token_key, list, voice, rule, reason, entry,"
        "  effective, known, token)"
        " SELECT contact, token_key, list, voice, rule, reason, entry, effective,"
        "        known, token FROM r"
        " ON CONFLICT (contact, list) DO UPDATE SET voice = EXCLUDED.voice,"
        "  rule = EXCLUDED.rule, reason = EXCLUDED.reason, entry = EXCLUDED.entry,"
        "  effective = EXCLUDED.effective, known = EXCLUDED.known",
    .params = "UUISSSLZZTSZ",
    .columns = "",
};
// clang-format off
static const struct pg_stmt member_walk_get = {
    .name = "member_walk",
    .sql = "SELECT " MEMBER ", coalesce(e.status, 0::smallint),"
           " coalesce(e.rule, 0::smallint), coalesce(e.reason, 0::smallint),"
           " coalesce(e.version, 0), coalesce(e.entry, 0),"
           " coalesce(e.effective, '-infinity'), coalesce(e.known, '-infinity'),"
           " coalesce(e.token, ''), " PENDING("m.token_key") " OR EXISTS ("
           "  SELECT FROM list_member x WHERE x.token_key = m.token_key"
           "   AND " PENDING("x.contact") ")"
           " FROM (SELECT DISTINCT token_key FROM list_member"
           "   WHERE list = $1 AND ($2 IS NULL OR token_key > $2)"
           "   ORDER BY token_key LIMIT $3) k"
           " CROSS JOIN LATERAL (SELECT * FROM list_member x WHERE x.token_key = k.token_key"
           "   " STRICTEST_FIRST ") m"
           " LEFT JOIN list_entry e ON e.contact = k.token_key AND e.list = $1"
           " ORDER BY m.token_key",
    .params = "iui",
    .columns = "uuissslzztsssllzzto",
};
// clang-format on

const struct pg_stmt *const member_statements[] = {&member_get, &strictest_get,
                                                   &member_put, &member_walk_get};
const size_t member_statements_n =
    sizeof(member_statements) / sizeof(member_statements[0]);

/* The ten columns of MEMBER, from this one on. */
static struct member_row member_read(const struct pg_result *r, int row, int at)
{
    struct member_row m = {
        .list = pg_get_i32(r, row, at + 2),
        .voice = (enum list_voice)pg_get_i16(r, row, at + 3),
        .rule = (enum rule)pg_get_i16(r, row, at + 4),
        .reason = (enum reason)pg_get_i16(r, row, at + 5),
        .entry = pg_get_i64(r, row, at + 6),
        .effective_us = pg_get_time(r, row, at + 7),
        .known_us = pg_get_time(r, row, at + 8),
        .token = pg_get_text(r, row, at + 9),
    };

    memcpy(m.contact.b, pg_get_uuid(r, row, at), sizeof(m.contact.b));
    memcpy(m.token_key.b, pg_get_uuid(r, row, at + 1), sizeof(m.token_key.b));
    return m;
}

static bool collect(struct pg *pg, struct member_set *ret, struct err *err)
{
    pg_result_free(ret->result);
    ret->result = NULL;
    ret->n = 0;
    if (!pg_collect(pg, &ret->result, err))
        return false;
    ret->n = (size_t)pg_rows(ret->result);
    if (ret->n > ret->cap) {
        ret->rows = mem_resize(ret->rows, ret->n, sizeof(*ret->rows));
        ret->cap = ret->n;
    }
    for (size_t i = 0; i < ret->n; i++) {
        ret->rows[i] = member_read(ret->result, (int)i, 1);
        ret->rows[i].of = (size_t)pg_get_i32(ret->result, (int)i, 0) - 1;
    }
    return true;
}

bool member_load(struct pg *pg, const struct contact_key *keys, size_t n,
                 struct member_set *ret, struct err *err)
{
    return keys_send(pg, &member_get, keys, n, err) && collect(pg, ret, err);
}

bool members_ask(struct pg *pg, const struct contact_key *keys, size_t n, struct err *err)
{
    return keys_send(pg, &member_get, keys, n, err) &&
           keys_send(pg, &strictest_get, keys, n, err);
}

bool members_answer(struct pg *pg, struct member_set *ret,
                    struct member_set *ret_strictest, struct err *err)
{
    return collect(pg, ret, err) && collect(pg, ret_strictest, err);
}

void member_set_done(struct member_set *set)
{
    pg_result_free(set->result);
    free(set->rows);
    *set = (struct member_set){0};
}

const struct member_row *member_find(const struct member_set *set, size_t of,
                                     int32_t list)
{
    size_t from = 0, to = set->n;

    while (from < to) {
        size_t at = from + (to - from) / 2;

        if (set->rows[at].of < of)
            from = at + 1;
        else
            to = at;
    }
    for (; from < set->n && set->rows[from].of == of; from++)
        if (list == MEMBER_OF_ANY || set->rows[from].list == list)
            return &set->rows[from];
    return NULL;
}

bool member_write(struct pg *pg, const struct member_change *changes, size_t n,
                  struct err *err)
{
    static const char types[] = "UUISSSLZZTSZ";
    struct pg_params ps;

    if (n == 0)
        return true;
    pg_params_init(&ps);
    for (const char *type = types; *type != '\0'; type++)
        (void)pg_put_array(&ps, *type);
    for (size_t i = 0; i < n; i++) {
        const struct member_row *m = &changes[i].row;

        pg_add_uuid(&ps, 0, m->contact.b);
        pg_add_uuid(&ps, 1, m->token_key.b);
        pg_add_i32(&ps, 2, m->list);
        pg_add_i16(&ps, 3, (int16_t)m->voice);
        pg_add_i16(&ps, 4, (int16_t)m->rule);
        pg_add_i16(&ps, 5, (int16_t)m->reason);
        pg_add_i64(&ps, 6, m->entry);
        pg_add_time(&ps, 7, m->effective_us);
        pg_add_time(&ps, 8, m->known_us);
        pg_add_text(&ps, 9, m->token);
        pg_add_i16(&ps, 10, changes[i].cause);
        pg_add_time(&ps, 11, changes[i].dirty_us);
    }
    return pg_ask(pg, &member_put, &ps, err);
}

bool member_walk(struct pg *pg, int32_t list, const struct contact_key *after,
                 int32_t limit, struct member_walk *ret, struct err *err)
{
    struct pg_params ps;

    pg_params_init(&ps);
    pg_put_i32(&ps, list);
    if (after != NULL)
        pg_put_uuid(&ps, after->b);
    else
        pg_put_null(&ps, 'u');
    pg_put_i32(&ps, limit);
    pg_result_free(ret->result);
    ret->result = NULL;
    ret->n = 0;
    if (!pg_run(pg, &member_walk_get, &ps, &ret->result, err))
        return false;
    ret->n = (size_t)pg_rows(ret->result);
    if (ret->n > ret->cap) {
        ret->rows = mem_resize(ret->rows, ret->n, sizeof(*ret->rows));
        ret->cap = ret->n;
    }
    for (size_t i = 0; i < ret->n; i++) {
        const struct pg_result *r = ret->result;
        int row = (int)i;
        struct member_row m = member_read(r, row, 0);

        ret->rows[i] = (struct member_walked){
            .strictest = m,
            .last = {.key = m.token_key,
                     .list = list,
                     .status = (enum list_status)pg_get_i16(r, row, 10),
                     .rule = (enum rule)pg_get_i16(r, row, 11),
                     .reason = (enum reason)pg_get_i16(r, row, 12),
                     .version = pg_get_i64(r, row, 13),
                     .entry = pg_get_i64(r, row, 14),
                     .effective_us = pg_get_time(r, row, 15),
                     .known_us = pg_get_time(r, row, 16),
                     .token = pg_get_text(r, row, 17)},
            .pending = pg_get_bool(r, row, 18),
        };
    }
    return true;
}

void member_walk_done(struct member_walk *walk)
{
    pg_result_free(walk->result);
    free(walk->rows);
    *walk = (struct member_walk){0};
}
