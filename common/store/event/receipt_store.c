#include "receipt_store.h"

#include "base/mem.h"

#include <stdlib.h>

/* The commit does not wait for the disk: what a crash brings back is sent twice. */
static const struct pg_stmt statements[] = {
    {"receipt_take",
     "DELETE FROM receipt_queue WHERE seq = ANY (ARRAY("
     "  SELECT seq FROM receipt_queue WHERE source <> ALL ($2)"
     "  ORDER BY seq LIMIT $1 FOR UPDATE SKIP LOCKED))"
     " AND set_config('synchronous_commit', 'off', true) = 'off'"
     " RETURNING source, event_id, outcome, reason, pointer, ledger_id, known",
     "iI", "iTSTTLZ"},
};

const struct pg_stmt *receipt_statements(size_t *ret_n)
{
    *ret_n = sizeof(statements) / sizeof(statements[0]);
    return statements;
}

struct receipt_set {
    struct pg_result *result;
    int row;      /* the batch that the arrays are of */
    int32_t left; /* elements not yet read of it      */
    struct pg_array event_id, outcome, reason, pointer, ledger_id, known;
    struct buf texts; /* of the row last given */
};

bool receipt_take(struct pg *pg, int32_t limit, const int32_t *skip, size_t n_skip,
                  struct receipt_set **ret, struct err *err)
{
    struct pg_params ps;
    struct pg_result *r;
    size_t a;

    pg_params_init(&ps);
    pg_put_i32(&ps, limit);
    a = pg_put_array(&ps, 'I');
    for (size_t i = 0; i < n_skip; i++)
        pg_add_i32(&ps, a, skip[i]);
    if (!pg_run(pg, &statements[0], &ps, &r, err))
        return false;
    *ret = mem_zalloc(1, sizeof(**ret));
    (*ret)->result = r;
    (*ret)->row = -1;
    buf_init(&(*ret)->texts, 1 << 20);
    return true;
}

/* Appends the next element of a to the texts, and its NUL; gives where it begins. */
static size_t text_next(struct receipt_set *set, struct pg_array *a)
{
    size_t len = 0, at = set->texts.len;
    const void *data = pg_array_next(a, &len);

    if (data != NULL)
        buf_add(&set->texts, data, len);
    buf_add(&set->texts, "", 1);
    return at;
}

bool receipt_next(struct receipt_set *set, struct receipt_row *ret)
{
    size_t event_id, reason, pointer;

    while (set->left == 0) {
        if (++set->row >= pg_rows(set->result))
            return false;
        pg_get_array(set->result, set->row, 1, &set->event_id);
        pg_get_array(set->result, set->row, 2, &set->outcome);
        pg_get_array(set->result, set->row, 3, &set->reason);
        pg_get_array(set->result, set->row, 4, &set->pointer);
        pg_get_array(set->result, set->row, 5, &set->ledger_id);
        pg_get_array(set->result, set->row, 6, &set->known);
        set->left = set->event_id.n;
    }
    set->left--;
    buf_reset(&set->texts);
    event_id = text_next(set, &set->event_id);
    reason = text_next(set, &set->reason);
    pointer = text_next(set, &set->pointer);
    ret->source = pg_get_i32(set->result, set->row, 0);
    ret->event_id = set->texts.data + event_id;
    ret->reason = set->texts.data + reason;
    ret->pointer = set->texts.data + pointer;
    ret->outcome = (enum outcome)pg_array_i16(&set->outcome);
    ret->ledger_id = pg_array_i64(&set->ledger_id);
    ret->known_us = pg_array_time(&set->known);
    return true;
}

void receipt_set_free(struct receipt_set *set)
{
    if (set == NULL)
        return;
    pg_result_free(set->result);
    buf_done(&set->texts);
    free(set);
}
