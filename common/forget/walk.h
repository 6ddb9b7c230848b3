/*
 * walk.h - erasing everybody's data that is due: all contacts once, in steps.
 *
 * A step looks at a thousand contacts in three statements, and goes back only to those of
 * whom something must go; each of these is a transaction of its own, so that a walk may
 * be stopped anywhere and begun again. After a step that failed the next goes on where it
 * was. A contact that cannot be erased, or whose facts cannot be read, twice in a row, is
 * passed over alone: said, counted, and looked at again by the next walk.
 */
#ifndef CONSENT_FORGET_WALK_H
#define CONSENT_FORGET_WALK_H

#include "forget.h"

#include "store/scan.h"

struct forget_walk {
    bool dry; /* only say */
    /* Called for a contact of whom something goes; done NULL: it would. May be NULL; its
     * false ends the walk with its err. */
    bool (*each)(void *arg, const struct forget *f, const struct contact_key *key,
                 const struct erasure_done *done, struct err *err);
    /* over a contact, and why */
    void (*passed)(void *arg, const struct contact_key *key, const struct err *err);
    void *arg;
    struct scan scan;
    int part;
    size_t at;         /* in scan: who is next */
    size_t from, upto; /* in scan: facts and said are of these */
    bool alone; /* they cannot be read together: each by itself, until scan's end */
    bool tried; /* what is at that place has failed once */
    bool begun, finished;
    int64_t looked, erased, passed_over; /* contacts */
    int64_t events;
    struct fact_set facts;
    struct anchor_set said;
};

/* A zeroed walk to begin with, but for what its caller says. Some contacts more;
 * walk->finished: that was all. False: another step may follow, on a connection that
 * works. */
bool forget_walk_step(struct forget_walk *walk, struct forget *f, struct pg *pg,
                      const struct forget_wish *wish, struct err *err);
void forget_walk_done(struct forget_walk *walk);

#endif
