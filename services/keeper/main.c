/* consent-keeper - what time and agreements change: README.md, then keeper.c. */
#include "keeper.h"
#include "metrics.h"
#include "settings.h"

#include "base/daemon.h"
#include "base/log.h"
#include "http/metrics.h"

static const char usage[] =
    "usage: consent-keeper [--config FILE] [--help] [--manual] [--sample] [--version]\n"
    "\n"
    "Wakes the contacts whose answer time changes, and those of agreements that change.\n"
    "Any number of them share the work.\n"
    "\n";

struct program {
    struct settings settings;
    struct keeper keeper;
    struct http_metrics *http;
    atomic_bool working;
};

static bool open_all(void *self, struct err *err)
{
    struct program *p = self;

    metrics_register();
    if (!keeper_init(&p->keeper, &p->settings, &p->working, err) ||
        !http_metrics_open(p->settings.http_address, (uint16_t)p->settings.http_port,
                           pg_loop_ready, &p->working, &p->http, err))
        return false;
    log_write(LOG_LEVEL_INFO, "started", "port=%u", (unsigned)http_metrics_port(p->http));
    return true;
}

static bool run(void *self, struct err *err)
{
    struct program *p = self;

    return keeper_run(&p->keeper, err);
}

static void close_all(void *self)
{
    struct program *p = self;

    keeper_done(&p->keeper);
    http_metrics_close(p->http);
}

int main(int argc, char **argv)
{
    static struct program p;
    const struct daemon keeper = {
        .name = "consent-keeper",
        .log_name = "keeper",
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

    return daemon_main(&keeper, argc, argv);
}
