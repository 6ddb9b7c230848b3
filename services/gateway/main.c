/*
 * consent-gateway - HTTP that leads into Kafka: README.md, then routes.h, worker.h, and a
 * folder for each thing it does.
 */
#include "known.h"
#include "metrics.h"
#include "routes.h"
#include "sender.h"
#include "settings.h"
#include "events/events.h"
#include "unsubscribe/stopped.h"
#include "worker.h"

#include "base/clock.h"
#include "base/daemon.h"
#include "base/log.h"
#include "base/stop.h"
#include "base/watchdog.h"
#include "codec/codec.h"
#include "http/metrics.h"
#include "http/server.h"

#include <stdatomic.h>
#include <stdio.h>

#define WORKERS_MOST 80 /* of people, and of sources behind them */
#define TURN_MS      500

static const char usage[] =
    "usage: consent-gateway [--config FILE] [--help] [--manual] [--sample] [--version]\n"
    "\n"
    "Takes what the world says over HTTP to Kafka: one click, the unsubscribe page,\n"
    "events of sources without Kafka.\n"
    "Any number of them may run beside each other.\n"
    "\n";

/* --- what goes on beside the workers --- */

struct gateway {
    struct settings settings;
    struct broker broker;
    struct knowledge *knowledge;
    struct stopped *stopped;
    struct worker workers[WORKERS_MOST];
    void *contexts[WORKERS_MOST];
    struct http_metrics *metrics;
    struct http_server *server;
};

/* An opt-out needs Kafka alone. */
static bool ready(void *context, char *why, size_t why_bytes)
{
    const struct gateway *g = context;

    if (atomic_load(&g->broker.there))
        return true;
    snprintf(why, why_bytes, "Kafka does not answer");
    return false;
}

static bool run(void *self, struct err *none)
{
    struct gateway *g = self;
    struct peer peer = {.name = "kafka"};
    struct err err, failed;
    unsigned hups = 0;

    while (!stop_asked()) {
        bool up = broker_look(&g->broker, &err);

        watchdog_beat();
        metrics_up("kafka", up, &peer, &err);
        http_server_wake(g->server, EVENTS_WAKE);
        if (stop_reload(&hups))
            daemon_reloaded(g->settings.tls_certificate_file,
                            http_server_reload(g->server, &failed) ? NULL : &failed);
        for (int ms = 0; ms < TURN_MS && !stop_asked(); ms += 100)
            clock_sleep_ms(100);
    }
    err_clear(none);
    return true;
}

/* --- the program --- */

static bool serve(struct gateway *g, struct err *err)
{
    const struct settings *settings = &g->settings;
    static struct http_limits limits;
    static struct http_service service;

    limits = (struct http_limits){
        .connections = (unsigned)settings->connections,
        .connections_per_address = (unsigned)settings->connections_per_address,
        .header_bytes = 16384,
        .body_bytes = (size_t)settings->source_body_bytes,
        .bodies_bytes = (size_t)settings->source_body_bytes * 8,
        .reply_bytes = (size_t)16 << 20,
        .idle_s = (unsigned)settings->idle_s,
        .deadline_ms = (int32_t)settings->deadline_ms,
    };
    service = (struct http_service){
        .address = settings->public_address,
        .address_setting = "public_address",
        .port_setting = "public_port",
        .port = (uint16_t)settings->public_port,
        .certificate = settings->tls_certificate_file,
        .key = settings->tls_key_file,
        .proxies = settings->trusted_proxies,
        .client_field = settings->client_header,
        .routes = routes,
        .n_routes = routes_n,
        .workers = g->contexts,
        .n_workers = (size_t)settings->workers,
        .heavies = g->contexts + settings->workers,
        .n_heavies = (size_t)settings->source_workers,
        .admit = events_admit,
        .limits = &limits,
    };
    daemon_allow_files(settings->connections);
    return http_server_open(&service, &g->server, err);
}

static bool workers_open(struct gateway *g, struct err *err)
{
    const struct settings *settings = &g->settings;

    for (int64_t i = 0; i < settings->workers + settings->source_workers; i++) {
        struct worker *w = &g->workers[i];

        *w = (struct worker){.settings = settings,
                             .knowledge = g->knowledge,
                             .sender = sender_open(&g->broker),
                             .stopped = g->stopped};
        g->contexts[i] = w;
        if (i >= settings->workers && !events_open(settings, &w->events, err))
            return false;
    }
    return true;
}

static bool open_all(void *self, struct err *err)
{
    struct gateway *g = self;
    const struct settings *settings = &g->settings;

    codec_init();
    metrics_register();
    broker_open(&g->broker, settings);
    if (!stopped_open(settings, &g->stopped, err) ||
        !knowledge_open(settings, stopped_marks(g->stopped), &g->knowledge, err) ||
        !knowledge_start(g->knowledge, err) || !workers_open(g, err))
        return false;
    if (!http_metrics_open(settings->http_address, (uint16_t)settings->http_port, ready,
                           g, &g->metrics, err) ||
        !serve(g, err))
        return false;
    log_write(LOG_LEVEL_INFO, "started", "port=%u public_port=%u",
              (unsigned)http_metrics_port(g->metrics),
              (unsigned)http_server_port(g->server));
    return true;
}

static void close_all(void *self)
{
    struct gateway *g = self;

    http_server_close(g->server);
    http_metrics_close(g->metrics);
    for (int i = 0; i < WORKERS_MOST; i++) {
        sender_close(g->workers[i].sender);
        events_close(g->workers[i].events);
    }
    stopped_close(g->stopped);
    knowledge_close(g->knowledge);
    broker_close(&g->broker);
}

int main(int argc, char **argv)
{
    static struct gateway g;
    const struct daemon gateway = {
        .name = "consent-gateway",
        .log_name = "gateway",
        .usage = usage,
        .keys = settings_keys,
        .n_keys = settings_keys_n,
        .check = settings_check,
        .settings = &g.settings,
        .kafka = &g.settings.kafka,
        .common = &g.settings.daemon,
        .stuck_s = &g.settings.stuck_s,
        .self = &g,
        .open = open_all,
        .run = run,
        .close = close_all,
    };

    return daemon_main(&gateway, argc, argv);
}
