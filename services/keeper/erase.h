/*
 * erase.h - what must go is erased: tasks that an event has opened, at once; rows of
 * retention that the register has carried out by itself, once a day; and certificates
 * that have come back through their feed are noted. What is due and does not go by itself
 * is counted, for the first page of the console, and goes when somebody there asks for
 * it.
 */
#ifndef CONSENT_KEEPER_ERASE_H
#define CONSENT_KEEPER_ERASE_H

#include "settings.h"
#include "tasks.h"

#include "forget/walk.h"
#include "store/casework/retention_ask_store.h"

/* Of so many contacts something is due by that row. */
struct eraser_due {
    int16_t controller;
    char row[REGISTER_ID_BYTES];
    int64_t contacts;
};

struct eraser {
    struct register_snapshot *s;
    int64_t version; /* of the register that s is */
    struct forget forget;
    bool usable; /* the register has a feed for certificates */
    struct tasks tasks;
    bool walking;
    struct forget_walk walk;
    int64_t next_us;
    int32_t day; /* whose run is done, or another keeper's; days since 1970 */
    struct retention_ask ask; /* what a person has asked for, while it is carried out */
    int32_t counting;         /* the day that the walk's count is kept under */
    size_t n_due;
    struct eraser_due due[ERASURE_UNITS];
};

/* Some of it. busy: others have enough to do, so the daily run, which reads every
 * contact, takes five steps a second. *ret_more: there is more at once. */
bool eraser_turn(struct eraser *e, struct pg *pg, const struct settings *settings,
                 bool busy, bool *ret_more, struct err *err);
void eraser_done(struct eraser *e);

#endif
