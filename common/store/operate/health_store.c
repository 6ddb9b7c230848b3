#include "health_store.h"

#include "base/mem.h"

#include <stdio.h>
#include <string.h>

#define PREFIX "health_"

/* A check: grave, what, fix. */
#define CHECK(its_name, text)                                                            \
    static const struct pg_stmt health_##its_name = {.name = PREFIX #its_name,           \
                                                     .sql = text " LIMIT 8",             \
                                                     .params = "",                       \
                                                     .columns = "ott"}

/* When a transaction began, and how to end it: of a process a. */
#define BACKEND                                                                          \
    "format('process %s (%s, %s)', a.pid, coalesce(a.usename, a.backend_type),"          \
    " coalesce(nullif(a.application_name, ''), 'no name'))"
#define SINCE(time)                                                                      \
    "to_char(" time " AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"')"

CHECK(settings,
      "SELECT grave, format('%s is %s: %s', name, setting, why),"
      " CASE name WHEN 'data_checksums' THEN 'stop the server, pg_checksums --enable -D '"
      "  || 'its data directory, start it; new clusters: initdb --data-checksums'"
      " ELSE format('ALTER SYSTEM SET %s = %s, then SELECT pg_reload_conf()', name,"
      "  right_one) END"
      " FROM pg_settings JOIN (VALUES"
      "  ('fsync', 'off', true, 'on', 'a power cut may lose what was acknowledged'),"
      "  ('full_page_writes', 'off', true, 'on', 'a power cut may damage the tables'),"
      "  ('synchronous_commit', 'off', true, 'on', 'a power cut may lose what was"
      " acknowledged'),"
      "  ('autovacuum', 'off', false, 'on', 'tables grow, and the server stops when"
      " transaction numbers run out'),"
      "  ('track_counts', 'off', false, 'on', 'autovacuum does not work without it'),"
      "  ('zero_damaged_pages', 'on', true, 'off', 'damaged pages are emptied'),"
      "  ('data_checksums', 'off', false, '', 'what a disk has damaged is taken for good,"
      " and goes into backups'),"
      "  ('log_error_verbosity', 'default', false, 'terse', 'the server''s log quotes the"
      " rows of an error, and so addresses'),"
      "  ('log_error_verbosity', 'verbose', false, 'terse', 'the server''s log quotes the"
      " rows of an error, and so addresses'))"
      " AS w (its, wrong, grave, right_one, why) ON its = name AND wrong = setting"
      " ORDER BY name");

/* What somebody has set for the database or a role stands above the server's settings. */
CHECK(overrides,
      "SELECT true, format('%s is set for %s', one, concat_ws(' in ', 'the role '"
      "  || nullif(s.setrole, 0)::regrole::text, 'the database ' || d.datname)),"
      " format('ALTER %s RESET %s', CASE WHEN s.setrole = 0 THEN format('DATABASE %I',"
      "  d.datname) ELSE format('ROLE %s', s.setrole::regrole)"
      "  || coalesce(format(' IN DATABASE %I', d.datname), '') END,"
      "  split_part(one, '=', 1))"
      " FROM pg_db_role_setting s LEFT JOIN pg_database d ON d.oid = s.setdatabase,"
      " unnest(s.setconfig) one"
      " WHERE (s.setdatabase = 0 OR d.datname = current_database())"
      "  AND (s.setrole = 0 OR s.setrole IN (SELECT oid FROM pg_roles"
      "   WHERE rolname LIKE 'consent%'))"
      "  AND one ~ ('^(session_replication_role=(replica|local)"
      "|default_transaction_read_only=(on|true|1|yes)"
      "|synchronous_commit=(off|false|0|no)|search_path=|row_security=)')"
      " ORDER BY 2");

CHECK(slots,
      "SELECT coalesce(kept > 10::numeric * 1024 ^ 3 OR wal_status IN ('unreserved',"
      "  'lost'), false), format('nobody reads the replication slot %s, for which the"
      " server keeps %s of its log: the disk fills', slot_name, pg_size_pretty(kept)),"
      " format('let its reader come back; if it never will: SELECT"
      " pg_drop_replication_slot(%L)', slot_name)"
      " FROM (SELECT *, pg_wal_lsn_diff(CASE WHEN pg_is_in_recovery() THEN"
      "  pg_last_wal_replay_lsn() ELSE pg_current_wal_lsn() END, restart_lsn) AS kept"
      "  FROM pg_replication_slots) s WHERE NOT active AND NOT temporary ORDER BY 2");

