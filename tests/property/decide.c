/*
 * decide - what must hold for every set of facts whatever (common/core/README.md, part
 * 6).
 *
 * Few distinct times, parties and scopes, so that ties and edges of windows happen all
 * the time. PROPERTY_SETS sets the number of sets, PROPERTY_SEED repeats a run; both are
 * printed, and with a failure the set's own seed.
 */
#include "../unit/chance.h"
#include "../unit/testbook.h"
#include "core/lists/list.h"
#include "core/decision/prune.h"

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

static uint64_t below(uint64_t n)
{
    return chance_next(&state) % n;
}

static bool chance(uint64_t percent)
{
    return below(100) < percent;
}

/* Around the edges of the windows: a week, a month, half a year, a year, two. */
static int64_t moment(void)
{
    static const int days[] = {0, 1, 7, 28, 29, 31, 181, 182, 365, 366, 730};
    int64_t us =
        testbook_time("2026-01-31T12:00:00Z") + days[below(COUNT_OF(days))] * WHEN_DAY_US;
    static const int64_t nudges[] = {0, 0, 0, 0, 1, -1, 999, 1000, -1000};
    return us + nudges[below(COUNT_OF(nudges))];
}

static const int16_t purposes[] = {1, 2, 4, 5, 6, 8, 9, 11};

static int16_t purpose(void)
{
    return purposes[below(COUNT_OF(purposes))];
}

static int16_t controller(void)
{
    static const int16_t numbers[] = {1, 1, 1, 4, 5};
    return numbers[below(COUNT_OF(numbers))];
}

static void from_source(const struct testbook *t, struct fact *f)
{
    const struct source *s = &t->sources[below(COUNT_OF(t->sources))];
    f->source = s->number;
    f->source_type = s->type;
    f->flags &= ~(uint32_t)FACT_IS_DIRECT;
    if (source_type_direct((enum source_type)s->type))
        f->flags |= FACT_IS_DIRECT;
}

/* Mostly what a good grant of one of the agreements' parties looks like. */
static void papers(const struct testbook *t, struct fact *f)
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

static struct fact make_fact(const struct testbook *t, size_t i, enum fact_kind kind)
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

static enum fact_kind any_denial(void)
{
    static const enum fact_kind kinds[] = {FACT_REFUSAL,   FACT_WITHDRAWAL, FACT_OPTOUT,
                                           FACT_OBJECTION, FACT_COMPLAINT,  FACT_PLATFORM,
                                           FACT_UNREAD};
    return kinds[below(COUNT_OF(kinds))];
}

static enum fact_kind any_kind(void)
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

static void make_book(struct testbook *t)
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
static void perfect(const struct set *s, struct fact *f)
{
    f->from_us = s->q.at_us - (int64_t)below(3) * WHEN_DAY_US;
    f->to_us = f->known_us = f->from_us;
    f->effective_us = 0;
    f->channels = f->stated = CHANNELS_ALL;
    f->flags = FACT_IS_WARRANTY | FACT_IS_NAMED | FACT_IS_EVIDENCE | FACT_IS_CONFIRMED |
               FACT_IS_VERIFIED | FACT_IS_EXPLICIT;
}

/* A reseller whose agreement lets it take back its own denials does so. */
static void add_relay(struct set *s)
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

static void make_set(struct set *s, uint64_t seed)
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

static struct decision answer(const struct set *s, const struct question *q)
{
    struct decision d;
    decide(&s->book.book, s->facts, s->n, q, &d, NULL);
    return d;
}

static bool same_words(const struct decision *a, const struct decision *b)
{
    return a->verdict == b->verdict && a->rule == b->rule && a->reason == b->reason &&
           a->obligations == b->obligations && a->n_evidence == b->n_evidence &&
           memcmp(a->evidence, b->evidence, a->n_evidence * sizeof(a->evidence[0])) == 0;
}

static bool same(const struct decision *a, const struct decision *b)
{
    return same_words(a, b) && a->since_us == b->since_us &&
           a->valid_until_us == b->valid_until_us && a->known_us == b->known_us;
}

static void show(const struct set *s, const char *what, const struct decision *before,
                 const struct decision *after)
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
static void each_set(const char *name, void (*check)(struct set *s))
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

static void shuffle(struct set *s)
{
    for (size_t i = s->n; i > 1; i--) {
        size_t j = below(i);
        struct fact swap = s->facts[i - 1];
        s->facts[i - 1] = s->facts[j];
        s->facts[j] = swap;
    }
}

/* --- the properties --- */

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

/* --- contacts that share a token ---
 *
 * The facts of a set fall to three contacts, one after the other in a random order, and a
 * list that is folded by token is told after each. */
