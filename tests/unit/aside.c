/* base/aside.h: a call that may hang, taken or left. */
#include "base/aside.h"
#include "base/clock.h"

#include <criterion/criterion.h>
#include <stdatomic.h>

struct work {
    atomic_bool go, worked, dropped;
};

static void work(void *arg)
{
    struct work *w = arg;

    while (!atomic_load(&w->go))
        clock_sleep_ms(1);
    atomic_store(&w->worked, true);
}

static void drop(void *arg)
{
    struct work *w = arg;

    atomic_store(&w->dropped, true);
}

Test(aside, what_ends_is_the_callers_again)
{
    struct work w = {.go = true};
    struct aside *a = aside_start(work, drop, &w);

    while (!aside_wait(a, 1000))
        ;
    cr_assert(atomic_load(&w.worked));
    aside_take(a);
    cr_assert_not(atomic_load(&w.dropped));
    cr_assert_eq(aside_left(), 0);
}

Test(aside, what_hangs_is_left_and_cleans_up_after_itself)
{
    static struct work w;
    struct aside *a = aside_start(work, drop, &w);

    cr_assert_not(aside_wait(a, 0));
    cr_assert_not(aside_wait(a, 20));
    aside_leave(a);
    cr_assert_eq(aside_left(), 1);
    atomic_store(&w.go, true);
    while (aside_left() > 0)
        clock_sleep_ms(1);
    cr_assert(atomic_load(&w.worked) && atomic_load(&w.dropped));
}

Test(aside, what_had_ended_is_dropped_when_it_is_left)
{
    struct work w = {.go = true};
    struct aside *a = aside_start(work, drop, &w);

    while (!aside_wait(a, 1000))
        ;
    aside_leave(a);
    cr_assert(atomic_load(&w.dropped));
    cr_assert_eq(aside_left(), 0);
}
