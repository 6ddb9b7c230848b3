/* What is asked: bodies into contacts and questions, or a problem. */
#include "people/asking.h"

#include "base/clock.h"
#include "base/mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void pasts_done(struct pasts *p)
{
    for (size_t i = 0; i < p->n; i++)
        register_free(p->reg[i]);
    p->n = 0;
}

/* *found NULL and true: too many. */
static bool past_find(struct worker *w, struct pasts *p, int64_t known_us,
                      struct register_snapshot **found, struct err *err)
{
    for (size_t i = 0; i < p->n; i++)
        if (p->reg[i]->book.known_us == known_us) {
            *found = p->reg[i];
            return true;
        }
    *found = NULL;
    if (p->n == KNOWN_MOST)
        return true;
    if (!register_load(w->pg, known_us, found, err))
        return false;
    p->reg[p->n++] = *found;
    return true;
}

static bool explain_read(struct call *c, bool *ret)
{
    const char *text = http_argument(c->rq, "explain");

    *ret = text != NULL && strcmp(text, "true") == 0;
    if (text == NULL || *ret || strcmp(text, "false") == 0)
        return true;
    http_problem(c->reply, 400, "bad-argument", "explain is true or false", NULL);
    return false;
}

/* The request's contacts as keys, from w->keys[n] on. */
static bool queries_read(struct asking *a)
{
    struct worker *w = a->call->w;
    struct fault fault;
    char pointer[48];

    if (!lookup_decisions_read(a->call->rq->body, a->call->rq->body_len, &a->request,
                               &fault)) {
        call_fault(a->call, &fault);
        return false;
    }
    worker_room(w, a->first + a->request.n);
    for (size_t i = 0; i < a->request.n; i++) {
        const size_t at = a->first + i;
        struct contact_key keys[2];
        size_t n;

        snprintf(pointer, sizeof(pointer), "/queries/%zu/contact", i);
        if (!call_readings(a->call, &a->request.queries[i].contact, pointer, keys, &n))
            return false;
        w->keys[at] = keys[0];
        w->other[at] = n > 1;
        w->second[at] = keys[1];
    }
    return true;
}

/* Second readings of numbers come behind all others. */
static void seconds_place(struct worker *w)
{
    w->n_keys = w->n_queries;
    for (size_t i = 0; i < w->n_queries; i++) {
        if (w->other[i] == 0)
            continue;
        w->keys[w->n_keys] = w->second[i];
        w->other[i] = w->n_keys++;
    }
}

static bool asking_begin(struct asking *a)
{
    if (!explain_read(a->call, &a->explain))
        return false;
    if (a->explain && a->call->token->role == ACCESS_MAILING)
        return call_refuse(a->call, 403, "forbidden",
                           "explain shows evidence, which is not for a mailing system");
    return queries_read(a);
}

bool askings_read(struct worker *w, struct call *calls, size_t n, struct err *err)
{
    if (w->askings == NULL)
        w->askings = mem_zalloc(HTTP_TOGETHER, sizeof(*w->askings));
    w->n_queries = 0;
    for (size_t i = 0; i < n; i++) {
        struct asking *a = &w->askings[i];

        a->call = &calls[i];
        a->first = w->n_queries;
        a->over = false;
        a->settled = !asking_begin(a);
        if (a->settled)
            a->request.n = 0;
        w->n_queries += a->request.n;
    }
    seconds_place(w);
    return n == 0 || call_settle(&calls[0], w->keys, w->n_keys, err);
}

void askings_clear(struct worker *w, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        lookup_request_clear(&w->askings[i].request);
        pasts_done(&w->askings[i].pasts);
    }
}

void askings_done(struct worker *w)
{
    for (size_t i = 0; w->askings != NULL && i < HTTP_TOGETHER; i++)
        lookup_request_done(&w->askings[i].request);
    free(w->askings);
}

static int16_t controller_of(const struct rulebook *rb, const char *id)
{
    for (size_t i = 0; i < rb->n_controllers; i++)
        if (strcmp(rb->controllers[i].id, id) == 0)
            return rb->controllers[i].number;
    return 0;
}

static int16_t purpose_of(const struct rulebook *rb, const char *id)
{
    if (strcmp(id, "*promotional") == 0)
        return PURPOSE_PROMOTIONAL;
    for (size_t i = 0; i < rb->n_purposes; i++)
        if (strcmp(rb->purposes[i].id, id) == 0)
            return rb->purposes[i].number;
    return 0;
}

/* What never stood in the register is a slip of the asker's, and must not look like a no.
 * *ok false: the reply has a problem. */
