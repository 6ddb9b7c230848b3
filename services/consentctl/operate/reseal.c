/*
 * consentctl reseal: everything sealed under the current key: events from before they
 * were sealed, and all that a former key sealed, identifiers too. In steps, beside
 * whatever runs; what was done stays when it is stopped, and the next run goes on.
 */
#include "commands.h"

#include "progress.h"

#include "base/mem.h"
#include "base/stop.h"
#include "codec/event/event_said.h"
#include "codec/event/header_bytes.h"
#include "codec/event/header_json.h"
#include "crypto/event_seal.h"
#include "store/lists/rebuild_store.h"
#include "store/operate/reseal_store.h"
#include "store/people/fact_store.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define STEP         1000
#define BYTES        ((size_t)1 << 30) /* of one step */
#define COUNTS       16
#define COUNT_NEWEST 1000000

/* What a row becomes; its bytes stand in made, by place. */
struct draft {
    size_t raw, raw_len, headers, headers_len, said;
    bool has_raw, has_headers, has_said, fresh;
    uint8_t salt[EVENT_SALT_BYTES], commitment[EVENT_COMMITMENT_BYTES];
};

struct reseal {
    struct seal *seal;
    struct event_sealer *sealer;
    uint8_t version;
    struct buf made, open;
    struct draft drafts[STEP];
    struct resealed rows[STEP];
    struct walked walked[STEP];
    struct contact_key keys[STEP];
    uint8_t ids[STEP][16], wrapped[STEP][SEAL_WRAPPED_BYTES];
    struct contact_set contacts;
    int64_t plain, former, unreadable, identifiers;
};

/* --- one event --- */

static bool seal_part(struct reseal *r, const struct reseal_row *row, const uint8_t *salt,
                      enum event_part part, const void *data, size_t len, size_t *ret_at,
                      size_t *ret_len, struct err *err)
{
    const struct event_place place = {row->source, row->partition, row->offset};

    *ret_at = r->made.len;
    if (!event_seal(r->sealer, &place, salt, part, data, len, &r->made, err))
        return false;
    *ret_len = r->made.len - *ret_at;
    return true;
}

/* The headers of a plain row, packed, into r->open. What cannot be read as headers is
 * kept as the value of one. */
static void headers_pack(struct reseal *r, const struct reseal_row *row,
                         const struct header_set *set, struct event_input *in)
{
    const struct record_header whole = {"headers", row->headers, row->headers_len};
    const struct event_input unread = {.headers = &whole, .n_headers = 1};

    in->headers = set->list;
    in->n_headers = set->n;
    if (!headers_to_bytes(in, &r->open) || r->open.len == 0)
        headers_put_bytes(&unread, &r->open);
}

static bool seal_plain(struct reseal *r, const struct reseal_row *row, struct draft *d,
                       struct err *err)
{
    static struct event ev;
    struct event_input in = {
        .value = row->raw, .value_len = row->raw_len, .has_value = row->raw != NULL};
    struct header_set set = {0};
    struct fault fault;
    struct err ignored;
    bool ok;

    buf_reset(&r->open);
    if (row->headers != NULL) {
        headers_from_json(row->headers, row->headers_len, &set, &ignored);
        headers_pack(r, row, &set, &in);
    }
    d->fresh = true;
    d->said = r->made.len;
    if (row->raw != NULL && (row->flags & LEDGER_REDACTED) == 0) {
        event_from_json(&in, &ev, &fault);
        event_said(&ev, row->raw, row->raw_len, (row->flags & LEDGER_BINARY) != 0,
                   &r->made);
    }
    d->has_said = r->made.len > d->said;
    buf_add(&r->made, "", 1);
    ok = event_salt_make(r->sealer, d->salt, err) &&
         event_commit(d->salt, row->raw, row->raw_len, r->open.data, r->open.len,
                      d->commitment, err) &&
         (row->raw == NULL || seal_part(r, row, d->salt, EVENT_PART_RAW, row->raw,
                                        row->raw_len, &d->raw, &d->raw_len, err)) &&
         (row->headers == NULL ||
          seal_part(r, row, d->salt, EVENT_PART_HEADERS, r->open.data, r->open.len,
                    &d->headers, &d->headers_len, err));
    headers_done(&set);
    r->plain++;
    return ok;
}

static bool part_again(struct reseal *r, const struct reseal_row *row,
                       enum event_part part, const void *sealed, size_t len,
                       size_t *ret_at, size_t *ret_len, struct err *err)
{
    const struct event_place place = {row->source, row->partition, row->offset};
    bool ok;

    if (sealed == NULL)
        return true;
    buf_reset(&r->open);
    ok = event_unseal(r->sealer, &place, row->salt, part, sealed, len, &r->open, err) &&
         seal_part(r, row, row->salt, part, r->open.data, r->open.len, ret_at, ret_len,
                   err);
    if (r->open.data != NULL)
        explicit_bzero(r->open.data, r->open.len);
    return ok;
}

