/*
 * decide - decisions a second over contacts of 20 and of 10,000 facts, on one core.
 *
 *   decide [SECONDS]
 */
#include "../unit/testbook.h"
#include "core/lists/list.h"
#include "core/decision/prune.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define MANY 10000

static struct testbook book;
static struct fact facts[MANY];

/* What a long customer life leaves: mostly grants and denials of several parties. */
static void fill(size_t n)
{
    int64_t t = testbook_time("2026-01-01T00:00:00Z");
    static const enum fact_kind kinds[] = {
        FACT_GRANT,  FACT_LEAD,  FACT_GRANT, FACT_OPTOUT, FACT_GRANT,
        FACT_NOTICE, FACT_GRANT, FACT_LEAD,  FACT_GRANT,  FACT_REACHED};
    for (size_t i = 0; i < n; i++) {
        enum fact_kind kind = kinds[i % COUNT_OF(kinds)];
        const struct source *s = &book.sources[i % 3 == 0 ? 0 : 5 + i % 2];
        facts[i] = (struct fact){
            .ledger_id = (int64_t)i + 1,
            .known_us = t + (int64_t)i * 1000,
            .from_us = t + (int64_t)i * 1000,
            .to_us = t + (int64_t)i * 1000,
            .expires_us = WHEN_NEVER,
            .source = s->number,
            .agreement = s->number,
            .controller = 1,
            .purpose = kind == FACT_OPTOUT ? 2 : (int16_t)(1 + i % 4),
            .channels = CHANNEL_EMAIL,
            .stated = CHANNEL_EMAIL,
            .flags = (s->type == SOURCE_DIRECT ? FACT_IS_DIRECT : 0) | FACT_IS_WARRANTY |
                     FACT_IS_NAMED | FACT_IS_EVIDENCE,
            .kind = (uint8_t)kind,
            .source_type = s->type,
        };
    }
}

/* Of this process alone, whatever else the machine does. */
static int64_t cpu_us(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return t.tv_sec * WHEN_SECOND_US + t.tv_nsec / 1000;
}

static void measure(const char *what, size_t n, int16_t purpose, double seconds)
{
    struct question q = {1, purpose, CHANNEL_EMAIL, testbook_time("2026-01-20T00:00:00Z"),
                         WHEN_NEVER};
    struct decision d = {0};
    int64_t start_us = cpu_us(), now_us = start_us;
    uint64_t done = 0;
    while ((double)(now_us - start_us) < seconds * 1e6) {
        for (int i = 0; i < 64; i++) {
            decide_any(&book.book, facts, n, &q, &d, NULL);
            q.at_us++;
        }
        done += 64;
        now_us = cpu_us();
    }
    double rate = (double)done * 1e6 / (double)(now_us - start_us);
    printf("%-28s %6zu facts %12.0f a second %10.2f ns a fact (%s %s)\n", what, n, rate,
           1e9 / rate / (double)(n == 0 ? 1 : n), verdict_name(d.verdict),
           reason_name(d.reason));
}

int main(int argc, char **argv)
{
    double seconds = argc > 1 ? strtod(argv[1], NULL) : 1.0;
    testbook_init(&book);
    static const size_t sizes[] = {0, 5, 20, 200, MANY};
    for (size_t i = 0; i < COUNT_OF(sizes); i++) {
        fill(sizes[i]);
        measure("decide", sizes[i], 1, seconds);
        measure("decide, denied", sizes[i], 2, seconds);
        measure("list of all promotional", sizes[i], PURPOSE_PROMOTIONAL, seconds);
    }
    for (size_t i = 0; i < MANY; i++) { /* somebody plays with the forms of a web site */
        facts[i].source = 1;
        facts[i].source_type = SOURCE_DIRECT;
        facts[i].flags |= FACT_IS_DIRECT;
        facts[i].kind = i % 2 == 0 ? FACT_GRANT : FACT_OPTOUT;
    }
    measure("played with", MANY, 1, seconds);
    int64_t start_us = cpu_us();
    size_t left =
        facts_prune(&book.book, facts, MANY, testbook_time("2026-01-20T00:00:00Z"));
    printf("%d facts pruned to %zu in %lld us; then:\n", MANY, left,
           (long long)(cpu_us() - start_us));
    measure("decide", left, 1, seconds);
    measure("list of all promotional", left, PURPOSE_PROMOTIONAL, seconds);
    return 0;
}
