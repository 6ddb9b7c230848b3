/*
 * loose_time.h - an instant as other people's exports write it.
 *
 * Taken: seconds since 1970 with or without a fraction, milliseconds (13 digits),
 * "/Date(1400000000000)/", RFC 3339, the same with a blank for the T or without a zone
 * (then UTC), RFC 2822 ("Fri, 18 Oct 2024 18:28:14 UTC"), and a day alone, which is its
 * last instant anywhere: an opt-out of that day was still in force at its end. Not for
 * feeds, whose times are RFC 3339 alone.
 */
#ifndef CONSENT_CODEC_LOOSE_TIME_H
#define CONSENT_CODEC_LOOSE_TIME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* 9999-12-31T23:59:59.999999Z: after it no event can be. */
#define LOOSE_LATEST_US INT64_C(253402300799999999)

bool loose_time_parse(const char *s, size_t len, int64_t *ret_us);

/* Whether the day or the month stands first in 05/06/2024. */
enum loose_order { LOOSE_UNKNOWN = 0, LOOSE_DMY, LOOSE_MDY };

enum loose_read { LOOSE_NONE = 0, LOOSE_READ, LOOSE_TWO_WAYS };

/* Also days as people write them: 6.5.2024, 05/06/2024 7:08 PM, 5-6-24, 2024/05/06,
 * 20240506, May 6, 2024, 6 May 2024, 6. Mai 2024, 6 de mayo de 2024. LOOSE_TWO_WAYS: day
 * and month could change places; *ret_us is by the order given (the day first where it is
 * unknown), *ret_other_us by the other. With dots between, the day always stands first.
 */
enum loose_read loose_time_read(const char *s, size_t len, enum loose_order order,
                                int64_t *ret_us, int64_t *ret_other_us);

/* "24-05-06" and "24/05/06" with the year first: 6 May 2024. False: it cannot be. */
bool loose_time_year_first(const char *s, size_t len, int64_t *ret_us);

#endif
