/* A batch to PostgreSQL and what became of it back: the rest of the arrays, send,
 * collect. */
#include "base/mem.h"
#include "store/ingest_sender.h"

#include <stdlib.h>
#include <string.h>

/* clang-format off */
const struct pg_stmt ingest_batch_stmt = {
    .name = "ingest_batch",
    .sql = "SELECT version, duplicates, reuses FROM ingest_batch("
           "$1,$2,$3,$4,$5,"                                                /* positions  */
           "$6,$7,$8,$9,$10,$11,$12,$13,$14,$15,$16,$17,$18,$19,$20,$21,$22,$23,"
           "$24,"                                                           /* records    */
           "$25,$26,$27,"                                                   /* receipts   */
           "$28,$29,$30,$31,$32,$33,$34,"                                   /* contacts   */
           "$35,$36,$37,"                                                   /* links      */
           "$38,$39,$40,$41,$42,$43,$44,$45,$46,$47,$48,$49,$50,$51,$52,$53,$54,$55,$56,"
           "$57,$58,$59,$60,"                                               /* quarantine */
           "$61,$62,$63,$64,$65,$66,$67,"                                   /* agreements */
           "$68,$69,$70)",                                                  /* to delete  */
    .params = "TILLL" "SLZZZLIIISSTTTTBBB" "i" "III" "USSBBZO" "UUL"
              "IOULZZZZZIIISSSSSSS" "IUBB" "ITTZZZZ" "IUT",
    .columns = "lII",
};
/* clang-format on */

struct ingest_sender *ingest_sender_new(void)
{
    struct ingest_sender *s = mem_zalloc(1, sizeof(*s));

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
    free(s->duplicates);
    free(s->reuses);
    free(s);
}

/* --- facts */

static int fact_cmp(const void *x, const void *y, void *arg)
{
    const struct ingest_fact *facts = arg;
    uint32_t i = *(const uint32_t *)x, k = *(const uint32_t *)y;
    int c = memcmp(&facts[i].contact, &facts[k].contact, sizeof(facts->contact));

    return c != 0 ? c : i < k ? -1 : i > k;
}

/* Of an event whose id was used before for another (ID_REUSE) only this applies. */
static bool safe(uint8_t kind)
{
    return fact_kind_denial(kind) || kind == FACT_MINOR || kind == FACT_RESTRICTION;
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
    size_t a = pg_put_array(ps, 'I');

    for (const char *t = "OULZZZZZIIISSSSSSS"; *t; t++)
        pg_put_array(ps, *t);
    for (size_t i = 0; i < n; i++) {
        const struct ingest_fact *of = &g->b->facts[s->facts[i]];
        const struct fact *f = &of->fact;

        pg_add_i32(ps, a, (int32_t)s->rank[of->row - g->from]);
        pg_add_bool(ps, a + 1, safe(f->kind));
        pg_add_uuid(ps, a + 2, of->contact.b);
        pg_add_i64(ps, a + 3, f->ledger_id);
        pg_add_time(ps, a + 4, f->known_us);
        pg_add_time(ps, a + 5, f->from_us);
        pg_add_time(ps, a + 6, f->to_us);
        if (f->effective_us == 0)
            pg_add_null(ps, a + 7);
        else
            pg_add_time(ps, a + 7, f->effective_us);
        if (f->expires_us == WHEN_NEVER)
            pg_add_null(ps, a + 8);
        else
            pg_add_time(ps, a + 8, f->expires_us);
        pg_add_i32(ps, a + 9, f->source);
        pg_add_i32(ps, a + 10, f->agreement);
        pg_add_i32(ps, a + 11, (int32_t)f->flags);
        pg_add_i16(ps, a + 12, f->controller);
        pg_add_i16(ps, a + 13, f->purpose);
        pg_add_i16(ps, a + 14, (int16_t)f->channels);
        pg_add_i16(ps, a + 15, (int16_t)f->stated);
        pg_add_i16(ps, a + 16, f->kind);
        pg_add_i16(ps, a + 17, f->source_type);
        pg_add_i16(ps, a + 18, f->part);
    }
}

