/* The way of a request through the server, from its headers to its end. */
#include "http/serving.h"
#include "base/clock.h"
#include "base/mem.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

static struct conn *conn_of(struct MHD_Connection *connection)
{
    return MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT)
        ->socket_context;
}

/* --- for whom it is --- */

struct naming {
    const char *field, *value;
};

/* A proxy may have added a field of its own behind the client's: the last one counts. Of
 * whatever length: the client's own words in it must not hide who it is. */
static bool see_named(void *context, const char *name, const char *value)
{
    struct naming *n = context;

    if (strcasecmp(name, n->field) == 0)
        n->value = value;
    return true;
}

static void see_client(const struct http_server *s, struct exchange *x)
{
    struct naming n = {.field = s->service.client_field, .value = ""};
    uint8_t at[HTTP_CLIENT_BYTES];

    x->rq.client_known = x->conn->known;
    memcpy(x->rq.client, x->conn->network, sizeof(x->rq.client));
    if (!x->conn->proxied || n.field == NULL)
        return;
    http_each_header(&x->rq, see_named, &n);
    x->rq.client_known = client_of_field(&s->proxies, n.value, at);
    if (x->rq.client_known)
        client_network(at, x->rq.client);
}

/* Who comes directly is counted by connections. */
static bool is_one_too_many(const struct http_server *s, const struct exchange *x)
{
    return x->conn->proxied && x->rq.client_known &&
           conn_asked_by(s->first, x) > s->limits.connections_per_address;
}

static struct exchange *begin(struct http_server *s, struct MHD_Connection *connection,
                              const char *method, const char *path, const char *version)
{
    struct exchange *x = mem_zalloc(1, sizeof(*x));

    atomic_init(&x->refs, 1);
    x->connection = connection;
    x->conn = conn_of(connection);
    x->conn->x = x;
    x->conn->asked = true;
    x->wake = s->wake;
    x->reply.spool = &s->spool;
    reply_begin(&x->reply, s->limits.reply_bytes);
    x->rq.connection = connection;
    see_client(s, x);
    if (is_one_too_many(s, x)) {
        http_problem(&x->reply, 429, "busy", "too many requests at once", NULL);
        x->reply.retry_after_s = 1;
        x->last = true;
        atomic_store(&x->state, EXCHANGE_REFUSED);
        x->since_us = clock_mono_us();
    } else {
        exchange_begin(x, &s->service, &s->limits, spool_room(&s->spool), method, path,
                       version);
    }
    if (atomic_load(&x->state) == EXCHANGE_REFUSED)
        x->expected = 0;
    buf_init(&x->body, x->chunked && x->rq.route != NULL
                           ? body_most(x->rq.route, &s->limits)
                           : x->expected);
    return x;
}

static void unbook(struct http_server *s, struct exchange *x)
{
    s->bodies_bytes -= x->n_bodies;
    x->n_bodies = 0;
}

/* Room for a piece of a body. When it is short, whoever has sent the least in its time
 * loses what it has sent; false: there is nobody. */
static bool book(struct http_server *s, struct exchange *x, size_t len)
{
    while (s->bodies_bytes + len > s->limits.bodies_bytes) {
        struct conn *slow = conn_slowest(s->first, x->conn);

        if (slow == NULL)
            return false;
        unbook(s, slow->x);
        buf_done(&slow->x->body);
        conn_drop(slow);
    }
    s->bodies_bytes += len;
    x->n_bodies += len;
    return true;
}

/* To other threads. */
static enum MHD_Result put(struct http_server *s, struct exchange *x, struct pool *pool)
{
    atomic_store(&x->state, EXCHANGE_WAITING);
    if (!x->waiting)
        s->waiting++;
    x->waiting = true;
    x->pool = pool;
    MHD_suspend_connection(x->connection);
    pool_put(pool, x);
    return MHD_YES;
}

static struct pool *pool_of(const struct http_server *s, const struct http_route *route)
{
    if (route->stream)
        return s->streamers;
    return route->heavy && s->heavies != NULL ? s->heavies : s->workers;
}

/* The headers are there, and a route is to be asked before the body comes. */
static enum MHD_Result enter(struct http_server *s, struct exchange *x)
{
    atomic_store(&x->held, true);
    return put(s, x, pool_of(s, x->rq.route));
}

/* The headers of a streamed request are there. */
static enum MHD_Result stream_begin(struct http_server *s, struct exchange *x)
{
    x->rq.stream = stream_open(&s->spool, x, x->expected);
    if (x->rq.stream == NULL) {
        http_problem(&x->reply, 503, "busy", "there is no room for the body", NULL);
        x->reply.retry_after_s = 1;
        x->last = true;
        atomic_store(&x->state, EXCHANGE_REFUSED);
        return answer_send(x);
    }
    if (!x->entered)
        return enter(s, x);
    conn_restart(x->conn, true);
    return MHD_YES;
}

/* The request is whole. */
static enum MHD_Result hand_over(struct http_server *s, struct exchange *x)
{
    if (x->rq.stream != NULL) {
        atomic_store(&x->held, true);
        return put(s, x, pool_of(s, x->rq.route));
    }
    buf_add(&x->body, "", 0);
    x->rq.body = x->body.data;
    x->rq.body_len = x->body.len;
    if (x->rq.route->worker)
        return put(s, x, pool_of(s, x->rq.route));
    x->rq.route->answer(s->service.context, &x->rq, &x->reply);
    atomic_store(&x->state, EXCHANGE_ANSWERED);
    return answer_send(x);
}

