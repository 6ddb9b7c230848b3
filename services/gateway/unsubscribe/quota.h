/*
 * quota.h - how often one link may say something in an hour.
 *
 * A visitor with one link and a program can make thousands of events about one person in
 * a minute, each a little different; every later look-up of that person pays for them.
 * What is over the quota is refused aloud (503, try later), never dropped: what was said
 * before it has been taken and stands.
 */
#ifndef CONSENT_GATEWAY_QUOTA_H
#define CONSENT_GATEWAY_QUOTA_H

#include <stdbool.h>
#include <stdint.h>

/* Takes one of the hour's `most` for what has this digest. now_us: clock_mono_us. The
 * count is the process's; of several thousand links in an hour the least busy are
 * forgotten first. Safe from any thread. */
bool quota_take(const uint8_t digest[32], int64_t most, int64_t now_us);

#endif
