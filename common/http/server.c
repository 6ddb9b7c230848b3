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
#define CUT_US       50000

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

#define PROGRESS_BYTES 65536
#define SPOOL_BYTES    (UINT64_C(4) << 30)

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

static struct conn *conn_of(struct MHD_Connection *connection)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);

    return info != NULL ? info->socket_context : NULL;
}

static struct exchange *begin(struct http_server *s, struct MHD_Connection *connection,
                              const char *method, const char *path, const char *version)
{
    struct exchange *x = mem_zalloc(1, sizeof(*x));

    x->connection = connection;
    x->conn = conn_of(connection);
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
    return answer_send(x);
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
        return x->last ? answer_send(x) : MHD_YES;
    }
    if (*upload_size > 0) {
        bool kept = atomic_load(&x->state) != EXCHANGE_READING ||
                    buf_add(&x->body, upload_data, *upload_size);

        *upload_size = 0;
        return kept ? MHD_YES : MHD_NO;
    }
    if (atomic_load(&x->state) == EXCHANGE_READING)
        return x->body.len == x->expected ? hand_over(s, x) : MHD_NO;
    return answer_send(x);
}

static void on_connection(void *cls, struct MHD_Connection *connection,
                          void **socket_context, enum MHD_ConnectionNotificationCode code)
{
    struct http_server *s = cls;

    if (code == MHD_CONNECTION_NOTIFY_STARTED) {
        *socket_context =
            conn_add(&s->first, MHD_get_connection_info(connection,
                                                        MHD_CONNECTION_INFO_CONNECTION_FD)
                                    ->connect_fd);
    } else if (*socket_context != NULL) {
        conn_remove(&s->first, *socket_context);
        *socket_context = NULL;
    }
}

static void on_completed(void *cls, struct MHD_Connection *connection, void **request,
                         enum MHD_RequestTerminationCode code)
{
    struct conn *c = conn_of(connection);
    struct http_server *s = cls;
    struct exchange *x = *request;

    (void)code;
    if (c != NULL)
        conn_restart(c, false);
    if (x == NULL)
        return;
    if (x->rq.route != NULL && x->rq.route->worker && x->rq.body != NULL)
        s->waiting--;
    s->bodies_bytes -= x->expected;
    buf_done(&x->body);
    http_reply_done(&x->reply);
    explicit_bzero(x->rq.authorization, sizeof(x->rq.authorization));
    free(x);
    *request = NULL;
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

    int64_t last_us = 0, cut_us = 0;

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
        if (clock_mono_us() - cut_us > CUT_US) {
            conn_cut_late(s->first, s->limits.deadline_ms, s->limits.progress_bytes);
            cut_us = clock_mono_us();
        }
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

/* Paths and arguments are decoded by us: %2F is no slash, and %00 no end. */
static size_t leave_escaped(void *cls, struct MHD_Connection *connection, char *text)
{
    (void)cls;
    (void)connection;
    return strlen(text);
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
        on_connection, s, MHD_OPTION_NOTIFY_COMPLETED, on_completed, s,
        MHD_OPTION_UNESCAPE_CALLBACK, leave_escaped, NULL, MHD_OPTION_END);
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
    if (s->limits.progress_bytes == 0)
        s->limits.progress_bytes = PROGRESS_BYTES;
    if (s->limits.spool_bytes == 0)
        s->limits.spool_bytes = SPOOL_BYTES;
    if (s->limits.parked == 0)
        s->limits.parked = s->limits.connections / 2;
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