#define MEMBERS 3

struct shared {
    struct set of[MEMBERS];
    enum list_voice voice[MEMBERS];
    enum list_status status;
};

static enum list_voice strictest(const struct shared *sh)
{
    enum list_voice voice = VOICE_SILENT;

    for (int m = 0; m < MEMBERS; m++)
        if (sh->voice[m] != VOICE_SILENT &&
            (voice == VOICE_SILENT || sh->voice[m] < voice))
            voice = sh->voice[m];
    return voice;
}

static void tell(struct shared *sh, const struct list *list, const struct question *q,
                 int m, const struct fact *f)
{
    struct set *s = &sh->of[m];
    struct standing now;

    s->facts[s->n++] = *f;
    sh->voice[m] = list_member(&s->book.book, list, CONTACT_EMAIL, s->facts, s->n,
                               q->at_us, sh->voice[m], &now);
    if (strictest(sh) != VOICE_SILENT)
        sh->status = list_of_voice(list, strictest(sh), sh->status);
}

/* Whether the list has the token on it once all is known. owner: of each fact. */
static bool play(struct set *s, const struct list *list, const int *owner,
                 const size_t *order, struct shared *sh)
{
    const enum list_status on =
        list->polarity == LIST_PERMIT ? LIST_PERMITTED : LIST_SUPPRESSED;

    for (int m = 0; m < MEMBERS; m++) {
        sh->of[m].book = s->book;
        sh->of[m].n = 0;
        sh->voice[m] = VOICE_SILENT;
    }
    sh->status = LIST_ABSENT;
    for (size_t i = 0; i < s->n; i++)
        tell(sh, list, &s->q, owner[order[i]], &s->facts[order[i]]);
    return sh->status == on;
}

static void check_shared(struct set *s)
{
    static struct shared sh;
    int owner[COUNT_OF(s->facts)];
    size_t order[COUNT_OF(s->facts)];
    struct list list = {.valid = ALWAYS_VALID,
                        .number = 1,
                        .controller = s->q.controller,
                        .purpose = chance(50) ? s->q.purpose : PURPOSE_PROMOTIONAL,
                        .channel = CHANNEL_EMAIL,
                        .polarity = chance(50) ? LIST_PERMIT : LIST_DENY};
    struct question q = s->q;
    bool yes = false, no = false, denied = false, on;

    s->book.book.known_us = WHEN_NEVER;
    for (size_t i = 0; i < s->n; i++) {
        owner[i] = (int)below(MEMBERS);
        order[i] = i;
    }
    on = play(s, &list, owner, order, &sh);
    q.purpose = list.purpose;
    q.known_us = WHEN_NEVER;
    for (int m = 0; m < MEMBERS; m++) {
        struct decision d;

        if (sh.of[m].n == 0)
            continue; /* nobody has told us of it */
        decide_any(&s->book.book, sh.of[m].facts, sh.of[m].n, &q, &d, NULL);
        yes = yes || d.verdict == VERDICT_PERMIT;
        denied = denied || d.verdict == VERDICT_DENY;
        no = no ||
             (d.verdict == VERDICT_DENY && (d.rule == RULE_P9 || d.rule == RULE_P11 ||
                                            (d.rule <= RULE_P6 && d.rule != RULE_P1)));
    }
    if (list.polarity == LIST_DENY)
        cr_assert_eq(on, denied, "set %" PRIu64 ": one is denied, or none", s->seed);
    else if (on)
        cr_assert(yes && !no, "set %" PRIu64 ": permitted over a no", s->seed);
    else
        cr_assert(!yes || strictest(&sh) == VOICE_NO,
                  "set %" PRIu64 ": nobody said no to what one permits", s->seed);

    for (size_t i = s->n; i > 1; i--) {
        size_t j = below(i), swap = order[i - 1];
        order[i - 1] = order[j];
        order[j] = swap;
    }
    cr_assert_eq(play(s, &list, owner, order, &sh), on, "set %" PRIu64 ": the order",
                 s->seed);
    if (s->n > 0) { /* one more denial, of whomever */
        const struct fact f = make_fact(&s->book, s->n, any_denial());

        tell(&sh, &list, &s->q, (int)below(MEMBERS), &f);
        if (list.polarity == LIST_PERMIT && !on)
            cr_assert_neq(sh.status, LIST_PERMITTED, "set %" PRIu64, s->seed);
        if (list.polarity == LIST_DENY && on)
            cr_assert_eq(sh.status, LIST_SUPPRESSED, "set %" PRIu64, s->seed);
    }
}

Test(decide, the_strictest_of_a_token_speaks)
{
    each_set("the_strictest_of_a_token_speaks", check_shared);
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
