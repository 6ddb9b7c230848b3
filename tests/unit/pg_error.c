/* What may be told as "the database does not answer". */
#include "pg/pg.h"

#include <criterion/criterion.h>

Test(pg_away, only_when_it_did_not_answer)
{
    static const struct {
        enum err_kind kind;
        const char *code;
        bool away;
    } rows[] = {
        {ERR_RETRY, "PG_DOWN", true},    {ERR_RETRY, "PG_TIMEOUT", true},
        {ERR_RETRY, "PG_57P03", true},   {ERR_RETRY, "PG_53300", true},
        {ERR_RETRY, "PG_42P01", false},  {ERR_RETRY, "PG_42501", false},
        {ERR_FATAL, "PG_22P02", false},  {ERR_FATAL, "PG_SHAPE", false},
        {ERR_CONFIG, "PG_28P01", false}, {ERR_RETRY, "KAFKA_DOWN", false},
        {ERR_FATAL, "SEAL", false},      {ERR_NONE, "", false},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct err err;

        err_set(&err, rows[i].kind, rows[i].code, "anything");
        cr_expect_eq(pg_away(&err), rows[i].away, "%s", rows[i].code);
    }
}
