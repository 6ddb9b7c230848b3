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

static void answer_metrics(void *context, struct http_reply *reply)
{
    (void)context;
    reply->type = "text/plain; version=0.0.4; charset=utf-8";
    metric_print(&reply->body);
}

static void answer_health(void *context, struct http_reply *reply)
{
    (void)context;
    buf_add_str(&reply->body, "ok\n");
}

static void answer_ready(void *context, struct http_reply *reply)
{
    struct http_metrics *m = context;
    char why[256] = "";

    if (m->ready == NULL || m->ready(m->context, why, sizeof(why))) {
        buf_add_str(&reply->body, "ready\n");
        return;
    }
    reply->status = 503;
    buf_addf(&reply->body, "not ready: %s\n", why);
}

static const struct http_route metrics_routes[] = {
    {"/metrics", answer_metrics},
    {"/healthz", answer_health},
    {"/readyz", answer_ready},
};

bool http_metrics_open(const char *address, uint16_t port, http_ready *ready,
                       void *context, struct http_metrics **ret, struct err *err)
{
    struct http_metrics *m = mem_zalloc(1, sizeof(*m));

    m->ready = ready;
    m->context = context;
    if (!http_server_open(address, port, metrics_routes,
                          sizeof(metrics_routes) / sizeof(*metrics_routes), m,
                          &http_limits_preset, &m->server, err)) {
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
