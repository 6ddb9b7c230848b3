/* Contacts and links of a batch: sorted by key, each once. */
#include "base/mem.h"
#include "ingest_sender.h"
#include "store/people/secret_store.h"

#include <stdlib.h>
#include <string.h>

/* --- by which key a contact is known --- */

static bool has_forms(const struct ingest_sender *s, const struct ingest_point *p)
{
    return p->n_forms == s->marks->n;
}

static void groups_gather(struct ingest_sender *s, const struct ingest_batch *b,
                          const struct ingest_row *r, size_t *n)
{
    for (size_t i = r->contact; i < r->contact + r->n_contacts; i++)
        if (has_forms(s, &b->points[i])) {
            for (size_t k = 0; k < s->marks->n; k++)
                s->groups[*n * s->marks->n + k] = b->forms[b->points[i].form + k].key;
            ++*n;
        }
}

static void form_take(struct ingest_batch *b, struct ingest_point *p, size_t which)
{
    const struct ingest_point_form *f = &b->forms[p->form + which];

    p->key = f->key;
    p->wrapped = f->wrapped;
    p->sealed = f->sealed;
}

static void forms_take(struct ingest_sender *s, struct ingest_batch *b,
                       const struct ingest_row *r, size_t *n)
{
    for (size_t i = r->contact; i < r->contact + r->n_contacts; i++)
        if (has_forms(s, &b->points[i]))
            form_take(b, &b->points[i], s->chosen[(*n)++]);
    for (size_t i = r->fact; i < r->fact + r->n_facts; i++)
        b->facts[i].contact = b->points[b->facts[i].point].key;
}

bool ingest_choose(struct ingest_sender *s, struct pg *pg, struct ingest_batch *b,
                   size_t from, size_t to, struct err *err)
{
    size_t n = 0, taken = 0;

    s->counting = 0;
    if (s->marks->n == 1)
        return true;
    if (b->n_points > s->cap_groups) {
        s->cap_groups = b->n_points;
        s->groups =
            mem_resize(s->groups, s->cap_groups, s->marks->n * sizeof(*s->groups));
        s->chosen = mem_resize(s->chosen, s->cap_groups, 1);
    }
    for (size_t i = from; i < to; i++)
        groups_gather(s, b, &b->rows[i], &n);
    if (!contact_choose(pg, s->marks, s->groups, n, s->chosen, &s->counting, err))
        return false;
    for (size_t i = from; i < to; i++)
        forms_take(s, b, &b->rows[i], &taken);
    return true;
}

/* --- contacts and links --- */

static int point_cmp(const void *x, const void *y)
{
    const struct ingest_point *p = x, *q = y;
    int c = memcmp(&p->key, &q->key, sizeof(p->key));

    if (c != 0)
        return c;
    return p->known_us < q->known_us ? -1 : p->known_us > q->known_us;
}

/* A contact once: the oldest known, its identifier if any row has it, wide if any is,
 * first in line if any says no. */
static size_t fold_points(struct ingest_sender *s, const struct ingest_range *g)
{
    const struct ingest_batch *b = g->b;
    size_t n = 0, m = 0;

    if (b->n_points > s->cap_points) {
        s->cap_points = b->n_points;
        s->points = mem_resize(s->points, s->cap_points, sizeof(*s->points));
    }
    for (size_t i = g->from; i < g->to; i++) {
        const struct ingest_row *r = &b->rows[i];

        if (r->slot < 0 || r->ledger_id == 0 || r->n_contacts == 0)
            continue;
        memcpy(&s->points[n], &b->points[r->contact], r->n_contacts * sizeof(*s->points));
        n += r->n_contacts;
    }
    if (n > 0)
        qsort(s->points, n, sizeof(*s->points), point_cmp);
    for (size_t i = 0; i < n; i++) {
        struct ingest_point *last = m ? &s->points[m - 1] : NULL;

        if (last == NULL ||
            memcmp(&last->key, &s->points[i].key, sizeof(last->key)) != 0) {
            s->points[m++] = s->points[i];
            continue;
        }
        last->wide = last->wide || s->points[i].wide;
        last->says_no = last->says_no || s->points[i].says_no;
        if (last->wrapped.null) {
            last->wrapped = s->points[i].wrapped;
            last->sealed = s->points[i].sealed;
        }
    }
    return m;
}

