/* http_client.h - the other end of a real socket, for the tests of common/http. */
#ifndef CONSENT_TEST_HTTP_CLIENT_H
#define CONSENT_TEST_HTTP_CLIENT_H

#include "base/clock.h"
#include "http/server.h"

#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define COUNT(a) (sizeof(a) / sizeof(*(a)))

/* own: an address of the loopback network, 127.0.0.2 say */
static inline int dial_from(const char *own, uint16_t port)
{
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons(port)};
    struct sockaddr_in from = {.sin_family = AF_INET};
    int fd = socket(AF_INET, SOCK_STREAM, 0);

    inet_pton(AF_INET, own, &from.sin_addr);
    cr_assert_eq(bind(fd, (struct sockaddr *)&from, sizeof(from)), 0);
    a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    cr_assert_eq(connect(fd, (struct sockaddr *)&a, sizeof(a)), 0);
    return fd;
}

static inline int dial(uint16_t port)
{
    return dial_from("127.0.0.1", port);
}

static inline void say(int fd, const char *text)
{
    cr_assert_eq(send(fd, text, strlen(text), MSG_NOSIGNAL), (ssize_t)strlen(text));
}

/* Reads until the server closes or ms have passed. Returns what came. */
static inline const char *hear(int fd, int ms, bool *closed)
{
    static char text[1 << 17];
    size_t len = 0;
    int64_t end_us = clock_mono_us() + ms * INT64_C(1000);

    *closed = false;
    while (len < sizeof(text) - 1) {
        struct pollfd p = {fd, POLLIN, 0};
        int left = (int)((end_us - clock_mono_us()) / 1000);
        ssize_t got;

        if (left <= 0 || poll(&p, 1, left) <= 0)
            break;
        got = recv(fd, text + len, sizeof(text) - 1 - len, 0);
        if (got <= 0) {
            *closed = true;
            break;
        }
        len += (size_t)got;
    }
    text[len] = '\0';
    return text;
}

/* As hear(), but however long the answer, or the end, takes to come on a busy machine. */
static inline const char *answer(int fd, int ms, bool *closed)
{
    struct pollfd p = {fd, POLLIN, 0};

    cr_assert_eq(poll(&p, 1, 30000), 1, "neither an answer nor an end");
    return hear(fd, ms, closed);
}

static inline const char *ask(uint16_t port, const char *request, int ms, bool *closed)
{
    int fd = dial(port);
    const char *text;

    say(fd, request);
    text = answer(fd, ms, closed);
    close(fd);
    return text;
}

static inline bool says(const char *text, const char *status, const char *piece)
{
    return strncmp(text, "HTTP/1.1 ", 9) == 0 && strncmp(text + 9, status, 3) == 0 &&
           strstr(text, piece) != NULL;
}

static inline const char *body_of(const char *text)
{
    const char *blank = strstr(text, "\r\n\r\n");

    return blank != NULL ? blank + 4 : "(no answer)";
}

#endif
