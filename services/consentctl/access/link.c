/*
 * consentctl link: the links behind "unsubscribe" and "yes, confirm": make one, look into
 * one, revoke one or a whole key. Their form is in services/gateway/UNSUBSCRIBE.md.
 */
#include "commands.h"

#include "base/clock.h"
#include "codec/put.h"
#include "crypto/link_token.h"
#include "crypto/verp.h"
#include "ident/email.h"
#include "ident/phone.h"
#include "store/people/link_store.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool keys_open(const struct ctl *ctl, struct link_keys **ret, struct err *err)
{
    const char *directory = ctl->settings.link_secret_dir;

    if (directory[0] == '\0')
        return err_set(err, ERR_CONFIG, "NO_LINK_KEYS", "link_secret_dir is not set");
    return link_keys_open(directory, ret, err);
}

/* The field of an option; false: too long. NULL leaves it empty. */
static bool field(const struct ctl *ctl, const char *option, char *ret, size_t cap,
                  struct err *err)
{
    const char *text = ctl_option(ctl, option);

    if (text == NULL)
        return true;
    if ((size_t)snprintf(ret, cap, "%s", text) >= cap)
        return err_set(err, ERR_CONFIG, "LINK_FIELD", "--%s is too long", option);
    return true;
}
#define FIELD(option, member) field(ctl, option, link->member, sizeof(link->member), err)

static bool address_read(struct ctl *ctl, struct link *link, struct err *err)
{
    const char *email, *phone;
    char canonical[IDENT_EMAIL_BYTES > IDENT_PHONE_BYTES ? IDENT_EMAIL_BYTES
                                                         : IDENT_PHONE_BYTES];

    if (!ctl_person(ctl, "email", &email, err) || !ctl_person(ctl, "phone", &phone, err))
        return false;
    if ((email == NULL) == (phone == NULL))
        return err_set(err, ERR_CONFIG, "LINK_WHO", "say whose: --email or --phone");
    if (email != NULL ? !ident_email(email, canonical, err)
                      : !ident_phone(phone, "", canonical, err))
        return false;
    /* An address as it was written: the gateway hands it on, and ingest knows its
     * spelling.
     */
    if ((size_t)snprintf(link->address, sizeof(link->address), "%s",
                         email != NULL ? email : canonical) >= sizeof(link->address))
        return err_set(err, ERR_CONFIG, "LINK_FIELD", "the address is too long");
    return true;
}

static bool key_choose(struct ctl *ctl, const struct link_keys *keys, uint16_t *ret,
                       struct err *err)
{
    const char *system = ctl_option(ctl, "system");

    *ret = link_keys_newest(keys, system);
    return *ret != 0 || err_set(err, ERR_CONFIG, "NO_LINK_KEYS",
                                "link_secret_dir has no key of %s%.60s",
                                system ? "the system " : "anybody", system ? system : "");
}

/* A consent must say what it was for and which words were agreed to. */
static bool consent_check(const struct link *link, struct err *err)
{
    if (link->kind != LINK_CONFIRM)
        return true;
    if (link->purposes[0] == '\0' || strchr(link->purposes, '*') != NULL)
        return err_set(err, ERR_CONFIG, "LINK_FIELD",
                       "a confirmation names its purposes: --purpose");
    return link->statement[0] != '\0' ||
           err_set(err, ERR_CONFIG, "LINK_FIELD",
                   "a confirmation has the words agreed to: --statement");
}

static bool link_ask(struct ctl *ctl, const struct link_keys *keys, struct link *link,
                     struct err *err)
{
    memset(link, 0, sizeof(*link));
    link->kind = ctl_option(ctl, "confirm") != NULL ? LINK_CONFIRM : LINK_OPTOUT;
    if (ctl_option(ctl, "controller") == NULL)
        return err_set(err, ERR_CONFIG, "LINK_FIELD",
                       "say whose mail it is: "
                       "--controller");
    return address_read(ctl, link, err) && key_choose(ctl, keys, &link->key, err) &&
           ctl_time(ctl_option(ctl, "issued"), clock_wall_us(), &link->issued_us, err) &&
           FIELD("controller", controller) && FIELD("purpose", purposes) &&
           FIELD("channel", channels) && FIELD("message", message) &&
           FIELD("language", language) && FIELD("policy", policy) &&
           FIELD("policy-version", version) && FIELD("statement", statement) &&
           FIELD("form-sha256", form) && consent_check(link, err);
}

/* A sender's address for one recipient, so that what comes back is known to be ours. */
static int envelope_create(struct ctl *ctl)
{
    char canonical[IDENT_EMAIL_BYTES], tag[VERP_BYTES];
    struct link_keys *keys = NULL;
    const char *email;
    uint16_t key;
    struct err err;
    struct buf out;
    bool ok = ctl_person(ctl, "email", &email, &err);

    if (ok && email == NULL)
        ok = err_set(&err, ERR_CONFIG, "LINK_WHO", "say whose: --email");
    ok = ok && ident_email(email, canonical, &err) && keys_open(ctl, &keys, &err) &&
         key_choose(ctl, keys, &key, &err) && verp_make(keys, key, canonical, tag, &err);
    link_keys_close(keys);
    if (!ok)
        return ctl_fail(ctl, &err);
    buf_init(&out, CTL_ANSWER_BYTES);
    if (ctl->json) {
        buf_add_str(&out, "{");
        put_name(&out, "envelope");
        put_text(&out, tag);
        buf_add_str(&out, "}");
    } else {
        buf_add_str(&out, tag);
    }
    return ctl_say(&out);
}

