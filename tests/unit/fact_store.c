/* What stands in SQL as numbers and cannot be told by an assertion of C. */
#include "store/people/fact_store.h"
#include "store/words.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

static bool is_listed(int kind)
{
    char list[64], number[16];

    snprintf(list, sizeof(list), ",%s", strchr(FACT_DENIALS, '(') + 1);
    *strchr(list, ')') = ',';
    for (char *c = list; *c != '\0'; c++)
        if (*c == ' ')
            memmove(c, c + 1, strlen(c));
    snprintf(number, sizeof(number), ",%d,", kind);
    return strstr(list, number) != NULL;
}

Test(fact_store, denials_are_those_of_the_vocabulary)
{
#define X(num, id, name, denial) cr_expect_eq(is_listed(num), denial, "%s", name);
    FACT_KINDS(X)
#undef X
}
