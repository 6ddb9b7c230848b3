/*
 * public.h - is an address one of the public Internet?
 *
 * A URL that somebody else has given leads wherever its name points, also to what only
 * this machine or its neighbours may reach: databases, cloud metadata, printers (server
 * side request forgery). So it is the address that is judged, when the connection is
 * made, and not the name.
 */
#ifndef CONSENT_FETCH_PUBLIC_H
#define CONSENT_FETCH_PUBLIC_H

#include <stdbool.h>
#include <sys/socket.h>

/* False for loopback, private, shared, link-local, documentation, benchmark, multicast
 * and reserved addresses (RFC 6890), also inside IPv6 (mapped, NAT64, 6to4), and for
 * families other than IP. */
bool address_public(const struct sockaddr *address);

#endif
