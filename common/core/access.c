#include "core/access.h"

#include <stddef.h>
#include <string.h>

static const char *const role_names[] = {
#define X(num, id, name) [num] = name,
    ACCESS_ROLES(X)
#undef X
};
static const char *const route_names[] = {
#define X(num, id, name) [num] = name,
    LOOKUP_ROUTES(X)
#undef X
};
#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

bool access_allows(enum access_role role, enum lookup_route route)
{
    static const bool table[COUNT(role_names)][COUNT(route_names)] = {
        [ACCESS_MAILING] = {[LOOKUP_DECISIONS] = true,
                            [LOOKUP_SCRUB] = true,
                            [LOOKUP_LISTS] = true,
                            [LOOKUP_CHANGES] = true,
                            [LOOKUP_SNAPSHOT] = true,
                            [LOOKUP_FILTER] = true,
                            [LOOKUP_ACKNOWLEDGEMENTS] = true,
                            [LOOKUP_DELETION] = true,
                            [LOOKUP_PROOF] = true,
                            [LOOKUP_ME] = true},
        [ACCESS_RESELLER] = {[LOOKUP_PROVENANCE] = true,
                             [LOOKUP_RECEIPTS] = true,
                             [LOOKUP_QUALITY] = true,
                             [LOOKUP_PROOF] = true,
                             [LOOKUP_TOLD] = true,
                             [LOOKUP_ME] = true},
        [ACCESS_DPO] = {[LOOKUP_DECISIONS] = true,  [LOOKUP_SCRUB] = true,
                        [LOOKUP_PROVENANCE] = true, [LOOKUP_LISTS] = true,
                        [LOOKUP_CHANGES] = true,    [LOOKUP_SNAPSHOT] = true,
                        [LOOKUP_FILTER] = true,     [LOOKUP_RECEIPTS] = true,
                        [LOOKUP_QUALITY] = true,    [LOOKUP_EXPORT] = true,
                        [LOOKUP_RECORDS] = true,    [LOOKUP_EVIDENCE] = true,
                        [LOOKUP_ERASURE] = true,    [LOOKUP_DELETION] = true,
                        [LOOKUP_QUARANTINE] = true, [LOOKUP_FEEDS] = true,
                        [LOOKUP_RIGHTS] = true,     [LOOKUP_PROOF] = true,
                        [LOOKUP_TOLD] = true,       [LOOKUP_DESK] = true,
                        [LOOKUP_REGISTER] = true,   [LOOKUP_AGREEMENT] = true,
                        [LOOKUP_TOKENS] = true,     [LOOKUP_HOLDS] = true,
                        [LOOKUP_ME] = true},
        [ACCESS_AUDITOR] = {[LOOKUP_DECISIONS] = true,
                            [LOOKUP_PROVENANCE] = true,
                            [LOOKUP_LISTS] = true,
                            [LOOKUP_CHANGES] = true,
                            [LOOKUP_SNAPSHOT] = true,
                            [LOOKUP_FILTER] = true,
                            [LOOKUP_RECEIPTS] = true,
                            [LOOKUP_QUALITY] = true,
                            [LOOKUP_QUARANTINE] = true,
                            [LOOKUP_FEEDS] = true,
                            [LOOKUP_RIGHTS] = true,
                            [LOOKUP_DESK] = true,
                            [LOOKUP_PROOF] = true,
                            [LOOKUP_ME] = true},
        /* of consent-gateway alone: no route here */
        [ACCESS_SOURCE] = {[LOOKUP_NONE] = false},
        [ACCESS_OPERATOR] =
            {[LOOKUP_FEEDS] = true, [LOOKUP_PROOF] = true, [LOOKUP_ME] = true},
    };

    return (size_t)role < COUNT(table) && (size_t)route < COUNT(table[0]) &&
           table[role][route];
}

bool access_sees_data(enum access_role role)
{
    return role == ACCESS_DPO || role == ACCESS_RESELLER;
}

bool access_settles(enum access_role role)
{
    return role == ACCESS_DPO;
}

const char *access_role_name(enum access_role role)
{
    return (size_t)role < COUNT(role_names) && role_names[role] ? role_names[role] : "?";
}

enum access_role access_role_parse(const char *name)
{
    for (size_t i = 1; i < COUNT(role_names); i++)
        if (strcmp(role_names[i], name) == 0)
            return (enum access_role)i;
    return ACCESS_NONE;
}

const char *lookup_route_name(enum lookup_route route)
{
    return (size_t)route < COUNT(route_names) && route_names[route] ? route_names[route]
                                                                    : "?";
}
