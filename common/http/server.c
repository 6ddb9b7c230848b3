#include "http/server.h"
#include "base/clock.h"
#include "base/mem.h"
#include "http/listen.h"

#include <microhttpd.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#define HTTP_WAIT_MS 100

const struct http_limits http_limits_preset = {64, 32, 16384, 5, 10000};

/* One open connection, in the server's list. Touched by the server's thread only. */
struct conn {
    int fd;
    int64_t since_us;
    struct conn *prev, *next;
};

struct http_server {
    const struct http_route *routes;
    size_t n;
    void *context;
    struct http_limits limits;
    uint16_t port;
    struct MHD_Daemon *daemon;
    struct conn *first;
    pthread_t thread;
    atomic_bool closing;
};

static const char plain_text[] = "text/plain; charset=utf-8";

/* The body must be static, or *own it: then it is freed after sending. */
static enum MHD_Result send_reply(struct MHD_Connection *connection, unsigned status,
                                  const char *type, char *body, size_t len,
                                  enum MHD_ResponseMemoryMode mode, const char *allow)
{
    struct MHD_Response *response = MHD_create_response_from_buffer(len, body, mode);
    enum MHD_Result sent;

    if (response == NULL) {
        if (mode == MHD_RESPMEM_MUST_FREE)
            free(body);
        return MHD_NO;
    }
    MHD_add_response_header(response, "Content-Type", type);
    MHD_add_response_header(response, "Cache-Control", "no-store");
    MHD_add_response_header(response, "X-Content-Type-Options", "nosniff");
    if (allow != NULL)
        MHD_add_response_header(response, "Allow", allow);
    /* What we did not like we do not go on talking to. */
    if (status >= 400 && status != 404 && status != 503)
        MHD_add_response_header(response, "Connection", "close");
    sent = MHD_queue_response(connection, status, response);
    MHD_destroy_response(response);
    return sent;
}

static enum MHD_Result refuse(struct MHD_Connection *connection, unsigned status,
                              const char *words, const char *allow)
{
    char body[64];

    snprintf(body, sizeof(body), "%s\n", words);
    return send_reply(connection, status, plain_text, body, strlen(body),
                      MHD_RESPMEM_MUST_COPY, allow);
}

struct head {
    bool has_body;
    unsigned hosts;
};

static enum MHD_Result see_header(void *cls, enum MHD_ValueKind kind, const char *key,
                                  const char *value)
{
    struct head *head = cls;

    (void)kind;
    if (strcasecmp(key, "Transfer-Encoding") == 0 ||
        (strcasecmp(key, "Content-Length") == 0 &&
         (value == NULL || strcmp(value, "0") != 0)))
        head->has_body = true;
    if (strcasecmp(key, "Host") == 0)
        head->hosts++;
    return MHD_YES;
}

static enum MHD_Result answer(const struct http_server *s, const struct http_route *route,
                              struct MHD_Connection *connection)
{
    struct http_reply reply = {200, plain_text, {0}};

    buf_init(&reply.body, HTTP_REPLY_BYTES_MAX);
    route->answer(s->context, &reply);
    if (reply.body.overrun) {
        buf_done(&reply.body);
        return refuse(connection, 500, "the answer is too long", NULL);
    }
    if (reply.body.data == NULL)
        buf_add(&reply.body, "", 0);
    /* The bytes are libmicrohttpd's from here on: no buf_done. */
    return send_reply(connection, reply.status, reply.type, reply.body.data,
                      reply.body.len, MHD_RESPMEM_MUST_FREE, NULL);
}

/* Refuses by the headers alone; an answer at this point also ends the connection. */
static enum MHD_Result check_head(struct MHD_Connection *connection, const char *method,
                                  const char *version)
{
    struct head head = {false, 0};

    if (strcmp(method, "GET") != 0 && strcmp(method, "HEAD") != 0)
        return refuse(connection, 405, "only GET and HEAD", "GET, HEAD");
    MHD_get_connection_values(connection, MHD_HEADER_KIND, see_header, &head);
    if (head.has_body)
        return refuse(connection, 400, "a GET has no body", NULL);
    if (head.hosts > 1 || (head.hosts == 0 && strcmp(version, "HTTP/1.0") != 0))
        return refuse(connection, 400, "one Host header, please", NULL);
    return MHD_YES;
}

/* Called once with the headers and then, if we did not refuse them, for the answer. */
static enum MHD_Result on_request(void *cls, struct MHD_Connection *connection,
                                  const char *path, const char *method,
                                  const char *version, const char *upload_data,
                                  size_t *upload_size, void **request)
{
    static char headers_seen;
    const struct http_server *s = cls;

    (void)upload_data;
    (void)upload_size;
    if (*request == NULL) {
        *request = &headers_seen;
        return check_head(connection, method, version);
    }
    for (size_t i = 0; i < s->n; i++) {
        if (strcmp(path, s->routes[i].path) == 0)
            return answer(s, &s->routes[i], connection);
    }
    return refuse(connection, 404, "there is nothing here", NULL);
}

