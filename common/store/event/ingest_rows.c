/* Records and receipts of a batch, column by column. */
#include "base/mem.h"
#include "ingest_sender.h"

#include <stdlib.h>
#include <string.h>

enum step { STEP_QUARANTINE = 0, STEP_FIRST = 1, STEP_AGAIN = 2 };

/* --- records and receipts --- */

static int order_cmp(const void *x, const void *y, void *arg)
{
    const struct ingest_batch *b = arg;
    uint32_t i = *(const uint32_t *)x, k = *(const uint32_t *)y;
    const struct ingest_row *p = &b->rows[i], *q = &b->rows[k];
    int c;

    if (p->source != q->source)
        return p->source < q->source ? -1 : 1;
    c = strcmp(p->event_id.null ? "" : ingest_batch_text(b, p->event_id),
               q->event_id.null ? "" : ingest_batch_text(b, q->event_id));
    if (c != 0)
        return c;
    return i < k ? -1 : i > k;
}

void ingest_sort_rows(struct ingest_sender *s, const struct ingest_range *g)
{
    union {
        const struct ingest_batch *ours;
        void *any; /* as qsort_r hands it on; order_cmp only reads */
    } b = {g->b};

    size_t most = g->to - g->from;

    if (most > s->cap) {
        s->cap = most;
        s->order = mem_resize(s->order, s->cap, sizeof(*s->order));
        s->rank = mem_resize(s->rank, s->cap, sizeof(*s->rank));
        s->became = mem_resize(s->became, s->cap, sizeof(*s->became));
    }
    s->first = g->from;
    s->n_sent = most;
    s->n = 0;
    for (size_t i = g->from; i < g->to; i++)
        if (g->b->rows[i].slot >= 0)
            s->order[s->n++] = (uint32_t)i;
    qsort_r(s->order, s->n, sizeof(*s->order), order_cmp, b.any);
    for (size_t i = 0; i < s->n; i++)
        s->rank[s->order[i] - g->from] = (uint32_t)(i + 1);
}

/* Is this the first row of its (source, event_id) that goes to the ledger? */
static enum step step_of(const struct ingest_sender *s, const struct ingest_batch *b,
                         size_t i)
{
    const struct ingest_row *r = &b->rows[s->order[i]];

    if (r->ledger_id == 0)
        return STEP_QUARANTINE;
    while (i-- > 0) {
        const struct ingest_row *o = &b->rows[s->order[i]];

        if (o->source != r->source || o->event_id.null != r->event_id.null ||
            o->event_id.len != r->event_id.len ||
            (!r->event_id.null && strcmp(ingest_batch_text(b, o->event_id),
                                         ingest_batch_text(b, r->event_id)) != 0))
            return STEP_FIRST;
        if (o->ledger_id != 0)
            return STEP_AGAIN;
    }
    return STEP_FIRST;
}

static void col(struct pg_params *ps, size_t rows, const struct ingest_batch *b,
                struct ingest_bytes v)
{
    pg_col_bytes(ps, rows, ingest_batch_text(b, v), v.len);
}

static void col_name(struct pg_params *ps, size_t rows, const struct ingest_batch *b,
                     const struct ingest_row *r)
{
    char name[INGEST_NAME_BYTES];

    if (r->extent == INGEST_BARE)
        ingest_digest_name(r->digest, name);
    pg_col_text(ps, rows,
                r->extent == INGEST_BARE ? name : ingest_batch_text(b, r->event_id));
}

