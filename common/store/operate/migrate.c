#include "migrate.h"

#include "base/clock.h"
#include "base/mem.h"
#include "base/stop.h"
#include "store/operate/ground.h"
#include "store/operate/health_store.h"
#include "store/words.h"

#include <ctype.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FILE_BYTES    (1024 * 1024)
#define LOCK_PAUSE_MS 100

static const struct pg_stmt migrate_seen = {
    .name = "migrate_seen",
    .sql = "SELECT want.number, done.sha256 IS NOT NULL,"
           " coalesce(done.sha256 = encode(sha256(want.sql::bytea), 'hex')"
           "  OR position(convert_to('-- formerly ' || done.sha256, 'UTF8')"
           "   IN want.sql) > 0, false)"
           " FROM unnest($1, $2) AS want (number, sql)"
           " LEFT JOIN schema_migration done USING (number) ORDER BY want.number",
    .params = "IB",
    .columns = "ioo",
};

static const struct pg_stmt migrate_mark = {
    .name = "migrate_mark",
    .sql = "INSERT INTO schema_migration (number, name, sha256, breaks)"
           " VALUES ($1, $2, encode(sha256($3), 'hex'), $4)",
    .params = "itbo",
    .columns = "",
};

/* The advisory lock's number is arbitrary and ours. It is tried for, not waited for: who
 * waits in a statement holds a snapshot, and CREATE INDEX CONCURRENTLY waits for that. */
static const struct pg_stmt migrate_lock = {
    .name = "migrate_lock",
    .sql = "SELECT pg_try_advisory_xact_lock(7236842301)",
    .params = "",
    .columns = "o",
};
/* Beyond the transaction, for files that are applied outside of one. */
static const struct pg_stmt migrate_lock_on = {
    .name = "migrate_lock_on",
    .sql = "SELECT pg_advisory_lock(7236842301)::text",
    .params = "",
    .columns = "t",
};
static const struct pg_stmt migrate_unlock = {
    .name = "migrate_unlock",
    .sql = "SELECT pg_advisory_unlock(7236842301)",
    .params = "",
    .columns = "o",
};

/* The column is younger than the table. */
static const char *const table_sql =
    "SET LOCAL client_min_messages = error;"
    "CREATE TABLE IF NOT EXISTS schema_migration ("
    " number integer PRIMARY KEY, name text NOT NULL, sha256 text NOT NULL,"
    " applied timestamptz NOT NULL DEFAULT now(),"
    " applied_by text NOT NULL DEFAULT session_user);"
    "DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_attribute WHERE attname = 'breaks'"
    "  AND attrelid = 'schema_migration'::regclass) THEN"
    " ALTER TABLE schema_migration ADD COLUMN breaks boolean NOT NULL DEFAULT false;"
    "END IF; END $$";

static const struct pg_stmt migrate_list = {
    .name = "migrate_list",
    .sql = "SELECT number, name, applied, applied_by FROM schema_migration ORDER BY 1",
    .params = "",
    .columns = "itzt",
};

static const struct pg_stmt migrate_there = {
    .name = "migrate_there",
    .sql = "SELECT to_regclass('schema_migration') IS NOT NULL",
    .params = "",
    .columns = "o",
};

const struct pg_stmt *const migrate_statements[] = {
    &migrate_seen,   &migrate_mark, &migrate_there, &migrate_lock, &migrate_lock_on,
    &migrate_unlock, &migrate_list, &words_put,     &ground_wrong};
const size_t migrate_statements_n =
    sizeof(migrate_statements) / sizeof(migrate_statements[0]);

/* --- files --- */

/* A line that begins so. */
static bool has_line(const char *sql, const char *words)
{
    const char *at = strstr(sql, words);

    return at != NULL && (at == sql || at[-1] == '\n');
}

static bool file_read(const char *dir, struct migration *m, struct err *err)
{
    char path[4096];
    size_t n;
    FILE *f;

    snprintf(path, sizeof(path), "%s/%s", dir, m->name);
    f = fopen(path, "rb");
    if (f == NULL)
        return err_set(err, ERR_CONFIG, "MIGRATION_UNREADABLE", "cannot read %s", path);
    m->sql = mem_zalloc(FILE_BYTES + 1, 1);
    n = fread(m->sql, 1, FILE_BYTES + 1, f);
    fclose(f);
    if (n > FILE_BYTES)
        return err_set(err, ERR_CONFIG, "MIGRATION_UNREADABLE", "%s is larger than 1 MiB",
                       path);
    m->sql[n] = '\0';
    m->sql = mem_resize(m->sql, n + 1, 1);
    m->alone = has_line(m->sql, "-- outside a transaction");
    m->breaks = has_line(m->sql, "-- breaks earlier programs");
    return true;
}

