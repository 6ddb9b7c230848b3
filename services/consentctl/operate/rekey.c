/* consentctl rekey: contacts whose canonical form has changed with our normalisation. */
#include "commands.h"

#include "progress.h"
#include "who.h"

#include "base/mem.h"
#include "base/stop.h"
#include "crypto/seal.h"
#include "ident/email.h"
#include "ident/phone.h"
#include "ident/postal.h"
#include "ident/version.h"
#include "store/lists/rebuild_store.h"
#include "store/people/fact_store.h"
#include "store/people/rekey_store.h"
#include "store/people/secret_store.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define STEP 1000

struct rekey {
    struct keying *keying;
    struct seal *seal;
    struct walked walked[STEP];
    struct contact_key keys[STEP];
    size_t n;
    struct contact_set contacts;
    size_t n_respelt;
    struct respelt respelt[STEP];
    uint8_t wrapped[STEP][SEAL_WRAPPED_BYTES];
    uint8_t sealed[STEP][SEAL_SEALED_BYTES];
    int64_t looked, gone, changed;
    int64_t unreadable; /* no address by today's rules, or the seal does not open */
    int64_t foreign;    /* keys that no secret of ours makes of their identifier  */
    int64_t of[CONTACT_SECRETS_MAX]; /* keys by the secret that made them */
    struct rekeyed done;
};

static bool canonical(enum contact_kind kind, const char *text,
                      char ret[IDENT_POSTAL_BYTES])
{
    struct err err;

    switch (kind) {
    case CONTACT_EMAIL: return ident_email(text, ret, &err);
    case CONTACT_PHONE: return ident_phone(text, "", ret, &err);
    case CONTACT_POSTAL: return ident_postal(text, ret, &err);
    case CONTACT_NONE: break;
    }
    return false;
}

/* *ret_open false: there is no identifier, or none that can be read. */
static bool contact_open(struct rekey *k, size_t i, char text[SEAL_TEXT_MAX_BYTES + 1],
                         bool *ret_open, struct err *err)
{
    const struct contact_row *c = &k->contacts.rows[i];

    *ret_open = false;
    k->looked++;
    if (c->wrapped == NULL) {
        k->gone++; /* erased, or known by a hash alone */
        return true;
    }
    *ret_open = unseal_identifier(k->seal, &k->keys[i], c->wrapped, c->wrapped_len,
                                  c->sealed, c->sealed_len, text, err);
    if (*ret_open || err->kind != ERR_INPUT)
        return *ret_open;
    k->unreadable++;
    return true;
}

static bool contact_look(struct rekey *k, struct pg *pg, size_t i, struct err *err)
{
    const enum contact_kind kind = k->contacts.rows[i].kind;
    char text[SEAL_TEXT_MAX_BYTES + 1], now[IDENT_POSTAL_BYTES];
    struct respelt *r = &k->respelt[k->n_respelt];
    size_t which;
    bool open;

    if (!contact_open(k, i, text, &open, err))
        return false;
    if (!open)
        return true;
    if (!keying_which(k->keying, kind, text, &k->keys[i], &which, err))
        return false;
    if (which == CONTACT_SECRETS_MAX) {
        k->foreign++;
        return true;
    }
    k->of[which]++;
    if (!canonical(kind, text, now)) {
        k->unreadable++;
        return true;
    }
    if (strcmp(text, now) == 0)
        return true;
    *r = (struct respelt){.old = k->keys[i],
                          .kind = kind,
                          .wrapped = k->wrapped[k->n_respelt],
                          .wrapped_len = SEAL_WRAPPED_BYTES,
                          .sealed = k->sealed[k->n_respelt]};
    k->changed++;
    if (!keying_find(k->keying, pg, kind, now, &r->new, err) ||
        !seal_identifier(k->seal, &r->new, now, k->wrapped[k->n_respelt],
                         k->sealed[k->n_respelt], &r->sealed_len, err))
        return false;
    k->n_respelt++;
    return true;
}

static bool look(struct ctl *ctl, struct rekey *k, bool dry, struct err *err)
{
    k->n_respelt = 0;
    for (size_t i = 0; i < k->n; i++)
        k->keys[i] = k->walked[i].key;
    if (!contact_load(ctl->pg, k->keys, k->n, &k->contacts, err))
        return false;
    for (size_t i = 0; i < k->n; i++)
        if (!contact_look(k, ctl->pg, i, err))
            return false;
    return k->n_respelt == 0 ||
           (rekey_look(ctl->pg, k->respelt, k->n_respelt, &k->done, err) &&
            (dry || rekey_tie(ctl->pg, k->respelt, k->n_respelt, err)));
}

