#include "base/edge.h"

#include <arpa/inet.h>
#include <string.h>

bool edge_is_near(const char *host)
{
    static const char *const names[] = {"localhost", "::1", "[::1]"};

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (strcmp(host, names[i]) == 0)
            return true;
    /* A name that begins so ("127.example") is somebody else's. */
    if (strncmp(host, "127.", 4) == 0)
        return strspn(host, "0123456789.") == strlen(host);
    return host[0] == '/' || host[0] == '@';
}

static bool next_word(const char **at, const char **ret, size_t *ret_len)
{
    *at += strspn(*at, " \t,");
    *ret = *at;
    *ret_len = strcspn(*at, " \t,");
    *at += *ret_len;
    return *ret_len > 0;
}

bool edge_said(const char *plaintext, const char *edge)
{
    const char *word;
    size_t len;

    while (next_word(&plaintext, &word, &len))
        if (len == strlen(edge) && strncmp(word, edge, len) == 0)
            return true;
    return false;
}

bool edge_words(const char *plaintext, struct err *err)
{
    static const char *const known[] = {EDGE_HTTP, EDGE_KAFKA, EDGE_POSTGRESQL};
    const char *word;
    size_t len;

    while (next_word(&plaintext, &word, &len)) {
        bool found = false;

        for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
            found =
                found || (len == strlen(known[i]) && strncmp(word, known[i], len) == 0);
        if (!found)
            return err_set(err, ERR_CONFIG, "PLAINTEXT",
                           "plaintext: \"%.*s\" is not one of http, kafka, postgresql",
                           (int)(len < 40 ? len : 40), word);
    }
    return true;
}

static bool is_numeric(const char *address)
{
    unsigned char ignored[sizeof(struct in6_addr)];

    return inet_pton(AF_INET, address, ignored) == 1 ||
           inet_pton(AF_INET6, address, ignored) == 1;
}

bool edge_http(const char *setting, const char *address, bool tls, const char *plaintext,
               struct err *err)
{
    if (!edge_words(plaintext, err))
        return false;
    if (!is_numeric(address))
        return err_set(
            err, ERR_CONFIG, "HTTP_ADDRESS",
            "%s: \"%.60s\" is not a numeric IPv4 or IPv6 address, as 127.0.0.1 "
            "or ::1; the port is a setting of its own",
            setting, address);
    return tls || edge_is_near(address) || edge_said(plaintext, EDGE_HTTP) ||
           err_set(
               err, ERR_CONFIG, "PLAINTEXT",
               "%s: HTTP at %.40s would be in plain text: give a certificate, listen on "
               "loopback behind a proxy with TLS, or say plaintext = http",
               setting, address);
}
