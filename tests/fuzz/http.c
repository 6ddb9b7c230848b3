/*
 * http.c - fuzz target: forms in both encodings, and the header fields Range,
 * If-None-Match, If-Range and X-Forwarded-For.
 *
 * The input is lines: the name of a field, Content-Type, Range (for a second time as the
 * addresses that a proxy names), the list of tags; behind
 * them the body. Whatever the bytes: a value ends within its room and has no NUL in it; a
 * part of a file is not empty and lies within it; decoding makes nothing longer.
 */
#include "require.h"

#include "http/client.h"
#include "http/form.h"
#include "http/range.h"

#include <stdlib.h>
#include <string.h>

#define LINE_BYTES 256

/* The next line, without NULs, as far as there is room. */
static void take_line(const char **at, const char *end, char line[LINE_BYTES])
{
    size_t n = 0;

    for (; *at < end && **at != '\n'; (*at)++)
        if (n + 1 < LINE_BYTES && **at != '\0')
            line[n++] = **at;
    line[n] = '\0';
    if (*at < end)
        (*at)++;
}

static void fuzz_form(const char *type, const char *name, const char *body, size_t len)
{
    static const size_t caps[] = {0, 1, 2, 16, 4096};
    char *exact = malloc(len + 1); /* so that a byte too far is seen */
    bool longer = false;

    memcpy(exact, body, len);
    exact = realloc(exact, len > 0 ? len : 1);
    for (size_t i = sizeof(caps) / sizeof(caps[0]); i-- > 0;) {
        char *value = malloc(caps[i] + 1);
        bool found = form_value(type, exact, len, name, value, caps[i]);

        if (found) {
            require(memchr(value, '\0', caps[i]) != NULL, "a value ends within its room");
            require(strlen(value) <= len, "decoding makes nothing longer");
            require(i == 4 || longer, "what fits a small room fits a large one");
        }
        longer = found;
        free(value);
    }
    free(exact);
}

static void fuzz_range(const char *text)
{
    static const uint64_t sizes[] = {0, 1, 10, 65536, UINT64_C(1) << 40, UINT64_MAX};

    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        uint64_t first = 0, count = 0;

        if (http_range_parse(text, sizes[i], &first, &count) == HTTP_RANGE_PART)
            require(count > 0 && first < sizes[i] && count <= sizes[i] - first,
                    "a part lies within the whole");
    }
}

static void fuzz_client(const char *text)
{
    uint8_t at[HTTP_CLIENT_BYTES];
    struct proxies trusted, any;
    struct err err = {0};

    require(proxies_read("10.0.0.0/8 ::1", &trusted, &err), "two proxies");
    if (client_of_field(&trusted, text, at))
        require(!client_is_proxy(&trusted, at), "a client is no proxy that we trust");
    if (!proxies_read(text, &any, &err))
        require(err.code[0] != '\0', "a refusal has a code");
    else
        require(any.n <= PROXIES_MAX, "not more than there is room for");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *at = (const char *)data, *end = at + size;
    char name[LINE_BYTES], type[LINE_BYTES], range[LINE_BYTES], tags[LINE_BYTES];

    take_line(&at, end, name);
    take_line(&at, end, type);
    take_line(&at, end, range);
    take_line(&at, end, tags);
    fuzz_form(type, name, at, (size_t)(end - at));
    fuzz_range(range);
    fuzz_client(range);
    if (http_tag_same(tags, name))
        require(http_tag_listed(tags, name), "the same tag is in a list of it alone");
    return 0;
}
