/* provenance: what each event did to the answers, and which answers there are. */
#include "knowledge_case.h"

#include "codec/people/provenance_json.h"
#include "core/event/kept.h"
#include "core/people/provenance.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#define NOBODY 77 /* an event without facts */

static unsigned seed, first_seed;

static void begin_seeded(void)
{
    begin();
    seed = first_seed = (unsigned)time(NULL);
}

TestSuite(provenance, .init = begin_seeded);

static struct fact said(enum fact_kind kind, int64_t ledger_id, int days_ago)
{
    return fact_of(kind, ledger_id, now_us - DAY(days_ago), now_us - DAY(days_ago));
}

static struct fact agreed(int64_t ledger_id, int days_ago)
{
    return grant(ledger_id, now_us - DAY(days_ago), now_us - DAY(days_ago));
}

static struct provenance of(const struct fact *facts, size_t n,
                            const struct trace_event *events, size_t n_events)
{
    return (struct provenance){.kind = CONTACT_EMAIL,
                               .now_us = now_us,
                               .rb = &t.book,
                               .facts = facts,
                               .n_facts = n,
                               .events = events,
                               .n_events = n_events};
}

static struct trace_event event_of(int64_t ledger_id, int days_ago)
{
    return (struct trace_event){
        .ledger_id = ledger_id, .known_us = now_us - DAY(days_ago), .source = 6};
}

static bool part; /* of an answer: there is more */

Test(provenance, facts_stand_by_known_then_event_then_part)
{
    struct fact f[] = {agreed(2, 3), agreed(1, 3), agreed(3, 5), agreed(1, 3),
                       agreed(1, 3)};
    struct fact sorted[] = {agreed(1, 3), agreed(2, 3)};

    f[1].part = 1;
    f[4].part = 1;
    effect_sort(f, COUNT_OF(f));
    cr_expect_eq(f[0].ledger_id, 3);
    cr_expect_eq(f[1].ledger_id, 1);
    cr_expect_eq(f[1].part, 0);
    cr_expect_eq(f[2].part, 1);
    cr_expect_eq(f[3].part, 1);
    cr_expect_eq(f[4].ledger_id, 2);
    effect_sort(f, 1);
    effect_sort(NULL, 0);
    effect_sort(sorted, 2);
    cr_expect_eq(sorted[0].ledger_id, 1);
    cr_expect_eq(f[0].ledger_id, 3);
}

Test(provenance, source_and_agreement_of_an_event)
{
    struct fact f[] = {agreed(1, 5), said(FACT_OPTOUT, 2, 4)};
    const struct trace_event events[] = {event_of(1, 5), event_of(2, 4), event_of(0, 3),
                                         event_of(NOBODY, 2)};
    const struct provenance p = of(f, 2, events, 4);

    cr_assert_not_null(provenance_source(&p, &events[0]));
    cr_expect_str_eq(provenance_source(&p, &events[0])->id, "acme");
    cr_assert_not_null(provenance_agreement(&p, &events[0]));
    cr_expect_str_eq(provenance_agreement(&p, &events[0])->id, "ACME");
    cr_expect_null(provenance_agreement(&p, &events[1]), "it rests on none");
    cr_expect_null(provenance_agreement(&p, &events[2]), "it is in quarantine only");
    cr_expect_null(provenance_agreement(&p, &events[3]), "it has no facts");
}

Test(provenance, before_and_after_each_event)
{
    struct fact f[] = {agreed(1, 5), said(FACT_OPTOUT, 2, 4), agreed(3, 3), agreed(4, 2)};
    const struct trace_event events[] = {event_of(1, 5), event_of(2, 4), event_of(3, 3),
                                         event_of(NOBODY, 2), event_of(4, 2)};
    const struct provenance p = of(f, 4, events, 5);
    struct effect e[EFFECTS_MAX];

    f[1].source = 1; /* said to us */
    f[1].source_type = SOURCE_DIRECT;
    f[1].flags = FACT_IS_DIRECT;
    cr_assert_eq(provenance_effects(&p, &events[0], e, &part), 1);
    cr_expect_eq(e[0].before.verdict, VERDICT_DENY);
    cr_expect_eq(e[0].after.verdict, VERDICT_PERMIT);
    cr_expect(e[0].changed);
    cr_assert_eq(provenance_effects(&p, &events[1], e, &part), 1);
    cr_expect_eq(e[0].before.verdict, VERDICT_PERMIT);
    cr_expect_eq(e[0].after.reason, REASON_OPTOUT);
    cr_expect(e[0].changed);
    cr_assert_eq(provenance_effects(&p, &events[2], e, &part), 1);
    cr_expect_eq(e[0].after.verdict, VERDICT_DENY, "what others bring lifts no denial");
    cr_expect_eq(e[0].after.reason, REASON_DIRECT_OPTOUT_BEATS_THIRD_PARTY);
    cr_expect(e[0].changed, "and the answer says why");
    cr_assert_eq(provenance_effects(&p, &events[4], e, &part), 1);
    cr_expect_not(e[0].changed, "another one changes nothing more");
    cr_expect_eq(provenance_effects(&p, &events[3], e, &part), 0);
}

