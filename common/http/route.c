/* Which route a path means, and what the query asks of it. */
#include "http/exchange.h"
#include "http/form.h"

#include "base/hex.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

/* Does the path fit the pattern? A "{...}" stands for one whole segment, decoded into
 * name: "%2F" is no slash of the path. */
static bool path_fits(const char *pattern, const char *path,
                      char name[HTTP_PATH_NAME_BYTES])
{
    const char *open = strchr(pattern, '{');
    const char *rest;
    size_t before, segment;

    if (open == NULL)
        return strcmp(pattern, path) == 0;
    before = (size_t)(open - pattern);
    rest = strchr(open, '}') + 1;
    if (strncmp(pattern, path, before) != 0)
        return false;
    segment = strcspn(path + before, "/");
    return segment > 0 && strcmp(path + before + segment, rest) == 0 &&
           form_decode(path + before, segment, false, name, HTTP_PATH_NAME_BYTES);
}

/* --- lenient ones --- */

/* Decodes what can be; "%2" and "%zz" stay as they are. */
static void decode_leniently(const char *text, char *ret, size_t cap)
{
    size_t n = 0;

    for (; *text != '\0' && n + 1 < cap; text++) {
        int high = text[0] == '%' ? hex_value(text[1]) : -1;
        int low = high >= 0 ? hex_value(text[2]) : -1;
        char c = low >= 0 ? (char)(high * 16 + low) : *text;

        text += low >= 0 ? 2 : 0;
        ret[n++] = c != '\0' ? c : ' ';
    }
    ret[n] = '\0';
}

/* Past a run of slashes, and of segments that say nothing. */
static const char *skip_slashes(const char *at)
{
    while (*at == '/' || (at[0] == '.' && (at[1] == '/' || at[1] == '\0')))
        at++;
    return at;
}

/* As path_fits, with what server.h says of lenient routes. */
static bool path_fits_leniently(const char *pattern, const char *path,
                                char name[HTTP_PATH_NAME_BYTES])
{
    char text[HTTP_PATH_NAME_BYTES + 64];
    const char *at = text;

    decode_leniently(path, text, sizeof(text));
    if (*at != '/')
        return false;
    for (;;) {
        size_t n;

        pattern = skip_slashes(pattern);
        at = skip_slashes(at);
        if (*pattern == '{')
            break;
        n = strcspn(pattern, "/");
        if (n == 0 || strncasecmp(pattern, at, n) != 0 || (at[n] != '/' && at[n] != '\0'))
            return false;
        pattern += n;
        at += n;
    }
    snprintf(name, HTTP_PATH_NAME_BYTES, "%.*s", HTTP_PATH_NAME_BYTES - 1, at);
    return true;
}

/* --- finding --- */

/* A request to a proxy names the host once more (RFC 9112, 3.2.2). */
static const char *path_of(const char *target)
{
    const char *host = strncasecmp(target, "http://", 7) == 0    ? target + 7
                       : strncasecmp(target, "https://", 8) == 0 ? target + 8
                                                                 : NULL;

    return host != NULL ? host + strcspn(host, "/") : target;
}

const struct http_route *route_find(const struct http_service *service,
                                    enum http_method method, const char *path,
                                    char name[HTTP_PATH_NAME_BYTES], bool *gets,
                                    bool *posts)
{
    *gets = *posts = false;
    path = path_of(path);
    for (size_t i = 0; i < service->n_routes; i++) {
        const struct http_route *route = &service->routes[i];

        if (!(route->lenient ? path_fits_leniently(route->path, path, name)
                             : path_fits(route->path, path, name)))
            continue;
        if (route->method == method)
            return route;
        *gets = *gets || route->method == HTTP_GET;
        *posts = *posts || route->method == HTTP_POST;
    }
    return NULL;
}

/* The route's own name for an argument, NULL when it has none such. */
static const char *argument_of(const char *names, const char *key)
{
    size_t len = strlen(key);

    for (const char *at = names; len > 0 && *at != '\0'; at += strspn(at, " ")) {
        size_t n = strcspn(at, " ");

        if (n == len && strncmp(at, key, n) == 0)
            return at;
        at += n;
    }
    return NULL;
}

bool route_argument(struct http_request *rq, const char *key, const char *value)
{
    struct http_argument *a = &rq->argument[rq->n_arguments];
    bool lenient = rq->route->lenient;
    const char *name;

    if (rq->n_arguments == HTTP_ARGUMENTS_MAX)
        return lenient;
    if (!form_decode(key, strlen(key), true, a->value, sizeof(a->value)))
        return lenient;
    name = argument_of(rq->route->arguments, a->value);
    if (name == NULL || http_argument(rq, a->value) != NULL ||
        !form_decode(value, strlen(value), true, a->value, sizeof(a->value)))
        return lenient;
    a->name = name;
    rq->n_arguments++;
    return true;
}
