/*
 * consentctl key: a new key beside the one that is there, never over it. How each is
 * changed while everything runs: deploy/OPERATIONS.md, "Changing keys".
 */
#include "commands.h"
#include "access/key_contact.h"
#include "outfile.h"

#include "base/hex.h"
#include "codec/put.h"
#include "core/register/rulebook.h"
#include "crypto/contact_key.h"
#include "crypto/link_token.h"

#include <stdio.h>
#include <string.h>
#include <sys/random.h>

#define KEY_BYTES 32

/* Of letters, digits, hyphens and dots, for it becomes the name of a file. */
static bool name_ok(const char *name, struct err *err)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789-.";
    const size_t len = strlen(name);

    return (len > 0 && len < REGISTER_ID_BYTES && name[0] != '.' && name[0] != '-' &&
            strspn(name, letters) == len) ||
           err_set(err, ERR_CONFIG, "USAGE",
                   "a key's name is small letters, digits, hyphens and dots");
}

static bool key_new(const char *path, struct err *err)
{
    uint8_t key[KEY_BYTES];
    char text[2 * KEY_BYTES + 1];
    bool ok;

    if (getrandom(key, sizeof(key), 0) != (ssize_t)sizeof(key))
        return err_set(err, ERR_FATAL, "RANDOM", "the system has no random bytes");
    hex_print(key, sizeof(key), text);
    ok = outfile_secret(path, text, err);
    explicit_bzero(key, sizeof(key));
    explicit_bzero(text, sizeof(text));
    return ok;
}

static int said(const struct ctl *ctl, const char *path, const char *next)
{
    struct buf out;

    if (!ctl->json) {
        printf("%s\n%s\n", path, next);
        return CTL_DONE;
    }
    buf_init(&out, CTL_ANSWER_BYTES);
    buf_add_str(&out, "{");
    put_member(&out, "file", path);
    buf_add_str(&out, "}");
    return ctl_say(&out);
}

static bool dir_named(const char *dir, const char *setting, struct err *err)
{
    return dir[0] != '\0' ||
           err_set(err, ERR_CONFIG, "NO_SECRET", "%s is not set", setting);
}

/* Its number is above every one that is there: the newest seals the links to come. */
static bool link_path(const struct ctl *ctl, char *ret, size_t bytes, struct err *err)
{
    const char *dir = ctl->settings.link_secret_dir, *system = ctl->args[0];
    struct link_keys *keys;
    int number, n;

    if (!name_ok(system, err) || !dir_named(dir, "link_secret_dir", err) ||
        !link_keys_open(dir, &keys, err))
        return false;
    number = link_keys_newest(keys, NULL) + 1;
    link_keys_close(keys);
    n = snprintf(ret, bytes, "%s/%d-%s", dir, number, system);
    return (number <= UINT16_MAX && n > 0 && (size_t)n < bytes) ||
           err_set(err, ERR_CONFIG, "LINK_KEYS", "there are no more numbers for keys");
}

int key_link_run(struct ctl *ctl)
{
    char path[CONF_TEXT_BYTES + REGISTER_ID_BYTES + 16];
    struct err err;

    if (!link_path(ctl, path, sizeof(path), &err) || !key_new(path, &err))
        return ctl_fail(ctl, &err);
    return said(ctl, path,
                "Gateways read it within a few seconds. Then give it to the system that "
                "makes the links. The old one stays, for the links that are out.");
}

int key_recipient_run(struct ctl *ctl)
{
    char path[CONF_TEXT_BYTES + REGISTER_ID_BYTES + 16];
    const char *dir = ctl->settings.recipient_secret_dir;
    struct err err;

    if (!name_ok(ctl->args[0], &err) || !dir_named(dir, "recipient_secret_dir", &err))
        return ctl_fail(ctl, &err);
    snprintf(path, sizeof(path), "%s/%s", dir, ctl->args[0]);
    if (!key_new(path, &err)) {
        conf_of("recipient_secret_dir", &err);
        return ctl_fail(ctl, &err);
    }
    return said(ctl, path,
                "Give it to the recipient, and add a list to the register whose "
                "\"key_name\" it is. The old list goes on until the recipient has loaded "
                "the new one.");
}

/* Its number is above every one that the settings have. */
static bool contact_path(const struct ctl *ctl, char *ret, size_t bytes, struct err *err)
{
    const struct ctl_settings *s = &ctl->settings;
    struct contact_keyer *keyer;

    if (!dir_named(s->contact_secret_file, "contact_secret_file", err))
        return false;
    keyer = contact_keyer_load(s->contact_secret_file, s->contact_former, err);
    if (keyer == NULL)
        return false;
    snprintf(ret, bytes, "%s.%zu", s->contact_secret_file,
             contact_keyer_marks(keyer)->n + 1);
    contact_keyer_close(keyer);
    return true;
}

int key_contact_run(struct ctl *ctl)
{
    const bool dry = ctl_option(ctl, "dry-run") != NULL;
    char path[CONF_TEXT_BYTES + 16];
    struct err err;

    if (dry || ctl_option(ctl, "change") != NULL)
        return key_contact_change(ctl, dry);
    if (!contact_path(ctl, path, sizeof(path), &err) || !key_new(path, &err))
        return ctl_fail(ctl, &err);
    return said(
        ctl, path,
        "Give it to every program as contact_secret_file, and the one of before as "
        "contact_former, as deploy/README.md says; then run: consentctl key "
        "contact --change");
}

int key_seal_run(struct ctl *ctl)
{
    const struct ctl_settings *s = &ctl->settings;
    char path[CONF_TEXT_BYTES + 16];
    struct err err;

    if (!dir_named(s->seal_secret_file, "seal_secret_file", &err))
        return ctl_fail(ctl, &err);
    if (s->seal_secret_version >= UINT8_MAX) {
        err_set(&err, ERR_CONFIG, "SEAL_KEY_FILE", "versions go up to %d", UINT8_MAX);
        return ctl_fail(ctl, &err);
    }
    snprintf(path, sizeof(path), "%s.%d", s->seal_secret_file,
             (int)s->seal_secret_version + 1);
    if (!key_new(path, &err))
        return ctl_fail(ctl, &err);
    return said(ctl, path,
                "Tell publish and lookup first, then ingest, as deploy/README.md says; "
                "then run: consentctl reseal");
}
