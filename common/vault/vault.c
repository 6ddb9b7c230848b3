#include "vault/vault.h"

#include "base/mem.h"
#include "codec/event/archived_row.h"
#include "codec/event/header_bytes.h"

#include <stdlib.h>
#include <string.h>

#define ARCHIVED_BYTES ((size_t)1 << 24) /* of one row, as a line and as bytes */
#define OPENED_BYTES   ((size_t)1 << 30) /* of one set: more is more than anybody reads */

struct vault {
    struct seal *seal; /* NULL: no key */
    struct event_sealer *sealer;
    struct archive_dir *archives; /* NULL: none given */
    struct buf row;               /* of an archive */
};

struct vault *vault_open(const char *path, uint8_t version, const char *former,
                         struct err *err)
{
    struct vault *v = mem_zalloc(1, sizeof(*v));

    buf_init(&v->row, ARCHIVED_BYTES);
    if (path[0] == '\0')
        return v;
    v->seal = seal_open(path, version, err);
    v->sealer = v->seal != NULL ? event_sealer_open(v->seal, err) : NULL;
    if (v->sealer != NULL && seal_add_formers(v->seal, former, err))
        return v;
    vault_close(v);
    return NULL;
}

void vault_close(struct vault *v)
{
    if (v == NULL)
        return;
    archive_dir_close(v->archives);
    buf_done(&v->row);
    event_sealer_close(v->sealer);
    seal_close(v->seal);
    free(v);
}

bool vault_archives(struct vault *v, const char *dir, struct err *err)
{
    if (v->seal == NULL)
        return err_set(err, ERR_CONFIG, "NO_SECRET",
                       "seal_secret_file is not set: without it no archive can be read");
    archive_dir_close(v->archives);
    v->archives = NULL;
    return archive_dir_open(dir, v->seal, &v->archives, err);
}

struct archive_dir *vault_archive_dir(struct vault *v)
{
    return v->archives;
}

/* --- one event --- */

/* From before events were sealed: the headers are JSON as they stand. */
static void take_plain(const struct sealed_event *e, struct buf *out, struct opened *ret)
{
    ret->kept = KEPT_OPEN;
    ret->has_raw = e->raw.at != NULL;
    ret->raw = out->len;
    ret->raw_len = e->raw.len;
    buf_add(out, e->raw.at, e->raw.len);
    ret->headers = out->len;
    ret->headers_len = e->headers.len;
    buf_add(out, e->headers.at, e->headers.len);
}

static bool unseal(struct vault *v, const struct sealed_event *e, struct buf *out,
                   struct opened *ret, struct err *err)
{
    const struct event_place place = {e->source, e->partition, e->offset};

    ret->has_raw = e->raw.at != NULL;
    ret->raw = out->len;
    if (e->raw.at != NULL && !event_unseal(v->sealer, &place, e->salt, EVENT_PART_RAW,
                                           e->raw.at, e->raw.len, out, err))
        return false;
    ret->raw_len = out->len - ret->raw;
    ret->packed = out->len;
    if (e->headers.at == NULL)
        return true;
    if (!event_unseal(v->sealer, &place, e->salt, EVENT_PART_HEADERS, e->headers.at,
                      e->headers.len, out, err))
        return false;
    ret->packed_len = out->len - ret->packed;
    ret->headers = out->len;
    return true;
}

/* After the packed headers, the same as JSON. */
static bool spell_headers(struct buf *out, struct opened *ret, struct err *err)
{
    struct buf json;
    bool ok;

    if (ret->packed_len == 0)
        return true;
    buf_init(&json, OPENED_BYTES);
    ok = headers_bytes_to_json(out->data + ret->packed, ret->packed_len, &json) &&
         buf_add(out, json.data, json.len);
    ret->headers_len = json.len;
    buf_done(&json);
    return ok || err_set(err, ERR_INPUT, "SEAL_BROKEN", "sealed headers do not open");
}

/* Its bytes out of an archive, with all else as the database says it; borrowed until the
 * next. *ret_there false: none that we have. */
