/* range.h - the header fields Range and If-None-Match (RFC 9110, 13 and 14), as text. */
#ifndef CONSENT_HTTP_RANGE_H
#define CONSENT_HTTP_RANGE_H

#include <stdbool.h>
#include <stdint.h>

enum http_range {
    HTTP_RANGE_ALL,  /* none, several, or not understood: the whole is the answer */
    HTTP_RANGE_PART, /* *first and *count, at least one byte, within it */
    HTTP_RANGE_NONE, /* nothing of it: 416 */
};

/* text: "bytes=0-99", "bytes=100-", "bytes=-5". */
enum http_range http_range_parse(const char *text, uint64_t bytes, uint64_t *ret_first,
                                 uint64_t *ret_count);

/* Does the list of If-None-Match name this tag (given without quotes), or all? */
bool http_tag_listed(const char *list, const char *tag);

/* Is an If-Range this very tag? Weak ones and dates are not. */
bool http_tag_same(const char *text, const char *tag);

#endif
