/* fresh_id: an id that no other event has. */
#include "crypto/fresh_id.h"

#include <criterion/criterion.h>
#include <string.h>

Test(fresh_id, is_like_no_other)
{
    char one[FRESH_ID_BYTES], other[FRESH_ID_BYTES];

    fresh_id("desk-", one);
    fresh_id("desk-", other);
    cr_expect_eq(strncmp(one, "desk-", 5), 0);
    cr_expect_eq(strlen(one), 5 + 36);
    cr_expect_str_neq(one, other);
}
