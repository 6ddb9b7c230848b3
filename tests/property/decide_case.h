/*
 * decide_case.h - sets of facts, made by chance, and what is decided of them; for what
 * must hold for every set whatever (common/core/README.md, part 6).
 *
 * Few distinct times, parties and scopes, so that ties and edges of windows happen all
 * the time. PROPERTY_SETS sets the number of sets, PROPERTY_SEED repeats a run; both are
 * printed, and with a failure the set's own seed.
 */
#ifndef CONSENT_TESTS_DECIDE_CASE_H
#define CONSENT_TESTS_DECIDE_CASE_H

#include "../unit/chance.h"
#include "../unit/testbook.h"
#include "core/decision/decide.h"

#include <criterion/criterion.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define FACTS_MAX 24

struct set {
    struct testbook book;
    struct fact facts[2 * FACTS_MAX + 16];
    size_t n;
    struct question q;
    uint64_t seed;
};

/* --- chance --- */

static uint64_t state;

static inline uint64_t below(uint64_t n)
{
    return chance_next(&state) % n;
}

static inline bool chance(uint64_t percent)
{
    return below(100) < percent;
}

/* Around the edges of the windows: a week, a month, half a year, a year, two. */
static inline int64_t moment(void)
{
    static const int days[] = {0, 1, 7, 28, 29, 31, 181, 182, 365, 366, 730};
    int64_t us =
        testbook_time("2026-01-31T12:00:00Z") + days[below(COUNT_OF(days))] * WHEN_DAY_US;
    static const int64_t nudges[] = {0, 0, 0, 0, 1, -1, 999, 1000, -1000};
    return us + nudges[below(COUNT_OF(nudges))];
}

static const int16_t purposes[] = {1, 2, 4, 5, 6, 8, 9, 11};

static inline int16_t purpose(void)
{
    return purposes[below(COUNT_OF(purposes))];
}

static inline int16_t controller(void)
{
    static const int16_t numbers[] = {1, 1, 1, 4, 5};
    return numbers[below(COUNT_OF(numbers))];
}

static inline void from_source(const struct testbook *t, struct fact *f)
{
    const struct source *s = &t->sources[below(COUNT_OF(t->sources))];
    f->source = s->number;
    f->source_type = s->type;
    f->flags &= ~(uint32_t)FACT_IS_DIRECT;
    if (source_type_direct((enum source_type)s->type))
        f->flags |= FACT_IS_DIRECT;
}

/* Mostly what a good grant of one of the agreements' parties looks like. */
static inline void papers(const struct testbook *t, struct fact *f)
{
    f->flags |= FACT_IS_WARRANTY | FACT_IS_NAMED | FACT_IS_EVIDENCE;
    if (chance(15))
        f->flags &= ~(1U << (1 + below(3)));
    static const uint32_t rare[] = {FACT_IS_CONFIRM_PENDING, FACT_IS_BUNDLED,
                                    FACT_IS_SOLICITED_BY_US, FACT_IS_STATE_UNKNOWN,
                                    FACT_IS_SOFT_OPT_IN,     FACT_IS_INCOMPATIBLE,
                                    FACT_IS_SOFT_ELSEWHERE,  FACT_IS_VERIFIED};
    for (size_t i = 0; i < COUNT_OF(rare); i++)
        f->flags |= chance(7) ? rare[i] : 0;
    f->flags |= chance(50) ? FACT_IS_CONFIRMED : 0;
    f->flags |= chance(30) ? FACT_IS_EXPLICIT : 0;
    f->stated = chance(85) ? CHANNELS_ALL : (uint16_t)below(64);
    f->effective_us = chance(20) ? moment() : 0;
    f->expires_us = chance(20) ? moment() : WHEN_NEVER;
    const struct agreement *a = &t->agreements[below(COUNT_OF(t->agreements))];
    f->agreement = a->number;
    if (chance(60)) { /* its own party */
        for (size_t i = 0; i < COUNT_OF(t->sources); i++) {
            if (strcmp(t->sources[i].party, a->party) == 0) {
                f->source = t->sources[i].number;
                f->source_type = t->sources[i].type;
                f->flags &= ~(uint32_t)FACT_IS_DIRECT;
            }
        }
    }
}

