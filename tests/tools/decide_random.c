/*
 * decide_random - random sets of facts, a question each, and what decide() answers, as
 * JSON lines for a model written in another language (tests/property/reference.py).
 *
 *   decide_random SEED SETS
 *
 * The first line is the rulebook. Few distinct times, parties and scopes, so that ties
 * and meetings at the edge of a window happen all the time.
 */
#include "../unit/chance.h"
#include "core/decision/decide.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct controller controllers[] = {
    {"alpha", "Alpha Limited", "GB", {WHEN_ALWAYS, WHEN_NEVER}, 1, ""},
    {"beta", "Beta SAS", "FR", {WHEN_ALWAYS, WHEN_NEVER}, 2, ""},
};

static uint64_t state;

static uint64_t below(uint64_t n)
{
    return chance_next(&state) % n;
}

static bool chance(uint64_t percent)
{
    return below(100) < percent;
}

/* Day 0 and a few moments around the edges of the windows: a week, a month, six months, a
 * year, two years. */
static int64_t moment(void)
{
    static const int32_t days[] = {0,  1,   6,   7,   8,   30,  31,
                                   32, 180, 181, 184, 365, 366, 730};
    int64_t base_us;
    int64_t us;

    when_parse("2025-01-31T12:00:00Z", 20, &base_us);
    us = base_us + days[below(sizeof(days) / sizeof(days[0]))] * WHEN_DAY_US;
    if (chance(20))
        us += (int64_t)below(3) - 1;
    return us;
}

static void agreements_make(struct agreement *a, size_t n)
{
    memset(a, 0, n * sizeof(*a));
    for (size_t i = 0; i < n; i++) {
        snprintf(a[i].id, sizeof(a[i].id), "agreement-%zu", i + 1);
        snprintf(a[i].party, sizeof(a[i].party), "party-%zu", i % 3 + 1);
        a[i].number = (int32_t)i + 1;
        a[i].valid.from_us = chance(60) ? WHEN_ALWAYS : moment();
        a[i].valid.until_us = chance(60) ? WHEN_NEVER : moment();
        a[i].terminated_us = chance(70) ? WHEN_NEVER : moment();
        a[i].breach_from_us = chance(70) ? WHEN_NEVER : moment();
        a[i].warranty = chance(80);
        a[i].warranty_survives = chance(30);
        a[i].relay_symmetric = chance(20);
    }
}

static void sources_make(struct source *s, size_t n)
{
    static const enum source_type types[] = {
        SOURCE_DIRECT,  SOURCE_MAILING,       SOURCE_DPO,      SOURCE_RESELLER,
        SOURCE_WEBHOST, SOURCE_LEAD_PROVIDER, SOURCE_PLATFORM, SOURCE_CT_LOG};

    memset(s, 0, n * sizeof(*s));
    for (size_t i = 0; i < n; i++) {
        snprintf(s[i].id, sizeof(s[i].id), "source-%zu", i + 1);
        snprintf(s[i].party, sizeof(s[i].party), "party-%zu", i % 3 + 1);
        s[i].number = (int32_t)i + 1;
        s[i].type = (uint8_t)types[i % 8];
        s[i].valid = (struct period){WHEN_ALWAYS, WHEN_NEVER};
        if (chance(10)) {
            s[i].suspended.from_us = moment();
            s[i].suspended.until_us = WHEN_NEVER;
        }
    }
}

