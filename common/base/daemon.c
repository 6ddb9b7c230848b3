#include "base/daemon.h"

#include "base/aside.h"
#include "base/log.h"
#include "base/manual.h"
#include "base/mem.h"
#include "base/stop.h"
#include "base/version.h"
#include "base/watchdog.h"

#include <ctype.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#define FILES_BESIDES 256

/* What stands between the usage and the settings; its first sentence says it in brief. */
void daemon_manual(const char *name, const char *usage, const struct conf_key *keys,
                   size_t n_keys)
{
    const char *text = strstr(usage, "\n\n");
    const size_t synopsis = text != NULL ? (size_t)(text - usage) : strlen(usage);
    char brief[256], line[1024];
    size_t n = 0;

    text = text != NULL ? text + 2 : "";
    for (; text[n] != '\0' && n < sizeof(brief) - 1; n++) {
        if (text[n] == '.' && strchr(" \n", text[n + 1]) != NULL)
            break;
        brief[n] = text[n] == '\n' ? ' ' : text[n];
    }
    brief[n] = '\0';
    brief[0] = (char)tolower((unsigned char)brief[0]);
    manual_begin(name, 8, brief);
    manual_heading("SYNOPSIS");
    snprintf(line, sizeof(line), "%.*s", (int)synopsis, usage);
    manual_text(strncmp(line, "usage: ", 7) == 0 ? line + 7 : line);
    manual_heading("DESCRIPTION");
    manual_text(text);
    manual_settings(keys, n_keys);
    manual_heading("EXIT STATUS");
    manual_text(
        "0 it was asked to stop, 1 failed, 2 wrong options or settings, 3 stuck.");
    manual_heading("SEE ALSO");
    manual_text("consentctl(1)");
}

bool daemon_options(const struct daemon *d, int argc, char **argv,
                    const char **ret_config, int *ret_exit)
{
    static const struct option options[] = {
        {"config", required_argument, NULL, 'c'}, {"help", no_argument, NULL, 'h'},
        {"manual", no_argument, NULL, 'm'},       {"sample", no_argument, NULL, 's'},
        {"version", no_argument, NULL, 'v'},      {NULL, 0, NULL, 0},
    };

    *ret_config = NULL;
    *ret_exit = DAEMON_DONE;
    for (int c; (c = getopt_long(argc, argv, "", options, NULL)) != -1;)
        switch (c) {
        case 'c': *ret_config = optarg; break;
        case 'h':
            fputs(d->usage, stdout);
            conf_print_help(d->keys, d->n_keys);
            return false;
        case 'm': daemon_manual(d->name, d->usage, d->keys, d->n_keys); return false;
        case 's': conf_print_sample(d->name, d->keys, d->n_keys); return false;
        case 'v': printf("%s %s\n", d->name, CONSENT_VERSION); return false;
        default: *ret_exit = DAEMON_WRONG; return false;
        }
    if (optind == argc)
        return true;
    fputs(d->usage, stderr);
    *ret_exit = DAEMON_WRONG;
    return false;
}

void daemon_keep_to_itself(void)
{
    const struct rlimit none = {0, 0};

    (void)setrlimit(RLIMIT_CORE, &none);
#ifndef __SANITIZE_ADDRESS__ /* the leak sanitizer looks at us as a debugger does */
    (void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
#endif
}

bool daemon_open(const struct daemon *d, const char *config, struct err *err)
{
    const struct daemon_settings *common = d->common;
    enum log_format format;
    enum log_level level;

    mem_stay_small();
    daemon_keep_to_itself();
    stop_install();
    log_open(d->log_name, LOG_LEVEL_INFO);
    if (!conf_load(d->keys, d->n_keys, config, d->settings, d->kafka, NULL, err))
        return false;
    if (!log_level_parse(common->log_level, &level))
        return err_set(err, ERR_CONFIG, "LOG_LEVEL",
                       "log_level: is error, warn, info or debug, not '%.20s'",
                       common->log_level);
    if (!log_format_parse(common->log_format, &format))
        return err_set(err, ERR_CONFIG, "LOG_FORMAT",
                       "log_format: is logfmt or json, not '%.20s'", common->log_format);
    log_open(d->log_name, level);
    log_format_set(format);
    return d->check == NULL || d->check(d->settings, err);
}

/* --- the end --- */

int daemon_end(int code)
{
    if (aside_left() > 0) {
        fflush(NULL);
        _exit(code);
    }
    return code;
}

static void stuck(int64_t limit_s)
{
    log_write(LOG_LEVEL_ERROR, stop_asked() ? "cut_off" : "stuck", "seconds=%lld",
              (long long)limit_s);
    _exit(DAEMON_STUCK);
}

static int failed(const struct daemon *d, const char *config, struct err *err)
{
    conf_place(d->keys, d->n_keys, config, err);
    log_err(LOG_LEVEL_ERROR, "failed", err);
    return err->kind == ERR_CONFIG ? DAEMON_WRONG : DAEMON_FAILED;
}

/* --- all of it --- */

static int work(const struct daemon *d, const char *config, struct err *err)
{
    int code = DAEMON_DONE;

    if (!watchdog_open(*d->stuck_s, stuck, err))
        return failed(d, config, err);
    err_clear(err);
    if ((!d->open(d->self, err) || !d->run(d->self, err)) && err->kind != ERR_NONE)
        code = failed(d, config, err);
    d->close(d->self);
    watchdog_close();
    return code;
}

int daemon_main(const struct daemon *d, int argc, char **argv)
{
    const char *config;
    struct err err;
    int code;

    if (!daemon_options(d, argc, argv, &config, &code))
        return code;
    if (daemon_open(d, config, &err)) {
        log_write(LOG_LEVEL_INFO, "starting", "version=%s", CONSENT_VERSION);
        code = work(d, config, &err);
    } else {
        code = failed(d, config, &err);
    }
    log_close();
    log_write(LOG_LEVEL_INFO, "stopped", "status=%d", code);
    return daemon_end(code);
}

void daemon_reloaded(const char *certificate, const struct err *err)
{
    if (err == NULL)
        log_write(LOG_LEVEL_INFO, "reloaded", "certificate=%s",
                  certificate[0] != '\0' ? "true" : "none");
    else
        log_err(LOG_LEVEL_ERROR, "not_reloaded", err);
}

void daemon_allow_files(int64_t connections)
{
    rlim_t wanted = (rlim_t)connections + FILES_BESIDES;
    struct rlimit files;

    if (getrlimit(RLIMIT_NOFILE, &files) != 0 || files.rlim_cur >= wanted)
        return;
    files.rlim_cur = wanted < files.rlim_max ? wanted : files.rlim_max;
    if (setrlimit(RLIMIT_NOFILE, &files) == 0 && files.rlim_cur >= wanted)
        return;
    log_write(LOG_LEVEL_WARN, "few_files", "connections=%lld",
              (long long)files.rlim_cur - FILES_BESIDES);
}