/* Both deny; only the reason is another. */
Test(provenance, another_reason_is_a_change)
{
    const struct fact f[] = {said(FACT_OPTOUT, 2, 4)};
    const struct trace_event events[] = {event_of(2, 4)};
    const struct provenance p = of(f, 1, events, 1);
    struct effect e[EFFECTS_MAX];

    cr_assert_eq(provenance_effects(&p, &events[0], e, &part), 1);
    cr_expect_eq(e[0].before.verdict, e[0].after.verdict);
    cr_expect(e[0].changed);
}

Test(provenance, an_unqualified_no_is_asked_of_every_controller_and_channel)
{
    struct fact wide = said(FACT_OBJECTION, 1, 4);
    const struct trace_event events[] = {event_of(1, 4), event_of(2, 3)};
    struct fact f[2];
    struct effect e[EFFECTS_MAX];

    wide.controller = CONTROLLER_ANY;
    wide.purpose = PURPOSE_ANY;
    wide.channels = CHANNELS_ALL;
    f[0] = wide;
    f[1] = said(FACT_OPTOUT, 2, 3);
    const struct provenance p = of(f, 2, events, 2);
    const uint16_t channels = contact_kind_channels(CONTACT_EMAIL);
    size_t bits = 0;

    for (uint16_t bit = 1; bit != 0 && bit <= CHANNELS_ALL; bit = (uint16_t)(bit << 1))
        bits += (channels & bit) != 0;
    cr_expect_eq(provenance_effects(&p, &events[0], e, &part),
                 bits * t.book.n_controllers);
    for (size_t i = 0; i < bits * t.book.n_controllers; i++)
        cr_expect_eq(e[i].purpose, PURPOSE_PROMOTIONAL);
    /* the second event adds its own purpose; nothing stands twice */
    cr_expect_eq(provenance_answers(&p, e, &part), bits * t.book.n_controllers + 1);
}

/* One triple of each kind differs in one thing only. */
Test(provenance, a_triple_stands_once)
{
    struct fact f[] = {agreed(1, 9), agreed(2, 8), agreed(3, 7), agreed(4, 6),
                       agreed(5, 5)};
    struct trace_event events[5];
    struct effect e[EFFECTS_MAX];

    f[1].purpose = 2;
    f[2].controller = 2;
    f[3].channels = CHANNELS_ALL; /* an address has no telephone */
    for (int i = 0; i < 5; i++)
        events[i] = event_of(i + 1, 9 - i);
    struct provenance p = of(f, 5, events, 5);
    const size_t n = provenance_answers(&p, e, &part);

    for (size_t i = 0; i < n; i++) {
        cr_expect_eq(e[i].channel & contact_kind_channels(CONTACT_EMAIL), e[i].channel);
        for (size_t k = 0; k < i; k++)
            cr_expect(e[i].controller != e[k].controller ||
                      e[i].purpose != e[k].purpose || e[i].channel != e[k].channel);
    }
    cr_expect_geq(n, 3);
    /* parts of one event that touch the same triple, and others */
    for (int i = 0; i < 5; i++) {
        f[i].ledger_id = 1;
        f[i].known_us = f[0].known_us;
    }
    p = of(f, 5, events, 1);
    cr_expect_eq(provenance_effects(&p, &events[0], e, &part), n);
    cr_expect_eq(provenance_answers(&p, e, &part), n);
}