static void on_connection(void *cls, struct MHD_Connection *connection,
                          void **socket_context, enum MHD_ConnectionNotificationCode code)
{
    struct http_server *s = cls;
    struct conn *c = *socket_context;

    if (code == MHD_CONNECTION_NOTIFY_STARTED) {
        c = mem_zalloc(1, sizeof(*c));
        c->fd = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD)
                    ->connect_fd;
        c->since_us = clock_mono_us();
        c->next = s->first;
        if (c->next != NULL)
            c->next->prev = c;
        s->first = c;
        *socket_context = c;
        return;
    }
    if (c == NULL)
        return;
    if (c->next != NULL)
        c->next->prev = c->prev;
    if (c->prev != NULL)
        c->prev->next = c->next;
    else
        s->first = c->next;
    free(c);
    *socket_context = NULL;
}

static void on_completed(void *cls, struct MHD_Connection *connection, void **request,
                         enum MHD_RequestTerminationCode code)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    struct conn *c = info != NULL ? info->socket_context : NULL;

    (void)cls;
    (void)request;
    (void)code;
    if (c != NULL)
        c->since_us = clock_mono_us();
}

/* libmicrohttpd only knows idle time, so a byte now and then would hold a connection for
 * ever. A socket shut down here it then closes itself. */
static void cut_the_late(struct http_server *s)
{
    int64_t oldest_us = clock_mono_us() - (int64_t)s->limits.deadline_ms * 1000;

    for (struct conn *c = s->first; c != NULL; c = c->next) {
        if (c->since_us < oldest_us)
            shutdown(c->fd, SHUT_RDWR);
    }
}

static void *serve(void *arg)
{
    struct http_server *s = arg;

    while (!atomic_load(&s->closing)) {
        /* It fails only for want of memory or descriptors: try again, but not in a spin.
         */
        if (MHD_run_wait(s->daemon, HTTP_WAIT_MS) != MHD_YES)
            clock_sleep_ms(HTTP_WAIT_MS);
        cut_the_late(s);
    }
    return NULL;
}

static bool start_thread(struct http_server *s)
{
    sigset_t all, kept;
    bool started;

    /* Signals are for the program's main thread. */
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &kept);
    started = pthread_create(&s->thread, NULL, serve, s) == 0;
    pthread_sigmask(SIG_SETMASK, &kept, NULL);
    return started;
}

static struct MHD_Daemon *start_daemon(struct http_server *s, int fd)
{
    return MHD_start_daemon(
        MHD_USE_EPOLL, 0, NULL, NULL, on_request, s, MHD_OPTION_LISTEN_SOCKET, fd,
        MHD_OPTION_CONNECTION_LIMIT, s->limits.connections,
        MHD_OPTION_PER_IP_CONNECTION_LIMIT, s->limits.connections_per_address,
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, s->limits.header_bytes,
        MHD_OPTION_CONNECTION_TIMEOUT, s->limits.idle_s, MHD_OPTION_NOTIFY_CONNECTION,
        on_connection, s, MHD_OPTION_NOTIFY_COMPLETED, on_completed, s, MHD_OPTION_END);
}

bool http_server_open(const char *address, uint16_t port, const struct http_route *routes,
                      size_t n, void *context, const struct http_limits *limits,
                      struct http_server **ret, struct err *err)
{
    struct http_server *s;
    uint16_t bound;
    int fd;

    if (!http_listen(address, port, &fd, &bound, err))
        return false;
    s = mem_zalloc(1, sizeof(*s));
    s->routes = routes;
    s->n = n;
    s->context = context;
    s->limits = *limits;
    s->port = bound;
    s->daemon = start_daemon(s, fd);
    if (s->daemon == NULL || !start_thread(s)) {
        /* A daemon owns the socket, also one that failed to start. */
        if (s->daemon != NULL)
            MHD_stop_daemon(s->daemon);
        free(s);
        return err_set(err, ERR_FATAL, "HTTP_START",
                       "cannot start the HTTP server on %.60s port %u", address, bound);
    }
    *ret = s;
    return true;
}

uint16_t http_server_port(const struct http_server *s)
{
    return s->port;
}

void http_server_close(struct http_server *s)
{
    if (s == NULL)
        return;
    atomic_store(&s->closing, true);
    pthread_join(s->thread, NULL);
    MHD_stop_daemon(s->daemon);
    free(s);
}
