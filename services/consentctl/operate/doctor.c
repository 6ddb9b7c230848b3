/* consentctl doctor: look at everything, go on past what is wrong, say what to fix. */
#include "doctor.h"

#include "commands.h"
#include "shown.h"
#include "who.h"

#include "base/clock.h"
#include "base/stop.h"
#include "codec/put.h"
#include "crypto/link_token.h"
#include "store/lists/epoch_store.h"
#include "store/people/secret_store.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define WATCH_MS 5000

static const char *const words[] = {"ok", "note", "warn", "wrong"};

void doctor_say(struct doctor *d, enum finding level, const char *check, const char *fix,
                const char *fmt, ...)
{
    char text[512];
    va_list args;

    va_start(args, fmt);
    vsnprintf(text, sizeof(text), fmt, args);
    va_end(args);
    d->wrong += level == FINDING_WRONG;
    d->warn += level == FINDING_WARN;
    buf_add_str(&d->json, d->n++ > 0 ? ",{" : "{");
    put_name(&d->json, "level");
    put_text(&d->json, words[level]);
    put_name(&d->json, ",check");
    put_text(&d->json, check);
    put_name(&d->json, ",text");
    put_text(&d->json, text);
    put_name(&d->json, ",fix");
    put_text(&d->json, fix ? fix : "");
    buf_add_str(&d->json, "}");
    if (d->ctl->json)
        return;
    printf("%-6s %-12s %s\n", words[level], check, text);
    if (fix != NULL && fix[0] != '\0')
        printf("%-19s -> %s\n", "", fix);
}

void doctor_err(struct doctor *d, const char *check, const char *fix,
                const struct err *err)
{
    if (!d->no_functions || strcmp(err->code, DOCTOR_NO_FUNCTIONS) != 0)
        doctor_say(d, FINDING_WRONG, check, fix, "%s", err->text);
}

const char *doctor_ago(const struct doctor *d, int64_t then_us, char ret[64])
{
    const int64_t s = (d->now_us - then_us) / WHEN_SECOND_US;

    if (s < 120)
        snprintf(ret, 64, "%lld s ago", (long long)s);
    else if (s < 7200)
        snprintf(ret, 64, "%lld min ago", (long long)s / 60);
    else if (s < 48 * 3600)
        snprintf(ret, 64, "%lld h ago", (long long)s / 3600);
    else
        snprintf(ret, 64, "%lld days ago", (long long)s / 86400);
    return ret;
}

bool doctor_reconnect(struct doctor *d)
{
    struct err err;

    if (d->ctl->pg == NULL)
        return false;
    if (!pg_broken(d->ctl->pg))
        return true;
    pg_close(d->ctl->pg);
    d->ctl->pg = NULL;
    if (ctl_pg(d->ctl, &err))
        return true;
    doctor_err(d, "database", "look at the server: it answered a moment ago", &err);
    register_free(d->s);
    d->s = NULL;
    d->has_work = false;
    return false;
}

/* --- secrets --- */

static bool secret_ok(struct doctor *d, const char *name, const char *path, size_t least)
{
    char secret[1024];
    struct err err;
    size_t len = 0;

    if (path[0] == '\0') {
        doctor_say(d, FINDING_WRONG, "secrets", "name its file in the settings",
                   "%s is not set", name);
        return false;
    }
    if (!conf_read_secret(path, secret, sizeof(secret), &len, &err)) {
        conf_of(name, &err);
        doctor_err(d, "secrets", "make the file, readable by the service's user alone",
                   &err);
        return false;
    }
    explicit_bzero(secret, sizeof(secret));
    if (len < least) {
        doctor_say(d, FINDING_WRONG, "secrets", "put a longer one there",
                   "%s holds %zu bytes, it needs %zu", name, len, least);
        return false;
    }
    return true;
}

/* Keys of the recipients whose lists use one. */
static void recipient_keys(struct doctor *d)
{
    size_t n = 0;

    for (size_t i = 0; d->s != NULL && i < d->s->n_lists; i++) {
        const struct list *l = &d->s->lists[i];
        char path[CONF_TEXT_BYTES + REGISTER_ID_BYTES + 2];

        if (l->profile != TOKEN_HMAC_SHA256 || !period_holds(&l->valid, d->now_us))
            continue;
        snprintf(path, sizeof(path), "%s/%s", d->ctl->settings.recipient_secret_dir,
                 l->key_name);
        n += secret_ok(d, "a recipient's key", path, 16);
    }
    if (n > 0)
        doctor_say(d, FINDING_OK, "secrets", NULL, "%zu lists have their recipient's key",
                   n);
}

