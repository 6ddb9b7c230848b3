#include "doctor_store.h"

#include "roles.h"

#include "base/mem.h"
#include "base/when.h"

#include <stdio.h>

static const struct pg_stmt doctor_server_get = {
    .name = "doctor_server",
    .sql =
        "SELECT current_setting('server_version_num')::integer, clock_timestamp(),"
        " current_setting('log_parameter_max_length') <> '0', pg_is_in_recovery(),"
        " (SELECT count(*)::integer FROM pg_class c WHERE c.relkind IN ('r', 'v', 'p')"
        "  AND c.relnamespace = current_schema()::regnamespace AND NOT c.relispartition"
        "  AND NOT has_any_column_privilege(c.oid, 'SELECT')"
        "  AND c.relname NOT IN ('event_salt', 'quarantine_salt', 'event_said')),"
        " (SELECT count(*)::integer FROM unnest(ARRAY[" ROLES_SQL "])"
        "  AS r (name) WHERE NOT EXISTS (SELECT FROM pg_roles"
        "  WHERE rolname = r.name)),"
        " coalesce((SELECT min(rolname)::text FROM pg_roles WHERE rolname LIKE "
        "'consent\\_%'"
        "  AND (rolsuper OR rolcreaterole OR rolbypassrls OR rolreplication)), ''),"
        " coalesce((SELECT min(a.application_name) FROM pg_stat_activity a"
        "  JOIN pg_roles r ON r.oid = a.usesysid WHERE a.datname = current_database()"
        "  AND a.application_name LIKE 'consent-%' AND (r.rolsuper OR r.oid ="
        "   (SELECT relowner FROM pg_class WHERE oid = 'ledger'::regclass))), ''),"
        " coalesce(m.member, ''), coalesce(m.of, '')"
        " FROM (VALUES (1)) v LEFT JOIN (SELECT r.rolname::text AS member,"
        "  g.rolname::text AS of FROM pg_auth_members a"
        "  JOIN pg_roles r ON r.oid = a.member JOIN pg_roles g ON g.oid = a.roleid"
        "  WHERE r.rolname IN (" ROLES_SQL ")"
        "   AND (r.rolname, g.rolname) <> ('consent_operator', 'pg_monitor')"
        "  ORDER BY 1, 2 LIMIT 1) m ON true",
    .params = "",
    .columns = "izooiitttt",
};

static const struct pg_stmt doctor_work_get = {
    .name = "doctor_work",
    .sql =
        "SELECT (SELECT count(*) FROM (SELECT FROM dirty LIMIT 100000) d),"
        " (SELECT coalesce(min(known), 'infinity') FROM (SELECT known FROM dirty"
        "  LIMIT 100000) d),"
        " (SELECT count(*) FROM quarantine WHERE state = 0 /*waiting*/),"
        " (SELECT coalesce(min(known), 'infinity') FROM quarantine WHERE state = 0 "
        "/*waiting*/),"
        " (SELECT count(*) FROM (SELECT FROM due WHERE at < now() - interval '1 min'"
        "  LIMIT 100000) d),"
        " (SELECT count(*) FROM cascade), (SELECT count(*) FROM (SELECT FROM"
        "  receipt_queue LIMIT 100000) q),"
        " (SELECT count(*)::integer FROM publish_shard WHERE until > now()),"
        " (SELECT count(*)::integer FROM publisher WHERE until > now()), now(),"
        " (SELECT coalesce(max(known), '-infinity') FROM (SELECT known FROM ledger"
        "  ORDER BY ledger_id DESC LIMIT 1000) l),"
        " (SELECT coalesce(min(at), 'infinity') FROM due),"
        " (SELECT count(*) FROM pg_roles WHERE rolname LIKE 'consent\\_%'"
        "  AND rolvaliduntil < now() + interval '30 days'),"
        " (SELECT coalesce(min(rolvaliduntil), 'infinity') FROM pg_roles"
        "  WHERE rolname LIKE 'consent\\_%'),"
        " coalesce((SELECT rolname::text FROM pg_roles WHERE rolname LIKE 'consent\\_%'"
        "  AND rolvaliduntil < now() + interval '30 days'"
        "  ORDER BY rolvaliduntil, rolname LIMIT 1), ''),"
        " current_setting('archive_mode') <> 'off',"
        " (SELECT coalesce(last_archived_time, '-infinity') FROM pg_stat_archiver),"
        " (SELECT coalesce(last_failed_time, '-infinity') FROM pg_stat_archiver)",
    .params = "",
    .columns = "lzlzllliizzzlztozz",
};

