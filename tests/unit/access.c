/* access: words of roles and routes, and what no table may say by accident. */
#include "core/access.h"

#include <criterion/criterion.h>
#include <string.h>

Test(access, every_role_has_a_word_that_reads_back)
{
#define X(num, id, name)                                                                 \
    cr_expect_str_eq(access_role_name(ACCESS_##id), name);                               \
    cr_expect_eq(access_role_parse(name), ACCESS_##id);
    ACCESS_ROLES(X)
#undef X
    cr_expect_str_eq(access_role_name(ACCESS_NONE), "?");
    cr_expect_str_eq(access_role_name((enum access_role)99), "?");
    cr_expect_eq(access_role_parse("king"), ACCESS_NONE);
    cr_expect_eq(access_role_parse(""), ACCESS_NONE);
}

Test(access, every_route_has_a_word)
{
#define X(num, id, name) cr_expect_str_eq(lookup_route_name(LOOKUP_##id), name);
    LOOKUP_ROUTES(X)
#undef X
    cr_expect_str_eq(lookup_route_name(LOOKUP_NONE), "?");
    cr_expect_str_eq(lookup_route_name((enum lookup_route)99), "?");
}

Test(access, nobody_and_nowhere_are_refused)
{
#define X(num, id, name) cr_expect_not(access_allows(ACCESS_NONE, LOOKUP_##id), name);
    LOOKUP_ROUTES(X)
#undef X
#define X(num, id, name)                                                                 \
    cr_expect_not(access_allows(ACCESS_##id, LOOKUP_NONE), name);                        \
    cr_expect_not(access_allows(ACCESS_##id, (enum lookup_route)99), name);
    ACCESS_ROLES(X)
#undef X
    cr_expect_not(access_allows((enum access_role)99, LOOKUP_DECISIONS));
    cr_expect(access_allows(ACCESS_MAILING, LOOKUP_DECISIONS));
    cr_expect_not(access_allows(ACCESS_RESELLER, LOOKUP_DECISIONS));
    cr_expect_not(access_allows(ACCESS_OPERATOR, LOOKUP_PROVENANCE));
}

Test(access, only_two_roles_see_what_can_name_a_person)
{
    cr_expect(access_sees_data(ACCESS_DPO));
    cr_expect(access_sees_data(ACCESS_RESELLER)); /* of what its own source brought */
    cr_expect_not(access_sees_data(ACCESS_MAILING));
    cr_expect_not(access_sees_data(ACCESS_AUDITOR));
    cr_expect_not(access_sees_data(ACCESS_OPERATOR));
    cr_expect_not(access_sees_data(ACCESS_NONE));
    cr_expect(access_settles(ACCESS_DPO));
    cr_expect_not(access_settles(ACCESS_AUDITOR));
}
