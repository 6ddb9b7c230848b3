/*
 * log.h - one line an event, to stderr, for services only; logfmt, or the same as JSON.
 *
 *   ts=2026-03-02T10:15:30.123456Z level=info prog=ingest event=batch_committed rows=5000
 *
 * Where stderr is systemd's journal, each line begins with its priority, <3> to <7>. Of
 * one event at most LOG_BURST lines are written in LOG_WINDOW_US, whatever storms; how
 * many were not is said afterwards (event=suppressed of=NAME lines=N). Debug has no such
 * limit.
 *
 * The event name comes before words; values with blanks or quotes are quoted. Never a
 * personal identifier: not an address, not a number, not an error text that quotes input.
 */
#ifndef CONSENT_BASE_LOG_H
#define CONSENT_BASE_LOG_H

#include "base/err.h"

enum log_level { LOG_LEVEL_ERROR, LOG_LEVEL_WARN, LOG_LEVEL_INFO, LOG_LEVEL_DEBUG };

/* "error", "warn", "info", "debug" */
bool log_level_parse(const char *name, enum log_level *ret);

enum log_format { LOG_FORMAT_LOGFMT, LOG_FORMAT_JSON };

/* "logfmt", "json" */
bool log_format_parse(const char *name, enum log_format *ret);
void log_format_set(enum log_format format);

#define LOG_BURST     200
#define LOG_WINDOW_US 10000000

/* Is such a line written? For what is dear to find out. */
bool log_wants(enum log_level level);

/* The end: says what was suppressed. */
void log_close(void);

/* prog must outlive the program (a string literal). */
void log_open(const char *prog, enum log_level level);

/* fields is a printf format of ready logfmt pairs ("rows=%d lag=%lld") or "". Pass
 * untrusted words through log_quote. Safe from any thread. */
void log_write(enum log_level level, const char *event, const char *fields, ...)
    __attribute__((format(printf, 3, 4)));

/* event=... kind=retry code=PG_DOWN text="..." */
void log_err(enum log_level level, const char *event, const struct err *e);
/* The same, behind a ready pair that says of what: "ledger=17". */
void log_err_of(enum log_level level, const char *event, const char *which,
                const struct err *e);

/* s as a logfmt value, quoted where needed, cut to fit; control bytes become '?'. */
const char *log_quote(const char *s, char *out, unsigned long out_bytes);

#endif