/* Whoever reads the answers as JSON is told when they are not all. */
static void says_part(const struct provenance *p, bool part_wanted)
{
    const struct provenance_view all = {.effects = true, .data = true};
    struct buf out;

    buf_init(&out, 1024 * 1024);
    provenance_begin_json(p, &out);
    cr_expect(provenance_end_json(p, &all, &out));
    cr_expect_eq(strstr(out.data, "\"answers_part\":true") != NULL, part_wanted);
    buf_done(&out);
}

Test(provenance, more_triples_than_fit_are_left_out)
{
    struct fact f[2 * EFFECTS_MAX];
    struct trace_event events[2 * EFFECTS_MAX];
    struct effect e[EFFECTS_MAX];

    for (int i = 0; i < 2 * EFFECTS_MAX; i++) {
        f[i] = agreed(i + 1, 200 - i);
        f[i].controller = (int16_t)(1 + i);
        events[i] = event_of(i + 1, 200 - i);
    }
    struct provenance p = of(f, COUNT_OF(f), events, COUNT_OF(events));

    cr_expect_eq(provenance_answers(&p, e, &part), EFFECTS_MAX);
    cr_expect(part);
    says_part(&p, true);
    p.n_facts = 1;
    says_part(&p, false);
    p.n_facts = COUNT_OF(f);
    part = false;
    for (size_t i = 0; i < COUNT_OF(f); i++) {
        f[i].ledger_id = 1;
        f[i].known_us = f[0].known_us;
    }
    cr_expect_eq(provenance_effects(&p, &events[0], e, &part), EFFECTS_MAX);
    cr_expect(part);
}

/* --- many events about one contact --- */

#define MANY 600

static struct fact any_fact(int i)
{
    static const enum fact_kind kinds[] = {FACT_GRANT, FACT_OPTOUT, FACT_OBJECTION,
                                           FACT_WITHDRAWAL, FACT_COMPLAINT};
    const int kind = rand_r(&seed) % (int)COUNT_OF(kinds);
    const int64_t known_us = now_us - DAY(400) + (i / 3) * WHEN_SECOND_US;
    struct fact f = kind == 0
                        ? grant(i / 2 + 1, known_us - DAY(rand_r(&seed) % 3), known_us)
                        : fact_of(kinds[kind], i / 2 + 1, known_us, known_us);

    f.part = (uint8_t)(i % 2);
    f.purpose = (int16_t)(1 + rand_r(&seed) % 2);
    f.channels = rand_r(&seed) % 2 ? CHANNEL_EMAIL : CHANNELS_ALL;
    if (rand_r(&seed) % 3 == 0)
        f.flags |= FACT_IS_DIRECT;
    return f;
}

static bool same(const struct decision *a, const struct decision *b)
{
    return a->verdict == b->verdict && a->rule == b->rule && a->reason == b->reason &&
           a->n_evidence == b->n_evidence &&
           memcmp(a->evidence, b->evidence, a->n_evidence * sizeof(a->evidence[0])) == 0;
}

static void walk_over(struct effect_walk *w, const struct fact *facts, size_t n)
{
    w->room = calloc(n, sizeof(*w->room));
    w->places = calloc(n, sizeof(*w->places));
    effect_walk_begin(w, facts, n);
}

static void walk_done(struct effect_walk *w)
{
    free(w->room);
    free(w->places);
}

/* Whoever asks about all events in their order is told the same as who asks about one. */
Test(provenance, a_walk_tells_what_each_event_alone_would)
{
    static struct fact f[MANY];
    static struct trace_event events[MANY / 2];
    struct effect one[EFFECTS_MAX], other[EFFECTS_MAX];
    struct effect_walk walk;

    for (int round = 0; round < 20; round++) {
        struct provenance alone = of(f, MANY, events, MANY / 2), walked = alone;

        for (int i = 0; i < MANY; i++)
            f[i] = any_fact(i);
        for (int i = 0; i < MANY; i += 2) {
            f[i + 1].known_us = f[i].known_us; /* one event */
            events[i / 2] = (struct trace_event){
                .ledger_id = i / 2 + 1, .known_us = f[i].known_us, .source = 6};
        }
        walk_over(&walk, f, MANY);
        walked.walk = &walk;
        cr_assert_eq(provenance_answers(&alone, one, &part),
                     provenance_answers(&walked, other, &part));
        for (int i = 0; i < MANY / 2; i++) {
            const size_t n = provenance_effects(&alone, &events[i], one, &part);

            cr_assert_eq(provenance_effects(&walked, &events[i], other, &part), n);
            for (size_t k = 0; k < n; k++)
                cr_assert(same(&one[k].before, &other[k].before) &&
                              same(&one[k].after, &other[k].after) &&
                              one[k].changed == other[k].changed,
                          "event %d, seed %u", i, first_seed);
        }
        cr_assert_lt(walk.n, MANY / 2, "nothing is ever left out: %zu", walk.n);
        walk_done(&walk);
    }
}

