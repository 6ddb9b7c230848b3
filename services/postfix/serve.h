/*
 * serve.h - the socket that Postfix asks: some threads, each with its connections and its
 * judge.
 *
 * They share nothing but the listening socket, and take from it as they have room.
 */
#ifndef CONSENT_POSTFIX_SERVE_H
#define CONSENT_POSTFIX_SERVE_H

#include "settings.h"

#include "base/err.h"

struct serve;

/* ERR_CONFIG: the address is no loopback, or taken; the secret. */
bool serve_open(const struct settings *settings, struct serve **ret, struct err *err);

/* Ends the threads; whoever asks meanwhile gets no answer, which Postfix takes for TEMP.
 * NULL is fine. */
void serve_close(struct serve *s);

/* Have all threads turned since so long? */
bool serve_turns(const struct serve *s, int64_t within_us);

/* For http_metrics_open; context is a struct serve. */
bool serve_ready(void *context, char *why, size_t why_bytes);

#endif