static const struct pg_stmt doctor_positions_get = {
    .name = "doctor_positions",
    .sql = "SELECT p.topic, p.partition, p.next_offset, p.held,"
           "  (SELECT coalesce(sum(g.\"to\" - g.\"from\"), 0)::bigint FROM intake_gap g"
           "   WHERE g.topic = p.topic AND g.partition = p.partition"
           "    AND g.acknowledged IS NULL)"
           " FROM ingest_position p ORDER BY 1, 2",
    .params = "",
    .columns = "tiltl",
};

/* One of ours that changes nothing: PL/pgSQL itself may be of another release after an
 * upgrade of packages, which preparing a statement does not show. */
static const struct pg_stmt doctor_functions_run = {
    .name = "doctor_functions",
    .sql = "SELECT doctor_probe()",
    .params = "",
    .columns = "i",
};

/* data_directory is shown to members of pg_read_all_settings alone. */
static const struct pg_stmt doctor_room_get = {
    .name = "doctor_room",
    .sql =
        "SELECT pg_database_size(current_database()),"
        " (SELECT greatest(reltuples, 0)::bigint FROM pg_class"
        "  WHERE oid = 'ledger'::regclass),"
        " (SELECT coalesce(sum(n), 0)::bigint FROM source_count"
        "  WHERE day >= (now() AT TIME ZONE 'UTC')::date - 1),"
        " extract(epoch FROM (now() AT TIME ZONE 'UTC')"
        "  - ((now() AT TIME ZONE 'UTC')::date - 1))::bigint,"
        " coalesce((SELECT setting FROM pg_settings WHERE name = 'data_directory'), ''),"
        " coalesce(inet_server_addr() = inet_client_addr(), true),"
        " has_function_privilege('pg_ls_waldir()', 'EXECUTE')",
    .params = "",
    .columns = "lllltoo",
};

/* PostgreSQL writes a backup's history beside its log when the backup ends, whatever tool
 * makes it, and keeps it until the next one. */
static const struct pg_stmt doctor_backup_get = {
    .name = "doctor_backup",
    .sql = "SELECT coalesce(max(modification), '-infinity') FROM pg_ls_waldir()"
           " WHERE name LIKE '%.backup'",
    .params = "",
    .columns = "z",
};

static const struct pg_stmt doctor_rights_get = {
    .name = "doctor_rights",
    .sql = "WITH role AS (SELECT rolname FROM pg_roles WHERE rolname IN (" ROLES_SQL ")"
           "  AND NOT rolsuper),"
           " tab AS (SELECT c.oid, c.relname FROM pg_class c"
           "  WHERE c.relkind IN ('r', 'v', 'p', 'm')"
           "   AND c.relnamespace = 'public'::regnamespace),"
           " verb AS (SELECT unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE',"
           "   'TRUNCATE', 'REFERENCES', 'TRIGGER']) AS name)"
           " SELECT rolname::text, relname::text, name, '' FROM role, tab, verb"
           "  WHERE has_table_privilege(rolname, tab.oid, name)"
           " UNION ALL"
           " SELECT rolname::text, relname::text, name, attname::text"
           "  FROM role, verb, tab JOIN pg_attribute a ON a.attrelid = tab.oid"
           "   AND a.attnum > 0 AND NOT a.attisdropped"
           "  WHERE name IN ('SELECT', 'INSERT', 'UPDATE')"
           "   AND NOT has_table_privilege(rolname, tab.oid, name)"
           "   AND has_column_privilege(rolname, tab.oid, a.attnum, name)"
           " UNION ALL"
           " SELECT rolname::text, '', 'CREATE', '' FROM role"
           "  WHERE has_schema_privilege(rolname, 'public', 'CREATE')"
           " ORDER BY 1, 2, 3, 4",
    .params = "",
    .columns = "tttt",
};

const struct pg_stmt *const doctor_statements[] = {
    &doctor_server_get,    &doctor_work_get, &doctor_positions_get, &doctor_rights_get,
    &doctor_functions_run, &doctor_room_get, &doctor_backup_get};
const size_t doctor_statements_n =
    sizeof(doctor_statements) / sizeof(doctor_statements[0]);

bool doctor_rights(struct pg *pg, struct doctor_right **ret, size_t *ret_n,
                   struct err *err)
{
    struct pg_result *r;

    if (!pg_exec(pg, &doctor_rights_get, NULL, &r, err))
        return false;
    *ret_n = (size_t)pg_rows(r);
    *ret = mem_zalloc(*ret_n, sizeof(**ret));
    for (int row = 0; row < pg_rows(r); row++) {
        struct doctor_right *right = &(*ret)[row];

        snprintf(right->role, sizeof(right->role), "%s", pg_get_text(r, row, 0));
        snprintf(right->table, sizeof(right->table), "%s", pg_get_text(r, row, 1));
        snprintf(right->verb, sizeof(right->verb), "%s", pg_get_text(r, row, 2));
        snprintf(right->column, sizeof(right->column), "%s", pg_get_text(r, row, 3));
    }
    pg_result_free(r);
    return true;
}

