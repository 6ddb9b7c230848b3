#include "judge.h"

#include "base/clock.h"
#include "base/log.h"
#include "core/lists/scrub.h"
#include "ident/email.h"
#include "store/operate/schema.h"
#include "store/lists/scrub_store.h"
#include "store/people/secret_store.h"

#include <stdio.h>
#include <string.h>

#define PAUSE_MS  500
#define CHECK_US  1000000
#define KEY_BYTES 1100 /* longer than any address */

bool judge_open(struct judge *j, const struct settings *settings, struct err *err)
{
    struct pg_session_settings database = {
        .conninfo = settings->database_url,
        .app = "consent-postfix",
        .fits = schema_fits,
        .lookups = true,
        .timeout_ms = (int32_t)settings->answer_ms,
        .pause_ms = PAUSE_MS,
        .also = contact_secret_fits,
    };

    *j = (struct judge){.settings = settings};
    notes_init(&j->notes, (int32_t)settings->audit_one_of);
    pg_params_init(&j->params);
    j->keying = keying_open(settings->contact_secret_file, settings->contact_former, err);
    if (j->keying == NULL)
        return false;
    database.context = keying_marks(j->keying);
    pg_session_init(&j->database, &database);
    return true;
}

void judge_turn(struct judge *j)
{
    notes_write(&j->notes, &j->database, false);
}

void judge_close(struct judge *j)
{
    notes_write(&j->notes, &j->database, true);
    pg_session_done(&j->database);
    register_free(j->reg);
    keying_close(j->keying);
    fact_set_done(&j->facts);
    pg_params_done(&j->params);
}

/* --- PostgreSQL and the register --- */

/* As it was at most a second ago. */
static bool register_fresh(struct judge *j, struct err *err)
{
    int64_t now_us = clock_mono_us(), version;

    if (j->reg != NULL && now_us < j->checked_us + CHECK_US)
        return true;
    if (!register_version(j->database.pg, &version, err))
        return false;
    if (j->reg == NULL || j->reg->book.version != version) {
        register_free(j->reg);
        j->reg = NULL;
        if (!register_load(j->database.pg, WHEN_NEVER, &j->reg, err))
            return false;
    }
    j->checked_us = now_us;
    return true;
}

bool judge_ready(struct judge *j, struct err *err)
{
    bool ok;

    do
        ok = pg_session_begin(&j->database, err) && register_fresh(j, err);
    while (!ok && pg_session_again(&j->database, err));
    return ok;
}

/* --- the recipient --- */

/* Postfix also asks for parts of an address ("example.com", "user@"): those are nobody.
 * False: no address. */
static bool is_address(const char *key, size_t len)
{
    const char *at = len > 0 ? memrchr(key, '@', len) : NULL;

    return at != NULL && at != key && at + 1 < key + len;
}

/* Postfix has local parts without their quotation marks. */
static bool canonical(const char *key, char ret[IDENT_EMAIL_BYTES], struct err *err)
{
    char quoted[2 * KEY_BYTES + 4];
    const char *at = strrchr(key, '@');
    size_t n = 0;

    if (ident_email(key, ret, err))
        return true;
    if (at == NULL || strcmp(err->code, "EMAIL_LOCAL") != 0)
        return false;
    quoted[n++] = '"';
    for (const char *p = key; p < at; p++) {
        if (*p == '"' || *p == '\\')
            quoted[n++] = '\\';
        quoted[n++] = *p;
    }
    quoted[n++] = '"';
    snprintf(quoted + n, sizeof(quoted) - n, "%s", at);
    return ident_email(quoted, ret, err);
}

static bool find(struct judge *j, const struct list *list, const struct contact_key *key,
                 struct scrub_verdict *ret, struct err *err)
{
    const int64_t now_us = clock_wall_us();
    const struct fact_need need = {&j->reg->book, now_us};
    struct scrub_found found;
    bool known;

    if (!scrub_one(j->database.pg, &j->params, list->number, key, &found, &known, err))
        return false;
    if (found.status != LIST_ABSENT && !found.pending) {
        *ret = scrub_of_entry(list, found.status, found.reason);
        return true;
    }
    if (known && !fact_load_need(j->database.pg, key, 1, &need, &j->facts, err))
        return false;
    *ret = scrub_of_facts(&j->reg->book, list, known ? j->facts.facts : NULL,
                          known ? j->facts.first[1] : 0, known, now_us, found.status);
    return true;
}

