/*
 * head.c - fuzz target: a whole HTTP server, from the first byte of a connection on.
 *
 * The input is what a stranger sends, in one piece or in two. Whatever the bytes: what
 * comes back is one answer after another with a status of three digits, or nothing; a
 * route is not asked when the first head is not to the letter (RFC 9112: bare CR or LF,
 * continued lines, a blank before the colon); nobody is asked more often than there are
 * request lines; and the server still answers somebody else.
 */
#include "require.h"

#include "http/server.h"

#include <arpa/inet.h>
#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define ANSWER_BYTES 65536

static struct http_server *server;
static atomic_uint asked;

static void answer(void *context, const struct http_request *rq, struct http_reply *reply)
{
    (void)context;
    atomic_fetch_add(&asked, 1);
    buf_addf(&reply->body, "%zu\n", rq->body_len);
}

static void start(void)
{
    static const struct http_route routes[] = {
        {.path = "/a", .answer = answer, .arguments = "x y"},
        {.path = "/a", .method = HTTP_POST, .answer = answer, .arguments = ""},
        {.path = "/u/{}", .method = HTTP_POST, .lenient = true, .answer = answer},
        {.path = "/u/{}", .lenient = true, .answer = answer},
    };
    /* Who says half of something and then nothing is cut soon. */
    static const struct http_limits limits = {.connections = 64,
                                              .connections_per_address = 64,
                                              .header_bytes = 4096,
                                              .body_bytes = 4096,
                                              .bodies_bytes = 65536,
                                              .reply_bytes = 65536,
                                              .idle_s = 1,
                                              .deadline_ms = 100};
    static const struct http_service service = {
        .address = "127.0.0.1", .routes = routes, .n_routes = 4, .limits = &limits};
    struct err err;

    signal(SIGPIPE, SIG_IGN);
    require(http_server_open(&service, &server, &err), "the server starts");
}

static int dial(void)
{
    struct sockaddr_in to = {.sin_family = AF_INET,
                             .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
                             .sin_port = htons(http_server_port(server))};
    const struct linger at_once = {1, 0}; /* no port waits for late bytes */
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    require(fd >= 0 && connect(fd, (struct sockaddr *)&to, sizeof(to)) == 0,
            "it listens");
    setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
    return fd;
}

/* Until the other side closes; we have closed our half. */
static size_t hear(int fd, char *ret)
{
    size_t len = 0;
    struct pollfd in = {fd, POLLIN, 0};

    while (len + 1 < ANSWER_BYTES && poll(&in, 1, 15000) > 0) {
        const ssize_t n = read(fd, ret + len, ANSWER_BYTES - 1 - len);

        if (n <= 0)
            break;
        len += (size_t)n;
    }
    ret[len] = '\0';
    return len;
}

static const uint8_t *find(const uint8_t *at, size_t len, const char *what)
{
    return memmem(at, len, what, strlen(what));
}

/* Is the head that ends at len one that must be refused? */
static bool is_loose(const uint8_t *head, size_t len)
{
    bool first = true;
    size_t colon = 0;

    for (size_t i = 0, line = 0; i < len; i++) {
        if (head[i] == '\n' && (i == 0 || head[i - 1] != '\r'))
            return true;
        if (head[i] == '\r' && (i + 1 >= len || head[i + 1] != '\n'))
            return true;
        if (!first && i == line && (head[i] == ' ' || head[i] == '\t'))
            return true;
        if (!first && head[i] == ':' && colon == 0) {
            colon = i;
            if (i == line || head[i - 1] == ' ' || head[i - 1] == '\t')
                return true;
        }
        if (head[i] == '\n') {
            first = false;
            line = i + 1;
            colon = 0;
        }
    }
    return false;
}

static size_t count(const uint8_t *data, size_t size, const char *what)
{
    size_t n = 0;

    for (const uint8_t *end = data + size;
         (data = find(data, (size_t)(end - data), what)) != NULL; data++)
        n++;
    return n;
}

static void send_all(int fd, const uint8_t *data, size_t size)
{
    const size_t half = size / 2;

    if (size % 2 == 0 || send(fd, data, half, 0) != (ssize_t)half) {
        (void)!send(fd, data, size, 0);
        return;
    }
    (void)!send(fd, data + half, size - half, 0);
}

static void see_answers(const char *text, size_t len)
{
    if (len == 0)
        return;
    require(strncmp(text, "HTTP/1.", 7) == 0, "what comes back is an answer");
    require(strspn(text + 9, "0123456789") == 3, "with a status");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static char text[ANSWER_BYTES];
    static unsigned runs;
    const uint8_t *blank;
    unsigned n;
    int fd;

    if (server == NULL)
        start();
    atomic_store(&asked, 0);
    fd = dial();
    send_all(fd, data, size);
    shutdown(fd, SHUT_WR);
    see_answers(text, hear(fd, text));
    close(fd);
    n = atomic_load(&asked);
    require(n <= count(data, size, " HTTP/1."), "nobody is asked without being named");
    /* Empty lines before a request are passed over. */
    while (size >= 2 && data[0] == '\r' && data[1] == '\n')
        data += 2, size -= 2;
    blank = find(data, size, "\r\n\r\n");
    if (blank != NULL && is_loose(data, (size_t)(blank - data) + 4))
        require(n == 0, "a head that is not to the letter reaches nobody");
    if (++runs % 256 == 0) {
        static const char good[] = "GET /a HTTP/1.1\r\nHost: h\r\n"
                                   "Connection: close\r\n\r\n";

        fd = dial();
        send_all(fd, (const uint8_t *)good, sizeof(good) - 1);
        hear(fd, text);
        close(fd);
        require(strncmp(text, "HTTP/1.1 200", 12) == 0, "others are still answered");
    }
    return 0;
}
