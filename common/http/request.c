#include "base/clock.h"
#include "http/request.h"
#include "http/form.h"

#include <microhttpd.h>
#include <string.h>
#include <strings.h>

const char *http_argument(const struct http_request *rq, const char *name)
{
    size_t len = strlen(name);

    for (size_t i = 0; i < rq->n_arguments; i++) {
        const char *own = rq->argument[i].name;

        if (strncmp(own, name, len) == 0 && (own[len] == '\0' || own[len] == ' '))
            return rq->argument[i].value;
    }
    return NULL;
}

bool http_content_type_is(const struct http_request *rq, const char *type)
{
    size_t n = strlen(type);
    const char *end = rq->content_type + n;

    return strncasecmp(rq->content_type, type, n) == 0 &&
           (*end == '\0' || *end == ';' || *end == ' ');
}

struct wanted {
    const char *name, *value;
    unsigned times;
};

static enum MHD_Result see_wanted(void *cls, enum MHD_ValueKind kind, const char *key,
                                  const char *value)
{
    struct wanted *w = cls;

    (void)kind;
    if (strcasecmp(key, w->name) == 0) {
        w->times++;
        w->value = value;
    }
    return MHD_YES;
}

/* libmicrohttpd only reads it. */
static struct MHD_Connection *connection_of(const struct http_request *rq)
{
    union {
        const void *seen;
        struct MHD_Connection *own;
    } connection = {rq->connection};

    return connection.own;
}

const char *http_header(const struct http_request *rq, const char *name)
{
    struct wanted w = {name, NULL, 0};

    if (rq->connection != NULL)
        MHD_get_connection_values(connection_of(rq), MHD_HEADER_KIND, see_wanted, &w);
    return w.times == 1 && w.value != NULL && strlen(w.value) <= HTTP_HEADER_MAX ? w.value
                                                                                 : NULL;
}

bool http_query(const struct http_request *rq, const char *name, char *ret, size_t cap)
{
    struct wanted w = {name, NULL, 0};

    if (rq->connection != NULL)
        MHD_get_connection_values(connection_of(rq), MHD_GET_ARGUMENT_KIND, see_wanted,
                                  &w);
    if (w.times == 1 && w.value != NULL &&
        form_decode(w.value, strlen(w.value), true, ret, cap))
        return true;
    ret[0] = '\0';
    return false;
}

struct seeing {
    http_see_header *see;
    void *context;
};

static enum MHD_Result pass_on(void *cls, enum MHD_ValueKind kind, const char *key,
                               const char *value)
{
    struct seeing *s = cls;

    (void)kind;
    return s->see(s->context, key, value != NULL ? value : "") ? MHD_YES : MHD_NO;
}

void http_each_header(const struct http_request *rq, http_see_header *see, void *context)
{
    struct seeing s = {see, context};

    if (rq->connection != NULL)
        MHD_get_connection_values(connection_of(rq), MHD_HEADER_KIND, pass_on, &s);
}

bool http_form_value(const struct http_request *rq, const char *name, char *ret,
                     size_t cap)
{
    return rq->body != NULL &&
           form_value(rq->content_type, rq->body, rq->body_len, name, ret, cap);
}

bool http_over(const struct http_request *rq)
{
    return (rq->gone != NULL && atomic_load(rq->gone)) ||
           (rq->pace != NULL && clock_mono_us() > atomic_load(&rq->pace->until_us));
}

void http_moved(const struct http_request *rq, uint64_t bytes)
{
    struct http_pace *p = rq->pace;
    int64_t until_us;

    if (p == NULL)
        return;
    if (bytes < p->bytes)
        p->bytes = bytes; /* the answer began again */
    if (bytes < p->bytes + p->step)
        return;
    p->bytes = bytes;
    until_us = clock_mono_us() + p->span_us;
    atomic_store(&p->until_us, until_us < p->end_us ? until_us : p->end_us);
}
