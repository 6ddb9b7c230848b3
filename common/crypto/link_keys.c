#include "crypto/link_token.h"

#include "base/conf.h"
#include "base/mem.h"
#include "crypto/secret.h"
#include "crypto/link_keys.h"
#include "crypto/seal_key.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/crypto.h>

_Static_assert(LINK_KEY_BYTES == SEAL_KEY_BYTES, "one reader for both");

struct key {
    uint16_t number;
    char system[LINK_SYSTEM_BYTES];
    uint8_t bytes[LINK_KEY_BYTES];
};

struct link_keys {
    atomic_int refs;
    size_t n;
    struct key *keys;
};

/* "17-mta-eu1". False: no name of a key. */
static bool name_read(const char *name, struct key *ret)
{
    size_t digits = strspn(name, "0123456789");
    long number;

    if (digits == 0 || digits > 5 || name[0] == '0' || name[digits] != '-')
        return false;
    number = strtol(name, NULL, 10);
    name += digits + 1;
    if (number > UINT16_MAX || name[0] == '\0' || strlen(name) >= sizeof(ret->system))
        return false;
    if (strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                     "-_.") != strlen(name))
        return false;
    ret->number = (uint16_t)number;
    snprintf(ret->system, sizeof(ret->system), "%s", name);
    return true;
}

static const struct key *find(const struct link_keys *keys, uint16_t number)
{
    for (size_t i = 0; i < keys->n; i++)
        if (keys->keys[i].number == number)
            return &keys->keys[i];
    return NULL;
}

static bool add(struct link_keys *keys, const char *directory, const char *name,
                struct err *err)
{
    char path[PATH_MAX];
    struct key key, *more;

    if (!name_read(name, &key))
        return true;
    if (find(keys, key.number) != NULL)
        return err_set(err, ERR_CONFIG, "LINK_KEYS", "two files have the link key %d",
                       (int)key.number);
    snprintf(path, sizeof(path), "%s/%s", directory, name);
    if (!seal_key_read(path, key.bytes, err))
        return false;
    more = secret_zalloc((keys->n + 1) * sizeof(*more));
    if (keys->n > 0)
        memcpy(more, keys->keys, keys->n * sizeof(*more));
    secret_free(keys->keys, keys->n * sizeof(*more));
    keys->keys = more;
    keys->keys[keys->n++] = key;
    OPENSSL_cleanse(&key, sizeof(key));
    return true;
}

bool link_keys_open(const char *directory, struct link_keys **ret, struct err *err)
{
    DIR *dir = opendir(directory);
    struct link_keys *keys;
    struct dirent *entry;
    bool ok = true;

    if (dir == NULL)
        return err_set(err, ERR_CONFIG, "LINK_KEYS",
                       "link_secret_dir: %.120s cannot be read: %s", directory,
                       strerror(errno));
    keys = mem_zalloc(1, sizeof(*keys));
    atomic_init(&keys->refs, 1);
    while (ok && (entry = readdir(dir)) != NULL)
        ok = add(keys, directory, entry->d_name, err);
    closedir(dir);
    if (!ok)
        conf_of("link_secret_dir", err);
    if (ok)
        *ret = keys;
    else
        link_keys_close(keys);
    return ok;
}

struct link_keys *link_keys_share(struct link_keys *keys)
{
    atomic_fetch_add(&keys->refs, 1);
    return keys;
}

void link_keys_close(struct link_keys *keys)
{
    if (keys == NULL || atomic_fetch_sub(&keys->refs, 1) > 1)
        return;
    secret_free(keys->keys, keys->n * sizeof(*keys->keys));
    free(keys);
}

uint16_t link_keys_newest(const struct link_keys *keys, const char *system)
{
    uint16_t newest = 0;

    for (size_t i = 0; i < keys->n; i++)
        if (keys->keys[i].number > newest &&
            (system == NULL || strcmp(keys->keys[i].system, system) == 0))
            newest = keys->keys[i].number;
    return newest;
}

const char *link_keys_system(const struct link_keys *keys, uint16_t number)
{
    const struct key *key = find(keys, number);

    return key != NULL ? key->system : "";
}

const uint8_t *link_key_find(const struct link_keys *keys, uint16_t number)
{
    const struct key *key = find(keys, number);

    return key != NULL ? key->bytes : NULL;
}