static bool judge_address(struct judge *j, const struct list *list, const char *key,
                          bool *refuse, struct err *err)
{
    const bool permit = list->polarity == LIST_PERMIT;
    char address[IDENT_EMAIL_BYTES];
    struct scrub_verdict v;
    struct contact_key contact;

    if (!canonical(key, address, err)) {
        *refuse = permit; /* nobody can have permitted it */
        return true;
    }
    if (!keying_find(j->keying, j->database.pg, CONTACT_EMAIL, address, &contact, err) ||
        !find(j, list, &contact, &v, err))
        return false;
    *refuse = permit ? !v.may_mail : v.status == SCRUB_SUPPRESSED;
    notes_add(&j->notes, list, &contact, *refuse);
    return true;
}

/* "user+tag@example.com" is read by whoever reads user@example.com, so it is refused when
 * either is: a no may be taken widely, a yes may not. Postfix asks a socketmap only for
 * the whole address. */
static bool judge_key(struct judge *j, const struct list *list, char *key, bool *refuse,
                      struct err *err)
{
    const char *delimiters = j->settings->recipient_delimiter, *at = strrchr(key, '@');
    size_t user;

    if (!judge_address(j, list, key, refuse, err))
        return false;
    user = strcspn(key, delimiters);
    if (*refuse || list->polarity == LIST_PERMIT || user == 0 || at == NULL ||
        user >= (size_t)(at - key)) /* no at: it was too long, and was cut */
        return true;
    memmove(key + user, at, strlen(at) + 1);
    return judge_address(j, list, key, refuse, err);
}

/* --- the answer --- */

/* False with *perm: the request can never have an answer, and says why. */
static bool request_read(struct judge *j, const struct socketmap_request *rq,
                         const struct list **list, char key[KEY_BYTES], const char **perm,
                         struct err *err)
{
    char name[REGISTER_ID_BYTES];

    *perm = NULL;
    if (rq->key == NULL || rq->name_len == 0 || rq->name_len >= sizeof(name) ||
        memchr(rq->name, '\0', rq->name_len) != NULL ||
        (rq->key_len > 0 && memchr(rq->key, '\0', rq->key_len) != NULL)) {
        *perm = "a request is the id of a list, a blank, and an address";
        return false;
    }
    memcpy(name, rq->name, rq->name_len);
    name[rq->name_len] = '\0';
    if (!pg_session_begin(&j->database, err) || !register_fresh(j, err))
        return false;
    *list = register_list(j->reg, name, clock_wall_us());
    if (*list == NULL || (*list)->channel != CHANNEL_EMAIL) {
        *perm = "the register has no such list of e-mail addresses";
        return false;
    }
    /* cut, it is still longer than any address can be */
    snprintf(key, KEY_BYTES, "%.*s", (int)rq->key_len, rq->key);
    return true;
}

static enum answer failed(struct judge *j, const struct err *err, struct buf *out)
{
    /* PG_57014: the server's own limit was quicker than ours */
    const bool late =
        strcmp(err->code, "PG_TIMEOUT") == 0 || strcmp(err->code, "PG_57014") == 0;

    if (!j->away) /* else it has not come back yet, which was said before */
        log_err(err->kind == ERR_RETRY ? LOG_LEVEL_WARN : LOG_LEVEL_ERROR, "no_answer",
                err);
    j->away = !late;
    socketmap_put(out, late ? "TIMEOUT" : "TEMP", "the consent database does not answer");
    return late ? ANSWER_TIMEOUT : ANSWER_TEMP;
}

static enum answer answer(struct judge *j, const struct socketmap_request *rq,
                          struct buf *out)
{
    const struct list *list;
    char key[KEY_BYTES];
    const char *perm;
    struct err err;
    bool refuse = false, ok;

    do
        ok =
            request_read(j, rq, &list, key, &perm, &err) &&
            (!is_address(rq->key, rq->key_len) || judge_key(j, list, key, &refuse, &err));
    while (!ok && perm == NULL && pg_session_again(&j->database, &err));
    if (!ok && perm != NULL) {
        socketmap_put(out, "PERM", perm);
        return ANSWER_PERM;
    }
    explicit_bzero(key, sizeof(key));
    if (!ok)
        return failed(j, &err, out);
    j->away = false;
    socketmap_put(out, refuse ? "OK" : "NOTFOUND", refuse ? j->settings->refusal : "");
    return refuse ? ANSWER_REFUSED : ANSWER_PASS;
}

void judge_answer(struct judge *j, const struct socketmap_request *rq, struct buf *out)
{
    int64_t start_us = clock_mono_us();
    enum answer a = answer(j, rq, out);

    metrics_answer(a, (double)(clock_mono_us() - start_us) / 1e6);
}
