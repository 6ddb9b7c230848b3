#include "http/server.h"
#include "base/clock.h"
#include "base/mem.h"
#include "http/exchange.h"
#include "http/listen.h"

#include <microhttpd.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#define HTTP_WAIT_MS 100
#define CLOSE_US     1000000 /* for answers on their way */

static const struct http_limits limits_preset = {
    .connections = 64,
    .connections_per_address = 32,
    .header_bytes = 16384,
    .body_bytes = 64 * 1024,
    .bodies_bytes = 1024 * 1024,
    .reply_bytes = 16 * 1024 * 1024,
    .idle_s = 5,
    .deadline_ms = 10000,
};

/* One open connection, in the server's list. Touched by the server's thread only. */
struct conn {
    int fd;
    int64_t since_us;
    struct conn *prev, *next;
};

struct http_server {
    struct http_service service;
    struct http_limits limits;
    uint16_t port;
    struct MHD_Daemon *daemon;
    struct pool *pool; /* NULL: no workers */
    pthread_t thread;
    atomic_bool closing;
    int wake; /* an eventfd: a worker has answered */

    /* The socket thread's own. */
    struct conn *first;
    size_t bodies_bytes;
    size_t waiting; /* handed to the workers and not yet sent */
};

static const char plain_text[] = "text/plain; charset=utf-8";

static void add_headers(struct MHD_Response *response, const struct exchange *x)
{
    char seconds[16];

    MHD_add_response_header(response, "Content-Type", x->reply.type);
    MHD_add_response_header(response, "Cache-Control", "no-store");
    MHD_add_response_header(response, "X-Content-Type-Options", "nosniff");
    if (x->allow != NULL)
        MHD_add_response_header(response, "Allow", x->allow);
    if (x->reply.bearer)
        MHD_add_response_header(response, "WWW-Authenticate", "Bearer");
    if (x->reply.retry_after_s > 0) {
        snprintf(seconds, sizeof(seconds), "%u", (unsigned)x->reply.retry_after_s);
        MHD_add_response_header(response, "Retry-After", seconds);
    }
    if (x->last)
        MHD_add_response_header(response, "Connection", "close");
}

static enum MHD_Result send_reply(struct exchange *x)
{
    struct buf *body = &x->reply.body;
    struct MHD_Response *response;
    enum MHD_Result sent;

    if (body->overrun) {
        x->last = true;
        http_problem(&x->reply, 500, "too-long", "the answer is too long", NULL);
    }
    if (body->data == NULL)
        buf_add(body, "", 0);
    response =
        MHD_create_response_from_buffer(body->len, body->data, MHD_RESPMEM_MUST_FREE);
    if (response == NULL)
        return MHD_NO;
    buf_init(body, 0); /* the bytes are libmicrohttpd's from here on */
    add_headers(response, x);
    sent = MHD_queue_response(x->connection, x->reply.status, response);
    MHD_destroy_response(response);
    return sent;
}

static struct exchange *begin(struct http_server *s, struct MHD_Connection *connection,
                              const char *method, const char *path, const char *version)
{
    struct exchange *x = mem_zalloc(1, sizeof(*x));

    x->connection = connection;
    x->wake = s->wake;
    x->reply.status = 200;
    x->reply.type = plain_text;
    buf_init(&x->reply.body, s->limits.reply_bytes);
    exchange_begin(x, &s->service, &s->limits, s->limits.bodies_bytes - s->bodies_bytes,
                   method, path, version);
    if (atomic_load(&x->state) == EXCHANGE_REFUSED)
        x->expected = 0;
    s->bodies_bytes += x->expected;
    buf_init(&x->body, x->expected);
    return x;
}

/* libmicrohttpd sees a resumed connection only when it next runs, and does not wake a
 * thread of ours for it. */
static void resume(struct exchange *x)
{
    const uint64_t one = 1;
    int wake = x->wake;
    ssize_t written;

    atomic_store(&x->state, EXCHANGE_ANSWERED);
    MHD_resume_connection(x->connection);
    /* x may be gone by now. A full counter wakes as well. */
    written = write(wake, &one, sizeof(one));
    (void)written;
}

/* The request is whole. */
static enum MHD_Result hand_over(struct http_server *s, struct exchange *x)
{
    buf_add(&x->body, "", 0);
    x->rq.body = x->body.data;
    x->rq.body_len = x->body.len;
    if (x->rq.route->worker) {
        atomic_store(&x->state, EXCHANGE_WAITING);
        s->waiting++;
        MHD_suspend_connection(x->connection);
        pool_put(s->pool, x);
        return MHD_YES;
    }
    x->rq.route->answer(s->service.context, &x->rq, &x->reply);
    atomic_store(&x->state, EXCHANGE_ANSWERED);
    return send_reply(x);
}

/* Called with the headers, then with each piece of a body, then to answer; and once more
 * when a worker has answered. */
