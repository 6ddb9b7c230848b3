/* Positions: with a batch, over what holds no record, and to where a log begins. */
#include "base/mem.h"
#include "ingest_sender.h"

#include <stdlib.h>
#include <string.h>

static const struct pg_stmt pass_stmt = {
    .name = "ingest_pass",
    .sql = "SELECT ingest_move($1)",
    .params = "R",
    .columns = "l",
};

static const struct pg_stmt skip_stmt = {
    .name = "ingest_skip",
    .sql = "SELECT 1 FROM ingest_skip($1, $2, $3, $4, $5)",
    .params = "tilll",
    .columns = "i",
};

static const struct pg_stmt held_stmt = {
    .name = "ingest_held",
    .sql = "UPDATE ingest_position SET held = $4"
           " WHERE topic = $1 AND partition = $2 AND epoch = $3",
    .params = "tilt",
    .columns = "",
};

static const struct pg_stmt anchor_stmt = {
    .name = "ingest_anchor",
    .sql = "UPDATE ingest_position SET anchor_offset = $4, anchor_time = $5,"
           "  anchor_digest = $6 WHERE topic = $1 AND partition = $2 AND epoch = $3",
    .params = "tillzb",
    .columns = "",
};

const struct pg_stmt *const ingest_move_statements[] = {&pass_stmt, &skip_stmt,
                                                        &held_stmt, &anchor_stmt};
const size_t ingest_move_statements_n =
    sizeof(ingest_move_statements) / sizeof(*ingest_move_statements);

int64_t ingest_next(const struct ingest_batch *b, size_t from, size_t to, int32_t slot)
{
    int64_t next = -1;

    for (size_t i = from; i < to; i++)
        if (b->rows[i].slot == slot && ingest_row_next(&b->rows[i]) > next)
            next = ingest_row_next(&b->rows[i]);
    return next;
}

/* offset -1: there is none. */
static void put_anchor(struct pg_params *ps, size_t rows, int64_t offset, int64_t time_us,
                       const uint8_t *digest)
{
    if (offset < 0) {
        pg_col_null(ps, rows, 'l');
        pg_col_null(ps, rows, 'z');
        pg_col_null(ps, rows, 'b');
        return;
    }
    pg_col_i64(ps, rows, offset);
    pg_col_time(ps, rows, time_us);
    pg_col_bytes(ps, rows, digest, INGEST_DIGEST_BYTES);
}

/* One position's move; anchor NULL: it stays. */
static void put_move(struct pg_params *ps, size_t rows, const struct ingest_part *p,
                     int64_t next, const struct ingest_row *anchor)
{
    pg_row(ps, rows);
    pg_col_text(ps, rows, p->topic);
    pg_col_i32(ps, rows, p->partition);
    pg_col_i64(ps, rows, p->epoch);
    pg_col_i64(ps, rows, p->next);
    pg_col_i64(ps, rows, next);
    if (anchor == NULL)
        put_anchor(ps, rows, -1, 0, NULL);
    else
        put_anchor(ps, rows, anchor->offset, anchor->record_us, anchor->record_digest);
    put_anchor(ps, rows, p->sure.offset, p->sure.time_us, p->sure.digest);
}

/* What the rows of one partition make of its position. */
struct moved {
    int64_t next; /* -1: it has no row */
    const struct ingest_row *anchor;
};

static void note_row(struct moved *m, const struct ingest_row *r)
{
    if (ingest_row_next(r) > m->next)
        m->next = ingest_row_next(r);
    if (r->last && (m->anchor == NULL || r->offset > m->anchor->offset))
        m->anchor = r;
}

void ingest_put_positions(struct ingest_sender *s, const struct ingest_range *g)
{
    const struct ingest_row *rows = g->b->rows;
    struct moved *moved = mem_zalloc(g->n_parts, sizeof(*moved));
    size_t out = pg_put_rows(&s->params, s->types[INGEST_MOVE], 11);

    for (size_t i = 0; i < g->n_parts; i++)
        moved[i].next = -1;
    for (size_t i = g->from; i < g->to; i++)
        if (rows[i].slot >= 0)
            note_row(&moved[rows[i].slot], &rows[i]);
    for (size_t i = 0; i < g->n_parts; i++)
        if (moved[i].next >= 0)
            put_move(&s->params, out, &g->parts[i], moved[i].next, moved[i].anchor);
    free(moved);
}

bool ingest_pass(struct ingest_sender *s, struct pg *pg, const struct ingest_part *parts,
                 const int64_t *to, size_t n, struct err *err)
{
    size_t rows;

    s->encoded.b = NULL;
    pg_params_reset(&s->params);
    rows = pg_put_rows(&s->params, s->types[INGEST_MOVE], 11);
    for (size_t i = 0; i < n; i++)
        if (to[i] > parts[i].next)
            put_move(&s->params, rows, &parts[i], to[i], NULL);
    return pg_exec(pg, &pass_stmt, &s->params, NULL, err);
}

/* Of a partition, while it is ours: the epoch says so. */
static void begin(struct pg_params *ps, const struct ingest_part *part)
{
    pg_params_init(ps);
    pg_put_text(ps, part->topic);
    pg_put_i32(ps, part->partition);
    pg_put_i64(ps, part->epoch);
}

bool ingest_skip(struct pg *pg, const struct ingest_part *part, int64_t to,
                 struct err *err)
{
    struct pg_params ps;

    begin(&ps, part);
    pg_put_i64(&ps, part->next);
    pg_put_i64(&ps, to);
    return pg_run(pg, &skip_stmt, &ps, NULL, err);
}

bool ingest_note_held(struct pg *pg, const struct ingest_part *part, const char *why,
                      struct err *err)
{
    struct pg_params ps;

    begin(&ps, part);
    pg_put_text(&ps, why);
    return pg_run(pg, &held_stmt, &ps, NULL, err);
}

bool ingest_set_anchor(struct pg *pg, const struct ingest_part *part,
                       const struct ingest_anchor *anchor, struct err *err)
{
    struct pg_params ps;

    begin(&ps, part);
    pg_put_i64(&ps, anchor->offset);
    pg_put_time(&ps, anchor->time_us);
    pg_put_bytes(&ps, anchor->digest, sizeof(anchor->digest));
    return pg_run(pg, &anchor_stmt, &ps, NULL, err);
}
