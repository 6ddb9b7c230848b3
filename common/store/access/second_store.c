#include "second_store.h"

#include "base/mem.h"

#include <stdio.h>
#include <stdlib.h>

static const struct pg_stmt ask = {
    .name = "second_person",
    .sql = "SELECT second_person($1, $2, $3)",
    .params = "ttt",
    .columns = "o",
};

static const struct pg_stmt waiting = {
    .name = "second_waiting",
    .sql = "SELECT act, subject, asked_by, asked FROM second_ask WHERE done IS NULL"
           " AND asked > now() - interval '7 days' ORDER BY ask",
    .params = "",
    .columns = "tttz",
};

const struct pg_stmt *const second_statements[] = {&ask, &waiting};
const size_t second_statements_n =
    sizeof(second_statements) / sizeof(second_statements[0]);

void second_subject(char ret[SECOND_SUBJECT_BYTES], const char *what, int64_t id)
{
    snprintf(ret, SECOND_SUBJECT_BYTES, "%.16s %lld", what, (long long)id);
}

bool second_person(struct pg *pg, const char *act, const char *subject, const char *who,
                   bool *ret_go, struct err *err)
{
    struct pg_params ps;

    pg_params_init(&ps);
    pg_put_text(&ps, act);
    pg_put_text(&ps, subject);
    pg_put_text(&ps, who);
    return pg_run_bool(pg, &ask, &ps, ret_go, err);
}

bool second_load(struct pg *pg, struct second_set *ret, struct err *err)
{
    *ret = (struct second_set){0};
    if (!pg_exec(pg, &waiting, NULL, &ret->result, err))
        return false;
    ret->n = (size_t)pg_rows(ret->result);
    ret->asks = mem_zalloc(ret->n + 1, sizeof(*ret->asks));
    for (int i = 0; i < pg_rows(ret->result); i++)
        ret->asks[i] = (struct second_ask){
            pg_get_text(ret->result, i, 0), pg_get_text(ret->result, i, 1),
            pg_get_text(ret->result, i, 2), pg_get_time(ret->result, i, 3)};
    return true;
}

void second_done(struct second_set *set)
{
    free(set->asks);
    pg_result_free(set->result);
    *set = (struct second_set){0};
}
