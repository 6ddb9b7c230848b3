/*
 * loose_time.h - an instant as other people's exports write it.
 *
 * Taken: seconds since 1970 with or without a fraction, milliseconds (13 digits),
 * RFC 3339, the same with a blank for the T or without a zone (then UTC), RFC 2822
 * ("Fri, 18 Oct 2024 18:28:14 UTC"), and a day alone, which is its last instant anywhere:
 * an opt-out of that day was still in force at its end. Not for feeds, whose times are
 * RFC 3339 alone.
 */
#ifndef CONSENT_CODEC_LOOSE_TIME_H
#define CONSENT_CODEC_LOOSE_TIME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

bool loose_time_parse(const char *s, size_t len, int64_t *ret_us);

#endif