/* Contacts are made: until the step is done no other contact secret comes to count. */
static bool step(struct ctl *ctl, struct rekey *k, bool dry, struct err *err)
{
    if (dry)
        return look(ctl, k, dry, err);
    return pg_begin(ctl->pg, err) &&
           contact_secret_stay(ctl->pg, keying_marks(k->keying), err) &&
           look(ctl, k, dry, err) && pg_commit(ctl->pg, err);
}

static bool walk(struct ctl *ctl, struct rekey *k, bool dry, struct err *err)
{
    struct progress bar;
    int64_t total;

    if (!contact_estimate(ctl->pg, &total, err))
        return false;
    progress_begin_count(&bar, total, "contacts", "spelled otherwise");
    for (;;) {
        if (stop_asked())
            return err_set(err, ERR_RETRY, "STOPPED",
                           "stopped; what was done stays, and the next run goes on");
        if (!contact_walk(ctl->pg, k->n > 0 ? &k->walked[k->n - 1].key : NULL, STEP,
                          k->walked, &k->n, err))
            return false;
        if (k->n == 0)
            break;
        if (!step(ctl, k, dry, err))
            return false;
        progress_step(&bar, k->looked, k->looked, k->changed);
    }
    progress_end(&bar, k->looked, k->changed);
    return dry || k->unreadable + k->foreign > 0 ||
           normalisation_note(ctl->pg, IDENT_VERSION, err);
}

static bool work(struct ctl *ctl, struct rekey *k, bool dry, struct err *err)
{
    k->keying = who_keying(ctl, err);
    if (k->keying == NULL)
        return false;
    k->seal = ctl_seal(ctl, err);
    return k->seal != NULL && ctl_pg(ctl, err) && walk(ctl, k, dry, err);
}

static int report(struct ctl *ctl, const struct rekey *k, bool dry)
{
    const long long already = (long long)(k->changed - k->done.tied);
    long long former = 0;
    struct buf out;

    for (size_t i = 1; i < CONTACT_SECRETS_MAX; i++)
        former += (long long)k->of[i];
    if (ctl->json) {
        buf_init(&out, CTL_ANSWER_BYTES);
        buf_addf(&out,
                 "{\"dry_run\":%s,\"contacts\":%lld,\"without_identifier\":%lld,"
                 "\"changed\":%lld,\"already\":%lld,\"tied\":%lld,\"made\":%lld,"
                 "\"denials\":%lld,\"grants\":%lld,\"unreadable\":%lld,\"foreign\":%lld,"
                 "\"former\":%lld}",
                 dry ? "true" : "false", (long long)k->looked, (long long)k->gone,
                 (long long)k->changed, already, (long long)k->done.tied,
                 (long long)k->done.made, (long long)k->done.denials,
                 (long long)k->done.grants, (long long)k->unreadable,
                 (long long)k->foreign, former);
        ctl_say(&out);
    } else {
        printf("%lld contacts, %lld of them spelled otherwise by today's rules\n",
               (long long)k->looked, (long long)k->changed);
        printf(
            "  %-14s %lld%s, %lld of them to contacts that are new; %lld were before\n",
            dry ? "to be tied" : "tied", (long long)k->done.tied, dry ? "" : " now",
            (long long)k->done.made, already);
        printf("  %-14s %lld facts\n", "denials follow", (long long)k->done.denials);
        printf("  %-14s %lld facts\n", "grants do not", (long long)k->done.grants);
        if (former > 0)
            printf("  %-14s %lld: their keys were made with a secret of contact_former\n",
                   "former", former);
        if (k->unreadable > 0)
            printf("  %-14s %lld: their seal does not open, or they are no address by "
                   "today's rules\n",
                   "unreadable", (long long)k->unreadable);
        if (k->foreign > 0)
            printf("  %-14s %lld: none of the contact secrets has made their keys\n",
                   "foreign", (long long)k->foreign);
    }
    return k->unreadable + k->foreign > 0 ? CTL_FAILED : CTL_DONE;
}

int rekey_run(struct ctl *ctl)
{
    const bool dry = ctl_option(ctl, "dry-run") != NULL;
    struct rekey *k = mem_zalloc(1, sizeof(*k));
    struct err err;
    int code;

    code = work(ctl, k, dry, &err) ? report(ctl, k, dry) : ctl_fail(ctl, &err);
    keying_close(k->keying);
    seal_close(k->seal);
    contact_set_done(&k->contacts);
    explicit_bzero(k, sizeof(*k));
    free(k);
    return code;
}
