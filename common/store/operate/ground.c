#include "ground.h"

#include "roles.h"

/* A line a cause: code, is it so?, what it is and what to do. What stands first is said.
 */
const struct pg_stmt ground_wrong = {
    .name = "ground_wrong",
    .sql =
        "SELECT cause.code, cause.says FROM pg_roles u"
        " LEFT JOIN LATERAL (SELECT pg_get_userbyid(relowner) AS owner FROM pg_class"
        "  WHERE oid = to_regclass('schema_migration')"
        "   AND NOT pg_has_role(relowner, 'USAGE')) t ON true,"
        " LATERAL (VALUES"
        " (1, 'PG_OLD', current_setting('server_version_num')::integer < 150000,"
        "  format('PostgreSQL %s is too old: use 15 or newer',"
        "   current_setting('server_version'))),"
        " (2, 'PG_STANDBY', pg_is_in_recovery(),"
        "  'this is a standby: point database_url at the primary"
        " (target_session_attrs=read-write finds it)'),"
        " (3, 'PG_READ_ONLY', current_setting('transaction_read_only') = 'on',"
        "  'nothing may be written here: default_transaction_read_only is on, for this"
        " server, database or role'),"
        " (4, 'PG_ENCODING', current_setting('server_encoding') <> 'UTF8',"
        "  format('the database is in %s: make it again, by createdb --encoding UTF8"
        " --template template0', current_setting('server_encoding'))),"
        " (5, 'PG_LOCALE', upper('i') <> 'I' OR lower('I') <> 'i',"
        "  'the database''s locale has another capital i, as Turkish has: make it again, "
        "by"
        " createdb --locale C.UTF-8 --template template0'),"
        " (6, 'PG_LANGUAGE', NOT EXISTS (SELECT FROM pg_language"
        "   WHERE lanname = 'plpgsql'),"
        "  'the language of our functions is missing: CREATE EXTENSION plpgsql,"
        " as a superuser'),"
        " (7, 'PG_SCHEMA', current_schema() IS NULL,"
        "  format('there is no schema for the tables: search_path is %s, of which nothing"
        " exists', current_setting('search_path'))),"
        " (8, 'PG_OWNER', t.owner IS NOT NULL,"
        "  format('the tables belong to %s, and this is %s: run it as the owner', "
        "t.owner,"
        "   current_user)),"
        " (9, 'PG_NO_RIGHT', NOT has_schema_privilege(current_schema(), 'CREATE'),"
        "  format('%s may make no tables in the schema %s: run it as the owner of the"
        " database', current_user, current_schema())),"
        " (10, 'PG_NO_RIGHT', NOT u.rolsuper AND NOT u.rolcreaterole AND EXISTS (SELECT"
        "   FROM unnest(ARRAY[" ROLES_SQL "])"
        "    AS r (name) WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = r.name)),"
        "  format('%s may not make the programs'' roles: ALTER ROLE %1$I CREATEROLE, as a"
        " superuser', current_user))"
        ") AS cause (nth, code, so, says)"
        " WHERE u.rolname = current_user AND cause.so ORDER BY cause.nth LIMIT 1",
    .params = "",
    .columns = "tt",
};

bool ground_check(struct pg *pg, struct err *err)
{
    struct pg_result *r;
    bool ok = true;

    if (!pg_exec(pg, &ground_wrong, NULL, &r, err))
        return false;
    if (pg_rows(r) > 0)
        ok = err_set(err, ERR_CONFIG, pg_get_text(r, 0, 0), "%s", pg_get_text(r, 0, 1));
    pg_result_free(r);
    return ok;
}
