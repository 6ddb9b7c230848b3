/*
 * aside.h - a call that may hang, on a thread of its own, so that a loop goes on turning.
 *
 * For what has no time limit that can be trusted: looking up a name, connecting, a
 * library's good-bye. Whoever does not want to wait any longer leaves it: then it goes on
 * by itself, and cleans up after itself if it ever comes to an end.
 */
#ifndef CONSENT_BASE_ASIDE_H
#define CONSENT_BASE_ASIDE_H

#include <stdbool.h>
#include <stdint.h>

struct aside;

/* Starts work(arg). drop(arg) frees what arg is and what work made, when it was left. */
struct aside *aside_start(void (*work)(void *arg), void (*drop)(void *arg), void *arg);

/* Waits for its end, at most timeout_ms; 0 only looks. */
bool aside_wait(struct aside *a, int32_t timeout_ms);

/* After its end: arg is the caller's again. */
void aside_take(struct aside *a);

/* drop(arg) is called, now or when work has come to its end. */
void aside_leave(struct aside *a);

/* How many that were left still go on: a process that has any ends by _exit, because
 * exit() takes from under them what they use. */
int aside_left(void);

#endif
