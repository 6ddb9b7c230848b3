/* admit_parts.h - the parts of admit, for its files only. */
#ifndef CONSENT_CORE_ADMIT_PARTS_H
#define CONSENT_CORE_ADMIT_PARTS_H

#include "admit.h"

struct admit_work {
    const struct rulebook *rb;
    const struct admit_input *in;
    const struct event *ev;
    const struct source *source;
    enum source_type type; /* who speaks: the source's, or a weaker one that the event
                              says itself; of a denial always the source's */
    struct admission *out;
    bool restricts; /* the event says no, also when something in it is broken */
    bool overflow;  /* more facts than fit */
    struct when_span occurred;
    uint32_t flags;       /* every fact of the event carries these */
    int64_t effective_us; /* of denials; 0: from occurrence */
    bool any_controller;
    size_t n_controllers;
    int16_t controllers[EVENT_CONTROLLERS];
    const struct controller *who[EVENT_CONTROLLERS]; /* the same, as entries */
    struct fact base; /* what all facts of the event have in common */
};

/* The first fault stays. index < 0: none. */
void admit_fault(struct admit_work *w, const char *reason, const char *pointer, int index,
                 const char *tail);
bool admit_faulty(const struct admit_work *w);

/* One fact about one contact; fills in what is common. */
void admit_add(struct admit_work *w, size_t contact, const struct fact *fact);
/* The same about each contact: all channels. */
void admit_add_all(struct admit_work *w, enum fact_kind kind, int16_t controller,
                   uint32_t flags);
/* The same for each controller of the event. */
void admit_add_each(struct admit_work *w, enum fact_kind kind, uint32_t flags);
uint16_t admit_suited(const struct admit_work *w, size_t contact);

void admit_denial(struct admit_work *w);
/* A denial over purposes of a class, by number. */
void admit_deny_class(struct admit_work *w, enum fact_kind kind, enum purpose_class class,
                      bool any_controller, uint16_t channels);
void admit_deny(struct admit_work *w, enum fact_kind kind, int16_t controller,
                int16_t purpose, uint16_t channels);
/* The event's scope i, as it stands there. */
void admit_deny_scope(struct admit_work *w, enum fact_kind kind, size_t i, bool any);

void admit_offer(struct admit_work *w); /* consent.granted, lead.received */
void admit_rights(struct admit_work *w, bool entitled);
void admit_agreement(struct admit_work *w);
void admit_bounce(struct admit_work *w);
void admit_reached(struct admit_work *w); /* feedback.reached, feedback.delivered */
void admit_change(struct admit_work *w);
const struct purpose *admit_purpose(const struct admit_work *w, const char *id);

#endif
