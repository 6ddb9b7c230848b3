#include "impact.h"

#include "base/clock.h"
#include "base/mem.h"
#include "base/stop.h"
#include "store/lists/member_store.h"
#include "store/people/fact_store.h"
#include "store/scan.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#define BATCH   10000
#define WORKERS 2

/* What the workers share. */
struct pass {
    const struct impact_ask *ask;
    bool shared; /* some list is folded by token */
    char snapshot[SCAN_SNAPSHOT_BYTES];
    atomic_int next_part;
    atomic_llong seen;
    atomic_bool failed;
    int64_t total; /* for progress; 0: not counted */
};

struct worker {
    struct pass *pass;
    struct pg *pg; /* the first uses the caller's, already in the snapshot */
    struct impact found;
    struct scan scan;
    struct fact_set facts;
    struct member_set members; /* on lists that are folded by token */
    bool ok;
    struct err err;
};

/* --- lists --- */

static const struct list *list_of(const struct impact_side *side, const char *id,
                                  int64_t at_us)
{
    const struct list *found = NULL;

    for (size_t i = 0; i < side->n_lists; i++)
        if (strcmp(side->lists[i].id, id) == 0 &&
            (found == NULL || period_holds(&side->lists[i].valid, at_us)))
            found = &side->lists[i];
    return found;
}

static bool has(const struct impact *impact, const char *id)
{
    for (size_t i = 0; i < impact->n; i++)
        if (strcmp(impact->lists[i].id, id) == 0)
            return true;
    return false;
}

static int by_id(const void *a, const void *b)
{
    return strcmp(((const struct impact_list *)a)->id,
                  ((const struct impact_list *)b)->id);
}

/* The lists of both registers, each once. */
static void lists_pair(const struct impact_ask *ask, struct impact *ret)
{
    const struct impact_side *sides[] = {&ask->before, &ask->after};

    *ret = (struct impact){0};
    ret->lists =
        mem_zalloc(ask->before.n_lists + ask->after.n_lists + 1, sizeof(*ret->lists));
    for (size_t s = 0; s < 2; s++)
        for (size_t i = 0; i < sides[s]->n_lists; i++) {
            const char *id = sides[s]->lists[i].id;
            struct impact_list *l = &ret->lists[ret->n];

            if (has(ret, id) || (ask->list != NULL && strcmp(ask->list, id) != 0))
                continue;
            l->id = id;
            l->before.book = ask->before.book;
            l->before.list = list_of(&ask->before, id, ask->at_us);
            l->after.book = ask->after.book;
            l->after.list = list_of(&ask->after, id, ask->at_us);
            l->polarity = (enum list_polarity)(l->after.list ? l->after.list->polarity
                                                             : l->before.list->polarity);
            ret->n++;
        }
    qsort(ret->lists, ret->n, sizeof(*ret->lists), by_id);
}

/* --- one pass --- */

/* A list that is new, and a contact that nobody has looked at, have no tokens yet. */
static const struct contact_key *token_of(const struct worker *w, size_t i,
                                          const struct impact_list *l)
{
    const struct list *list = l->before.list != NULL ? l->before.list : l->after.list;
    const struct member_row *m = member_find(&w->members, i, list->number);

    return m != NULL ? &m->token_key : &w->scan.keys[i];
}

static void contact_judge(struct worker *w, size_t i)
{
    const struct impact_ask *ask = w->pass->ask;
    const struct fact *facts = w->facts.facts + w->facts.first[i];
    const size_t n = w->facts.first[i + 1] - w->facts.first[i];
    bool changed = false;

    for (size_t k = 0; k < w->found.n; k++) {
        struct impact_list *l = &w->found.lists[k];
        struct standing before, after;

        if (impact_is_shared(l)) {
            changed = impact_voice_add(&w->found, k, token_of(w, i, l), &w->scan.keys[i],
                                       (enum contact_kind)w->scan.kinds[i], facts, n,
                                       ask->at_us) ||
                      changed;
            continue;
        }
        const enum whatif_change change =
            whatif_compare(&l->before, &l->after, (enum contact_kind)w->scan.kinds[i],
                           facts, n, ask->at_us, &before, &after);

        l->was += before.status != LIST_ABSENT;
        l->is += after.status != LIST_ABSENT;
        l->n[change]++;
        if (change == WHATIF_SAME)
            continue;
        changed = true;
        impact_example_add(&l->examples[change], &w->scan.keys[i], ask->n_examples);
    }
    w->found.contacts++;
    w->found.changed += changed;
}

static bool over(const struct impact_ask *ask)
{
    return stop_asked() || (ask->over != NULL && ask->over(ask->arg));
}

