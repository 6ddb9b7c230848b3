/*
 * sign_in.h - people sign in to the console with an account of their own: OpenID Connect,
 * authorization code with PKCE.
 *
 *   GET  /v1/sign-in            leads to the provider
 *   GET  /v1/sign-in/callback   and the provider back here: a session begins
 *   GET  /v1/sign-in/offer      {"offered":true}: is there a provider?
 *   POST /v1/sign-out           it ends
 *
 * A session is a token like any other (060), of the role that the person's groups give,
 * with the person's name, for some hours. The browser keeps it in a cookie that no script
 * can read.
 */
#ifndef CONSENT_LOOKUP_SIGN_IN_H
#define CONSENT_LOOKUP_SIGN_IN_H

#include "http/server.h"

http_answer sign_in_begin;
http_answer sign_in_end;
http_answer sign_in_offer;
http_answer sign_out;

#endif
