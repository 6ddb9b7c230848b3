/* What is found of a part's contacts, who asked, and the lines with their verdicts. */
#include "scrub/part.h"

#include "base/clock.h"
#include "base/mem.h"
#include "codec/lists/line_json.h"
#include "crypto/digest.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FACTS_AT_ONCE 2000

void verdict_set(struct part *p, size_t key, const struct scrub_verdict *v)
{
    for (size_t i = p->first[key]; i < p->first[key + 1]; i++)
        p->lines[p->order[i]].verdict = *v;
}

/* --- facts --- */

/* Contacts of whom the list does not say what counts now. */
struct asked {
    size_t n;
    struct scrub_found *found;
    struct contact_key *keys;
};

static bool facts_answer(struct scrub *s, struct part *p, const struct asked *a,
                         struct err *err)
{
    const int64_t now_us = clock_wall_us();
    const struct fact_need need = {&s->o.reg->book, now_us};

    for (size_t from = 0; from < a->n; from += FACTS_AT_ONCE) {
        size_t n = a->n - from < FACTS_AT_ONCE ? a->n - from : FACTS_AT_ONCE;

        if (!fact_load_need(p->pg, a->keys + from, n, &need, &s->facts, err))
            return false;
        for (size_t i = 0; i < n; i++) {
            const struct scrub_found *f = &a->found[from + i];
            size_t first = s->facts.first[i];
            const struct scrub_verdict v =
                scrub_of_facts(&s->o.reg->book, s->o.list, s->facts.facts + first,
                               s->facts.first[i + 1] - first, true, now_us, f->status);

            verdict_set(p, f->i, &v);
        }
    }
    return true;
}

static void asked_add(struct asked *a, const struct scrub_found *f)
{
    a->found[a->n] = *f;
    a->keys[a->n++] = f->key;
}

/* What the list says; spoken: of each key, whether it says anything. */
static void entries_answer(struct scrub *s, struct part *p, bool *spoken, struct asked *a)
{
    for (int row = 0; row < pg_rows(p->result); row++) {
        struct scrub_found f;

        if (s->o.tokens)
            scrub_found_token(p->result, row, &f);
        else
            scrub_found_contact(p->result, row, p->keys, p->n_keys, &f);
        spoken[f.i] = true;
        if (f.pending) {
            asked_add(a, &f);
        } else {
            const struct scrub_verdict v = scrub_of_entry(s->o.list, f.status, f.reason);

            verdict_set(p, f.i, &v);
        }
    }
}

/* Of whom it says nothing: their facts count if they are known, else a stranger's verdict
 * does. A token of which it says nothing is nobody's. */
static bool rest_answer(struct scrub *s, struct part *p, const bool *spoken,
                        struct asked *a, struct err *err)
{
    struct contact_key *keys = mem_zalloc(p->n_keys + 1, sizeof(*keys));
    bool *known = mem_zalloc(p->n_keys + 1, sizeof(*known));
    size_t n = 0, at = 0;
    bool ok;

    for (size_t i = 0; i < p->n_keys && !s->o.tokens; i++)
        if (!spoken[i])
            keys[n++] = p->keys[i];
    ok = scrub_known(p->pg, keys, n, known, err);
    for (size_t i = 0; i < p->n_keys && ok; i++) {
        const struct scrub_found f = {.i = i, .status = LIST_ABSENT, .key = p->keys[i]};

        if (spoken[i])
            continue;
        if (!s->o.tokens && known[at++])
            asked_add(a, &f);
        else
            verdict_set(p, i, &s->stranger);
    }
    free(keys);
    free(known);
    return ok;
}

static bool look(struct scrub *s, struct part *p, struct err *err)
{
    bool *spoken = mem_zalloc(p->n_keys + 1, sizeof(*spoken));
    /* a token's contacts may be several */
    const size_t most = p->n_keys + (size_t)pg_rows(p->result) + 1;
    struct asked a = {.found = mem_zalloc(most, sizeof(*a.found)),
                      .keys = mem_zalloc(most, sizeof(*a.keys))};
    bool ok;

    entries_answer(s, p, spoken, &a);
    ok = rest_answer(s, p, spoken, &a, err) && facts_answer(s, p, &a, err);
    free(spoken);
    free(a.found);
    free(a.keys);
    return ok;
}

