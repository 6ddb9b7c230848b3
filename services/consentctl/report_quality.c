/* consentctl report quality: what each source sent, and what it was worth. */
#include "commands.h"
#include "report.h"

#include "base/mem.h"
#include "codec/put.h"
#include "store/report_store.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* One source's sums; reasons stay with the outcomes they came in. */
struct sums {
    int64_t events, of[OUTCOME_REFUSED + 1], late, minors;
};

static size_t promotional_find(const struct rulebook *rb, int16_t *ret)
{
    size_t n = 0;

    for (size_t i = 0; i < rb->n_purposes; i++)
        if (rb->purposes[i].class == PURPOSE_CLASS_PROMOTIONAL)
            ret[n++] = rb->purposes[i].number;
    return n;
}

static bool load(struct ctl *ctl, const struct report_ask *ask, struct quality *ret,
                 struct err *err)
{
    int16_t *promotional = mem_zalloc(ask->s->book.n_purposes + 1, sizeof(*promotional));
    const size_t n = promotional_find(&ask->s->book, promotional);
    const bool ok =
        quality_load(ctl->pg, ask->since_us, ask->source, promotional, n, ret, err);
    free(promotional);
    return ok;
}

static struct sums sums_of(const struct quality *q, int32_t source)
{
    struct sums sums = {0};

    for (size_t i = 0; i < q->n_outcomes; i++) {
        const struct source_outcome *o = &q->outcomes[i];

        if (o->source != source)
            continue;
        sums.events += o->n;
        if (o->outcome <= OUTCOME_REFUSED)
            sums.of[o->outcome] += o->n;
        if (o->late)
            sums.late += o->n;
        if (o->outcome == OUTCOME_REFUSED && strcmp(o->reason, "UNDER_16") == 0)
            sums.minors += o->n;
    }
    return sums;
}

static struct source_quality worth_of(const struct quality *q, int32_t source)
{
    for (size_t i = 0; i < q->n_sources; i++)
        if (q->sources[i].source == source)
            return q->sources[i];
    return (struct source_quality){.source = source};
}

/* The reasons of quarantine, late or not, each once: neighbours but for that. */
static int64_t reason_sum(const struct quality *q, size_t *at, int32_t source,
                          const char **ret_reason)
{
    int64_t n = 0;

    while (*at < q->n_outcomes && (q->outcomes[*at].source != source ||
                                   q->outcomes[*at].outcome != OUTCOME_QUARANTINED))
        (*at)++;
    if (*at == q->n_outcomes)
        return 0;
    *ret_reason = q->outcomes[*at].reason;
    while (*at < q->n_outcomes && q->outcomes[*at].source == source &&
           q->outcomes[*at].outcome == OUTCOME_QUARANTINED &&
           strcmp(q->outcomes[*at].reason, *ret_reason) == 0)
        n += q->outcomes[(*at)++].n;
    return n;
}

static const char *name_of(const struct report_ask *ask, int32_t source)
{
    return source == 0 ? "(no such source)" : register_source_name(ask->s, source);
}

static void source_print(const struct report_ask *ask, const struct quality *q,
                         int32_t source)
{
    const struct sums sums = sums_of(q, source);
    const struct source_quality worth = worth_of(q, source);
    const char *reason;
    size_t at = 0;
    int64_t n;

    printf("%s: %lld events: %lld accepted, %lld duplicates, %lld quarantined, %lld "
           "refused\n",
           name_of(ask, source), (long long)sums.events,
           (long long)sums.of[OUTCOME_ACCEPTED], (long long)sums.of[OUTCOME_DUPLICATE],
           (long long)sums.of[OUTCOME_QUARANTINED], (long long)sums.of[OUTCOME_REFUSED]);
    while ((n = reason_sum(q, &at, source, &reason)) > 0)
        printf("    quarantined as %s: %lld\n", reason, (long long)n);
    printf("    late: %lld, of minors: %lld\n", (long long)sums.late,
           (long long)sums.minors);
    printf("    grants: %lld, without a warranty: %lld, of contacts that had said no: "
           "%lld\n",
           (long long)worth.grants, (long long)worth.unwarranted,
           (long long)worth.suppressed);
    printf("    contacts handed over: %lld, of whom complained afterwards: %lld\n",
           (long long)worth.contacts, (long long)worth.complained);
}

static void source_json(const struct report_ask *ask, const struct quality *q,
                        int32_t source, struct buf *out)
{
    const struct sums sums = sums_of(q, source);
    const struct source_quality worth = worth_of(q, source);
    const struct {
        const char *name;
        int64_t n;
    } numbers[] = {
        {",events", sums.events},
        {",accepted", sums.of[OUTCOME_ACCEPTED]},
        {",duplicates", sums.of[OUTCOME_DUPLICATE]},
        {",quarantined", sums.of[OUTCOME_QUARANTINED]},
        {",refused", sums.of[OUTCOME_REFUSED]},
        {",late", sums.late},
        {",minors", sums.minors},
        {",grants", worth.grants},
        {",grants_without_warranty", worth.unwarranted},
        {",grants_already_suppressed", worth.suppressed},
        {",contacts", worth.contacts},
        {",contacts_complained", worth.complained},
    };
    const char *reason;
    size_t at = 0;
    bool first = true;
    int64_t n;

    buf_add_str(out, "{");
    put_name(out, "source");
    put_text(out, name_of(ask, source));
    for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
        put_name(out, numbers[i].name);
        put_int(out, numbers[i].n);
    }
    put_name(out, ",quarantined_as");
    buf_add_str(out, "{");
    for (; (n = reason_sum(q, &at, source, &reason)) > 0; first = false) {
        buf_add_str(out, first ? "" : ",");
        put_text(out, reason);
        buf_add_str(out, ":");
        put_int(out, n);
    }
    buf_add_str(out, "}}");
}

/* Both parts are sorted by source: the smallest above the last; -1: no more. */
static int32_t source_next(const struct quality *q, int32_t last)
{
    int32_t next = -1;

    for (size_t i = 0; i < q->n_outcomes; i++)
        if (q->outcomes[i].source > last && (next < 0 || q->outcomes[i].source < next))
            next = q->outcomes[i].source;
    for (size_t i = 0; i < q->n_sources; i++)
        if (q->sources[i].source > last && (next < 0 || q->sources[i].source < next))
            next = q->sources[i].source;
    return next;
}

static void report(const struct ctl *ctl, const struct report_ask *ask,
                   const struct quality *q)
{
    struct buf out;
    bool first = true;

    buf_init(&out, CTL_ANSWER_BYTES);
    buf_add_str(&out, "{\"sources\":[");
    for (int32_t source = -1; (source = source_next(q, source)) >= 0; first = false) {
        if (!ctl->json) {
            source_print(ask, q, source);
            continue;
        }
        buf_add_str(&out, first ? "" : ",");
        source_json(ask, q, source, &out);
    }
    buf_add_str(&out, "]}");
    if (ctl->json)
        ctl_say(&out);
    else if (first)
        puts("no source has sent anything");
    buf_done(&out);
}

int report_quality_run(struct ctl *ctl)
{
    struct report_ask ask = {0};
    struct quality q = {0};
    struct err err;
    int code = CTL_DONE;

    if (report_ask_read(ctl, &ask, &err) && load(ctl, &ask, &q, &err))
        report(ctl, &ask, &q);
    else
        code = ctl_fail(ctl, &err);
    quality_done(&q);
    register_free(ask.s);
    return code;
}
