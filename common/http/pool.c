/* Queues of requests that take turns, and threads that each own a context to answer them
 * with. */
#include "base/clock.h"
#include "base/mem.h"
#include "http/exchange.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#define LINES 256

/* So many threads answer requests together: one judges while the other waits for the
 * disk, and what comes meanwhile is the next to go together. More would have fewer each
 * and cost PostgreSQL more; but who has waited for longer than this gets a third one, as
 * soon as anything else comes. */
#define TOGETHER_MOST 2
#define TOGETHER_US   50000

/* Whom a request is asked for, by hash: its network, and (behind LINES) its token. */
struct askers {
    size_t n, slot[2];
};

struct worker {
    struct pool *pool;
    void *context;
    struct askers holders; /* who hold this thread */
    pthread_t thread;
    pthread_cond_t called;
    bool idle;
    bool together;        /* it answers several, or could have */
    struct worker *below; /* among the idle */
};

/* The requests of one asker, in their order. Lines that are not empty take turns, so that
 * whoever asks a thousand things at once waits for them himself. Two askers may share a
 * line. */
struct line {
    struct exchange *first, *last;
    struct line *next; /* whose turn is after this one's */
};

struct queue {
    struct line lines[LINES];
    struct line *turn, *turn_last; /* NULL: nothing is queued */
};

/* The one that has been idle for the shortest time goes first: its connection's process
 * at the other end still has everything at hand. */
struct pool {
    pthread_mutex_t lock;
    struct worker *idle;
    struct queue alone, joined; /* by exchange_joins with one like it */
    size_t n_together;
    bool joined_next; /* the two take turns */
    size_t share;     /* threads that one asker may hold; 0: all */
    size_t held[2 * LINES];
    bool closing;
    void *owner;
    void (*run)(void *owner, void *context, struct exchange *x);
    void (*stop)(struct exchange *x);
    size_t n;
    struct worker workers[];
};

static size_t slot_of(const void *bytes, size_t n)
{
    const uint8_t *at = bytes;
    uint64_t h = UINT64_C(0xcbf29ce484222325);

    for (size_t i = 0; i < n; i++)
        h = (h ^ at[i]) * UINT64_C(0x100000001b3);
    return (h ^ h >> 32) % LINES;
}

/* An address that we know says who asks; behind a proxy that says nothing it is the token
 * or nothing. Not the token where there is an address: anybody can make up tokens. */
static struct line *line_of(struct queue *q, const struct http_request *rq)
{
    if (rq->client_known)
        return &q->lines[slot_of(rq->client, sizeof(rq->client))];
    return &q->lines[slot_of(rq->authorization, strlen(rq->authorization))];
}

static void line_append(struct queue *q, struct line *l)
{
    l->next = NULL;
    if (q->turn == NULL)
        q->turn = l;
    else
        q->turn_last->next = l;
    q->turn_last = l;
}

static void queue_put(struct queue *q, struct exchange *x)
{
    struct line *l = line_of(q, &x->rq);

    x->next = NULL;
    if (l->first != NULL) {
        l->last->next = x;
    } else {
        l->first = x;
        line_append(q, l);
    }
    l->last = x;
}

/* The first of a line, whose turn is behind that of before (NULL: it is the first). */
static struct exchange *line_take(struct queue *q, struct line *before, struct line *l)
{
    struct exchange *x = l->first;

    l->first = x->next;
    if (before == NULL)
        q->turn = l->next;
    else
        before->next = l->next;
    if (q->turn_last == l)
        q->turn_last = before;
    if (l->first != NULL)
        line_append(q, l);
    x->next = NULL;
    return x;
}

static struct exchange *queue_take(struct queue *q)
{
    return q->turn != NULL ? line_take(q, NULL, q->turn) : NULL;
}

static struct askers askers_of(const struct http_request *rq)
{
    struct askers a = {0};

    if (rq->client_known)
        a.slot[a.n++] = slot_of(rq->client, sizeof(rq->client));
    if (rq->authorization[0] != '\0')
        a.slot[a.n++] = LINES + slot_of(rq->authorization, strlen(rq->authorization));
    return a;
}

/* Do its askers have room for one more? */
static bool may_go(const struct pool *p, const struct exchange *x)
{
    const struct askers a = askers_of(&x->rq);

    for (size_t i = 0; i < a.n; i++)
        if (p->share > 0 && !p->closing && p->held[a.slot[i]] >= p->share)
            return false;
    return true;
}

/* The line whose turn it is, of those that may go; NULL: none may. */
static struct line *alone_next(const struct pool *p, struct line **ret_before)
{
    *ret_before = NULL;
    for (struct line *l = p->alone.turn; l != NULL; *ret_before = l, l = l->next)
        if (may_go(p, l->first))
            return l;
    return NULL;
}

/* By a worker that holds nothing. */
static struct exchange *alone_take(struct worker *w)
{
    struct pool *p = w->pool;
    struct line *before, *l = alone_next(p, &before);
    struct exchange *x = l != NULL ? line_take(&p->alone, before, l) : NULL;

