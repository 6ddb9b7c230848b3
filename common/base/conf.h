/*
 * conf.h - configuration: one table a program, from which the file, the environment,
 * --help and the sample file are read and printed.
 *
 * The file has `name = value` lines, `#` comments; the environment has CONSENT_<NAME in
 * capitals> and wins over the file. An unknown key, in the file or as CONSENT_*, refuses
 * to start; but what the environment holds for a sibling program (conf_names.inc) is
 * passed over, for one shell starts them all. Keys that begin with "kafka." or "pg." are
 * handed through to librdkafka and libpq under their own names (environment:
 * CONSENT_KAFKA_<NAME with _ for .>).
 *
 * Secrets: what librdkafka wants as text may stand in a file, kafka.sasl.password_file =
 * PATH; so may the database's password, where the table has database_password_file. A
 * file with settings that holds a secret itself must not be open to others. A path that
 * begins with $CREDENTIALS_DIRECTORY/ is systemd's (LoadCredential=).
 *
 * Names of the outside world (KAFKA_BROKERS, DATABASE_URL) are read where a key has one.
 */
#ifndef CONSENT_BASE_CONF_H
#define CONSENT_BASE_CONF_H

#include "base/err.h"

#include <stddef.h>
#include <stdint.h>

enum conf_kind {
    CONF_TEXT, /* char[CONF_TEXT_BYTES]                          */
    CONF_INT,  /* int64_t, within least..most                    */
    CONF_BOOL, /* bool: true|false                               */
    CONF_FILE, /* char[CONF_TEXT_BYTES]: a path, must be readable when given */
    CONF_DIR,  /* likewise, of a directory                       */
};

#define CONF_TEXT_BYTES 1024
#define CONF_PASS_MAX   64

struct conf_key {
    const char *name; /* "batch_events" */
    const char *env;  /* an extra environment name ("KAFKA_BROKERS") or NULL */
    enum conf_kind kind;
    size_t offset;       /* of the member in the program's settings struct */
    const char *preset;  /* default, as text; NULL: must be given */
    int64_t least, most; /* CONF_INT */
    const char *help;    /* one line, with the unit */
};

/* Settings handed through: "kafka.security.protocol" is kept as "security.protocol". */
struct conf_pass {
    size_t n;
    struct {
        char name[96];
        char value[CONF_TEXT_BYTES];
    } item[CONF_PASS_MAX];
};

/* path may be NULL (environment and presets only). Fills the struct at settings and the
 * two pass-through lists (either may be NULL: then such keys are unknown). */
bool conf_load(const struct conf_key *keys, size_t n, const char *path, void *settings,
               struct conf_pass *kafka, struct conf_pass *pg, struct err *err);

/* "whole number, 1 to 100000, default 5000", and the setting's name in the environment.
 */
#define CONF_TERMS_BYTES 256
#define CONF_ENV_BYTES   128
const char *conf_terms(const struct conf_key *key, char ret[CONF_TERMS_BYTES]);
const char *conf_env_name(const char *name, char ret[CONF_ENV_BYTES]);

/* The key table as `--help` text, and as a sample file, to stdout. */
void conf_print_help(const struct conf_key *keys, size_t n);
void conf_print_sample(const char *prog, const struct conf_key *keys, size_t n);

/* A value that begins with $CREDENTIALS_DIRECTORY/ is a file that systemd hands to the
 * unit (LoadCredential=): *ret is full, with the directory, else value itself. ERR_CONFIG
 * when there is no such directory, or it is too long. */
bool conf_credential(const char *origin, const char *value, char full[CONF_TEXT_BYTES],
                     const char **ret, struct err *err);

/* A setting that is found wrong after it was read: its name before what is wrong with it,
 * if it does not stand there; false. */
bool conf_of(const char *name, struct err *err);

/* What is said of a setting, "NAME: ...", gets before it where that stands: the line of
 * the file at path (may be NULL), or the variable of the environment. */
void conf_place(const struct conf_key *keys, size_t n, const char *path, struct err *err);

/* Reads a secret: the whole file without one trailing newline. ERR_CONFIG when it cannot
 * be read, is empty, longer than cap, or readable by others. */
bool conf_read_secret(const char *path, void *ret, size_t cap, size_t *ret_len,
                      struct err *err);

#endif
