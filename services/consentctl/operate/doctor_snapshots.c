/* doctor: the snapshots that a schedule makes: is each list's newest young enough? */
#include "doctor.h"

#include "base/mem.h"
#include "export/snapshot.h"

#include <stdlib.h>
#include <string.h>

#define SNAPSHOTS "snapshots"

struct newest {
    const struct register_snapshot *s;
    int64_t *made_us; /* by list of the register; 0: none */
};

static void take(void *arg, const struct manifest *m)
{
    struct newest *n = arg;

    for (size_t i = 0; i < n->s->n_lists; i++)
        if (strcmp(n->s->lists[i].id, m->list) == 0 && m->made_us > n->made_us[i])
            n->made_us[i] = m->made_us;
}

static void judge(struct doctor *d, const struct newest *n)
{
    const int64_t late_us = 2 * d->ctl->settings.snapshot_every_s * WHEN_SECOND_US;
    size_t good = 0;
    size_t none = 0;

    for (size_t i = 0; i < d->s->n_lists; i++) {
        const int64_t age_us = d->now_us - n->made_us[i];

        if (!period_holds(&d->s->lists[i].valid, d->now_us))
            continue;
        if (n->made_us[i] == 0)
            none++;
        else if (age_us > late_us)
            doctor_say(d, FINDING_WARN, SNAPSHOTS,
                       "look at what makes them: systemctl status consent-snapshot.timer",
                       "the newest of %s is %lld min old", d->s->lists[i].id,
                       (long long)(age_us / WHEN_MINUTE_US));
        else
            good++;
    }
    if (none > 0)
        doctor_say(d, FINDING_WARN, SNAPSHOTS, "consentctl list snapshot --all",
                   "%zu lists have none in %s", none, d->ctl->settings.snapshot_dir);
    if (good > 0)
        doctor_say(d, FINDING_OK, SNAPSHOTS, NULL, "%zu lists have a young one", good);
}

void doctor_snapshots(struct doctor *d)
{
    struct newest n = {.s = d->s};
    struct err err;

    if (d->s == NULL || d->ctl->settings.snapshot_dir[0] == '\0')
        return;
    n.made_us = mem_zalloc(d->s->n_lists + 1, sizeof(*n.made_us));
    if (snapshot_each(d->ctl->settings.snapshot_dir, take, &n, &err)) {
        judge(d, &n);
    } else {
        conf_of("snapshot_dir", &err);
        doctor_err(d, SNAPSHOTS, "make the directory, for the user that writes there",
                   &err);
    }
    free(n.made_us);
}