int link_create_run(struct ctl *ctl)
{
    const char *base = ctl_option(ctl, "base");
    struct link_keys *keys = NULL;
    char token[LINK_TOKEN_BYTES];
    struct link link;
    struct err err;
    struct buf out;

    if (ctl_option(ctl, "envelope") != NULL)
        return envelope_create(ctl);
    bool ok = keys_open(ctl, &keys, &err) && link_ask(ctl, keys, &link, &err) &&
              link_token_make(keys, &link, NULL, token, &err);

    link_keys_close(keys);
    explicit_bzero(&link, sizeof(link));
    if (!ok)
        return ctl_fail(ctl, &err);
    buf_init(&out, CTL_ANSWER_BYTES);
    if (!ctl->json) {
        if (base != NULL)
            buf_addf(&out, "%s/u/", base);
        buf_add_str(&out, token);
        return ctl_say(&out);
    }
    buf_add_str(&out, "{");
    put_name(&out, "token");
    put_text(&out, token);
    put_name(&out, ",key");
    put_int(&out, link.key);
    buf_add_str(&out, "}");
    return ctl_say(&out);
}

static const char *const standings[] = {
    [LINK_GOOD] = "good", [LINK_DOUBTED] = "doubted", [LINK_REVOKED] = "revoked"};

static void member(struct buf *out, bool json, const char *name, const char *text)
{
    if (!json) {
        if (text[0] != '\0')
            buf_addf(out, "%-11s %s\n", name, text);
        return;
    }
    buf_add_str(out, out->len > 1 ? "," : "");
    put_name(out, name);
    put_text(out, text);
}

static void link_put(struct buf *out, bool json, const struct link *link,
                     const char *system, enum link_standing standing)
{
    char issued[WHEN_TEXT_BYTES], key[8];

    snprintf(key, sizeof(key), "%d", (int)link->key);
    if (json)
        buf_add_str(out, "{");
    member(out, json, "kind", link->kind == LINK_CONFIRM ? "confirm" : "optout");
    member(out, json, "state", standings[standing]);
    member(out, json, "key", key);
    member(out, json, "system", system);
    member(out, json, "issued", when_format(link->issued_us, issued));
    member(out, json, "address", link->address);
    member(out, json, "controller", link->controller);
    member(out, json, "purposes", link->purposes);
    member(out, json, "channels", link->channels);
    member(out, json, "message", link->message);
    member(out, json, "language", link->language);
    member(out, json, "policy", link->policy);
    member(out, json, "version", link->version);
    member(out, json, "statement", link->statement);
    member(out, json, "form", link->form);
    if (json)
        buf_add_str(out, "}");
    else
        out->data[--out->len] = '\0'; /* ctl_say ends the line */
}

int link_show_run(struct ctl *ctl)
{
    struct link_keys *keys = NULL;
    enum link_standing standing;
    struct link link;
    struct err err;
    struct buf out;

    if (!keys_open(ctl, &keys, &err) ||
        !link_token_find(keys, ctl->args[0], &link, &err) || !ctl_pg(ctl, &err) ||
        !link_standing_load(ctl->pg, link.digest, link.key, link.issued_us, &standing,
                            &err)) {
        link_keys_close(keys);
        return ctl_fail(ctl, &err);
    }
    buf_init(&out, CTL_ANSWER_BYTES);
    link_put(&out, ctl->json, &link, link_keys_system(keys, link.key), standing);
    link_keys_close(keys);
    return ctl_say(&out);
}

static bool key_read(const char *text, uint16_t *ret, struct err *err)
{
    char *end;
    long n = strtol(text, &end, 10);

    if (end == text || *end != '\0' || n < 1 || n > UINT16_MAX)
        return err_set(err, ERR_CONFIG, "BAD_KEY", "--key is a number from 1 to 65535");
    *ret = (uint16_t)n;
    return true;
}

static bool revoke_key(struct ctl *ctl, const char *note, struct err *err)
{
    const char *before = ctl_option(ctl, "before");
    int64_t before_us = WHEN_NEVER;
    uint16_t key = 0;

    return key_read(ctl_option(ctl, "key"), &key, err) &&
           ctl_time(before, WHEN_NEVER, &before_us, err) && ctl_pg(ctl, err) &&
           link_revoke_key(ctl->pg, key, before_us, note, err);
}

static bool revoke_one(struct ctl *ctl, const char *note, bool *added, struct err *err)
{
    struct link_keys *keys = NULL;
    struct link link;
    bool ok = keys_open(ctl, &keys, err) &&
              link_token_find(keys, ctl->args[0], &link, err) && ctl_pg(ctl, err) &&
              link_revoke(ctl->pg, link.digest, note, added, err);

    link_keys_close(keys);
    return ok;
}

int link_revoke_run(struct ctl *ctl)
{
    const char *note = ctl_option(ctl, "note");
    bool whole = ctl_option(ctl, "key") != NULL, added = true;
    struct err err;

    if (whole == (ctl->n_args == 1))
        return ctl_wrong("say which: a link, or --key");
    if (!whole && ctl_option(ctl, "before") != NULL)
        return ctl_wrong("--before goes with --key");
    if (note == NULL)
        note = "";
    if (whole ? !revoke_key(ctl, note, &err) : !revoke_one(ctl, note, &added, &err))
        return ctl_fail(ctl, &err);
    fprintf(stderr,
            whole
                ? "consentctl: its links confirm no consent any more; what they opt out "
                  "still counts, marked as doubtful\n"
            : added ? "consentctl: the link is revoked\n"
                    : "consentctl: the link was revoked before\n");
    if (ctl->json)
        printf("{\"revoked\":\"%s\"}\n", whole ? "key" : "link");
    return CTL_DONE;
}
