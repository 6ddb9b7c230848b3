#include "migrate.h"

#include "base/mem.h"
#include "store/words.h"

#include <ctype.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FILE_BYTES (1024 * 1024)

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
    .sql = "INSERT INTO schema_migration (number, name, sha256)"
           " VALUES ($1, $2, encode(sha256($3), 'hex'))",
    .params = "itb",
    .columns = "",
};

/* The advisory lock's number is arbitrary and ours. */
static const char *const lock_sql =
    "SET LOCAL lock_timeout = 0;"
    "SELECT pg_advisory_xact_lock(7236842301);"
    "CREATE TABLE IF NOT EXISTS schema_migration ("
    " number integer PRIMARY KEY, name text NOT NULL, sha256 text NOT NULL,"
    " applied timestamptz NOT NULL DEFAULT now(),"
    " applied_by text NOT NULL DEFAULT session_user)";

static const struct pg_stmt migrate_there = {
    .name = "migrate_there",
    .sql = "SELECT to_regclass('schema_migration') IS NOT NULL",
    .params = "",
    .columns = "o",
};

const struct pg_stmt *const migrate_statements[] = {&migrate_seen, &migrate_mark,
                                                    &migrate_there, &words_put};
const size_t migrate_statements_n =
    sizeof(migrate_statements) / sizeof(migrate_statements[0]);

/* --- files --- */

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

/* --- the database
 * -------------------------------------------------------------------------
 */

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

static bool apply_one(struct pg *pg, const struct migration *m, struct err *err)
{
    struct pg_params ps;
    bool ok;

    if (!pg_script(pg, m->name, m->sql, err))
        return false;
    pg_params_init(&ps);
    pg_put_i32(&ps, m->number);
    pg_put_text(&ps, m->name);
    pg_put_bytes(&ps, m->sql, strlen(m->sql));
    ok = pg_exec(pg, &migrate_mark, &ps, NULL, err);
    pg_params_done(&ps);
    return ok;
}

/* All in one transaction: a database is never left between two versions. */
static bool apply_all(struct pg *pg, struct migrations *m, struct err *err)
{
    if (!pg_begin(pg, err) || !pg_script(pg, "migrate_lock", lock_sql, err) ||
        !compare(pg, m, err))
        return false;
    for (size_t i = 0; i < m->n; i++)
        if (m->list[i].state == MIGRATION_CHANGED)
            return err_set(
                err, ERR_CONFIG, "MIGRATION_CHANGED",
                "%s has changed since it was applied; put a new file beside it",
                m->list[i].name);
    for (size_t i = 0; i < m->n; i++)
        if (m->list[i].state == MIGRATION_MISSING && !apply_one(pg, &m->list[i], err))
            return false;
    return words_write(pg, err) && pg_commit(pg, err);
}

bool migrations_apply(struct pg *pg, struct migrations *m, struct err *err)
{
    if (apply_all(pg, m, err))
        return true;
    pg_rollback(pg);
    return false;
}
