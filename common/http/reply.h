/*
 * reply.h - what a route answers, and errors as problem details (RFC 9457).
 *
 *   {"type":"urn:consent:problem:bad-json","title":"Bad Request","status":400,
 *    "detail":"the body is not JSON","pointer":"/queries/3"}
 *
 * Every answer says X-Content-Type-Options: nosniff and Referrer-Policy: no-referrer, and
 * Cache-Control: no-store unless the route sets another.
 */
#ifndef CONSENT_HTTP_REPLY_H
#define CONSENT_HTTP_REPLY_H

#include "base/buf.h"
#include "base/err.h"

#include <stdint.h>

struct http_request;

#define HTTP_FIELDS_MAX     10
#define HTTP_FIELD_BYTES    512
#define HTTP_ETAG_BYTES     96
#define HTTP_NOTE_BYTES     64
#define HTTP_LOCATION_BYTES 2048

struct spool;

struct http_field {
    const char *name;
    char value[HTTP_FIELD_BYTES];
};

/* Handed to the route: status 200, "text/plain; charset=utf-8" and an empty body. type
 * must be a string literal. */
struct http_reply {
    unsigned status;
    const char *type;
    struct buf body;
    uint32_t retry_after_s;             /* 0: the header is not sent */
    char location[HTTP_LOCATION_BYTES]; /* "": none; see http_redirect */
    bool bearer;                        /* say WWW-Authenticate: Bearer */

    /* What the functions below fill in. */
    char etag[HTTP_ETAG_BYTES];
    size_t n_fields;
    struct http_field field[HTTP_FIELDS_MAX];
    bool has_file;
    int fd;
    uint64_t file_bytes;
    struct spool *spool;   /* of what was spilled; NULL: nothing can be */
    uint64_t spilled;      /* taken of its room */
    int64_t hold_until_us; /* 0: not to be held */
    int64_t park_until_us; /* 0: not to be parked */
    uint64_t park_key;

    /* The route's own: zero at first, and as it was left when a parked request is asked
     * again. */
    uint8_t note[HTTP_NOTE_BYTES];
};

/* Makes the reply a problem, whatever was in it. code: lower-case words with hyphens, the
 * end of the type. detail: a sentence without personal data. pointer: RFC 6901 into the
 * request's body, or NULL. */
void http_problem(struct http_reply *reply, unsigned status, const char *code,
                  const char *detail, const char *pointer);

/* A number of the query, in digits: from least (0 or more) to most; preset when it is not
 * given. False when it is anything else, and the reply says what it may be. */
bool http_number(const struct http_request *rq, const char *name, int64_t preset,
                 int64_t least, int64_t most, int64_t *ret, struct http_reply *reply);

/* One more header field, or the same one with another value. name: a string literal, not
 * one that the server sets itself (Content-Type, Content-Length, ETag, Connection ...).
 * False, and nothing added: the value is too long or not printable, or there are too
 * many. */
bool http_reply_field(struct http_reply *reply, const char *name, const char *value);

/* A cookie beside those that were set before, as Set-Cookie has it. False as above. */
bool http_reply_cookie(struct http_reply *reply, const char *cookie);

/* Leads elsewhere, by this status (303, 307, 308). False: the URL is too long. */
bool http_redirect(struct http_reply *reply, unsigned status, const char *url);

/* An entity tag, without its quotes: letters, digits, and "-._:+" only. A GET whose
 * If-None-Match names it is then answered 304. False: not such a tag. */
bool http_reply_etag(struct http_reply *reply, const char *etag);

/* Answers with the first `bytes` of an open file, of any size and without memory for it.
 * fd becomes the reply's. The file must not change while it is being sent: a new version
 * is a new file. type: a string literal. etag: as above, a strong one; NULL for none.
 *
 * The server then also answers Range (a single one: 206, or 416), If-Range (by the tag)
 * and HEAD. Instead of the deadline for a request, such an answer must only keep moving:
 * see progress_bytes in server.h. */
void http_reply_file(struct http_reply *reply, int fd, uint64_t bytes, const char *etag,
                     const char *type);

/* For an answer of any size: called now and then while the body is written, it moves a
 * body of more than HTTP_SPILL_BYTES into a file without a name in the server's spool,
 * which is then sent as http_reply_file sends. False: there is no room (ERR_RETRY
 * HTTP_SPOOL). */
#define HTTP_SPILL_BYTES ((size_t)1 << 20)
bool http_reply_spill(struct http_reply *reply, struct err *err);

/* The answer begins again: its body is empty, wherever it was. */
void http_reply_again(struct http_reply *reply);

/* Puts the request aside instead of answering it: server.h, "Parked requests". */
void http_park(struct http_reply *reply, int64_t until_us, uint64_t key);

/* Has a worker's answer sent not before an instant of clock_mono_us (within some 2 ms),
 * so that the time it took tells nothing. Costs no thread. */
void http_hold(struct http_reply *reply, int64_t until_us);

/* Closes and frees what the reply still owns. */
void http_reply_done(struct http_reply *reply);

#endif
