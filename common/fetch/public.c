#include "public.h"

#include <netinet/in.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct net {
    uint8_t bytes[16];
    int bits;
};

static bool within(const uint8_t *address, const struct net *net)
{
    const int whole = net->bits / 8, rest = net->bits % 8;

    return memcmp(address, net->bytes, (size_t)whole) == 0 &&
           (rest == 0 || (address[whole] ^ net->bytes[whole]) >> (8 - rest) == 0);
}

static bool public4(const uint8_t address[4])
{
    static const struct net closed[] = {
        {{0}, 8},
        {{10}, 8},
        {{100, 64}, 10},
        {{127}, 8},
        {{169, 254}, 16},
        {{172, 16}, 12},
        {{192, 0, 0}, 24},
        {{192, 0, 2}, 24},
        {{192, 88, 99}, 24},
        {{192, 168}, 16},
        {{198, 18}, 15},
        {{198, 51, 100}, 24},
        {{203, 0, 113}, 24},
        {{224}, 4},
        {{240}, 4},
    };

    for (size_t i = 0; i < sizeof(closed) / sizeof(closed[0]); i++)
        if (within(address, &closed[i]))
            return false;
    return true;
}

/* Global unicast is 2000::/3; of it some is not for everybody. */
static bool public6(const uint8_t address[16])
{
    static const struct net global = {{0x20}, 3},
                            mapped = {{[10] = 0xff, [11] = 0xff}, 96},
                            nat64 = {{0, 0x64, 0xff, 0x9b}, 96},
                            six4 = {{0x20, 0x02}, 16};
    static const struct net closed[] = {
        {{0x20, 0x01}, 23},             /* protocols, Teredo among them */
        {{0x20, 0x01, 0x0d, 0xb8}, 32}, /* documentation */
        {{0x3f, 0xff}, 20},             /* likewise */
    };

    if (within(address, &mapped) || within(address, &nat64))
        return public4(address + 12);
    if (within(address, &six4))
        return public4(address + 2);
    for (size_t i = 0; i < sizeof(closed) / sizeof(closed[0]); i++)
        if (within(address, &closed[i]))
            return false;
    return within(address, &global);
}

bool address_public(const struct sockaddr *address)
{
    struct sockaddr_in in;
    struct sockaddr_in6 in6;

    switch (address->sa_family) {
    case AF_INET:
        memcpy(&in, address, sizeof(in));
        return public4((const uint8_t *)&in.sin_addr);
    case AF_INET6:
        memcpy(&in6, address, sizeof(in6));
        return public6(in6.sin6_addr.s6_addr);
    default: return false;
    }
}