/* *ret_skip: it does not open, and stays as it is. */
static bool draft_make(struct reseal *r, const struct reseal_row *row, struct draft *d,
                       bool *ret_skip, struct err *err)
{
    *ret_skip = false;
    *d = (struct draft){.has_raw = row->raw != NULL, .has_headers = row->headers != NULL};
    if (row->salt == NULL)
        return seal_plain(r, row, d, err);
    if (part_again(r, row, EVENT_PART_RAW, row->raw, row->raw_len, &d->raw, &d->raw_len,
                   err) &&
        part_again(r, row, EVENT_PART_HEADERS, row->headers, row->headers_len,
                   &d->headers, &d->headers_len, err)) {
        r->former++;
        return true;
    }
    if (err->kind != ERR_INPUT)
        return false;
    *ret_skip = true;
    r->unreadable++;
    return true;
}

/* --- a table, in steps --- */

static void row_of(struct reseal *r, int64_t id, const struct draft *d,
                   struct resealed *ret)
{
    *ret = (struct resealed){
        .id = id,
        .raw = d->has_raw ? r->made.data + d->raw : NULL,
        .raw_len = d->raw_len,
        .headers = d->has_headers ? r->made.data + d->headers : NULL,
        .headers_len = d->headers_len,
        .salt = d->fresh ? d->salt : NULL,
        .commitment = d->fresh ? d->commitment : NULL,
        .said = d->has_said ? r->made.data + d->said : NULL,
    };
}

static bool step(struct ctl *ctl, struct reseal *r, enum reseal_what what,
                 const struct reseal_step *rows, struct err *err)
{
    int64_t ids[STEP];
    size_t n = 0;
    bool skip;

    buf_reset(&r->made);
    for (size_t i = 0; i < rows->n; i++) {
        if (rows->rows[i].ready)
            continue;
        if (!draft_make(r, &rows->rows[i], &r->drafts[n], &skip, err))
            return false;
        ids[n] = rows->rows[i].id;
        n += !skip;
    }
    if (r->made.overrun)
        return err_set(err, ERR_INPUT, "TOO_LARGE", "a step of more than %zu bytes",
                       BYTES);
    for (size_t i = 0; i < n; i++)
        row_of(r, ids[i], &r->drafts[i], &r->rows[i]);
    return reseal_put(ctl->pg, what, r->version, rows->rows[rows->n - 1].id, r->rows, n,
                      err);
}

static bool stopped(struct err *err)
{
    return err_set(err, ERR_RETRY, "STOPPED",
                   "stopped; what was done stays, and the next run goes on");
}

static bool walk(struct ctl *ctl, struct reseal *r, enum reseal_what what,
                 struct err *err)
{
    struct reseal_step rows;
    int64_t after, total, looked = 0;
    struct progress bar;
    bool ok = true, more = true;

    if (!reseal_begin(ctl->pg, what, r->version, &after, &total, err))
        return false;
    progress_begin_count(
        &bar, total, what == RESEAL_LEDGER ? "events" : "events in quarantine", "sealed");
    while (ok && more) {
        if (stop_asked())
            return stopped(err);
        if (!reseal_next(ctl->pg, what, r->version, after, STEP, &rows, err))
            return false;
        more = rows.n > 0;
        if (more) {
            after = rows.rows[rows.n - 1].id;
            looked += (int64_t)rows.n;
            ok = step(ctl, r, what, &rows, err);
            progress_step(&bar, looked, looked, r->plain + r->former);
        }
        reseal_done(&rows);
    }
    progress_end(&bar, looked, r->plain + r->former);
    return ok;
}

/* --- identifiers --- */

static bool contacts_step(struct ctl *ctl, struct reseal *r, size_t n, struct err *err)
{
    size_t changed = 0;

    for (size_t i = 0; i < n; i++)
        r->keys[i] = r->walked[i].key;
    if (!contact_load(ctl->pg, r->keys, n, &r->contacts, err))
        return false;
    for (size_t i = 0; i < n; i++) {
        const struct contact_row *c = &r->contacts.rows[i];
        bool same = true;

        if (c->wrapped == NULL)
            continue;
        if (!seal_rewrap(r->seal, &r->keys[i], c->wrapped, c->wrapped_len,
                         r->wrapped[changed], &same, err)) {
            if (err->kind != ERR_INPUT)
                return false;
            r->unreadable++;
            continue;
        }
        if (same)
            continue;
        memcpy(r->ids[changed], r->keys[i].b, sizeof(r->ids[changed]));
        changed++;
    }
    r->identifiers += (int64_t)changed;
    return changed == 0 ||
           reseal_contacts(ctl->pg, (const uint8_t(*)[16])r->ids,
                           (const uint8_t(*)[62])r->wrapped, changed, err);
}