static bool fetch(struct vault *v, const struct sealed_event *e, struct sealed_event *ret,
                  bool *ret_there, struct err *err)
{
    const bool held = e->archived < 0;
    struct archived_row row;
    size_t line;

    *ret_there = false;
    if (v->archives == NULL)
        return true;
    buf_reset(&v->row);
    if (!archive_find(v->archives, held ? "quarantine" : "ledger",
                      held ? -e->archived : e->archived, &v->row, ret_there, err))
        return false;
    if (!*ret_there)
        return true;
    line = v->row.len;
    if (!archived_row_read(v->row.data, line, &v->row, &row))
        return err_set(err, ERR_INPUT, "ARCHIVE_BROKEN", "a row of an archive is none");
    *ret = *e;
    ret->archived = 0;
    ret->raw =
        (struct sealed_bytes){row.has_raw ? v->row.data + row.raw : NULL, row.raw_len};
    ret->headers = (struct sealed_bytes){
        row.has_headers ? v->row.data + row.headers : NULL, row.headers_len};
    return true;
}

bool vault_event(struct vault *v, const struct sealed_event *e, struct buf *out,
                 struct opened *ret, struct err *err)
{
    struct sealed_event fetched;
    bool there;

    if (e->archived != 0 && e->salt != NULL) {
        if (!fetch(v, e, &fetched, &there, err))
            return false;
        *ret = (struct opened){.kept = KEPT_ARCHIVED, .forgotten_us = WHEN_ALWAYS};
        return !there || vault_event(v, &fetched, out, ret, err);
    }
    if (e->archived != 0) {
        *ret = (struct opened){.kept = KEPT_FORGOTTEN, .forgotten_us = e->forgotten_us};
        return true;
    }
    *ret = (struct opened){.kept = KEPT_NOT,
                           .forgotten_us = WHEN_ALWAYS,
                           .binary = (e->flags & LEDGER_BINARY) != 0};
    if (e->raw.at == NULL && e->headers.at == NULL)
        return true;
    if (e->commitment == NULL) {
        take_plain(e, out, ret);
    } else if (e->salt == NULL) {
        ret->kept = KEPT_FORGOTTEN;
        ret->forgotten_us = e->forgotten_us;
    } else if (v->sealer == NULL) {
        ret->kept = KEPT_LOCKED;
    } else if (unseal(v, e, out, ret, err)) {
        ret->kept = KEPT_OPEN;
        ret->has_salt = true;
        memcpy(ret->salt, e->salt, sizeof(ret->salt));
        if (!spell_headers(out, ret, err))
            return false;
    } else if (strcmp(err->code, "SEAL_KEY_UNKNOWN") == 0) {
        *ret = (struct opened){.kept = KEPT_LOCKED, .forgotten_us = WHEN_ALWAYS};
    } else {
        return false;
    }
    return !out->overrun ||
           err_set(err, ERR_INPUT, "TOO_LARGE", "more events than can be shown at once");
}

/* --- many --- */

/* Where each number's event is in a set, by its order there. */
static const struct sealed_event *find(const struct sealed_set *set, int64_t ledger_id,
                                       int64_t quarantine_id)
{
    size_t from = 0, to = set->n;

    while (from < to) {
        const size_t at = (from + to) / 2;
        const struct sealed_event *e = &set->events[at];

        if (e->ledger_id == ledger_id && e->quarantine_id == quarantine_id)
            return e;
        if (e->ledger_id < ledger_id ||
            (e->ledger_id == ledger_id && e->quarantine_id < quarantine_id))
            from = at + 1;
        else
            to = at;
    }
    return NULL;
}

bool vault_places(struct vault *v, struct pg *pg, const char *why,
                  struct vault_place *places, size_t n, struct buf *out, struct err *err)
{
    int64_t *ids = mem_zalloc(2 * n + 1, sizeof(*ids));
    size_t n_ledger = 0, n_quarantine = 0;
    struct sealed_set set = {0};
    bool ok;

