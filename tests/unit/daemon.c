/* daemon: what each way of starting prints, where, and what it ends with. */
#include "base/daemon.h"
#include "base/log.h"
#include "base/version.h"

#include <criterion/criterion.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define COUNT(a) (sizeof(a) / sizeof(*(a)))

struct settings {
    char note[CONF_TEXT_BYTES];
    struct daemon_settings daemon;
};
static struct settings opened_with;

#define AT(member) offsetof(struct settings, member)

static const struct conf_key keys[] = {
    {"note", NULL, CONF_TEXT, AT(note), NULL, 0, 0, "a remark"},
    DAEMON_KEYS,
};

static const struct daemon unit = {
    .name = "consent-unit",
    .log_name = "unit",
    .usage = "usage: consent-unit\n",
    .keys = keys,
    .n_keys = COUNT(keys),
    .settings = &opened_with,
    .common = &opened_with.daemon,
};

/* stdout and stderr go to files while a row runs. */
static char path[2][32], text[2][8192];
static int kept[2];

static void capture_begin(void)
{
    for (int i = 0; i < 2; i++) {
        int fd;

        snprintf(path[i], sizeof(path[i]), "/tmp/daemon-test-XXXXXX");
        fd = mkstemp(path[i]);
        fflush(i == 0 ? stdout : stderr);
        kept[i] = dup(i + 1);
        dup2(fd, i + 1);
        close(fd);
    }
}

static void capture_end(void)
{
    for (int i = 0; i < 2; i++) {
        FILE *f;

        fflush(i == 0 ? stdout : stderr);
        dup2(kept[i], i + 1);
        close(kept[i]);
        f = fopen(path[i], "r");
        text[i][fread(text[i], 1, sizeof(text[i]) - 1, f)] = '\0';
        fclose(f);
        unlink(path[i]);
    }
}

static const struct {
    const char *arg[3];
    bool run;
    int code;
    const char *config;
    const char *out;       /* how stdout begins; NULL: nothing there */
    const char *complaint; /* what stderr holds; NULL: nothing there */
} rows[] = {
    {{NULL}, true, DAEMON_DONE, NULL, NULL, NULL},
    {{"--config", "a"}, true, DAEMON_DONE, "a", NULL, NULL},
    {{"--config=a"}, true, DAEMON_DONE, "a", NULL, NULL},
    {{"--config=a", "--config=b"}, true, DAEMON_DONE, "b", NULL, NULL},
    {{"--help"}, false, DAEMON_DONE, NULL, "usage: consent-unit\nSettings ", NULL},
    {{"--sample"}, false, DAEMON_DONE, NULL, "# consent-unit: sample", NULL},
    {{"--version"}, false, DAEMON_DONE, NULL, "consent-unit " CONSENT_VERSION "\n", NULL},
    {{"--version", "x"},
     false,
     DAEMON_DONE,
     NULL,
     "consent-unit " CONSENT_VERSION "\n",
     NULL},
    {{"--config"}, false, DAEMON_WRONG, NULL, NULL, "requires an argument"},
    {{"--nonsense"}, false, DAEMON_WRONG, NULL, NULL, "unrecognized option"},
    {{"--nonsense", "--help"}, false, DAEMON_WRONG, NULL, NULL, "unrecognized option"},
    {{"-v"}, false, DAEMON_WRONG, NULL, NULL, "invalid option"},
    {{"x"}, false, DAEMON_WRONG, NULL, NULL, "usage: consent-unit\n"},
    {{"--config=a", "x"}, false, DAEMON_WRONG, "a", NULL, "usage: consent-unit\n"},
};

Test(daemon, options)
{
    for (size_t i = 0; i < COUNT(rows); i++) {
        char name[] = "consent-unit", words[2][16] = {"", ""};
        char *argv[] = {name, NULL, NULL, NULL};
        const char *config = "untouched";
        int argc = 1, code = -1;
        bool run;

        for (; rows[i].arg[argc - 1] != NULL; argc++) {
            snprintf(words[argc - 1], sizeof(words[0]), "%s", rows[i].arg[argc - 1]);
            argv[argc] = words[argc - 1];
        }
        optind = 0;
        capture_begin();
        run = daemon_options(&unit, argc, argv, &config, &code);
        capture_end();
        cr_assert_eq(run, rows[i].run, "row %zu", i);
        cr_assert_eq(code, rows[i].code, "row %zu: %d", i, code);
        cr_assert((config == NULL) == (rows[i].config == NULL), "row %zu", i);
        if (config != NULL)
            cr_assert_str_eq(config, rows[i].config, "row %zu", i);
        if (rows[i].out == NULL)
            cr_assert_str_empty(text[0], "row %zu", i);
        else
            cr_assert_eq(strstr(text[0], rows[i].out), text[0], "row %zu: %s", i,
                         text[0]);
        if (rows[i].complaint == NULL)
            cr_assert_str_empty(text[1], "row %zu", i);
        else
            cr_assert_not_null(strstr(text[1], rows[i].complaint), "row %zu: %s", i,
                               text[1]);
    }
}

static bool open_with(const char *name, const char *value, struct err *e)
{
    cr_assert_eq(setenv("CONSENT_NOTE", "n", 1), 0);
    cr_assert_eq(setenv(name, value, 1), 0);
    err_clear(e);
    return daemon_open(&unit, NULL, e);
}