    if (x == NULL)
        return NULL;
    w->holders = askers_of(&x->rq);
    for (size_t i = 0; i < w->holders.n; i++)
        p->held[w->holders.slot[i]]++;
    return x;
}

static void let_go(struct worker *w)
{
    for (size_t i = 0; i < w->holders.n; i++)
        w->pool->held[w->holders.slot[i]]--;
    w->holders.n = 0;
}

/* In their turn, as many as go together. */
static struct exchange *queue_take_joined(struct queue *q)
{
    struct exchange *first = queue_take(q), *last = first;

    for (size_t n = 1;
         n < HTTP_TOGETHER && q->turn != NULL && exchange_joins(first, q->turn->first);
         n++) {
        last->next = queue_take(q);
        last = last->next;
    }
    return first;
}

/* Is there something that a further thread should begin with? */
static bool joined_waits(const struct pool *p)
{
    return p->joined.turn != NULL &&
           (p->closing || p->n_together < TOGETHER_MOST ||
            clock_mono_us() - p->joined.turn->first->since_us > TOGETHER_US);
}

static bool alone_waits(const struct pool *p)
{
    struct line *ignored;

    return alone_next(p, &ignored) != NULL;
}

static bool work_waits(const struct pool *p)
{
    return joined_waits(p) || alone_waits(p);
}

static void call_one(struct pool *p)
{
    struct worker *w = p->idle;

    if (w == NULL)
        return;
    p->idle = w->below;
    w->idle = false;
    pthread_cond_signal(&w->called);
}

static struct exchange *take(struct worker *w)
{
    struct pool *p = w->pool;
    struct exchange *x;

    w->together = joined_waits(p) && (p->joined_next || !alone_waits(p));
    p->joined_next = !w->together;
    if (w->together) {
        p->n_together++;
        x = queue_take_joined(&p->joined);
    } else {
        x = alone_take(w);
    }
    if (work_waits(p))
        call_one(p);
    return x;
}

/* NULL: there will be no more. */
static struct exchange *pool_take(struct worker *w, bool *ret_closing)
{
    struct pool *p = w->pool;
    struct exchange *x;

    pthread_mutex_lock(&p->lock);
    if (w->together)
        p->n_together--;
    w->together = false;
    let_go(w);
    while (!work_waits(p) && !p->closing) {
        if (!w->idle) {
            w->below = p->idle;
            p->idle = w;
        }
        w->idle = true;
        pthread_cond_wait(&w->called, &p->lock);
    }
    x = take(w);
    *ret_closing = p->closing;
    pthread_mutex_unlock(&p->lock);
    return x;
}

static void *work(void *arg)
{
    struct worker *w = arg;
    struct pool *p = w->pool;
    struct exchange *x;
    bool closing;

    while ((x = pool_take(w, &closing)) != NULL) {
        if (!closing)
            p->run(p->owner, w->context, x);
        while (closing && x != NULL) {
            struct exchange *next = x->next;

            p->stop(x);
            x = next;
        }
    }
    return NULL;
}

struct pool *pool_open(void *const *contexts, size_t n, size_t share, void *owner,
                       void (*run)(void *owner, void *context, struct exchange *x),
                       void (*stop)(struct exchange *x))
{
    struct pool *p = mem_zalloc(1, sizeof(*p) + n * sizeof(struct worker));
    sigset_t all, kept;

    pthread_mutex_init(&p->lock, NULL);
    p->share = share;
    p->owner = owner;
    p->run = run;
    p->stop = stop;
    /* Signals are for the program's main thread. */
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &kept);
    for (; p->n < n; p->n++) {
        struct worker *w = &p->workers[p->n];

        w->pool = p;
        w->context = contexts[p->n];
        pthread_cond_init(&w->called, NULL);
        if (pthread_create(&w->thread, NULL, work, w) != 0)
            break;
    }
    pthread_sigmask(SIG_SETMASK, &kept, NULL);
    if (p->n == n)
        return p;
    pool_close(p);
    pool_free(p);
    return NULL;
}

void pool_put(struct pool *p, struct exchange *x)
{
    bool closing;

    pthread_mutex_lock(&p->lock);
    closing = p->closing;
    if (!closing) {
        queue_put(exchange_joins(x, x) ? &p->joined : &p->alone, x);
        if (work_waits(p))
            call_one(p);
    }
    pthread_mutex_unlock(&p->lock);
    if (closing)
        p->stop(x);
}

void pool_close(struct pool *p)
{
    if (p == NULL)
        return;
    pthread_mutex_lock(&p->lock);
    p->closing = true;
    for (size_t i = 0; i < p->n; i++)
        pthread_cond_signal(&p->workers[i].called);
    pthread_mutex_unlock(&p->lock);
    for (size_t i = 0; i < p->n; i++)
        pthread_join(p->workers[i].thread, NULL);
}

void pool_free(struct pool *p)
{
    if (p == NULL)
        return;
    for (size_t i = 0; i < p->n; i++)
        pthread_cond_destroy(&p->workers[i].called);
    pthread_mutex_destroy(&p->lock);
    free(p);
}
