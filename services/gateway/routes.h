/* routes.h - what is served to the world, one line each. */
#ifndef CONSENT_GATEWAY_ROUTES_H
#define CONSENT_GATEWAY_ROUTES_H

#include "http/server.h"

extern const struct http_route routes[];
extern const size_t routes_n;

#endif
