#include "progress.h"

#include "base/clock.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define WIDTH   30
#define TELL_US 100000
#define LOG_US  (30 * INT64_C(1000000)) /* where nobody watches */

void progress_begin_count(struct progress *p, int64_t total, const char *good,
                          const char *bad)
{
    *p = (struct progress){.shown = isatty(STDERR_FILENO) == 1,
                           .total = total,
                           .began_us = clock_mono_us(),
                           .good = good,
                           .bad = bad};
    p->told_us = p->shown ? 0 : p->began_us;
}

void progress_begin(struct progress *p, FILE *file)
{
    struct stat st;

    progress_begin_count(p, 0, "events", "bad");
    if (fstat(fileno(file), &st) == 0 && S_ISREG(st.st_mode))
        p->total = st.st_size;
}

static void tell(struct progress *p, int64_t good, int64_t bad)
{
    const int64_t now_us = clock_mono_us();
    const double seconds = (double)(now_us - p->began_us) / 1e6;
    char bar[WIDTH + 1];

    p->told_us = now_us;
    memset(bar, '.', WIDTH);
    bar[WIDTH] = '\0';
    if (p->total > 0)
        memset(bar, '#', (size_t)(p->done * WIDTH / p->total));
    fprintf(stderr, "\r[%s] %3d %%  %lld %s, %lld %s, %.0f a second ", bar,
            p->total > 0 ? (int)(p->done * 100 / p->total) : 0, (long long)good, p->good,
            (long long)bad, p->bad, seconds > 0 ? (double)good / seconds : 0.0);
}

/* A line of its own, for a log. */
static void log_line(struct progress *p, int64_t good, int64_t bad)
{
    p->told_us = clock_mono_us();
    fprintf(stderr, "consentctl: %lld %s, %lld %s", (long long)good, p->good,
            (long long)bad, p->bad);
    if (p->total > 0)
        fprintf(stderr, ", %d %%", (int)(p->done * 100 / p->total));
    fputc('\n', stderr);
}

void progress_step(struct progress *p, int64_t done, int64_t good, int64_t bad)
{
    p->done += done;
    if (p->total > 0 && p->done > p->total)
        p->done = p->total; /* the file has grown meanwhile */
    if (clock_mono_us() - p->told_us < (p->shown ? TELL_US : LOG_US))
        return;
    if (p->shown)
        tell(p, good, bad);
    else
        log_line(p, good, bad);
}

void progress_end(struct progress *p, int64_t good, int64_t bad)
{
    if (!p->shown)
        return;
    tell(p, good, bad);
    fputc('\n', stderr);
}
