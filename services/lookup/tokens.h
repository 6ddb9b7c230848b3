/*
 * tokens.h - who is asking: tokens, believed for a moment before they are looked up
 * again.
 *
 * Shared by the workers. What is kept is the hash, never the token.
 */
#ifndef CONSENT_LOOKUP_TOKENS_H
#define CONSENT_LOOKUP_TOKENS_H

#include "http/request.h"
#include "store/access/token_store.h"

struct tokens;

struct tokens *tokens_open(int64_t cache_ms);
void tokens_close(struct tokens *t); /* NULL is fine */

/* authorization: the header field. *found false: no such token, or it is not valid any
 * more; which of these is nobody's business. */
bool tokens_find(struct tokens *t, struct pg *pg, const char *authorization,
                 struct access_token *ret, bool *found, struct err *err);

/* What stands for an Authorization field: that, or the cookie of somebody who has signed
 * in. The cookie counts only beside the field Consent-Console, which no other site can
 * make a browser send (CSRF). "": neither. */
#define CALLER_BYTES   128
#define SESSION_COOKIE "__Host-consent"
const char *caller_authorization(const struct http_request *rq, char ret[CALLER_BYTES]);

/* The value of a cookie; "" when there is none, or it does not fit. */
void caller_cookie(const struct http_request *rq, const char *name, char *ret,
                   size_t cap);

/* "Bearer x": a form worth looking at. Quick, for the socket thread. */
bool tokens_form(const char *authorization);

#endif
