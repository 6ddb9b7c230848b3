/*
 * daemon.h - the frame of every daemon, so that a new one is its settings and its loop.
 *
 *   options, log, settings, watchdog │ open │ run │ close │ the last words
 *
 * They all take --config FILE, --help, --manual, --sample and --version, read their
 * settings by one table (conf.h), log the same words (starting, failed, stopped
 * status=N), and end with one of the codes below. From SIGTERM to the end it takes 20 s
 * at most, whatever hangs: nothing is acknowledged before it is committed, so that any
 * end is safe.
 */
#ifndef CONSENT_BASE_DAEMON_H
#define CONSENT_BASE_DAEMON_H

#include "base/conf.h"

enum daemon_exit {
    DAEMON_DONE = 0,
    DAEMON_FAILED = 1,
    DAEMON_WRONG = 2, /* options or settings: the operator must act                     */
    DAEMON_STUCK = 3, /* see watchdog.h                                                 */
};

/* What every daemon is told: the member `daemon` of its settings, and these rows of its
 * table, in which AT is its own offsetof. */
struct daemon_settings {
    char log_level[CONF_TEXT_BYTES];
    char log_format[CONF_TEXT_BYTES];
};

// clang-format off
#define DAEMON_KEYS                                                                        \
    {"log_level", NULL, CONF_TEXT, AT(daemon.log_level), "info", 0, 0,                     \
     "error, warn, info or debug"},                                                        \
    {"log_format", NULL, CONF_TEXT, AT(daemon.log_format), "logfmt", 0, 0,                 \
     "logfmt, or json: one object a line"}
// clang-format on

struct daemon {
    const char *name;     /* "consent-publish"                                          */
    const char *log_name; /* "publish"; a string literal, see log_open                  */
    const char *usage;    /* what --help says before the settings; also the answer to an
                             argument that is no option */
    const struct conf_key *keys;
    size_t n_keys;

    /* Filled from the configuration; the others are members of it, or NULL. */
    void *settings;
    struct conf_pass *kafka; /* NULL: there is no kafka.* setting */
    const struct daemon_settings *common;
    const int64_t *stuck_s; /* see watchdog.h */

    /* The program's own, each with self. Close is called also when open has failed half
     * way. Run returns when stop is asked; the loop beats the watchdog. Failing with
     * ERR_NONE means that stop was asked meanwhile. Check may be NULL: what conf.h cannot
     * say of the settings. */
    void *self;
    bool (*check)(void *settings, struct err *err);
    bool (*open)(void *self, struct err *err);
    bool (*run)(void *self, struct err *err);
    void (*close)(void *self);
};

/* All of main: return it. */
int daemon_main(const struct daemon *d, int argc, char **argv);

/* --- its parts, for programs that are no daemons --- */

/* The man page, section 8, from what --help says. */
void daemon_manual(const char *name, const char *usage, const struct conf_key *keys,
                   size_t n_keys);

/* True: run; *ret_config is the file, or NULL when none was given. False: there is
 * nothing to run, because an option has been answered on stdout (*ret_exit is
 * DAEMON_DONE) or is wrong, which stderr says (DAEMON_WRONG). */
bool daemon_options(const struct daemon *d, int argc, char **argv,
                    const char **ret_config, int *ret_exit);

/* Installs the stop flag, opens the log, fills d->settings as conf_load does, and opens
 * the log again as they say. Before any thread. ERR_CONFIG. */
bool daemon_open(const struct daemon *d, const char *config, struct err *err);

/* Keys are in our memory: no core file, and no debugger of the same user (who could read
 * it, and /proc/PID/environ). daemon_open does it. */
void daemon_keep_to_itself(void);

/* Returns code; ends the process with it when something was left behind that still goes
 * on, see aside.h. */
int daemon_end(int code);

/* The log's word on a SIGHUP: what was read again, or, with err, that the former stays.
 */
void daemon_reloaded(const char *certificate, const struct err *err);

/* Asks the system for so many connections, and for what files the program has besides;
 * the log says when fewer fit (few_files). */
void daemon_allow_files(int64_t connections);

#endif
