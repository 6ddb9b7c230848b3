/* doctor: who brings more consents and leads than was agreed, and what waits of them? */
#include "doctor.h"

#include "store/casework/waiting_store.h"

#include <stdio.h>
#include <stdlib.h>

static void over_say(struct doctor *d, const struct waiting_budget *b, const char *source,
                     int64_t most)
{
    char fix[256], ago[64];

    snprintf(fix, sizeof(fix),
             "ask them: is it right? then %sconsentctl quarantine replay --all --reason "
             "OVER_BUDGET --source %.60s; if not, discard instead of replay",
             most > 0 ? "raise grants_per_day, and " : "", source);
    doctor_say(d, FINDING_WARN, "budgets", fix,
               "%.60s: %lld consents and leads over its grants_per_day wait for a "
               "person, the first came %s",
               source, (long long)b->held, doctor_ago(d, b->oldest_us, ago));
}

/* What is held is said of any source, also of one that has no budget any more. */
static size_t budget_say(struct doctor *d, const struct waiting_budget *b)
{
    const struct source *s = rulebook_source_at(&d->s->book, b->source, d->now_us);
    const int64_t most = s != NULL ? s->grants_per_day : 0;
    const char *name = register_source_name(d->s, b->source);

    if (!waiting_budget_tells(b, most))
        return 0;
    if (b->held > 0)
        over_say(d, b, name, most);
    if (waiting_budget_near(b, most))
        doctor_say(d, b->used >= most ? FINDING_WARN : FINDING_NOTE, "budgets",
                   "ask them what they plan; grants_per_day stands in the register",
                   "%.60s has brought %lld of the %lld consents and leads of today%s",
                   name, (long long)b->used, (long long)most,
                   b->used >= most ? ": what comes now waits for a person" : "");
    return 1;
}

void doctor_budgets(struct doctor *d)
{
    struct waiting_budget *budgets;
    size_t n, said = 0;
    struct err err;

    if (d->s == NULL || d->ctl->pg == NULL)
        return;
    if (!waiting_budgets(d->ctl->pg, &budgets, &n, &err)) {
        doctor_err(d, "budgets", "see PostgreSQL's log", &err);
        return;
    }
    for (size_t i = 0; i < n; i++)
        said += budget_say(d, &budgets[i]);
    if (said == 0)
        doctor_say(d, FINDING_OK, "budgets", NULL,
                   "no source is near its grants_per_day, and nothing waits over one");
    free(budgets);
}
