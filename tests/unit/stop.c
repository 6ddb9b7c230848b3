/* stop, backoff and clock: what the loops of every daemon lean on. */
#include "base/backoff.h"
#include "base/clock.h"
#include "base/stop.h"

#include <criterion/criterion.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

/* Criterion runs each test in a process of its own: signals and the flag are private. */

Test(stop, signal_asks)
{
    stop_install();
    cr_assert_not(stop_asked());
    raise(SIGTERM);
    cr_assert(stop_asked());
}

Test(stop, interrupt_asks)
{
    stop_install();
    raise(SIGINT);
    cr_assert(stop_asked());
}

Test(stop, pipe_is_ignored)
{
    stop_install();
    raise(SIGPIPE);
    cr_assert_not(stop_asked());
}

Test(stop, second_signal_ends)
{
    pid_t pid = fork();
    int status = 0;

    if (pid == 0) {
        stop_install();
        raise(SIGTERM);
        raise(SIGTERM);
        _exit(0);
    }
    cr_assert_eq(waitpid(pid, &status, 0), pid);
    cr_assert(WIFEXITED(status));
    cr_assert_eq(WEXITSTATUS(status), 128 + SIGTERM);
}

Test(stop, ask_twice_is_harmless)
{
    stop_install();
    stop_ask();
    stop_ask();
    cr_assert(stop_asked());
}

Test(clock, sane)
{
    int64_t mono = clock_mono_us();

    cr_assert_gt(clock_wall_us(), INT64_C(1700000000000000));
    clock_sleep_ms(20);
    cr_assert_geq(clock_mono_us() - mono, 20000);
    clock_sleep_ms(0);
    clock_sleep_ms(-5);
}

Test(backoff, doubles_to_its_bound)
{
    static const int32_t tops[] = {100, 200, 400, 800, 1000, 1000, 1000};
    struct backoff b;

    backoff_init(&b, 100, 1000);
    for (int round = 0; round < 200; round++) {
        for (size_t i = 0; i < sizeof(tops) / sizeof(*tops); i++) {
            int32_t ms = backoff_next_ms(&b);

            cr_assert(ms >= tops[i] / 2 && ms <= tops[i], "step %zu: %d", i, ms);
        }
        cr_assert_eq(b.tries, 7);
        backoff_reset(&b);
        cr_assert_eq(b.tries, 0);
    }
}

Test(backoff, spreads)
{
    struct backoff b;
    int32_t least = 1000, most = 0;

    backoff_init(&b, 1000, 1000);
    for (int i = 0; i < 500; i++) {
        int32_t ms = backoff_next_ms(&b);

        least = ms < least ? ms : least;
        most = ms > most ? ms : most;
    }
    cr_assert_lt(least, 550);
    cr_assert_gt(most, 950);
}

Test(backoff, extremes_do_not_overflow)
{
    struct backoff b;

    backoff_init(&b, 1, INT32_MAX);
    for (int i = 0; i < 100; i++)
        cr_assert_geq(backoff_next_ms(&b), 1);
}

Test(backoff, waits_and_stops)
{
    struct backoff b;
    int64_t start = clock_mono_us();

    backoff_init(&b, 150, 150);
    backoff_wait(&b);
    cr_assert_geq(clock_mono_us() - start, 75000);

    backoff_init(&b, 60000, 60000);
    stop_ask();
    start = clock_mono_us();
    backoff_wait(&b);
    cr_assert_lt(clock_mono_us() - start,
                 25000000); /* half of a minute, and it is less */
}

Test(stop, hangup_ends_nothing)
{
    unsigned seen = 0;

    stop_install();
    cr_assert_not(stop_reload(&seen));
    raise(SIGHUP);
    cr_assert_not(stop_asked());
    cr_assert(stop_reload(&seen));
    cr_assert_not(stop_reload(&seen));
}