static bool contacts_walk(struct ctl *ctl, struct reseal *r, struct err *err)
{
    int64_t total, looked = 0;
    struct progress bar;
    size_t n = 0;

    if (!contact_estimate(ctl->pg, &total, err))
        return false;
    progress_begin_count(&bar, total, "contacts", "sealed");
    for (;;) {
        if (stop_asked())
            return stopped(err);
        if (!contact_walk(ctl->pg, n > 0 ? &r->walked[n - 1].key : NULL, STEP, r->walked,
                          &n, err))
            return false;
        if (n == 0)
            break;
        looked += (int64_t)n;
        if (!contacts_step(ctl, r, n, err))
            return false;
        progress_step(&bar, looked, looked, r->identifiers);
    }
    progress_end(&bar, looked, r->identifiers);
    return true;
}

/* --- the command --- */

static int counts_say(struct ctl *ctl)
{
    struct reseal_count counts[COUNTS];
    struct pg_result *result;
    struct buf out;
    struct err err;
    size_t n;

    if (!ctl_pg(ctl, &err) ||
        !reseal_counts(ctl->pg, INT64_MAX, counts, COUNTS, &n, &result, &err))
        return ctl_fail(ctl, &err);
    buf_init(&out, CTL_ANSWER_BYTES);
    buf_add_str(&out, "{\"rows\":[");
    for (size_t i = 0; i < n; i++) {
        buf_addf(&out, "%s{\"what\":\"%s\",\"version\":%d,\"n\":%lld}", i > 0 ? "," : "",
                 counts[i].what, (int)counts[i].version, (long long)counts[i].n);
        if (ctl->json)
            continue;
        if (counts[i].version == 0)
            printf("%-11s in plain text     %lld\n", counts[i].what,
                   (long long)counts[i].n);
        else
            printf("%-11s key version %-3d   %lld\n", counts[i].what,
                   (int)counts[i].version, (long long)counts[i].n);
    }
    buf_add_str(&out, "]}");
    pg_result_free(result);
    if (ctl->json)
        return ctl_say(&out);
    buf_done(&out);
    return CTL_DONE;
}

static bool work(struct ctl *ctl, struct reseal *r, struct err *err)
{
    r->version = (uint8_t)ctl->settings.seal_secret_version;
    r->seal = ctl_seal(ctl, err);
    if (r->seal == NULL)
        return false;
    r->sealer = event_sealer_open(r->seal, err);
    if (r->sealer == NULL || !ctl_pg(ctl, err) || !walk(ctl, r, RESEAL_LEDGER, err) ||
        !walk(ctl, r, RESEAL_QUARANTINE, err) || !contacts_walk(ctl, r, err))
        return false;
    /* the former versions of the rows lie in the files until then */
    return r->plain + r->former == 0 ||
           pg_script(ctl->pg, "reseal_vacuum", "VACUUM ledger, quarantine, contact", err);
}

static int report(struct ctl *ctl, const struct reseal *r)
{
    struct buf out;

    if (ctl->json) {
        buf_init(&out, CTL_ANSWER_BYTES);
        buf_addf(&out,
                 "{\"version\":%d,\"plain\":%lld,\"former\":%lld,\"identifiers\":%lld,"
                 "\"unreadable\":%lld}",
                 (int)r->version, (long long)r->plain, (long long)r->former,
                 (long long)r->identifiers, (long long)r->unreadable);
        ctl_say(&out);
    } else {
        printf("under key version %d now: %lld events that were plain, %lld of former "
               "keys, %lld identifiers\n",
               (int)r->version, (long long)r->plain, (long long)r->former,
               (long long)r->identifiers);
        if (r->unreadable > 0)
            printf("%lld do not open, and stay as they are\n", (long long)r->unreadable);
    }
    return r->unreadable > 0 ? CTL_FAILED : CTL_DONE;
}

int reseal_run(struct ctl *ctl)
{
    struct reseal *r;
    struct err err;
    int code;

    if (ctl_option(ctl, "dry-run") != NULL)
        return counts_say(ctl);
    r = mem_zalloc(1, sizeof(*r));
    buf_init(&r->made, BYTES);
    buf_init(&r->open, BYTES);
    code = work(ctl, r, &err) ? report(ctl, r) : ctl_fail(ctl, &err);
    event_sealer_close(r->sealer);
    seal_close(r->seal);
    contact_set_done(&r->contacts);
    buf_done(&r->made);
    buf_done(&r->open);
    free(r);
    return code;
}