Test(daemon, opened)
{
    struct err e;

    cr_assert(open_with("CONSENT_LOG_LEVEL", "warn", &e), "%s", e.text);
    capture_begin();
    log_write(LOG_LEVEL_INFO, "quiet", "");
    log_write(LOG_LEVEL_WARN, "loud", "");
    capture_end();
    cr_assert_null(strstr(text[1], "event=quiet"));
    cr_assert_not_null(strstr(text[1], "prog=unit event=loud"), "%s", text[1]);
}

Test(daemon, level_that_is_none)
{
    struct err e;

    cr_assert_not(open_with("CONSENT_LOG_LEVEL", "loud", &e));
    cr_assert_eq(e.kind, ERR_CONFIG);
    cr_assert_str_eq(e.code, "LOG_LEVEL");
    cr_assert_not_null(strstr(e.text, "'loud'"), "%s", e.text);
}

Test(daemon, format_that_is_none)
{
    struct err e;

    cr_assert_not(open_with("CONSENT_LOG_FORMAT", "xml", &e));
    cr_assert_eq(e.kind, ERR_CONFIG);
    cr_assert_not_null(strstr(e.text, "'xml'"), "%s", e.text);
}

Test(daemon, settings_that_are_wrong)
{
    struct err e;

    cr_assert_not(open_with("CONSENT_NONSENSE", "1", &e));
    cr_assert_str_eq(e.code, "CONF_UNKNOWN");
}

/* --- all of it --- */

static int opened, ran, closed;
static bool open_ok, run_ok;
static enum err_kind why;
static struct settings own;
static const int64_t stuck_s = 60;

static bool fake(int *count, bool ok, struct err *err)
{
    (*count)++;
    if (ok)
        return true;
    if (why == ERR_NONE)
        err_clear(err);
    else
        err_set(err, why, "WHY", "because");
    return false;
}

static bool fake_open(void *self, struct err *err)
{
    (void)self;
    return fake(&opened, open_ok, err);
}

static bool fake_run(void *self, struct err *err)
{
    (void)self;
    return fake(&ran, run_ok, err);
}

static void fake_close(void *self)
{
    (void)self;
    closed++;
}

static int whole(const char *level)
{
    char name[] = "consent-unit";
    char *argv[] = {name, NULL};
    struct daemon d = unit;
    int code;

    d.settings = &own;
    d.common = &own.daemon;
    d.stuck_s = &stuck_s;
    d.open = fake_open;
    d.run = fake_run;
    d.close = fake_close;
    cr_assert_eq(setenv("CONSENT_NOTE", "n", 1), 0);
    cr_assert_eq(setenv("CONSENT_LOG_LEVEL", level, 1), 0);
    opened = ran = closed = 0;
    optind = 0;
    capture_begin();
    code = daemon_main(&d, 1, argv);
    capture_end();
    return code;
}

static const struct {
    bool open_ok, run_ok;
    enum err_kind why;
    int code, ran;
    const char *words; /* NULL: no complaint */
} ends[] = {
    {true, true, ERR_NONE, DAEMON_DONE, 1, NULL},
    {true, false, ERR_NONE, DAEMON_DONE, 1, NULL}, /* stopped */
    {true, false, ERR_FATAL, DAEMON_FAILED, 1, "event=failed kind=fatal code=WHY"},
    {false, true, ERR_CONFIG, DAEMON_WRONG, 0, "event=failed kind=config code=WHY"},
    {false, true, ERR_RETRY, DAEMON_FAILED, 0, "event=failed kind=retry code=WHY"},
    {false, true, ERR_NONE, DAEMON_DONE, 0, NULL},
};

Test(daemon, every_end_is_told_once_and_closes)
{
    for (size_t i = 0; i < COUNT(ends); i++) {
        char last[64];

        open_ok = ends[i].open_ok;
        run_ok = ends[i].run_ok;
        why = ends[i].why;
        cr_assert_eq(whole("info"), ends[i].code, "row %zu", i);
        cr_assert(opened == 1 && ran == ends[i].ran && closed == 1, "row %zu", i);
        cr_assert_not_null(strstr(text[1], "event=starting version=" CONSENT_VERSION ""));
        snprintf(last, sizeof(last), "event=stopped status=%d\n", ends[i].code);
        cr_assert_not_null(strstr(text[1], last), "row %zu: %s", i, text[1]);
        if (ends[i].words == NULL)
            cr_assert_null(strstr(text[1], "level=error"), "row %zu: %s", i, text[1]);
        else
            cr_assert_not_null(strstr(text[1], ends[i].words), "row %zu: %s", i, text[1]);
    }
}

Test(daemon, wrong_settings_open_nothing)
{
    cr_assert_eq(whole("loud"), DAEMON_WRONG);
    cr_assert(opened == 0 && closed == 0);
    cr_assert_not_null(strstr(text[1], "event=failed kind=config code=LOG_LEVEL"));
    cr_assert_not_null(strstr(text[1], "event=stopped status=2"));
}

/* Nobody of the same user reads keys out of a running program, or out of a core file. */
Test(daemon, keeps_its_memory_to_itself)
{
    struct rlimit core;

    daemon_keep_to_itself();
    cr_assert_eq(getrlimit(RLIMIT_CORE, &core), 0);
    cr_assert_eq(core.rlim_max, 0);
#ifndef __SANITIZE_ADDRESS__
    cr_assert_eq(prctl(PR_GET_DUMPABLE, 0, 0, 0, 0), 0);
#endif
}
