/* nearest: what somebody meant who mistyped a name. */
#include "base/nearest.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

static const char *const names[] = {"sectigo-limited", "sectigo-inc", "sectigo-canada",
                                    "ssl247-sas", "email"};

static const struct {
    const char *written, *meant;
} rows[] = {
    {"sectigo-limted", "sectigo-limited"},
    {"sectigo-Inc", "sectigo-inc"},
    {"sectigo_canada", "sectigo-canada"},
    {"ssl247sas", "ssl247-sas"},
    {"emial", "email"}, /* a swap is one */
    {"eaiml", NULL},    /* two of five letters: too far */
    {"emai", "email"},
    {"nobody", NULL},
    {"", NULL},
    {"sectigo-limited", "sectigo-limited"},
};

Test(nearest, rows)
{
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct nearest n = {0};

        for (size_t k = 0; k < sizeof(names) / sizeof(names[0]); k++)
            nearest_look(&n, rows[i].written, names[k]);
        if (rows[i].meant == NULL)
            cr_assert_null(n.name, "%s: %s", rows[i].written, n.name);
        else
            cr_assert_str_eq(n.name, rows[i].meant, "%s", rows[i].written);
    }
}

Test(nearest, a_long_text_is_nothing_near)
{
    struct nearest n = {0};
    char longer[200];

    memset(longer, 'a', sizeof(longer) - 1);
    longer[sizeof(longer) - 1] = '\0';
    nearest_look(&n, longer, "aaaa");
    nearest_look(&n, "aaaa", longer);
    cr_assert_null(n.name);
}
