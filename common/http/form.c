#include "http/form.h"

#include "base/hex.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#define BOUNDARY_MAX 70 /* RFC 2046, 5.1.1 */

/* --- application/x-www-form-urlencoded --- */

bool form_decode(const char *text, size_t len, bool plus, char *ret, size_t cap)
{
    size_t n = 0;

    for (size_t i = 0; i < len; i++) {
        char c = text[i];

        if (c == '+' && plus) {
            c = ' ';
        } else if (c == '%') {
            int high = len - i > 2 ? hex_value(text[i + 1]) : -1;
            int low = high >= 0 ? hex_value(text[i + 2]) : -1;

            if (low < 0)
                return false;
            c = (char)(high * 16 + low);
            i += 2;
        }
        if (c == '\0' || n + 1 >= cap)
            return false;
        ret[n++] = c;
    }
    if (cap == 0)
        return false;
    ret[n] = '\0';
    return true;
}

static bool urlencoded(const char *body, size_t len, const char *name, char *ret,
                       size_t cap)
{
    const char *at = body, *end = body + len;
    char key[128];

    while (at < end) {
        const char *amp = memchr(at, '&', (size_t)(end - at));
        const char *stop = amp != NULL ? amp : end;
        const char *eq = memchr(at, '=', (size_t)(stop - at));
        const char *key_end = eq != NULL ? eq : stop;

        if (form_decode(at, (size_t)(key_end - at), true, key, sizeof(key)) &&
            strcmp(key, name) == 0)
            return form_decode(eq != NULL ? eq + 1 : stop,
                               eq != NULL ? (size_t)(stop - eq) - 1 : 0, true, ret, cap);
        at = stop + 1;
    }
    return false;
}

/* --- parameters of header fields --- */

/* The value of a parameter, ';name=token' or ';name="quoted \" string"'. */
static bool parameter(const char *field, const char *name, char *ret, size_t cap)
{
    size_t len = strlen(name);
    const char *at = strchr(field, ';');

    while (at != NULL) {
        bool wanted, quoted;
        size_t n = 0;

        at += 1 + strspn(at + 1, " \t");
        wanted = strncasecmp(at, name, len) == 0 && at[len] == '=';
        at += strcspn(at, "=;");
        quoted = *at == '=' && at[1] == '"';
        at += quoted ? 2 : *at == '=' ? 1 : 0;
        for (; *at != '\0' && (quoted ? *at != '"' : strchr("; \t", *at) == NULL); at++) {
            if (quoted && *at == '\\' && at[1] != '\0')
                at++;
            if (wanted && n + 1 >= cap)
                return false;
            if (wanted)
                ret[n++] = *at;
        }
        if (quoted && *at != '"')
            return false;
        if (wanted) {
            ret[n] = '\0';
            return true;
        }
        at = strchr(at, ';');
    }
    return false;
}

/* --- multipart/form-data (RFC 7578) --- */

/* Where needle stands in the bytes, or NULL. */
static const char *find(const char *at, const char *end, const char *needle)
{
    return memmem(at, (size_t)(end - at), needle, strlen(needle));
}

/* Is this part the field? at: its first header line; end: the blank line behind them. */
static bool is_field(const char *at, const char *end, const char *name)
{
    char line[512], found[128];

    while (at < end) {
        const char *stop = find(at, end, "\r\n");
        size_t n = (size_t)((stop != NULL ? stop : end) - at);

        if (n < sizeof(line) && memchr(at, '\0', n) == NULL) {
            memcpy(line, at, n);
            line[n] = '\0';
            if (strncasecmp(line, "Content-Disposition:", 20) == 0)
                return parameter(line, "name", found, sizeof(found)) &&
                       strcmp(found, name) == 0;
        }
        at += n + 2;
    }
    return false;
}

static bool keep(const char *at, size_t n, char *ret, size_t cap)
{
    if (n >= cap || memchr(at, '\0', n) != NULL)
        return false;
    memcpy(ret, at, n);
    ret[n] = '\0';
    return true;
}

static bool multipart(const char *content_type, const char *body, size_t len,
                      const char *name, char *ret, size_t cap)
{
    const char *at = body, *end = body + len;
    char boundary[BOUNDARY_MAX + 1], first[BOUNDARY_MAX + 3], next[BOUNDARY_MAX + 5];

    if (!parameter(content_type, "boundary", boundary, sizeof(boundary)) ||
        boundary[0] == '\0')
        return false;
    snprintf(first, sizeof(first), "--%s", boundary);
    snprintf(next, sizeof(next), "\r\n--%s", boundary);
    /* The first delimiter begins the body, or a line of it. */
    if (len >= strlen(first) && memcmp(at, first, strlen(first)) == 0)
        at += strlen(first);
    else if ((at = find(at, end, next)) != NULL)
        at += strlen(next);
    while (at != NULL && end - at >= 2 && memcmp(at, "--", 2) != 0) {
        const char *headers = find(at, end, "\r\n");
        const char *blank = headers != NULL ? find(headers, end, "\r\n\r\n") : NULL;
        const char *stop;

        /* A part without header fields has its blank line at once. */
        if (blank == NULL || (stop = find(blank + 2, end, next)) == NULL)
            return false;
        if (is_field(headers + 2, blank, name))
            return stop >= blank + 4 &&
                   keep(blank + 4, (size_t)(stop - blank) - 4, ret, cap);
        at = stop + strlen(next);
    }
    return false;
}

static bool is_type(const char *content_type, const char *type)
{
    size_t n = strlen(type);

    return strncasecmp(content_type, type, n) == 0 &&
           (content_type[n] == '\0' || strchr("; \t", content_type[n]) != NULL);
}

bool form_value(const char *content_type, const char *body, size_t len, const char *name,
                char *ret, size_t cap)
{
    if (len == 0)
        return false;
    if (is_type(content_type, "application/x-www-form-urlencoded"))
        return urlencoded(body, len, name, ret, cap);
    if (is_type(content_type, "multipart/form-data"))
        return multipart(content_type, body, len, name, ret, cap);
    return false;
}
