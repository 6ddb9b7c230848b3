/* How many records of a batch became what, for table source_count: a duplicate leaves no
 * other row behind. Folded here; what only PostgreSQL finds out it moves itself. */
#include "base/mem.h"
#include "ingest_sender.h"

#include <string.h>

static int32_t day_of(int64_t us)
{
    return (int32_t)(us / WHEN_DAY_US - (us % WHEN_DAY_US < 0));
}

static bool same(const struct ingest_batch *b, const struct ingest_count *c,
                 const struct ingest_count *d)
{
    return c->source == d->source && c->partition == d->partition && c->day == d->day &&
           c->outcome == d->outcome && c->type == d->type && c->late == d->late &&
           c->reason.null == d->reason.null &&
           (c->reason.null || strcmp(ingest_batch_text(b, c->reason),
                                     ingest_batch_text(b, d->reason)) == 0);
}

/* Neighbours are of one source and mostly alike: the search begins at the end. */
static size_t place_of(struct ingest_sender *s, const struct ingest_batch *b,
                       const struct ingest_count *c)
{
    for (size_t i = s->n_counts; i-- > 0;)
        if (same(b, &s->counts[i], c))
            return i;
    if (s->n_counts == s->cap_counts) {
        s->cap_counts = s->cap_counts ? 2 * s->cap_counts : 64;
        s->counts = mem_resize(s->counts, s->cap_counts, sizeof(*s->counts));
    }
    s->counts[s->n_counts] = *c;
    return s->n_counts++;
}

void ingest_put_counts(struct ingest_sender *s, const struct ingest_range *g)
{
    const struct ingest_batch *b = g->b;
    struct pg_params *ps = &s->params;
    size_t of = pg_put_array(ps, 'I'), source = pg_put_array(ps, 'I');
    size_t partition = pg_put_array(ps, 'I'), day = pg_put_array(ps, 'I');
    size_t outcome = pg_put_array(ps, 'S'), reason = pg_put_array(ps, 'T');
    size_t late = pg_put_array(ps, 'O'), n = pg_put_array(ps, 'I');
    size_t type = pg_put_array(ps, 'S');

    s->n_counts = 0;
    for (size_t i = 0; i < s->n; i++) {
        const struct ingest_row *r = &b->rows[s->order[i]];
        const struct ingest_count c = {
            .source = r->source,
            .partition = g->parts[r->slot].partition,
            .day = day_of(r->known_us),
            .outcome = r->outcome,
            .type = r->outcome == OUTCOME_ACCEPTED ? (uint8_t)r->type : 0,
            .late = (r->flags & LEDGER_LATE) != 0,
            .reason = r->reason,
        };
        const size_t at = place_of(s, b, &c);

        s->counts[at].n++;
        pg_add_i32(ps, of, (int32_t)at + 1);
    }
    for (size_t i = 0; i < s->n_counts; i++) {
        const struct ingest_count *c = &s->counts[i];

        pg_add_i32(ps, source, c->source);
        pg_add_i32(ps, partition, c->partition);
        pg_add_i32(ps, day, c->day);
        pg_add_i16(ps, outcome, c->outcome);
        pg_add_text(ps, reason, c->reason.null ? "" : ingest_batch_text(b, c->reason));
        pg_add_bool(ps, late, c->late);
        pg_add_i32(ps, n, c->n);
        pg_add_i16(ps, type, c->type);
    }
}
