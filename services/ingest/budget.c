#include "ingest.h"

#include "base/mem.h"
#include "core/event/admit.h"

#include <stdlib.h>
#include <string.h>

/* Of a source with grants_per_day in the register only so many consents and leads of one
 * day are taken in; the others wait for a person. How many there were is what
 * source_count says, which moves with the batches and knows duplicates, and what waits
 * here to be sent: what of that was a duplicate is given back with the batch's answer.
 * An id that waits for its answer already is a duplicate at once and takes nothing: else
 * a batch of them would hold what is new behind them. All is counted again once a second:
 * another process' last second is not seen before. */

#define IDLE_TURNS 60 /* a day of a source that nobody asked about since is forgotten */

static int32_t day_of(int64_t known_us)
{
    return (int32_t)(known_us / WHEN_DAY_US);
}

static bool spends(const struct ingest_row *r)
{
    return r->slot >= 0 && r->outcome == OUTCOME_ACCEPTED && !r->repeated &&
           admit_spends((enum event_type)r->type);
}

/* --- ids that wait for an answer --- */

/* NULL: it is none that spends, or no more. */
static const char *id_of(const struct ingest_batch *b, size_t row)
{
    return row < b->n_rows && spends(&b->rows[row])
               ? ingest_batch_text(b, b->rows[row].event_id)
               : NULL;
}

static bool row_is(const struct ingest_batch *b, size_t row, int32_t source,
                   const char *event_id)
{
    const char *id = id_of(b, row);

    return id != NULL && b->rows[row].source == source && strcmp(id, event_id) == 0;
}

/* The place of the event's number, or the one where it belongs. */
static size_t place(const struct ingest_batch *b, const struct budget_ids *ids,
                    int32_t source, const char *event_id)
{
    uint32_t hash = 2166136261U ^ (uint32_t)source;
    size_t at;

    for (const char *c = event_id; *c != '\0'; c++)
        hash = (hash ^ (unsigned char)*c) * 16777619U;
    at = hash & (ids->cap - 1);
    while (ids->at[at] != 0 && !row_is(b, ids->at[at] - 1, source, event_id))
        at = (at + 1) & (ids->cap - 1);
    return at;
}

bool budget_repeats(const struct ingest *in, const struct source *source,
                    const struct event *event)
{
    if (source == NULL || source->grants_per_day == 0 || !admit_spends(event->type) ||
        event->id[0] == '\0')
        return false;
    for (size_t i = 0; i < LANES + 1; i++) {
        const struct budget_ids *ids = &in->budget_ids[i];

        if (ids->n > 0 &&
            ids->at[place(&in->batches[i], ids, source->number, event->id)] != 0)
            return true;
    }
    return false;
}

static void ids_grow(const struct ingest_batch *b, struct budget_ids *ids)
{
    const struct budget_ids was = *ids;

    ids->cap = was.cap > 0 ? 2 * was.cap : 256;
    ids->at = mem_zalloc(ids->cap, sizeof(*ids->at));
    for (size_t i = 0; i < was.cap; i++) {
        const size_t row = was.at[i] - (size_t)1;
        const char *id = was.at[i] != 0 ? id_of(b, row) : NULL;

        if (id != NULL)
            ids->at[place(b, ids, b->rows[row].source, id)] = was.at[i];
    }
    free(was.at);
}

void budget_keep(struct ingest *in, const struct ingest_batch *b)
{
    struct budget_ids *ids = &in->budget_ids[b - in->batches];
    const size_t row = b->n_rows - 1;
    const char *id = id_of(b, row);

    if (row <= ids->last && ids->n > 0) { /* the batch has been emptied since */
        memset(ids->at, 0, ids->cap * sizeof(*ids->at));
        ids->n = 0;
    }
    if (id == NULL)
        return;
    if (3 * ids->n >= 2 * ids->cap)
        ids_grow(b, ids);
    ids->at[place(b, ids, b->rows[row].source, id)] = (uint32_t)row + 1;
    ids->n++;
    ids->last = row;
}

void budget_done(struct ingest *in)
{
    for (size_t i = 0; i < LANES + 1; i++)
        free(in->budget_ids[i].at);
    free(in->budgets);
}

/* --- the count --- */

/* What waits to be sent. */
static void add_gathered(const struct ingest *in, struct ingest_budget *of)
{
    for (size_t l = 0; l < LANES; l++) {
        const struct ingest_batch *b = in->lanes[l].filling;

        for (size_t i = 0; i < b->n_rows; i++)
            of->used += spends(&b->rows[i]) && b->rows[i].source == of->source &&
                        day_of(b->rows[i].known_us) == of->day;
    }
}

static struct ingest_budget *look(const struct ingest *in, int32_t source,
                                  int64_t known_us)
{
    const int32_t day = day_of(known_us);

    for (size_t i = 0; i < in->n_budgets; i++)
        if (in->budgets[i].source == source && in->budgets[i].day == day)
            return &in->budgets[i];
    return NULL;
}

static struct ingest_budget *find(struct ingest *in, const struct source *source,
                                  int64_t known_us)
{
    struct ingest_budget *b = look(in, source->number, known_us);

    if (b != NULL) {
        b->idle = 0;
        return b;
    }
    if (in->n_budgets == in->cap_budgets) {
        in->cap_budgets = in->cap_budgets ? 2 * in->cap_budgets : 64;
        in->budgets = mem_resize(in->budgets, in->cap_budgets, sizeof(*in->budgets));
    }
    b = &in->budgets[in->n_budgets++];
    *b = (struct ingest_budget){.source = source->number, .day = day_of(known_us)};
    database_granted(in, b);
    add_gathered(in, b);
    return b;
}

bool budget_spent(struct ingest *in, const struct source *source, enum event_type type,
                  int64_t known_us)
{
    return source != NULL && source->grants_per_day > 0 && admit_spends(type) &&
           find(in, source, known_us)->used >= source->grants_per_day;
}

void budget_note(struct ingest *in, const struct source *source, enum event_type type,
                 int64_t known_us, enum outcome outcome)
{
    if (source != NULL && source->grants_per_day > 0 && admit_spends(type) &&
        outcome == OUTCOME_ACCEPTED)
        find(in, source, known_us)->used++;
}

void budget_settle(struct ingest *in, const struct ingest_batch *b, size_t from,
                   size_t to, const struct ingest_done *done)
{
    for (size_t i = from; i < to && in->n_budgets > 0; i++) {
        struct ingest_budget *of;

        if (done->became[i - from] == 0 || !spends(&b->rows[i]))
            continue;
        of = look(in, b->rows[i].source, b->rows[i].known_us);
        if (of != NULL && of->used > 0)
            of->used--;
    }
}

static void forget_idle(struct ingest *in)
{
    size_t kept = 0;

    for (size_t i = 0; i < in->n_budgets; i++)
        if (in->budgets[i].idle++ < IDLE_TURNS)
            in->budgets[kept++] = in->budgets[i];
    in->n_budgets = kept;
}

bool budget_refresh(struct ingest *in, struct err *err)
{
    forget_idle(in);
    if (in->n_budgets == 0)
        return true;
    if (!ingest_granted(in->pg, in->budgets, in->n_budgets, err))
        return false;
    for (size_t i = 0; i < in->n_budgets; i++)
        add_gathered(in, &in->budgets[i]);
    return true;
}