static inline struct fact make_fact(const struct testbook *t, size_t i,
                                    enum fact_kind kind)
{
    struct fact f = {.ledger_id = (int64_t)(1 + below(40)),
                     .part = (uint8_t)i,
                     .kind = (uint8_t)kind,
                     .expires_us = WHEN_NEVER,
                     .known_us = moment(),
                     .controller = controller(),
                     .purpose = purpose(),
                     .channels = chance(80) ? CHANNEL_EMAIL : (uint16_t)(1 + below(63))};
    f.form = 1 + (int64_t)below(2); /* which letter, of unread ones and of readings */
    f.from_us = moment();
    f.to_us = chance(75) ? f.from_us : moment();
    if (f.to_us < f.from_us) {
        int64_t swap = f.to_us;
        f.to_us = f.from_us;
        f.from_us = swap;
    }
    from_source(t, &f);
    if (kind == FACT_GRANT) {
        papers(t, &f);
    } else if (kind == FACT_ERASURE) {
        f.flags |= chance(30) ? FACT_IS_CONFIRMED : 0;
    } else if (kind == FACT_SOFT_BOUNCE) {
        f.expires_us = f.to_us + 7 * WHEN_DAY_US;
    } else if (kind == FACT_BOUNCE) {
        f.expires_us = chance(70) ? f.to_us + 7 * WHEN_DAY_US : WHEN_NEVER;
    }
    if (fact_kind_denial(kind)) {
        f.purpose = chance(60)   ? PURPOSE_PROMOTIONAL
                    : chance(20) ? PURPOSE_ANY
                                 : f.purpose;
        f.effective_us = chance(10) ? moment() : 0;
        f.flags |= chance(20) ? FACT_IS_ONE_CLICK : 0;
        if (kind == FACT_OPTOUT && chance(25))
            f.expires_us = moment(); /* a pause */
    }
    if (kind != FACT_GRANT && chance(30))
        f.controller = CONTROLLER_ANY;
    return f;
}

static inline enum fact_kind any_denial(void)
{
    static const enum fact_kind kinds[] = {FACT_REFUSAL,   FACT_WITHDRAWAL, FACT_OPTOUT,
                                           FACT_OBJECTION, FACT_COMPLAINT,  FACT_PLATFORM,
                                           FACT_UNREAD};
    return kinds[below(COUNT_OF(kinds))];
}

static inline enum fact_kind any_kind(void)
{
    uint64_t dice = below(100);
    if (dice < 50)
        return FACT_GRANT;
    if (dice < 70)
        return any_denial();
    if (dice < 80)
        return chance(50) ? FACT_LEAD : FACT_NOTICE;
    if (dice < 90)
        return chance(50) ? FACT_RELATIONSHIP : FACT_REACHED;
    if (dice < 94)
        return chance(90) ? FACT_SOFT_BOUNCE : FACT_DELIVERED;
    if (chance(20))
        return FACT_READ;
    return (enum fact_kind)(1 + below(FACT_ERASURE_REFUSED));
}

static inline void make_book(struct testbook *t)
{
    testbook_init(t);
    for (size_t i = 0; i < COUNT_OF(t->agreements); i++) {
        struct agreement *a = &t->agreements[i];
        a->terminated_us = chance(10) ? moment() : WHEN_NEVER;
        a->breach_from_us = chance(10) ? moment() : WHEN_NEVER;
        a->relay_symmetric = chance(30);
        a->evidence_ledger_id = chance(20) ? 50 : 0;
    }
    for (size_t i = 0; i < COUNT_OF(t->sources); i++) {
        if (chance(5))
            t->sources[i].suspended = (struct period){moment(), moment()};
    }
    for (size_t i = 0; i < COUNT_OF(t->purposes); i++) {
        t->purposes[i].reconsent_us = chance(3) ? moment() : 0;
        if (chance(3))
            t->purposes[i].valid.from_us = moment();
    }
    t->book.windows.soft_opt_in = chance(30);
    t->book.windows.third_party_evidence = chance(80);
    if (chance(20))
        t->book.windows.direct_reconfirm = (struct when_length){.months = 12};
}

