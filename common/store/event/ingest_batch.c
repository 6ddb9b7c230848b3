#include "ingest_batch.h"

#include "base/hex.h"
#include "base/mem.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

void ingest_batch_init(struct ingest_batch *b, size_t rows_max, size_t bytes_max)
{
    memset(b, 0, sizeof(*b));
    b->rows_max = rows_max;
    b->bytes_max = bytes_max;
    buf_init(&b->arena, INGEST_ARENA_BYTES);
}

void ingest_batch_done(struct ingest_batch *b)
{
    free(b->rows);
    free(b->facts);
    free(b->points);
    free(b->forms);
    free(b->agreements);
    buf_done(&b->arena);
    memset(b, 0, sizeof(*b));
}

void ingest_batch_reset(struct ingest_batch *b)
{
    b->edition++;
    b->n_rows = b->n_facts = b->n_points = b->n_forms = b->n_agreements = 0;
    buf_reset(&b->arena);
}

bool ingest_batch_full(const struct ingest_batch *b)
{
    return b->n_rows >= b->rows_max || b->arena.len >= b->bytes_max;
}

/* Room for one more in a growing array. */
static void *room(void *array, size_t n, size_t *cap, size_t size)
{
    if (n < *cap)
        return array;
    *cap = *cap ? *cap * 2 : 64;
    return mem_resize(array, *cap, size);
}

static struct ingest_bytes keep_bytes(struct ingest_batch *b, const void *data,
                                      size_t len)
{
    struct ingest_bytes ret = {.at = (uint32_t)b->arena.len, .len = (uint32_t)len};

    if (data == NULL) {
        ret.null = true;
        return ret;
    }
    buf_add(&b->arena, data, len);
    buf_add(&b->arena, "", 1);
    assert(!b->arena.overrun);
    return ret;
}

static struct ingest_bytes keep_text(struct ingest_batch *b, const char *s)
{
    return keep_bytes(b, s[0] ? s : NULL, strlen(s));
}

static void add_forms(struct ingest_batch *b, struct ingest_point *p,
                      const struct ingest_contact *c)
{
    p->form = b->n_forms;
    p->n_forms = c->n_forms;
    for (size_t i = 0; i < c->n_forms; i++) {
        const struct ingest_form *f = &c->forms[i];

        b->forms = room(b->forms, b->n_forms, &b->cap_forms, sizeof(*b->forms));
        b->forms[b->n_forms++] = (struct ingest_point_form){
            .key = f->key,
            .wrapped = keep_bytes(b, f->wrapped_len ? f->wrapped : NULL, f->wrapped_len),
            .sealed = keep_bytes(b, f->sealed_len ? f->sealed : NULL, f->sealed_len)};
    }
}

static void add_points(struct ingest_batch *b, const struct ingest_record *r)
{
    for (size_t i = 0; i < r->n_contacts; i++) {
        const struct ingest_contact *c = &r->contacts[i];
        struct ingest_point *p;

        b->points = room(b->points, b->n_points, &b->cap_points, sizeof(*b->points));
        p = &b->points[b->n_points++];
        memset(p, 0, sizeof(*p));
        p->key = c->key;
        p->kind = (uint8_t)c->kind;
        p->doubtful = c->doubtful;
        p->old = c->old;
        p->known_us = r->known_us;
        p->wrapped = keep_bytes(b, c->wrapped_len ? c->wrapped : NULL, c->wrapped_len);
        p->sealed = keep_bytes(b, c->sealed_len ? c->sealed : NULL, c->sealed_len);
        add_forms(b, p, c);
    }
}

static void add_facts(struct ingest_batch *b, const struct ingest_record *r, size_t point)
{
    const struct admission *a = r->admission;

    for (size_t i = 0; i < a->n_facts; i++) {
        struct ingest_point *p = &b->points[point + a->fact_contact[i]];
        struct ingest_fact *f;

        assert(a->fact_contact[i] < r->n_contacts);
        b->facts = room(b->facts, b->n_facts, &b->cap_facts, sizeof(*b->facts));
        f = &b->facts[b->n_facts++];
        f->contact = p->key;
        f->point = (uint32_t)(point + a->fact_contact[i]);
        f->fact = a->facts[i];
        f->fact.ledger_id = r->ledger_id;
        f->row = (uint32_t)b->n_rows;
        if (f->fact.flags & FACT_IS_WIDE)
            p->wide = true;
        if (ingest_fact_safe(f->fact.kind))
            p->says_no = true;
    }
}

