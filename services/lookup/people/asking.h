/*
 * asking.h - calls for decisions that are answered together, and their questions.
 *
 * The queries of all calls stand one behind the other in the worker's arrays: those of a
 * call from `first` on. A call is settled once its reply is there.
 */
#ifndef CONSENT_LOOKUP_ASKING_H
#define CONSENT_LOOKUP_ASKING_H

#include "worker.h"

#define KNOWN_MOST 16 /* different K in one call: each is a register of its own */

/* Registers as known at other times than now, of one call. */
struct pasts {
    size_t n;
    struct register_snapshot *reg[KNOWN_MOST];
};

struct asking {
    struct call *call;
    struct lookup_request request;
    struct pasts pasts;
    size_t first;
    bool explain;
    bool settled;
    bool over; /* the budget does not hold for all that was asked with it */
};

/* Reads the calls' bodies into w->askings and their contacts into w->keys; those that
 * cannot be read are settled. Nothing is asked of PostgreSQL before all are sound. */
bool askings_read(struct worker *w, struct call *calls, size_t n, struct err *err);

/* Names into numbers, for all that are not settled, under w->reg; what the register does
 * not have any more is 0, and P1 says so. */
bool askings_question(struct worker *w, size_t n, struct err *err);

/* After a try; and when the reply is there. */
void pasts_done(struct pasts *p);
void askings_clear(struct worker *w, size_t n);
void askings_done(struct worker *w);

#endif
