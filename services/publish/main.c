/*
 * consent-publish - from facts to lists: dirty contacts in, suppression.<list> out.
 *
 * README.md has the picture; the files in the order of reading: batch.c (the story),
 * judge.c, publisher.c (the loop), receipts.c, lists.c.
 */
#include "metrics.h"
#include "publisher.h"
#include "settings.h"

#include "base/log.h"
#include "base/stop.h"
#include "base/watchdog.h"
#include "codec/codec.h"
#include "http/metrics.h"

#include <getopt.h>
#include <stdio.h>
#include <unistd.h>

#ifndef VERSION
#define VERSION "0.1"
#endif

enum { EXIT_DONE = 0, EXIT_FAILED = 1, EXIT_WRONG = 2, EXIT_STUCK = 3 };

static const char usage[] =
    "usage: consent-publish [--config FILE] [--help] [--sample] [--version]\n"
    "\n"
    "Publishes what has changed to the suppression lists, and receipts to the sources.\n"
    "Any number of them share the work.\n"
    "\n"
    "Settings, in the file or as CONSENT_<NAME IN CAPITALS> in the environment:\n";

struct args {
    const char *config;
    int end; /* exit code, when there is nothing to run; -1: run */
};

static struct args args_read(int argc, char **argv)
{
    static const struct option options[] = {
        {"config", required_argument, NULL, 'c'},
        {"help", no_argument, NULL, 'h'},
        {"sample", no_argument, NULL, 's'},
        {"version", no_argument, NULL, 'v'},
        {NULL, 0, NULL, 0},
    };
    struct args args = {.end = -1};

    for (int c; (c = getopt_long(argc, argv, "", options, NULL)) != -1;) {
        switch (c) {
        case 'c': args.config = optarg; break;
        case 'h':
            fputs(usage, stdout);
            conf_print_help(settings_keys, settings_keys_n);
            args.end = EXIT_DONE;
            return args;
        case 's':
            conf_print_sample("consent-publish", settings_keys, settings_keys_n);
            args.end = EXIT_DONE;
            return args;
        case 'v':
            puts("consent-publish " VERSION);
            args.end = EXIT_DONE;
            return args;
        default: args.end = EXIT_WRONG; return args;
        }
    }
    if (optind != argc) {
        fputs(usage, stderr);
        args.end = EXIT_WRONG;
    }
    return args;
}

static int failed(const struct err *err)
{
    log_err(LOG_LEVEL_ERROR, "ended", err);
    return err->kind == ERR_CONFIG ? EXIT_WRONG : EXIT_FAILED;
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
    _exit(EXIT_STUCK);
}

static int run(const struct settings *settings, struct err *err)
{
    static struct publisher_state state = {.trouble = TROUBLE_STARTING};
    struct http_metrics *http = NULL;
    struct seal *seal = NULL;
    struct publisher publisher;
    int code = EXIT_DONE;

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
    static struct settings settings;
    struct args args = args_read(argc, argv);
    enum log_level level;
    struct err err;

    if (args.end >= 0)
        return args.end;
    stop_install();
    log_open("publish", LOG_LEVEL_INFO);
    if (!conf_load(settings_keys, settings_keys_n, args.config, &settings,
                   &settings.kafka, NULL, &err))
        return failed(&err);
    if (!log_level_parse(settings.log_level, &level)) {
        err_set(&err, ERR_CONFIG, "LOG_LEVEL",
                "log_level is error, warn, info or debug, not '%.20s'",
                settings.log_level);
        return failed(&err);
    }
    log_open("publish", level);
    codec_init();
    metrics_register();
    return run(&settings, &err);
}
