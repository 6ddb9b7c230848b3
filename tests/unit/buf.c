/* buf: growth, the limit, and that a refused write changes nothing. */
#include "base/buf.h"

#include <criterion/criterion.h>
#include <string.h>

static struct buf b;

static void setup(void)
{
    buf_init(&b, 1000);
}

static void teardown(void)
{
    buf_done(&b);
}

TestSuite(buf, .init = setup, .fini = teardown);

Test(buf, starts_empty)
{
    cr_assert_eq(b.len, 0);
    cr_assert_not(b.overrun);
}

Test(buf, appends_and_ends_with_nul)
{
    cr_assert(buf_add(&b, "a\0b", 3));
    cr_assert(buf_add_str(&b, "cd"));
    cr_assert(buf_addf(&b, "%d-%s", 42, "x"));
    cr_assert_eq(b.len, 9);
    cr_assert_eq(memcmp(b.data, "a\0bcd42-x", 10), 0);
}

Test(buf, nothing_added_is_still_a_string)
{
    cr_assert(buf_add(&b, NULL, 0));
    cr_assert_str_eq(b.data, "");
}

Test(buf, formats_across_its_small_buffer)
{
    for (int width = 250; width < 262; width++) {
        buf_reset(&b);
        cr_assert(buf_addf(&b, "%*d", width, 7));
        cr_assert_eq(b.len, (size_t)width);
        cr_assert_eq(strlen(b.data), (size_t)width);
        cr_assert_eq(b.data[width - 1], '7');
    }
}

Test(buf, exactly_full_is_fine)
{
    cr_assert(buf_addf(&b, "%*d", 999, 7));
    cr_assert(buf_add(&b, "x", 1));
    cr_assert_eq(b.len, 1000);
    cr_assert_not(b.overrun);
}

Test(buf, past_the_limit_changes_nothing)
{
    char block[1001];

    memset(block, 'x', sizeof(block));
    cr_assert(buf_add(&b, "keep", 4));
    cr_assert_not(buf_add(&b, block, 997));
    cr_assert(b.overrun);
    cr_assert_str_eq(b.data, "keep");
    cr_assert_not(buf_addf(&b, "%*d", 997, 7));
    cr_assert_not(buf_add(&b, block, sizeof(block)));
    cr_assert_eq(b.len, 4);
    cr_assert(buf_add(&b, block, 996));
    cr_assert(b.overrun, "overrun stays until reset");
}

Test(buf, huge_length_does_not_wrap)
{
    cr_assert(buf_add(&b, "keep", 4));
    cr_assert_not(buf_add(&b, "", (size_t)-1));
    cr_assert_not(buf_add(&b, "", (size_t)-4));
    cr_assert_eq(b.len, 4);
}

Test(buf, reset_keeps_memory)
{
    char *data;

    cr_assert(buf_add_str(&b, "one"));
    cr_assert_not(buf_addf(&b, "%*d", 1000, 7));
    data = b.data;
    buf_reset(&b);
    cr_assert_not(b.overrun);
    cr_assert_eq(b.len, 0);
    cr_assert_str_eq(b.data, "");
    cr_assert(buf_add_str(&b, "two"));
    cr_assert_eq(b.data, data);
}

Test(buf, limit_zero_takes_nothing)
{
    struct buf none;

    buf_init(&none, 0);
    cr_assert_not(buf_add(&none, "x", 1));
    cr_assert(none.overrun);
    cr_assert(buf_add(&none, "", 0));
    buf_done(&none);
}