static bool name_sound(const char *name)
{
    const size_t len = strlen(name);

    return len > 8 && len < sizeof(((struct migration *)0)->name) &&
           isdigit((unsigned char)name[0]) && isdigit((unsigned char)name[1]) &&
           isdigit((unsigned char)name[2]) && name[3] == '_' &&
           strcmp(name + len - 4, ".sql") == 0;
}

static int by_number(const void *a, const void *b)
{
    const struct migration *x = a;
    const struct migration *y = b;

    return (x->number > y->number) - (x->number < y->number);
}

bool migrations_read(const char *dir, struct migrations *ret, struct err *err)
{
    DIR *d = opendir(dir);
    struct dirent *entry;
    bool ok = true;

    memset(ret, 0, sizeof(*ret));
    if (d == NULL)
        return err_set(err, ERR_CONFIG, "NO_MIGRATIONS", "no directory %s", dir);
    while (ok && (entry = readdir(d)) != NULL) {
        struct migration *m = &ret->list[ret->n];

        if (!name_sound(entry->d_name))
            continue;
        if (ret->n == MIGRATIONS_MAX) {
            ok = err_set(err, ERR_CONFIG, "NO_MIGRATIONS", "too many files in %s", dir);
            break;
        }
        memcpy(m->name, entry->d_name, strlen(entry->d_name) + 1);
        m->number = (int32_t)strtol(m->name, NULL, 10);
        ret->n++;
        ok = file_read(dir, m, err);
    }
    closedir(d);
    if (!ok)
        return false;
    if (ret->n == 0)
        return err_set(err, ERR_CONFIG, "NO_MIGRATIONS", "no NNN_*.sql in %s", dir);
    qsort(ret->list, ret->n, sizeof(ret->list[0]), by_number);
    for (size_t i = 1; i < ret->n; i++)
        if (ret->list[i].number == ret->list[i - 1].number)
            return err_set(err, ERR_CONFIG, "SAME_NUMBER", "%s and %s have one number",
                           ret->list[i - 1].name, ret->list[i].name);
    return true;
}

void migrations_done(struct migrations *m)
{
    for (size_t i = 0; i < m->n; i++)
        free(m->list[i].sql);
    m->n = 0;
}

/* --- the database --- */

static bool seen(struct pg *pg, struct migrations *m, struct pg_params *ps,
                 struct err *err)
{
    struct pg_result *r;
    size_t number = pg_put_array(ps, 'I');
    size_t sql = pg_put_array(ps, 'B');

    for (size_t i = 0; i < m->n; i++) {
        pg_add_i32(ps, number, m->list[i].number);
        pg_add_bytes(ps, sql, m->list[i].sql, strlen(m->list[i].sql));
    }
    if (!pg_exec(pg, &migrate_seen, ps, &r, err))
        return false;
    for (int i = 0; i < pg_rows(r); i++)
        m->list[i].state = !pg_get_bool(r, i, 1)  ? MIGRATION_MISSING
                           : pg_get_bool(r, i, 2) ? MIGRATION_APPLIED
                                                  : MIGRATION_CHANGED;
    pg_result_free(r);
    return true;
}

static bool compare(struct pg *pg, struct migrations *m, struct err *err)
{
    struct pg_params ps;
    bool ok;

    pg_params_init(&ps);
    ok = seen(pg, m, &ps, err);
    pg_params_done(&ps);
    return ok;
}

bool migrations_compare(struct pg *pg, struct migrations *m, struct err *err)
{
    struct pg_result *r;
    bool there;

    if (!pg_exec(pg, &migrate_there, NULL, &r, err))
        return false;
    there = pg_get_bool(r, 0, 0);
    pg_result_free(r);
    return !there || compare(pg, m, err);
}

/* --- applying --- */

static bool mark(struct pg *pg, const struct migration *m, struct err *err)
{
    struct pg_params ps;

    pg_params_init(&ps);
    pg_put_i32(&ps, m->number);
    pg_put_text(&ps, m->name);
    pg_put_bytes(&ps, m->sql, strlen(m->sql));
    pg_put_bool(&ps, m->breaks);
    return pg_run(pg, &migrate_mark, &ps, NULL, err);
}

/* Each statement by itself; one ends where a line ends with a semicolon. */
static bool apply_alone(struct pg *pg, const struct migration *m, struct err *err)
{
    char *sql = mem_strdup(m->sql);
    bool ok = true;

    for (char *at = sql, *end; ok && *at != '\0'; at = end) {
        char kept;

        end = strstr(at, ";\n");
        end = end != NULL ? end + 2 : at + strlen(at);
        kept = *end;
        *end = '\0';
        ok = pg_script(pg, m->name, at, err);
        *end = kept;
    }
    free(sql);
    return ok && pg_begin(pg, err) && mark(pg, m, err) && pg_commit(pg, err);
}

