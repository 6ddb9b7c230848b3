#include "base/log.h"
#include "base/clock.h"

#include <errno.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* At most PIPE_BUF, so that lines of several processes on one pipe do not mix. */
#define LOG_LINE_BYTES 2048

static const char *const log_level_names[] = {"error", "warn", "info", "debug"};

static atomic_int log_most = LOG_LEVEL_INFO;
static const char *_Atomic log_prog = "-";

bool log_level_parse(const char *name, enum log_level *ret)
{
    for (size_t i = 0; i < sizeof(log_level_names) / sizeof(*log_level_names); i++) {
        if (strcmp(name, log_level_names[i]) == 0) {
            *ret = (enum log_level)i;
            return true;
        }
    }
    return false;
}

void log_open(const char *prog, enum log_level level)
{
    atomic_store(&log_prog, prog);
    atomic_store(&log_most, (int)level);
}

/* Writes the whole line with one call; a full or closed stderr loses it, never blocks us
 * in a loop: the service is worth more than its log. */
static void log_put(char *line, size_t len)
{
    int saved = errno;

    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)line[i];

        if (c < 0x20 || c == 0x7f)
            line[i] = '?';
    }
    line[len++] = '\n';
    while (write(STDERR_FILENO, line, len) < 0 && errno == EINTR)
        ;
    errno = saved;
}

static size_t log_head(char line[LOG_LINE_BYTES], enum log_level level, const char *event)
{
    int64_t now_us = clock_wall_us();
    time_t now = (time_t)(now_us / 1000000);
    struct tm tm;
    int n;

    gmtime_r(&now, &tm);
    n = snprintf(line, LOG_LINE_BYTES,
                 "ts=%04d-%02d-%02dT%02d:%02d:%02d.%06dZ level=%s prog=%s event=%s",
                 tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min,
                 tm.tm_sec, (int)(now_us % 1000000), log_level_names[level],
                 atomic_load(&log_prog), event);
    if (n < 0)
        return 0;
    return (size_t)n < LOG_LINE_BYTES - 1 ? (size_t)n : LOG_LINE_BYTES - 1;
}

void log_write(enum log_level level, const char *event, const char *fields, ...)
{
    char line[LOG_LINE_BYTES];
    size_t len;
    va_list ap;
    int n;

    if ((int)level > atomic_load(&log_most))
        return;
    len = log_head(line, level, event);
    if (fields[0] != '\0' && len < sizeof(line) - 2) {
        line[len++] = ' ';
        va_start(ap, fields);
        n = vsnprintf(line + len, sizeof(line) - len, fields, ap);
        va_end(ap);
        if (n > 0)
            len += (size_t)n < sizeof(line) - len ? (size_t)n : sizeof(line) - len - 1;
    }
    log_put(line, len);
}

void log_err(enum log_level level, const char *event, const struct err *e)
{
    char code[sizeof(e->code) * 2 + 4];
    char text[sizeof(e->text) * 2 + 4];

    log_write(level, event, "kind=%s code=%s text=%s", err_kind_name(e->kind),
              log_quote(e->code, code, sizeof(code)),
              log_quote(e->text, text, sizeof(text)));
}

static bool log_plain(const char *s)
{
    if (*s == '\0')
        return false;
    for (; *s != '\0'; s++) {
        unsigned char c = (unsigned char)*s;

        if (c <= 0x20 || c == 0x7f || c == '"' || c == '=' || c == '\\')
            return false;
    }
    return true;
}

const char *log_quote(const char *s, char *out, unsigned long out_bytes)
{
    bool quoted = !log_plain(s);
    size_t end = quoted ? 2 : 1; /* what must still fit: the closing quote and the NUL */
    size_t n = 0;

    if (out_bytes == 0)
        return "";
    if (out_bytes < 4) {
        out[0] = '\0';
        return out;
    }
    if (quoted)
        out[n++] = '"';
    for (; *s != '\0'; s++) {
        unsigned char c = (unsigned char)*s;
        bool escaped = c == '"' || c == '\\';

        if (n + (escaped ? 2U : 1U) + end > out_bytes)
            break;
        if (escaped)
            out[n++] = '\\';
        out[n++] = c < 0x20 || c == 0x7f ? '?' : (char)c;
    }
    if (quoted)
        out[n++] = '"';
    out[n] = '\0';
    return out;
}
