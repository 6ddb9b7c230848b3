#include "rekey_store.h"
#include "fact_store.h"

#include "store/words.h"

#include <string.h>

/* 1 is FACT_GRANT, 4 CHANGE_RESPELT. */
static const struct pg_stmt rekey_look_get = {
    .name = "rekey_look_get",
    .sql = "WITH r AS (SELECT * FROM unnest($1, $2) AS u (was, becomes)"
           "  WHERE NOT EXISTS (SELECT FROM same_person s WHERE s.contact = u.was"
           "   AND s.other = u.becomes AND s.ledger_id = 0))"
           " SELECT (SELECT count(*) FROM r),"
           " (SELECT count(DISTINCT r.becomes) FROM r WHERE NOT EXISTS"
           "   (SELECT FROM contact c WHERE c.contact = r.becomes)),"
           " (SELECT count(*) FROM r JOIN fact f ON f.contact = r.was"
           "   WHERE f.kind" FACT_DENIALS " OR f.flags & 1024 /*wide*/ <> 0),"
           " (SELECT count(*) FROM r JOIN fact f ON f.contact = r.was WHERE f.kind = 1 "
           "/*grant*/)",
    .params = "UU",
    .columns = "llll",
};
static const struct pg_stmt rekey_tie_put = {
    .name = "rekey_tie_put",
    .sql =
        "WITH r AS (SELECT * FROM unnest($1, $2, $3, $4, $5)"
        "  AS u (was, becomes, kind, wrapped, sealed)),"
        " made AS (INSERT INTO contact (contact, kind, wrapped_key, sealed)"
        "  SELECT becomes, kind, wrapped, sealed FROM r ORDER BY becomes"
        "  ON CONFLICT (contact) DO NOTHING),"
        " tied AS (INSERT INTO same_person (contact, other, ledger_id, known, said, kind)"
        "  SELECT p.a, p.b, 0, now(), now(), 4 FROM ("
        "   SELECT was, becomes FROM r UNION SELECT becomes, was FROM r) p (a, b)"
        "  ORDER BY p.a, p.b ON CONFLICT (contact, other, ledger_id) DO NOTHING"
        "  RETURNING contact)"
        " INSERT INTO dirty (contact, shard, cause, known)"
        " SELECT DISTINCT contact, shard_of(contact), 1 /*event*/, now() FROM tied",
    .params = "UUSBB",
    .columns = "",
};

static const struct pg_stmt normalisation_put = {
    .name = "normalisation_put",
    .sql = "INSERT INTO normalisation (version) VALUES ($1) ON CONFLICT DO NOTHING",
    .params = "i",
    .columns = "",
};

static const struct pg_stmt normalisation_read = {
    .name = "normalisation_read",
    .sql = "SELECT coalesce(max(version), 0) FROM normalisation",
    .params = "",
    .columns = "i",
};

const struct pg_stmt *const rekey_statements[] = {
    &rekey_look_get, &rekey_tie_put, &normalisation_put, &normalisation_read};
const size_t rekey_statements_n = sizeof(rekey_statements) / sizeof(rekey_statements[0]);

static void put_keys(struct pg_params *ps, const struct respelt *r, size_t n)
{
    size_t was = pg_put_array(ps, 'U'), becomes = pg_put_array(ps, 'U');

    for (size_t i = 0; i < n; i++) {
        pg_add_uuid(ps, was, r[i].old.b);
        pg_add_uuid(ps, becomes, r[i].new.b);
    }
}

bool rekey_look(struct pg *pg, const struct respelt *r, size_t n, struct rekeyed *ret,
                struct err *err)
{
    struct pg_params ps;
    struct pg_result *found;

    pg_params_init(&ps);
    put_keys(&ps, r, n);
    if (!pg_run(pg, &rekey_look_get, &ps, &found, err))
        return false;
    ret->tied += pg_get_i64(found, 0, 0);
    ret->made += pg_get_i64(found, 0, 1);
    ret->denials += pg_get_i64(found, 0, 2);
    ret->grants += pg_get_i64(found, 0, 3);
    pg_result_free(found);
    return true;
}

bool rekey_tie(struct pg *pg, const struct respelt *r, size_t n, struct err *err)
{
    struct pg_params ps;
    size_t kind, wrapped, sealed;

    pg_params_init(&ps);
    put_keys(&ps, r, n);
    kind = pg_put_array(&ps, 'S');
    wrapped = pg_put_array(&ps, 'B');
    sealed = pg_put_array(&ps, 'B');
    for (size_t i = 0; i < n; i++) {
        pg_add_i16(&ps, kind, (int16_t)r[i].kind);
        pg_add_bytes(&ps, wrapped, r[i].wrapped, r[i].wrapped_len);
        pg_add_bytes(&ps, sealed, r[i].sealed, r[i].sealed_len);
    }
    return pg_run(pg, &rekey_tie_put, &ps, NULL, err);
}

bool normalisation_note(struct pg *pg, int32_t version, struct err *err)
{
    struct pg_params ps;

    pg_params_init(&ps);
    pg_put_i32(&ps, version);
    return pg_run(pg, &normalisation_put, &ps, NULL, err);
}

bool normalisation_get(struct pg *pg, int32_t *ret, struct err *err)
{
    struct pg_result *r;

    if (!pg_exec(pg, &normalisation_read, NULL, &r, err))
        return false;
    *ret = pg_get_i32(r, 0, 0);
    pg_result_free(r);
    return true;
}
