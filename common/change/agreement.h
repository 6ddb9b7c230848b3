/*
 * agreement.h - an agreement's end, termination or breach: what it would change, and the
 * event that says so, which goes the road of every event. It cannot be taken back.
 */
#ifndef CONSENT_CHANGE_AGREEMENT_H
#define CONSENT_CHANGE_AGREEMENT_H

#include "change/impact.h"
#include "core/event/event.h"
#include "store/register/register_store.h"

struct agreement_change {
    const char *word;     /* "ended", "terminated", "breached" */
    enum event_type type; /* of the event                      */
    const char *member;   /* of its data.agreement             */
};
extern const struct agreement_change agreement_ended, agreement_terminated,
    agreement_breached;

/* By its word; NULL: there is none such. */
const struct agreement_change *agreement_change_of(const char *word);

/* When it holds from: time_us, or (WHEN_NEVER) now, or of a breach the agreement's first
 * day. */
int64_t agreement_change_time(const struct agreement_change *change,
                              const struct agreement *a, int64_t time_us, int64_t now_us);

/* ask: what the caller wants of impact_run; which registers, the time, and the agreement
 * are filled in here. An end to come is judged on its day. */
bool agreement_impact(struct pg *pg, const struct register_snapshot *s,
                      const struct agreement *a, const struct agreement_change *change,
                      int64_t time_us, struct impact_ask *ask, struct impact *ret,
                      struct err *err);

/* The feed for such events: the source of the type contracts in force; NULL: none is. */
const struct source *agreement_feed(const struct rulebook *rb, int64_t now_us);

struct agreement_event {
    const struct agreement *agreement;
    const struct agreement_change *change;
    const char *id;
    const struct source *feed;
    int64_t at_us, now_us;
    const char *why;         /* NULL: not said */
    const char *recorded_by; /* "consentctl", "Ana Silva (token 7)" */
};
void agreement_event_write(const struct agreement_event *e, struct buf *out);

/* "in force", "terminated" ... */
const char *agreement_state(const struct agreement *a, int64_t now_us);

/* How it stands, as a JSON object. */
void agreement_to_json(const struct agreement *a, int64_t now_us, struct buf *out);

#endif