/* As good as a third party's grant can be, and fresh. */
static inline void perfect(const struct set *s, struct fact *f)
{
    f->from_us = s->q.at_us - (int64_t)below(3) * WHEN_DAY_US;
    f->to_us = f->known_us = f->from_us;
    f->effective_us = 0;
    f->channels = f->stated = CHANNELS_ALL;
    f->flags = FACT_IS_WARRANTY | FACT_IS_NAMED | FACT_IS_EVIDENCE | FACT_IS_CONFIRMED |
               FACT_IS_VERIFIED | FACT_IS_EXPLICIT;
}

/* A reseller whose agreement lets it take back its own denials does so. */
static inline void add_relay(struct set *s)
{
    const struct source *acme = &s->book.sources[5];
    struct fact f = make_fact(&s->book, s->n, FACT_GRANT);
    s->book.agreements[4].relay_symmetric = true;
    f.agreement = 5;
    f.controller = s->q.controller;
    f.purpose = s->q.purpose;
    f.source = acme->number;
    f.source_type = acme->type;
    perfect(s, &f);
    s->facts[s->n++] = f;
    f.part = (uint8_t)s->n;
    f.kind = FACT_OPTOUT;
    f.from_us = f.to_us = f.from_us - 1 - (int64_t)below(2) * WHEN_DAY_US;
    s->facts[s->n++] = f;
}

static inline void make_set(struct set *s, uint64_t seed)
{
    state = seed;
    s->seed = seed;
    make_book(&s->book);
    s->n = below(FACTS_MAX + 1);
    for (size_t i = 0; i < s->n; i++)
        s->facts[i] = make_fact(&s->book, i, any_kind());
    s->q = (struct question){.controller = controller(),
                             .purpose = chance(70) ? 1 : purpose(),
                             .channel = CHANNEL_EMAIL,
                             .at_us = moment(),
                             .known_us = chance(70) ? WHEN_NEVER : moment()};
    if (chance(20))
        add_relay(s);
}

/* --- answers --- */

static inline struct decision answer(const struct set *s, const struct question *q)
{
    struct decision d;
    decide(&s->book.book, s->facts, s->n, q, &d, NULL);
    return d;
}

static inline bool same_words(const struct decision *a, const struct decision *b)
{
    return a->verdict == b->verdict && a->rule == b->rule && a->reason == b->reason &&
           a->obligations == b->obligations && a->n_evidence == b->n_evidence &&
           memcmp(a->evidence, b->evidence, a->n_evidence * sizeof(a->evidence[0])) == 0;
}

static inline bool same(const struct decision *a, const struct decision *b)
{
    return same_words(a, b) && a->since_us == b->since_us &&
           a->valid_until_us == b->valid_until_us && a->known_us == b->known_us;
}

static inline void show(const struct set *s, const char *what,
                        const struct decision *before, const struct decision *after)
{
    cr_assert(false,
              "%s: set %" PRIu64
              " of %zu facts: %s %s %s, then %s %s %s (PROPERTY_SET=%" PRIu64
              " repeats it)",
              what, s->seed, s->n, verdict_name(before->verdict), rule_name(before->rule),
              reason_name(before->reason), verdict_name(after->verdict),
              rule_name(after->rule), reason_name(after->reason), s->seed);
}

/* Plays check over many sets; PROPERTY_SET plays one of them alone. */
static inline void each_set(const char *name, void (*check)(struct set *s))
{
    static struct set s;
    const char *one = getenv("PROPERTY_SET");
    if (one != NULL) {
        make_set(&s, strtoull(one, NULL, 10));
        check(&s);
        return;
    }
    const char *sets = getenv("PROPERTY_SETS"), *seed = getenv("PROPERTY_SEED");
    uint64_t n = sets != NULL ? strtoull(sets, NULL, 10) : 10000;
    uint64_t first =
        seed != NULL ? strtoull(seed, NULL, 10) : (uint64_t)time(NULL) * 1000003;
    fprintf(stderr, "%s: %" PRIu64 " sets, PROPERTY_SEED=%" PRIu64 "\n", name, n, first);
    for (uint64_t i = 0; i < n; i++) {
        make_set(&s, first + i * UINT64_C(0x2545f4914f6cdd1d));
        check(&s);
    }
}

static inline void shuffle(struct set *s)
{
    for (size_t i = s->n; i > 1; i--) {
        size_t j = below(i);
        struct fact swap = s->facts[i - 1];
        s->facts[i - 1] = s->facts[j];
        s->facts[j] = swap;
    }
}

#endif
