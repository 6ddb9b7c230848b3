/* Streamed requests: a body in one file without a name, the answer in another. */
#include "http/stream.h"
#include "base/mem.h"
#include "base/nameless.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

#define BLOCK_BYTES 65536

struct http_stream {
    struct spool *spool;
    struct exchange *x;
    uint64_t taken; /* of the spool's room */
    int in, out;    /* -1: not there */
    uint64_t expected, got, read_at;

    /* The streamer's. */
    struct http_reply *reply;
    struct buf block; /* written, and not yet in the file */
    bool failed;      /* it was told that there is no going on */

    pthread_mutex_t lock;
    uint64_t written; /* in the file */
    unsigned status;  /* sent; 0: the answer has not begun */
    bool done, broken, gone;
    bool waiting; /* the connection is suspended for want of more */
};

int spool_file(const struct spool *spool)
{
    return nameless_open(spool->folder);
}

bool spool_check(const struct spool *spool)
{
    int fd = spool_file(spool);

    if (fd >= 0)
        close(fd);
    return fd >= 0;
}

uint64_t spool_room(const struct spool *spool)
{
    uint64_t used = atomic_load(&spool->used);

    return used < spool->most ? spool->most - used : 0;
}

bool spool_take(struct spool *spool, uint64_t bytes)
{
    if (atomic_fetch_add(&spool->used, bytes) + bytes <= spool->most)
        return true;
    spool_give(spool, bytes);
    return false;
}

void spool_give(struct spool *spool, uint64_t bytes)
{
    atomic_fetch_sub(&spool->used, bytes);
}

static bool reserve(struct http_stream *st, uint64_t bytes)
{
    if (!spool_take(st->spool, bytes))
        return false;
    st->taken += bytes;
    return true;
}

struct http_stream *stream_open(struct spool *spool, struct exchange *x, uint64_t bytes)
{
    struct http_stream *st = mem_zalloc(1, sizeof(*st));

    st->spool = spool;
    st->x = x;
    st->in = spool_file(spool);
    st->out = -1;
    st->expected = bytes;
    buf_init(&st->block, BLOCK_BYTES);
    pthread_mutex_init(&st->lock, NULL);
    if (st->in >= 0)
        return st;
    stream_free(st);
    return NULL;
}

void stream_free(struct http_stream *st)
{
    if (st == NULL)
        return;
    if (st->in >= 0)
        close(st->in);
    if (st->out >= 0)
        close(st->out);
    spool_give(st->spool, st->taken);
    buf_done(&st->block);
    pthread_mutex_destroy(&st->lock);
    free(st);
}

bool spool_write(int fd, const void *data, size_t len, uint64_t at)
{
    const char *from = data;

    while (len > 0) {
        ssize_t n = pwrite(fd, from, len, (off_t)at);

        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return false;
        from += n;
        at += (uint64_t)n;
        len -= (size_t)n;
    }
    return true;
}

bool stream_take(struct http_stream *st, const void *data, size_t len)
{
    if (len > st->expected - st->got || !reserve(st, len) ||
        !spool_write(st->in, data, len, st->got))
        return false;
    st->got += len;
    st->x->conn->moved += len;
    return true;
}

bool stream_whole(const struct http_stream *st)
{
    return st->got == st->expected;
}

/* --- the streamer's side --- */

static bool still_there(struct http_stream *st, struct err *err)
{
    bool gone;

    pthread_mutex_lock(&st->lock);
    gone = st->gone;
    pthread_mutex_unlock(&st->lock);
    if (!gone && !atomic_load(&st->spool->stopping))
        return true;
    st->failed = true;
    return err_set(err, ERR_RETRY, "HTTP_GONE", "%s",
                   gone ? "the client has gone" : "the server is stopping");
}

bool http_stream_read(struct http_stream *st, void *to, size_t cap, size_t *ret_len,
                      struct err *err)
{
    ssize_t n;

    if (!still_there(st, err))
        return false;
    do
        n = pread(st->in, to, cap, (off_t)st->read_at);
    while (n < 0 && errno == EINTR);
    if (n < 0 || (n == 0 && cap > 0 && st->read_at < st->got))
        return err_set(err, ERR_FATAL, "HTTP_SPOOL", "cannot read the body again");
    st->read_at += (uint64_t)n;
    *ret_len = (size_t)n;
    return true;
}

/* With the lock: the socket thread, if it waits, goes on. */
static void wake_reader(struct http_stream *st)
{
    if (st->waiting)
        exchange_resume(st->x, EXCHANGE_ANSWERED);
    st->waiting = false;
}