static bool names_check(const struct asking *a, size_t i, bool *ok, struct err *err)
{
    struct call *c = a->call;
    const struct lookup_query *q = &a->request.queries[i];
    const struct question *asked = &c->w->questions[a->first + i];
    const struct rulebook *rb = &c->w->registers[a->first + i]->book;
    const char *near = NULL;
    char pointer[48], words[160];
    bool known = true;

    *ok = true;
    if (asked->channel == 0) {
        snprintf(pointer, sizeof(pointer), "/queries/%zu/channel", i);
        http_problem(c->reply, 422, "unknown-name",
                     "the channels are email, phone, sms, post, social and web", pointer);
        *ok = false;
        return true;
    }
    if (asked->controller == 0) {
        snprintf(pointer, sizeof(pointer), "/queries/%zu/controller", i);
        near = rulebook_near_controller(rb, q->controller);
        if (!register_knows(c->w->pg, "controller", q->controller, &known, err))
            return false;
    }
    if (known && asked->purpose == 0) {
        snprintf(pointer, sizeof(pointer), "/queries/%zu/purpose", i);
        near = rulebook_near_purpose(rb, q->purpose);
        if (!register_knows(c->w->pg, "purpose", q->purpose, &known, err))
            return false;
    }
    if (known)
        return true;
    snprintf(words, sizeof(words), "the register has no such id");
    if (near != NULL)
        snprintf(words, sizeof(words),
                 "the register has no such id; did you mean %.100s?", near);
    http_problem(c->reply, 422, "unknown-name", words, pointer);
    *ok = false;
    return true;
}

static bool is_promotional(const struct rulebook *rb, int16_t purpose)
{
    for (size_t i = 0; i < rb->n_purposes; i++)
        if (rb->purposes[i].number == purpose)
            return rb->purposes[i].class == PURPOSE_CLASS_PROMOTIONAL;
    return false;
}

/* A mailing system is told about what its own lists are about. */
static bool scope_is_its_own(const struct call *c, const struct question *q)
{
    const struct register_snapshot *reg = c->w->reg;
    const int64_t now_us = clock_wall_us();

    for (size_t i = 0; i < reg->n_lists; i++) {
        const struct list *l = &reg->lists[i];

        if (strcmp(l->recipient, c->token->recipient) == 0 &&
            period_holds(&l->valid, now_us) && l->controller == q->controller &&
            l->channel == q->channel &&
            (l->purpose == q->purpose || (l->purpose == PURPOSE_PROMOTIONAL &&
                                          is_promotional(&reg->book, q->purpose))))
            return true;
    }
    return false;
}

static bool fail(const struct asking *a, size_t i, const char *reason)
{
    struct fault fault;

    snprintf(fault.reason, sizeof(fault.reason), "%s", reason);
    snprintf(fault.pointer, sizeof(fault.pointer), "/queries/%zu/known", i);
    call_fault(a->call, &fault);
    return true;
}

/* *ok false: the reply has a problem. */
static bool question_make(struct asking *a, size_t i, int64_t now_us, bool *ok,
                          struct err *err)
{
    struct call *c = a->call;
    struct worker *w = c->w;
    const struct lookup_query *q = &a->request.queries[i];
    struct question *asked = &w->questions[a->first + i];
    struct register_snapshot *reg = w->reg;

    *ok = false;
    *asked = (struct question){.at_us = now_us, .known_us = WHEN_NEVER};
    if (q->known_us != WHEN_NEVER && !past_find(w, &a->pasts, q->known_us, &reg, err))
        return false;
    if (reg == NULL)
        return fail(a, i, "TOO_MANY_KNOWN");
    w->registers[a->first + i] = reg;
    *asked = (struct question){
        .controller = controller_of(&reg->book, q->controller),
        .purpose = purpose_of(&reg->book, q->purpose),
        .channel = channel_parse(q->channel),
        .at_us = q->at_us != WHEN_ALWAYS ? q->at_us : now_us,
        .known_us = q->known_us,
    };
    if (!names_check(a, i, ok, err))
        return false;
    if (*ok && c->token->role == ACCESS_MAILING && !scope_is_its_own(c, asked)) {
        char pointer[48];

        *ok = false;
        snprintf(pointer, sizeof(pointer), "/queries/%zu", i);
        http_problem(c->reply, 403, "forbidden",
                     "none of the token's lists is about this controller, purpose and "
                     "channel",
                     pointer);
    }
    return true;
}

bool askings_question(struct worker *w, size_t n, struct err *err)
{
    const int64_t now_us = clock_wall_us();

    for (size_t k = 0; k < n; k++) {
        struct asking *a = &w->askings[k];

        for (size_t i = 0; i < a->request.n; i++) {
            bool ok = true;

            if (a->settled) /* its contacts are passed over */
                w->questions[a->first + i] =
                    (struct question){.at_us = now_us, .known_us = WHEN_NEVER};
            else if (!question_make(a, i, now_us, &ok, err))
                return false;
            a->settled = a->settled || !ok;
        }
    }
    return true;
}
