#include "serve.h"

#include "judge.h"
#include "metrics.h"

#include "base/clock.h"
#include "base/mem.h"
#include "base/peer.h"
#include "base/stop.h"
#include "http/listen.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define WORKERS_MOST     16
#define CONNECTIONS_MOST 256 /* of a worker */
#define IDLE_US          (INT64_C(600) * 1000000)
#define TURN_MS          100
#define READY_US         500000

struct connection {
    int fd;
    int64_t last_us; /* it said something whole */
    size_t len;
    char in[SOCKETMAP_REQUEST_BYTES + 16];
};

struct worker {
    struct serve *serve;
    pthread_t thread;
    bool started;
    struct judge judge;
    size_t n;
    struct connection *connections[CONNECTIONS_MOST];
    struct buf out;
    atomic_llong turned_us;
    atomic_bool ready;
    int64_t looked_us;
};

struct serve {
    const struct settings *settings;
    int fd;
    char path[108]; /* of a unix socket, "" for none */
    atomic_bool stopping;
    struct peer peer; /* PostgreSQL, for the log */
    size_t n;
    struct worker workers[WORKERS_MOST];
};

/* --- the socket --- */

static bool listen_unix(struct serve *s, const char *path, struct err *err)
{
    struct sockaddr_un a = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

    if (strlen(path) >= sizeof(a.sun_path)) {
        if (fd >= 0)
            close(fd);
        return err_set(err, ERR_CONFIG, "SOCKET", "socket: the path is too long");
    }
    memcpy(a.sun_path, path, strlen(path) + 1);
    unlink(path); /* left by one that was killed */
    if (fd < 0 || bind(fd, (const struct sockaddr *)&a, sizeof(a)) != 0 ||
        chmod(path, 0660) != 0 || listen(fd, 128) != 0) {
        err_set(err, ERR_CONFIG, "SOCKET", "socket: cannot listen on %.100s: %s", path,
                strerror(errno));
        if (fd >= 0)
            close(fd);
        return false;
    }
    memcpy(s->path, path, strlen(path) + 1);
    s->fd = fd;
    return true;
}

static bool listen_loopback(struct serve *s, const char *where, struct err *err)
{
    const char *colon = strrchr(where, ':');
    char address[64], *end;
    struct listen_at at;
    uint16_t port;
    unsigned long n;

    if (colon == NULL || (size_t)(colon - where) >= sizeof(address))
        return err_set(err, ERR_CONFIG, "SOCKET",
                       "socket: is ADDRESS:PORT or unix:/path, not \"%.60s\"", where);
    snprintf(address, sizeof(address), "%.*s", (int)(colon - where), where);
    n = strtoul(colon + 1, &end, 10);
    if (*end != '\0' || end == colon + 1 || n > 65535)
        return err_set(err, ERR_CONFIG, "SOCKET",
                       "socket: \"%.20s\" is no port, 0 to 65535", colon + 1);
    if (strncmp(address, "127.", 4) != 0 && strcmp(address, "::1") != 0)
        return err_set(err, ERR_CONFIG, "SOCKET",
                       "socket: answers anybody who reaches it, and %.60s is no loopback "
                       "address: 127.0.0.1, ::1, or unix:/path",
                       address);
    at = (struct listen_at){address, (uint16_t)n, "socket", "socket"};
    return http_listen(&at, &s->fd, &port, err);
}

/* --- connections --- */

static void drop(struct worker *w, size_t i)
{
    struct connection *c = w->connections[i];

    close(c->fd);
    explicit_bzero(c->in, c->len);
    free(c);
    w->connections[i] = w->connections[--w->n];
    metrics_connections(-1);
}