void ingest_batch_add(struct ingest_batch *b, const struct ingest_record *r)
{
    const struct admission *a = r->admission;
    struct ingest_row *row;

    /* Of what was refused, or only tried, no more than the receipt is kept. */
    assert(a->keep || a->quarantine || a->sandbox || a->outcome == OUTCOME_REFUSED);
    b->edition++;
    b->rows = room(b->rows, b->n_rows, &b->cap_rows, sizeof(*b->rows));
    row = &b->rows[b->n_rows];
    memset(row, 0, sizeof(*row));
    row->slot = r->slot;
    row->offset = r->offset;
    row->last = r->last;
    row->repeated = r->repeated;
    row->record_us = r->record_us;
    memcpy(row->record_digest, r->record_digest, sizeof(row->record_digest));
    row->known_us = r->known_us;
    row->occurred = a->occurred;
    row->ledger_id = a->keep ? r->ledger_id : 0;
    row->source = r->source;
    row->flags = r->flags | (a->late ? LEDGER_LATE : 0u) |
                 (a->sandbox ? LEDGER_SANDBOX : 0u) |
                 (a->keep_bytes ? 0u : LEDGER_REDACTED);
    row->type = (uint8_t)r->type;
    row->outcome = (uint8_t)a->outcome;
    row->change = (uint8_t)a->change;
    row->quarantine = a->quarantine;
    row->redact = a->redact;
    row->event_id = keep_text(b, r->event_id);
    row->reason = keep_text(b, a->fault.reason);
    row->pointer = keep_text(b, a->fault.pointer);
    row->headers = keep_bytes(b, a->keep_bytes ? r->headers : NULL, r->headers_len);
    row->raw = keep_bytes(b, a->keep_bytes ? r->raw : NULL, r->raw_len);
    row->salt = keep_bytes(b, a->keep_bytes ? r->salt : NULL, sizeof(r->salt));
    row->said = keep_text(b, a->keep && r->said != NULL ? r->said : "");
    memcpy(row->digest, r->digest, sizeof(row->digest));
    memcpy(row->commitment, r->commitment, sizeof(row->commitment));
    row->fact = b->n_facts;
    row->contact = b->n_points;
    row->agreement = b->n_agreements;
    add_points(b, r);
    row->n_contacts = b->n_points - row->contact;
    if (a->keep) {
        add_facts(b, r, row->contact);
        row->n_facts = b->n_facts - row->fact;
    }
    if (a->keep && a->has_agreement) {
        b->agreements = room(b->agreements, b->n_agreements, &b->cap_agreements,
                             sizeof(*b->agreements));
        b->agreements[b->n_agreements++] = a->agreement;
        row->n_agreements = 1;
    }
    b->n_rows++;
}

void ingest_batch_drop(struct ingest_batch *b, int32_t slot)
{
    b->edition++;
    for (size_t i = 0; i < b->n_rows; i++)
        if (b->rows[i].slot == slot)
            b->rows[i].slot = INGEST_DROPPED;
}

bool ingest_fact_safe(uint8_t kind)
{
    return fact_kind_denial(kind) || kind == FACT_MINOR || kind == FACT_RESTRICTION;
}

void ingest_digest_name(const uint8_t digest[INGEST_DIGEST_BYTES],
                        char ret[INGEST_NAME_BYTES])
{
    static const char scheme[] = "sha256:";

    memcpy(ret, scheme, sizeof(scheme));
    hex_print(digest, INGEST_DIGEST_BYTES, ret + sizeof(scheme) - 1);
}

static void keep_safe_facts(struct ingest_batch *b, struct ingest_row *r)
{
    size_t n = 0;

    for (size_t i = r->fact; i < r->fact + r->n_facts; i++)
        if (ingest_fact_safe(b->facts[i].fact.kind))
            b->facts[r->fact + n++] = b->facts[i];
    r->n_facts = n;
}

/* Less of a row: its denials' facts alone, if it has any. */
static enum ingest_extent bare(struct ingest_batch *b, struct ingest_row *r)
{
    r->outcome = OUTCOME_QUARANTINED;
    r->quarantine = true;
    r->reason = keep_text(b, "POISON");
    r->pointer = keep_bytes(b, NULL, 0);
    r->n_agreements = 0;
    keep_safe_facts(b, r);
    return r->n_facts > 0 ? INGEST_BARE : INGEST_ASIDE;
}

bool ingest_batch_reduce(struct ingest_batch *b, size_t row)
{
    struct ingest_row *r = &b->rows[row];

    b->edition++;
    if (r->extent == INGEST_BYTES)
        return false;
    r->extent =
        r->extent == INGEST_WHOLE ? (uint8_t)bare(b, r) : (uint8_t)(r->extent + 1);
    if (r->extent >= INGEST_ASIDE) {
        r->ledger_id = 0;
        r->n_facts = 0;
    }
    if (r->extent == INGEST_BYTES) {
        r->n_contacts = 0;
        r->event_id = keep_bytes(b, NULL, 0);
        r->headers = keep_bytes(b, NULL, 0);
    }
    return true;
}
