/* decide - what must hold for every set of facts whatever. */
#include "core/decision/prune.h"
#include "core/lists/list.h"
#include "decide_case.h"

static void check_order(struct set *s)
{
    struct decision before = answer(s, &s->q);
    for (int i = 0; i < 3; i++) {
        shuffle(s);
        struct decision after = answer(s, &s->q);
        if (!same(&before, &after))
            show(s, "another order", &before, &after);
    }
}

Test(decide, order)
{
    each_set("order", check_order);
}

static void check_repetition(struct set *s)
{
    struct decision before = answer(s, &s->q);
    size_t n = s->n;
    for (size_t i = 0; i < n; i++) {
        if (chance(50))
            s->facts[s->n++] = s->facts[i];
    }
    shuffle(s);
    struct decision after = answer(s, &s->q);
    if (!same(&before, &after))
        show(s, "repetition", &before, &after);
}

Test(decide, repetition)
{
    each_set("repetition", check_repetition);
}

static void check_denial(struct set *s)
{
    struct decision before = answer(s, &s->q);
    s->facts[s->n] = make_fact(&s->book, s->n, any_denial());
    s->n++;
    struct decision after = answer(s, &s->q);
    if (before.verdict == VERDICT_DENY && after.verdict == VERDICT_PERMIT)
        show(s, "a denial more", &before, &after);
}

Test(decide, denial_never_permits)
{
    each_set("denial_never_permits", check_denial);
}

/* By the letter of the manual, not by the code: a direct denial covers (K, P, C) at T. A
 * letter may have been read. */
static bool directly_denied(const struct set *s)
{
    const struct purpose *p = rulebook_purpose_n(&s->book.book, s->q.purpose, s->q.at_us);
    for (size_t i = 0; p != NULL && i < s->n; i++) {
        const struct fact *f = &s->facts[i];
        bool purpose_fits =
            f->purpose == PURPOSE_ANY || f->purpose == s->q.purpose ||
            (f->purpose == PURPOSE_PROMOTIONAL && p->class == PURPOSE_CLASS_PROMOTIONAL);
        if (fact_kind_denial(f->kind) && f->kind != FACT_REFUSAL &&
            f->kind != FACT_UNREAD && (f->flags & FACT_IS_DIRECT) != 0 && purpose_fits &&
            (f->controller == s->q.controller || f->controller == CONTROLLER_ANY) &&
            (f->channels & s->q.channel) != 0 && f->known_us <= s->q.known_us &&
            (f->effective_us != 0 ? f->effective_us : f->from_us) <= s->q.at_us &&
            f->expires_us > s->q.at_us)
            return true;
    }
    return false;
}

static void check_third_party(struct set *s)
{
    const struct purpose *p = rulebook_purpose_n(&s->book.book, s->q.purpose, s->q.at_us);
    bool service = p != NULL && (p->class == PURPOSE_CLASS_TRANSACTIONAL ||
                                 p->class == PURPOSE_CLASS_ADMINISTRATIVE ||
                                 p->class == PURPOSE_CLASS_LEGAL);
    if (service || !directly_denied(s))
        return;
    struct decision before = answer(s, &s->q);
    for (int i = 0; i < 3; i++) {
        struct fact f;
        do
            f = make_fact(&s->book, s->n, FACT_GRANT);
        while ((f.flags & FACT_IS_DIRECT) != 0);
        f.controller = s->q.controller;
        f.purpose = s->q.purpose;
        if (chance(70))
            perfect(s, &f);
        s->facts[s->n++] = f;
        f.kind = FACT_LEAD;
        f.part++;
        s->facts[s->n++] = f;
    }
    struct decision after = answer(s, &s->q);
    if (before.verdict != after.verdict)
        show(s, "a third party's grant more", &before, &after);
}

Test(decide, third_party_never_helps)
{
    each_set("third_party_never_helps", check_third_party);
}

