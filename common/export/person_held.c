/* Of an export: what every table holds, with the bytes of the contact's events. */
#include "export/person_parts.h"

#include "base/mem.h"
#include "store/people/person_store.h"

#include <stdlib.h>

struct held {
    struct person_out *out;
    bool any; /* row has been written of this table */
};

static bool row_put(void *context, const char *json, struct err *err)
{
    struct held *h = context;

    buf_add_str(h->out->out, h->any ? "," : "");
    buf_add_str(h->out->out, json);
    h->any = true;
    return person_spill(h->out, err);
}

static void bytes_of(const struct vault_place *place, const struct buf *opened,
                     struct person_bytes *ret)
{
    const struct opened *o = &place->opened;

    *ret = (struct person_bytes){
        .id = place->ledger_id != 0 ? place->ledger_id : place->quarantine_id,
        .kept = kept_name(o->kept),
        .forgotten_us = o->forgotten_us,
        .raw = o->kept == KEPT_OPEN && o->has_raw ? opened->data + o->raw : NULL,
        .raw_len = o->raw_len,
        .headers = o->headers_len > 0 ? opened->data + o->headers : NULL,
        .headers_len = o->headers_len,
    };
}

/* Some events of the ledger, or of the quarantine, opened beside their rows. */
static bool page_put(struct pg *pg, const struct person *person, enum person_events of,
                     const int64_t *ids, size_t n, struct held *h, struct err *err)
{
    struct vault_place places[PERSON_PAGE] = {0};
    struct person_bytes bytes[PERSON_PAGE];
    struct buf opened;
    bool ok;

    for (size_t i = 0; i < n; i++)
        *(of == PERSON_LEDGER ? &places[i].ledger_id : &places[i].quarantine_id) = ids[i];
    buf_init(&opened, h->out->out->limit_bytes);
    ok = vault_places(person->vault, pg, "export", places, n, &opened, err);
    for (size_t i = 0; ok && i < n; i++)
        bytes_of(&places[i], &opened, &bytes[i]);
    ok = ok && person_events_each(pg, of, bytes, n, row_put, h, err);
    buf_done(&opened);
    return ok;
}

static bool events_put(struct pg *pg, const struct person *person, enum person_events of,
                       struct held *h, struct err *err)
{
    int64_t *ids;
    size_t n;
    bool ok = person_event_ids(pg, of, &person->key, &ids, &n, err);

    for (size_t from = 0; ok && from < n; from += PERSON_PAGE)
        ok = page_put(pg, person, of, ids + from,
                      n - from < PERSON_PAGE ? n - from : PERSON_PAGE, h, err);
    free(ids);
    return ok;
}

bool person_held_put(struct pg *pg, const struct person *person, struct person_out *out,
                     struct err *err)
{
    struct held h = {.out = out};

    for (size_t i = 0; i < person_tables_n; i++) {
        const struct person_table *t = &person_tables[i];

        h.any = false;
        buf_addf(out->out, "%s\"%s\":[", i == 0 ? "{" : ",", t->name);
        if (!(t->events != PERSON_NO_EVENTS
                  ? events_put(pg, person, t->events, &h, err)
                  : person_rows_each(pg, t, &person->key, row_put, &h, err)))
            return false;
        buf_add_str(out->out, "]");
    }
    buf_add_str(out->out, "}");
    return true;
}
