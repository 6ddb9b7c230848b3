/* doctor: which programs are at work, and what waits for people. */
#include "doctor.h"

#include "core/casework/rights.h"
#include "store/access/webhook_store.h"
#include "store/casework/rights_store.h"
#include "store/operate/seen_store.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PASSWORD_SOON_US (7 * WHEN_DAY_US)

/* Without the first three nothing moves; the others answer people, where they are used.
 */
static bool needed(const char *program)
{
    return strcmp(program, "lookup") != 0 && strcmp(program, "gateway") != 0;
}

static void program_say(struct doctor *d, const struct seen_program *p)
{
    char at[64], fix[160];

    snprintf(fix, sizeof(fix),
             "start it (systemctl start 'consent-%s*'), or look at its log: it has not "
             "reached the database since",
             p->program);
    if (p->alive == 0 && p->last_us != WHEN_ALWAYS)
        doctor_say(d, FINDING_WRONG, p->program, fix,
                   "consent-%s is not at work: seen last at %s, %s", p->program,
                   p->instance, doctor_ago(d, p->last_us, at));
    else if (p->alive == 0)
        doctor_say(d, needed(p->program) ? FINDING_WRONG : FINDING_NOTE, p->program,
                   needed(p->program) ? "start it" : NULL,
                   "consent-%s was not seen within a day", p->program);
    else
        doctor_say(d, FINDING_OK, p->program, NULL, "%lld at work, seen last %s",
                   (long long)p->alive, doctor_ago(d, p->last_us, at));
    if (p->alive > 0 && p->silent > 0)
        doctor_say(d, FINDING_NOTE, p->program, NULL,
                   "%lld more that worked within a day are silent, %s among them",
                   (long long)p->silent, p->instance);
}

/* Two may work side by side for the time of an upgrade. */
static void versions_say(struct doctor *d, const struct seen_program *seen)
{
    const struct seen_program *first = NULL;

    for (size_t i = 0; i < SEEN_PROGRAMS; i++) {
        const struct seen_program *p = &seen[i];

        if (p->alive == 0)
            continue;
        first = first != NULL ? first : p;
        if (strcmp(p->version, p->other) == 0 && strcmp(p->version, first->version) == 0)
            continue;
        doctor_say(
            d, FINDING_WARN, "upgrade",
            "restart those of the earlier release, one after the other: "
            "deploy/OPERATIONS.md, Upgrading",
            "programs of two releases are at work: consent-%s is %s, consent-%s is %s",
            first->program, first->version, p->program,
            strcmp(p->other, first->version) == 0 ? p->version : p->other);
        return;
    }
}

static void requests_say(struct doctor *d)
{
    struct rights_request found[RIGHTS_SOURCES];
    struct rights_set set = {0};
    size_t late = 0, soon = 0;
    int64_t first_us = WHEN_NEVER;
    struct err err;

    if (!rights_load(d->ctl->pg, NULL, WHEN_NEVER, &set, &err)) {
        doctor_err(d, "rights", NULL, &err);
        return;
    }
    for (size_t at = 0; at < set.n;) {
        const size_t k = rights_next(&set, &at, found);

        for (size_t i = 0; i < k; i++) {
            if (found[i].state != RIGHTS_OPEN)
                continue;
            late += found[i].due_us <= d->now_us;
            soon += found[i].due_us > d->now_us &&
                    found[i].due_us - d->now_us <= 7 * WHEN_DAY_US;
            if (found[i].due_us < first_us)
                first_us = found[i].due_us;
        }
    }
    rights_set_done(&set);
    if (late > 0)
        doctor_say(d, FINDING_WRONG, "rights", "consentctl rights list",
                   "%zu requests of persons are overdue, the first for %lld days", late,
                   (long long)((d->now_us - first_us) / WHEN_DAY_US));
    if (soon > 0)
        doctor_say(d, FINDING_NOTE, "rights", "consentctl rights list",
                   "%zu requests of persons are due within seven days", soon);
}

