/* consent-webhook - partners are told by a post to their own server: README.md, then
 * tell.c. */
#include "metrics.h"
#include "settings.h"
#include "tell.h"

#include "base/daemon.h"
#include "base/log.h"
#include "http/metrics.h"

static const char usage[] =
    "usage: consent-webhook [--config FILE] [--help] [--manual] [--sample] [--version]\n"
    "\n"
    "Posts receipts and changes of lists to the webhooks of the register, signed, in "
    "order,\n"
    "again until they are taken. One works; any others stand by.\n"
    "\n";

struct program {
    struct settings settings;
    struct teller teller;
    struct http_metrics *http;
    atomic_bool working;
};

static bool open_all(void *self, struct err *err)
{
    struct program *p = self;

    metrics_register();
    if (!teller_init(&p->teller, &p->settings, &p->working, err) ||
        !http_metrics_open(p->settings.http_address, (uint16_t)p->settings.http_port,
                           pg_loop_ready, &p->working, &p->http, err))
        return false;
    log_write(LOG_LEVEL_INFO, "started", "port=%u", (unsigned)http_metrics_port(p->http));
    return true;
}

static bool run(void *self, struct err *err)
{
    struct program *p = self;

    return teller_run(&p->teller, err);
}

static void close_all(void *self)
{
    struct program *p = self;

    teller_done(&p->teller);
    http_metrics_close(p->http);
}

int main(int argc, char **argv)
{
    static struct program p;
    const struct daemon webhook = {
        .name = "consent-webhook",
        .log_name = "webhook",
        .usage = usage,
        .keys = settings_keys,
        .n_keys = settings_keys_n,
        .check = settings_check,
        .settings = &p.settings,
        .common = &p.settings.daemon,
        .stuck_s = &p.settings.stuck_s,
        .self = &p,
        .open = open_all,
        .run = run,
        .close = close_all,
    };

    return daemon_main(&webhook, argc, argv);
}
