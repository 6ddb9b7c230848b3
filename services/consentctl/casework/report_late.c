/* consentctl report late: who sits on opt-outs, and what was permitted meanwhile.
 * Computed from the facts when asked: as known then against once the denial was known. */
#include "commands.h"
#include "report.h"

#include "base/mem.h"
#include "codec/put.h"
#include "core/casework/late.h"
#include "store/people/fact_store.h"
#include "store/casework/report_store.h"
#include "store/scan.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BATCH 5000

/* (controller, purpose, channel) of one source. */
struct exposed {
    struct late_scope scope;
    int64_t contacts; /* denials of a contact, more exactly: one may come twice */
};

struct relay {
    int32_t source;
    int64_t last_ledger_id; /* events come in order */
    size_t n_delays, cap_delays;
    int64_t *delays; /* one an event */
    size_t n_keys, cap_keys;
    struct contact_key *keys; /* of contacts, some twice */
    size_t n_wronged, cap_wronged;
    struct contact_key *wronged; /* permitted meanwhile */
    size_t n_scopes, cap_scopes;
    struct exposed *scopes;
    int64_t permitted_us;
};

struct late_report {
    struct report_ask ask;
    struct register_snapshot *then; /* as known just before a denial */
    int64_t then_from_us, then_until_us;
    size_t n, cap;
    struct relay *relays;
};

/* Room for one more element. */
#define ROOM(array, n, cap)                                                              \
    do {                                                                                 \
        if ((n) == (cap)) {                                                              \
            (cap) = (cap) ? 2 * (cap) : 64;                                              \
            (array) = mem_resize((array), (cap), sizeof(*(array)));                      \
        }                                                                                \
    } while (0)

static struct relay *relay_of(struct late_report *r, int32_t source)
{
    for (size_t i = 0; i < r->n; i++)
        if (r->relays[i].source == source)
            return &r->relays[i];
    ROOM(r->relays, r->n, r->cap);
    r->relays[r->n] = (struct relay){.source = source};
    return &r->relays[r->n++];
}

static void scope_add(struct relay *y, const struct late_scope *s)
{
    size_t i = 0;

    while (i < y->n_scopes && (y->scopes[i].scope.controller != s->controller ||
                               y->scopes[i].scope.purpose != s->purpose ||
                               y->scopes[i].scope.channel != s->channel))
        i++;
    if (i == y->n_scopes) {
        ROOM(y->scopes, y->n_scopes, y->cap_scopes);
        y->scopes[y->n_scopes++] = (struct exposed){.scope = *s, .contacts = 1};
    } else {
        y->scopes[i].contacts++;
        y->scopes[i].scope.permitted_us += s->permitted_us;
    }
    y->permitted_us += s->permitted_us;
}

/* --- gathering --- */

/* The register as known just before; loaded again only where it changed in between. */
static bool register_then(struct ctl *ctl, struct late_report *r, int64_t known_us,
                          struct err *err)
{
    if (r->then != NULL && r->then_from_us < known_us && known_us <= r->then_until_us)
        return true;
    register_free(r->then);
    r->then = NULL;
    return register_span(ctl->pg, known_us, &r->then_from_us, &r->then_until_us, err) &&
           register_load(ctl->pg, known_us - 1, &r->then, err);
}

static void denial_add(struct late_report *r, const struct late_denial *d,
                       const struct fact *facts, size_t n)
{
    struct late_scope scopes[LATE_SCOPES_MAX];
    const size_t found =
        late_find(&r->then->book, facts, n, &d->fact, (enum contact_kind)d->kind, scopes);
    struct relay *y = relay_of(r, d->fact.source);

    if (d->fact.ledger_id != y->last_ledger_id) {
        ROOM(y->delays, y->n_delays, y->cap_delays);
        y->delays[y->n_delays++] = d->fact.known_us - d->fact.to_us;
        y->last_ledger_id = d->fact.ledger_id;
    }
    ROOM(y->keys, y->n_keys, y->cap_keys);
    y->keys[y->n_keys++] = d->contact;
    if (found > 0) {
        ROOM(y->wronged, y->n_wronged, y->cap_wronged);
        y->wronged[y->n_wronged++] = d->contact;
    }
    for (size_t i = 0; i < found; i++)
        scope_add(y, &scopes[i]);
}

