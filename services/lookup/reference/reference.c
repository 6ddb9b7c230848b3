#include "reference.h"

#include "base/embed.h"

#include <string.h>

#ifndef REFERENCE_DIR /* where render.py has put its pages */
#define REFERENCE_DIR "build/release/reference"
#endif

#define POLICY                                                                           \
    "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; "        \
    "frame-ancestors 'none'"

#define HTML  "text/html; charset=utf-8"
#define STYLE "text/css; charset=utf-8"
#define YAML  "application/yaml; charset=utf-8"

/* symbol, name, file, type; the first is shown when none is named */
// clang-format off
#define FILES(X)                                                                           \
    X(index, "index.html", REFERENCE_DIR "/index.html", HTML)                              \
    X(lookup, "lookup.html", REFERENCE_DIR "/lookup.html", HTML)                           \
    X(gateway, "gateway.html", REFERENCE_DIR "/gateway.html", HTML)                        \
    X(events, "events.html", REFERENCE_DIR "/events.html", HTML)                           \
    X(style, "reference.css", "services/lookup/reference/reference.css", STYLE)            \
    X(openapi, "lookup.openapi.yaml", "schemas/lookup.openapi.yaml", YAML)                 \
    X(gateway_openapi, "gateway.openapi.yaml", "schemas/gateway.openapi.yaml", YAML)       \
    X(asyncapi, "asyncapi.yaml", "schemas/asyncapi.yaml", YAML)
// clang-format on

#define X(symbol, name, file, type) EMBED(reference_##symbol, file);
FILES(X)
#undef X

static const struct {
    const char *name, *type, *begin, *end;
} files[] = {
#define X(symbol, name, file, type)                                                      \
    {name, type, reference_##symbol, reference_##symbol##_end},
    FILES(X)
#undef X
};

static void give(const char *name, struct http_reply *reply)
{
    for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
        if (strcmp(files[i].name, name) != 0)
            continue;
        reply->type = files[i].type;
        http_reply_field(reply, "Content-Security-Policy", POLICY);
        http_reply_field(reply, "Cross-Origin-Resource-Policy", "same-origin");
        buf_add(&reply->body, files[i].begin, (size_t)(files[i].end - files[i].begin));
        return;
    }
    http_problem(reply, 404, "not-found", "there is nothing here", NULL);
}

void reference_answer(void *context, const struct http_request *rq,
                      struct http_reply *reply)
{
    (void)context;
    give(rq->name[0] != '\0' ? rq->name : files[0].name, reply);
}

void reference_document(void *context, const struct http_request *rq,
                        struct http_reply *reply)
{
    (void)context;
    (void)rq;
    give("lookup.openapi.yaml", reply);
}

void reference_moved(void *context, const struct http_request *rq,
                     struct http_reply *reply)
{
    (void)context;
    (void)rq;
    reply->status = 308;
    http_reply_field(reply, "Location", "docs/");
}
