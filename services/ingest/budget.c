#include "ingest.h"

#include "core/event/admit.h"

/* Of a source with grants_per_day in the register only so many consents and leads of one
 * day are taken in; the others wait for a person. How many there were is what
 * source_count says, which moves with the batches and knows duplicates, and what waits
 * here to be sent. It is read once a second: another process' last second is not seen
 * before. */

static int32_t day_of(int64_t known_us)
{
    return (int32_t)(known_us / WHEN_DAY_US);
}

/* What waits to be sent. */
static void add_gathered(const struct ingest *in, struct ingest_budget *of)
{
    for (size_t l = 0; l < LANES; l++) {
        const struct ingest_batch *b = in->lanes[l].filling;

        for (size_t i = 0; i < b->n_rows; i++)
            of->used += b->rows[i].slot >= 0 && b->rows[i].source == of->source &&
                        b->rows[i].outcome == OUTCOME_ACCEPTED &&
                        admit_spends((enum event_type)b->rows[i].type) &&
                        day_of(b->rows[i].known_us) == of->day;
    }
}

/* The one of the earliest day makes room. */
static struct ingest_budget *room(struct ingest *in)
{
    size_t at = 0;

    if (in->n_budgets < INGEST_BUDGETS_MAX)
        return &in->budgets[in->n_budgets++];
    for (size_t i = 1; i < in->n_budgets; i++)
        if (in->budgets[i].day < in->budgets[at].day)
            at = i;
    return &in->budgets[at];
}

static struct ingest_budget *find(struct ingest *in, const struct source *source,
                                  int64_t known_us)
{
    const int32_t day = day_of(known_us);
    struct ingest_budget *b;

    for (size_t i = 0; i < in->n_budgets; i++)
        if (in->budgets[i].source == source->number && in->budgets[i].day == day)
            return &in->budgets[i];
    b = room(in);
    *b = (struct ingest_budget){.source = source->number, .day = day};
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

bool budget_refresh(struct ingest *in, struct err *err)
{
    if (in->n_budgets == 0)
        return true;
    if (!ingest_granted(in->pg, in->budgets, in->n_budgets, err))
        return false;
    for (size_t i = 0; i < in->n_budgets; i++)
        add_gathered(in, &in->budgets[i]);
    return true;
}