static void fact_make(struct fact *f, const struct rulebook *rb, size_t i, bool mailbox)
{
    static const uint8_t common[] = {FACT_GRANT,     FACT_GRANT,   FACT_GRANT,
                                     FACT_OPTOUT,    FACT_REFUSAL, FACT_WITHDRAWAL,
                                     FACT_OBJECTION, FACT_LEAD,    FACT_NOTICE};
    const struct source *source = &rb->sources[below(rb->n_sources)];

    memset(f, 0, sizeof(*f));
    f->form = 1 + (int64_t)below(2); /* of unread letters, and of their readings */
    f->kind = chance(8)    ? (chance(60) ? FACT_UNREAD : FACT_READ)
              : chance(80) ? common[below(sizeof(common))]
                           : (uint8_t)(1 + below(24));
    if (mailbox && chance(75)) /* full for weeks, and now and then a message got there */
        f->kind = chance(90) ? FACT_SOFT_BOUNCE : FACT_DELIVERED;
    f->ledger_id = (int64_t)i + 1;
    f->known_us = moment();
    f->from_us = moment();
    f->to_us = f->from_us + (chance(80) ? 0 : (int64_t)below(3) * WHEN_DAY_US);
    f->expires_us = chance(80) ? WHEN_NEVER : moment();
    f->source = source->number;
    f->source_type = source->type;
    f->channels = (uint16_t)(1 + below(7));
    f->stated = chance(80) ? CHANNELS_ALL : (uint16_t)below(8);
    f->controller = (int16_t)(1 + below(2));
    f->purpose = (int16_t)(1 + below(4));
    if (source_type_direct(source->type))
        f->flags |= FACT_IS_DIRECT;
    if (fact_kind_denial(f->kind)) {
        if (chance(30))
            f->controller = CONTROLLER_ANY;
        if (chance(50))
            f->purpose = chance(80) ? PURPOSE_PROMOTIONAL : PURPOSE_ANY;
        if (chance(40)) {
            f->channels = CHANNELS_ALL;
            f->flags |= FACT_IS_WIDE;
        }
        if (chance(20))
            f->flags |= FACT_IS_ONE_CLICK;
        f->expires_us = f->kind == FACT_OPTOUT && chance(25) ? moment() : WHEN_NEVER;
    } else if (f->kind == FACT_ERASURE) {
        f->flags |= chance(40) ? FACT_IS_CONFIRMED : 0;
    } else if (f->kind == FACT_GRANT) {
        const uint32_t mostly[] = {FACT_IS_WARRANTY, FACT_IS_NAMED, FACT_IS_EVIDENCE};
        const uint32_t rarely[] = {FACT_IS_VERIFIED,      FACT_IS_CONFIRMED,
                                   FACT_IS_BUNDLED,       FACT_IS_SOLICITED_BY_US,
                                   FACT_IS_STATE_UNKNOWN, FACT_IS_EXPLICIT};

        f->agreement = (int32_t)below(rb->n_agreements + 1);
        for (size_t k = 0; k < 3; k++)
            if (chance(85))
                f->flags |= mostly[k];
        for (size_t k = 0; k < 6; k++)
            if (chance(k == 1 ? 40 : 12))
                f->flags |= rarely[k];
        if (!(f->flags & FACT_IS_CONFIRMED) && chance(10))
            f->flags |= FACT_IS_CONFIRM_PENDING;
        if (chance(40))
            f->form = 0;
        if (f->flags & FACT_IS_CONFIRMED && chance(40))
            f->flags |= FACT_IS_BY_LINK;
        if (f->flags & FACT_IS_CONFIRMED && chance(30))
            f->effective_us = f->to_us + (int64_t)below(2) * WHEN_DAY_US;
    }
}

static void instant_print(const char *name, int64_t us)
{
    printf("\"%s\":%" PRId64 ",", name, us);
}

static void rulebook_print(const struct rulebook *rb)
{
    printf("{\"agreements\":[");
    for (size_t i = 0; i < rb->n_agreements; i++) {
        const struct agreement *a = &rb->agreements[i];

        printf("%s{\"number\":%d,\"party\":\"%s\",", i ? "," : "", a->number, a->party);
        instant_print("from", a->valid.from_us);
        instant_print("until", a->valid.until_us);
        instant_print("terminated", a->terminated_us);
        instant_print("breach", a->breach_from_us);
        printf("\"warranty\":%d,\"survives\":%d,\"symmetric\":%d}", a->warranty,
               a->warranty_survives, a->relay_symmetric);
    }
    printf("],\"sources\":[");
    for (size_t i = 0; i < rb->n_sources; i++) {
        const struct source *s = &rb->sources[i];

        printf("%s{\"number\":%d,\"party\":\"%s\",", i ? "," : "", s->number, s->party);
        instant_print("suspended_from", s->suspended.from_us);
        instant_print("suspended_until", s->suspended.until_us);
        printf("\"type\":\"%s\"}", source_type_name(s->type));
    }
    printf("],\"purposes\":[");
    for (size_t i = 0; i < rb->n_purposes; i++) {
        const struct purpose *p = &rb->purposes[i];

        printf("%s{\"number\":%d,", i ? "," : "", p->number);
        instant_print("from", p->valid.from_us);
        instant_print("until", p->valid.until_us);
        printf("\"despite\":%d,", p->despite_restriction);
        printf("\"class\":\"%s\"}", purpose_class_name(p->class));
    }
    printf("]}\n");
}