static void check_past(struct set *s)
{
    if (s->q.known_us == WHEN_NEVER)
        s->q.known_us = moment();
    struct decision before = answer(s, &s->q);
    for (int i = 0; i < 6; i++) {
        struct fact f = make_fact(&s->book, s->n, any_kind());
        f.known_us = s->q.known_us + 1 + (int64_t)below(1000);
        s->facts[s->n++] = f;
    }
    shuffle(s);
    struct decision after = answer(s, &s->q);
    if (!same(&before, &after))
        show(s, "what became known later", &before, &after);
}

Test(decide, past_never_changes)
{
    each_set("past_never_changes", check_past);
}

/* Constant from T to just before valid_until. */
static void check_until(struct set *s)
{
    struct decision first = answer(s, &s->q);
    if (first.valid_until_us <= s->q.at_us)
        show(s, "valid_until in the past", &first, &first);
    for (int i = 0; i < 20; i++) {
        struct question later = s->q;
        later.at_us = i == 0 ? first.valid_until_us - 1 : moment();
        if (i > 10)
            later.at_us = when_add_months(later.at_us, (int32_t)below(25));
        if (later.at_us < s->q.at_us || later.at_us >= first.valid_until_us)
            continue;
        struct decision then = answer(s, &later);
        if (!same_words(&first, &then) || then.valid_until_us <= later.at_us)
            show(s, "before valid_until", &first, &then);
    }
}

Test(decide, valid_until_is_honest)
{
    each_set("valid_until_is_honest", check_until);
}

static void check_trace(struct set *s)
{
    struct decision plain = answer(s, &s->q), traced;
    struct trace trace;
    decide(&s->book.book, s->facts, s->n, &s->q, &traced, &trace);
    if (!same(&plain, &traced))
        show(s, "with a trace", &plain, &traced);
    size_t decided = 0;
    cr_assert_eq(trace.n, 21);
    for (size_t i = 0; i < trace.n; i++) {
        const struct trace_step *step = &trace.step[i];
        cr_assert_eq(step->rule, i + 1, "the steps stand in the order of the gates");
        if (!step->decided)
            continue;
        decided++;
        cr_assert(step->rule == traced.rule && step->reason == traced.reason);
        cr_assert_eq(step->n_evidence, traced.n_evidence);
    }
    cr_assert_eq(decided, 1);
}

Test(decide, trace_tells_the_same)
{
    each_set("trace_tells_the_same", check_trace);
}

/* A stream is never more generous than the strictest of what it may carry. */
static void check_stream(struct set *s)
{
    struct question q = s->q;
    q.purpose = PURPOSE_PROMOTIONAL;
    struct decision stream;
    decide_any(&s->book.book, s->facts, s->n, &q, &stream, NULL);
    bool any = false;
    for (int16_t p = 1; p <= 18; p++) {
        const struct purpose *entry = &s->book.purposes[p - 1];
        if (entry->class != PURPOSE_CLASS_PROMOTIONAL)
            continue;
        q.purpose = entry->number;
        struct decision one = answer(s, &q);
        any = any || one.verdict == VERDICT_PERMIT;
        if (stream.verdict == VERDICT_PERMIT &&
            (one.rule == RULE_P9 || one.rule == RULE_P11 || one.rule <= RULE_P6) &&
            one.rule != RULE_P1)
            show(s, "a stream over a denial", &stream, &one);
        cr_assert_leq(stream.valid_until_us, one.valid_until_us);
    }
    if (stream.verdict == VERDICT_PERMIT)
        cr_assert(any, "set %" PRIu64 ": nothing in the stream is permitted", s->seed);
}

Test(decide, stream)
{
    each_set("stream", check_stream);
}

/* Many acts alike: whoever is left answers for all, at any later time. */
static void check_prune(struct set *s)
{
    size_t alike = s->n;
    for (size_t i = 0; i < alike; i++) {
        struct fact f = s->facts[below(alike)];
        int64_t length_us = f.to_us - f.from_us;
        f.from_us = moment();
        f.to_us = f.from_us + (chance(50) ? 0 : length_us);
        f.ledger_id = (int64_t)(1 + below(40));
        f.part = (uint8_t)s->n;
        s->facts[s->n++] = f;
    }
    static struct set less;
    less = *s;
    less.n = facts_prune(&less.book.book, less.facts, less.n, s->q.at_us);
    less.book.book = s->book.book; /* the same arrays */
    cr_assert_leq(less.n, s->n);
    for (int i = 0; i < 6; i++) {
        struct question q = s->q;
        q.known_us = WHEN_NEVER;
        q.purpose = i == 0 ? q.purpose : purpose();
        q.controller = i == 0 ? q.controller : controller();
        int64_t later = moment();
        q.at_us = i < 3 || later < q.at_us ? q.at_us : later;
        struct decision all = answer(s, &q), few = answer(&less, &q);
        if (!same_words(&all, &few) || few.valid_until_us < all.valid_until_us ||
            all.since_us != few.since_us)
            show(s, "pruned", &all, &few);
    }
}

