/* conf_parts.h - secrets among the settings; for the files of conf. */
#ifndef CONSENT_BASE_CONF_PARTS_H
#define CONSENT_BASE_CONF_PARTS_H

#include "base/conf.h"

/* "sasl.password_file", or of the environment "sasl.password.file", of a handed-through
 * setting that is a secret: its own name in ret. */
bool conf_secret_file(const char *name, char *ret, size_t cap);

/* Does this line of a file hold a secret? name as in the file ("kafka.sasl.password"). */
bool conf_is_secret(const char *name, const char *value);

/* Puts the password in the file into the URL or key=value text. */
bool conf_database_password(char url[CONF_TEXT_BYTES], const char *path, struct err *err);

#endif
