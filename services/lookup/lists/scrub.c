/* POST /v1/lists/{id}/scrub: a mailing list in, the same lines with a verdict each out.
 */
#include "routes.h"

#include "metrics.h"

#include "base/mem.h"
#include "scrub/scrub.h"
#include "store/lists/scrub_store.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define READ_BYTES ((size_t)256 << 10)
#define PART_LINES 20000 /* of each of two parts; a streamer is one of a few */

static const struct {
    const char *type, *said;
    enum scrub_format format;
} types[] = {
    {"text/csv", "text/csv; charset=utf-8", SCRUB_CSV},
    {"application/x-ndjson", "application/x-ndjson", SCRUB_NDJSON},
    {"text/plain", "text/plain; charset=utf-8", SCRUB_PLAIN},
};

static bool on_write(void *arg, const void *data, size_t len, struct err *err)
{
    const struct call *c = arg;

    return http_stream_write(c->rq->stream, data, len, err);
}

static bool on_spend(void *arg, struct pg *pg, const struct contact_key *keys, size_t n,
                     bool *ret, struct err *err)
{
    const struct call *c = arg;

    *ret = true;
    if (c->token->budget == 0)
        return true;
    if (!scrub_spend(pg, c->token->id, c->token->budget, keys, n, ret, err))
        return false;
    if (!*ret)
        metrics_add(METRIC_OVER_BUDGET, 1);
    return true;
}

/* --- the question --- */

static bool refuse(struct call *c, unsigned status, const char *code, const char *words)
{
    http_problem(c->reply, status, code, words, NULL);
    return false;
}

static bool flag_read(struct call *c, const char *name, bool *ret)
{
    const char *text = http_argument(c->rq, name);

    *ret = text != NULL && strcmp(text, "true") == 0;
    return text == NULL || *ret || strcmp(text, "false") == 0 ||
           refuse(c, 400, "bad-argument", "header and tokens are true or false");
}

static bool word_read(struct call *c, const char *name, char *to, size_t bytes)
{
    const char *text = http_argument(c->rq, name);

    if (text != NULL && strlen(text) >= bytes)
        return refuse(c, 400, "bad-argument", "column or country is too long");
    snprintf(to, bytes, "%s", text != NULL ? text : "");
    return true;
}

static bool options_read(struct call *c, struct scrub_options *o)
{
    size_t i = 0;

    while (i < sizeof(types) / sizeof(types[0]) &&
           !http_content_type_is(c->rq, types[i].type))
        i++;
    if (i == sizeof(types) / sizeof(types[0]))
        return refuse(c, 415, "content-type",
                      "the body is text/csv, application/x-ndjson or text/plain, please");
    o->format = types[i].format;
    c->reply->type = types[i].said;
    return flag_read(c, "tokens", &o->tokens) && flag_read(c, "header", &o->header) &&
           word_read(c, "column", o->column, sizeof(o->column)) &&
           word_read(c, "country", o->country, sizeof(o->country));
}

/* --- the lines --- */

static bool lines_pass(struct call *c, struct scrub *s, struct err *err)
{
    char *data = mem_zalloc(READ_BYTES, 1);
    size_t n = 1;
    bool ok = true;

    while (ok && n > 0) {
        ok = http_stream_read(c->rq->stream, data, READ_BYTES, &n, err);
        if (ok)
            ok = n > 0 ? scrub_feed(s, data, n, err) : scrub_end(s, err);
    }
    explicit_bzero(data, READ_BYTES);
    free(data);
    return ok;
}

/* What the client, or its list, is to blame for is no failure of ours. */
static bool settle(struct call *c, bool ok, struct err *err)
{
    if (ok)
        return true;
    if (err->kind == ERR_INPUT) {
        http_problem(c->reply, 422, "bad-list", err->text, NULL);
        return true;
    }
    if (strcmp(err->code, "HTTP_GONE") == 0) {
        http_problem(c->reply, 503, "gone", "nobody reads the answer", NULL);
        return true;
    }
    return false;
}

bool answer_scrub(struct call *c, struct err *err)
{
    struct scrub_options o = {.part_lines = PART_LINES,
                              .arg = c,
                              .write = on_write,
                              .spend = on_spend,
                              .pgs = &c->w->pg,
                              .n_pgs = 1,
                              .keying = c->w->keying,
                              .token = c->token->id};
    struct scrub *s = NULL;
    bool again = true, ok;

    if (!options_read(c, &o))
        return true;
    while (again) {
        if (!call_list(c, LOOKUP_SCRUB, &o.list, err))
            return false;
        if (o.list == NULL)
            return true;
        if (!call_shown(c, LOOKUP_SCRUB, &again, err))
            return false;
    }
    o.reg = c->w->reg;
    ok = settle(c, scrub_open(&o, &s, err) && lines_pass(c, s, err), err);
    scrub_close(s);
    return ok;
}
