#include "http/server.h"
#include "base/clock.h"
#include "base/mem.h"
#include "http/listen.h"
#include "http/serving.h"

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
#define CUT_US       50000   /* so often deadlines are looked at ... */
#define GONE_US      1000000 /* ... and whether clients who wait are there */

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

#define UNASKED_BYTES  16384
#define SPARE          16 /* connections let in beyond the limit, for one to go instead */
#define PROGRESS_BYTES 65536
#define SPOOL_BYTES    (UINT64_C(4) << 30)

void http_server_wake(struct http_server *s, uint64_t key)
{
    if (s->park != NULL)
        park_wake(s->park, key);
}

static void client_gone(void *context, struct exchange *x)
{
    struct http_server *s = context;

    if (x->rq.stream != NULL)
        stream_gone(x->rq.stream);
    else if (atomic_load(&x->held))
        park_gone(s->park, x);
    else
        atomic_store(&x->gone, true);
}

/* --- libmicrohttpd --- */

static void see_peer(const struct http_server *s, struct MHD_Connection *connection,
                     struct conn *c)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    uint8_t at[HTTP_CLIENT_BYTES] = {0};

    c->known = info != NULL && client_of_peer(info->client_addr, at);
    c->proxied = c->known && client_is_proxy(&s->proxies, at);
    c->known = c->known && !c->proxied && !client_is_near(at);
    client_network(at, c->network);
}

