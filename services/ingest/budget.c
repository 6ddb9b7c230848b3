#include "ingest.h"

#include "base/mem.h"
#include "core/event/admit.h"

/* Of a source with grants_per_day in the register only so many consents and leads of one
 * day are taken in; the others wait for a person. How many there were is what
 * source_count says, which moves with the batches and knows duplicates, and what waits
 * here to be sent: what of that was a duplicate is given back with the batch's answer.
 * All is counted again once a second: another process' last second is not seen before. */

#define IDLE_TURNS 60 /* a day of a source that nobody asked about since is forgotten */

static int32_t day_of(int64_t known_us)
{
    return (int32_t)(known_us / WHEN_DAY_US);
}

static bool spends(const struct ingest_row *r)
{
    return r->slot >= 0 && r->outcome == OUTCOME_ACCEPTED &&
           admit_spends((enum event_type)r->type);
}

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
