/*
 * watchdog.h - ends the process when its loop does not turn any more.
 *
 * A daemon that neither works nor dies is the worst of both: its supervisor leaves it
 * alone. One loop a process beats; a thread listens, and after limit_s without a beat
 * calls stuck, which is to log a line and end the process. A process that was stopped as
 * a whole (SIGSTOP, a frozen machine) is given a full limit again when it wakes: its loop
 * is not stuck.
 */
#ifndef CONSENT_BASE_WATCHDOG_H
#define CONSENT_BASE_WATCHDOG_H

#include "base/err.h"

#include <stdint.h>

#define WATCHDOG_STOP_S 18

/* stuck is also called, with WATCHDOG_STOP_S, so long after stop was asked: what takes
 * long to close is watched as well. */
bool watchdog_open(int64_t limit_s, void (*stuck)(int64_t limit_s), struct err *err);
void watchdog_close(void); /* harmless when not open */

void watchdog_beat(void);

/* Seconds since the last beat, for /readyz. From any thread. */
int64_t watchdog_age_s(void);

#endif
