/* fetch.h - files of a log, over HTTP or from a folder: alone with libcurl. */
#ifndef CONSENT_FETCH_FETCH_H
#define CONSENT_FETCH_FETCH_H

#include "base/buf.h"
#include "base/err.h"

struct fetch;

/* token may be NULL. ERR_FATAL when the library will not. */
bool fetch_open(const char *token, struct fetch **ret, struct err *err);
void fetch_close(struct fetch *f); /* NULL is fine */

/* So long for each file from now on, instead of a minute. */
void fetch_patience(struct fetch *f, long seconds);

/* *ret_there false: there is no such file (404). ERR_RETRY with FETCH: it cannot be had
 * now. More than out's limit is ERR_INPUT with FETCH_LARGE. */
bool fetch_get(struct fetch *f, const char *url, struct buf *out, bool *ret_there,
               struct err *err);

/* POSTs a form; the answer must be 200. user NULL: nobody signs in; else both are sent as
 * HTTP Basic, percent-encoded as OAuth wants them. Errors as fetch_get's. */
bool fetch_form(struct fetch *f, const char *url, const char *user, const char *secret,
                const char *form, struct buf *out, struct err *err);

/* Percent-encodes, appending to out. */
bool fetch_escape(struct buf *out, const char *text);

#endif