/* The record's own texts and bytes, as far as the ledger is asked to take them. */
static void col_texts(struct pg_params *ps, size_t rows, const struct ingest_batch *b,
                      const struct ingest_row *r)
{
    bool bare = r->extent == INGEST_BARE;

    pg_col_bytes(ps, rows, r->digest, sizeof(r->digest));
    if (bare)
        pg_col_null(ps, rows, 'b');
    else
        col(ps, rows, b, r->headers);
    if (bare || r->ledger_id == 0) /* its bytes go with the quarantine's row */
        pg_col_null(ps, rows, 'b');
    else
        col(ps, rows, b, r->raw);
    pg_col_bytes(ps, rows, r->commitment, sizeof(r->commitment));
    if (bare || r->ledger_id == 0)
        pg_col_null(ps, rows, 'b');
    else
        col(ps, rows, b, r->salt);
    pg_col_text(ps, rows, bare ? NULL : ingest_batch_text(b, r->said));
}

void ingest_put_records(struct ingest_sender *s, const struct ingest_range *g)
{
    const struct ingest_batch *b = g->b;
    struct pg_params *ps = &s->params;
    size_t rows = pg_put_rows(ps, s->types[INGEST_RECORD], 20);
    size_t steps = pg_put_array(ps, 'S');

    for (size_t i = 0; i < s->n; i++) {
        const struct ingest_row *r = &b->rows[s->order[i]];
        const struct ingest_part *p = &g->parts[r->slot];
        enum step step = step_of(s, b, i);

        if (!r->said.null)
            s->rare |= RARE_SAID;
        pg_add_i16(ps, steps, (int16_t)step);
        pg_row(ps, rows);
        pg_col_i64(ps, rows, r->ledger_id);
        pg_col_time(ps, rows, r->known_us);
        pg_col_time(ps, rows, r->occurred.from_us);
        pg_col_time(ps, rows, r->occurred.to_us);
        pg_col_i64(ps, rows, r->offset);
        pg_col_i32(ps, rows, r->source);
        pg_col_i32(ps, rows, p->partition);
        pg_col_i32(ps, rows, (int32_t)r->flags);
        pg_col_i16(ps, rows, r->type);
        pg_col_i16(ps, rows, r->outcome);
        col_name(ps, rows, b, r);
        pg_col_text(ps, rows, p->topic);
        pg_col_text(ps, rows, ingest_batch_text(b, r->reason));
        pg_col_text(ps, rows, ingest_batch_text(b, r->pointer));
        col_texts(ps, rows, b, r);
    }
}

static void put_outcomes(struct ingest_sender *s, const struct ingest_batch *b)
{
    struct pg_params *ps = &s->params;
    size_t event_id = pg_put_array(ps, 'T'), outcome = pg_put_array(ps, 'S');
    size_t reason = pg_put_array(ps, 'T'), pointer = pg_put_array(ps, 'T');
    size_t ledger_id = pg_put_array(ps, 'L'), known = pg_put_array(ps, 'Z');

    for (size_t i = 0; i < s->n; i++) {
        const struct ingest_row *r = &b->rows[s->order[i]];

        ingest_add(ps, event_id, b, r->event_id);
        pg_add_i16(ps, outcome, r->outcome);
        ingest_add(ps, reason, b, r->reason);
        ingest_add(ps, pointer, b, r->pointer);
        pg_add_i64(ps, ledger_id, r->ledger_id);
        pg_add_time(ps, known, r->known_us);
    }
}

/* Rows are sorted by source: one run each. Source 0 has no topic for receipts. */
void ingest_put_receipts(struct ingest_sender *s, const struct ingest_range *g)
{
    const struct ingest_batch *b = g->b;
    struct pg_params *ps = &s->params;
    size_t source, from, to;

    put_outcomes(s, b);
    source = pg_put_array(ps, 'I');
    from = pg_put_array(ps, 'I');
    to = pg_put_array(ps, 'I');
    for (size_t i = 0, k; i < s->n; i = k) {
        int32_t of = b->rows[s->order[i]].source;

        for (k = i + 1; k < s->n && b->rows[s->order[k]].source == of; k++)
            ;
        if (of == 0)
            continue;
        pg_add_i32(ps, source, of);
        pg_add_i32(ps, from, (int32_t)i + 1);
        pg_add_i32(ps, to, (int32_t)k);
    }
}
