/*
 * consent-lookup - questions over HTTP: README.md, then routes.h, worker.c, and a
 * file for each route.
 */
#include "lists/maker.h"
#include "look.h"
#include "metrics.h"
#include "routes.h"
#include "settings.h"
#include "lists/watch.h"
#include "worker.h"

#include "base/clock.h"
#include "base/daemon.h"
#include "base/log.h"
#include "base/stop.h"
#include "base/watchdog.h"
#include "codec/codec.h"

#include <string.h>

#define WORKERS_MOST 96 /* workers, then those for heavy routes, then streamers */
#define LOOK_MS      500
#define REPLY_BYTES  ((size_t)96 << 20) /* 10,000 decisions explained */

static const char usage[] =
    "usage: consent-lookup [--config FILE] [--help] [--manual] [--sample] [--version]\n"
    "\n"
    "Answers questions over HTTP: may this be sent, where is this contact from.\n"
    "Any number of them may run beside each other.\n"
    "\n";

/* --- the program --- */

struct program {
    struct settings settings;
    struct tokens *tokens;
    struct watch *watch;
    struct maker *maker;
    struct worker workers[WORKERS_MOST];
    void *contexts[WORKERS_MOST];
    struct http_server *server;
};

static bool workers_open(struct program *p, struct err *err)
{
    const struct settings *settings = &p->settings;
    const int64_t n = settings->workers + settings->heavy_workers + settings->streamers;

    for (int64_t i = 0; i < n; i++) {
        struct keying *keying =
            keying_open(settings->contact_secret_file, settings->contact_former, err);

        if (keying == NULL)
            return false;
        worker_init(&p->workers[i], settings, p->tokens, keying);
        p->workers[i].vault =
            vault_open(settings->seal_secret_file, (uint8_t)settings->seal_secret_version,
                       settings->seal_former, err);
        if (p->workers[i].vault == NULL)
            return false;
        p->workers[i].watch = p->watch;
        p->workers[i].maker = p->maker;
        p->contexts[i] = &p->workers[i];
    }
    return true;
}

static bool run(void *self, struct err *err)
{
    const struct program *p = self;
    struct look look;
    struct err failed;
    unsigned hups = 0;

    (void)err;
    look_init(&look, &p->settings, keying_marks(p->workers[0].keying));
    while (!stop_asked()) {
        watchdog_beat();
        look_turn(&look);
        if (stop_reload(&hups))
            daemon_reloaded(p->settings.tls_certificate_file,
                            http_server_reload(p->server, &failed) ? NULL : &failed);
        for (int ms = 0; ms < LOOK_MS && !stop_asked(); ms += 100)
            clock_sleep_ms(100);
    }
    look_done(&look);
    return true;
}

static bool serve(struct program *p, struct err *err)
{
    const struct settings *settings = &p->settings;
    const struct http_limits limits = {
        .connections = (unsigned)settings->connections,
        .connections_per_address = (unsigned)settings->connections_per_address,
        .header_bytes = 32768,
        .body_bytes = (size_t)settings->body_bytes,
        .bodies_bytes = (size_t)settings->bodies_bytes,
        .reply_bytes = REPLY_BYTES,
        .idle_s = (unsigned)settings->idle_s,
        .deadline_ms = (int32_t)settings->deadline_ms,
        .spool_bytes = (uint64_t)settings->spool_bytes,
        .parked = (unsigned)settings->parked,
    };
    const struct http_service service = {
        .address = settings->http_address,
        .port = (uint16_t)settings->http_port,
        .certificate = settings->tls_certificate_file,
        .key = settings->tls_key_file,
        .proxies = settings->trusted_proxies,
        .client_field = settings->client_header,
        .routes = routes,
        .n_routes = routes_n,
        .workers = p->contexts,
        .n_workers = (size_t)settings->workers,
        .heavies = p->contexts + settings->workers,
        .n_heavies = (size_t)settings->heavy_workers,
        .streamers = p->contexts + settings->workers + settings->heavy_workers,
        .n_streamers = (size_t)settings->streamers,
        .spool = settings->spool_folder,
        .admit = routes_admit,
        .limits = &limits,
    };

    daemon_allow_files(settings->connections);
    if (!http_server_open(&service, &p->server, err) ||
        !watch_start(p->watch, p->server, err))
        return false;
    maker_server(p->maker, p->server);
    log_write(LOG_LEVEL_INFO, "started", "port=%u",
              (unsigned)http_server_port(p->server));
    return true;
}

static bool open_all(void *self, struct err *err)
{
    struct program *p = self;

    codec_init();
    metrics_register();
    p->tokens = tokens_open(p->settings.token_cache_ms);
    p->watch = watch_open(p->settings.database_url);
    return maker_open(&p->settings, &p->maker, err) && workers_open(p, err) &&
           serve(p, err);
}

static void close_all(void *self)
{
    struct program *p = self;

    maker_server(p->maker, NULL);
    watch_stop(p->watch);
    http_server_close(p->server);
    maker_close(p->maker);
    for (size_t i = 0; i < WORKERS_MOST; i++)
        worker_done(&p->workers[i]);
    watch_free(p->watch);
    tokens_close(p->tokens);
}

int main(int argc, char **argv)
{
    static struct program p;
    const struct daemon lookup = {
        .name = "consent-lookup",
        .log_name = "lookup",
        .usage = usage,
        .keys = settings_keys,
        .n_keys = settings_keys_n,
        .check = settings_check,
        .settings = &p.settings,
        .kafka = &p.settings.kafka,
        .common = &p.settings.daemon,
        .stuck_s = &p.settings.stuck_s,
        .self = &p,
        .open = open_all,
        .run = run,
        .close = close_all,
    };

    return daemon_main(&lookup, argc, argv);
}
