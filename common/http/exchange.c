/* The head of a request: what is refused before anything else is looked at. */
#include "http/exchange.h"
#include "http/head.h"
#include "http/stream.h"

#include "base/clock.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

static void refuse(struct exchange *x, unsigned status, const char *code,
                   const char *detail)
{
    http_problem(&x->reply, status, code, detail, NULL);
    atomic_store(&x->state, EXCHANGE_REFUSED);
}

/* And does not go on talking to that client. */
static void refuse_and_close(struct exchange *x, unsigned status, const char *code,
                             const char *detail)
{
    x->last = true;
    refuse(x, status, code, detail);
}

/* Digits only: "+5", " 5" and "5, 5" are no lengths. */
static bool length_parse(const char *text, size_t *ret)
{
    size_t digits = strspn(text, "0123456789");
    unsigned long long n;

    if (digits == 0 || digits > 18 || text[digits] != '\0')
        return false;
    errno = 0;
    n = strtoull(text, NULL, 10);
    *ret = (size_t)n;
    return errno == 0;
}

static void find_route(struct exchange *x, const struct http_service *service,
                       enum http_method method, const char *path)
{
    bool gets, posts;

    x->rq.route = route_find(service, method, path, x->rq.name, &gets, &posts);
    if (x->rq.route != NULL)
        return;
    if (!gets && !posts) {
        refuse(x, 404, "not-found", "there is nothing here");
        return;
    }
    x->allow = gets && posts ? "GET, HEAD, POST" : gets ? "GET, HEAD" : "POST";
    refuse_and_close(x, 405, "method", "this path answers other methods only");
}

static enum MHD_Result see_argument(void *cls, enum MHD_ValueKind kind, const char *key,
                                    const char *value)
{
    struct exchange *x = cls;

    (void)kind;
    if (route_argument(&x->rq, key, value != NULL ? value : ""))
        return MHD_YES;
    refuse(x, 400, "bad-argument",
           "the query has an argument that is unknown, repeated, malformed or too long");
    return MHD_NO;
}

size_t body_most(const struct http_route *route, const struct http_limits *limits)
{
    return route->body_bytes != 0 && route->body_bytes < limits->body_bytes
               ? route->body_bytes
               : limits->body_bytes;
}

static void check_body(struct exchange *x, enum http_method method,
                       const struct head *head, const struct http_limits *limits,
                       uint64_t spool)
{
    bool stream = x->rq.route->stream;

    if (method == HTTP_GET) {
        if (head->lengths > 1 || (head->lengths == 1 && strcmp(head->length, "0") != 0))
            refuse_and_close(x, 400, "body", "a GET has no body");
        return;
    }
    if (head->encodings > 0) {
        /* No request is looked for behind it: what one program takes for its end another
         * may not. */
        x->chunked = x->last = true;
        return;
    }
    if (head->lengths == 0 && x->rq.route->lenient)
        return;
    if (head->lengths == 0)
        refuse_and_close(x, 411, "length", "say the body's Content-Length");
    else if (head->lengths > 1 || !length_parse(head->length, &x->expected))
        refuse_and_close(x, 400, "length", "one Content-Length of digits, please");
    else if (x->expected >
             (stream ? limits->spool_bytes : body_most(x->rq.route, limits)))
        refuse_and_close(x, 413, "too-large", "the body is too large");
    else if (stream && x->expected > spool)
        refuse_and_close(x, 503, "busy", "too many large requests at once");
}

/* RFC 9112, 6.1 and 6.3: alone, by itself, and not before 1.1. */
static bool may_be_chunked(const struct exchange *x, enum http_method method,
                           const struct head *head, const char *version)
{
    return x->rq.route->lenient && method == HTTP_POST && head->encodings == 1 &&
           head->lengths == 0 && strcasecmp(head->encoding, "chunked") == 0 &&
           strcmp(version, "HTTP/1.1") == 0;
}