/* --- what is rare */

static void put_quarantine(struct ingest_sender *s, const struct ingest_range *g)
{
    struct pg_params *ps = &s->params;
    size_t row = pg_put_array(ps, 'I'), contact = pg_put_array(ps, 'U');
    size_t raw = pg_put_array(ps, 'B'), headers = pg_put_array(ps, 'B');

    for (size_t i = 0; i < s->n; i++) {
        const struct ingest_row *r = &g->b->rows[s->order[i]];

        if (!r->quarantine)
            continue;
        pg_add_i32(ps, row, (int32_t)i + 1);
        if (r->n_contacts > 0)
            pg_add_uuid(ps, contact, g->b->points[r->contact].key.b);
        else
            pg_add_null(ps, contact);
        if (r->ledger_id != 0) { /* its bytes stand in the ledger */
            pg_add_null(ps, raw);
            pg_add_null(ps, headers);
        } else {
            ingest_add(ps, raw, g->b, r->raw);
            ingest_add(ps, headers, g->b, r->headers);
        }
    }
}

static void put_agreements(struct ingest_sender *s, const struct ingest_range *g)
{
    struct pg_params *ps = &s->params;
    size_t a = pg_put_array(ps, 'I');

    for (const char *t = "TTZZZZ"; *t; t++)
        pg_put_array(ps, *t);
    for (size_t i = g->from; i < g->to; i++) {
        const struct ingest_row *r = &g->b->rows[i];
        const struct agreement_fact *f = &g->b->agreements[r->agreement];

        if (r->slot < 0 || r->n_agreements == 0)
            continue;
        pg_add_i32(ps, a, (int32_t)s->rank[i - g->from]);
        pg_add_text(ps, a + 1, f->id);
        pg_add_text(ps, a + 2, f->party);
        pg_add_time(ps, a + 3, f->from_us);
        pg_add_time(ps, a + 4, f->until_us);
        pg_add_time(ps, a + 5, f->terminated_us);
        pg_add_time(ps, a + 6, f->breach_from_us);
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

/* --- there and back */

bool ingest_send(struct ingest_sender *s, struct pg *pg, const struct ingest_batch *b,
                 size_t from, size_t to, const struct ingest_part *parts, size_t n_parts,
                 struct err *err)
{
    const struct ingest_range g = {b, from, to, parts, n_parts};

    pg_params_reset(&s->params);
    ingest_sort_rows(s, &g);
    ingest_put_positions(s, &g);
    ingest_put_records(s, &g);
    ingest_put_receipts(s, &g);
    ingest_put_contacts(s, &g);
    ingest_put_links(s, &g);
    put_facts(s, &g);
    put_quarantine(s, &g);
    put_agreements(s, &g);
    put_deletes(s, &g);
    return pg_send(pg, &ingest_batch_stmt, &s->params, err);
}

/* Row numbers of the arrays into those of the batch. */
static size_t get_rows(const struct ingest_sender *s, const struct pg_result *r, int col,
                       uint32_t *ret)
{
    struct pg_array a;
    size_t n = 0;

    pg_get_array(r, 0, col, &a);
    for (int32_t i = 0; i < a.n; i++) {
        int32_t at = pg_array_i32(&a);

        if (at >= 1 && (size_t)at <= s->n && n < s->n)
            ret[n++] = s->order[at - 1];
    }
    return n;
}

bool ingest_collect(struct ingest_sender *s, struct pg *pg, struct ingest_done *ret,
                    struct err *err)
{
    struct pg_result *r;

    if (!pg_collect(pg, &r, err))
        return false;
    ret->register_version = pg_get_i64(r, 0, 0);
    ret->duplicates = s->duplicates;
    ret->reuses = s->reuses;
    ret->n_duplicates = get_rows(s, r, 1, s->duplicates);
    ret->n_reuses = get_rows(s, r, 2, s->reuses);
    pg_result_free(r);
    return true;
}