static bool part_run(struct worker *w, int part)
{
    struct pass *p = w->pass;

    scan_start(&w->scan, part, p->ask->agreement);
    for (;;) {
        if (over(p->ask))
            return err_set(&w->err, ERR_RETRY, "STOPPED", "stopped before the end");
        if (!scan_next(w->pg, &w->scan, BATCH, &w->err))
            return false;
        if (w->scan.n == 0)
            return true;
        if (!fact_load(w->pg, w->scan.keys, w->scan.n, &w->facts, &w->err) ||
            (p->shared &&
             !member_load(w->pg, w->scan.keys, w->scan.n, &w->members, &w->err)))
            return false;
        for (size_t i = 0; i < w->scan.n; i++)
            contact_judge(w, i);
        atomic_fetch_add(&p->seen, (long long)w->scan.n);
        if (p->ask->progress != NULL)
            p->ask->progress(atomic_load(&p->seen), p->total);
    }
}

static void *work(void *arg)
{
    struct worker *w = arg;
    struct pass *p = w->pass;
    const bool own = w->pg == NULL;
    int part;

    w->ok = !own || (pg_open(p->ask->database_url, "impact", &w->pg, &w->err) &&
                     scan_join(w->pg, p->snapshot, &w->err));
    while (w->ok && !atomic_load(&p->failed) &&
           (part = atomic_fetch_add(&p->next_part, 1)) < SCAN_PARTS)
        w->ok = part_run(w, part);
    if (!w->ok)
        atomic_store(&p->failed, true);
    scan_done(&w->scan);
    fact_set_done(&w->facts);
    member_set_done(&w->members);
    if (own)
        pg_close(w->pg);
    return NULL;
}

static void voices_add(struct impact *to, const struct impact *from)
{
    if (from->n_voices == 0)
        return;
    to->cap_voices = to->n_voices + from->n_voices;
    to->voices = mem_resize(to->voices, to->cap_voices, sizeof(*to->voices));
    memcpy(to->voices + to->n_voices, from->voices,
           from->n_voices * sizeof(*from->voices));
    to->n_voices = to->cap_voices;
}

static void found_add(struct impact *to, const struct impact *from, size_t n_examples)
{
    to->contacts += from->contacts;
    to->changed += from->changed;
    voices_add(to, from);
    for (size_t i = 0; i < to->n; i++) {
        struct impact_list *a = &to->lists[i];
        const struct impact_list *b = &from->lists[i];

        a->was += b->was;
        a->is += b->is;
        for (int c = 0; c < WHATIF_CHANGES; c++) {
            a->n[c] += b->n[c];
            for (size_t k = 0; k < b->examples[c].n; k++)
                impact_example_add(&a->examples[c], &b->examples[c].keys[k], n_examples);
        }
    }
}

/* The calling thread is the first worker. */
static bool workers_run(struct pg *pg, struct pass *p, struct impact *ret,
                        struct err *err)
{
    const int wanted = p->ask->database_url != NULL ? WORKERS : 1;
    struct worker workers[WORKERS] = {{.pass = p, .pg = pg}};
    pthread_t threads[WORKERS];
    bool ok = true;
    int n = 1;

    for (int i = 0; i < WORKERS; i++) {
        workers[i].pass = p;
        lists_pair(p->ask, &workers[i].found);
    }
    while (n < wanted && pthread_create(&threads[n], NULL, work, &workers[n]) == 0)
        n++;
    work(&workers[0]);
    for (int i = 1; i < n; i++)
        pthread_join(threads[i], NULL);
    for (int i = 0; i < WORKERS; i++) {
        if (ok && i < n && !workers[i].ok) {
            *err = workers[i].err;
            ok = false;
        }
        found_add(ret, &workers[i].found, p->ask->n_examples);
        impact_done(&workers[i].found);
    }
    return ok;
}

bool impact_run(struct pg *pg, const struct impact_ask *ask, struct impact *ret,
                struct err *err)
{
    struct pass pass = {.ask = ask};
    bool ok;

    lists_pair(ask, ret);
    if (ask->list != NULL && ret->n == 0)
        return err_set(err, ERR_CONFIG, "NO_LIST", "the register has no list \"%.60s\"",
                       ask->list);
    if (!scan_begin(pg, pass.snapshot, err))
        return false;
    ok = ask->agreement != 0 || ask->progress == NULL || scan_count(pg, &pass.total, err);
    for (size_t i = 0; i < ret->n; i++)
        pass.shared = pass.shared || impact_is_shared(&ret->lists[i]);
    ok = ok && workers_run(pg, &pass, ret, err);
    impact_fold(ret, ask->n_examples);
    pg_rollback(pg);
    return ok;
}

void impact_done(struct impact *impact)
{
    free(impact->lists);
    free(impact->voices);
    *impact = (struct impact){0};
}