static bool batch_add(struct ctl *ctl, struct late_report *r,
                      const struct late_denials *batch, struct contact_key *keys,
                      struct fact_set *facts, struct err *err)
{
    for (size_t i = 0; i < batch->n; i++)
        keys[i] = batch->rows[i].contact;
    if (!fact_load(ctl->pg, keys, batch->n, facts, err))
        return false;
    for (size_t i = 0; i < batch->n; i++) {
        if (!register_then(ctl, r, batch->rows[i].fact.known_us, err))
            return false;
        denial_add(r, &batch->rows[i], facts->facts + facts->first[i],
                   facts->first[i + 1] - facts->first[i]);
    }
    return true;
}

static int key_cmp(const void *a, const void *b)
{
    return memcmp(a, b, sizeof(struct contact_key));
}

/* Sorts, and leaves each once. */
static size_t keys_fold(struct contact_key *keys, size_t n)
{
    size_t kept = 0;

    if (n > 0)
        qsort(keys, n, sizeof(*keys), key_cmp);
    for (size_t i = 0; i < n; i++)
        if (kept == 0 || key_cmp(&keys[kept - 1], &keys[i]) != 0)
            keys[kept++] = keys[i];
    return kept;
}

static int i64_cmp(const void *a, const void *b)
{
    const int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

    return x < y ? -1 : x > y;
}

static int worst_first(const void *a, const void *b)
{
    const struct relay *x = a, *y = b;

    return x->n_wronged != y->n_wronged ? (x->n_wronged > y->n_wronged ? -1 : 1)
           : x->n_delays != y->n_delays ? (x->n_delays > y->n_delays ? -1 : 1)
                                        : x->source - y->source;
}

static int most_first(const void *a, const void *b)
{
    const struct exposed *x = a, *y = b;

    return x->contacts != y->contacts ? (x->contacts > y->contacts ? -1 : 1)
           : x->scope.controller != y->scope.controller
               ? x->scope.controller - y->scope.controller
           : x->scope.purpose != y->scope.purpose ? x->scope.purpose - y->scope.purpose
                                                  : x->scope.channel - y->scope.channel;
}

static void finish(struct late_report *r)
{
    for (size_t i = 0; i < r->n; i++) {
        struct relay *y = &r->relays[i];

        y->n_keys = keys_fold(y->keys, y->n_keys);
        y->n_wronged = keys_fold(y->wronged, y->n_wronged);
        qsort(y->delays, y->n_delays, sizeof(*y->delays), i64_cmp);
        if (y->n_scopes > 0)
            qsort(y->scopes, y->n_scopes, sizeof(*y->scopes), most_first);
    }
    if (r->n > 0)
        qsort(r->relays, r->n, sizeof(*r->relays), worst_first);
}

static bool gather(struct ctl *ctl, struct late_report *r, struct err *err)
{
    struct late_denials batch = {0};
    struct contact_key *keys = mem_zalloc(BATCH, sizeof(*keys));
    struct fact_set facts = {0};
    char snapshot[SCAN_SNAPSHOT_BYTES];
    bool ok = scan_begin(ctl->pg, snapshot, err);

    while (ok) {
        ok = late_denials_next(ctl->pg, r->ask.since_us, r->ask.source, BATCH, &batch,
                               err);
        if (!ok || batch.n == 0)
            break;
        ok = batch_add(ctl, r, &batch, keys, &facts, err);
    }
    pg_rollback(ctl->pg);
    late_denials_done(&batch);
    fact_set_done(&facts);
    free(keys);
    finish(r);
    return ok;
}

/* --- saying --- */

/* The mean of the two in the middle when there is none. */
static int64_t median(const int64_t *sorted, size_t n)
{
    return n % 2 == 1 ? sorted[n / 2]
                      : sorted[n / 2 - 1] + (sorted[n / 2] - sorted[n / 2 - 1]) / 2;
}

