#include "register_sql.h"

const struct pg_stmt register_knows_get = {
    .name = "register_knows",
    .sql = "SELECT EXISTS (SELECT FROM register_number WHERE kind = $1 AND id = $2)",
    .params = "tt",
    .columns = "o",
};

const struct pg_stmt register_version_get = {
    .name = "register_version_get",
    .sql = "SELECT version FROM register_version",
    .params = "",
    .columns = "l",
};

const struct pg_stmt register_controllers = {
    .name = "register_controllers",
    .sql = "SELECT r.id, r.effective, r.until, n.number::smallint, r.body->>'name',"
           " r.body->>'country', coalesce((r.body->>'default')::boolean, false),"
           " coalesce((SELECT string_agg(c, ' ')"
           "  FROM jsonb_array_elements_text(r.body->'soft_opt_in') c), '')"
           " FROM register_rows($1) r JOIN register_number n USING (kind, id)"
           " WHERE r.kind = 'controller' ORDER BY n.number, r.effective",
    .params = "z",
    .columns = "tzzsttot",
};

const struct pg_stmt register_policies = {
    .name = "register_policies",
    .sql = "SELECT r.body->>'policy', r.effective, r.until, r.body->>'version'"
           " FROM register_rows($1) r WHERE r.kind = 'policy' ORDER BY 1, 2",
    .params = "z",
    .columns = "tzzt",
};

const struct pg_stmt register_websites = {
    .name = "register_websites",
    .sql = "SELECT r.id, r.effective, r.until, n.number::smallint, r.body->>'brand'"
           " FROM register_rows($1) r JOIN register_number n"
           " ON n.kind = 'controller' AND n.id = r.body->>'controller'"
           " WHERE r.kind = 'website' ORDER BY r.id, r.effective",
    .params = "z",
    .columns = "tzzst",
};

/* A purpose is valid while a policy version in force discloses it: the union of those
 * periods, cut to the entry's own; a gap makes two rows. */
const struct pg_stmt register_purposes = {
    .name = "register_purposes",
    .sql =
        "WITH known AS MATERIALIZED (SELECT * FROM register_rows($1)),"
        " disclosed AS ("
        "  SELECT r.id, r.effective, r.until, r.body,"
        "   range_agg(tstzrange(greatest(r.effective, p.effective),"
        "                       least(r.until, p.until)))"
        "    FILTER (WHERE greatest(r.effective, p.effective) < least(r.until, p.until))"
        "    AS times"
        "  FROM known r, jsonb_array_elements_text(r.body->'policies') AS named (policy)"
        "  JOIN known p ON p.kind = 'policy' AND p.id = named.policy"
        "  WHERE r.kind = 'purpose' GROUP BY 1, 2, 3, 4)"
        " SELECT d.id, lower(times.span), upper(times.span), n.number::smallint,"
        "  d.body->>'class', (d.body->>'reconsent')::timestamptz,"
        "  coalesce((d.body->>'despite_restriction')::boolean, false)"
        " FROM disclosed d CROSS JOIN LATERAL unnest(d.times) AS times (span)"
        " JOIN register_number n ON n.kind = 'purpose' AND n.id = d.id"
        " ORDER BY n.number, 2",
    .params = "z",
    .columns = "tzzstzo",
};

const struct pg_stmt register_sources = {
    .name = "register_sources",
    .sql = "SELECT r.id, r.effective, r.until, n.number, r.body->>'type', r.body->>'urn',"
           " coalesce(r.body->>'party', ''), (r.body->>'suspended_from')::timestamptz,"
           " coalesce((r.body->>'suspended_until')::timestamptz, 'infinity'),"
           " coalesce(r.body->>'late_after', ''),"
           " coalesce((r.body->>'sandbox')::boolean, false),"
           " coalesce((r.body->>'grants_per_day')::bigint, 0)"
           " FROM register_rows($1) r JOIN register_number n USING (kind, id)"
           " WHERE r.kind = 'source' ORDER BY n.number, r.effective",
    .params = "z",
    .columns = "tzzitttzztol",
};

/* The register's word and the events' together. An end or a breach, once said, stands
 * (the earliest counts); of the terms the one known last. What another party says of an
 * agreement does not count. */