CHECK(standby,
      "SELECT true, format('no standby of synchronous_standby_names (%s) is connected:"
      " every commit waits for one', setting),"
      " 'start the standby; if it is lost: ALTER SYSTEM RESET synchronous_standby_names,"
      " then SELECT pg_reload_conf()'"
      " FROM pg_settings WHERE name = 'synchronous_standby_names' AND setting <> ''"
      " AND NOT pg_is_in_recovery() AND NOT EXISTS (SELECT FROM pg_stat_replication"
      "  WHERE sync_state IN ('sync', 'quorum') OR sync_state IS NULL)");

CHECK(damage,
      "SELECT true, format('%s pages were read whose checksum is wrong, the last time at"
      " %s: the disk or the memory is at fault', checksum_failures, " SINCE(
          "checksum_last_failure") "),"
                                   " 'stop PostgreSQL, copy its directory, restore the "
                                   "last backup on another disk'"
                                   " FROM pg_stat_database WHERE datname = "
                                   "current_database()"
                                   " AND checksum_failures > 0");

/* A changed order of letters leaves rows where an index no longer finds them. */
CHECK(collation,
      "SELECT true, format('the order of letters of %s was made by version %s of its"
      " library, and that is %s now: indexes may miss rows', what, old, new), fix"
      " FROM (SELECT 'the database' AS what, datcollversion AS old,"
      "  pg_database_collation_actual_version(oid) AS new, format('REINDEX DATABASE %I,"
      " then ALTER DATABASE %1$I REFRESH COLLATION VERSION', datname) AS fix"
      "  FROM pg_database WHERE datname = current_database()"
      "  UNION ALL SELECT 'the collation ' || collname, collversion,"
      "  pg_collation_actual_version(oid), format('REINDEX what uses it, then ALTER"
      " COLLATION %I REFRESH VERSION', collname) FROM pg_collation c"
      "  WHERE EXISTS (SELECT FROM pg_attribute a JOIN pg_class t ON t.oid = a.attrelid"
      "   WHERE a.attcollation = c.oid AND t.relnamespace = 'public'::regnamespace)) v"
      " WHERE old <> new ORDER BY what");

CHECK(objects,
      "SELECT m.kind <> 'index' OR m.definition LIKE 'CREATE UNIQUE %',"
      " format('the %s %s of %s is gone, or was switched off', m.kind, m.name,"
      " m.\"table\"), 'as the tables'' owner: ' || m.definition"
      " FROM schema_made m LEFT JOIN v_schema_there t USING (kind, \"table\", name)"
      " WHERE t.name IS NULL ORDER BY 2");

CHECK(invalid,
      "SELECT true, format('the index %s of %s is not valid: its making was cut off',"
      "  indexrelid::regclass, indrelid::regclass), format('REINDEX INDEX CONCURRENTLY"
      " %s, or consentctl migrate if one is missing', indexrelid::regclass)"
      " FROM pg_index JOIN pg_class c ON c.oid = indrelid WHERE NOT indisvalid"
      " AND c.relnamespace = 'public'::regnamespace ORDER BY 2");

/* program_seen may be empty after a crash: whoever is at work is in it ten seconds later.
 */
CHECK(tables,
      "SELECT relpersistence = 'u', format(CASE relpersistence WHEN 'u' THEN"
      "  'the table %s is unlogged: a crash empties it' ELSE"
      "  'autovacuum is switched off for the table %s, which grows' END, relname),"
      " format(CASE relpersistence WHEN 'u' THEN 'ALTER TABLE %s SET LOGGED' ELSE"
      "  'ALTER TABLE %s RESET (autovacuum_enabled)' END, relname)"
      " FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'"
      " AND relname <> 'program_seen'"
      " AND (relpersistence = 'u' OR reloptions && ARRAY['autovacuum_enabled=false',"
      "  'autovacuum_enabled=off', 'autovacuum_enabled=0']) ORDER BY 2");

CHECK(sequences,
      "SELECT used > 0.9, format('the sequence %s has used %s of its %s numbers',"
      "  sequencename, last_value, max_value), 'with whoever looks after the program: no"
      " row is added once it is at its end'"
      " FROM (SELECT *, last_value::numeric / max_value AS used FROM pg_sequences"
      "  WHERE schemaname = 'public' AND NOT cycle) s WHERE used > 0.5 ORDER BY 2");

