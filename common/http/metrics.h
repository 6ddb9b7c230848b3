/*
 * metrics.h - what every daemon shows of itself: GET /metrics, /healthz, /readyz.
 *
 * /metrics is base/metric.h in Prometheus text format. /healthz is 200 as long as the
 * process answers at all. /readyz is 200 when the daemon says that it is ready, else 503
 * with its reason. Bind to loopback: there is no sign-in here.
 */
#ifndef CONSENT_HTTP_METRICS_H
#define CONSENT_HTTP_METRICS_H

#include "base/err.h"

#include <stddef.h>
#include <stdint.h>

struct http_metrics;

/* The rows of a program's table of settings (AT is its own offsetof). */
// clang-format off
#define HTTP_METRICS_KEYS(port)                                                            \
    {"http_address", NULL, CONF_TEXT, AT(http_address), "127.0.0.1", 0, 0,                 \
     "where /metrics, /healthz and /readyz are; there is no sign-in: keep it loopback"},   \
    {"http_port", NULL, CONF_INT, AT(http_port), port, 0, 65535, "its port; 0: a free one"}
// clang-format on

/* May be called from the server's thread at any time until close. When it is not ready it
 * returns false and writes a sentence for the operator, without personal data. */
typedef bool http_ready(void *context, char *why, size_t why_bytes);

/* ready NULL: always ready. Errors as http_server_open. */
bool http_metrics_open(const char *address, uint16_t port, http_ready *ready,
                       void *context, struct http_metrics **ret, struct err *err);

uint16_t http_metrics_port(const struct http_metrics *m);
void http_metrics_close(struct http_metrics *m); /* NULL is fine */

#endif
