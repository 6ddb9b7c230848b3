/* cursor: what is written can be read, and nothing else. */
#include "core/lists/cursor.h"

#include <criterion/criterion.h>
#include <string.h>

#define ZEROS "0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0"

Test(cursor, round_trip)
{
    char text[CURSOR_TEXT_BYTES];
    struct cursor c = {0}, back;

    cursor_format(&c, text);
    cr_assert_str_eq(text, ZEROS);
    for (int i = 0; i < CURSOR_SHARDS; i++)
        c.version[i] = INT64_MAX - INT64_C(1000000007) * i;
    cursor_format(&c, text);
    cr_assert(cursor_parse(text, strlen(text), &back));
    cr_assert(cursor_equal(&c, &back));
    cr_assert(strspn(text, "0123456789.") == strlen(text));
}

Test(cursor, order)
{
    struct cursor a = {{1, 2}}, b = {{1, 3}}, c = {{2, 2}};

    cr_assert(cursor_covers(&a, &a));
    cr_assert(cursor_covers(&b, &a));
    cr_assert_not(cursor_covers(&a, &b));
    cr_assert_not(cursor_covers(&b, &c), "neither is ahead of the other");
    cr_assert_not(cursor_covers(&c, &b));
    cr_assert_not(cursor_equal(&a, &b));
    cr_assert_not(cursor_equal(&b, &a));
}

Test(cursor, refusals)
{
    static const char *const bad[] = {
        "",
        "0",
        "0.0.0.0.0.0.0.0.0.0.0.0.0.0.0",
        "0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.",
        ZEROS ".",
        ZEROS ".0",
        ZEROS " ",
        (" " ZEROS), /* meant as one */
        "00.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0",
        "01.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0",
        "-1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0",
        "+1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0",
        "9223372036854775808.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0",
        "99999999999999999999999.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0",
        "0..0.0.0.0.0.0.0.0.0.0.0.0.0.0.0",
        "0a.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0",
        "0,0.0.0.0.0.0.0.0.0.0.0.0.0.0.0",
    };
    struct cursor c;

    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        cr_assert_not(cursor_parse(bad[i], strlen(bad[i]), &c), "row %zu", i);
    cr_assert(cursor_parse(ZEROS, strlen(ZEROS), &c));
    cr_assert_not(cursor_parse(ZEROS, strlen(ZEROS) - 2, &c));
}
