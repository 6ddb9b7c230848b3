/*
 * session.h - what somebody has who has signed in (sign_in.h): a token in a cookie, of
 * the role that their groups give, for some hours. It ends with sign_out.
 */
#ifndef CONSENT_LOOKUP_SESSION_H
#define CONSENT_LOOKUP_SESSION_H

#include "worker.h"

#include "codec/oidc_json.h"

/* Of "group=role ..." in the settings the first that the person is in; ACCESS_NONE. */
enum access_role session_role(const struct settings *set, const struct oidc_claims *c);

/* The token is made and given, and the browser led to the console. */
bool session_begin(struct worker *w, const struct oidc_claims *c, enum access_role role,
                   struct http_reply *reply, struct err *err);

/* site: SameSite; seconds: 0 takes it away. */
void session_cookie(struct http_reply *reply, const char *name, const char *value,
                    const char *site, long long seconds);

#endif
