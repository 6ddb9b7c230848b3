/* consent-keeper - what time and agreements change: README.md, then keeper.c. */
#include "keeper.h"
#include "metrics.h"
#include "settings.h"

#include "base/daemon.h"
#include "base/log.h"
#include "base/watchdog.h"
#include "http/metrics.h"

#include <unistd.h>

static const char usage[] =
    "usage: consent-keeper [--config FILE] [--help] [--sample] [--version]\n"
    "\n"
    "Wakes the contacts whose answer time changes, and those of agreements that change.\n"
    "Any number of them share the work.\n"
    "\n";

static int failed(const struct err *err)
{
    log_err(LOG_LEVEL_ERROR, "ended", err);
    return err->kind == ERR_CONFIG ? DAEMON_WRONG : DAEMON_FAILED;
}

/* Nothing is acknowledged before it is committed, so that a restart is safe. */
static void stuck(int64_t limit_s)
{
    log_write(LOG_LEVEL_ERROR, "stuck", "seconds=%lld", (long long)limit_s);
    _exit(DAEMON_STUCK);
}

static int run(const struct settings *settings, struct err *err)
{
    static atomic_bool working;
    struct http_metrics *http = NULL;
    struct keeper keeper;
    int code = DAEMON_DONE;

    if (!http_metrics_open(settings->http_address, (uint16_t)settings->http_port,
                           keeper_ready, &working, &http, err) ||
        !watchdog_open(settings->stuck_s, stuck, err)) {
        code = failed(err);
        goto out;
    }
    keeper_init(&keeper, settings, &working);
    log_write(LOG_LEVEL_INFO, "started", "port=%u", (unsigned)http_metrics_port(http));
    if (!keeper_run(&keeper, err))
        code = failed(err);
    keeper_done(&keeper);
    log_write(LOG_LEVEL_INFO, "stopped", "");
out:
    watchdog_close();
    http_metrics_close(http);
    return code;
}

int main(int argc, char **argv)
{
    const struct daemon program = {
        .name = "consent-keeper",
        .log_name = "keeper",
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
