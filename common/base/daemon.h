/*
 * daemon.h - what every daemon does before its own work: options, settings, log.
 *
 * They all take --config FILE, --help, --sample and --version, read their settings by one
 * table (conf.h), and end with one of the codes below. Nothing here ends the process:
 * main returns the code.
 */
#ifndef CONSENT_BASE_DAEMON_H
#define CONSENT_BASE_DAEMON_H

#include "base/conf.h"

/* Unless the build says otherwise. */
#ifndef VERSION
#define VERSION "0.1"
#endif

enum daemon_exit {
    DAEMON_DONE = 0,
    DAEMON_FAILED = 1,
    DAEMON_WRONG = 2, /* options or settings: the operator must act                     */
    DAEMON_STUCK = 3, /* see watchdog.h                                                 */
};

struct daemon {
    const char *name;     /* "consent-publish"                                          */
    const char *log_name; /* "publish"; a string literal, see log_open                  */
    const char *version;
    const char *usage; /* what --help says before the settings                          */
    const char *stray; /* said to somebody who gives an argument that is no option      */
    const struct conf_key *keys;
    size_t n_keys;
};

/* True: run; *ret_config is the file, or NULL when none was given. False: there is
 * nothing to run, because an option has been answered on stdout (*ret_exit is
 * DAEMON_DONE) or is wrong, which stderr says (DAEMON_WRONG). */
bool daemon_options(const struct daemon *d, int argc, char **argv,
                    const char **ret_config, int *ret_exit);

/* Installs the stop flag, opens the log, fills settings as conf_load does, and opens the
 * log anew at the level that they give. log_level is the member of that setting; kafka
 * may be NULL. Before any thread. ERR_CONFIG. */
bool daemon_open(const struct daemon *d, const char *config, void *settings,
                 struct conf_pass *kafka, const char *log_level, struct err *err);

/* Asks the system for so many connections, and for what files the program has besides.
 * Returns how many connections fit. */
int64_t daemon_allow_files(int64_t connections);

#endif
