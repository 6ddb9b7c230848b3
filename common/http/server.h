/*
 * server.h - a small HTTP/1.1 server: one table of routes, one thread for the sockets.
 *
 * The socket thread waits, reads, sends and keeps time; it answers quick routes itself. A
 * route marked `worker` is handed, once its request is whole, to a pool of threads that
 * each own what they need (a connection to the database, say), so that a slow client
 * costs a socket and never a worker.
 *
 * What a stranger can cost us is bounded on every side: connections (in all and from one
 * address), bytes of request line and headers, bytes of a body and of all bodies
 * together, idle time, the time of a head (HTTP_HEAD_S, later idle_s), and the whole time
 * of one request, however slowly it dribbles in or is read. What counts is what has come,
 * never what was promised; when room is short, of connections or of bodies, the one goes
 * first that is idle or has sent the least in its time. A request with any
 * Transfer-Encoding (see `lenient` for the one exception), a GET with a body, a POST
 * without one length, anything but one Host, and a head that is not to the letter
 * (head.h) are refused before they are looked at. With a certificate it speaks TLS 1.2
 * and 1.3, else that is left to a proxy in front.
 *
 * Requests for threads wait in lines, one an asker (the address's network or, behind a
 * proxy that does not say for whom it asks, the token), and the lines take turns.
 *
 * Refusals are problem details (reply.h).
 *
 * Answers from files (http_reply_file) and streams are not under deadline_ms, so that a
 * big one may take its time; they must move progress_bytes in each such span instead.
 * Likewise a route that writes a long answer and says so (http_moved): as long as it
 * grows by so much in each deadline_ms, for HTTP_DEADLINES of them at most. So that
 * nobody has them all, one asker holds at most all but one of the threads for heavy
 * routes, and of those for streams, and his further requests wait.
 *
 * Streams. A route marked `stream` may be sent a body of any size (a mailing list to be
 * scrubbed) and answer with as much. The body goes into a file without a name, and only
 * when it is whole does one of the service's streamers run the route: it reads with
 * http_stream_read and writes with http_stream_write, into a second such file that is
 * sent, chunked, as it grows. So neither a slow sender nor a slow reader holds a thread,
 * a client that sends everything before it reads anything is served too, and memory stays
 * the same. What is bounded is the room of all these files, spool_bytes. Until the first
 * 64 KiB have been written the route can still make the reply a problem; one made later
 * closes the connection without the last chunk, which a client sees as an error. `enter`
 * runs before the body is let in, so that nobody without the right fills the disk.
 *
 * Parked requests. A worker's route that has nothing to say yet calls http_park(reply,
 * until_us, key) and returns: the request is put aside, costs a socket and no thread, and
 * no deadline runs. It is asked again, by any worker, when http_server_wake is called
 * with its key (or was while it was being asked, so that no wake is lost), or when the
 * time (clock_mono_us) has come. rq->asked counts, and reply->note is as it was left.
 * With rq->late the route must answer, if only with nothing (204, or an empty page);
 * parking once more then is a 204. With more than limits.parked of them, further ones are
 * answered 503.
 */
#ifndef CONSENT_HTTP_SERVER_H
#define CONSENT_HTTP_SERVER_H

#include "base/err.h"
#include "http/reply.h"
#include "http/request.h"

#include <stddef.h>
#include <stdint.h>

#define HTTP_HEAD_S    5
#define HTTP_DEADLINES 30 /* for one answer, while it is being written */

typedef void http_answer(void *context, const struct http_request *rq,
                         struct http_reply *reply);

/* Requests of one route that waited together, each with its own reply. */
struct http_asked {
    const struct http_request *rq;
    struct http_reply *reply;
};
#define HTTP_TOGETHER       64   /* requests, at most */
#define HTTP_TOGETHER_BYTES 2048 /* of the body of each, at most */

typedef void http_answer_together(void *context, const struct http_asked *asked,
                                  size_t n);

