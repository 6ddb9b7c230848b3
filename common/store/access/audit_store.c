#include "audit_store.h"

#include "base/mem.h"

/* $1, $2 token and budget (0: none) of each row, $3 route, $4 register version (0: any),
 * $5 to $9 the rows: contact, controller, purpose, channel, outcome; $10 ledger ids; $11:
 * what is over the budget is written, as such.
 *
 * "fresh" are contacts not asked about today; "day" counts them if the budget allows, and
 * its row is the lock between two calls of one token. Tokens and contacts are sorted so
 * that two calls cannot lock each other out. LATERAL with OFFSET 0 looks each up by its
 * key: otherwise all that the token has ever asked about is read. 4 is
 * LOOKUP_OVER_BUDGET. */
static const struct pg_stmt audit_put = {
    .name = "audit_put",
    .sql =
        "WITH v AS MATERIALIZED (SELECT version, $4 IN (0, version) AS same,"
        "  (now() AT TIME ZONE 'UTC')::date AS today FROM register_version),"
        " fresh AS MATERIALIZED (SELECT DISTINCT a.token, a.contact, a.budget FROM v,"
        "  unnest($1, $2, $5) AS a (token, budget, contact) LEFT JOIN LATERAL"
        "  (SELECT true AS seen FROM token_contact t WHERE t.token_id = a.token"
        "   AND t.day = (SELECT today FROM v) AND t.contact = a.contact OFFSET 0) t"
        "  ON true WHERE a.budget > 0 AND v.same AND a.contact IS NOT NULL"
        "  AND t.seen IS NULL ORDER BY 1, 2),"
        " asked AS MATERIALIZED (SELECT token, min(budget) AS budget,"
        "  count(*)::integer AS n FROM fresh GROUP BY token ORDER BY token),"
        " day AS (INSERT INTO token_day AS d (token_id, day, contacts)"
        "  SELECT a.token, v.today, a.n FROM asked a, v WHERE a.n <= a.budget"
        "  ON CONFLICT (token_id, day) DO UPDATE"
        "  SET contacts = d.contacts + excluded.contacts"
        "  WHERE d.contacts + excluded.contacts <="
        "   (SELECT a.budget FROM asked a WHERE a.token = d.token_id)"
        "  RETURNING token_id),"
        " over AS MATERIALIZED (SELECT token FROM asked EXCEPT SELECT token_id FROM day),"
        " spent AS (INSERT INTO token_contact (token_id, day, contact)"
        "  SELECT f.token, v.today, f.contact FROM fresh f, v"
        "  WHERE f.token NOT IN (SELECT token FROM over) ORDER BY 1, 3"
        "  ON CONFLICT DO NOTHING),"
        " noted AS (INSERT INTO lookup_audit (contact, token_id, controller, purpose,"
        "  channel, route, outcome) SELECT a.contact, a.token, a.controller, a.purpose,"
        "  a.channel, $3, CASE WHEN o.token IS NULL THEN a.outcome ELSE 4 END"
        "  FROM v, unnest($1, $5, $6, $7, $8, $9) AS a (token, contact, controller,"
        "  purpose, channel, outcome) LEFT JOIN over o ON o.token = a.token"
        "  WHERE v.same AND (o.token IS NULL OR $11))"
        " SELECT v.version, ARRAY(SELECT token FROM over), coalesce(l.ledger_id, 0),"
        "  coalesce(l.source, 0), coalesce(l.event_id, '') FROM v"
        " LEFT JOIN ledger l ON l.ledger_id = ANY ($10) ORDER BY l.ledger_id",
    .params = "IIslUSSSSLo",
    .columns = "lIlit",
};
_Static_assert(LOOKUP_OVER_BUDGET == 4, "the statement above has it as a number");

static const struct pg_stmt audit_own_put = {
    .name = "audit_own_put",
    .sql = "SELECT audit_own($1, $2, $3, $4, $5, $6, $7, $8) IS NULL",
    .params = "ussssstt",
    .columns = "o",
};

static const struct pg_stmt audit_mail_put = {
    .name = "audit_mail_put",
    .sql = "SELECT audit_mail($1, $2, $3, $4, $5, $6, $7) IS NULL",
    .params = "lliUSSS",
    .columns = "o",
};

const struct pg_stmt *const audit_statements[] = {&audit_put, &audit_own_put,
                                                  &audit_mail_put};
const size_t audit_statements_n = sizeof(audit_statements) / sizeof(audit_statements[0]);

static struct audit_of of_row(const struct audit_call *call, size_t i)
{
    return call->together != NULL ? call->together[call->rows[i].of]
                                  : (struct audit_of){call->token, call->budget};
}

