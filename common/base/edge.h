/*
 * edge.h - where a program meets others over a network: not in plain text, unless the
 * operator says so aloud.
 *
 * On loopback, and over sockets of this machine, plain text is as good as anything.
 * Beyond that it is refused at start, for HTTP, Kafka and PostgreSQL each by itself, and
 * only the setting `plaintext` lets it through. pg_edge (pg/pg.h) and kafka_edge
 * (kafka/edge.h) judge the other two.
 */
#ifndef CONSENT_BASE_EDGE_H
#define CONSENT_BASE_EDGE_H

#include "base/err.h"

/* What `plaintext` may name. */
#define EDGE_HTTP       "http"
#define EDGE_KAFKA      "kafka"
#define EDGE_POSTGRESQL "postgresql"

#define EDGE_PLAINTEXT_HELP                                                              \
    "where plain text may leave this machine, as for a proxy with TLS or a network of "  \
    "your own: of http, kafka, postgresql, with blanks between; empty: nowhere"

/* "127.0.0.1", "::1", "[::1]", "localhost", a socket's path ("/run/...", "@..."). */
bool edge_is_near(const char *host);

/* Does the setting name this edge? */
bool edge_said(const char *plaintext, const char *edge);

/* ERR_CONFIG PLAINTEXT: the setting has a word that it does not know. */
bool edge_words(const char *plaintext, struct err *err);

/* May HTTP be served at this address, the value of that setting? tls: with a certificate.
 * ERR_CONFIG HTTP_ADDRESS, PLAINTEXT. */
bool edge_http(const char *setting, const char *address, bool tls, const char *plaintext,
               struct err *err);

#endif