static void passwords_say(struct doctor *d, const struct doctor_work *w)
{
    if (w->passwords_ending > 0)
        doctor_say(d,
                   w->password_end_us < d->now_us + PASSWORD_SOON_US ? FINDING_WRONG
                                                                     : FINDING_WARN,
                   "passwords", "ALTER ROLE ... PASSWORD '...' VALID UNTIL '...'",
                   w->password_end_us < d->now_us
                       ? "%lld roles have a password that has ended or soon will; %s's "
                         "ended %lld days ago"
                       : "%lld roles have a password that soon ends; %s's in %lld days",
                   (long long)w->passwords_ending, w->password_role,
                   (long long)(w->password_end_us < d->now_us
                                   ? d->now_us - w->password_end_us
                                   : w->password_end_us - d->now_us) /
                       WHEN_DAY_US);
}

static void archive_say(struct doctor *d, const struct doctor_work *w)
{
    char at[64], since[64];

    if (!w->archives)
        doctor_say(d, FINDING_NOTE, "backup",
                   "deploy/OPERATIONS.md has a chapter on backups",
                   "PostgreSQL archives no write-ahead log: only a whole dump can be "
                   "restored");
    else if (w->archive_failed_us > w->archived_us)
        doctor_say(d, FINDING_WRONG, "backup",
                   "PostgreSQL's log says why; see its archive_command. Meanwhile the "
                   "log's files fill the disk",
                   "archiving write-ahead log fails, the last time %s; the last file "
                   "that was archived: %s",
                   doctor_ago(d, w->archive_failed_us, at),
                   w->archived_us == WHEN_ALWAYS ? "none"
                                                 : doctor_ago(d, w->archived_us, since));
    else if (w->archived_us != WHEN_ALWAYS)
        doctor_say(d, FINDING_OK, "backup", NULL, "write-ahead log was archived %s",
                   doctor_ago(d, w->archived_us, at));
}

/* Nothing is said where there are none. */
static void webhooks_say(struct doctor *d)
{
    char at[64], fix[96 + REGISTER_ID_BYTES];
    struct webhook *all;
    struct err err;
    bool alive;
    size_t n;

    if (!webhooks_look(d->ctl->pg, &all, &n, &alive, &err)) {
        doctor_err(d, "webhooks", NULL, &err);
        return;
    }
    if (n > 0 && !alive)
        doctor_say(d, FINDING_WRONG, "webhooks", "start it, or look at its log",
                   "consent-webhook is not at work, and %zu webhooks are told nothing",
                   n);
    for (size_t i = 0; i < n; i++) {
        snprintf(fix, sizeof(fix),
                 "talk to who runs the target, then: consentctl webhook "
                 "resume %s",
                 all[i].id);
        if (all[i].parked_us != WHEN_NEVER)
            doctor_say(d, FINDING_WRONG, "webhooks", fix,
                       "%s was parked %s and is told nothing: %s", all[i].id,
                       doctor_ago(d, all[i].parked_us, at), all[i].trouble);
        else if (all[i].failing_us != WHEN_NEVER)
            doctor_say(d, FINDING_WARN, "webhooks", NULL,
                       "%s has failed %d times, the first %s: %s", all[i].id,
                       (int)all[i].attempts, doctor_ago(d, all[i].failing_us, at),
                       all[i].trouble);
        else
            doctor_say(d, FINDING_OK, "webhooks", NULL, "%s has taken %lld posts",
                       all[i].id, (long long)all[i].told);
    }
    free(all);
}

void doctor_programs(struct doctor *d)
{
    struct seen_program seen[SEEN_PROGRAMS];
    struct err err;

    if (!d->has_work)
        return;
    if (!seen_load(d->ctl->pg, seen, &err)) {
        doctor_err(d, "programs", NULL, &err);
        return;
    }
    for (size_t i = 0; i < SEEN_PROGRAMS; i++)
        program_say(d, &seen[i]);
    versions_say(d, seen);
    webhooks_say(d);
    requests_say(d);
    passwords_say(d, &d->work);
    archive_say(d, &d->work);
}