bool doctor_server(struct pg *pg, struct doctor_server *ret, struct err *err)
{
    struct pg_result *r;

    if (!pg_exec(pg, &doctor_server_get, NULL, &r, err))
        return false;
    *ret = (struct doctor_server){
        .version = pg_get_i32(r, 0, 0),
        .clock_us = pg_get_time(r, 0, 1),
        .logs_values = pg_get_bool(r, 0, 2),
        .standby = pg_get_bool(r, 0, 3),
        .unreadable = pg_get_i32(r, 0, 4),
        .roles_missing = pg_get_i32(r, 0, 5),
    };
    snprintf(ret->mighty, sizeof(ret->mighty), "%s", pg_get_text(r, 0, 6));
    snprintf(ret->mighty_program, sizeof(ret->mighty_program), "%s",
             pg_get_text(r, 0, 7));
    snprintf(ret->member, sizeof(ret->member), "%s", pg_get_text(r, 0, 8));
    snprintf(ret->member_of, sizeof(ret->member_of), "%s", pg_get_text(r, 0, 9));
    pg_result_free(r);
    return true;
}

bool doctor_functions(struct pg *pg, struct err *err)
{
    struct pg_result *r;

    if (!pg_exec(pg, &doctor_functions_run, NULL, &r, err))
        return false;
    pg_result_free(r);
    return true;
}

bool doctor_work(struct pg *pg, struct doctor_work *ret, struct err *err)
{
    struct pg_result *r;

    if (!pg_exec(pg, &doctor_work_get, NULL, &r, err))
        return false;
    *ret = (struct doctor_work){
        .dirty = pg_get_i64(r, 0, 0),
        .dirty_oldest_us = pg_get_time(r, 0, 1),
        .quarantined = pg_get_i64(r, 0, 2),
        .quarantined_oldest_us = pg_get_time(r, 0, 3),
        .overdue = pg_get_i64(r, 0, 4),
        .cascades = pg_get_i64(r, 0, 5),
        .receipts = pg_get_i64(r, 0, 6),
        .shards_held = pg_get_i32(r, 0, 7),
        .publishers = pg_get_i32(r, 0, 8),
        .now_us = pg_get_time(r, 0, 9),
        .newest_known_us = pg_get_time(r, 0, 10),
        .overdue_oldest_us = pg_get_time(r, 0, 11),
        .passwords_ending = pg_get_i64(r, 0, 12),
        .password_end_us = pg_get_time(r, 0, 13),
        .archives = pg_get_bool(r, 0, 15),
        .archived_us = pg_get_time(r, 0, 16),
        .archive_failed_us = pg_get_time(r, 0, 17),
    };
    snprintf(ret->password_role, sizeof(ret->password_role), "%s", pg_get_text(r, 0, 14));
    pg_result_free(r);
    return true;
}

bool doctor_positions(struct pg *pg, struct doctor_position **ret, size_t *ret_n,
                      struct err *err)
{
    struct pg_result *r;

    if (!pg_exec(pg, &doctor_positions_get, NULL, &r, err))
        return false;
    *ret_n = (size_t)pg_rows(r);
    *ret = mem_zalloc(*ret_n, sizeof(**ret));
    for (size_t i = 0; i < *ret_n; i++) {
        snprintf((*ret)[i].topic, sizeof((*ret)[i].topic), "%s",
                 pg_get_text(r, (int)i, 0));
        (*ret)[i].partition = pg_get_i32(r, (int)i, 1);
        (*ret)[i].next_offset = pg_get_i64(r, (int)i, 2);
        snprintf((*ret)[i].held, sizeof((*ret)[i].held), "%s", pg_get_text(r, (int)i, 3));
        (*ret)[i].missed = pg_get_i64(r, (int)i, 4);
    }
    pg_result_free(r);
    return true;
}

bool doctor_room(struct pg *pg, struct doctor_room *ret, struct err *err)
{
    struct pg_result *r;

    if (!pg_exec(pg, &doctor_room_get, NULL, &r, err))
        return false;
    *ret = (struct doctor_room){
        .bytes = pg_get_i64(r, 0, 0),
        .events = pg_get_i64(r, 0, 1),
        .lately = pg_get_i64(r, 0, 2),
        .lately_s = pg_get_i64(r, 0, 3),
        .local = pg_get_bool(r, 0, 5),
        .backup_us = WHEN_ALWAYS,
    };
    snprintf(ret->directory, sizeof(ret->directory), "%s", pg_get_text(r, 0, 4));
    ret->sees_backups = pg_get_bool(r, 0, 6);
    pg_result_free(r);
    if (!ret->sees_backups)
        return true;
    if (!pg_exec(pg, &doctor_backup_get, NULL, &r, err))
        return false;
    ret->backup_us = pg_get_time(r, 0, 0);
    pg_result_free(r);
    return true;
}