/* A linked contact point's no counts here from when the link was known: its facts stand
 * behind what was known before that. And events may be asked about in any order. */
Test(provenance, linked_events_and_any_order)
{
    struct fact f[] = {agreed(2, 9), said(FACT_OPTOUT, 3, 8), said(FACT_OBJECTION, 1, 7),
                       agreed(4, 6)};
    struct trace_event events[] = {event_of(1, 10), event_of(2, 9), event_of(3, 8),
                                   event_of(4, 6)};
    struct effect one[EFFECTS_MAX], other[EFFECTS_MAX];
    struct effect_walk walk;
    struct provenance alone = of(f, 4, events, 4), walked = alone;

    walked.walk = &walk;
    events[0].linked = true;
    f[2].agreement = 1;
    f[2].linked = true;
    walk_over(&walk, f, 4);
    cr_expect_not_null(provenance_agreement(&alone, &events[0]));
    for (int i = 3; i >= -3; i--) {
        const struct trace_event *e = &events[i < 0 ? -i : i];
        const size_t n = provenance_effects(&alone, e, one, &part);

        cr_assert_gt(n, 0);
        cr_assert_eq(provenance_effects(&walked, e, other, &part), n);
        cr_expect(same(&one[0].before, &other[0].before));
        cr_expect(same(&one[0].after, &other[0].after));
    }
    /* linked ones whose facts are not there: behind all others, between two, one alone */
    events[0].ledger_id = 77;
    cr_expect_eq(provenance_effects(&walked, &events[0], other, &part), 0);
    f[1].ledger_id = 5;
    effect_walk_begin(&walk, f, 4);
    events[0].ledger_id = 3;
    cr_expect_eq(provenance_effects(&walked, &events[0], other, &part), 0);
    effect_walk_begin(&walk, f, 1);
    cr_expect_eq(walk.places[0].ledger_id, 2);
    walked.n_facts = 0;
    cr_expect_eq(provenance_answers(&walked, one, &part), 0);
    walk_done(&walk);
}

/* All facts of a linked event, wherever they stand, and the last ones of all. */
Test(provenance, a_linked_event_of_several_facts)
{
    struct fact f[] = {agreed(7, 9), agreed(2, 8), agreed(7, 6)};
    struct trace_event e = event_of(7, 10);
    struct effect_walk walk;
    struct provenance p = of(f, 3, &e, 1);
    size_t first;

    e.linked = true;
    walk_over(&walk, f, 3);
    p.walk = &walk;
    cr_expect_eq(provenance_facts(&p, &e, &first), 3);
    cr_expect_eq(first, 0);
    e.ledger_id = 2;
    cr_expect_eq(provenance_facts(&p, &e, &first), 2);
    cr_expect_eq(first, 1);
    walk_done(&walk);
}

Test(provenance, what_became_of_bytes_in_words)
{
    char text[KEPT_WORDS_BYTES];

    cr_expect_str_eq(kept_name(KEPT_NOT), "not kept");
    cr_expect_str_eq(kept_name(KEPT_LOCKED), "locked");
    cr_expect_str_eq(kept_words(KEPT_NOT, WHEN_ALWAYS, text), "the bytes were not kept");
    cr_expect_str_eq(kept_words(KEPT_LOCKED, WHEN_ALWAYS, text),
                     "sealed, and its key is not given here");
    cr_expect_str_eq(kept_name(KEPT_ARCHIVED), "archived");
    cr_expect_str_eq(kept_words(KEPT_ARCHIVED, WHEN_ALWAYS, text),
                     "in an archive, which is not given here");
    cr_expect_str_eq(kept_words(KEPT_FORGOTTEN, WHEN_ALWAYS, text), "forgotten");
    cr_expect_str_eq(kept_words(KEPT_FORGOTTEN, 1772446530123000, text),
                     "forgotten on 2026-03-02T10:15:30.123000Z");
}