Test(decide, pruning_changes_no_answer)
{
    each_set("pruning_changes_no_answer", check_prune);
}

/* --- seven events in every order --- */

static void permute(struct set *s, size_t k, const struct decision *want, int *orders)
{
    if (k == s->n) {
        struct decision d = answer(s, &s->q);
        ++*orders;
        if (!same(want, &d))
            show(s, "one of the 5,040 orders", want, &d);
        return;
    }
    for (size_t i = k; i < s->n; i++) {
        struct fact swap = s->facts[k];
        s->facts[k] = s->facts[i];
        s->facts[i] = swap;
        permute(s, k + 1, want, orders);
        swap = s->facts[k];
        s->facts[k] = s->facts[i];
        s->facts[i] = swap;
    }
}

static struct fact conflict(int64_t id, enum fact_kind kind, enum source_type type,
                            int64_t at_us)
{
    return (struct fact){.ledger_id = id,
                         .kind = (uint8_t)kind,
                         .source_type = (uint8_t)type,
                         .source = (int32_t)type,
                         .flags = (source_type_direct(type) ? FACT_IS_DIRECT : 0) |
                                  FACT_IS_WARRANTY | FACT_IS_NAMED | FACT_IS_EVIDENCE |
                                  FACT_IS_CONFIRMED,
                         .from_us = at_us,
                         .to_us = at_us,
                         .known_us = at_us,
                         .expires_us = WHEN_NEVER,
                         .controller = 1,
                         .purpose = fact_kind_denial(kind) ? PURPOSE_PROMOTIONAL : 1,
                         .channels = CHANNEL_EMAIL,
                         .stated = CHANNEL_EMAIL,
                         .agreement = 1};
}

Test(decide, all_orders_of_seven)
{
    static struct set s;
    testbook_init(&s.book);
    int64_t t = testbook_time("2026-03-01T00:00:00Z");
    s.facts[0] = conflict(1, FACT_GRANT, SOURCE_DIRECT, t);
    s.facts[1] = conflict(2, FACT_OPTOUT, SOURCE_MAILING, t);
    s.facts[2] = conflict(3, FACT_OBJECTION, SOURCE_DPO, t);
    s.facts[3] = conflict(4, FACT_GRANT, SOURCE_RESELLER, t + WHEN_DAY_US);
    s.facts[4] = conflict(5, FACT_OPTOUT, SOURCE_RESELLER, t + WHEN_DAY_US);
    s.facts[5] = conflict(6, FACT_GRANT, SOURCE_DIRECT, t + WHEN_DAY_US);
    s.facts[6] = conflict(7, FACT_REFUSAL, SOURCE_DIRECT, t);
    s.n = 7;
    s.q = (struct question){1, 1, CHANNEL_EMAIL, t + 2 * WHEN_DAY_US, WHEN_NEVER};
    struct decision want = answer(&s, &s.q);
    cr_assert_eq(want.verdict, VERDICT_DENY, "the denial of the same instant wins");
    cr_assert_eq(want.rule, RULE_P9);
    int orders = 0;
    permute(&s, 0, &want, &orders);
    cr_assert_eq(orders, 5040);
    s.facts[5].from_us = s.facts[5].to_us = t + WHEN_DAY_US + 1000;
    want = answer(&s, &s.q);
    cr_assert_eq(want.verdict, VERDICT_PERMIT, "a millisecond later the grant does");
    permute(&s, 0, &want, &orders);
    cr_assert_eq(orders, 2 * 5040);
}
