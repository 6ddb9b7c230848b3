/* Which addresses a URL of somebody else may lead to. */
#include "fetch/public.h"

#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/un.h>

static bool public(const char *text)
{
    struct sockaddr_in in = {.sin_family = AF_INET};
    struct sockaddr_in6 in6 = {.sin6_family = AF_INET6};

    if (inet_pton(AF_INET, text, &in.sin_addr) == 1)
        return address_public((const struct sockaddr *)&in);
    cr_assert_eq(inet_pton(AF_INET6, text, &in6.sin6_addr), 1, "%s", text);
    return address_public((const struct sockaddr *)&in6);
}

Test(fetch_public, what_is_for_nobody_or_for_us_alone)
{
    static const char *const inside[] = {
        "0.0.0.0",
        "0.1.2.3",
        "10.0.0.1",
        "10.255.255.255",
        "100.64.0.1",
        "100.127.255.255",
        "127.0.0.1",
        "127.255.255.254",
        "169.254.169.254",
        "172.16.0.1",
        "172.31.255.255",
        "192.0.0.8",
        "192.0.2.1",
        "192.88.99.1",
        "192.168.1.1",
        "198.18.0.1",
        "198.19.255.255",
        "198.51.100.7",
        "203.0.113.9",
        "224.0.0.1",
        "239.255.255.255",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::ffff:127.0.0.1",
        "::ffff:10.1.2.3",
        "::ffff:169.254.169.254",
        "64:ff9b::7f00:1",
        "64:ff9b::a00:1",
        "2002:7f00:1::",
        "2002:a9fe:a9fe::1",
        "2001::1",
        "2001:db8::1",
        "3fff::1",
        "fc00::1",
        "fd12:3456::1",
        "fe80::1",
        "fec0::1",
        "ff02::1",
        "100::1",
        "::127.0.0.1",
        "4000::1",
    };
    struct sockaddr_un un = {.sun_family = AF_UNIX};

    for (size_t i = 0; i < sizeof(inside) / sizeof(inside[0]); i++)
        cr_expect_not(public(inside[i]), "%s", inside[i]);
    cr_expect_not(address_public((const struct sockaddr *)&un));
}

Test(fetch_public, what_is_for_everybody)
{
    static const char *const open[] = {
        "1.1.1.1",           "9.255.255.255",   "11.0.0.0",         "100.63.255.255",
        "100.128.0.0",       "126.255.255.255", "128.0.0.1",        "169.253.255.255",
        "172.15.255.255",    "172.32.0.0",      "192.0.1.1",        "192.167.255.255",
        "198.17.255.255",    "198.20.0.0",      "223.255.255.255",  "2600::1",
        "2a00:1450:4001::5", "::ffff:8.8.8.8",  "64:ff9b::808:808", "2002:808:808::1",
        "2001:200::1",
    };

    for (size_t i = 0; i < sizeof(open) / sizeof(open[0]); i++)
        cr_expect(public(open[i]), "%s", open[i]);
}
