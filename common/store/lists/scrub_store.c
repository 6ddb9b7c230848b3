#include "scrub_store.h"

#include "store/keys.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* Small, all of them, unless the publisher is behind; hashed once a statement. */
#define PENDING(contact)                                                                 \
    "(" contact " IN (SELECT contact FROM dirty UNION ALL SELECT contact FROM doubt"     \
    " UNION ALL SELECT contact FROM due WHERE at <= statement_timestamp()))"

// clang-format off
/* Rows come as PostgreSQL finds them: = ANY of sorted keys costs two thirds of a join that
 * looks each up with its place. */
static const struct pg_stmt ask_contacts = {
    .name = "scrub_contacts",
    .sql = "SELECT e.contact, e.status, e.reason, " PENDING("e.contact")
           " FROM list_entry e WHERE e.contact = ANY ($2) AND e.list = $1",
    .params = "iU",
    .columns = "usso",
};

/* Of one contact, where each turn to PostgreSQL is waited for. By key, whatever the plan
 * (see fact_store.c); contact is only looked at where the list has not spoken. */
static const struct pg_stmt ask_one = {
    .name = "scrub_one",
    .sql = "SELECT coalesce(e.status, 0::smallint), coalesce(e.reason, 0::smallint), "
           PENDING("k.contact") " FROM (SELECT $2 AS contact) k"
           " LEFT JOIN LATERAL (SELECT x.contact, x.status, x.reason FROM list_entry x"
           "  WHERE x.contact = k.contact AND x.list = $1 OFFSET 0) e ON true"
           " LEFT JOIN LATERAL (SELECT x.contact FROM contact x"
           "  WHERE e.contact IS NULL AND x.contact = k.contact OFFSET 0) c ON true"
           " WHERE e.contact IS NOT NULL OR c.contact IS NOT NULL",
    .params = "iu",
    .columns = "sso",
};

static const struct pg_stmt ask_known = {
    .name = "scrub_known",
    .sql = "SELECT c.contact FROM contact c WHERE c.contact = ANY ($1)",
    .params = "U",
    .columns = "u",
};

/* By key, whatever the plan (see fact_store.c). */
static const struct pg_stmt ask_tokens = {
    .name = "scrub_tokens",
    .sql = "SELECT k.i::integer, e.status, e.reason, " PENDING("e.contact") ", e.contact"
           " FROM unnest($2) WITH ORDINALITY AS k (token, i),"
           " LATERAL (SELECT x.contact, x.status, x.reason FROM list_entry x"
           "  WHERE x.token = k.token AND x.list = $1 OFFSET 0) e",
    .params = "iT",
    .columns = "issou",
};

static const struct pg_stmt ask_shared = {
    .name = "scrub_shared",
    .sql = "SELECT k.i::integer, m.contact, m.contact = k.contact AND k.contact IS NOT NULL,"
           " m.voice, m.rule, m.reason, m.effective, " PENDING("m.contact") ", EXISTS (SELECT FROM list_entry e"
           "  WHERE e.contact = k.token_key AND e.list = $1)"
           " FROM unnest($2, $3) WITH ORDINALITY AS k (contact, token_key, i),"
           " LATERAL (SELECT x.contact, x.voice, x.rule, x.reason, x.effective"
           "   FROM list_member x WHERE x.token_key = k.token_key"
           "  UNION ALL SELECT c.contact, 0::smallint, 0::smallint, 0::smallint,"
           "   '-infinity'::timestamptz FROM contact c"
           "   WHERE c.contact = k.contact AND NOT EXISTS (SELECT FROM list_member x"
           "    WHERE x.contact = c.contact AND x.list = $1) OFFSET 0) m"
           " ORDER BY 1, m.voice, m.rule, m.effective DESC, m.contact",
    .params = "iUU",
    .columns = "iuossszoo",
};
// clang-format on

static const struct pg_stmt begin_put = {
    .name = "scrub_begin",
    .sql = "INSERT INTO scrub (token_id, list, by_tokens) VALUES (nullif($1, 0), $2, $3)"
           " RETURNING scrub_id",
    .params = "iio",
    .columns = "l",
};

static const struct pg_stmt note_put = {
    .name = "scrub_note",
    .sql = "INSERT INTO scrub_part (scrub_id, lines, may_mail, may_not, unknown, invalid,"
           " contacts) VALUES ($1, $2, $3, $4, $5, $6, $7)",
    .params = "llllllU",
    .columns = "",
};

