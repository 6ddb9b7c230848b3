/*
 * reply.h - what a route answers, and errors as problem details (RFC 9457).
 *
 *   {"type":"urn:consent:problem:bad-json","title":"Bad Request","status":400,
 *    "detail":"the body is not JSON","pointer":"/queries/3"}
 */
#ifndef CONSENT_HTTP_REPLY_H
#define CONSENT_HTTP_REPLY_H

#include "base/buf.h"

#include <stdint.h>

/* Handed to the route: status 200, "text/plain; charset=utf-8" and an empty body. type
 * must be a string literal. */
struct http_reply {
    unsigned status;
    const char *type;
    struct buf body;
    uint32_t retry_after_s; /* 0: the header is not sent */
    bool bearer;            /* say WWW-Authenticate: Bearer */
};

/* Makes the reply a problem, whatever was in it. code: lower-case words with hyphens, the
 * end of the type. detail: a sentence without personal data. pointer: RFC 6901 into the
 * request's body, or NULL. */
void http_problem(struct http_reply *reply, unsigned status, const char *code,
                  const char *detail, const char *pointer);

#endif