static void on_connection(void *cls, struct MHD_Connection *connection,
                          void **socket_context, enum MHD_ConnectionNotificationCode code)
{
    struct http_server *s = cls;

    if (code == MHD_CONNECTION_NOTIFY_STARTED) {
        struct conn *c =
            conn_add(&s->first, MHD_get_connection_info(connection,
                                                        MHD_CONNECTION_INFO_CONNECTION_FD)
                                    ->connect_fd);

        *socket_context = c;
        s->n_connections++;
        see_peer(s, connection, c);
        if (!c->proxied && conn_alike(s->first, c) >= s->limits.connections_per_address) {
            conn_drop(c);
        } else if (s->n_connections > s->limits.connections) {
            struct conn *idle = conn_idlest(s->first, c);

            conn_drop(idle != NULL ? idle : c);
        }
    } else if (*socket_context != NULL) {
        conn_remove(&s->first, *socket_context);
        s->n_connections--;
        *socket_context = NULL;
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

    if (s->park != NULL && park_holds(s->park))
        ms = 1;
    if (MHD_get_timeout(s->daemon, &left_ms) == MHD_YES && left_ms < (unsigned)ms)
        ms = (int)left_ms;
    if (poll(fds, 2, ms) > 0 && fds[1].revents != 0 &&
        read(s->wake, &count, sizeof(count)) < 0)
        return; /* taken by nobody else, so it cannot be empty */
}

static void keep_time(struct http_server *s)
{
    int64_t now_us = clock_mono_us();

    if (s->park != NULL)
        park_let_go(s->park);
    if (now_us - s->cut_us > CUT_US) {
        s->cut_us = now_us;
        conn_cut_late(s->first, &s->limits);
        if (s->park != NULL)
            park_due(s->park);
    }
    if (now_us - s->gone_us > GONE_US) {
        s->gone_us = now_us;
        conn_find_gone(s->first, client_gone, s);
    }
}

static void *serve(void *arg)
{
    struct http_server *s = arg;

    int64_t last_us = 0;

    tls_serve(s->tls);
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
        keep_time(s);
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

    if (s->service.n_workers + s->service.n_streamers > 0)
        flags |= MHD_ALLOW_SUSPEND_RESUME;
    if (s->tls != NULL)
        flags |= MHD_USE_TLS;
    return MHD_start_daemon(
        flags, 0, NULL, NULL, serving_request, s, MHD_OPTION_LISTEN_SOCKET, fd,
        MHD_OPTION_CONNECTION_LIMIT, s->limits.connections + SPARE,
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, s->limits.header_bytes,
        MHD_OPTION_CONNECTION_TIMEOUT, s->limits.idle_s, MHD_OPTION_NOTIFY_CONNECTION,
        on_connection, s, MHD_OPTION_NOTIFY_COMPLETED, serving_completed, s,
        MHD_OPTION_UNESCAPE_CALLBACK, leave_escaped, NULL,
#if MHD_VERSION >= 0x00097700
        MHD_OPTION_CLIENT_DISCIPLINE_LVL, 1,
#endif
        /* Without a certificate the list ends here. */
        s->tls != NULL ? MHD_OPTION_HTTPS_CERT_CALLBACK2 : MHD_OPTION_END,
        tls_certificate, MHD_OPTION_HTTPS_PRIORITIES, TLS_PRIORITIES, MHD_OPTION_END);
}

static bool start(struct http_server *s, int fd)
{
    s->daemon = start_daemon(s, fd);
    if (s->daemon == NULL)
        return false; /* a daemon owns the socket, also one that failed to start */
    if (s->service.n_workers > 0) {
        s->workers = pool_open(s->service.workers, s->service.n_workers, 0, s,
                               serving_ask, serving_stop);
        if (s->workers == NULL)
            return false;
        s->park = park_open(s->limits.parked, s->limits.reply_bytes);
    }
    if (s->service.n_heavies > 0) {
        s->heavies = pool_open(s->service.heavies, s->service.n_heavies,
                               s->service.n_heavies - 1, s, serving_ask, serving_stop);
        if (s->heavies == NULL)
            return false;
    }
    if (s->service.n_streamers > 0) {
        s->streamers =
            pool_open(s->service.streamers, s->service.n_streamers,
                      s->service.n_streamers - 1, s, serving_ask, serving_stop);
        if (s->streamers == NULL)
            return false;
    }
    return start_thread(s);
}

static void discard(struct http_server *s)
{
    if (s->daemon != NULL)
        MHD_stop_daemon(s->daemon);
    park_free(s->park);
    pool_free(s->workers);
    pool_free(s->heavies);
    pool_free(s->streamers);
    tls_close(s->tls);
    if (s->wake >= 0)
        close(s->wake);
    free(s);
}

static struct http_server *server_new(const struct http_service *service)
{
    struct http_server *s = mem_zalloc(1, sizeof(*s));

    s->service = *service;
    s->limits = service->limits != NULL ? *service->limits : limits_preset;
    if (s->limits.unasked_bytes == 0)
        s->limits.unasked_bytes = UNASKED_BYTES;
    if (s->limits.progress_bytes == 0)
        s->limits.progress_bytes = PROGRESS_BYTES;
    if (s->limits.spool_bytes == 0)
        s->limits.spool_bytes = SPOOL_BYTES;
    if (s->limits.parked == 0)
        s->limits.parked = s->limits.connections / 2;
    s->spool.folder = service->spool != NULL ? service->spool : "/tmp";
    s->spool.most = s->limits.spool_bytes;
    s->spool.reply_bytes = s->limits.reply_bytes;
    s->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    return s;
}

bool http_server_open(const struct http_service *service, struct http_server **ret,
                      struct err *err)
{
    const struct listen_at at = {service->address, service->port,
                                 service->address_setting, service->port_setting};
    struct http_server *s;
    uint16_t bound;
    int fd;

    s = server_new(service);
    if (s->service.n_streamers > 0 && !spool_check(&s->spool)) {
        const char *folder = s->spool.folder;

        discard(s);
        return err_set(err, ERR_CONFIG, "HTTP_SPOOL",
                       "spool_folder: cannot make a file in %.160s", folder);
    }
    if (!proxies_read(service->proxies, &s->proxies, err) ||
        !client_field_check(service->client_field, err) ||
        !tls_open(service->certificate, service->key, &s->tls, err) ||
        !http_listen(&at, &fd, &bound, err)) {
        discard(s);
        return false;
    }
    s->port = bound;
    if (s->wake < 0 || !start(s, fd)) {
        pool_close(s->workers);
        pool_close(s->heavies);
        pool_close(s->streamers);
        discard(s);
        return err_set(err, ERR_FATAL, "HTTP_START",
                       "cannot start the HTTP server on %.60s port %u", service->address,
                       bound);
    }
    *ret = s;
    return true;
}

bool http_server_reload(struct http_server *s, struct err *err)
{
    return s->tls == NULL || tls_reload(s->tls, err);
}

uint16_t http_server_port(const struct http_server *s)
{
    return s->port;
}

void http_server_close(struct http_server *s)
{
    if (s == NULL)
        return;
    atomic_store(&s->spool.stopping, true);
    park_close(s->park);
    pool_close(s->workers);
    pool_close(s->heavies);
    pool_close(s->streamers);
    atomic_store(&s->closing, true);
    pthread_join(s->thread, NULL);
    discard(s);
}