/* As audit_put does it, without its rows. */
static const struct pg_stmt spend_put = {
    .name = "scrub_spend",
    .sql = "WITH v AS MATERIALIZED (SELECT (now() AT TIME ZONE 'UTC')::date AS today),"
           " fresh AS MATERIALIZED (SELECT a.contact FROM unnest($3) AS a (contact)"
           "  LEFT JOIN LATERAL (SELECT true AS seen FROM token_contact t"
           "   WHERE t.token_id = $1 AND t.day = (SELECT today FROM v)"
           "   AND t.contact = a.contact OFFSET 0) t ON true WHERE t.seen IS NULL),"
           " asked AS MATERIALIZED (SELECT count(*)::integer AS n FROM fresh),"
           " day AS (INSERT INTO token_day AS d (token_id, day, contacts)"
           "  SELECT $1, v.today, asked.n FROM v, asked WHERE asked.n BETWEEN 1 AND $2"
           "  ON CONFLICT (token_id, day) DO UPDATE"
           "  SET contacts = d.contacts + excluded.contacts"
           "  WHERE d.contacts + excluded.contacts <= $2 RETURNING 1),"
           " ok AS MATERIALIZED (SELECT asked.n = 0 OR EXISTS (SELECT FROM day) AS ok"
           "  FROM asked),"
           " spent AS (INSERT INTO token_contact (token_id, day, contact)"
           "  SELECT $1, v.today, f.contact FROM fresh f, v, ok WHERE ok.ok ORDER BY 3"
           "  ON CONFLICT DO NOTHING)"
           " SELECT ok.ok FROM ok",
    .params = "iiU",
    .columns = "o",
};

const struct pg_stmt *const scrub_statements[] = {&ask_contacts, &ask_known,  &ask_one,
                                                  &ask_tokens,   &ask_shared, &begin_put,
                                                  &note_put,     &spend_put};
const size_t scrub_statements_n = sizeof(scrub_statements) / sizeof(scrub_statements[0]);

bool scrub_ask_contacts(struct pg *pg, struct pg_params *ps, int32_t list,
                        const struct contact_key *keys, size_t n, struct err *err)
{
    pg_params_reset(ps);
    pg_put_i32(ps, list);
    keys_put(ps, keys, n);
    return pg_send(pg, &ask_contacts, ps, err);
}

bool scrub_ask_tokens(struct pg *pg, struct pg_params *ps, int32_t list,
                      const char *const *tokens, size_t n, struct err *err)
{
    size_t a;

    pg_params_reset(ps);
    pg_put_i32(ps, list);
    a = pg_put_array(ps, 'T');
    for (size_t i = 0; i < n; i++)
        pg_add_text(ps, a, tokens[i]);
    return pg_send(pg, &ask_tokens, ps, err);
}

static int by_key(const void *a, const void *b)
{
    return memcmp(a, b, sizeof(struct contact_key));
}

/* Where the key of a row stands among the sorted ones that were asked about. */
static size_t place_of(const struct pg_result *r, int row, const struct contact_key *keys,
                       size_t n)
{
    const struct contact_key *at =
        bsearch(pg_get_uuid(r, row, 0), keys, n, sizeof(*keys), by_key);

    assert(at != NULL);
    return (size_t)(at - keys);
}

void scrub_found_contact(const struct pg_result *r, int row,
                         const struct contact_key *keys, size_t n,
                         struct scrub_found *ret)
{
    *ret = (struct scrub_found){
        .i = place_of(r, row, keys, n),
        .status = (enum list_status)pg_get_i16(r, row, 1),
        .reason = (enum reason)pg_get_i16(r, row, 2),
        .pending = pg_get_bool(r, row, 3),
    };
    ret->key = keys[ret->i];
}

bool scrub_known(struct pg *pg, const struct contact_key *keys, size_t n, bool *ret,
                 struct err *err)
{
    struct pg_result *r;

    memset(ret, 0, n * sizeof(*ret));
    if (n == 0)
        return true;
    if (!keys_exec(pg, &ask_known, keys, n, &r, err))
        return false;
    for (int row = 0; row < pg_rows(r); row++)
        ret[place_of(r, row, keys, n)] = true;
    pg_result_free(r);
    return true;
}

