/* conf_parts.h - names of settings, and secrets among them; for the files of conf. */
#ifndef CONSENT_BASE_CONF_PARTS_H
#define CONSENT_BASE_CONF_PARTS_H

#include "base/conf.h"

/* "batch_events" and "BATCH_EVENTS"; a dot in a name is "_" in the environment. */
bool conf_same_as_env(const char *name, const char *env);

/* A setting of another program of ours, that a shell has for all of them. */
bool conf_is_siblings(const char *env);

/* Nobody here has a setting of this name (as in a file, or without its prefix as in the
 * environment): says which one was meant, as far as can be told. */
bool conf_unknown(const struct conf_key *keys, size_t n, const char *name,
                  const char *origin, struct err *err);

/* "sasl.password_file", or of the environment "sasl.password.file", of a handed-through
 * setting that is a secret: its own name in ret. */
bool conf_secret_file(const char *name, char *ret, size_t cap);

/* Does this line of a file hold a secret? name as in the file ("kafka.sasl.password"). */
bool conf_is_secret(const char *name, const char *value);

/* Puts the password in the file into the URL or key=value text. */
bool conf_database_password(char url[CONF_TEXT_BYTES], const char *path, struct err *err);

#endif