void exchange_begin(struct exchange *x, const struct http_service *service,
                    const struct http_limits *limits, uint64_t spool, const char *method,
                    const char *path, const char *version)
{
    bool get = strcmp(method, "GET") == 0 || strcmp(method, "HEAD") == 0;
    enum http_method m = get ? HTTP_GET : HTTP_POST;
    struct head head;

    x->since_us = clock_mono_us();
    x->rq.connection = x->connection;
    x->rq.head = strcmp(method, "HEAD") == 0;
    if (!get && strcmp(method, "POST") != 0) {
        x->last = true;
        find_route(x, service, HTTP_OTHER, path);
        return;
    }
    head_read(x->connection, path, version, &x->rq, &head);
    if (head.malformed) {
        refuse_and_close(x, 400, "head", "the head of the request is malformed");
        return;
    }
    if (head.hosts > 1 || (head.hosts == 0 && strcmp(version, "HTTP/1.0") != 0)) {
        refuse_and_close(x, 400, "host", "one Host header, please");
        return;
    }
    find_route(x, service, m, path);
    if (atomic_load(&x->state) == EXCHANGE_REFUSED) {
        if (!get || head.lengths > 0 || head.encodings > 0)
            x->last = true;
        return;
    }
    if (head.encodings > 0 && !may_be_chunked(x, m, &head, version)) {
        refuse_and_close(x, 400, "encoding", "no Transfer-Encoding, please");
        return;
    }
    check_body(x, m, &head, limits, spool);
    x->entered = x->rq.route->enter == NULL || (!x->rq.route->stream && !x->chunked &&
                                                x->expected <= limits->unasked_bytes);
    /* Before 1.1 the end of an answer without a length cannot be told from a break. */
    if (x->rq.route->stream && strcmp(version, "HTTP/1.1") != 0)
        refuse_and_close(x, 505, "version", "HTTP/1.1, please");
    if (atomic_load(&x->state) == EXCHANGE_REFUSED)
        return;
    if (head.too_long || head.authorizations > 1) {
        refuse_and_close(x, 400, "header", "a header field is repeated or too long");
        return;
    }
    if (x->rq.route->arguments != NULL)
        MHD_get_connection_values(x->connection, MHD_GET_ARGUMENT_KIND, see_argument, x);
    if (atomic_load(&x->state) == EXCHANGE_READING &&
        (x->rq.route->worker || x->rq.route->stream) && service->admit != NULL &&
        !service->admit(service->context, &x->rq, &x->reply))
        atomic_store(&x->state, EXCHANGE_REFUSED);
    /* A body that is not going to be read ends the connection. */
    if (atomic_load(&x->state) == EXCHANGE_REFUSED && x->expected > 0)
        x->last = true;
}

static bool is_small(const struct exchange *x)
{
    return x->entered && x->rq.stream == NULL && x->body.len <= HTTP_TOGETHER_BYTES;
}

bool exchange_joins(const struct exchange *first, const struct exchange *x)
{
    return first->rq.route->together != NULL && first->rq.route == x->rq.route &&
           is_small(first) && is_small(x);
}

void exchange_resume(struct exchange *x, enum exchange_state state)
{
    const uint64_t one = 1;
    int wake = x->wake;
    ssize_t written;

    atomic_store(&x->held, false);
    atomic_store(&x->state, (int)state);
    MHD_resume_connection(x->connection);
    /* libmicrohttpd sees it only when it next runs, and does not wake a thread of ours
     * for it. A full counter wakes as well. */
    written = write(wake, &one, sizeof(one));
    (void)written;
}

void exchange_release(struct exchange *x)
{
    if (atomic_fetch_sub(&x->refs, 1) > 1)
        return;
    stream_free(x->rq.stream);
    buf_done(&x->body);
    http_reply_done(&x->reply);
    explicit_bzero(x->rq.authorization, sizeof(x->rq.authorization));
    free(x);
}