static enum MHD_Result on_request(void *cls, struct MHD_Connection *connection,
                                  const char *path, const char *method,
                                  const char *version, const char *upload_data,
                                  size_t *upload_size, void **request)
{
    struct http_server *s = cls;
    struct exchange *x = *request;

    if (x == NULL) {
        x = *request = begin(s, connection, method, path, version);
        /* An answer at this point also ends the connection. */
        return x->last ? send_reply(x) : MHD_YES;
    }
    if (*upload_size > 0) {
        bool kept = atomic_load(&x->state) != EXCHANGE_READING ||
                    buf_add(&x->body, upload_data, *upload_size);

        *upload_size = 0;
        return kept ? MHD_YES : MHD_NO;
    }
    if (atomic_load(&x->state) == EXCHANGE_READING)
        return x->body.len == x->expected ? hand_over(s, x) : MHD_NO;
    return send_reply(x);
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
    struct http_server *s = cls;
    struct exchange *x = *request;

    (void)code;
    if (c != NULL)
        c->since_us = clock_mono_us();
    if (x == NULL)
        return;
    if (x->rq.route != NULL && x->rq.route->worker && x->rq.body != NULL)
        s->waiting--;
    s->bodies_bytes -= x->expected;
    buf_done(&x->body);
    buf_done(&x->reply.body);
    explicit_bzero(x->rq.authorization, sizeof(x->rq.authorization));
    free(x);
    *request = NULL;
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

static void wait_for_work(struct http_server *s)
{
    const union MHD_DaemonInfo *info =
        MHD_get_daemon_info(s->daemon, MHD_DAEMON_INFO_EPOLL_FD);
    struct pollfd fds[] = {{info->epoll_fd, POLLIN, 0}, {s->wake, POLLIN, 0}};
    MHD_UNSIGNED_LONG_LONG left_ms;
    int ms = HTTP_WAIT_MS;
    uint64_t count;

    if (MHD_get_timeout(s->daemon, &left_ms) == MHD_YES && left_ms < HTTP_WAIT_MS)
        ms = (int)left_ms;
    if (poll(fds, 2, ms) > 0 && fds[1].revents != 0 &&
        read(s->wake, &count, sizeof(count)) < 0)
        return; /* taken by nobody else, so it cannot be empty */
}

static void *serve(void *arg)
{
    struct http_server *s = arg;

    int64_t last_us = 0;

    for (;;) {
        if (atomic_load(&s->closing)) {
            int64_t now_us = clock_mono_us();

            last_us = last_us != 0 ? last_us : now_us + CLOSE_US;
            if (s->waiting == 0 || now_us > last_us)
                return NULL;
        }
        /* It fails only for want of memory or descriptors: try again, but not in a spin.
         */
        wait_for_work(s);
        if (MHD_run(s->daemon) != MHD_YES)
            clock_sleep_ms(HTTP_WAIT_MS);
        cut_the_late(s);
    }
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
    unsigned flags = MHD_USE_EPOLL;

    if (s->service.n_workers > 0)
        flags |= MHD_ALLOW_SUSPEND_RESUME;
    return MHD_start_daemon(
        flags, 0, NULL, NULL, on_request, s, MHD_OPTION_LISTEN_SOCKET, fd,
        MHD_OPTION_CONNECTION_LIMIT, s->limits.connections,
        MHD_OPTION_PER_IP_CONNECTION_LIMIT, s->limits.connections_per_address,
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, s->limits.header_bytes,
        MHD_OPTION_CONNECTION_TIMEOUT, s->limits.idle_s, MHD_OPTION_NOTIFY_CONNECTION,
        on_connection, s, MHD_OPTION_NOTIFY_COMPLETED, on_completed, s, MHD_OPTION_END);
}

static bool start(struct http_server *s, int fd)
{
    s->daemon = start_daemon(s, fd);
    if (s->daemon == NULL)
        return false; /* a daemon owns the socket, also one that failed to start */
    if (s->service.n_workers > 0) {
        s->pool = pool_open(&s->service, s->limits.deadline_ms, resume);
        if (s->pool == NULL)
            return false;
    }
    return start_thread(s);
}

static void discard(struct http_server *s)
{
    if (s->daemon != NULL)
        MHD_stop_daemon(s->daemon);
    pool_free(s->pool);
    if (s->wake >= 0)
        close(s->wake);
    free(s);
}

bool http_server_open(const struct http_service *service, struct http_server **ret,
                      struct err *err)
{
    struct http_server *s;
    uint16_t bound;
    int fd;

    if (!http_listen(service->address, service->port, &fd, &bound, err))
        return false;
    s = mem_zalloc(1, sizeof(*s));
    s->service = *service;
    s->limits = service->limits != NULL ? *service->limits : limits_preset;
    s->port = bound;
    s->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (s->wake < 0 || !start(s, fd)) {
        pool_close(s->pool);
        discard(s);
        return err_set(err, ERR_FATAL, "HTTP_START",
                       "cannot start the HTTP server on %.60s port %u", service->address,
                       bound);
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
    pool_close(s->pool);
    atomic_store(&s->closing, true);
    pthread_join(s->thread, NULL);
    discard(s);
}
