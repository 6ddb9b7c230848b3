#include "export/person_parts.h"

#include "base/hex.h"
#include "codec/people/provenance_json.h"
#include "codec/put.h"

#define SPILL_BYTES ((size_t)64 << 10)

/* A statement may go on for as long as rows come: pg_each waits for each of them. */
static bool snapshot(struct pg *pg, struct err *err)
{
    return pg_script(pg, "person_snapshot",
                     "BEGIN ISOLATION LEVEL REPEATABLE READ;"
                     " SET LOCAL statement_timeout = 0",
                     err);
}

/* That events were opened stays written down: without it nothing is shown. */
static bool person_end(struct pg *pg, bool ok, struct err *err)
{
    if (ok)
        return pg_commit(pg, err);
    pg_rollback(pg);
    return false;
}

bool person_spill(struct person_out *out, struct err *err)
{
    return out->spill == NULL || out->out->len < SPILL_BYTES ||
           out->spill(out->context, out->out, err);
}

static bool facts_load(struct pg *pg, const struct register_snapshot *reg,
                       const struct person *person, struct person_facts *ret,
                       struct err *err)
{
    if (!fact_load_one(pg, &person->key, 0, &ret->facts, err) ||
        !trace_ids_load(pg, &person->key, WHEN_NEVER, 0, &ret->ids, err))
        return false;
    effect_sort(ret->facts.facts, ret->facts.first[1]);
    trace_walk_init(&ret->walk, ret->facts.facts, ret->facts.first[1]);
    ret->p = (struct provenance){
        .kind = person->kind,
        .key = person->key,
        .now_us = person->now_us,
        .rb = &reg->book,
        .facts = ret->facts.facts,
        .n_facts = ret->facts.first[1],
        .walk = &ret->walk,
    };
    return true;
}

static void facts_done(struct person_facts *f)
{
    trace_ids_done(&f->ids);
    trace_walk_done(&f->walk);
    fact_set_done(&f->facts);
}

/* The last of it, if all is well. */
static bool written(const struct person_out *out, struct err *err)
{
    buf_add_str(out->out, "}\n");
    return !out->out->overrun || err_set(err, ERR_FATAL, "TOO_LARGE", "too much to show");
}

/* --- records --- */

static bool records(struct pg *pg, const struct register_snapshot *reg,
                    const struct person *person, enum record_format format,
                    int64_t ledger_id, struct person_facts *f, struct person_out *out,
                    size_t *ret_n, struct err *err)
{
    if (!snapshot(pg, err) || !facts_load(pg, reg, person, f, err))
        return false;
    buf_add_str(out->out, "{");
    put_name(out->out, "format");
    put_text(out->out, record_format_name(format));
    put_name(out->out, ",records");
    return person_records_put(pg, reg, person, f, format, ledger_id, out, ret_n, err) &&
           written(out, err);
}

bool person_records(struct pg *pg, const struct register_snapshot *reg,
                    const struct person *person, enum record_format format,
                    int64_t ledger_id, struct person_out *out, size_t *ret_n,
                    struct err *err)
{
    struct person_facts f = {0};
    const bool ok = person_end(
        pg, records(pg, reg, person, format, ledger_id, &f, out, ret_n, err), err);

    facts_done(&f);
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

static bool page_put(struct pg *pg, const struct person *person,
                     const struct person_facts *f, size_t from, struct person_out *out,
                     struct err *err)
{
    const struct provenance_view all = {.effects = true, .data = true};
    const size_t left = f->ids.n - from;
    struct trace_set set = {0};
    bool ok = trace_page(pg, f->ids.ids + from, left < PERSON_PAGE ? left : PERSON_PAGE,
                         &set, err) &&
              vault_trace(person->vault, pg, "export", &set, err);

    for (size_t i = 0; ok && i < set.n; i++) {
        provenance_event_json(&f->p, &all, &set.events[i], NULL, from + i == 0, out->out);
        ok = person_spill(out, err);
    }
    trace_set_done(&set);
    return ok;
}

static bool provenance_put(struct pg *pg, const struct person *person,
                           const struct person_facts *f, struct person_out *out,
                           struct err *err)
{
    const struct provenance_view all = {.effects = true, .data = true};

    put_name(out->out, ",provenance");
    provenance_begin_json(&f->p, out->out);
    for (size_t from = 0; from < f->ids.n; from += PERSON_PAGE)
        if (!page_put(pg, person, f, from, out, err))
            return false;
    provenance_end_json(&f->p, &all, out->out);
    return true;
}

static bool export(struct pg *pg, const struct register_snapshot *reg,
                   const struct person *person, struct person_facts *f,
                   struct person_out *out, struct err *err)
{
    size_t n;

    if (!snapshot(pg, err) || !facts_load(pg, reg, person, f, err))
        return false;
    head_put(person, out->out);
    if (!provenance_put(pg, person, f, out, err))
        return false;
    put_name(out->out, ",records");
    if (!person_records_put(pg, reg, person, f, RECORD_27560, 0, out, &n, err))
        return false;
    put_name(out->out, ",rights");
    if (!person_rights_put(pg, reg, person, out, err))
        return false;
    put_name(out->out, ",retention");
    if (!person_retention_put(pg, reg, person, f, out->out, err))
        return false;
    put_name(out->out, ",held");
    return person_held_put(pg, person, out, err) && written(out, err);
}

bool person_export(struct pg *pg, const struct register_snapshot *reg,
                   const struct person *person, struct person_out *out, struct err *err)
{
    struct person_facts f = {0};
    const bool ok = person_end(pg, export(pg, reg, person, &f, out, err), err);

    facts_done(&f);
    return ok;
}
