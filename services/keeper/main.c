/* consent-keeper - what time and agreements change: README.md, then keeper.c. */
#include "keeper.h"
#include "metrics.h"
#include "settings.h"

#include "base/log.h"
#include "base/stop.h"
#include "base/watchdog.h"
#include "http/metrics.h"

#include <getopt.h>
#include <stdio.h>
#include <unistd.h>

#ifndef VERSION
#define VERSION "0.1"
#endif

enum { EXIT_DONE = 0, EXIT_FAILED = 1, EXIT_WRONG = 2, EXIT_STUCK = 3 };

static const char usage[] =
    "usage: consent-keeper [--config FILE] [--help] [--sample] [--version]\n"
    "\n"
    "Wakes the contacts whose answer time changes, and those of agreements that change.\n"
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
            conf_print_sample("consent-keeper", settings_keys, settings_keys_n);
            args.end = EXIT_DONE;
            return args;
        case 'v':
            puts("consent-keeper " VERSION);
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

/* Nothing is acknowledged before it is committed, so that a restart is safe. */
static void stuck(int64_t limit_s)
{
    log_write(LOG_LEVEL_ERROR, "stuck", "seconds=%lld", (long long)limit_s);
    _exit(EXIT_STUCK);
}

static int run(const struct settings *settings, struct err *err)
{
    static atomic_bool working;
    struct http_metrics *http = NULL;
    struct keeper keeper;
    int code = EXIT_DONE;

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
    static struct settings settings;
    struct args args = args_read(argc, argv);
    enum log_level level;
    struct err err;

    if (args.end >= 0)
        return args.end;
    stop_install();
    log_open("keeper", LOG_LEVEL_INFO);
    if (!conf_load(settings_keys, settings_keys_n, args.config, &settings, NULL, NULL,
                   &err))
        return failed(&err);
    if (!log_level_parse(settings.log_level, &level)) {
        err_set(&err, ERR_CONFIG, "LOG_LEVEL",
                "log_level is error, warn, info or debug, not '%.20s'",
                settings.log_level);
        return failed(&err);
    }
    log_open("keeper", level);
    metrics_register();
    return run(&settings, &err);
}