static void take(struct worker *w)
{
    int fd = accept4(w->serve->fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
    struct connection *c;

    if (fd < 0)
        return; /* another thread was quicker */
    c = mem_zalloc(1, sizeof(*c));
    c->fd = fd;
    c->last_us = clock_mono_us();
    w->connections[w->n++] = c;
    metrics_connections(1);
}

/* Answers what is whole. False: it is of no more use. */
static bool requests_answer(struct worker *w, struct connection *c)
{
    enum socketmap_got got = SOCKETMAP_MORE;
    struct socketmap_request rq;
    size_t at = 0, used;

    buf_reset(&w->out);
    while (at < c->len && (got = socketmap_read(c->in + at, c->len - at, &used, &rq)) ==
                              SOCKETMAP_REQUEST) {
        judge_answer(&w->judge, &rq, &w->out);
        at += used;
        c->last_us = clock_mono_us();
    }
    memmove(c->in, c->in + at, c->len - at);
    c->len -= at;
    if (w->out.len > 0 &&
        send(c->fd, w->out.data, w->out.len, MSG_NOSIGNAL) != (ssize_t)w->out.len)
        return false; /* it asks and does not listen */
    if (got == SOCKETMAP_BROKEN)
        metrics_broken();
    return got != SOCKETMAP_BROKEN;
}

static bool hear(struct worker *w, struct connection *c)
{
    ssize_t n = recv(c->fd, c->in + c->len, sizeof(c->in) - c->len, 0);

    if (n < 0)
        return errno == EAGAIN || errno == EINTR;
    c->len += (size_t)n;
    return n > 0 && requests_answer(w, c);
}

/* --- threads --- */

static void look(struct worker *w)
{
    int64_t now_us = clock_mono_us();
    struct err err;
    bool ready;

    atomic_store(&w->turned_us, now_us);
    if (now_us < w->looked_us + READY_US)
        return;
    ready = judge_ready(&w->judge, &err);
    atomic_store(&w->ready, ready);
    if (w == &w->serve->workers[0]) { /* one speaks for all */
        if (ready)
            peer_up(&w->serve->peer);
        else
            peer_down(&w->serve->peer, &err);
    }
    w->looked_us = clock_mono_us();
}

static void turn(struct worker *w)
{
    struct pollfd fds[CONNECTIONS_MOST + 1];
    const size_t n = w->n;

    for (size_t i = 0; i < n; i++)
        fds[i] = (struct pollfd){.fd = w->connections[i]->fd, .events = POLLIN};
    fds[n] =
        (struct pollfd){.fd = n < CONNECTIONS_MOST ? w->serve->fd : -1, .events = POLLIN};
    if (poll(fds, n + 1, TURN_MS) < 0)
        return;
    for (size_t i = n; i-- > 0;) /* from the end: drop moves the last one here */
        if ((fds[i].revents != 0 && !hear(w, w->connections[i])) ||
            clock_mono_us() > w->connections[i]->last_us + IDLE_US)
            drop(w, i);
    if (fds[n].revents != 0)
        take(w);
}

static void *work(void *arg)
{
    struct worker *w = arg;

    while (!atomic_load(&w->serve->stopping)) {
        look(w);
        turn(w);
        judge_turn(&w->judge);
    }
    while (w->n > 0)
        drop(w, w->n - 1);
    return NULL;
}

bool serve_open(const struct settings *settings, struct serve **ret, struct err *err)
{
    struct serve *s = mem_zalloc(1, sizeof(*s));
    bool ok;

    s->settings = settings;
    s->peer.name = "database";
    s->fd = -1;
    ok = strncmp(settings->socket, "unix:", 5) == 0
             ? listen_unix(s, settings->socket + 5, err)
             : listen_loopback(s, settings->socket, err);
    for (int64_t i = 0; ok && i < settings->workers; i++) {
        struct worker *w = &s->workers[s->n++];

        w->serve = s;
        buf_init(&w->out, 1 << 20);
        atomic_store(&w->turned_us, clock_mono_us());
        ok = judge_open(&w->judge, settings, err);
    }
    for (size_t i = 0; ok && i < s->n; i++) {
        ok = pthread_create(&s->workers[i].thread, NULL, work, &s->workers[i]) == 0 ||
             err_set(err, ERR_FATAL, "THREAD", "no thread is available");
        s->workers[i].started = ok;
    }
    if (ok)
        *ret = s;
    else
        serve_close(s);
    return ok;
}

void serve_close(struct serve *s)
{
    if (s == NULL)
        return;
    atomic_store(&s->stopping, true);
    for (size_t i = 0; i < s->n; i++) {
        if (s->workers[i].started)
            pthread_join(s->workers[i].thread, NULL);
        judge_close(&s->workers[i].judge);
        buf_done(&s->workers[i].out);
    }
    if (s->fd >= 0)
        close(s->fd);
    if (s->path[0] != '\0')
        unlink(s->path);
    free(s);
}

bool serve_turns(const struct serve *s, int64_t within_us)
{
    for (size_t i = 0; i < s->n; i++)
        if (clock_mono_us() - atomic_load(&s->workers[i].turned_us) > within_us)
            return false;
    return true;
}

bool serve_ready(void *context, char *why, size_t why_bytes)
{
    struct serve **s = context;

    for (size_t i = 0; *s != NULL && i < (*s)->n; i++)
        if (!atomic_load(&(*s)->workers[i].ready)) {
            snprintf(why, why_bytes, "PostgreSQL does not answer as it should");
            return false;
        }
    return *s != NULL;
}