void ingest_put_contacts(struct ingest_sender *s, const struct ingest_range *g)
{
    struct pg_params *ps = &s->params;
    size_t n = fold_points(s, g);
    size_t rows = pg_put_rows(ps, s->types[INGEST_CONTACT], 8);

    for (size_t i = 0; i < n; i++) {
        const struct ingest_point *p = &s->points[i];

        if (p->wrapped.null && !p->sealed.null)
            s->rare |= RARE_HASHED;
        if (p->wide)
            s->rare |= RARE_WIDE;
        pg_row(ps, rows);
        pg_col_uuid(ps, rows, p->key.b);
        pg_col_i16(ps, rows, p->key.b[0] >> 4);
        pg_col_i16(ps, rows, p->kind);
        pg_col_bytes(ps, rows, ingest_batch_text(g->b, p->wrapped), p->wrapped.len);
        pg_col_bytes(ps, rows, ingest_batch_text(g->b, p->sealed), p->sealed.len);
        pg_col_time(ps, rows, p->known_us);
        pg_col_bool(ps, rows, p->wide);
        pg_col_i16(ps, rows, p->says_no ? 0 : 1);
    }
}

static int pair_cmp(const void *x, const void *y)
{
    const struct ingest_pair *p = x, *q = y;
    int c = memcmp(&p->contact, &q->contact, sizeof(p->contact));

    if (c == 0)
        c = memcmp(&p->other, &q->other, sizeof(p->other));
    if (c != 0)
        return c;
    return p->ledger_id < q->ledger_id ? -1 : p->ledger_id > q->ledger_id;
}

static void add_pairs(struct ingest_sender *s, const struct ingest_batch *b,
                      const struct ingest_row *r)
{
    const struct ingest_point *p = &b->points[r->contact];

    for (size_t i = 0; i < r->n_contacts; i++)
        for (size_t k = 0; k < r->n_contacts; k++) {
            if (memcmp(&p[i].key, &p[k].key, sizeof(p->key)) == 0 || p[i].doubtful ||
                p[k].doubtful)
                continue;
            if (s->n_pairs == s->cap_pairs) {
                s->cap_pairs = s->cap_pairs ? 2 * s->cap_pairs : 256;
                s->pairs = mem_resize(s->pairs, s->cap_pairs, sizeof(*s->pairs));
            }
            s->pairs[s->n_pairs++] =
                (struct ingest_pair){p[i].key, p[k].key, r->ledger_id};
        }
}

void ingest_put_links(struct ingest_sender *s, const struct ingest_range *g)
{
    const struct ingest_batch *b = g->b;
    struct pg_params *ps = &s->params;
    size_t contact = pg_put_array(ps, 'U'), other = pg_put_array(ps, 'U');
    size_t ledger = pg_put_array(ps, 'L');

    s->n_pairs = 0;
    for (size_t i = g->from; i < g->to; i++)
        if (b->rows[i].slot >= 0 && b->rows[i].ledger_id != 0 &&
            b->rows[i].change == CHANGE_NONE)
            add_pairs(s, b, &b->rows[i]);
    if (s->n_pairs > 0)
        qsort(s->pairs, s->n_pairs, sizeof(*s->pairs), pair_cmp);
    for (size_t i = 0; i < s->n_pairs; i++) {
        const struct ingest_pair *p = &s->pairs[i];

        if (i > 0 && memcmp(&p[-1].contact, &p->contact, sizeof(p->contact)) == 0 &&
            memcmp(&p[-1].other, &p->other, sizeof(p->other)) == 0 &&
            p[-1].ledger_id == p->ledger_id)
            continue; /* of each event all: the others whom it is about (285) */
        pg_add_uuid(ps, contact, p->contact.b);
        pg_add_uuid(ps, other, p->other.b);
        pg_add_i64(ps, ledger, p->ledger_id);
    }
}