static void put_tokens(struct pg_params *ps, const struct audit_call *call)
{
    const size_t token = pg_put_array(ps, 'I'), budget = pg_put_array(ps, 'I');

    for (size_t i = 0; i < call->n; i++) {
        pg_add_i32(ps, token, of_row(call, i).token);
        pg_add_i32(ps, budget, of_row(call, i).budget);
    }
}

static void put_rows(struct pg_params *ps, const struct audit_call *call)
{
    size_t contact = pg_put_array(ps, 'U');
    size_t controller = pg_put_array(ps, 'S');
    size_t purpose = pg_put_array(ps, 'S');
    size_t channel = pg_put_array(ps, 'S');
    size_t outcome = pg_put_array(ps, 'S');

    for (size_t i = 0; i < call->n; i++) {
        const struct audit_row *row = &call->rows[i];

        if (row->has_contact)
            pg_add_uuid(ps, contact, row->contact.b);
        else
            pg_add_null(ps, contact);
        pg_add_i16(ps, controller, row->controller);
        pg_add_i16(ps, purpose, row->purpose);
        pg_add_i16(ps, channel, (int16_t)row->channel);
        pg_add_i16(ps, outcome, (int16_t)row->outcome);
    }
}

static bool put(struct pg *pg, const struct audit_call *call, struct pg_result **ret,
                struct err *err)
{
    struct pg_params ps;
    size_t ids;

    pg_params_init(&ps);
    put_tokens(&ps, call);
    pg_put_i16(&ps, (int16_t)call->route);
    pg_put_i64(&ps, call->register_version);
    put_rows(&ps, call);
    ids = pg_put_array(&ps, 'L');
    for (size_t i = 0; i < call->n_evidence; i++)
        pg_add_i64(&ps, ids, call->evidence[i]);
    pg_put_bool(&ps, call->together == NULL);
    return pg_run(pg, &audit_put, &ps, ret, err);
}

bool audit_write(struct pg *pg, const struct audit_call *call, struct audit_done *ret,
                 struct err *err)
{
    struct pg_result *r;

    if (!put(pg, call, &r, err))
        return false;
    *ret = (struct audit_done){
        .register_version = pg_get_i64(r, 0, 0),
        .names = {.result = r, .n = (size_t)pg_rows(r)},
    };
    pg_get_array(r, 0, 1, &ret->over);
    if (pg_get_i64(r, 0, 2) == 0)
        ret->names.n = 0;
    ret->names.names = mem_zalloc(ret->names.n + 1, sizeof(*ret->names.names));
    for (size_t i = 0; i < ret->names.n; i++)
        ret->names.names[i] = (struct event_name){
            .ledger_id = pg_get_i64(r, (int)i, 2),
            .source = pg_get_i32(r, (int)i, 3),
            .event_id = pg_get_text(r, (int)i, 4),
        };
    return true;
}

bool audit_is_over(const struct audit_done *done, int32_t token)
{
    struct pg_array over = done->over;

    for (int32_t i = 0; i < done->over.n; i++)
        if (pg_array_i32(&over) == token)
            return true;
    return false;
}

bool audit_own_write(struct pg *pg, const struct audit_own *own, struct err *err)
{
    struct pg_params ps;
    struct pg_result *r;
    bool ok;

    pg_params_init(&ps);
    pg_put_uuid(&ps, own->row.contact.b);
    pg_put_i16(&ps, own->row.controller);
    pg_put_i16(&ps, own->row.purpose);
    pg_put_i16(&ps, (int16_t)own->row.channel);
    pg_put_i16(&ps, (int16_t)own->route);
    pg_put_i16(&ps, (int16_t)own->row.outcome);
    pg_put_text(&ps, own->user);
    pg_put_text(&ps, own->why);
    ok = pg_run(pg, &audit_own_put, &ps, &r, err);
    if (ok)
        pg_result_free(r);
    return ok;
}

bool audit_mail_write(struct pg *pg, const struct audit_mail *mail, struct err *err)
{
    struct pg_params ps;
    size_t contact, controller, purpose, outcome;

    pg_params_init(&ps);
    pg_put_i64(&ps, mail->asked);
    pg_put_i64(&ps, mail->refused);
    pg_put_i32(&ps, mail->one_of);
    contact = pg_put_array(&ps, 'U');
    controller = pg_put_array(&ps, 'S');
    purpose = pg_put_array(&ps, 'S');
    outcome = pg_put_array(&ps, 'S');
    for (size_t i = 0; i < mail->n; i++) {
        pg_add_uuid(&ps, contact, mail->rows[i].contact.b);
        pg_add_i16(&ps, controller, mail->rows[i].controller);
        pg_add_i16(&ps, purpose, mail->rows[i].purpose);
        pg_add_i16(&ps, outcome, (int16_t)mail->rows[i].outcome);
    }
    return pg_run(pg, &audit_mail_put, &ps, NULL, err);
}