/* --- who asked --- */

static int key_compare(const void *a, const void *b)
{
    return memcmp(a, b, sizeof(struct contact_key));
}

/* The contacts that tokens stand for; of one that the list does not know, a key of its
 * own that no contact has, so that guessing tokens costs as much as guessing addresses.
 * *known_n: how many of the first are contacts. */
static bool token_keys(struct part *p, size_t *known_n, struct err *err)
{
    bool *known = mem_zalloc(p->n_keys + 1, sizeof(*known));
    size_t n = 0;
    bool ok = true;

    for (int row = 0; row < pg_rows(p->result); row++) {
        struct scrub_found f;

        scrub_found_token(p->result, row, &f);
        known[f.i] = true;
        p->keys[n++] = f.key;
    }
    *known_n = n;
    for (size_t i = 0; i < p->n_keys && ok; i++) {
        uint8_t digest[DIGEST_BYTES];

        if (known[i])
            continue;
        ok = digest_sha256("token:", 6, p->tokens[i], strlen(p->tokens[i]), digest, err);
        if (ok)
            memcpy(p->keys[n++].b, digest, sizeof(p->keys[0].b));
    }
    free(known);
    return ok;
}

/* On a list on which contacts share tokens a token costs one, as it has a key of its own.
 */
static bool shared_keys(struct part *p, size_t *known_n)
{
    *known_n = shared_contacts(p);
    return true;
}

static size_t keys_unique(struct contact_key *keys, size_t n)
{
    size_t kept = 0;

    qsort(keys, n, sizeof(*keys), key_compare);
    for (size_t i = 0; i < n; i++)
        if (kept == 0 || key_compare(&keys[kept - 1], &keys[i]) != 0)
            keys[kept++] = keys[i];
    return kept;
}

static bool spend(struct scrub *s, struct part *p, size_t *known_n, struct err *err)
{
    size_t n = *known_n = p->n_keys;
    bool may = true;

    if (s->o.tokens) {
        struct contact_key *all;
        bool ok;

        if (!(s->shared ? shared_keys(p, known_n) : token_keys(p, known_n, err)))
            return false;
        all = mem_zalloc(p->n_keys + 1, sizeof(*all));
        memcpy(all, s->shared ? p->token_keys : p->keys, p->n_keys * sizeof(*all));
        n = keys_unique(all, p->n_keys);
        ok = s->o.spend == NULL || n == 0 ||
             s->o.spend(s->o.arg, p->pg, all, n, &may, err);
        free(all);
        p->refused = !may;
        *known_n = keys_unique(p->keys, *known_n);
        return ok;
    }
    if (s->o.spend != NULL && n > 0 &&
        !s->o.spend(s->o.arg, p->pg, p->keys, n, &may, err))
        return false;
    p->refused = !may;
    return true;
}

/* Whichever of two readings was meant. */
static void readings_join(struct part *p)
{
    for (size_t i = 1; i < p->n; i++)
        if (p->lines[i].kind == LINE_OTHER)
            p->lines[i - 1].verdict =
                scrub_stricter(p->lines[i - 1].verdict, p->lines[i].verdict);
}

static bool note(struct scrub *s, struct part *p, size_t known_n, struct err *err)
{
    struct scrub_part part = {.scrub = s->id, .contacts = p->keys, .n = known_n};

    for (size_t i = 0; i < p->n; i++) {
        const struct line *l = &p->lines[i];

        if (l->kind == LINE_BLANK || l->kind == LINE_HEADER || l->kind == LINE_OTHER)
            continue;
        part.lines++;
        s->counts.by_status[l->verdict.status]++;
        if (l->verdict.may_mail)
            part.may_mail++;
        else if (l->verdict.status == SCRUB_INVALID)
            part.invalid++;
        else
            part.may_not++;
        part.unknown += l->verdict.status == SCRUB_UNKNOWN;
    }
    s->counts.lines += part.lines;
    s->counts.may_mail += part.may_mail;
    return scrub_note(p->pg, &part, err);
}

