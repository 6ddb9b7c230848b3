#include "list_store.h"

#include "store/keys.h"

#include "base/mem.h"

#include <stdlib.h>
#include <string.h>

enum { LOAD, INSERT, UPDATE, VERSION, N_STATEMENTS };

/* clang-format off */
#define LOGGED                                                                           \
    "WITH r AS MATERIALIZED (SELECT * FROM unnest($1::list_word[])), "                   \
    "logged AS ("                                                                        \
    "  INSERT INTO list_change (list, shard, version, former, contact, status, prior,"   \
    "                           rule, reason, entry, effective, known, heard)"           \
    "  SELECT list, shard, version, former, contact, status, prior, rule, reason,"       \
    "         entry, effective, known, heard FROM r) "
/* clang-format on */

static const struct pg_stmt statements[N_STATEMENTS] = {
    [LOAD] =
        {"list_load",
         "SELECT contact, list, status, rule, reason, version, entry, effective, known,"
         "       token FROM list_entry WHERE contact = ANY ($1)",
         "U", "uisssllzzt"},
    [INSERT] = {"list_insert",
                LOGGED "INSERT INTO list_entry (contact, list, status, rule, reason,"
                       "  version, entry, effective, known, token)"
                       " SELECT contact, list, status, rule, reason, version, entry,"
                       "        effective, known, token FROM r",
                "R", ""},
    [UPDATE] = {"list_update",
                LOGGED "UPDATE list_entry e SET status = r.status, rule = r.rule,"
                       "  reason = r.reason, version = r.version, entry = r.entry,"
                       "  effective = r.effective, known = r.known"
                       " FROM r WHERE e.contact = r.contact AND e.list = r.list"
                       "  AND e.version < r.version",
                "R", ""},
    [VERSION] = {"list_version", "SELECT nextval('list_version')", "", "l"},
};

const struct pg_stmt *list_statements(size_t *ret_n)
{
    *ret_n = N_STATEMENTS;
    return statements;
}

static struct list_row row_read(const struct pg_result *r, int row)
{
    struct list_row e = {
        .list = pg_get_i32(r, row, 1),
        .status = (enum list_status)pg_get_i16(r, row, 2),
        .rule = (enum rule)pg_get_i16(r, row, 3),
        .reason = (enum reason)pg_get_i16(r, row, 4),
        .version = pg_get_i64(r, row, 5),
        .entry = pg_get_i64(r, row, 6),
        .effective_us = pg_get_time(r, row, 7),
        .known_us = pg_get_time(r, row, 8),
        .token = pg_get_text(r, row, 9),
    };

    memcpy(e.key.b, pg_get_uuid(r, row, 0), sizeof(e.key.b));
    return e;
}

static int row_compare(const void *a, const void *b)
{
    const struct list_row *x = a, *y = b;

    return x->contact != y->contact ? (x->contact < y->contact ? -1 : 1)
                                    : (x->list > y->list) - (x->list < y->list);
}

bool list_ask(struct pg *pg, const struct contact_key *keys, size_t n, struct err *err)
{
    return keys_send(pg, &statements[LOAD], keys, n, err);
}

bool list_load(struct pg *pg, const struct contact_key *keys, size_t n,
               struct list_set *ret, struct err *err)
{
    return list_ask(pg, keys, n, err) && list_answer(pg, keys, n, ret, err);
}

bool list_answer(struct pg *pg, const struct contact_key *keys, size_t n,
                 struct list_set *ret, struct err *err)
{
    struct key_places places;
    bool rising = true;
    int rows;