static void relay_print(const struct late_report *r, const struct relay *y)
{
    const struct register_snapshot *s = r->ask.s;
    char mid[48], worst[48];

    printf("%s: %zu late denials of %zu contacts; half of them more than %s late, the "
           "worst %s\n",
           register_source_name(s, y->source), y->n_delays, y->n_keys,
           report_length(median(y->delays, y->n_delays), mid),
           report_length(y->delays[y->n_delays - 1], worst));
    if (y->n_wronged == 0)
        puts("  nobody was on permit meanwhile");
    else
        printf("  %zu contacts were on permit meanwhile, %s in all\n", y->n_wronged,
               report_length(y->permitted_us, mid));
    for (size_t i = 0; i < y->n_scopes; i++) {
        const struct late_scope *e = &y->scopes[i].scope;

        printf("    %s, %s, %s: %lld times, %s\n",
               register_controller_name(s, e->controller),
               register_purpose_name(s, e->purpose), channel_name(e->channel),
               (long long)y->scopes[i].contacts, report_length(e->permitted_us, mid));
    }
}

static void relay_json(const struct late_report *r, const struct relay *y,
                       struct buf *out)
{
    const struct register_snapshot *s = r->ask.s;

    buf_add_str(out, "{");
    put_name(out, "source");
    put_text(out, register_source_name(s, y->source));
    put_name(out, ",denials");
    put_int(out, (int64_t)y->n_delays);
    put_name(out, ",contacts");
    put_int(out, (int64_t)y->n_keys);
    put_name(out, ",median_delay_s");
    put_int(out, median(y->delays, y->n_delays) / WHEN_SECOND_US);
    put_name(out, ",worst_delay_s");
    put_int(out, y->delays[y->n_delays - 1] / WHEN_SECOND_US);
    put_name(out, ",contacts_permitted");
    put_int(out, (int64_t)y->n_wronged);
    put_name(out, ",permitted_s");
    put_int(out, y->permitted_us / WHEN_SECOND_US);
    put_name(out, ",scopes");
    buf_add_str(out, "[");
    for (size_t i = 0; i < y->n_scopes; i++) {
        const struct late_scope *e = &y->scopes[i].scope;

        buf_add_str(out, i > 0 ? ",{" : "{");
        put_name(out, "controller");
        put_text(out, register_controller_name(s, e->controller));
        put_name(out, ",purpose");
        put_text(out, register_purpose_name(s, e->purpose));
        put_name(out, ",channel");
        put_text(out, channel_name(e->channel));
        put_name(out, ",times");
        put_int(out, y->scopes[i].contacts);
        put_name(out, ",permitted_s");
        put_int(out, e->permitted_us / WHEN_SECOND_US);
        buf_add_str(out, "}");
    }
    buf_add_str(out, "]}");
}

static void report(const struct ctl *ctl, const struct late_report *r)
{
    struct buf out;

    if (!ctl->json) {
        for (size_t i = 0; i < r->n; i++)
            relay_print(r, &r->relays[i]);
        if (r->n == 0)
            puts("no denial came later than its source promised");
        return;
    }
    buf_init(&out, CTL_ANSWER_BYTES);
    buf_add_str(&out, "{\"sources\":[");
    for (size_t i = 0; i < r->n; i++) {
        buf_add_str(&out, i > 0 ? "," : "");
        relay_json(r, &r->relays[i], &out);
    }
    buf_add_str(&out, "]}");
    ctl_say(&out);
}

int report_late_run(struct ctl *ctl)
{
    struct late_report r = {0};
    struct err err;
    int code = CTL_DONE;

    if (report_ask_read(ctl, &r.ask, &err) && gather(ctl, &r, &err))
        report(ctl, &r);
    else
        code = ctl_fail(ctl, &err);
    for (size_t i = 0; i < r.n; i++) {
        free(r.relays[i].delays);
        free(r.relays[i].keys);
        free(r.relays[i].wronged);
        free(r.relays[i].scopes);
    }
    free(r.relays);
    register_free(r.then);
    register_free(r.ask.s);
    return code;
}