static void fact_print(const struct fact *f)
{
    printf("{\"kind\":\"%s\",\"ledger\":%" PRId64 ",", fact_kind_name(f->kind),
           f->ledger_id);
    instant_print("known", f->known_us);
    instant_print("from", f->from_us);
    instant_print("to", f->to_us);
    instant_print("effective", f->effective_us);
    instant_print("expires", f->expires_us);
    instant_print("form", f->form);
    printf("\"source\":%d,\"agreement\":%d,\"controller\":%d,\"purpose\":%d,"
           "\"channels\":%u,\"stated\":%u,\"flags\":[",
           f->source, f->agreement, f->controller, f->purpose, f->channels, f->stated);
#define X(bit, id, name)                                                                 \
    if (f->flags & FACT_IS_##id)                                                         \
        printf("\"%s\",", name);
    FACT_FLAGS(X)
#undef X
    printf("\"\"]}");
}

int main(int argc, char **argv)
{
    static struct agreement agreements[6];
    static struct source sources[12];
    static struct fact facts[24];
    struct purpose purposes[] = {
        {.id = "promo",
         .valid = {WHEN_ALWAYS, WHEN_NEVER},
         .number = 1,
         .class = PURPOSE_CLASS_PROMOTIONAL},
        {.id = "news",
         .valid = {WHEN_ALWAYS, WHEN_NEVER},
         .number = 2,
         .class = PURPOSE_CLASS_PROMOTIONAL},
        {.id = "answer",
         .valid = {WHEN_ALWAYS, WHEN_NEVER},
         .number = 3,
         .class = PURPOSE_CLASS_SOLICITED},
        {.id = "sale",
         .valid = {WHEN_ALWAYS, WHEN_NEVER},
         .number = 4,
         .class = PURPOSE_CLASS_SHARING},
        {.id = "service",
         .valid = {WHEN_ALWAYS, WHEN_NEVER},
         .number = 5,
         .class = PURPOSE_CLASS_TRANSACTIONAL},
        {.id = "rights",
         .valid = {WHEN_ALWAYS, WHEN_NEVER},
         .number = 6,
         .class = PURPOSE_CLASS_LEGAL,
         .despite_restriction = true},
    };
    struct rulebook rb = {.controllers = controllers, .n_controllers = 2};
    uint64_t sets;

    if (argc != 3)
        return 2;
    state = strtoull(argv[1], NULL, 10);
    sets = strtoull(argv[2], NULL, 10);
    agreements_make(agreements, 6);
    sources_make(sources, 12);
    rb.purposes = purposes;
    rb.n_purposes = sizeof(purposes) / sizeof(purposes[0]);
    rb.sources = sources;
    rb.n_sources = 12;
    rb.agreements = agreements;
    rb.n_agreements = 6;
    rb.known_us = WHEN_NEVER;
    windows_init(&rb.windows);
    rulebook_print(&rb);
    for (uint64_t set = 0; set < sets; set++) {
        bool mailbox = chance(15);
        size_t n = mailbox ? 6 + below(12) : chance(50) ? below(5) : below(12);
        struct question q = {
            .controller = (int16_t)(1 + below(2)),
            .purpose = (int16_t)(chance(80) ? 1 + below(4) : below(8)),
            .channel = (uint16_t)(1u << below(3)),
            .at_us = moment(),
            .known_us = chance(70) ? WHEN_NEVER : moment(),
        };
        struct decision d;

        for (size_t i = 0; i < n; i++)
            fact_make(&facts[i], &rb, i, mailbox);
        decide(&rb, facts, n, &q, &d, NULL);
        printf("{\"q\":{\"controller\":%d,\"purpose\":%d,\"channel\":%u,", q.controller,
               q.purpose, q.channel);
        instant_print("known", q.known_us);
        printf("\"at\":%" PRId64 "},\"a\":{\"verdict\":\"%s\",\"rule\":\"%s\","
               "\"reason\":\"%s\"},\"facts\":[",
               q.at_us, verdict_name(d.verdict), rule_name(d.rule),
               reason_name(d.reason));
        for (size_t i = 0; i < n; i++) {
            if (i)
                putchar(',');
            fact_print(&facts[i]);
        }
        printf("]}\n");
    }
    return 0;
}