struct http_route {
    const char *path; /* exact, or with one segment "{id}" */
    enum http_method method;
    bool worker;
    bool heavy;  /* worker: by one of the threads that quick routes never wait for */
    bool stream; /* POST only; with streamers instead of workers */
    /* Blank-separated names of query arguments; others are refused. NULL: anything goes
     * and is not looked at. */
    const char *arguments;
    /* Reached by programs of strangers, by an address that others may have garbled: a
     * POST without a length has no body, a chunked one (HTTP/1.1, no Content-Length
     * beside it) is taken and the connection closed behind it, arguments that are none of
     * ours are passed over. The path's own letters may be upper case, its slashes
     * doubled;
     * `{}` is all that follows, also with slashes or nothing at all, and decoded as far
     * as it can be (a NUL becomes a blank, what does not fit is cut off). */
    bool lenient;
    size_t body_bytes; /* of a request, if less than limits.body_bytes; 0: that */
    /* worker, stream: context is the thread's. Else the service's, on the socket thread:
     * must be quick, and safe beside the program's others. */
    http_answer *answer;
    /* worker: answers several small requests that wait at the same time, for whom it is
     * cheaper to ask the database once for all of them. NULL: each by itself. */
    http_answer_together *together;
    /* worker, stream: asked by such a thread before a large body is read
     * (limits.unasked_bytes), before any body of a stream. A status other than 200
     * refuses. NULL: nobody is asked. */
    http_answer *enter;
};

struct http_limits {
    unsigned connections;
    unsigned connections_per_address; /* behind a trusted proxy: requests of a client */
    size_t header_bytes; /* request line and headers, at least 2048           */
    size_t body_bytes;   /* of one request                                    */
    size_t bodies_bytes; /* of all that have come and are not answered        */
    size_t reply_bytes;  /* a longer answer becomes a plain 500               */
    unsigned idle_s;     /* without a byte                                    */
    int32_t deadline_ms; /* from connecting, or the last answer, to the answer's end */
    /* The following may be 0 for the values below. */
    size_t unasked_bytes;    /* of a body, where `enter` has not let it in         */
    uint64_t progress_bytes; /* of a long answer, at least, in each deadline_ms    */
    uint64_t spool_bytes;    /* all streams' bodies and answers together           */
    unsigned parked;         /* requests put aside at one time                     */
};

struct http_service {
    const char *address; /* "127.0.0.1", "::1" and the like, never a name */
    /* what errors call these two; NULL: http_address, http_port */
    const char *address_setting, *port_setting;
    uint16_t port; /* 0: a free one */
    const struct http_route *routes;
    size_t n_routes;
    void *context;
    void *const *workers; /* one thread each; NULL: no route is for workers */
    size_t n_workers;
    void *const *heavies; /* likewise, for heavy routes; NULL: the workers do them */
    size_t n_heavies;
    void *const *streamers; /* likewise, for streams */
    size_t n_streamers;
    const char *spool; /* folder of the streams' files; NULL: /tmp */
    /* Addresses and networks of proxies that say for whom they ask, and the header field
     * that they do it in; NULL or "": none. */
    const char *proxies, *client_field;
    const char *certificate, *key; /* PEM files; NULL or "": plain HTTP */
    /* Seen before a body is read, for routes of workers and streamers, on the socket
     * thread: false, with a reply, refuses. NULL: all may go on. */
    bool (*admit)(void *context, const struct http_request *rq, struct http_reply *reply);
    /* NULL: 64 connections, 32 an address, 16 KiB of headers, 64 KiB of body, 1 MiB of
     * bodies, answers of 16 MiB, 5 s idle, 10 s in all; 16 KiB unasked, 64 KiB of
     * progress, 4 GiB of spool, half of the connections parked. */
    const struct http_limits *limits;
};

struct http_server;

/* What service points to must outlive the server. ERR_RETRY HTTP_IN_USE: the port is
 * taken, maybe for a moment. ERR_CONFIG HTTP_ADDRESS, HTTP_BIND, HTTP_PROXIES,
 * HTTP_SPOOL, and as http_server_reload; ERR_FATAL HTTP_START. */
bool http_server_open(const struct http_service *service, struct http_server **ret,
                      struct err *err);

/* Reads the certificate and its key again, from one thread; true without one. On an error
 * the former stay. ERR_CONFIG TLS_CERTIFICATE, TLS_KEY, CONF_SECRET. */
bool http_server_reload(struct http_server *s, struct err *err);

uint16_t http_server_port(const struct http_server *s);

/* Has the requests parked with this key asked again; HTTP_WAKE_ALL: every one. From any
 * thread, at any time until close. */
#define HTTP_WAKE_ALL UINT64_MAX
void http_server_wake(struct http_server *s, uint64_t key);

/* Requests that a worker has begun are finished and get a second to be sent; all others
 * are dropped. Streams are told to stop. Waits for the threads. NULL is fine. */
void http_server_close(struct http_server *s);

#endif
