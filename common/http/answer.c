/* From a reply to what libmicrohttpd sends: headers, bytes or a file, 304, 206, 416. */
#include "http/exchange.h"
#include "http/range.h"
#include "http/stream.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <strings.h>
#include <unistd.h>

#define BLOCK_BYTES 65536

static bool set_by_route(const struct http_reply *reply, const char *name)
{
    for (size_t i = 0; i < reply->n_fields; i++)
        if (strcasecmp(reply->field[i].name, name) == 0)
            return true;
    return false;
}

static void add_preset(struct MHD_Response *response, const struct http_reply *reply,
                       const char *name, const char *value)
{
    if (!set_by_route(reply, name))
        MHD_add_response_header(response, name, value);
}

static void add_headers(struct MHD_Response *response, const struct exchange *x)
{
    const struct http_reply *reply = &x->reply;
    char text[HTTP_ETAG_BYTES + 3];

    MHD_add_response_header(response, "Content-Type", reply->type);
    for (size_t i = 0; i < reply->n_fields; i++)
        MHD_add_response_header(response, reply->field[i].name, reply->field[i].value);
    if (reply->location[0] != '\0')
        MHD_add_response_header(response, "Location", reply->location);
    add_preset(response, reply, "Cache-Control", "no-store");
    add_preset(response, reply, "Referrer-Policy", "no-referrer");
    add_preset(response, reply, "X-Content-Type-Options", "nosniff");
    if (reply->etag[0] != '\0') {
        snprintf(text, sizeof(text), "\"%s\"", reply->etag);
        MHD_add_response_header(response, "ETag", text);
    }
    if (x->allow != NULL)
        MHD_add_response_header(response, "Allow", x->allow);
    if (reply->bearer)
        MHD_add_response_header(response, "WWW-Authenticate", "Bearer");
    if (reply->retry_after_s > 0) {
        snprintf(text, sizeof(text), "%u", (unsigned)reply->retry_after_s);
        MHD_add_response_header(response, "Retry-After", text);
    }
    if (x->last)
        MHD_add_response_header(response, "Connection", "close");
}

/* --- files --- */

static ssize_t read_file(void *cls, uint64_t at, char *to, size_t cap)
{
    struct exchange *x = cls;
    ssize_t got;

    do
        got = pread(x->reply.fd, to, cap, (off_t)(x->from + at));
    while (got < 0 && errno == EINTR);
    /* Shorter than was said: the client must see that something is missing. */
    if (got <= 0)
        return MHD_CONTENT_READER_END_WITH_ERROR;
    x->conn->moved += (uint64_t)got;
    return got;
}

static struct MHD_Response *whole_or_part(struct exchange *x)
{
    const char *range = http_header(&x->rq, "Range");
    const char *still = http_header(&x->rq, "If-Range");
    uint64_t bytes = x->reply.file_bytes, count = bytes;
    enum http_range what = HTTP_RANGE_ALL;
    struct MHD_Response *response;
    char text[80];

    if (range != NULL && !x->rq.head && x->rq.route->method == HTTP_GET &&
        (still == NULL || http_tag_same(still, x->reply.etag)))
        what = http_range_parse(range, bytes, &x->from, &count);
    if (what == HTTP_RANGE_NONE) {
        http_problem(&x->reply, 416, "range", "there are no such bytes", NULL);
        response = MHD_create_response_from_buffer(x->reply.body.len, x->reply.body.data,
                                                   MHD_RESPMEM_MUST_COPY);
        snprintf(text, sizeof(text), "bytes */%" PRIu64, bytes);
    } else {
        response =
            MHD_create_response_from_callback(count, BLOCK_BYTES, read_file, x, NULL);
        snprintf(text, sizeof(text), "bytes %" PRIu64 "-%" PRIu64 "/%" PRIu64, x->from,
                 x->from + count - 1, bytes);
    }
    if (what == HTTP_RANGE_PART)
        x->reply.status = 206;
    if (response != NULL && what != HTTP_RANGE_ALL)
        MHD_add_response_header(response, "Content-Range", text);
    if (response != NULL && what != HTTP_RANGE_NONE && x->rq.route->method == HTTP_GET)
        MHD_add_response_header(response, "Accept-Ranges", "bytes");
    return response;
}

/* --- all --- */

static bool is_unchanged(const struct exchange *x)
{
    const char *known;

    if (x->reply.status != 200 || x->reply.etag[0] == '\0' ||
        x->rq.route->method != HTTP_GET)
        return false;
    known = http_header(&x->rq, "If-None-Match");
    return known != NULL && http_tag_listed(known, x->reply.etag);
}

static struct MHD_Response *from_body(struct exchange *x)
{
    struct buf *body = &x->reply.body;
    struct MHD_Response *response;

    if (body->overrun) {
        x->last = true;
        http_problem(&x->reply, 500, "too-long", "the answer is too long", NULL);
    }
    if (body->data == NULL)
        buf_add(body, "", 0);
    response =
        MHD_create_response_from_buffer(body->len, body->data, MHD_RESPMEM_MUST_FREE);
    if (response != NULL)
        buf_init(body, 0); /* the bytes are libmicrohttpd's from here on */
    return response;
}

enum MHD_Result answer_send(struct exchange *x)
{
    struct MHD_Response *response;
    enum MHD_Result sent;
    bool paced = false;

    if (is_unchanged(x)) {
        x->reply.status = 304;
        buf_reset(&x->reply.body);
        response = from_body(x);
    } else if (x->rq.stream != NULL && stream_started(x->rq.stream)) {
        paced = true;
        response = MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, BLOCK_BYTES,
                                                     stream_more, x, NULL);
    } else if (x->reply.has_file) {
        paced = true;
        response = whole_or_part(x);
    } else {
        response = from_body(x);
    }
    if (response == NULL)
        return MHD_NO;
    add_headers(response, x);
    if (paced)
        conn_restart(x->conn, true);
    sent = MHD_queue_response(x->connection, x->reply.status, response);
    MHD_destroy_response(response);
    return sent;
}
