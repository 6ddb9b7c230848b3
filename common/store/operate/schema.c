#include "schema.h"

/* "1,2,3,...": the numbers of schemas/sql/NNN_*.sql, by the Makefile. */
static const int32_t known[] = {SCHEMA_NUMBERS};

static const struct pg_stmt schema_get = {
    .name = "schema_fits",
    .sql = "SELECT coalesce((SELECT min(n) FROM unnest($1) AS n WHERE NOT EXISTS"
           "  (SELECT FROM schema_migration m WHERE m.number = n)), 0),"
           " coalesce((SELECT min(name) FROM schema_migration"
           "  WHERE breaks AND number <> ALL ($1)), '')",
    .params = "I",
    .columns = "it",
};

const struct pg_stmt *const schema_statements[] = {&schema_get};
const size_t schema_statements_n =
    sizeof(schema_statements) / sizeof(schema_statements[0]);

bool schema_knows(int32_t number)
{
    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
        if (known[i] == number)
            return true;
    return false;
}

static bool judge(int32_t missing, const char *strange, struct err *err)
{
    if (missing != 0)
        return err_set(
            err, ERR_CONFIG, "SCHEMA_OLD",
            "the database is of an earlier release than this program: migration "
            "%03d is missing; run consentctl migrate",
            (int)missing);
    if (strange[0] != '\0')
        return err_set(
            err, ERR_CONFIG, "SCHEMA_NEW",
            "the database is of a later release than this program, which cannot "
            "work with %.60s; install that release",
            strange);
    return true;
}

bool schema_fits(struct pg *pg, struct err *err)
{
    struct pg_params ps;
    struct pg_result *r;
    size_t numbers;
    bool ok;

    pg_params_init(&ps);
    numbers = pg_put_array(&ps, 'I');
    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
        pg_add_i32(&ps, numbers, known[i]);
    if (!pg_run(pg, &schema_get, &ps, &r, err))
        return false;
    ok = judge(pg_get_i32(r, 0, 0), pg_get_text(r, 0, 1), err);
    pg_result_free(r);
    return ok;
}
