/*
 * A multipart without a boundary, or with another one than its parts have: gateways that
 * change a header do that. What stands between the parts is looked for, and the header is
 * told of it; where there are no parts, the body is text.
 */
#include "parts.h"

#include <string.h>

#define BOUNDARY_BYTES 200

/* A field of the header, with the lines that go on: from *ret to the end that is
 * returned; NULL: it has none. */
static const char *field_find(const char *data, size_t header, const char *name,
                              const char **ret)
{
    const char *stop = data + header;
    const size_t n = strlen(name);

    for (const char *s = data; s < stop;) {
        const char *end = s;

        do {
            end = memchr(end, '\n', (size_t)(stop - end));
            end = end != NULL ? end + 1 : stop;
        } while (end < stop && (*end == ' ' || *end == '\t'));
        if ((size_t)(end - s) > n && g_ascii_strncasecmp(s, name, n) == 0) {
            *ret = s;
            return end;
        }
        s = end;
    }
    return NULL;
}

static size_t header_length(const char *data, size_t len)
{
    for (const char *s = data; s < data + len; s++) {
        s = memchr(s, '\n', (size_t)(data + len - s));
        if (s == NULL)
            return len;
        const size_t left = (size_t)(data + len - s) - 1;
        if ((left > 0 && s[1] == '\n') || (left > 1 && s[1] == '\r' && s[2] == '\n'))
            return (size_t)(s - data) + 1;
    }
    return len;
}

/* The rest of a line that begins with "--", without the blanks at its end; 0: it is none.
 */
static size_t delimiter(const char *line, const char *stop, const char **ret)
{
    const char *end;

    if (stop - line < 3 || line[0] != '-' || line[1] != '-')
        return 0;
    *ret = line + 2;
    end = memchr(line, '\n', (size_t)(stop - line));
    end = end != NULL ? end : stop;
    while (end > *ret && strchr(" \t\r", end[-1]) != NULL)
        end--;
    return (size_t)(end - *ret) <= BOUNDARY_BYTES ? (size_t)(end - *ret) : 0;
}

static bool has_delimiter(const char *body, const char *stop, const char *boundary)
{
    const size_t n = strlen(boundary);

    for (const char *s = body; s != NULL && s < stop;) {
        if ((size_t)(stop - s) >= n + 2 && s[0] == '-' && s[1] == '-' &&
            memcmp(s + 2, boundary, n) == 0)
            return true;
        s = memchr(s, '\n', (size_t)(stop - s));
        s = s != NULL ? s + 1 : NULL;
    }
    return false;
}

/* What stands above the first part: a line of "--" before a line of "Content-". */
static char *boundary_guess(const char *body, const char *stop)
{
    for (const char *s = body; s != NULL && s < stop;) {
        const char *at, *next = memchr(s, '\n', (size_t)(stop - s));
        const size_t n = delimiter(s, stop, &at);

        next = next != NULL ? next + 1 : NULL;
        if (n > 0 && next != NULL && stop - next > 8 &&
            g_ascii_strncasecmp(next, "Content-", 8) == 0 && memchr(at, '"', n) == NULL &&
            memchr(at, '\\', n) == NULL)
            return g_strndup(at, n);
        s = next;
    }
    return NULL;
}

static bool is_html(const char *body, const char *stop)
{
    char *head = g_ascii_strdown(body, (gssize)MIN(stop - body, 2048));
    const bool html = strstr(head, "<html") != NULL || strstr(head, "<body") != NULL;

    g_free(head);
    return html;
}

char *framing_fix(const char *data, size_t len, size_t *ret_len)
{
    const size_t header = header_length(data, len);
    const char *field, *stop = data + len, *body = data + header;
    const char *end = field_find(data, header, "Content-Type:", &field);
    GMimeContentType *type;
    const char *boundary;
    GString *out;
    char *value, *guess;

    if (end == NULL)
        return NULL;
    value = g_strndup(field + 13, (gsize)(end - field) - 13);
    type = g_mime_content_type_parse(NULL, g_strstrip(value));
    g_free(value);
    boundary = g_mime_content_type_get_parameter(type, "boundary");
    if (!g_mime_content_type_is_type(type, "multipart", "*") ||
        (boundary != NULL && boundary[0] != '\0' &&
         has_delimiter(body, stop, boundary))) {
        g_object_unref(type);
        return NULL;
    }
    guess = boundary_guess(body, stop);
    out = g_string_sized_new(len + BOUNDARY_BYTES + 80);
    g_string_append_len(out, data, field - data);
    if (guess != NULL) {
        g_mime_content_type_set_parameter(type, "boundary", guess);
        value = g_mime_content_type_encode(type, NULL);
        g_string_append_printf(out, "Content-Type:%s\n", g_strchomp(value));
        g_free(value);
    } else {
        g_string_append_printf(out, "Content-Type: text/%s\n",
                               is_html(body, stop) ? "html" : "plain");
    }
    g_string_append_len(out, end, stop - end);
    g_free(guess);
    g_object_unref(type);
    *ret_len = out->len;
    return g_string_free(out, FALSE);
}
