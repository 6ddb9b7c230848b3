#include "http/client.h"
#include "http/head.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static const uint8_t mapped[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

static void of_v4(const void *v4, uint8_t ret[HTTP_CLIENT_BYTES])
{
    memcpy(ret, mapped, sizeof(mapped));
    memcpy(ret + sizeof(mapped), v4, 4);
}

/* Numbers only, without a port. */
static bool of_text(const char *text, uint8_t ret[HTTP_CLIENT_BYTES], bool *ret_v4)
{
    uint8_t v4[4];

    *ret_v4 = inet_pton(AF_INET, text, v4) == 1;
    if (*ret_v4)
        of_v4(v4, ret);
    return *ret_v4 || inet_pton(AF_INET6, text, ret) == 1;
}

/* --- the proxies --- */

static bool net_read(char *word, struct proxies *ret)
{
    char *slash = strchr(word, '/'), *end;
    long bits = 128;
    bool v4;

    if (ret->n == PROXIES_MAX)
        return false;
    if (slash != NULL)
        *slash = '\0';
    if (!of_text(word, ret->net[ret->n].at, &v4))
        return false;
    if (slash != NULL) {
        bits = strtol(slash + 1, &end, 10);
        if (end == slash + 1 || *end != '\0' || bits < 0 || bits > (v4 ? 32 : 128))
            return false;
        bits += v4 ? 96 : 0;
    }
    ret->net[ret->n++].bits = (int)bits;
    return true;
}

bool proxies_read(const char *text, struct proxies *ret, struct err *err)
{
    ret->n = 0;
    while (text != NULL && *(text += strspn(text, " \t,")) != '\0') {
        const size_t len = strcspn(text, " \t,");
        char word[64];

        snprintf(word, sizeof(word), "%.*s", (int)len, text);
        if (len >= sizeof(word) || !net_read(word, ret))
            return err_set(err, ERR_CONFIG, "HTTP_PROXIES",
                           "trusted_proxies: \"%.60s\" is no numeric address or network, "
                           "or there are more than %d",
                           word, PROXIES_MAX);
        text += len;
    }
    return true;
}

static bool within(const uint8_t *at, const uint8_t *net, int bits)
{
    const size_t whole = (size_t)bits / 8;
    const uint8_t mask = (uint8_t)(0xff00 >> (bits % 8));

    return memcmp(at, net, whole) == 0 &&
           (bits % 8 == 0 || (at[whole] & mask) == (net[whole] & mask));
}

bool client_is_proxy(const struct proxies *proxies, const uint8_t at[HTTP_CLIENT_BYTES])
{
    for (size_t i = 0; i < proxies->n; i++)
        if (within(at, proxies->net[i].at, proxies->net[i].bits))
            return true;
    return false;
}

/* --- the client --- */

#define READ_ARE "name one that holds addresses alone, as X-Forwarded-For, X-Real-IP"

bool client_field_check(const char *name, struct err *err)
{
    if (name == NULL)
        return true;
    if (strcasecmp(name, "Forwarded") == 0)
        return err_set(err, ERR_CONFIG, "HTTP_CLIENT",
                       "client_header: Forwarded (RFC 7239) is not read; " READ_ARE);
    if (!head_is_token(name))
        return err_set(err, ERR_CONFIG, "HTTP_CLIENT",
                       "client_header: \"%.40s\" is no name of a field; " READ_ARE, name);
    return true;
}

bool client_of_peer(const struct sockaddr *peer, uint8_t ret[HTTP_CLIENT_BYTES])
{
    const void *any = peer;

    if (peer != NULL && peer->sa_family == AF_INET)
        of_v4(&((const struct sockaddr_in *)any)->sin_addr, ret);
    else if (peer != NULL && peer->sa_family == AF_INET6)
        memcpy(ret, &((const struct sockaddr_in6 *)any)->sin6_addr, HTTP_CLIENT_BYTES);
    else
        return false;
    return true;
}

bool client_is_near(const uint8_t at[HTTP_CLIENT_BYTES])
{
    static const uint8_t one[HTTP_CLIENT_BYTES] = {[HTTP_CLIENT_BYTES - 1] = 1};

    return memcmp(at, one, sizeof(one)) == 0 ||
           (memcmp(at, mapped, sizeof(mapped)) == 0 && at[sizeof(mapped)] == 127);
}

/* "192.0.2.1", "192.0.2.1:4711", "[2001:db8::1]:4711", "2001:db8::1" */
static bool entry_read(const char *entry, size_t len, uint8_t ret[HTTP_CLIENT_BYTES])
{
    char text[64], *colon;
    bool v4;

    if (len == 0 || len >= sizeof(text))
        return false;
    snprintf(text, sizeof(text), "%.*s", (int)len, entry);
    if (text[0] == '[') {
        text[strcspn(text, "]")] = '\0';
        return of_text(text + 1, ret, &v4);
    }
    colon = strchr(text, ':');
    if (colon != NULL && strchr(colon + 1, ':') == NULL)
        *colon = '\0';
    return of_text(text, ret, &v4);
}

bool client_of_field(const struct proxies *proxies, const char *value,
                     uint8_t ret[HTTP_CLIENT_BYTES])
{
    size_t end = strlen(value);

    while (end > 0) {
        size_t from = end;

        while (from > 0 && value[from - 1] != ',')
            from--;
        while (end > from && strchr(" \t", value[end - 1]) != NULL)
            end--;
        for (size_t at = from; at < end && strchr(" \t", value[at]) != NULL; at++)
            from = at + 1;
        if (!entry_read(value + from, end - from, ret))
            return false;
        if (!client_is_proxy(proxies, ret))
            return true;
        while (from > 0 && value[from - 1] != ',')
            from--;
        end = from > 0 ? from - 1 : 0;
    }
    return false;
}

void client_network(const uint8_t at[HTTP_CLIENT_BYTES], uint8_t ret[HTTP_CLIENT_BYTES])
{
    memcpy(ret, at, HTTP_CLIENT_BYTES);
    if (memcmp(at, mapped, sizeof(mapped)) != 0)
        memset(ret + HTTP_CLIENT_BYTES / 2, 0, HTTP_CLIENT_BYTES / 2);
}
