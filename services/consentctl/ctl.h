/*
 * ctl.h - consentctl: a tree of commands that prints its own help, and what they share.
 *
 * A command is a word, or a word under a word ("register apply"). Its options stand in
 * its table; everything else on the line is an argument. Standard output is the answer,
 * for programs with --json; what is said beside it goes to standard error.
 *
 * Exit codes: 0 done, 1 failed (or: something is wrong), 2 wrong usage or configuration.
 */
#ifndef CONSENT_CTL_H
#define CONSENT_CTL_H

#include "base/buf.h"
#include "base/conf.h"
#include "base/err.h"
#include "pg/pg.h"

#include <stdbool.h>
#include <stddef.h>

enum { CTL_DONE = 0, CTL_FAILED = 1, CTL_USAGE = 2 };

struct seal;
struct vault;

struct ctl_settings {
    char kafka_brokers[CONF_TEXT_BYTES];
    char database_url[CONF_TEXT_BYTES];
    char database_password_file[CONF_TEXT_BYTES];
    char plaintext[CONF_TEXT_BYTES];
    char contact_secret_file[CONF_TEXT_BYTES];
    char contact_former[CONF_TEXT_BYTES];
    char seal_secret_file[CONF_TEXT_BYTES];
    int64_t seal_secret_version;
    char seal_former[CONF_TEXT_BYTES];
    char recipient_secret_dir[CONF_TEXT_BYTES];
    char link_secret_dir[CONF_TEXT_BYTES];
    char schemas[CONF_TEXT_BYTES];
    char archive_dir[CONF_TEXT_BYTES];
    char snapshot_dir[CONF_TEXT_BYTES];
    int64_t snapshot_every_s;
    char certificates[CONF_TEXT_BYTES];
    int64_t database_disk_gb;
    int64_t backup_days;
};

struct ctl_option {
    const char *name;  /* "email", given as --email */
    const char *value; /* "ADDRESS"; NULL: a flag; "FILE...": may be given again */
    const char *help;
};

#define CTL_OPTIONS_MAX  24
#define CTL_AGAIN_MAX    64
#define CTL_PERSON_BYTES 1024
#define CTL_ANSWER_BYTES ((size_t)1 << 30) /* of one JSON text */

struct ctl {
    struct ctl_settings settings;
    struct conf_pass kafka;
    const char *config;  /* --config; NULL: not given */
    bool schemas_option; /* --schemas stands in settings.schemas */
    bool json;
    const char *why;     /* --why; NULL: not said */
    struct pg *pg;       /* opened by ctl_pg, closed by main */
    struct vault *vault; /* by ctl_vault, likewise */
    const struct command *command;
    const char *given[CTL_OPTIONS_MAX]; /* by the command's options; a flag gives "" */
    int n_again; /* of options that may be given again: every one, in their order */
    struct {
        const char *name, *value;
    } again[CTL_AGAIN_MAX];
    char person[CTL_PERSON_BYTES]; /* from standard input, see ctl_person */
    int n_args;
    char **args;
};

struct command {
    const char *name;
    const char *args; /* "FILE...", "" for none: shown in the help */
    int least, most;  /* arguments; most -1: any number */
    const char *help; /* one line */
    int (*run)(struct ctl *ctl);
    const struct ctl_option *options; /* ended by one without a name; may be NULL */
    const struct command *subs;       /* likewise; NULL: a leaf */
};

extern const struct command ctl_commands[];
extern const struct conf_key ctl_keys[];
extern const size_t ctl_keys_n;

/* The option's value, NULL when it is not given. The name must be in the table. */
const char *ctl_option(const struct ctl *ctl, const char *name);

/* The values of an option that may be given again, from *at (0 to begin with) on; NULL:
 * no more. */
const char *ctl_option_next(const struct ctl *ctl, const char *name, int *at);

/* The same for what names a person: "-" stands for a line of standard input, so that no
 * address is seen in a list of processes or kept in a shell's history. */
bool ctl_person(struct ctl *ctl, const char *name, const char **ret, struct err *err);

/* Says what went wrong, on standard error and with --json as an object on standard
 * output; gives the exit code for it. */
int ctl_fail(const struct ctl *ctl, const struct err *err);
int ctl_wrong(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* Writes a finished JSON text and a line end to standard output, and frees the buffer.
 * CTL_DONE. */
int ctl_say(struct buf *json);

/* See base/edge.h. ERR_CONFIG. */
bool ctl_edges(const struct ctl *ctl, struct err *err);

/* The connection, opened at first use. */
bool ctl_pg(struct ctl *ctl, struct err *err);

/* What opens sealed events, made at first use; without seal_secret_file they stay locked.
 */
bool ctl_vault(struct ctl *ctl, struct err *err);

/* The same, and the archives of the option "archive", else of archive_dir, else none. */
bool ctl_vault_archives(struct ctl *ctl, struct err *err);

/* The outer keys, for seal_close; NULL on failure, also when none is set. */
struct seal *ctl_seal(struct ctl *ctl, struct err *err);

/* Are brokers named? ERR_CONFIG when not. */
bool ctl_kafka(const struct ctl *ctl, struct err *err);

/* Where schemas lies: the setting, or share/consentmq/schemas beside the program's bin,
 * or schemas of the checkout that the program was built in. */
bool ctl_schemas(const struct ctl *ctl, char *ret, size_t bytes, struct err *err);

/* An instant: RFC 3339, a date (its first instant), or "now". preset_us when text is
 * NULL. */
bool ctl_time(const char *text, int64_t preset_us, int64_t *ret, struct err *err);

/* A file's bytes with a NUL behind, heap; "-" is standard input. */
bool ctl_file(const char *path, size_t limit_bytes, char **ret, size_t *ret_len,
              struct err *err);

#endif
