#include "http/listen.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define LISTEN_BACKLOG 128

union address {
    struct sockaddr any;
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
};

static bool address_parse(const char *text, uint16_t port, union address *a,
                          socklen_t *len)
{
    memset(a, 0, sizeof(*a));
    if (inet_pton(AF_INET, text, &a->v4.sin_addr) == 1) {
        a->v4.sin_family = AF_INET;
        a->v4.sin_port = htons(port);
        *len = sizeof(a->v4);
        return true;
    }
    if (inet_pton(AF_INET6, text, &a->v6.sin6_addr) == 1) {
        a->v6.sin6_family = AF_INET6;
        a->v6.sin6_port = htons(port);
        *len = sizeof(a->v6);
        return true;
    }
    return false;
}

static bool bind_and_listen(int fd, union address *a, socklen_t len, uint16_t *ret_port)
{
    int on = 1;

    if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) != 0 ||
        bind(fd, &a->any, len) != 0 || listen(fd, LISTEN_BACKLOG) != 0 ||
        getsockname(fd, &a->any, &len) != 0)
        return false;
    *ret_port = ntohs(a->any.sa_family == AF_INET ? a->v4.sin_port : a->v6.sin6_port);
    return true;
}

/* The former process may have the port for another moment, and an address may come later:
 * of IPv6, or one that wanders between machines. Nothing else passes by itself. */
static void refused(const struct listen_at *at, struct err *err)
{
    const char *address = at->address_setting, *port = at->port_setting;

    if (errno == EADDRINUSE)
        err_set(err, ERR_RETRY, "HTTP_IN_USE",
                "%s: %.60s port %u is taken: another process listens there (ss -ltnp)",
                port != NULL ? port : "http_port", at->address, at->port);
    else if (errno == EADDRNOTAVAIL)
        err_set(err, ERR_RETRY, "HTTP_NO_ADDRESS",
                "%s: cannot listen on %.60s port %u: this machine does not have that "
                "address, or not yet (ip address)",
                address != NULL ? address : "http_address", at->address, at->port);
    else
        err_set(err, ERR_CONFIG, "HTTP_BIND", "%s: cannot listen on %.60s port %u: %s",
                port != NULL ? port : "http_port", at->address, at->port,
                strerror(errno));
}

bool http_listen(const struct listen_at *at, int *ret_fd, uint16_t *ret_port,
                 struct err *err)
{
    union address a;
    socklen_t len;
    int fd;

    if (!address_parse(at->address, at->port, &a, &len))
        return err_set(err, ERR_CONFIG, "HTTP_ADDRESS",
                       "%s: \"%.60s\" is not a numeric IPv4 or IPv6 address",
                       at->address_setting != NULL ? at->address_setting : "http_address",
                       at->address);
    fd = socket(a.any.sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0 || !bind_and_listen(fd, &a, len, ret_port)) {
        refused(at, err);
        if (fd >= 0)
            close(fd);
        return false;
    }
    *ret_fd = fd;
    return true;
}
