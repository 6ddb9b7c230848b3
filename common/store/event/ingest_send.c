/* A batch to PostgreSQL and what became of it back: the rest of the arrays, send,
 * collect. */
#include "base/mem.h"
#include "ingest_sender.h"

#include <stdlib.h>
#include <string.h>

const struct pg_stmt ingest_batch_stmt = {
    .name = "ingest_batch",
    .sql = "SELECT version, duplicates, reuses FROM ingest_batch($1, $2, $3, $4, $5, $6,"
           " $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22,"
           " $23, $24, $25, $26, $27, $28, $29, $30, $31, $32, $33, $34, $35, $36,"
           " $37)",
    /* records, receipts, their sources, contacts, links, facts, quarantined, agreements,
     * data that must go, ties, counts, what is rare, positions,
     * the contact secret */
    .params = "RS"
              "TSTTLZ"
              "III"
              "R"
              "UUL"
              "R"
              "R"
              "R"
              "IUT"
              "IUUS"
              "IIIISTOIS"
              "i"
              "R"
              "b",
    .columns = "lII",
};

static const char *const type_names[INGEST_TYPES] = {
    [INGEST_MOVE] = "ingest_move",
    [INGEST_RECORD] = "ingest_record",
    [INGEST_CONTACT] = "ingest_contact",
    [INGEST_FACT] = "ingest_fact",
    [INGEST_QUARANTINED] = "ingest_quarantined",
    [INGEST_AGREEMENT] = "ingest_agreement",
};

bool ingest_sender_bind(struct ingest_sender *s, struct pg *pg, struct err *err)
{
    s->encoded.b = NULL;
    for (size_t i = 0; i < INGEST_TYPES; i++)
        if (!pg_row_type(pg, type_names[i], &s->types[i], err))
            return false;
    return true;
}

struct ingest_sender *ingest_sender_new(const struct contact_marks *marks)
{
    struct ingest_sender *s = mem_zalloc(1, sizeof(*s));

    s->marks = marks;
    pg_params_init(&s->params);
    return s;
}

void ingest_sender_free(struct ingest_sender *s)
{
    if (s == NULL)
        return;
    pg_params_done(&s->params);
    free(s->order);
    free(s->rank);
    free(s->facts);
    free(s->points);
    free(s->pairs);
    free(s->became);
    free(s->counts);
    free(s->groups);
    free(s->chosen);
    free(s);
}

/* --- facts --- */

static int fact_cmp(const void *x, const void *y, void *arg)
{
    const struct ingest_fact *facts = arg;
    uint32_t i = *(const uint32_t *)x, k = *(const uint32_t *)y;
    int c = memcmp(&facts[i].contact, &facts[k].contact, sizeof(facts->contact));

    return c != 0 ? c : i < k ? -1 : i > k;
}

/* Sorted by contact, so that the index is walked from left to right. */
static size_t sort_facts(struct ingest_sender *s, const struct ingest_range *g)
{
    size_t n = 0;

    if (g->b->n_facts > s->cap_facts) {
        s->cap_facts = g->b->n_facts;
        s->facts = mem_resize(s->facts, s->cap_facts, sizeof(*s->facts));
    }
    for (size_t i = 0; i < s->n; i++) {
        const struct ingest_row *r = &g->b->rows[s->order[i]];

        for (size_t k = 0; k < r->n_facts; k++)
            s->facts[n++] = (uint32_t)(r->fact + k);
    }
    if (n > 0)
        qsort_r(s->facts, n, sizeof(*s->facts), fact_cmp, g->b->facts);
    return n;
}

static void put_facts(struct ingest_sender *s, const struct ingest_range *g)
{
    struct pg_params *ps = &s->params;
    size_t n = sort_facts(s, g);
    size_t rows = pg_put_rows(ps, s->types[INGEST_FACT], 20);

    for (size_t i = 0; i < n; i++) {
        const struct ingest_fact *of = &g->b->facts[s->facts[i]];
        const struct fact *f = &of->fact;

        if (f->kind == FACT_ERASURE && (f->flags & FACT_IS_CONFIRMED) != 0)
            s->rare |= RARE_ERASURE;
        pg_row(ps, rows);
        pg_col_i32(ps, rows, (int32_t)s->rank[of->row - g->from]);
        pg_col_bool(ps, rows, ingest_fact_safe(f->kind));
        pg_col_uuid(ps, rows, of->contact.b);
        pg_col_i64(ps, rows, f->ledger_id);
        pg_col_time(ps, rows, f->known_us);
        pg_col_time(ps, rows, f->from_us);
        pg_col_time(ps, rows, f->to_us);
        if (f->effective_us == 0)
            pg_col_null(ps, rows, 'z');
        else
            pg_col_time(ps, rows, f->effective_us);
        if (f->expires_us == WHEN_NEVER)
            pg_col_null(ps, rows, 'z');
        else
            pg_col_time(ps, rows, f->expires_us);
        pg_col_i32(ps, rows, f->source);
        pg_col_i32(ps, rows, f->agreement);
        pg_col_i32(ps, rows, (int32_t)f->flags);
        pg_col_i16(ps, rows, f->controller);
        pg_col_i16(ps, rows, f->purpose);
        pg_col_i16(ps, rows, (int16_t)f->channels);
        pg_col_i16(ps, rows, (int16_t)f->stated);
        pg_col_i16(ps, rows, f->kind);
        pg_col_i16(ps, rows, f->source_type);
        pg_col_i16(ps, rows, f->part);
        pg_col_i64(ps, rows, f->form);
    }
}

