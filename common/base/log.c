#include "base/log.h"
#include "base/clock.h"
#include "base/log_json.h"

#include <errno.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* At most PIPE_BUF, so that lines of several processes on one pipe do not mix. */
#define LOG_LINE_BYTES 2048

#define LOG_JSON_BYTES 4096 /* likewise */
#define LOG_EVENTS     64   /* whose lines are counted; others are not limited */

static const char *const log_level_names[] = {"error", "warn", "info", "debug"};
static const char log_priorities[] = "3467"; /* syslog's: err, warning, info, debug */
static const char *const log_format_names[] = {"logfmt", "json"};

static atomic_int log_most = LOG_LEVEL_INFO;
static const char *_Atomic log_prog = "-";
static atomic_int log_form = LOG_FORMAT_LOGFMT;
static atomic_bool log_journal;

/* What was written of an event since its window began. */
static struct log_count {
    char event[40];
    int64_t began_us, lines, suppressed;
} log_counts[LOG_EVENTS];
static pthread_mutex_t log_counting = PTHREAD_MUTEX_INITIALIZER;

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

bool log_format_parse(const char *name, enum log_format *ret)
{
    for (size_t i = 0; i < sizeof(log_format_names) / sizeof(*log_format_names); i++) {
        if (strcmp(name, log_format_names[i]) == 0) {
            *ret = (enum log_format)i;
            return true;
        }
    }
    return false;
}

void log_format_set(enum log_format format)
{
    atomic_store(&log_form, (int)format);
}

/* systemd says which stream is its journal's: JOURNAL_STREAM=device:inode. */
static bool is_journal(void)
{
    const char *stream = getenv("JOURNAL_STREAM");
    struct stat now;
    char ours[64];

    if (stream == NULL || fstat(STDERR_FILENO, &now) != 0)
        return false;
    snprintf(ours, sizeof(ours), "%ju:%ju", (uintmax_t)now.st_dev, (uintmax_t)now.st_ino);
    return strcmp(stream, ours) == 0;
}

void log_open(const char *prog, enum log_level level)
{
    atomic_store(&log_journal, is_journal());
    atomic_store(&log_prog, prog);
    atomic_store(&log_most, (int)level);
}

/* Writes the whole line with one call; a full or closed stderr loses it, never blocks us
 * in a loop: the service is worth more than its log. */
static void log_put(enum log_level level, char *line, size_t len)
{
    char out[LOG_JSON_BYTES];
    size_t n = 0;
    int saved = errno;

    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)line[i];

        if (c < 0x20 || c == 0x7f)
            line[i] = '?';
    }
    if (atomic_load(&log_journal)) {
        memcpy(out, (char[]){'<', log_priorities[level], '>'}, 3);
        n = 3;
    }
    if (atomic_load(&log_form) == LOG_FORMAT_JSON) {
        n += log_json(line, len, out + n, sizeof(out) - n - 1);
    } else {
        memcpy(out + n, line, len);
        n += len;
    }
    out[n++] = '\n';
    while (write(STDERR_FILENO, out, n) < 0 && errno == EINTR)
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

bool log_wants(enum log_level level)
{
    return (int)level <= atomic_load(&log_most);
}

/* --- not too much of one event --- */

static void say_suppressed(const char *event, int64_t lines)
{
    char line[LOG_LINE_BYTES];
    size_t len = log_head(line, LOG_LEVEL_WARN, "suppressed");

    len += (size_t)snprintf(line + len, sizeof(line) - len, " of=%s lines=%lld", event,
                            (long long)lines);
    log_put(LOG_LEVEL_WARN, line, len);
}

/* Windows that have ended, or all, say what they held back, and are free. */
static void windows_end(int64_t now_us, bool all)
{
    for (size_t i = 0; i < LOG_EVENTS; i++) {
        struct log_count *c = &log_counts[i];

        if (c->event[0] == '\0' || (!all && now_us - c->began_us < LOG_WINDOW_US))
            continue;
        if (c->suppressed > 0)
            say_suppressed(c->event, c->suppressed);
        c->event[0] = '\0';
    }
}

static bool may_write(const char *event)
{
    const int64_t now_us = clock_mono_us();
    struct log_count *of = NULL, *vacant = NULL;
    bool may = true;

    pthread_mutex_lock(&log_counting);
    windows_end(now_us, false);
    for (size_t i = 0; i < LOG_EVENTS && of == NULL; i++) {
        if (log_counts[i].event[0] == '\0')
            vacant = &log_counts[i];
        else if (strncmp(log_counts[i].event, event, sizeof(of->event) - 1) == 0)
            of = &log_counts[i];
    }
    if (of == NULL && vacant != NULL) {
        of = vacant;
        *of = (struct log_count){.began_us = now_us};
        snprintf(of->event, sizeof(of->event), "%s", event);
    }
    if (of != NULL && ++of->lines > LOG_BURST) {
        of->suppressed++;
        may = false;
    }
    pthread_mutex_unlock(&log_counting);
    return may;
}

void log_close(void)
{
    pthread_mutex_lock(&log_counting);
    windows_end(0, true);
    pthread_mutex_unlock(&log_counting);
}

void log_write(enum log_level level, const char *event, const char *fields, ...)
{
    char line[LOG_LINE_BYTES];
    size_t len;
    va_list ap;
    int n;

    if (!log_wants(level) || (level < LOG_LEVEL_DEBUG && !may_write(event)))
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
    log_put(level, line, len);
}

void log_err_of(enum log_level level, const char *event, const char *which,
                const struct err *e)
{
    char code[sizeof(e->code) * 2 + 4];
    char text[sizeof(e->text) * 2 + 4];

    log_write(level, event, "%s%skind=%s code=%s text=%s", which,
              which[0] != '\0' ? " " : "", err_kind_name(e->kind),
              log_quote(e->code, code, sizeof(code)),
              log_quote(e->text, text, sizeof(text)));
}

void log_err(enum log_level level, const char *event, const struct err *e)
{
    log_err_of(level, event, "", e);
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
