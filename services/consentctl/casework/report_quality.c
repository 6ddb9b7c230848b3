/* consentctl report quality: what each source sent, and what it was worth. */
#include "commands.h"
#include "report.h"

#include "base/mem.h"
#include "codec/casework/quality_json.h"
#include "store/casework/report_store.h"

#include <stdio.h>
#include <stdlib.h>

static bool load(struct ctl *ctl, const struct report_ask *ask, struct quality_set *ret,
                 struct err *err)
{
    return quality_load(ctl->pg, ask->since_us, ask->source, &ask->s->book, ret, err);
}

static const char *name_of(const struct report_ask *ask, int32_t source)
{
    return source == 0 ? "(no such source)" : register_source_name(ask->s, source);
}

static void source_print(const struct report_ask *ask, const struct quality *q,
                         int32_t source)
{
    const struct quality_sums sums = quality_sums(q, source);
    const struct source_quality worth = quality_worth(q, source);
    const char *reason;
    size_t at = 0;
    int64_t n;

    printf("%s: %lld events: %lld accepted, %lld duplicates, %lld quarantined, %lld "
           "refused\n",
           name_of(ask, source), (long long)sums.events,
           (long long)sums.of[OUTCOME_ACCEPTED], (long long)sums.of[OUTCOME_DUPLICATE],
           (long long)sums.of[OUTCOME_QUARANTINED], (long long)sums.of[OUTCOME_REFUSED]);
    while ((n = quality_reason(q, &at, source, &reason)) > 0)
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

static void report(const struct ctl *ctl, const struct report_ask *ask,
                   const struct quality *q)
{
    struct buf out;
    bool first = true;

    buf_init(&out, CTL_ANSWER_BYTES);
    buf_add_str(&out, "{\"sources\":[");
    for (int32_t source = -1; (source = quality_source_next(q, source)) >= 0;
         first = false) {
        if (!ctl->json) {
            source_print(ask, q, source);
            continue;
        }
        buf_add_str(&out, first ? "" : ",");
        quality_to_json(q, source, name_of(ask, source), &out);
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
    struct quality_set set = {0};
    struct err err;
    int code = CTL_DONE;

    if (report_ask_read(ctl, &ask, &err) && load(ctl, &ask, &set, &err))
        report(ctl, &ask, &set.q);
    else
        code = ctl_fail(ctl, &err);
    quality_done(&set);
    register_free(ask.s);
    return code;
}
