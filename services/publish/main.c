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
#include "base/watchdog.h"
#include "codec/codec.h"
#include "http/metrics.h"

#include <unistd.h>

static const char usage[] =
    "usage: consent-publish [--config FILE] [--help] [--sample] [--version]\n"
    "\n"
    "Publishes what has changed to the suppression lists, and receipts to the sources.\n"
    "Any number of them share the work.\n"
    "\n";

static int failed(const struct err *err)
{
    log_err(LOG_LEVEL_ERROR, "ended", err);
    return err->kind == ERR_CONFIG ? DAEMON_WRONG : DAEMON_FAILED;
}

static bool seal_make(const struct settings *s, struct seal **ret, struct err *err)
{
    *ret = seal_open(s->seal_secret_file, (uint8_t)s->seal_secret_version, err);
    if (*ret == NULL)
        return false;
    return s->seal_former_file[0] == '\0' ||
           seal_add_former(*ret, s->seal_former_file, (uint8_t)s->seal_former_version,
                           err);
}

/* Nothing is acknowledged before it is committed, so that a restart is safe. */
static void stuck(int64_t limit_s)
{
    log_write(LOG_LEVEL_ERROR, "stuck", "seconds=%lld", (long long)limit_s);
    _exit(DAEMON_STUCK);
}

static int run(const struct settings *settings, struct err *err)
{
    static struct publisher_state state = {.trouble = TROUBLE_STARTING};
    struct http_metrics *http = NULL;
    struct seal *seal = NULL;
    struct publisher publisher;
    int code = DAEMON_DONE;

    if (!seal_make(settings, &seal, err) ||
        !http_metrics_open(settings->http_address, (uint16_t)settings->http_port,
                           publisher_ready, &state, &http, err) ||
        !watchdog_open(settings->stuck_s, stuck, err)) {
        code = failed(err);
        goto out;
    }
    publisher_init(&publisher, settings, seal, &state);
    log_write(LOG_LEVEL_INFO, "started", "port=%u owner=\"%s\"",
              (unsigned)http_metrics_port(http), publisher.lease.owner);
    if (!publisher_run(&publisher, err))
        code = failed(err);
    publisher_done(&publisher);
    log_write(LOG_LEVEL_INFO, "stopped", "");
out:
    watchdog_close();
    http_metrics_close(http);
    seal_close(seal);
    return code;
}

int main(int argc, char **argv)
{
    const struct daemon program = {
        .name = "consent-publish",
        .log_name = "publish",
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
    if (!daemon_open(&program, config, &settings, &settings.kafka, settings.log_level,
                     &err))
        return failed(&err);
    codec_init();
    metrics_register();
    return run(&settings, &err);
}
