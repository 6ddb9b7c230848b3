/*
 * doctor.h - findings of consentctl doctor: what was looked at, how it is, what to fix.
 */
#ifndef CONSENT_CTL_DOCTOR_H
#define CONSENT_CTL_DOCTOR_H

#include "ctl.h"

#include "store/operate/doctor_store.h"
#include "store/register/register_store.h"

enum finding {
    FINDING_OK,
    FINDING_NOTE, /* worth knowing              */
    FINDING_WARN, /* fix it soon               */
    FINDING_WRONG /* something does not work: 1 */
};

struct doctor {
    struct ctl *ctl;
    struct register_snapshot *s; /* NULL until the database has given it */
    bool has_work;
    bool no_functions;       /* the database's do not run, which has been said */
    struct doctor_work work; /* what waits; loaded by doctor_flow */
    int64_t now_us;
    int64_t retention_us; /* the shortest of the feeds; 0: not known */
    struct buf json;
    size_t n, wrong, warn;
};

/* fix may be NULL or "". */
void doctor_say(struct doctor *d, enum finding level, const char *check, const char *fix,
                const char *fmt, ...) __attribute__((format(printf, 5, 6)));

/* err.code when the server cannot load what its functions are written in. */
#define DOCTOR_NO_FUNCTIONS "PG_58P01"

/* The error as a wrong finding; not what follows from no_functions. */
void doctor_err(struct doctor *d, const char *check, const char *fix,
                const struct err *err);

/* Some errors end the connection: what follows gets a new one. false: there is none,
 * which has been said, and d->s is gone with it. */
bool doctor_reconnect(struct doctor *d);

/* "5 min ago" */
const char *doctor_ago(const struct doctor *d, int64_t then_us, char ret[64]);

void doctor_database(struct doctor *d); /* loads d->s */
void doctor_health(struct doctor *d);   /* settings, slots, indexes, locks and the like */
void doctor_excess(struct doctor *d);   /* rights that no program needs, or lacks */
void doctor_flow(struct doctor *d);     /* leases, backlog, quarantine; loads d->work */
void doctor_programs(struct doctor *d); /* who is at work; requests, passwords, backup */
void doctor_budgets(struct doctor *d);  /* who brings more than was agreed? */
void doctor_deletion(struct doctor *d); /* do other systems answer orders to erase? */
void doctor_proof(struct doctor *d);    /* are the logs sealed, and without delay? */
void doctor_kafka(struct doctor *d);

/* Is every topic there, whole, and with the settings that its meaning rests upon? */
struct admin;
struct topic_info;
void doctor_topics(struct doctor *d, struct admin *admin, const struct topic_info *list,
                   size_t n);
void doctor_snapshots(struct doctor *d); /* are they there, and young? */
void doctor_ends(struct doctor *d);      /* what ends: certificates, room, backups */

/* Of feeds: how long has the oldest record waited that is not yet in? bounds as
 * positions. */
struct topic_bound;
void doctor_ages(struct doctor *d, const struct doctor_position *positions,
                 const struct topic_bound *bounds, size_t n);
void doctor_epochs(struct doctor *d); /* is the database older than its topics? */
void doctor_logs(struct doctor *d);   /* are the lists' topics what was written? */

#endif
