/*
 * tasks.h - what an event asks to go, the oldest first.
 *
 * A task that fails stays open and is set aside for a while, longer each time: those
 * behind it have a right of their own. That holds whatever it fails by, also when its
 * statement takes the connection with it. What is set aside is not kept: a keeper that
 * starts tries everything once.
 */
#ifndef CONSENT_KEEPER_TASKS_H
#define CONSENT_KEEPER_TASKS_H

#include "forget/forget.h"

struct task_aside {
    int64_t until_us; /* by the clock that never goes back */
    int64_t pause_us; /* how long it was the last time */
};

struct tasks {
    size_t n, cap;
    struct contact_key *keys; /* of those set aside */
    struct task_aside *aside; /* beside each */
};

void tasks_done(struct tasks *t);

/* Some of them. *ret_more: there are more at once. False: the connection is of no use, or
 * ERR_CONFIG; the next call goes on with the others. */
bool tasks_do(struct tasks *t, struct forget *f, struct pg *pg, bool *ret_more,
              struct err *err);

/* Counts an erasure, and says so in the log. */
void erased_tell(const struct erasure_done *done, const char *ground);

#endif
