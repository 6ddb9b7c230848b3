/* consent-postfix - the mail server's own guard: README.md, then serve.c, judge.c. */
#include "metrics.h"
#include "serve.h"
#include "settings.h"

#include "base/clock.h"
#include "base/daemon.h"
#include "base/log.h"
#include "base/stop.h"
#include "base/watchdog.h"
#include "http/metrics.h"

static const char usage[] =
    "usage: consent-postfix [--config FILE] [--help] [--manual] [--sample] [--version]\n"
    "\n"
    "Answers Postfix (socketmap): may this recipient be sent this stream? The map's "
    "name\n"
    "is the id of a list. Any number of them may run beside each other.\n"
    "\n";

#define TURN_MS    100
#define TURNING_US (INT64_C(60) * 1000000)

struct program {
    struct settings settings;
    struct serve *serve; /* /readyz looks at it */
    struct http_metrics *http;
};

static bool open_all(void *self, struct err *err)
{
    struct program *p = self;

    metrics_register();
    if (!serve_open(&p->settings, &p->serve, err) ||
        !http_metrics_open(p->settings.http_address, (uint16_t)p->settings.http_port,
                           serve_ready, &p->serve, &p->http, err))
        return false;
    log_write(LOG_LEVEL_INFO, "started", "port=%u", (unsigned)http_metrics_port(p->http));
    return true;
}

static bool run(void *self, struct err *err)
{
    struct program *p = self;

    (void)err;
    while (!stop_asked()) {
        if (serve_turns(p->serve, TURNING_US))
            watchdog_beat();
        clock_sleep_ms(TURN_MS);
    }
    return true;
}

static void close_all(void *self)
{
    struct program *p = self;

    http_metrics_close(p->http);
    serve_close(p->serve);
}

int main(int argc, char **argv)
{
    static struct program p;
    const struct daemon postfix = {
        .name = "consent-postfix",
        .log_name = "postfix",
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

    return daemon_main(&postfix, argc, argv);
}
