/*
 * log_json.h - a line of logfmt as an object in JSON, for collectors that want that.
 */
#ifndef CONSENT_BASE_LOG_JSON_H
#define CONSENT_BASE_LOG_JSON_H

#include <stddef.h>

/* Returns how long it is. What is no number is a string; what is no UTF-8 becomes U+FFFD;
 * pairs that do not fit are left out, whole. bytes: 64 at least. */
size_t log_json(const char *line, size_t len, char *ret, size_t bytes);

#endif
