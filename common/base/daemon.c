#include "base/daemon.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/stop.h"

#include <getopt.h>
#include <stdio.h>
#include <sys/resource.h>

#define FILES_BESIDES 256

bool daemon_options(const struct daemon *d, int argc, char **argv,
                    const char **ret_config, int *ret_exit)
{
    static const struct option options[] = {
        {"config", required_argument, NULL, 'c'},
        {"help", no_argument, NULL, 'h'},
        {"sample", no_argument, NULL, 's'},
        {"version", no_argument, NULL, 'v'},
        {NULL, 0, NULL, 0},
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
        case 's': conf_print_sample(d->name, d->keys, d->n_keys); return false;
        case 'v': printf("%s %s\n", d->name, d->version); return false;
        default: *ret_exit = DAEMON_WRONG; return false;
        }
    if (optind == argc)
        return true;
    fputs(d->stray, stderr);
    *ret_exit = DAEMON_WRONG;
    return false;
}

bool daemon_open(const struct daemon *d, const char *config, void *settings,
                 struct conf_pass *kafka, const char *log_level, struct err *err)
{
    enum log_level level;

    mem_stay_small();
    stop_install();
    log_open(d->log_name, LOG_LEVEL_INFO);
    if (!conf_load(d->keys, d->n_keys, config, settings, kafka, NULL, err))
        return false;
    if (!log_level_parse(log_level, &level))
        return err_set(err, ERR_CONFIG, "LOG_LEVEL",
                       "log_level is error, warn, info or debug, not '%.20s'", log_level);
    log_open(d->log_name, level);
    return true;
}

int64_t daemon_allow_files(int64_t connections)
{
    rlim_t wanted = (rlim_t)connections + FILES_BESIDES;
    struct rlimit files;

    if (getrlimit(RLIMIT_NOFILE, &files) != 0 || files.rlim_cur >= wanted)
        return connections;
    files.rlim_cur = wanted < files.rlim_max ? wanted : files.rlim_max;
    if (setrlimit(RLIMIT_NOFILE, &files) == 0 && files.rlim_cur >= wanted)
        return connections;
    return (int64_t)files.rlim_cur - FILES_BESIDES;
}
