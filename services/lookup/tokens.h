/*
 * tokens.h - who is asking: tokens, believed for a moment before they are looked up
 * again.
 *
 * Shared by the workers. What is kept is the hash, never the token.
 */
#ifndef CONSENT_LOOKUP_TOKENS_H
#define CONSENT_LOOKUP_TOKENS_H

#include "store/access/token_store.h"

struct tokens;

struct tokens *tokens_open(int64_t cache_ms);
void tokens_close(struct tokens *t); /* NULL is fine */

/* authorization: the header field. *found false: no such token, or it is not valid any
 * more; which of these is nobody's business. */
bool tokens_find(struct tokens *t, struct pg *pg, const char *authorization,
                 struct access_token *ret, bool *found, struct err *err);

/* "Bearer x": a form worth looking at. Quick, for the socket thread. */
bool tokens_form(const char *authorization);

#endif