bool scrub_one(struct pg *pg, struct pg_params *ps, int32_t list,
               const struct contact_key *key, struct scrub_found *ret, bool *ret_known,
               struct err *err)
{
    struct pg_result *r;

    *ret = (struct scrub_found){.status = LIST_ABSENT, .key = *key};
    pg_params_reset(ps);
    pg_put_i32(ps, list);
    pg_put_uuid(ps, key->b);
    if (!pg_exec(pg, &ask_one, ps, &r, err))
        return false;
    *ret_known = pg_rows(r) > 0;
    if (*ret_known) {
        ret->status = (enum list_status)pg_get_i16(r, 0, 0);
        ret->reason = (enum reason)pg_get_i16(r, 0, 1);
        ret->pending = pg_get_bool(r, 0, 2);
    }
    pg_result_free(r);
    return true;
}

void scrub_found_token(const struct pg_result *r, int row, struct scrub_found *ret)
{
    *ret = (struct scrub_found){
        .i = (size_t)pg_get_i32(r, row, 0) - 1,
        .status = (enum list_status)pg_get_i16(r, row, 1),
        .reason = (enum reason)pg_get_i16(r, row, 2),
        .pending = pg_get_bool(r, row, 3),
    };
    memcpy(ret->key.b, pg_get_uuid(r, row, 4), sizeof(ret->key.b));
}

bool scrub_ask_shared(struct pg *pg, struct pg_params *ps, int32_t list,
                      const struct contact_key *contacts,
                      const struct contact_key *token_keys, size_t n, struct err *err)
{
    size_t a, b;

    pg_params_reset(ps);
    pg_put_i32(ps, list);
    a = pg_put_array(ps, 'U');
    b = pg_put_array(ps, 'U');
    for (size_t i = 0; i < n; i++) {
        if (contacts != NULL)
            pg_add_uuid(ps, a, contacts[i].b);
        else
            pg_add_null(ps, a);
        pg_add_uuid(ps, b, token_keys[i].b);
    }
    return pg_send(pg, &ask_shared, ps, err);
}

void scrub_voice(const struct pg_result *r, int row, struct scrub_voice *ret)
{
    *ret = (struct scrub_voice){
        .i = (size_t)pg_get_i32(r, row, 0) - 1,
        .own = pg_get_bool(r, row, 2),
        .voice = (enum list_voice)pg_get_i16(r, row, 3),
        .rule = (enum rule)pg_get_i16(r, row, 4),
        .reason = (enum reason)pg_get_i16(r, row, 5),
        .effective_us = pg_get_time(r, row, 6),
        .pending = pg_get_bool(r, row, 7),
        .spoken = pg_get_bool(r, row, 8),
    };
    memcpy(ret->contact.b, pg_get_uuid(r, row, 1), sizeof(ret->contact.b));
}

bool scrub_begin(struct pg *pg, const struct scrub_call *call, int64_t *ret_id,
                 struct err *err)
{
    struct pg_params ps;

    pg_params_init(&ps);
    pg_put_i32(&ps, call->token);
    pg_put_i32(&ps, call->list);
    pg_put_bool(&ps, call->by_tokens);
    return pg_run_i64(pg, &begin_put, &ps, ret_id, err);
}

bool scrub_note(struct pg *pg, const struct scrub_part *part, struct err *err)
{
    struct pg_params ps;

    pg_params_init(&ps);
    pg_put_i64(&ps, part->scrub);
    pg_put_i64(&ps, part->lines);
    pg_put_i64(&ps, part->may_mail);
    pg_put_i64(&ps, part->may_not);
    pg_put_i64(&ps, part->unknown);
    pg_put_i64(&ps, part->invalid);
    keys_put(&ps, part->contacts, part->n);
    return pg_run(pg, &note_put, &ps, NULL, err);
}

bool scrub_spend(struct pg *pg, int32_t token, int32_t budget,
                 const struct contact_key *keys, size_t n, bool *ret, struct err *err)
{
    struct pg_params ps;

    pg_params_init(&ps);
    pg_put_i32(&ps, token);
    pg_put_i32(&ps, budget);
    keys_put(&ps, keys, n);
    return pg_run_bool(pg, &spend_put, &ps, ret, err);
}
