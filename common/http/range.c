#include "http/range.h"

#include <stddef.h>
#include <string.h>
#include <strings.h>

/* Digits; more than fit are as good as the most. False: there is none. */
static bool number(const char **at, uint64_t *ret)
{
    const char *p = *at;

    *ret = 0;
    for (; *p >= '0' && *p <= '9'; p++) {
        uint64_t digit = (uint64_t)(*p - '0');

        *ret = *ret > (UINT64_MAX - digit) / 10 ? UINT64_MAX : *ret * 10 + digit;
    }
    if (p == *at)
        return false;
    *at = p;
    return true;
}

static enum http_range last_bytes(const char *at, uint64_t bytes, uint64_t *ret_first,
                                  uint64_t *ret_count)
{
    uint64_t n;

    if (!number(&at, &n) || *at != '\0')
        return HTTP_RANGE_ALL;
    if (n == 0 || bytes == 0)
        return HTTP_RANGE_NONE;
    *ret_count = n < bytes ? n : bytes;
    *ret_first = bytes - *ret_count;
    return HTTP_RANGE_PART;
}

enum http_range http_range_parse(const char *text, uint64_t bytes, uint64_t *ret_first,
                                 uint64_t *ret_count)
{
    const char *at = text;
    uint64_t first, last;

    if (strncasecmp(at, "bytes=", 6) != 0)
        return HTTP_RANGE_ALL;
    at += 6;
    if (*at == '-')
        return last_bytes(at + 1, bytes, ret_first, ret_count);
    if (!number(&at, &first) || *at++ != '-')
        return HTTP_RANGE_ALL;
    if (*at == '\0')
        last = UINT64_MAX;
    else if (!number(&at, &last) || *at != '\0' || last < first)
        return HTTP_RANGE_ALL;
    if (first >= bytes)
        return HTTP_RANGE_NONE;
    *ret_first = first;
    *ret_count = (last < bytes - 1 ? last : bytes - 1) - first + 1;
    return HTTP_RANGE_PART;
}

bool http_tag_same(const char *text, const char *tag)
{
    size_t len = strlen(tag);

    return len > 0 && text[0] == '"' && strncmp(text + 1, tag, len) == 0 &&
           strcmp(text + 1 + len, "\"") == 0;
}

bool http_tag_listed(const char *list, const char *tag)
{
    size_t len = strlen(tag);
    const char *at = list + strspn(list, " \t,");

    if (len == 0)
        return false;
    if (*at == '*')
        return at[1 + strspn(at + 1, " \t")] == '\0';
    while (*at != '\0') {
        const char *end;

        if (strncmp(at, "W/", 2) == 0)
            at += 2;
        if (*at != '"' || (end = strchr(at + 1, '"')) == NULL)
            return false;
        if ((size_t)(end - at) - 1 == len && strncmp(at + 1, tag, len) == 0)
            return true;
        at = end + 1;
        at += strspn(at, " \t,");
    }
    return false;
}
