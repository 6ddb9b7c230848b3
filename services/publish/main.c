/*
 * consent-publish - from facts to lists: dirty contacts in, suppression.<list> out.
 *
 * README.md has the picture; the files in the order of reading: batch.c (the story),
 * judge.c, publisher.c (the loop), receipts.c, lists.c.
 */
#include "metrics.h"
#include "publisher.h"
#include "settings.h"

#include "base/daemon.h"
#include "base/log.h"
#include "codec/codec.h"
#include "http/metrics.h"

static const char usage[] =
    "usage: consent-publish [--config FILE] [--help] [--manual] [--sample] [--version]\n"
    "\n"
    "Publishes what has changed to the suppression lists, and receipts to the sources.\n"
    "Any number of them share the work.\n"
    "\n";

static bool seal_make(const struct settings *s, struct seal **ret, struct err *err)
{
    *ret = seal_open(s->seal_secret_file, (uint8_t)s->seal_secret_version, err);
    if (*ret == NULL)
        return false;
    return seal_add_formers(*ret, s->seal_former, err);
}

struct program {
    struct settings settings;
    struct publisher publisher;
    struct publisher_state state;
    struct seal *seals[ROUND_HANDS];
    struct http_metrics *http;
    bool opened;
};

static bool open_all(void *self, struct err *err)
{
    struct program *p = self;
    const struct settings *settings = &p->settings;

    codec_init();
    metrics_register();
    for (size_t i = 0; i < ROUND_HANDS; i++)
        if (!seal_make(settings, &p->seals[i], err))
            return false;
    if (!http_metrics_open(settings->http_address, (uint16_t)settings->http_port,
                           publisher_ready, &p->state, &p->http, err))
        return false;
    publisher_init(&p->publisher, settings, p->seals, &p->state);
    p->opened = true;
    log_write(LOG_LEVEL_INFO, "started", "port=%u owner=\"%s\"",
              (unsigned)http_metrics_port(p->http), p->publisher.lease.owner);
    return true;
}

static bool run(void *self, struct err *err)
{
    struct program *p = self;

    return publisher_run(&p->publisher, err);
}

static void close_all(void *self)
{
    struct program *p = self;

    if (p->opened)
        publisher_done(&p->publisher);
    http_metrics_close(p->http);
    for (size_t i = 0; i < ROUND_HANDS; i++)
        seal_close(p->seals[i]);
}

int main(int argc, char **argv)
{
    static struct program p = {.state = {.trouble = TROUBLE_STARTING}};
    const struct daemon publish = {
        .name = "consent-publish",
        .log_name = "publish",
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

    return daemon_main(&publish, argc, argv);
}
