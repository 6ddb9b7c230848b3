/* consent-postfix - the mail server's own door: README.md, then serve.c, judge.c. */
#include "metrics.h"
#include "serve.h"
#include "settings.h"

#include "base/clock.h"
#include "base/daemon.h"
#include "base/log.h"
#include "base/stop.h"
#include "base/watchdog.h"
#include "http/metrics.h"

#include <unistd.h>

static const char usage[] =
    "usage: consent-postfix [--config FILE] [--help] [--sample] [--version]\n"
    "\n"
    "Answers Postfix (socketmap): may this recipient be sent this stream? The map's "
    "name\n"
    "is the id of a list. Any number of them may run beside each other.\n"
    "\n";

#define TURN_MS    100
#define TURNING_US (INT64_C(60) * 1000000)

static int failed(const struct err *err)
{
    log_err(LOG_LEVEL_ERROR, "ended", err);
    return err->kind == ERR_CONFIG ? DAEMON_WRONG : DAEMON_FAILED;
}

/* It remembers nothing, so that a restart is safe. */
static void stuck(int64_t limit_s)
{
    log_write(LOG_LEVEL_ERROR, "stuck", "seconds=%lld", (long long)limit_s);
    _exit(DAEMON_STUCK);
}

static int run(const struct settings *settings, struct err *err)
{
    struct http_metrics *http = NULL;
    static struct serve *serve; /* /readyz looks at it */
    int code = DAEMON_DONE;

    if (!serve_open(settings, &serve, err) ||
        !http_metrics_open(settings->http_address, (uint16_t)settings->http_port,
                           serve_ready, &serve, &http, err) ||
        !watchdog_open(settings->stuck_s, stuck, err)) {
        code = failed(err);
        goto out;
    }
    log_write(LOG_LEVEL_INFO, "started", "port=%u", (unsigned)http_metrics_port(http));
    while (!stop_asked()) {
        if (serve_turns(serve, TURNING_US))
            watchdog_beat();
        clock_sleep_ms(TURN_MS);
    }
    log_write(LOG_LEVEL_INFO, "stopped", "");
out:
    watchdog_close();
    http_metrics_close(http);
    serve_close(serve);
    return code;
}

int main(int argc, char **argv)
{
    const struct daemon program = {
        .name = "consent-postfix",
        .log_name = "postfix",
        .version = VERSION,
        .usage = usage,
        .stray = usage,
        .keys = settings_keys,
        .n_keys = settings_keys_n,
    };
    static struct settings settings;
    const char *config;
    struct err err;
    int code;

    if (!daemon_options(&program, argc, argv, &config, &code))
        return code;
    if (!daemon_open(&program, config, &settings, NULL, settings.log_level, &err))
        return failed(&err);
    metrics_register();
    return run(&settings, &err);
}