/* The rest of the body is passed over: libmicrohttpd takes no answer before its end. */
static void refuse_rest(struct http_server *s, struct exchange *x, unsigned status,
                        const char *code, const char *detail)
{
    http_problem(&x->reply, status, code, detail, NULL);
    x->reply.retry_after_s = status == 503 ? 1 : 0;
    x->last = true;
    unbook(s, x);
    buf_done(&x->body);
    atomic_store(&x->state, EXCHANGE_REFUSED);
}

/* Room is taken by what has come, never by what was promised. */
static void keep_piece(struct http_server *s, struct exchange *x, const char *data,
                       size_t len)
{
    if (atomic_load(&x->state) != EXCHANGE_READING)
        return;
    if (x->rq.stream != NULL) {
        if (!stream_take(x->rq.stream, data, len))
            refuse_rest(s, x, 503, "no-room", "the body cannot be kept");
    } else if (!book(s, x, len)) {
        refuse_rest(s, x, 503, "busy", "too many large requests at once");
    } else if (!buf_add(&x->body, data, len)) {
        refuse_rest(s, x, 413, "too-large", "the body is too large");
    }
}

enum MHD_Result serving_request(void *cls, struct MHD_Connection *connection,
                                const char *path, const char *method, const char *version,
                                const char *upload_data, size_t *upload_size,
                                void **request)
{
    struct http_server *s = cls;
    struct exchange *x = *request;
    enum exchange_state state;
    bool whole;

    if (x == NULL) {
        x = *request = begin(s, connection, method, path, version);
        state = (enum exchange_state)atomic_load(&x->state);
        if (state == EXCHANGE_READING && x->rq.route->stream)
            return stream_begin(s, x);
        if (state == EXCHANGE_READING && !x->entered)
            return enter(s, x);
        /* An answer at this point also ends the connection. */
        return x->last && state != EXCHANGE_READING ? answer_send(x) : MHD_YES;
    }
    if (atomic_load(&x->gone) || x->conn->dropped)
        return MHD_NO;
    if (*upload_size > 0) {
        keep_piece(s, x, upload_data, *upload_size);
        *upload_size = 0;
        return MHD_YES;
    }
    state = (enum exchange_state)atomic_load(&x->state);
    if (state == EXCHANGE_ENTERED) {
        atomic_store(&x->state, EXCHANGE_READING);
        conn_restart(x->conn, x->rq.stream != NULL);
        return MHD_YES;
    }
    whole = x->rq.stream != NULL ? stream_whole(x->rq.stream)
                                 : x->chunked || x->body.len == x->expected;
    if (state == EXCHANGE_READING)
        return whole ? hand_over(s, x) : MHD_NO;
    if (!whole)
        x->last = true;
    return answer_send(x);
}

void serving_completed(void *cls, struct MHD_Connection *connection, void **request,
                       enum MHD_RequestTerminationCode code)
{
    struct conn *c = conn_of(connection);
    struct http_server *s = cls;
    struct exchange *x = *request;

    (void)code;
    if (c != NULL) {
        conn_restart(c, false);
        c->x = NULL;
    }
    if (x == NULL)
        return;
    if (x->waiting)
        s->waiting--;
    unbook(s, x);
    if (x->rq.stream != NULL)
        stream_gone(x->rq.stream);
    exchange_release(x);
    *request = NULL;
}

/* --- the threads that answer --- */

/* False: it waited too long, and the reply says so. */
static bool ask_begin(const struct http_server *s, struct exchange *x)
{
    const int64_t most_us = (int64_t)s->limits.deadline_ms * 1000;

    park_asking(s->park, x);
    x->rq.gone = &x->gone;
    x->pace.span_us = most_us;
    x->pace.end_us = x->since_us + most_us * HTTP_DEADLINES;
    x->pace.bytes = 0;
    x->pace.step = s->limits.progress_bytes;
    atomic_store(&x->pace.until_us, x->since_us + most_us);
    x->rq.pace = &x->pace;
    if (clock_mono_us() - x->since_us <= most_us)
        return true;
    http_problem(&x->reply, 503, "busy", "the request waited too long", NULL);
    return false;
}

static void ask_end(struct http_server *s, struct exchange *x)
{
    http_reply_whole(&x->reply);
    if (x->reply.park_until_us != 0)
        park_put(s->park, x);
    else if (x->reply.hold_until_us != 0)
        park_hold(s->park, x);
    else
        exchange_resume(x, EXCHANGE_ANSWERED);
}

static void ask_together(struct http_server *s, void *context, struct exchange *first)
{
    struct http_asked asked[HTTP_TOGETHER];
    struct exchange *next;
    size_t n = 0;

    for (struct exchange *x = first; x != NULL; x = x->next)
        if (ask_begin(s, x))
            asked[n++] = (struct http_asked){&x->rq, &x->reply};
    if (n > 0)
        first->rq.route->together(context, asked, n);
    for (struct exchange *x = first; x != NULL; x = next) {
        next = x->next; /* x may be gone behind it */
        ask_end(s, x);
    }
}

void serving_ask(void *owner, void *context, struct exchange *x)
{
    struct http_server *s = owner;

    if (x->next != NULL) {
        ask_together(s, context, x);
        return;
    }
    if (!x->entered) {
        x->entered = true;
        x->rq.route->enter(context, &x->rq, &x->reply);
        exchange_resume(x, x->reply.status == 200 ? EXCHANGE_ENTERED : EXCHANGE_REFUSED);
        return;
    }
    if (x->rq.stream != NULL) {
        stream_run(owner, context, x);
        return;
    }
    if (ask_begin(s, x))
        x->rq.route->answer(context, &x->rq, &x->reply);
    ask_end(s, x);
}

void serving_stop(struct exchange *x)
{
    http_problem(&x->reply, 503, "stopping", "the service is stopping", NULL);
    exchange_resume(x, EXCHANGE_ANSWERED);
}
