#include "base/conf_parts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CREDENTIALS "$CREDENTIALS_DIRECTORY/"

/* What librdkafka takes as text and should not stand where others read. */
static const char *const secrets[] = {
    "sasl.password",
    "ssl.key.password",
    "ssl.key.pem",
    "ssl.keystore.password",
    "sasl.oauthbearer.client.secret",
};
#define N_SECRETS (sizeof(secrets) / sizeof(secrets[0]))

bool conf_credential(const char *origin, const char *value, char full[CONF_TEXT_BYTES],
                     const char **ret, struct err *err)
{
    const char *folder;

    *ret = value;
    if (strncmp(value, CREDENTIALS, strlen(CREDENTIALS)) != 0)
        return true;
    folder = getenv("CREDENTIALS_DIRECTORY");
    if (folder == NULL || folder[0] == '\0')
        return err_set(err, ERR_CONFIG, "CONF_CREDENTIAL",
                       "%.160s: there is no $CREDENTIALS_DIRECTORY: has the unit a "
                       "LoadCredential=?",
                       origin);
    if ((size_t)snprintf(full, CONF_TEXT_BYTES, "%s/%s", folder,
                         value + strlen(CREDENTIALS)) >= CONF_TEXT_BYTES)
        return err_set(err, ERR_CONFIG, "CONF_CREDENTIAL", "%.160s: the path is too long",
                       origin);
    *ret = full;
    return true;
}

bool conf_secret_file(const char *name, char *ret, size_t cap)
{
    const size_t len = strlen(name);

    for (size_t i = 0; i < N_SECRETS; i++) {
        const size_t n = strlen(secrets[i]);

        if (len != n + strlen("_file") || strncmp(name, secrets[i], n) != 0 ||
            (strcmp(name + n, "_file") != 0 && strcmp(name + n, ".file") != 0))
            continue;
        snprintf(ret, cap, "%s", secrets[i]);
        return true;
    }
    return false;
}

/* libpq's two forms, whatever else they hold. */
static bool has_password(const char *url)
{
    const char *host = strstr(url, "://"), *at, *colon;
    const char *key = strstr(url, "password");

    if (key != NULL &&
        key[strlen("password") + strspn(key + strlen("password"), " ")] == '=')
        return true;
    if (host == NULL)
        return false;
    host += strlen("://");
    at = memchr(host, '@', strcspn(host, "/?"));
    colon = at != NULL ? memchr(host, ':', (size_t)(at - host)) : NULL;
    return colon != NULL && colon + 1 < at;
}

bool conf_is_secret(const char *name, const char *value)
{
    if (strcmp(name, "database_url") == 0)
        return has_password(value);
    if (strncmp(name, "kafka.", strlen("kafka.")) == 0)
        for (size_t i = 0; i < N_SECRETS; i++)
            if (strcmp(name + strlen("kafka."), secrets[i]) == 0)
                return value[0] != '\0';
    return false;
}

static bool is_uri(const char *url)
{
    return strncmp(url, "postgresql://", 13) == 0 || strncmp(url, "postgres://", 11) == 0;
}

/* Behind what is there: "?password=%41..." of a URI, "password='...'" of the other. */
static size_t password_add(const char *url, const char *secret, size_t n, char *to,
                           size_t cap)
{
    const bool uri = is_uri(url);
    size_t len = (size_t)snprintf(to, cap, "%s",
                                  !uri               ? " password='"
                                  : strchr(url, '?') ? "&password="
                                                     : "?password=");

    for (size_t i = 0; i < n && len + 4 < cap; i++) {
        const char c = secret[i];

        if (uri)
            len += (size_t)snprintf(to + len, cap - len, "%%%02X", (unsigned char)c);
        else
            len += (size_t)snprintf(to + len, cap - len, "%s%c",
                                    c == '\'' || c == '\\' ? "\\" : "", c);
    }
    if (!uri && len + 2 < cap)
        len += (size_t)snprintf(to + len, cap - len, "'");
    return len;
}

bool conf_database_password(char url[CONF_TEXT_BYTES], const char *path, struct err *err)
{
    char secret[256], more[CONF_TEXT_BYTES];
    const size_t used = strlen(url);
    size_t len, n = 0;
    bool ok = conf_read_secret(path, secret, sizeof(secret), &len, err);

    if (!ok)
        conf_of("database_password_file", err);
    if (ok && memchr(secret, '\0', len) != NULL)
        ok = err_set(err, ERR_CONFIG, "CONF_SECRET",
                     "database_password_file: %.120s is not a text file", path);
    if (ok && has_password(url))
        ok = err_set(err, ERR_CONFIG, "CONF_SECRET",
                     "database_password_file: database_url has a password already");
    if (ok)
        n = password_add(url, secret, len, more, sizeof(more));
    if (ok && (used + n >= CONF_TEXT_BYTES || n + 4 >= sizeof(more)))
        ok = err_set(err, ERR_CONFIG, "CONF_SECRET",
                     "database_password_file: database_url and its password are too "
                     "long together");
    if (ok)
        memcpy(url + used, more, n + 1);
    explicit_bzero(secret, sizeof(secret));
    explicit_bzero(more, sizeof(more));
    return ok;
}