/* --- what is rare --- */

static void put_quarantine(struct ingest_sender *s, const struct ingest_range *g)
{
    const struct ingest_batch *b = g->b;
    struct pg_params *ps = &s->params;
    size_t rows = pg_put_rows(ps, s->types[INGEST_QUARANTINED], 16);

    for (size_t i = 0; i < s->n; i++) {
        const struct ingest_row *r = &b->rows[s->order[i]];
        bool kept = r->ledger_id != 0;
        bool bytes = !kept || r->extent == INGEST_BARE; /* else the ledger has them */

        if (!r->quarantine)
            continue;
        pg_row(ps, rows);
        pg_col_i32(ps, rows, (int32_t)i + 1);
        if (kept)
            pg_col_i64(ps, rows, r->ledger_id);
        else
            pg_col_null(ps, rows, 'l');
        pg_col_time(ps, rows, r->known_us);
        pg_col_i64(ps, rows, r->offset);
        pg_col_i32(ps, rows, r->source);
        pg_col_i32(ps, rows, g->parts[r->slot].partition);
        pg_col_text(ps, rows, g->parts[r->slot].topic);
        pg_col_text(ps, rows, ingest_batch_text(b, r->reason));
        pg_col_text(ps, rows, ingest_batch_text(b, r->pointer));
        pg_col_text(ps, rows, ingest_batch_text(b, r->event_id));
        if (r->n_contacts > 0)
            pg_col_uuid(ps, rows, b->points[r->contact].key.b);
        else
            pg_col_null(ps, rows, 'u');
        pg_col_bytes(ps, rows, bytes ? ingest_batch_text(b, r->raw) : NULL, r->raw.len);
        pg_col_bytes(ps, rows, bytes ? ingest_batch_text(b, r->headers) : NULL,
                     r->headers.len);
        pg_col_bytes(ps, rows, r->digest, sizeof(r->digest));
        pg_col_bytes(ps, rows, r->commitment, sizeof(r->commitment));
        pg_col_bytes(ps, rows, bytes ? ingest_batch_text(b, r->salt) : NULL, r->salt.len);
    }
}

static void put_agreements(struct ingest_sender *s, const struct ingest_range *g)
{
    struct pg_params *ps = &s->params;
    size_t rows = pg_put_rows(ps, s->types[INGEST_AGREEMENT], 7);

    for (size_t i = g->from; i < g->to; i++) {
        const struct ingest_row *r = &g->b->rows[i];
        const struct agreement_fact *f = &g->b->agreements[r->agreement];

        if (r->slot < 0 || r->n_agreements == 0)
            continue;
        pg_row(ps, rows);
        pg_col_i32(ps, rows, (int32_t)s->rank[i - g->from]);
        pg_col_text(ps, rows, f->id);
        pg_col_text(ps, rows, f->party);
        pg_col_time(ps, rows, f->from_us);
        pg_col_time(ps, rows, f->until_us);
        pg_col_time(ps, rows, f->terminated_us);
        pg_col_time(ps, rows, f->breach_from_us);
    }
}

static void put_deletes(struct ingest_sender *s, const struct ingest_range *g)
{
    struct pg_params *ps = &s->params;
    size_t row = pg_put_array(ps, 'I'), contact = pg_put_array(ps, 'U');
    size_t reason = pg_put_array(ps, 'T');

    for (size_t i = g->from; i < g->to; i++) {
        const struct ingest_row *r = &g->b->rows[i];

        if (r->slot < 0 || !r->redact || r->ledger_id == 0)
            continue;
        for (size_t k = 0; k < r->n_contacts; k++) {
            pg_add_i32(ps, row, (int32_t)s->rank[i - g->from]);
            pg_add_uuid(ps, contact, g->b->points[r->contact + k].key.b);
            pg_add_text(ps, reason,
                        r->reason.null ? "" : ingest_batch_text(g->b, r->reason));
        }
    }
}

