#include "reading.h"

#include "base/buf.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#define HEADER_BYTES (256 * 1024) /* of a header that is read whole */
#define FIELD_BYTES  998          /* of a field, when only the sender is read */

struct job {
    const char *data;
    size_t len;
    const char *own, *recipient;
};

/* False: the process took too long, or died of it. */
static bool apart(const struct job *job, struct mail *shared)
{
    const struct rlimit cpu = {READING_SECONDS, READING_SECONDS + 1}, none = {0, 0};
    int status = 0;
    pid_t child = fork();

    if (child == 0) {
        setrlimit(RLIMIT_CPU, &cpu);
        setrlimit(RLIMIT_CORE, &none);
        mail_read(job->data, job->len, job->own, job->recipient, shared);
        _exit(EXIT_SUCCESS);
    }
    if (child < 0) { /* no process to be had: then here */
        mail_read(job->data, job->len, job->own, job->recipient, shared);
        return true;
    }
    while (waitpid(child, &status, 0) < 0)
        if (errno != EINTR)
            return false;
    return WIFEXITED(status) && WEXITSTATUS(status) == EXIT_SUCCESS;
}

/* Where the parts become too many; len: nowhere. */
static size_t parts_end(const char *data, size_t len)
{
    size_t n = 0;

    for (const char *s = data; (s = memmem(s, len - (size_t)(s - data), "\n--", 3)); s++)
        if (++n > READING_PARTS)
            return (size_t)(s - data);
    return len;
}

static size_t header_end(const char *data, size_t len)
{
    const char *unix_end = memmem(data, len, "\n\n", 2);
    const char *crlf_end = memmem(data, len, "\n\r\n", 3);
    const size_t a = unix_end != NULL ? (size_t)(unix_end - data) + 1 : len;
    const size_t b = crlf_end != NULL ? (size_t)(crlf_end - data) + 1 : len;

    return a < b ? a : b;
}

/* --- nothing but who sent it --- */

/* The last address of a field, roughly: what stands around its last '@'. */
static void address_add(const char *field, size_t len, struct buf *out)
{
    static const char ends[] = " \t\r\n<>,;:\"()[]";
    size_t at = len, begin, end;

    while (at > 0 && field[at - 1] != '@')
        at--;
    if (at == 0)
        return;
    begin = at - 1;
    end = at;
    while (begin > 0 && strchr(ends, field[begin - 1]) == NULL)
        begin--;
    while (end < len && strchr(ends, field[end]) == NULL)
        end++;
    buf_add(out, field + begin, end - begin);
}

/* The length of a field with the lines that go on; it begins at s. */
static size_t field_span(const char *s, const char *stop)
{
    const char *end = s;

    do {
        end = memchr(end, '\n', (size_t)(stop - end));
        end = end != NULL ? end + 1 : stop;
    } while (end < stop && (*end == ' ' || *end == '\t'));
    return (size_t)(end - s);
}

static void sender_write(const char *data, size_t len, struct buf *out)
{
    static const char *const people[] = {"From:", "Sender:", "Reply-To:", "Return-Path:"};
    static const char *const others[] = {
        "Received:", "Message-ID:", "Subject:", "To:", "Delivered-To:"};
    const char *stop = data + len;
    bool seen[9] = {false};

    for (const char *s = data; s < stop;) {
        const size_t span = field_span(s, stop);

        for (size_t i = 0; i < 9; i++) {
            const char *name = i < 4 ? people[i] : others[i - 4];
            const size_t n = strlen(name);

            if (seen[i] || span < n || strncasecmp(s, name, n) != 0)
                continue;
            seen[i] = true;
            if (i < 4) {
                buf_addf(out, "%s ", name);
                address_add(s + n, span - n, out);
                buf_add_str(out, "\n");
            } else if (span <= FIELD_BYTES) {
                buf_add(out, s, span);
            }
        }
        s += span;
    }
    buf_add_str(out, "\n");
}

static bool sender_read(const struct job *job, size_t header, struct mail *shared)
{
    struct job less = *job;
    struct buf out;
    bool ok;

    buf_init(&out, 64 * 1024);
    sender_write(job->data, header, &out);
    less.data = out.data;
    less.len = out.len;
    ok = apart(&less, shared);
    buf_done(&out);
    return ok;
}

/* --------------------------------------------------------------------------------------
 */

static void attempts(const struct job *job, struct mail *shared)
{
    const size_t header = header_end(job->data, job->len);
    const size_t parts = parts_end(job->data, job->len);
    struct job less = *job;

    less.len = parts;
    if (header <= HEADER_BYTES && apart(&less, shared)) {
        shared->beyond = shared->beyond || parts < job->len;
        return;
    }
    less.len = header;
    if (header > HEADER_BYTES || !apart(&less, shared)) {
        memset(shared, 0, sizeof(*shared));
        if (!sender_read(job, header, shared))
            memset(shared, 0, sizeof(*shared));
    }
    shared->beyond = true;
}

void reading_do(const char *data, size_t len, const char *own, const char *recipient,
                struct mail *ret)
{
    const struct job job = {data, len, own, recipient};
    struct mail *shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE,
                               MAP_SHARED | MAP_ANONYMOUS, -1, 0);

    if (shared == MAP_FAILED) {
        mail_read(data, len, own, recipient, ret);
        return;
    }
    attempts(&job, shared);
    *ret = *shared;
    munmap(shared, sizeof(*shared));
}