/* Without a directory of them no link can be read, which may be meant so. */
static void link_keys(struct doctor *d)
{
    const char *directory = d->ctl->settings.link_secret_dir;
    struct link_keys *keys;
    struct err err;
    uint16_t newest;

    if (directory[0] == '\0')
        return;
    if (!link_keys_open(directory, &keys, &err)) {
        doctor_err(d, "links",
                   "see services/gateway/UNSUBSCRIBE.md for the keys of opt-out links",
                   &err);
        return;
    }
    newest = link_keys_newest(keys, NULL);
    if (newest != 0)
        doctor_say(d, FINDING_OK, "links", NULL,
                   "the keys of opt-out links can be read; the newest is %d",
                   (int)newest);
    else
        doctor_say(d, FINDING_WARN, "links",
                   "make one: services/gateway/UNSUBSCRIBE.md says how",
                   "there is no key for opt-out links, so that no link can be read");
    link_keys_close(keys);
}

static void not_counting(struct doctor *d)
{
    bool held, people;
    struct err err;

    if (!hold_look(d->ctl->pg, &held, &people, &err))
        doctor_err(d, "secrets", NULL, &err);
    else if (held)
        doctor_say(d, FINDING_WRONG, "secrets",
                   "consentctl key contact --change, then consentctl restored",
                   "the database is older than its topics, and the secret in "
                   "contact_secret_file does not count in it: consent-ingest takes "
                   "nothing in");
    else
        doctor_say(d, FINDING_WARN, "secrets",
                   "consentctl key contact --change, and after a restore before "
                   "consent-ingest is started",
                   "contacts get their keys from a secret in contact_former: the one in "
                   "contact_secret_file does not count yet");
}

/* Is it the one that the database's contacts are made with? */
static void contact_secret(struct doctor *d)
{
    struct contact_secret_row rows[CONTACT_SECRETS_MAX];
    struct keying *keying;
    char at[64];
    struct err err;
    size_t n, counts;

    if (d->ctl->pg == NULL)
        return;
    keying = who_keying(d->ctl, &err);
    if (keying == NULL ||
        !contact_secret_counts(d->ctl->pg, keying_marks(keying), &counts, &err) ||
        !contact_secret_list(d->ctl->pg, rows, CONTACT_SECRETS_MAX, &n, &err))
        doctor_err(d, "secrets",
                   "give every program the secrets that were used before: "
                   "contact_secret_file, and the others in contact_former",
                   &err);
    else if (counts > 0)
        not_counting(d);
    else if (n > 1)
        doctor_say(d, FINDING_OK, "secrets", NULL,
                   "contacts are known under %zu secrets; new ones get their keys from "
                   "contact_secret_file since %s",
                   n, doctor_ago(d, rows[0].counts_us, at));
    keying_close(keying);
}

static void doctor_secrets(struct doctor *d)
{
    const struct ctl_settings *s = &d->ctl->settings;
    const bool contact = secret_ok(d, "contact_secret_file", s->contact_secret_file, 32);
    const bool seal = secret_ok(d, "seal_secret_file", s->seal_secret_file, 32);

    if (contact)
        contact_secret(d);
    if (contact && seal)
        doctor_say(d, FINDING_OK, "secrets", NULL,
                   "the contact secret and the sealing key can be read");
    recipient_keys(d);
    link_keys(d);
}

/* --- the command --- */

static int look(struct ctl *ctl)
{
    static void (*const looks[])(struct doctor *) = {
        doctor_database, doctor_health,    doctor_flow,     doctor_programs,
        doctor_proof,    doctor_budgets,   doctor_deletion, doctor_kafka,
        doctor_ends,     doctor_snapshots, doctor_secrets};
    struct doctor d = {.ctl = ctl, .now_us = clock_wall_us()};
    struct buf out;

    buf_init(&d.json, CTL_ANSWER_BYTES);
    for (size_t i = 0; i < sizeof(looks) / sizeof(looks[0]); i++) {
        looks[i](&d);
        doctor_reconnect(&d);
    }
    register_free(d.s);
    if (ctl->json) {
        buf_init(&out, CTL_ANSWER_BYTES);
        buf_addf(&out, "{\"ok\":%s,\"checks\":[", d.wrong == 0 ? "true" : "false");
        buf_add(&out, d.json.data, d.json.len);
        buf_add_str(&out, "]}");
        ctl_say(&out);
    } else {
        printf("\n%zu checks: %zu wrong, %zu to be fixed soon\n", d.n, d.wrong, d.warn);
    }
    buf_done(&d.json);
    return d.wrong > 0 ? CTL_FAILED : CTL_DONE;
}

int doctor_run(struct ctl *ctl)
{
    const bool watch = ctl_option(ctl, "watch") != NULL;
    int code = look(ctl);

    while (watch && !stop_asked()) {
        fflush(stdout);
        for (int ms = 0; ms < WATCH_MS && !stop_asked(); ms += 100)
            clock_sleep_ms(100);
        if (stop_asked())
            break;
        pg_close(ctl->pg); /* what has gone is to be noticed */
        ctl->pg = NULL;
        if (!ctl->json && isatty(STDOUT_FILENO))
            shown_clear();
        else if (!ctl->json)
            putchar('\n');
        code = look(ctl);
    }
    return code;
}
