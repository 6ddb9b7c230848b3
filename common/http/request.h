/* request.h - what a route may know of a request. */
#ifndef CONSENT_HTTP_REQUEST_H
#define CONSENT_HTTP_REQUEST_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define HTTP_ARGUMENTS_MAX     8
#define HTTP_AUTHORIZATION_MAX 256
#define HTTP_CONTENT_TYPE_MAX  128
#define HTTP_ARGUMENT_BYTES    256
#define HTTP_PATH_NAME_BYTES   1024
#define HTTP_CLIENT_BYTES      16

enum http_method { HTTP_GET = 0, HTTP_POST, HTTP_OTHER /* no route has it */ };

struct http_route;
struct http_stream;

struct http_argument {
    const char *name; /* one of the route's */
    char value[HTTP_ARGUMENT_BYTES];
};

struct http_request {
    const struct http_route *route;
    bool head;                                  /* HEAD arrives as GET; its answer's body
                                                   is not sent, only counted */
    char authorization[HTTP_AUTHORIZATION_MAX]; /* header fields, "" when absent */
    char content_type[HTTP_CONTENT_TYPE_MAX];
    char name[HTTP_PATH_NAME_BYTES]; /* what stood for the {} of the path, decoded */
    size_t n_arguments;
    struct http_argument argument[HTTP_ARGUMENTS_MAX];
    const char *body; /* a NUL behind; not for a stream */
    size_t body_len;

    struct http_stream *stream; /* of a route marked so, else NULL */
    unsigned asked;             /* how often this request was parked before */
    bool late;                  /* and the time it asked for has come: answer now */

    /* Whose it is, as a network: an IPv4 address (as IPv6 has it) or half an IPv6
     * address. Not known behind a proxy on this machine that nobody said is trusted. */
    bool client_known;
    uint8_t client[HTTP_CLIENT_BYTES];

    const void *connection; /* the server's; NULL in a request made by hand */

    /* For http_over. */
    const atomic_bool *gone; /* NULL: nobody can go */
    struct http_pace *pace;  /* NULL: no deadline */
};

/* The time that a worker's route has: a span, again and again while its answer grows. */
struct http_pace {
    _Atomic int64_t until_us; /* of clock_mono_us; 0: the route has not been asked yet */
    int64_t span_us, end_us;  /* never later than end_us, whatever has come */
    uint64_t bytes, step; /* of the answer when the span began, and to begin another */
};

/* While a worker's route runs: the client has gone, or the request's time has run out, so
 * that nobody will read the answer. A route with much still to do looks now and then, and
 * returns; its reply counts for nothing. */
bool http_over(const struct http_request *rq);

/* So many bytes of the answer are there by now: with progress_bytes more than when its
 * deadline began the deadline begins again (server.h). */
void http_moved(const struct http_request *rq, uint64_t bytes);

/* The value of a query argument, NULL when not given. */
const char *http_argument(const struct http_request *rq, const char *name);

/* Any other header field, while the route runs: Range, If-None-Match, Accept,
 * Accept-Language and the like. NULL when absent, repeated, or longer than
 * HTTP_HEADER_MAX. Do not keep the pointer. */
#define HTTP_HEADER_MAX 1024
const char *http_header(const struct http_request *rq, const char *name);

/* A query argument of a route whose `arguments` are NULL, while the route runs, decoded.
 * False, and ret is "": absent, repeated, malformed, or longer than there is room. */
bool http_query(const struct http_request *rq, const char *name, char *ret, size_t cap);

/* Every header field of the request, while the route runs: see returns false to stop. */
typedef bool http_see_header(void *context, const char *name, const char *value);
void http_each_header(const struct http_request *rq, http_see_header *see, void *context);

/* "application/json" also matches "application/json; charset=utf-8". */
bool http_content_type_is(const struct http_request *rq, const char *type);

/* A field of the form in the body, which is application/x-www-form-urlencoded or
 * multipart/form-data as Content-Type says: its first value, decoded, with a NUL behind.
 * False: no such field, a form that cannot be read, or a value that has a NUL or does
 * not fit. */
bool http_form_value(const struct http_request *rq, const char *name, char *ret,
                     size_t cap);

/* --- streamed bodies and answers: see server.h --- */

/* Reads on in the body. *ret_len 0: its end. False: the server is stopping or the client
 * has gone, or ERR_FATAL HTTP_SPOOL. */
struct err;
bool http_stream_read(struct http_stream *stream, void *to, size_t cap, size_t *ret_len,
                      struct err *err);

/* Adds to the answer. Status, type and header fields must be in the reply before the
 * first byte: they are sent with it. Never waits for the client. False: the client has
 * gone or the server is stopping (ERR_RETRY HTTP_GONE), or there is no more room
 * (ERR_RETRY HTTP_SPOOL): stop, and return. */
bool http_stream_write(struct http_stream *stream, const void *data, size_t len,
                       struct err *err);

#endif
