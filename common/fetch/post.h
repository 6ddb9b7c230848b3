/*
 * post.h - bodies sent to URLs that others have given, several at a time.
 *
 * Never more than one connection to a host and port; no redirect is followed, no proxy of
 * the environment asked; an address that is not public is refused when the connection is
 * made, so that no name leads inside, whatever it pointed to before (fetch/public.h).
 * What is answered is read and dropped.
 */
#ifndef CONSENT_FETCH_POST_H
#define CONSENT_FETCH_POST_H

#include "base/err.h"

#include <stddef.h>
#include <stdint.h>

struct poster;

struct poster_settings {
    bool inside; /* also to addresses that are not public; to these also without TLS */
    int64_t connect_ms, whole_ms; /* of one post */
    const char *agent;            /* User-Agent */
};

bool poster_open(const struct poster_settings *settings, struct poster **ret,
                 struct err *err);
void poster_close(struct poster *p); /* NULL is fine; what is under way is given up */

#define POST_HEADERS_MAX 8

struct post {
    const char *url;
    const char *headers[POST_HEADERS_MAX]; /* "name: value"; NULL: no more */
    const char *body;                      /* borrowed until it is done */
    size_t len;
    void *context;
};

/* Begins one. ERR_INPUT POST_URL: it is no URL to post to. */
bool poster_begin(struct poster *p, const struct post *post, struct err *err);

struct posted {
    void *context;
    long status;           /* 0: no answer, and err says why */
    int64_t retry_after_s; /* as the answer asks; 0: it does not */
    struct err err;        /* POST_INSIDE: the address is not public */
};

/* Works on all of them for up to wait_ms. True: one is done. */
bool poster_turn(struct poster *p, int wait_ms, struct posted *ret);

#endif