    for (size_t i = 0; i < n; i++)
        if (places[i].ledger_id != 0)
            ids[n_ledger++] = places[i].ledger_id;
        else
            ids[n + n_quarantine++] = places[i].quarantine_id;
    ok = n == 0 || sealed_load(pg, ids, n_ledger, ids + n, n_quarantine, why, &set, err);
    for (size_t i = 0; ok && i < n; i++) {
        const struct sealed_event *e =
            find(&set, places[i].ledger_id, places[i].quarantine_id);

        if (e == NULL)
            places[i].opened = (struct opened){.forgotten_us = WHEN_ALWAYS};
        else
            ok = vault_event(v, e, out, &places[i].opened, err);
    }
    sealed_done(&set);
    free(ids);
    return ok;
}

bool vault_trace(struct vault *v, struct pg *pg, const char *why, struct trace_set *set,
                 struct err *err)
{
    struct vault_place *places = mem_zalloc(set->n + 1, sizeof(*places));
    bool ok;

    for (size_t i = 0; i < set->n; i++) {
        places[i].ledger_id = set->events[i].ledger_id;
        if (places[i].ledger_id == 0)
            places[i].quarantine_id = set->events[i].quarantine_id;
    }
    buf_init(&set->opened, OPENED_BYTES);
    ok = vault_places(v, pg, why, places, set->n, &set->opened, err);
    for (size_t i = 0; ok && i < set->n; i++) {
        struct trace_event *e = &set->events[i];
        const struct opened *o = &places[i].opened;

        e->kept = o->kept;
        e->forgotten_us = o->forgotten_us;
        e->raw = o->kept == KEPT_OPEN && o->has_raw ? set->opened.data + o->raw : NULL;
        e->raw_len = o->raw_len;
        e->headers = o->headers_len > 0 ? set->opened.data + o->headers : NULL;
        e->headers_len = o->headers_len;
    }
    free(places);
    return ok;
}

bool vault_quarantine(struct vault *v, struct pg *pg, const char *why,
                      struct quarantine_set *set, struct err *err)
{
    struct vault_place *places = mem_zalloc(set->n + 1, sizeof(*places));
    bool ok;

    for (size_t i = 0; i < set->n; i++)
        places[i].quarantine_id = set->rows[i].id;
    buf_init(&set->opened, OPENED_BYTES);
    ok = vault_places(v, pg, why, places, set->n, &set->opened, err);
    for (size_t i = 0; ok && i < set->n; i++) {
        struct quarantined *q = &set->rows[i];
        const struct opened *o = &places[i].opened;

        q->kept = o->kept;
        q->forgotten_us = o->forgotten_us;
        q->raw = o->kept == KEPT_OPEN && o->has_raw ? set->opened.data + o->raw : NULL;
        q->raw_len = o->raw_len;
        q->headers = o->headers_len > 0 ? set->opened.data + o->headers : NULL;
        q->headers_len = o->headers_len;
    }
    free(places);
    return ok;
}

bool vault_ledger(struct vault *v, struct pg *pg, const char *why, int64_t ledger_id,
                  struct buf *out, struct opened *ret, bool *ret_there, struct err *err)
{
    struct sealed_set set;
    bool ok;

    *ret = (struct opened){.forgotten_us = WHEN_ALWAYS};
    if (!sealed_load(pg, &ledger_id, 1, NULL, 0, why, &set, err))
        return false;
    *ret_there = set.n == 1;
    ok = set.n != 1 || vault_event(v, &set.events[0], out, ret, err);
    sealed_done(&set);
    return ok;
}

bool vault_rights(struct vault *v, struct pg *pg, int64_t ledger_id, struct buf *out,
                  struct rights_said *ret, struct err *err)
{
    struct opened o;
    bool there;

    *ret = (struct rights_said){0};
    buf_reset(out);
    if (!vault_ledger(v, pg, "rights", ledger_id, out, &o, &there, err))
        return false;
    if (o.kept == KEPT_OPEN && o.has_raw)
        *ret = (struct rights_said){out->data + o.raw, o.raw_len, o.binary};
    return true;
}