const struct pg_stmt register_agreements = {
    .name = "register_agreements",
    .sql =
        "WITH entry AS (SELECT * FROM register_rows($1) WHERE kind = 'agreement'),"
        " said AS (SELECT f.* FROM agreement_fact f"
        "  LEFT JOIN entry e ON e.id = f.agreement"
        "  WHERE f.known <= $1"
        "   AND (e.id IS NULL OR f.party = '' OR f.party = e.body->>'party')),"
        " folded AS (SELECT agreement AS id,"
        "  (array_agg(party ORDER BY known DESC, ledger_id DESC))[1] AS party,"
        "  (array_agg(valid_from ORDER BY known DESC, ledger_id DESC)"
        "   FILTER (WHERE valid_from > '-infinity'))[1] AS valid_from,"
        "  (array_agg(valid_until ORDER BY known DESC, ledger_id DESC)"
        "   FILTER (WHERE valid_until < 'infinity'))[1] AS valid_until,"
        "  min(terminated) AS terminated, min(breach_from) AS breach_from,"
        "  (array_agg(ledger_id ORDER BY breach_from, terminated, valid_until, ledger_id)"
        "   FILTER (WHERE least(breach_from, terminated, valid_until) < 'infinity'))[1]"
        "   AS ledger_id"
        "  FROM said GROUP BY agreement)"
        " SELECT n.id, coalesce(f.valid_from, e.effective, '-infinity'),"
        "  coalesce(f.valid_until, e.until, 'infinity'), n.number,"
        "  coalesce(e.body->>'party', f.party),"
        "  coalesce((e.body->>'warranty')::boolean, false),"
        "  coalesce((e.body->>'warranty_survives')::boolean, false),"
        "  coalesce((e.body->>'relay_symmetric')::boolean, false),"
        "  least((e.body->>'terminated')::timestamptz, f.terminated, 'infinity'),"
        "  least((e.body->>'breach_from')::timestamptz, f.breach_from, 'infinity'),"
        "  coalesce(f.ledger_id, 0)"
        " FROM register_number n LEFT JOIN entry e ON e.id = n.id"
        " LEFT JOIN folded f ON f.id = n.id"
        " WHERE n.kind = 'agreement' AND (e.id IS NOT NULL OR f.id IS NOT NULL)"
        " ORDER BY n.number",
    .params = "z",
    .columns = "tzzitooozzl",
};

const struct pg_stmt register_recipients = {
    .name = "register_recipients",
    .sql = "SELECT r.id, r.effective, r.until, r.body->>'name', r.body->>'country',"
           " r.body->>'mechanism', coalesce((r.body->>'deletes')::boolean, false)"
           " FROM register_rows($1) r WHERE r.kind = 'recipient' ORDER BY 1, 2",
    .params = "z",
    .columns = "tzzttto",
};

const struct pg_stmt register_lists = {
    .name = "register_lists",
    .sql =
        "SELECT r.id, r.effective, r.until, n.number, c.number::smallint,"
        " CASE r.body->>'purpose' WHEN '*promotional' THEN -1"
        "  ELSE p.number END::smallint,"
        " r.body->>'channel', r.body->>'polarity', r.body->>'recipient',"
        " r.body->>'profile', coalesce(r.body->>'key_name', r.body->>'recipient'),"
        " coalesce(r.body->>'sourced_by', '')"
        " FROM register_rows($1) r JOIN register_number n USING (kind, id)"
        " JOIN register_number c ON c.kind = 'controller'"
        "  AND c.id = r.body->>'controller'"
        " LEFT JOIN register_number p ON p.kind = 'purpose' AND p.id = r.body->>'purpose'"
        " WHERE r.kind = 'list' ORDER BY n.number, r.effective",
    .params = "z",
    .columns = "tzzisstttttt",
};

const struct pg_stmt register_windows = {
    .name = "register_windows",
    .sql = "SELECT r.body->>'skew', r.body->>'third_party_stale',"
           " r.body->>'backdated_grant', r.body->>'art14', r.body->>'sale_reoptin',"
           " r.body->>'soft_bounce', r.body->>'direct_reconfirm',"
           " (r.body->>'soft_opt_in')::boolean,"
           " (r.body->>'third_party_evidence')::boolean"
           " FROM register_rows($1) r WHERE r.kind = 'windows'"
           " AND r.effective <= least($1, now()) ORDER BY r.effective DESC LIMIT 1",
    .params = "z",
    .columns = "tttttttoo",
};
