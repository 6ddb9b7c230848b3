/* Which route a path means, and what the query asks of it. */
#include "http/exchange.h"
#include "http/form.h"

#include <string.h>

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

const struct http_route *route_find(const struct http_service *service,
                                    enum http_method method, const char *path,
                                    char name[HTTP_PATH_NAME_BYTES], bool *gets,
                                    bool *posts)
{
    *gets = *posts = false;
    for (size_t i = 0; i < service->n_routes; i++) {
        const struct http_route *route = &service->routes[i];

        if (!path_fits(route->path, path, name))
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
