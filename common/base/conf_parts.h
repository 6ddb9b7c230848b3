/* conf_parts.h - secrets among the settings; for the files of conf. */
#ifndef CONSENT_BASE_CONF_PARTS_H
#define CONSENT_BASE_CONF_PARTS_H

#include "base/conf.h"

/* A value that begins with $CREDENTIALS_DIRECTORY/ is a file that systemd hands to the
 * unit (LoadCredential=): *ret is full, with the directory, else value itself. ERR_CONFIG
 * when there is no such directory, or it is too long. */
bool conf_credential(const char *origin, const char *value, char full[CONF_TEXT_BYTES],
                     const char **ret, struct err *err);

/* "sasl.password_file", or of the environment "sasl.password.file", of a handed-through
 * setting that is a secret: its own name in ret. */
bool conf_secret_file(const char *name, char *ret, size_t cap);

/* Does this line of a file hold a secret? name as in the file ("kafka.sasl.password"). */
bool conf_is_secret(const char *name, const char *value);

/* Puts the password in the file into the URL or key=value text. */
bool conf_database_password(char url[CONF_TEXT_BYTES], const char *path, struct err *err);

#endif