CHECK(
    wraparound,
    "SELECT gone > 1500000000, format('%s of 2,147,483,648 %s are used, in the database"
    " %s since its last complete vacuum: near the end the server takes no writing',"
    "  gone, what, datname), 'VACUUM (FREEZE) as superuser, in that database; look first"
    " at old transactions, prepared ones, and replication slots, which hold it up'"
    " FROM (SELECT datname, age(datfrozenxid)::bigint AS gone,"
    "  'transaction numbers' AS what FROM pg_database UNION ALL SELECT datname,"
    "  mxid_age(datminmxid), 'multixact numbers' FROM pg_database) d"
    " WHERE gone > 1000000000 ORDER BY gone DESC");

CHECK(transactions,
      "SELECT false, " BACKEND " || ' has had a transaction open since ' || " SINCE(
          "a.xact_start") " || ': nothing that has gone since can be cleaned up',"
                          " format('SELECT pg_terminate_backend(%s), if nobody needs "
                          "it', a.pid)"
                          " FROM pg_stat_activity a WHERE a.datname = current_database()"
                          " AND a.backend_type = 'client backend' AND a.xact_start < "
                          "now() - interval '1 h'"
                          " UNION ALL SELECT true, format('the transaction %s was "
                          "prepared at %s, and nobody"
                          " has ended it: it holds its locks', gid, " SINCE(
                              "prepared") "),"
                                          " format('ROLLBACK PREPARED %L', gid) FROM "
                                          "pg_prepared_xacts"
                                          " WHERE database = current_database() AND "
                                          "prepared < now() - interval '5 min'"
                                          " ORDER BY 2");

/* Our own sessions give up after five seconds and try again, so who waits is there now
 * and then; who is in the way stays. */
CHECK(
    locks,
    "SELECT true, format('%s waits for a lock on %s, which %s has in a transaction open"
    " since %s', w.text, coalesce(l.relation::regclass::text, l.locktype), " BACKEND
    ", " SINCE("a.xact_start") "),"
                               " format('SELECT pg_terminate_backend(%s), if nobody "
                               "needs it', a.pid)"
                               " FROM pg_locks l JOIN (SELECT a.pid, a.datname, " BACKEND
                               " AS text"
                               "  FROM pg_stat_activity a) w ON w.pid = l.pid"
                               " JOIN pg_stat_activity a ON a.pid = ANY "
                               "(pg_blocking_pids(l.pid))"
                               " WHERE NOT l.granted AND w.datname = current_database()"
                               " AND a.xact_start < clock_timestamp() - interval '10 s' "
                               "ORDER BY 2");

CHECK(
    connections,
    "SELECT n >= most, format('%s of %s connections of the server are in use', n, most),"
    " 'see pg_stat_activity for whose they are; raise max_connections, which wants a"
    " restart'"
    " FROM (SELECT count(*) AS n, current_setting('max_connections')::integer"
    "  - current_setting('superuser_reserved_connections')::integer AS most"
    "  FROM pg_stat_activity WHERE backend_type = 'client backend') c"
    " WHERE n > 0.85 * most");

const struct pg_stmt *const health_statements[] = {
    &health_settings, &health_overrides,  &health_slots,      &health_standby,
    &health_damage,   &health_collation,  &health_objects,    &health_invalid,
    &health_tables,   &health_sequences,  &health_wraparound, &health_transactions,
    &health_locks,    &health_connections};
const size_t health_statements_n =
    sizeof(health_statements) / sizeof(health_statements[0]);

bool health_note(struct pg *pg, struct err *err)
{
    /* other files than ours have no such table */
    return pg_script(pg, "schema_made",
                     "DO $$ BEGIN IF to_regclass('schema_made') IS NOT NULL THEN"
                     " DELETE FROM schema_made; INSERT INTO schema_made"
                     "  SELECT kind, \"table\", name, definition FROM v_schema_there;"
                     " END IF; END $$",
                     err);
}

const char *health_name(size_t i)
{
    return health_statements[i]->name + strlen(PREFIX);
}

bool health_look(struct pg *pg, size_t i, struct ill **ret, size_t *ret_n,
                 struct err *err)
{
    struct pg_result *r;

    if (!pg_exec(pg, health_statements[i], NULL, &r, err))
        return false;
    *ret_n = (size_t)pg_rows(r);
    *ret = mem_zalloc(*ret_n + 1, sizeof(**ret));
    for (size_t row = 0; row < *ret_n; row++) {
        struct ill *ill = &(*ret)[row];

        ill->grave = pg_get_bool(r, (int)row, 0);
        snprintf(ill->what, sizeof(ill->what), "%s", pg_get_text(r, (int)row, 1));
        snprintf(ill->fix, sizeof(ill->fix), "%s", pg_get_text(r, (int)row, 2));
    }
    pg_result_free(r);
    return true;
}