/* Begins a transaction that no other migration's overlaps. */
static bool begin(struct pg *pg, struct err *err)
{
    struct pg_result *r;
    bool ours = false;

    if (!pg_begin(pg, err))
        return false;
    while (!ours) {
        if (!pg_exec(pg, &migrate_lock, NULL, &r, err))
            return false;
        ours = pg_get_bool(r, 0, 0);
        pg_result_free(r);
        if (!ours && stop_asked())
            return err_set(err, ERR_RETRY, "STOPPED",
                           "stopped while another migration was running");
        if (!ours)
            clock_sleep_ms(LOCK_PAUSE_MS);
    }
    return true;
}

static bool lock_beyond(struct pg *pg, const struct migrations *m, struct err *err)
{
    struct pg_result *r;
    bool needed = false;

    for (size_t i = 0; i < m->n; i++)
        needed = needed || (m->list[i].alone && m->list[i].state == MIGRATION_MISSING);
    if (!needed)
        return true;
    if (!pg_exec(pg, &migrate_lock_on, NULL, &r, err))
        return false;
    pg_result_free(r);
    return true;
}

static bool made_write(struct pg *pg, const struct migrations *m, struct err *err)
{
    for (size_t i = 0; i < m->n; i++)
        if (m->list[i].state == MIGRATION_MISSING)
            return health_note(pg, err);
    return true;
}

/* A run of files that may stand in the transaction, from *at on: a database is never left
 * between two of them. Commits. */
static bool apply_run(struct pg *pg, const struct migrations *m, size_t *at,
                      struct err *err)
{
    for (; *at < m->n; ++*at) {
        const struct migration *one = &m->list[*at];

        if (one->state != MIGRATION_MISSING)
            continue;
        if (one->alone)
            break;
        if (!pg_script(pg, one->name, one->sql, err) || !mark(pg, one, err))
            return false;
    }
    return (*at < m->n || (words_write(pg, err) && made_write(pg, m, err))) &&
           pg_commit(pg, err);
}

static bool unchanged(const struct migrations *m, struct err *err)
{
    for (size_t i = 0; i < m->n; i++)
        if (m->list[i].state == MIGRATION_CHANGED)
            return err_set(
                err, ERR_CONFIG, "MIGRATION_CHANGED",
                "%s has changed since it was applied; put a new file beside it",
                m->list[i].name);
    return true;
}

static bool apply_all(struct pg *pg, struct migrations *m, struct err *err)
{
    size_t at = 0;

    if (!ground_check(pg, err) || !begin(pg, err) ||
        !pg_script(pg, "migrate_table", table_sql, err) || !compare(pg, m, err) ||
        !unchanged(m, err) || !lock_beyond(pg, m, err) || !apply_run(pg, m, &at, err))
        return false;
    while (at < m->n)
        if (!apply_alone(pg, &m->list[at++], err) || !begin(pg, err) ||
            !apply_run(pg, m, &at, err))
            return false;
    return true;
}

bool migrations_apply(struct pg *pg, struct migrations *m, struct err *err)
{
    const bool ok = apply_all(pg, m, err);
    struct pg_result *r;
    struct err trouble;
    bool alone = false;

    if (!ok)
        pg_rollback(pg);
    for (size_t i = 0; i < m->n; i++)
        alone = alone || m->list[i].alone;
    if (alone && pg_exec(pg, &migrate_unlock, NULL, &r, &trouble))
        pg_result_free(r);
    return ok;
}

bool migrations_list(struct pg *pg, struct migration_applied *ret, size_t n,
                     size_t *ret_n, struct err *err)
{
    struct pg_result *r;

    *ret_n = 0;
    if (!pg_exec(pg, &migrate_there, NULL, &r, err))
        return false;
    const bool there = pg_get_bool(r, 0, 0);

    pg_result_free(r);
    if (!there)
        return true;
    if (!pg_exec(pg, &migrate_list, NULL, &r, err))
        return false;
    for (int i = 0; i < pg_rows(r) && *ret_n < n; i++) {
        struct migration_applied *a = &ret[(*ret_n)++];

        a->number = pg_get_i32(r, i, 0);
        snprintf(a->name, sizeof(a->name), "%s", pg_get_text(r, i, 1));
        a->applied_us = pg_get_time(r, i, 2);
        snprintf(a->by, sizeof(a->by), "%s", pg_get_text(r, i, 3));
    }
    pg_result_free(r);
    return true;
}
