#include "http/metrics.h"
#include "base/mem.h"
#include "base/metric.h"
#include "http/server.h"

#include <stdlib.h>

struct http_metrics {
    struct http_server *server;
    http_ready *ready;
    void *context;
};

static void answer_metrics(void *context, const struct http_request *rq,
                           struct http_reply *reply)
{
    (void)context;
    (void)rq;
    reply->type = "text/plain; version=0.0.4; charset=utf-8";
    metric_print(&reply->body);
}

static void answer_health(void *context, const struct http_request *rq,
                          struct http_reply *reply)
{
    (void)context;
    (void)rq;
    buf_add_str(&reply->body, "ok\n");
}

static void answer_ready(void *context, const struct http_request *rq,
                         struct http_reply *reply)
{
    struct http_metrics *m = context;
    char why[256] = "";

    (void)rq;
    if (m->ready == NULL || m->ready(m->context, why, sizeof(why))) {
        buf_add_str(&reply->body, "ready\n");
        return;
    }
    reply->status = 503;
    buf_addf(&reply->body, "not ready: %s\n", why);
}

static const struct http_route metrics_routes[] = {
    {.path = "/metrics", .answer = answer_metrics},
    {.path = "/healthz", .answer = answer_health},
    {.path = "/readyz", .answer = answer_ready},
};

bool http_metrics_open(const char *address, uint16_t port, http_ready *ready,
                       void *context, struct http_metrics **ret, struct err *err)
{
    struct http_metrics *m = mem_zalloc(1, sizeof(*m));
    const struct http_service service = {
        .address = address,
        .port = port,
        .routes = metrics_routes,
        .n_routes = sizeof(metrics_routes) / sizeof(*metrics_routes),
        .context = m,
    };

    m->ready = ready;
    m->context = context;
    if (!http_server_open(&service, &m->server, err)) {
        free(m);
        return false;
    }
    *ret = m;
    return true;
}

uint16_t http_metrics_port(const struct http_metrics *m)
{
    return http_server_port(m->server);
}

void http_metrics_close(struct http_metrics *m)
{
    if (m == NULL)
        return;
    http_server_close(m->server);
    free(m);
}
