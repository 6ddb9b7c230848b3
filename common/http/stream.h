/* stream.h - the files behind a streamed request; for the files of the server. */
#ifndef CONSENT_HTTP_STREAM_H
#define CONSENT_HTTP_STREAM_H

#include "http/exchange.h"

/* The room of all streams' files. */
struct spool {
    const char *folder;
    uint64_t most;
    atomic_uint_fast64_t used;
    atomic_bool stopping;
    size_t reply_bytes;
};

/* Can files without a name be made there? */
bool spool_check(const struct spool *spool);

/* What is still free. */
uint64_t spool_room(const struct spool *spool);

/* A part of the room, and back. False: it is not there. */
bool spool_take(struct spool *spool, uint64_t bytes);
void spool_give(struct spool *spool, uint64_t bytes);

/* A file without a name; -1: none can be made. */
int spool_file(const struct spool *spool);
bool spool_write(int fd, const void *data, size_t len, uint64_t at);

/* For a body of so many bytes, whose room is taken as they come. NULL: no file can be
 * made. */
struct http_stream *stream_open(struct spool *spool, struct exchange *x, uint64_t bytes);
void stream_free(struct http_stream *st); /* NULL is fine */

/* On the socket thread: a piece of the body. False: there is no room for it. */
bool stream_take(struct http_stream *st, const void *data, size_t len);
bool stream_whole(const struct http_stream *st);

/* By a streamer: the route, when the body is there. */
void stream_run(void *owner, void *context, struct exchange *x);

/* Has the answer begun, so that it is sent as it grows? And what libmicrohttpd calls for
 * more of it, with the exchange. */
bool stream_started(const struct http_stream *st);
ssize_t stream_more(void *cls, uint64_t at, char *to, size_t cap);

/* The client has gone: reading and writing fail from here on. */
void stream_gone(struct http_stream *st);

#endif
