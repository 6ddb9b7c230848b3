/*
 * client.h - whose request it is: the peer of the connection, or whom a proxy names that
 * we trust; for the files of the server.
 *
 * Behind a proxy all connections have one address, and what one stranger spends would be
 * everybody's. A proxy that is trusted says in a header field for whom it asks; anybody
 * else who says so is not heard. Of a list (X-Forwarded-For) the last address counts that
 * is no trusted proxy's, for the ones before it are the client's own words.
 */
#ifndef CONSENT_HTTP_CLIENT_H
#define CONSENT_HTTP_CLIENT_H

#include "base/err.h"
#include "http/request.h"

#include <sys/socket.h>

#define PROXIES_MAX 16

struct proxies {
    size_t n;
    struct {
        uint8_t at[HTTP_CLIENT_BYTES];
        int bits;
    } net[PROXIES_MAX];
};

/* Addresses and networks ("10.0.0.0/8", "::1") with blanks or commas between. ERR_CONFIG
 * HTTP_PROXIES. NULL or "": nobody. */
bool proxies_read(const char *text, struct proxies *ret, struct err *err);

/* Can the client be read from a header field of this name? Only one whose value is
 * addresses alone; "Forwarded" (RFC 7239) has names and quotes around them. NULL: nobody
 * is asked. ERR_CONFIG HTTP_CLIENT. */
bool client_field_check(const char *name, struct err *err);

/* An IPv4 address as IPv6 has it; false: neither. */
bool client_of_peer(const struct sockaddr *peer, uint8_t ret[HTTP_CLIENT_BYTES]);

bool client_is_proxy(const struct proxies *proxies, const uint8_t at[HTTP_CLIENT_BYTES]);
bool client_is_near(const uint8_t at[HTTP_CLIENT_BYTES]); /* loopback */

/* The client that a header field's value names. False: nobody, or not an address. */
bool client_of_field(const struct proxies *proxies, const char *value,
                     uint8_t ret[HTTP_CLIENT_BYTES]);

/* Of IPv6 the first half, for one household or attacker has all of the other. */
void client_network(const uint8_t at[HTTP_CLIENT_BYTES], uint8_t ret[HTTP_CLIENT_BYTES]);

#endif
