#include "base/stop.h"

#include "base/clock.h"

#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <unistd.h>

/* Lock-free, so that a signal handler may touch it as well as any thread. */
static atomic_int stop_requests;
static atomic_int stop_by;
static atomic_bool listened = true;
static _Atomic int64_t asked_us;
static atomic_uint reloads;

static void stop_handler(int signo)
{
    if (atomic_fetch_add(&stop_requests, 1) > 0 || !atomic_load(&listened))
        _exit(128 + signo);
    atomic_store(&stop_by, signo);
    atomic_store(&asked_us, clock_mono_us());
}

static void reload_handler(int signo)
{
    (void)signo;
    atomic_fetch_add(&reloads, 1);
}

void stop_install(void)
{
    struct sigaction sa;

    memset(&sa, 0, sizeof(sa));
    sigemptyset(&sa.sa_mask);
    /* No SA_RESTART: a sleeping or waiting main loop should notice at once. */
    sa.sa_handler = stop_handler;
    sigaction(SIGTERM, &sa, NULL);
    sigaction(SIGINT, &sa, NULL);
    sa.sa_handler = reload_handler;
    sigaction(SIGHUP, &sa, NULL);
    sa.sa_handler = SIG_IGN;
    sigaction(SIGPIPE, &sa, NULL);
}

void stop_install_tool(void)
{
    atomic_store(&listened, false);
    stop_install();
    signal(SIGHUP, SIG_DFL); /* the terminal is gone */
}

bool stop_reload(unsigned *seen)
{
    const unsigned now = atomic_load(&reloads);
    const bool more = now != *seen;

    *seen = now;
    return more;
}

bool stop_asked(void)
{
    if (!atomic_load(&listened))
        atomic_store(&listened, true);
    return atomic_load(&stop_requests) > 0;
}

void stop_ask(void)
{
    int none = 0;

    /* Only from none to one: the first signal after it still means "please". */
    if (atomic_compare_exchange_strong(&stop_requests, &none, 1))
        atomic_store(&asked_us, clock_mono_us());
}

int stop_signal(void)
{
    return atomic_load(&stop_by);
}

int32_t stop_asked_ms(void)
{
    int64_t us = atomic_load(&asked_us);

    return us == 0 ? -1 : (int32_t)((clock_mono_us() - us) / 1000);
}
