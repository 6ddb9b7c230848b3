/*
 * shim.c - for LD_PRELOAD: an allocation that fails, a clock that is wrong.
 *
 *   MALLOC_FAIL=n        the n-th allocation fails, once; counted from the start, or
 *   MALLOC_FAIL_ARMED=0  from a SIGUSR2 on
 *   CLOCK_OFFSET_S=n     the wall clock shows so many seconds more; monotonic time and
 *                        what the kernel waits for go their way
 */
#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

void *__libc_malloc(size_t n);
void *__libc_calloc(size_t n, size_t size);
void *__libc_realloc(void *old, size_t n);

static atomic_long left = -1;
static atomic_bool armed;
static long offset_s;

static void arm(int ignored)
{
    (void)ignored;
    atomic_store(&armed, true);
}

__attribute__((constructor)) static void begin(void)
{
    const char *n = getenv("MALLOC_FAIL"), *now = getenv("MALLOC_FAIL_ARMED"),
               *offset = getenv("CLOCK_OFFSET_S");

    offset_s = offset != NULL ? strtol(offset, NULL, 10) : 0;
    if (n == NULL)
        return;
    signal(SIGUSR2, arm);
    atomic_store(&left, strtol(n, NULL, 10));
    atomic_store(&armed, now == NULL || now[0] != '0');
}

/* --- allocations --- */

static bool fails(void)
{
    if (!atomic_load(&armed) || atomic_load(&left) < 0 || atomic_fetch_sub(&left, 1) != 0)
        return false;
    errno = ENOMEM;
    return true;
}

void *malloc(size_t n)
{
    return fails() ? NULL : __libc_malloc(n);
}

void *calloc(size_t n, size_t size)
{
    return fails() ? NULL : __libc_calloc(n, size);
}

void *realloc(void *old, size_t n)
{
    return fails() ? NULL : __libc_realloc(old, n);
}

/* --- the clock --- */

int clock_gettime(clockid_t id, struct timespec *ret)
{
    const int failed = (int)syscall(SYS_clock_gettime, id, ret);

    if (failed == 0 && (id == CLOCK_REALTIME || id == CLOCK_REALTIME_COARSE))
        ret->tv_sec += offset_s;
    return failed;
}

time_t time(time_t *ret)
{
    struct timespec now;

    clock_gettime(CLOCK_REALTIME, &now);
    if (ret != NULL)
        *ret = now.tv_sec;
    return now.tv_sec;
}

int gettimeofday(struct timeval *restrict ret, void *restrict zone)
{
    struct timespec now;

    (void)zone;
    clock_gettime(CLOCK_REALTIME, &now);
    ret->tv_sec = now.tv_sec;
    ret->tv_usec = now.tv_nsec / 1000;
    return 0;
}
