/* The day's budget of a source, as ingest keeps it between two looks at PostgreSQL: the
 * two functions that ask there are ours. */
#include "../../services/ingest/budget.c"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MOST 3

static struct ingest in;
static int asked;        /* questions about one source and day */
static int64_t in_there; /* what PostgreSQL says of each */
static const struct source shop = {.number = 7, .grants_per_day = MOST};

void database_granted(struct ingest *i, struct ingest_budget *b)
{
    (void)i;
    asked++;
    b->used = in_there;
}

bool ingest_granted(struct pg *pg, struct ingest_budget *budgets, size_t n,
                    struct err *err)
{
    (void)pg;
    (void)err;
    for (size_t i = 0; i < n; i++)
        budgets[i].used = in_there;
    return true;
}

static void open_empty(void)
{
    memset(&in, 0, sizeof(in));
    asked = 0;
    in_there = 0;
    for (size_t i = 0; i < LANES; i++)
        in.lanes[i].filling = &in.batches[i];
}

static void done(void)
{
    budget_done(&in);
}

TestSuite(budget, .init = open_empty, .fini = done);

static bool spent(const struct source *s, int64_t known_us)
{
    return budget_spent(&in, s, EVENT_CONSENT_GRANTED, known_us);
}

static void note(enum event_type type, enum outcome outcome)
{
    budget_note(&in, &shop, type, 0, outcome);
}

Test(budget, what_was_a_duplicate_is_given_back_with_the_answer)
{
    struct ingest_row rows[MOST + 1];
    uint8_t became[MOST] = {OUTCOME_DUPLICATE, 0, OUTCOME_QUARANTINED};
    const struct ingest_batch sent = {.rows = rows, .n_rows = MOST + 1};
    const struct ingest_done answer = {.became = became};

    for (size_t i = 0; i <= MOST; i++)
        rows[i] = (struct ingest_row){.source = shop.number,
                                      .type = EVENT_CONSENT_GRANTED,
                                      .outcome = OUTCOME_ACCEPTED};
    for (size_t i = 0; i < MOST; i++)
        note(EVENT_CONSENT_GRANTED, OUTCOME_ACCEPTED);
    cr_assert(spent(&shop, 0));
    budget_settle(&in, &sent, 1, MOST + 1, &answer); /* the first row is not of these */
    cr_assert_not(spent(&shop, 0));
    cr_assert_eq(in.budgets[0].used, MOST - 2);
}

Test(budget, only_what_was_spent_is_given_back)
{
    struct ingest_row rows[] = {
        {.source = 7, .type = EVENT_OPTOUT_RECORDED, .outcome = OUTCOME_ACCEPTED},
        {.source = 7, .type = EVENT_CONSENT_GRANTED, .outcome = OUTCOME_QUARANTINED},
        {.source = 8, .type = EVENT_CONSENT_GRANTED, .outcome = OUTCOME_ACCEPTED},
        {.source = 7,
         .type = EVENT_CONSENT_GRANTED,
         .outcome = OUTCOME_ACCEPTED,
         .known_us = WHEN_DAY_US},
        {.slot = INGEST_DROPPED,
         .source = 7,
         .type = EVENT_CONSENT_GRANTED,
         .outcome = OUTCOME_ACCEPTED},
    };
    const size_t n = sizeof(rows) / sizeof(rows[0]);
    uint8_t became[sizeof(rows) / sizeof(rows[0])];
    const struct ingest_batch sent = {.rows = rows, .n_rows = n};
    const struct ingest_done answer = {.became = became};

    memset(became, OUTCOME_DUPLICATE, sizeof(became));
    for (size_t i = 0; i < MOST; i++)
        note(EVENT_CONSENT_GRANTED, OUTCOME_ACCEPTED);
    note(EVENT_OPTOUT_RECORDED, OUTCOME_ACCEPTED);
    note(EVENT_CONSENT_GRANTED, OUTCOME_QUARANTINED);
    budget_settle(&in, &sent, 0, n, &answer);
    cr_assert_eq(in.budgets[0].used, MOST);
}

/* Nobody is asked again about what is known, however many sources have a budget. */
Test(budget, any_number_of_sources_and_days)
{
    struct err err;

    for (int turn = 0; turn < 3; turn++) {
        for (int32_t i = 0; i < 500; i++) {
            const struct source s = {.number = i, .grants_per_day = MOST};

            cr_assert_not(spent(&s, 0));
            cr_assert_not(spent(&s, WHEN_DAY_US));
        }
        cr_assert(budget_refresh(&in, &err));
    }
    cr_assert_eq(asked, 1000);
    cr_assert_eq(in.n_budgets, 1000);
}

Test(budget, a_day_that_nobody_asks_about_is_forgotten)
{
    struct err err;

    cr_assert_not(spent(&shop, 0));
    in_there = MOST;
    for (int turn = 0; turn < IDLE_TURNS; turn++) {
        cr_assert(budget_refresh(&in, &err));
        cr_assert(spent(&shop, WHEN_DAY_US)); /* this one is in use */
    }
    cr_assert_eq(in.n_budgets, 2);
    cr_assert(budget_refresh(&in, &err));
    cr_assert_eq(in.n_budgets, 1);
    cr_assert(spent(&shop, 0));
    cr_assert_eq(asked, 3);
}

/* One event of the shop, as event.c takes it into the batch that is being filled. */
static bool take(struct ingest_batch *b, const char *id)
{
    struct admission admission = {.outcome = OUTCOME_ACCEPTED, .keep = true};
    struct event event = {.type = EVENT_CONSENT_GRANTED};
    struct ingest_record r = {.source = shop.number,
                              .type = event.type,
                              .event_id = id,
                              .admission = &admission};
    bool over;

    snprintf(event.id, sizeof(event.id), "%s", id);
    r.repeated = budget_repeats(&in, &shop, &event);
    over = !r.repeated && spent(&shop, 0);
    if (over)
        admission.outcome = OUTCOME_QUARANTINED;
    if (!r.repeated)
        note(event.type, admission.outcome);
    ingest_batch_add(b, &r);
    budget_keep(&in, b);
    return !over;
}

Test(budget, the_same_in_one_batch_spends_once)
{
    struct ingest_batch *b = in.lanes[0].filling;
    const struct source other = {.number = 8, .grants_per_day = MOST};
    struct event event = {.type = EVENT_CONSENT_GRANTED, .id = "one"};
    char id[16];

    ingest_batch_init(b, 10000, 1 << 20);
    for (size_t i = 0; i < 2000; i++)
        cr_assert(take(b, i % 2 == 0 ? "one" : "two"));
    cr_assert_eq(in.budgets[0].used, 2);
    cr_assert_not(budget_repeats(&in, &other, &event), "another source's id is its own");
    cr_assert(take(b, "three"), "what is new is not held for them");
    for (size_t i = 0; i < 1000; i++) {
        snprintf(id, sizeof(id), "more-%zu", i);
        cr_assert_not(take(b, id));
    }
    cr_assert(take(b, "three"), "a duplicate is not over it either");
    cr_assert(budget_refresh(&in, NULL));
    cr_assert_eq(in.budgets[0].used, MOST, "counted again it is the same");
    ingest_batch_reset(b);
    cr_assert_not(budget_repeats(&in, &shop, &event), "its answer was read");
    in.budgets[0].used = 0;
    cr_assert(take(b, "one"));
    cr_assert_eq(in.budgets[0].used, 1);
    cr_assert(take(b, "one"));
    cr_assert_eq(in.budgets[0].used, 1);
    ingest_batch_done(b);
}
