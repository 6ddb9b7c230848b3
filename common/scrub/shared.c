/* Lines of a list on which contacts share tokens: the strictest voice of the token. */
#include "scrub/part.h"

#include "base/clock.h"
#include "base/mem.h"

#include <stdlib.h>
#include <string.h>

#define FACTS_AT_ONCE 2000

/* What is known so far of one of the keys that are asked about. */
struct heard {
    struct scrub_voice strictest; /* voice VOICE_SILENT: nobody's yet */
    struct contact_key own;       /* the line's contact, */
    bool known;                   /* if it is known      */
    bool spoken;
};

/* Contacts whose facts are asked. */
struct asked {
    size_t n;
    struct scrub_voice *rows;
    struct contact_key *keys;
};

static bool stricter(const struct scrub_voice *a, const struct scrub_voice *b)
{
    if (b->voice == VOICE_SILENT || a->voice != b->voice)
        return b->voice == VOICE_SILENT || a->voice < b->voice;
    return a->rule != b->rule ? a->rule < b->rule : a->effective_us > b->effective_us;
}

static void hear(struct heard *h, const struct scrub_voice *v)
{
    if (v->voice != VOICE_SILENT && stricter(v, &h->strictest))
        h->strictest = *v;
}

typedef void facts_use(struct scrub *s, struct part *p, struct heard *h,
                       const struct scrub_voice *row, const struct fact *facts, size_t n,
                       int64_t now_us);

/* The publisher has yet to look at it: what it will find. */
static void pending_hear(struct scrub *s, struct part *p, struct heard *h,
                         const struct scrub_voice *row, const struct fact *facts,
                         size_t n, int64_t now_us)
{
    struct scrub_voice v = *row;
    struct standing now;

    (void)p;
    for (size_t i = 0; i < n; i++) /* a broker's clock may be ahead */
        if (facts[i].known_us > now_us)
            now_us = facts[i].known_us;
    v.voice = list_member(&s->o.reg->book, s->o.list, s->kind, facts, n, now_us,
                          row->voice, &now);
    v.rule = now.decision.rule;
    v.reason = now.decision.reason;
    v.effective_us = now.decision.since_us;
    hear(h, &v);
}

static void own_answer(struct scrub *s, struct part *p, struct heard *h,
                       const struct scrub_voice *row, const struct fact *facts, size_t n,
                       int64_t now_us)
{
    const struct scrub_verdict v =
        scrub_of_facts(&s->o.reg->book, s->o.list, facts, n, true, now_us, LIST_ABSENT);

    (void)h;
    verdict_set(p, row->i, &v);
}

static bool facts_each(struct scrub *s, struct part *p, struct heard *heard,
                       const struct asked *a, facts_use *use, struct err *err)
{
    const int64_t now_us = clock_wall_us();
    const struct fact_need need = {&s->o.reg->book, now_us};

    for (size_t from = 0; from < a->n; from += FACTS_AT_ONCE) {
        size_t n = a->n - from < FACTS_AT_ONCE ? a->n - from : FACTS_AT_ONCE;

        if (!fact_load_need(p->pg, a->keys + from, n, &need, &s->facts, err))
            return false;
        for (size_t i = 0; i < n; i++) {
            const struct scrub_voice *row = &a->rows[from + i];
            size_t first = s->facts.first[i];

            use(s, p, &heard[row->i], row, s->facts.facts + first,
                s->facts.first[i + 1] - first, now_us);
        }
    }
    return true;
}

static void asked_add(struct asked *a, const struct scrub_voice *row)
{
    a->keys[a->n] = row->contact;
    a->rows[a->n++] = *row;
}

static void rows_hear(const struct part *p, struct heard *heard, struct asked *pending)
{
    for (int row = 0; row < pg_rows(p->result); row++) {
        struct scrub_voice v;
        struct heard *h;

        scrub_voice(p->result, row, &v);
        h = &heard[v.i];
        h->spoken = v.spoken;
        if (v.own) {
            h->own = v.contact;
            h->known = true;
        }
        if (v.pending)
            asked_add(pending, &v);
        else
            hear(h, &v);
    }
}

/* Those of whose tokens nobody has said anything: the line's own contact, or a stranger's
 * verdict. */
static void rest_gather(struct scrub *s, struct part *p, const struct heard *heard,
                        struct asked *own)
{
    own->n = 0;
    for (size_t i = 0; i < p->n_keys; i++) {
        const struct heard *h = &heard[i];
        const struct scrub_voice row = {.i = i, .contact = h->own};

        if (h->strictest.voice != VOICE_SILENT) {
            const struct scrub_verdict v = scrub_of_voice(s->o.list, h->strictest.voice,
                                                          h->strictest.reason, h->spoken);

            verdict_set(p, i, &v);
        } else if (h->known) {
            asked_add(own, &row);
        } else {
            verdict_set(p, i, &s->stranger);
        }
    }
}

bool shared_look(struct scrub *s, struct part *p, struct err *err)
{
    const size_t rows = (size_t)pg_rows(p->result), most = p->n_keys + rows + 1;
    struct heard *heard = mem_zalloc(p->n_keys + 1, sizeof(*heard));
    struct asked a = {.rows = mem_zalloc(most, sizeof(*a.rows)),
                      .keys = mem_zalloc(most, sizeof(*a.keys))};
    bool ok;

    rows_hear(p, heard, &a);
    ok = facts_each(s, p, heard, &a, pending_hear, err);
    if (ok) {
        rest_gather(s, p, heard, &a);
        ok = facts_each(s, p, heard, &a, own_answer, err);
    }
    free(heard);
    free(a.rows);
    free(a.keys);
    return ok;
}

size_t shared_contacts(struct part *p)
{
    const size_t rows = (size_t)pg_rows(p->result);

    if (rows > p->keys_cap) {
        p->keys = mem_resize(p->keys, rows, sizeof(*p->keys));
        p->keys_cap = rows;
    }
    for (size_t row = 0; row < rows; row++) {
        struct scrub_voice v;

        scrub_voice(p->result, (int)row, &v);
        p->keys[row] = v.contact;
    }
    return rows;
}