    pg_result_free(ret->result);
    ret->result = NULL;
    ret->n = 0;
    if (!pg_collect(pg, &ret->result, err))
        return false;
    rows = pg_rows(ret->result);
    key_places_make(&places, keys, n);
    for (int row = 0; row < rows; row++) {
        struct list_row e = row_read(ret->result, row);
        size_t end, i = key_places_find(&places, e.key.b, &end);

        if (ret->n + (end - i) > ret->cap) {
            ret->cap = 2 * (ret->n + (end - i));
            ret->rows = mem_resize(ret->rows, ret->cap, sizeof(*ret->rows));
        }
        for (; i < end; i++) {
            e.contact = places.sorted[i].at;
            rising =
                rising && (ret->n == 0 || row_compare(&ret->rows[ret->n - 1], &e) < 0);
            ret->rows[ret->n++] = e;
        }
    }
    key_places_done(&places);
    if (!rising)
        qsort(ret->rows, ret->n, sizeof(*ret->rows), row_compare);
    return true;
}

void list_set_done(struct list_set *set)
{
    pg_result_free(set->result);
    free(set->rows);
    *set = (struct list_set){0};
}

void list_writer_init(struct list_writer *w)
{
    *w = (struct list_writer){0};
    pg_params_init(&w->fresh);
    pg_params_init(&w->again);
}

void list_writer_done(struct list_writer *w)
{
    pg_params_done(&w->fresh);
    pg_params_done(&w->again);
}

static void row_put(struct pg_params *ps, const struct list_row *e, bool fresh)
{
    pg_row(ps, 0);
    pg_col_uuid(ps, 0, e->key.b);
    pg_col_i32(ps, 0, e->list);
    pg_col_i16(ps, 0, e->key.b[0] >> 4);
    pg_col_i16(ps, 0, (int16_t)e->status);
    pg_col_i16(ps, 0, (int16_t)e->prior);
    pg_col_i16(ps, 0, (int16_t)e->rule);
    pg_col_i16(ps, 0, (int16_t)e->reason);
    pg_col_i64(ps, 0, e->version);
    pg_col_i64(ps, 0, e->former);
    pg_col_i64(ps, 0, e->entry);
    pg_col_time(ps, 0, e->effective_us);
    pg_col_time(ps, 0, e->known_us);
    if (e->heard_us == 0)
        pg_col_null(ps, 0, 'z');
    else
        pg_col_time(ps, 0, e->heard_us);
    pg_col_text(ps, 0, fresh ? e->token : NULL);
}

bool list_writer_ready(struct list_writer *w, struct pg *pg, struct err *err)
{
    return w->type != 0 || pg_row_type(pg, "list_word", &w->type, err);
}

bool list_write(struct list_writer *w, struct pg *pg, const struct list_row *rows,
                size_t n, struct err *err)
{
    pg_params_reset(&w->fresh);
    pg_params_reset(&w->again);
    pg_put_rows(&w->fresh, w->type, 14);
    pg_put_rows(&w->again, w->type, 14);
    w->n_fresh = w->n_again = 0;
    for (const struct list_row *e = rows; e < rows + n; e++) {
        bool fresh = e->former == 0 && !e->put_back;

        row_put(fresh ? &w->fresh : &w->again, e, fresh);
        *(fresh ? &w->n_fresh : &w->n_again) += 1;
    }
    return (w->n_fresh == 0 || pg_send(pg, &statements[INSERT], &w->fresh, err)) &&
           (w->n_again == 0 || pg_send(pg, &statements[UPDATE], &w->again, err));
}

static bool written(struct pg *pg, int32_t n, struct err *err)
{
    struct pg_result *r;
    int64_t touched;

    if (!pg_collect(pg, &r, err))
        return false;
    touched = pg_affected(r);
    pg_result_free(r);
    if (touched != n)
        return err_set(err, ERR_FATAL, "LIST_VERSION",
                       "versions of list entries would go back: list_version was reset");
    return true;
}

bool list_write_end(struct list_writer *w, struct pg *pg, struct err *err)
{
    return (w->n_fresh == 0 || written(pg, w->n_fresh, err)) &&
           (w->n_again == 0 || written(pg, w->n_again, err));
}

bool list_version_take(struct pg *pg, int64_t *ret, struct err *err)
{
    struct pg_result *r;

    if (!pg_exec(pg, &statements[VERSION], NULL, &r, err))
        return false;
    *ret = pg_get_i64(r, 0, 0);
    pg_result_free(r);
    return true;
}