/* Contact points of one person, both ways round. */
static void put_ties(struct ingest_sender *s, const struct ingest_range *g)
{
    struct pg_params *ps = &s->params;
    size_t row = pg_put_array(ps, 'I'), contact = pg_put_array(ps, 'U');
    size_t other = pg_put_array(ps, 'U'), kind = pg_put_array(ps, 'S');

    for (size_t i = g->from; i < g->to; i++) {
        const struct ingest_row *r = &g->b->rows[i];
        const struct ingest_point *p = &g->b->points[r->contact];

        if (r->slot < 0 || r->change == CHANGE_NONE)
            continue;
        for (size_t a = 0; a < r->n_contacts; a++)
            for (size_t b = 0; b < r->n_contacts; b++) {
                if (p[a].old == p[b].old ||
                    memcmp(&p[a].key, &p[b].key, sizeof(p->key)) == 0)
                    continue;
                pg_add_i32(ps, row, (int32_t)s->rank[i - g->from]);
                pg_add_uuid(ps, contact, p[a].key.b);
                pg_add_uuid(ps, other, p[b].key.b);
                pg_add_i16(ps, kind, r->change);
            }
    }
}

/* --- there and back --- */

static void encode(struct ingest_sender *s, const struct ingest_range *g)
{
    pg_params_reset(&s->params);
    s->rare = 0;
    ingest_sort_rows(s, g);
    ingest_put_records(s, g);
    ingest_put_receipts(s, g);
    ingest_put_contacts(s, g);
    ingest_put_links(s, g);
    put_facts(s, g);
    put_quarantine(s, g);
    put_agreements(s, g);
    put_deletes(s, g);
    put_ties(s, g);
    ingest_put_counts(s, g);
    pg_put_i32(&s->params, (int32_t)s->rare);
    s->encoded = *g;
    s->edition = g->b->edition;
}

void ingest_encode(struct ingest_sender *s, const struct ingest_batch *b,
                   const struct ingest_part *parts, size_t n_parts)
{
    const struct ingest_range g = {b, 0, b->n_rows, parts, n_parts};

    encode(s, &g);
}

bool ingest_encoded(const struct ingest_sender *s, const struct ingest_batch *b)
{
    return s->encoded.b == b && s->edition == b->edition && s->encoded.from == 0 &&
           s->encoded.to == b->n_rows;
}

bool ingest_send(struct ingest_sender *s, struct pg *pg, struct ingest_batch *b,
                 size_t from, size_t to, const struct ingest_part *parts, size_t n_parts,
                 struct err *err)
{
    const struct ingest_range g = {b, from, to, parts, n_parts};

    if (!ingest_choose(s, pg, b, from, to, err))
        return false;
    if (s->marks->n > 1 || from != 0 || to != b->n_rows || !ingest_encoded(s, b))
        encode(s, &g);
    s->encoded.b = NULL; /* the positions that follow are good for once */
    ingest_put_positions(s, &g);
    pg_put_bytes(&s->params, s->marks->b[s->counting], CONTACT_MARK_BYTES);
    return pg_send(pg, &ingest_batch_stmt, &s->params, err);
}

/* Of the rows that the array names, by their place in order. */
static size_t note_rows(struct ingest_sender *s, const struct pg_result *r, int col,
                        enum outcome outcome)
{
    struct pg_array a;
    size_t n = 0;

    pg_get_array(r, 0, col, &a);
    for (int32_t i = 0; i < a.n; i++) {
        int32_t at = pg_array_i32(&a);

        if (at < 1 || (size_t)at > s->n)
            continue;
        s->became[s->order[at - 1] - s->first] = (uint8_t)outcome;
        n++;
    }
    return n;
}

bool ingest_collect(struct ingest_sender *s, struct pg *pg, struct ingest_done *ret,
                    struct err *err)
{
    struct pg_result *r;

    if (!pg_collect(pg, &r, err))
        return false;
    memset(s->became, 0, s->n_sent);
    ret->register_version = pg_get_i64(r, 0, 0);
    note_rows(s, r, 1, OUTCOME_DUPLICATE);
    ret->n_reuses = note_rows(s, r, 2, OUTCOME_QUARANTINED);
    ret->became = s->became;
    pg_result_free(r);
    return true;
}
