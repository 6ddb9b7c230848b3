/* doctor: do other systems answer our orders to erase? */
#include "doctor.h"

#include "store/casework/deletion_store.h"

#include <stdlib.h>

#define LATE_US (7 * WHEN_DAY_US)

void doctor_deletion(struct doctor *d)
{
    struct deletion_waiting *waiting;
    struct pg_result *r;
    struct err err;
    char ago[64];
    size_t n;

    if (d->ctl->pg == NULL)
        return;
    if (!deletion_waiting(d->ctl->pg, &waiting, &n, &r, &err)) {
        doctor_err(d, "deletion", "see PostgreSQL's log", &err);
        return;
    }
    for (size_t i = 0; i < n; i++) {
        const bool late = d->now_us - waiting[i].since_us > LATE_US;

        doctor_say(d, late ? FINDING_WARN : FINDING_NOTE, "deletion",
                   late ? "ask the system's owner, or see consentctl deletion list --json"
                        : NULL,
                   "%.60s has not answered %lld orders to erase; the oldest is from %s",
                   waiting[i].recipient, (long long)waiting[i].orders,
                   doctor_ago(d, waiting[i].since_us, ago));
    }
    free(waiting);
    pg_result_free(r);
}
