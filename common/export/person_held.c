/* Of an export: what every table holds, with the bytes of the contact's events. */
#include "export/person_parts.h"

#include "base/mem.h"
#include "store/people/person_store.h"

#include <stdlib.h>

static size_t of_ledger(const struct person_facts *f, struct person_bytes *ret)
{
    size_t n = 0;

    for (size_t i = 0; i < f->events.n; i++) {
        const struct trace_event *e = &f->events.events[i];

        if (e->ledger_id == 0 || e->linked)
            continue;
        ret[n++] = (struct person_bytes){
            .ledger_id = e->ledger_id,
            .kept = kept_name(e->kept),
            .forgotten_us = e->forgotten_us,
            .raw = e->raw,
            .raw_len = e->raw_len,
            .headers = e->headers,
            .headers_len = e->headers_len,
        };
    }
    return n;
}

static size_t of_quarantine(const struct vault_place *places, size_t n,
                            const struct buf *bytes, struct person_bytes *ret)
{
    for (size_t i = 0; i < n; i++) {
        const struct opened *o = &places[i].opened;

        ret[i] = (struct person_bytes){
            .quarantine_id = places[i].quarantine_id,
            .kept = kept_name(o->kept),
            .forgotten_us = o->forgotten_us,
            .raw = o->kept == KEPT_OPEN && o->has_raw ? bytes->data + o->raw : NULL,
            .raw_len = o->raw_len,
            .headers = o->headers_len > 0 ? bytes->data + o->headers : NULL,
            .headers_len = o->headers_len,
        };
    }
    return n;
}

bool person_held_put(struct pg *pg, const struct person *person,
                     const struct person_facts *f, struct buf *out, struct err *err)
{
    struct vault_place *places = mem_zalloc(f->events.n + 1, sizeof(*places));
    struct person_bytes *bytes = mem_zalloc(2 * f->events.n + 1, sizeof(*bytes));
    size_t n, n_places = 0;
    struct buf opened;
    bool ok;

    for (size_t i = 0; i < f->events.n; i++)
        if (f->events.events[i].quarantine_id != 0)
            places[n_places++].quarantine_id = f->events.events[i].quarantine_id;
    buf_init(&opened, out->limit_bytes);
    n = of_ledger(f, bytes);
    ok = vault_places(person->vault, pg, "export", places, n_places, &opened, err);
    if (ok) {
        n += of_quarantine(places, n_places, &opened, bytes + n);
        ok = person_tables(pg, &person->key, bytes, n, out, err);
    }
    buf_done(&opened);
    free(bytes);
    free(places);
    return ok;
}
