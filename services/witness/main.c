/* consent-witness - for another host, and another owner: README.md, then watch.c. */
#include "settings.h"
#include "watch.h"

#include "base/clock.h"
#include "base/daemon.h"
#include "base/log.h"
#include "base/stop.h"
#include "base/watchdog.h"

#include <stdio.h>
#include <string.h>

static const char usage[] =
    "usage: consent-witness [--config FILE] [--help] [--manual] [--sample] [--version]\n"
    "\n"
    "Watches the logs of a consentmq: asks for proof that each only grew, co-signs it, "
    "and\n"
    "shouts when one has forked or shrunk. Knows a public key and the last checkpoint.\n"
    "Exit code 1: a log was wrong, or could not be had.\n"
    "\n";

struct program {
    struct settings settings;
    struct watch watch;
};

static bool open_all(void *self, struct err *err)
{
    struct program *p = self;

    if (!watch_open(&p->watch, &p->settings, err))
        return false;
    log_write(LOG_LEVEL_INFO, "started", "every_s=%lld", (long long)p->settings.every_s);
    return true;
}

static bool say(const char *log, enum watch_seen seen, uint64_t n, const struct err *err)
{
    static const char *const events[] = {
        [WATCH_SAME] = "witness_same",   [WATCH_FIRST] = "witness_first",
        [WATCH_GREW] = "witness_signed", [WATCH_AWAY] = "witness_away",
        [WATCH_WRONG] = "witness_wrong",
    };
    const enum log_level level = seen == WATCH_WRONG  ? LOG_LEVEL_ERROR
                                 : seen == WATCH_AWAY ? LOG_LEVEL_WARN
                                 : seen == WATCH_SAME ? LOG_LEVEL_DEBUG
                                                      : LOG_LEVEL_INFO;

    if (seen != WATCH_AWAY && seen != WATCH_WRONG) {
        log_write(level, events[seen], "log=%s size=%llu", log, (unsigned long long)n);
        return true;
    }
    log_write(level, events[seen], "log=%s size=%llu code=%s text=\"%s\"", log,
              (unsigned long long)n, err->code, err->text);
    return false;
}

/* All of them, also when one is wrong; err is the first that was. */
static bool look(struct program *p, struct err *err)
{
    const char *at = p->settings.logs;
    bool fine = true;

    while (*(at += strspn(at, " ,")) != '\0') {
        size_t len = strcspn(at, " ,");
        char log[32];
        uint64_t n;
        struct err e;

        snprintf(log, sizeof(log), "%.*s", (int)(len < 31 ? len : 31), at);
        at += len;
        watchdog_beat();
        if (say(log, watch_look(&p->watch, log, &n, &e), n, &e))
            continue;
        if (fine)
            *err = e;
        fine = false;
    }
    return fine;
}

static bool run(void *self, struct err *err)
{
    struct program *p = self;

    for (;;) {
        bool fine = look(p, err);

        if (p->settings.every_s == 0) {
            err->kind = ERR_INPUT; /* exit code 1, whatever it was */
            return fine;
        }
        for (int64_t i = 0; i < 10 * p->settings.every_s && !stop_asked(); i++) {
            watchdog_beat();
            clock_sleep_ms(100);
        }
        if (stop_asked())
            return true;
    }
}

static void close_all(void *self)
{
    struct program *p = self;

    watch_close(&p->watch);
}

int main(int argc, char **argv)
{
    static struct program p;
    const struct daemon witness = {
        .name = "consent-witness",
        .log_name = "witness",
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

    return daemon_main(&witness, argc, argv);
}
