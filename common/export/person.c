#include "export/person_parts.h"

#include "base/hex.h"
#include "base/mem.h"
#include "codec/people/provenance_json.h"
#include "codec/put.h"
#include "store/people/person_store.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define REGISTER_BYTES (16u << 20)

bool person_snapshot(struct pg *pg, struct err *err)
{
    return pg_script(pg, "person_snapshot", "BEGIN ISOLATION LEVEL REPEATABLE READ", err);
}

/* That events were opened stays written down: without it nothing is shown. */
static bool person_end(struct pg *pg, bool ok, struct err *err)
{
    if (ok)
        return pg_commit(pg, err);
    pg_rollback(pg);
    return false;
}

bool person_facts_load(struct pg *pg, const struct person *person,
                       struct person_facts *ret, struct err *err)
{
    if (!fact_load(pg, &person->key, 1, &ret->facts, err) ||
        !trace_load(pg, &person->key, WHEN_NEVER, &ret->events, err) ||
        !vault_trace(person->vault, pg, "export", &ret->events, err))
        return false;
    effect_sort(ret->facts.facts, ret->facts.first[1]);
    ret->scratch = mem_zalloc(ret->facts.first[1] + 1, sizeof(*ret->scratch));
    return true;
}

void person_facts_done(struct person_facts *f)
{
    trace_set_done(&f->events);
    fact_set_done(&f->facts);
    free(f->scratch);
}

/* --- records --- */

static bool record_put(const struct register_snapshot *reg, const struct person *person,
                       struct person_facts *f, const struct record_book *book,
                       enum record_format format, const struct trace_event *e, bool first,
                       struct buf *out)
{
    struct record_state states[RECORD_STATES_MAX];
    struct record_input in = {
        .book = book,
        .rb = &reg->book,
        .source = register_source_name(reg, e->source),
        .event_id = e->event_id,
        .occurred_us = e->occurred.from_us,
        .raw = e->raw,
        .raw_len = e->raw_len,
        .binary = (e->flags & LEDGER_BINARY) != 0,
        .states = states,
    };

    in.n_states = e->linked ? 0
                            : record_states(&reg->book, f->facts.facts, f->facts.first[1],
                                            e->ledger_id, person->now_us, f->scratch,
                                            states, RECORD_STATES_MAX);
    if (in.n_states == 0)
        return false;
    uuid_print(person->key.b, in.principal);
    buf_add_str(out, first ? "" : ",");
    record_to_json(format, &in, out);
    return true;
}

bool person_records_put(struct pg *pg, const struct register_snapshot *reg,
                        const struct person *person, struct person_facts *f,
                        enum record_format format, int64_t ledger_id, struct buf *out,
                        size_t *ret_n, struct err *err)
{
    struct record_book *book = NULL;
    struct buf text;

    *ret_n = 0;
    buf_init(&text, REGISTER_BYTES);
    if (!person_register(pg, person->now_us, &text, err)) {
        buf_done(&text);
        return false;
    }
    if (!text.overrun)
        book = record_book_make(text.data, text.len);
    buf_done(&text);
    if (book == NULL)
        return err_set(err, ERR_FATAL, "REGISTER", "the register cannot be read");
    buf_add_str(out, "[");
    for (size_t i = 0; i < f->events.n; i++) {
        const struct trace_event *e = &f->events.events[i];

        if (e->ledger_id != 0 && (ledger_id == 0 || e->ledger_id == ledger_id))
            *ret_n += record_put(reg, person, f, book, format, e, *ret_n == 0, out);
    }
    buf_add_str(out, "]");
    record_book_done(book);
    return true;
}

static bool records(struct pg *pg, const struct register_snapshot *reg,
                    const struct person *person, enum record_format format,
                    int64_t ledger_id, struct person_facts *f, struct buf *out,
                    size_t *ret_n, struct err *err)
{
    if (!person_snapshot(pg, err) || !person_facts_load(pg, person, f, err))
        return false;
    buf_add_str(out, "{");
    put_name(out, "format");
    put_text(out, record_format_name(format));
    put_name(out, ",records");
    if (!person_records_put(pg, reg, person, f, format, ledger_id, out, ret_n, err))
        return false;
    buf_add_str(out, "}\n");
    return !out->overrun || err_set(err, ERR_FATAL, "TOO_LARGE", "too much to show");
}

bool person_records(struct pg *pg, const struct register_snapshot *reg,
                    const struct person *person, enum record_format format,
                    int64_t ledger_id, struct buf *out, size_t *ret_n, struct err *err)
{
    struct person_facts f = {0};
    const bool ok = person_end(
        pg, records(pg, reg, person, format, ledger_id, &f, out, ret_n, err), err);

    person_facts_done(&f);
    return ok;
}

/* --- the export --- */

static void head_put(const struct person *person, struct buf *out)
{
    char key[37];

    uuid_print(person->key.b, key);
    buf_add_str(out, "{");
    put_name(out, "schema_version");
    put_text(out, PERSON_SCHEMA);
    put_name(out, ",created_at");
    put_time(out, person->now_us);
    put_name(out, ",contact");
    buf_add_str(out, "{");
    put_name(out, "kind");
    put_text(out, contact_kind_name(person->kind));
    put_name(out, ",identifier");
    put_text(out, person->identifier);
    put_name(out, ",key");
    put_text(out, key);
    buf_add_str(out, "}");
}

static void provenance_put(const struct register_snapshot *reg,
                           const struct person *person, const struct person_facts *f,
                           struct buf *out)
{
    const struct provenance_view all = {.effects = true, .data = true};
    struct effect_walk walk;
    const struct provenance p = {
        .kind = person->kind,
        .key = person->key,
        .now_us = person->now_us,
        .rb = &reg->book,
        .facts = f->facts.facts,
        .n_facts = f->facts.first[1],
        .events = f->events.events,
        .n_events = f->events.n,
        .walk = &walk,
    };

    trace_walk_init(&walk, p.facts, p.n_facts);
    put_name(out, ",provenance");
    provenance_to_json(&p, &all, out);
    trace_walk_done(&walk);
}

static bool export(struct pg *pg, const struct register_snapshot *reg,
                   const struct person *person, struct person_facts *f, struct buf *out,
                   struct err *err)
{
    size_t n;

    if (!person_snapshot(pg, err) || !person_facts_load(pg, person, f, err))
        return false;
    head_put(person, out);
    provenance_put(reg, person, f, out);
    put_name(out, ",records");
    if (!person_records_put(pg, reg, person, f, RECORD_27560, 0, out, &n, err))
        return false;
    put_name(out, ",rights");
    if (!person_rights_put(pg, reg, person, out, err))
        return false;
    put_name(out, ",retention");
    if (!person_retention_put(pg, reg, person, f, out, err))
        return false;
    put_name(out, ",held");
    if (!person_held_put(pg, person, f, out, err))
        return false;
    buf_add_str(out, "}\n");
    return !out->overrun || err_set(err, ERR_FATAL, "TOO_LARGE", "too much to show");
}

bool person_export(struct pg *pg, const struct register_snapshot *reg,
                   const struct person *person, struct buf *out, struct err *err)
{
    struct person_facts f = {0};
    const bool ok = person_end(pg, export(pg, reg, person, &f, out, err), err);

    person_facts_done(&f);
    return ok;
}
