/* Of what a person may ask to see: the records of what they have consented to. */
#include "export/person_parts.h"

#include "base/hex.h"
#include "base/mem.h"
#include "store/people/person_store.h"

#include <stdlib.h>

#define REGISTER_BYTES (16u << 20)

struct records {
    const struct register_snapshot *reg;
    const struct person *person;
    const struct person_facts *f;
    enum record_format format;
    int64_t ledger_id; /* 0: all */
    struct record_facts facts;
    struct record_book *book;
    size_t n; /* that were written */
    struct person_out *out;
};

static void record_put(struct records *r, const struct trace_event *e)
{
    struct record_state states[RECORD_STATES_MAX];
    size_t first;
    const size_t end = provenance_facts(&r->f->p, e, &first);
    struct record_input in = {
        .book = r->book,
        .rb = &r->reg->book,
        .source = register_source_name(r->reg, e->source),
        .event_id = e->event_id,
        .occurred_us = e->occurred.from_us,
        .raw = e->raw,
        .raw_len = e->raw_len,
        .binary = (e->flags & LEDGER_BINARY) != 0,
        .states = states,
    };

    in.n_states = record_states(&r->reg->book, &r->facts, first, end, e->ledger_id,
                                states, RECORD_STATES_MAX);
    if (in.n_states == 0)
        return;
    uuid_print(r->person->key.b, in.principal);
    buf_add_str(r->out->out, r->n++ == 0 ? "" : ",");
    record_to_json(r->format, &in, r->out->out);
}

/* Only what grants something need be opened. */
static bool is_wanted(const struct records *r, const struct trace_event *e)
{
    size_t i;
    const size_t end = provenance_facts(&r->f->p, e, &i);

    if (e->ledger_id == 0 || e->linked ||
        (r->ledger_id != 0 && e->ledger_id != r->ledger_id))
        return false;
    for (; i < end; i++)
        if (r->f->p.facts[i].ledger_id == e->ledger_id &&
            r->f->p.facts[i].kind == FACT_GRANT)
            return true;
    return false;
}

static bool page_put(struct pg *pg, struct records *r, size_t from, struct err *err)
{
    const size_t left = r->f->ids.n - from;
    struct trace_set set = {0};
    size_t kept = 0;
    bool ok = trace_page(pg, r->f->ids.ids + from,
                         left < PERSON_PAGE ? left : PERSON_PAGE, &set, err);

    for (size_t i = 0; ok && i < set.n; i++)
        if (is_wanted(r, &set.events[i]))
            set.events[kept++] = set.events[i];
    set.n = kept;
    ok = ok && (kept == 0 || vault_trace(r->person->vault, pg, "record", &set, err));
    for (size_t i = 0; ok && i < set.n; i++) {
        record_put(r, &set.events[i]);
        ok = person_spill(r->out, err);
    }
    trace_set_done(&set);
    return ok;
}

static struct record_book *book_of(struct pg *pg, const struct person *person,
                                   struct err *err)
{
    struct record_book *book = NULL;
    struct buf text;

    buf_init(&text, REGISTER_BYTES);
    if (person_register(pg, person->now_us, &text, err)) {
        if (!text.overrun)
            book = record_book_make(text.data, text.len);
        if (book == NULL)
            err_set(err, ERR_FATAL, "REGISTER", "the register cannot be read");
    }
    buf_done(&text);
    return book;
}

bool person_records_put(struct pg *pg, const struct register_snapshot *reg,
                        const struct person *person, const struct person_facts *f,
                        enum record_format format, int64_t ledger_id,
                        struct person_out *out, size_t *ret_n, struct err *err)
{
    struct records r = {
        .reg = reg,
        .person = person,
        .f = f,
        .format = format,
        .ledger_id = ledger_id,
        .facts = {.facts = f->p.facts, .n = f->p.n_facts, .at_us = person->now_us},
        .book = book_of(pg, person, err),
        .out = out,
    };
    bool ok = r.book != NULL;

    if (!ok)
        return false;
    r.facts.room = mem_zalloc(r.facts.n + 1, sizeof(*r.facts.room));
    record_facts_begin(&r.facts, &reg->book);
    buf_add_str(out->out, "[");
    for (size_t from = 0; ok && from < f->ids.n; from += PERSON_PAGE)
        ok = page_put(pg, &r, from, err);
    buf_add_str(out->out, "]");
    *ret_n = r.n;
    free(r.facts.room);
    record_book_done(r.book);
    return ok;
}