/* The header goes out as the route has left it. */
static void start(struct http_stream *st)
{
    struct http_reply *reply = st->reply;

    buf_done(&reply->body);
    http_reply_done(&st->x->reply);
    st->x->reply = *reply;
    reply->has_file = false;
    reply->spilled = 0;
    buf_init(&reply->body, st->spool->reply_bytes);
    st->x->rq.connection = NULL; /* libmicrohttpd's thread goes on with it */
    st->status = reply->status;
    exchange_resume(st->x, EXCHANGE_ANSWERED);
}

static bool flush(struct http_stream *st)
{
    size_t len = st->block.len;

    if (st->out < 0)
        st->out = spool_file(st->spool);
    if (st->out < 0 || !reserve(st, len) ||
        !spool_write(st->out, st->block.data, len, st->written))
        return false;
    buf_reset(&st->block);
    pthread_mutex_lock(&st->lock);
    st->written += len;
    if (st->status == 0)
        start(st);
    else
        wake_reader(st);
    pthread_mutex_unlock(&st->lock);
    return true;
}

bool http_stream_write(struct http_stream *st, const void *data, size_t len,
                       struct err *err)
{
    const char *from = data;

    if (!still_there(st, err))
        return false;
    while (len > 0) {
        size_t room = BLOCK_BYTES - st->block.len;
        size_t n = len < room ? len : room;

        buf_add(&st->block, from, n);
        from += n;
        len -= n;
        if (st->block.len == BLOCK_BYTES && !flush(st)) {
            st->failed = true;
            return err_set(err, ERR_RETRY, "HTTP_SPOOL", "no room for the answer");
        }
    }
    return true;
}

/* The route has returned. */
static void finish(struct http_stream *st, struct http_reply *reply)
{
    struct exchange *x = st->x;
    bool broken;

    if (st->status == 0) {
        if (st->failed)
            http_problem(reply, 503, "unfinished", "the answer could not be finished",
                         NULL);
        else if (st->block.len > 0 && reply->status < 400)
            buf_add(&reply->body, st->block.data, st->block.len);
        http_reply_done(&x->reply);
        x->reply = *reply;
        exchange_resume(x, EXCHANGE_ANSWERED);
        return;
    }
    broken = st->failed || reply->status != st->status || !flush(st);
    http_reply_done(reply);
    pthread_mutex_lock(&st->lock);
    st->broken = broken;
    st->done = true;
    wake_reader(st);
    pthread_mutex_unlock(&st->lock);
}

void stream_run(void *owner, void *context, struct exchange *x)
{
    struct http_stream *st = x->rq.stream;
    struct http_reply reply = {0};

    (void)owner;
    atomic_fetch_add(&x->refs, 1);
    memcpy(reply.note, x->reply.note, sizeof(reply.note));
    reply.spool = st->spool;
    reply_begin(&reply, st->spool->reply_bytes);
    st->reply = &reply;
    x->rq.route->answer(context, &x->rq, &reply);
    finish(st, &reply);
    exchange_release(x);
}

/* --- the socket thread's side --- */

bool stream_started(const struct http_stream *st)
{
    return st->status != 0;
}

ssize_t stream_more(void *cls, uint64_t at, char *to, size_t cap)
{
    struct exchange *x = cls;
    struct http_stream *st = x->rq.stream;
    bool broken;
    uint64_t left;
    ssize_t n;

    pthread_mutex_lock(&st->lock);
    left = st->written - at;
    if (left == 0 && !st->done && !atomic_load(&st->spool->stopping)) {
        st->waiting = true;
        atomic_store(&x->held, true);
        MHD_suspend_connection(x->connection);
        pthread_mutex_unlock(&st->lock);
        return 0;
    }
    broken = st->broken || !st->done;
    pthread_mutex_unlock(&st->lock);
    if (left == 0)
        return !broken ? MHD_CONTENT_READER_END_OF_STREAM
                       : MHD_CONTENT_READER_END_WITH_ERROR;
    do
        n = pread(st->out, to, cap < left ? cap : (size_t)left, (off_t)at);
    while (n < 0 && errno == EINTR);
    if (n <= 0)
        return MHD_CONTENT_READER_END_WITH_ERROR;
    x->conn->moved += (uint64_t)n;
    return n;
}

void stream_gone(struct http_stream *st)
{
    pthread_mutex_lock(&st->lock);
    st->gone = true;
    pthread_mutex_unlock(&st->lock);
}