bool part_answer(struct scrub *s, struct part *p, struct err *err)
{
    size_t known_n;

    if (!spend(s, p, &known_n, err))
        return false;
    if (p->refused) {
        const struct scrub_verdict v = {.status = SCRUB_REFUSED, .reason = "OVER_BUDGET"};

        for (size_t i = 0; i < p->n_keys; i++)
            verdict_set(p, i, &v);
    } else if (!(s->shared ? shared_look(s, p, err) : look(s, p, err))) {
        return false;
    }
    readings_join(p);
    return note(s, p, known_n, err);
}

/* --- out --- */

static void put_csv(struct scrub *s, const struct part *p, const struct line *l)
{
    const char delimiter = csv_delimiter(s->csv);
    const char *text = p->bytes.data + l->at;
    size_t fields = l->fields;

    if (l->kind == LINE_BROKEN) {
        csv_put(&s->out, delimiter, text, l->len);
        fields = 1;
    } else {
        buf_add(&s->out, text, l->len);
    }
    for (; fields < s->columns; fields++)
        buf_add(&s->out, &delimiter, 1);
    if (l->kind == LINE_HEADER)
        buf_addf(&s->out, "%cmay_mail%cstatus%creason", delimiter, delimiter, delimiter);
    else
        buf_addf(&s->out, "%c%s%c%s%c%s", delimiter, l->verdict.may_mail ? "yes" : "no",
                 delimiter, scrub_status_name(l->verdict.status), delimiter,
                 l->verdict.reason);
}

static void put_json(struct scrub *s, const struct part *p, const struct line *l)
{
    char value[256];
    int n = snprintf(value, sizeof(value),
                     "{\"may_mail\":%s,\"status\":\"%s\",\"reason\":\"%s\"",
                     l->verdict.may_mail ? "true" : "false",
                     scrub_status_name(l->verdict.status), l->verdict.reason);

    snprintf(value + n, sizeof(value) - (size_t)n,
             l->verdict.status == SCRUB_INVALID ? ",\"line\":%lld}" : "}",
             (long long)l->number);
    if (l->kind == LINE_BROKEN)
        line_put_bad(&s->out, p->bytes.data + l->at, l->len, value);
    else
        line_put(&s->out, p->bytes.data + l->at, l->len, value);
}

static void put_plain(struct scrub *s, const struct part *p, const struct line *l)
{
    buf_add(&s->out, p->bytes.data + l->at, l->len);
    buf_addf(&s->out, "\t%s\t%s\t%s", l->verdict.may_mail ? "yes" : "no",
             scrub_status_name(l->verdict.status), l->verdict.reason);
}

bool part_write(struct scrub *s, struct part *p, struct err *err)
{
    bool ok;

    for (size_t i = 0; i < p->n; i++) {
        const struct line *l = &p->lines[i];

        if (l->kind == LINE_OTHER)
            continue;
        if (l->kind == LINE_BLANK)
            buf_add(&s->out, p->bytes.data + l->at, l->len); /* perhaps "sep=;" */
        else if (s->o.format == SCRUB_CSV)
            put_csv(s, p, l);
        else if (s->o.format == SCRUB_NDJSON)
            put_json(s, p, l);
        else
            put_plain(s, p, l);
        if (l->eol_len > 0)
            buf_add(&s->out, p->bytes.data + l->at + l->len, l->eol_len);
        else
            buf_add(&s->out, "\n", 1);
    }
    if (s->out.overrun)
        return err_set(err, ERR_FATAL, "SCRUB_ROOM", "a part of a list does not fit");
    ok = s->out.len == 0 || s->o.write(s->o.arg, s->out.data, s->out.len, err);
    buf_reset(&s->out);
    return ok;
}
