/* consentctl ready: is a program on this machine able to work? For health checks in
 * containers, which have no other tool in them. */
#include "commands.h"

#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#define WAIT_S 5

static int connect_to(const char *host, const char *port, struct err *err)
{
    const struct timeval wait = {.tv_sec = WAIT_S};
    const struct addrinfo hints = {.ai_socktype = SOCK_STREAM};
    struct addrinfo *found;
    int fd = -1;

    if (getaddrinfo(host, port, &hints, &found) != 0) {
        err_set(err, ERR_CONFIG, "NO_HOST", "there is no %s, port %s", host, port);
        return -1;
    }
    for (struct addrinfo *a = found; a != NULL && fd < 0; a = a->ai_next) {
        fd = socket(a->ai_family, a->ai_socktype | SOCK_CLOEXEC, a->ai_protocol);
        if (fd < 0)
            continue;
        (void)setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof(wait));
        (void)setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &wait, sizeof(wait));
        if (connect(fd, a->ai_addr, a->ai_addrlen) != 0) {
            close(fd);
            fd = -1;
        }
    }
    freeaddrinfo(found);
    if (fd < 0)
        err_set(err, ERR_RETRY, "NOT_READY", "nothing answers at %s, port %s", host,
                port);
    return fd;
}

/* The answer with its head, cut to what fits. */
static bool ask(int fd, char *ret, size_t bytes)
{
    static const char question[] =
        "GET /readyz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    size_t n = 0;
    ssize_t got = 1;

    if (send(fd, question, sizeof(question) - 1, MSG_NOSIGNAL) !=
        (ssize_t)sizeof(question) - 1)
        return false;
    while (got > 0 && n < bytes - 1) {
        got = recv(fd, ret + n, bytes - 1 - n, 0);
        n += got > 0 ? (size_t)got : 0;
    }
    ret[n] = '\0';
    return strncmp(ret, "HTTP/1.", 7) == 0 && n > 12;
}

int ready_run(struct ctl *ctl)
{
    char host[256] = "127.0.0.1", answer[2048];
    const char *port = strrchr(ctl->args[0], ':');
    const char *why;
    struct err err;
    int fd;

    if (port != NULL)
        snprintf(host, sizeof(host), "%.*s", (int)(port - ctl->args[0]), ctl->args[0]);
    port = port != NULL ? port + 1 : ctl->args[0];
    fd = connect_to(host, port, &err);
    if (fd < 0)
        return ctl_fail(ctl, &err);
    if (!ask(fd, answer, sizeof(answer)))
        err_set(&err, ERR_RETRY, "NOT_READY", "no answer in HTTP from %s, port %s", host,
                port);
    else if (strncmp(answer + 9, "200", 3) == 0)
        err_clear(&err);
    else
        err_set(&err, ERR_RETRY, "NOT_READY", "it is not ready: %.120s",
                (why = strstr(answer, "\r\n\r\n")) != NULL ? why + 4 : "");
    close(fd);
    return err.kind == ERR_NONE ? CTL_DONE : ctl_fail(ctl, &err);
}
