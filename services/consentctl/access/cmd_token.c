/* consentctl token: who may ask consent-lookup. */
#include "commands.h"
#include "unknown.h"

#include "base/clock.h"
#include "codec/put.h"
#include "crypto/access_token.h"
#include "store/register/register_store.h"
#include "store/access/token_store.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BUDGET_MOST 1000000000L

/* Distinct contacts a day unless said otherwise; 0: no limit. A mailing system asks about
 * its whole list, a person about a few. */
static int32_t budget_preset(enum access_role role)
{
    switch (role) {
    case ACCESS_MAILING: return 1000000;
    case ACCESS_RESELLER: return 10000;
    case ACCESS_DPO:
    case ACCESS_AUDITOR: return 10000;
    case ACCESS_NONE:
    case ACCESS_SOURCE: /* asks about nobody */
    case ACCESS_OPERATOR: return 1;
    }
    return 1;
}

static bool budget_read(const char *text, enum access_role role, int32_t *ret,
                        struct err *err)
{
    char *end;
    long n;

    *ret = budget_preset(role);
    if (text == NULL)
        return true;
    *ret = 0;
    if (strcmp(text, "none") == 0)
        return true;
    n = strtol(text, &end, 10);
    if (end == text || *end != '\0' || n < 1 || n > BUDGET_MOST)
        return err_set(err, ERR_CONFIG, "BAD_BUDGET",
                       "--budget is a number of contacts a day, or none");
    *ret = (int32_t)n;
    return true;
}

/* The token of a reseller or a source names the source, a mailing system's its recipient,
 * others none. */
static bool scope_read(struct ctl *ctl, struct access_token *t, struct err *err)
{
    const char *source = ctl_option(ctl, "source");
    const char *recipient = ctl_option(ctl, "recipient");
    struct register_snapshot *s;
    bool known;

    if ((t->role == ACCESS_RESELLER || t->role == ACCESS_SOURCE) != (source != NULL))
        return err_set(
            err, ERR_CONFIG, "BAD_SCOPE",
            "--source goes with the roles reseller and source, which need one");
    if ((t->role == ACCESS_MAILING) != (recipient != NULL))
        return err_set(err, ERR_CONFIG, "BAD_SCOPE",
                       "--recipient goes with the role mailing, and it needs one");
    if (source == NULL && recipient == NULL)
        return true;
    if (!register_load(ctl->pg, WHEN_NEVER, &s, err))
        return false;
    if (source != NULL)
        known = rulebook_source(&s->book, source, clock_wall_us()) != NULL;
    else
        known = register_recipient(s, recipient, clock_wall_us()) != NULL;
    if (!known)
        unknown_name(s, source != NULL ? UNKNOWN_SOURCE : UNKNOWN_RECIPIENT,
                     source != NULL ? source : recipient, err);
    register_free(s);
    if (!known)
        return false;
    snprintf(t->source, sizeof(t->source), "%s", source ? source : "");
    snprintf(t->recipient, sizeof(t->recipient), "%s", recipient ? recipient : "");
    return true;
}

static bool expires_read(struct ctl *ctl, struct access_token *t, struct err *err)
{
    if (!ctl_time(ctl_option(ctl, "expires"), WHEN_NEVER, &t->expires_us, err))
        return false;
    return t->expires_us > clock_wall_us() ||
           err_set(err, ERR_CONFIG, "BAD_EXPIRES",
                   "--expires is over already: the token would never be good");
}

static bool token_ask(struct ctl *ctl, struct access_token *t, struct err *err)
{
    const char *role = ctl_option(ctl, "role");
    const char *note = ctl_option(ctl, "note");

    memset(t, 0, sizeof(*t));
    t->role = role != NULL ? access_role_parse(role) : ACCESS_NONE;
    if (t->role == ACCESS_NONE)
        return err_set(err, ERR_CONFIG, "BAD_ROLE",
                       "--role is mailing, reseller, source, dpo, auditor or operator");
    if (note != NULL && strlen(note) >= sizeof(t->note))
        return err_set(err, ERR_CONFIG, "BAD_NOTE", "--note has at most %zu bytes",
                       sizeof(t->note) - 1);
    snprintf(t->note, sizeof(t->note), "%s", note ? note : "");
    return budget_read(ctl_option(ctl, "budget"), t->role, &t->budget, err) &&
           expires_read(ctl, t, err) && ctl_pg(ctl, err) && scope_read(ctl, t, err);
}

static void member_text(struct buf *out, const char *name, const char *text)
{
    put_name(out, name);
    if (text[0] != '\0')
        put_text(out, text);
    else
        buf_add_str(out, "null");
}

static void token_put(struct buf *out, const struct access_token *t, const char *secret)
{
    buf_add_str(out, "{");
    put_name(out, "id");
    put_int(out, t->id);
    member_text(out, ",role", access_role_name(t->role));
    member_text(out, ",source", t->source);
    member_text(out, ",recipient", t->recipient);
    member_text(out, ",note", t->note);
    put_name(out, ",budget");
    if (t->budget > 0)
        put_int(out, t->budget);
    else
        buf_add_str(out, "null");
    put_name(out, ",created");
    put_time(out, t->created_us);
    put_name(out, ",expires");
    put_time(out, t->expires_us);
    put_name(out, ",revoked");
    put_time(out, t->revoked_us);
    if (secret == NULL) {
        member_text(out, ",made_by", t->made_by);
        member_text(out, ",revoked_by", t->revoked_by);
    }
    put_name(out, ",active");
    buf_add_str(out, t->active ? "true" : "false");
    if (secret != NULL)
        member_text(out, ",token", secret);
    buf_add_str(out, "}");
}

int token_create_run(struct ctl *ctl)
{
    char secret[ACCESS_SECRET_CHARS + 1], whole[ACCESS_TOKEN_BYTES];
    struct access_token t;
    struct err err;

    if (!token_ask(ctl, &t, &err) || !access_secret_make(secret, t.hash, &err) ||
        !token_add(ctl->pg, &t, &err))
        return ctl_fail(ctl, &err);
    access_token_write(t.id, secret, whole);
    if (ctl->json) {
        struct buf out;

        buf_init(&out, CTL_ANSWER_BYTES);
        token_put(&out, &t, whole);
        return ctl_say(&out);
    }
    puts(whole);
    fprintf(stderr,
            "consentctl: token %d for the role %s; it is shown this once and cannot be "
            "had again\n",
            (int)t.id, access_role_name(t.role));
    if (!t.active)
        fprintf(stderr,
                "consentctl: it is not valid until another person says 'consentctl token "
                "activate %d'\n",
                (int)t.id);
    return CTL_DONE;
}

static void token_line(const struct access_token *t)
{
    char created[WHEN_TEXT_BYTES], until[WHEN_TEXT_BYTES], budget[16] = "-";
    bool revoked = t->revoked_us != WHEN_NEVER;

    if (t->budget > 0)
        snprintf(budget, sizeof(budget), "%d", (int)t->budget);
    printf("%-4d %-9s %-20s %-10s %-28s %-20s %s%s%s%s%s%s\n", (int)t->id,
           access_role_name(t->role),
           t->source[0]      ? t->source
           : t->recipient[0] ? t->recipient
                             : "-",
           budget, when_format(t->created_us, created), t->made_by,
           revoked      ? "revoked "
           : !t->active ? "not active, until "
                        : "until ",
           when_format(revoked ? t->revoked_us : t->expires_us, until),
           t->revoked_by[0] ? " by " : "", t->revoked_by, t->note[0] ? "  " : "",
           t->note);
}

int token_list_run(struct ctl *ctl)
{
    struct access_token *tokens;
    struct buf out;
    struct err err;
    size_t n;

    if (!ctl_pg(ctl, &err) || !token_list(ctl->pg, &tokens, &n, &err))
        return ctl_fail(ctl, &err);
    buf_init(&out, CTL_ANSWER_BYTES);
    buf_add_str(&out, "[");
    if (!ctl->json)
        printf("%-4s %-9s %-20s %-10s %-28s %-20s %s\n", "id", "role", "for", "budget",
               "created", "by", "valid");
    for (size_t i = 0; i < n; i++) {
        if (!ctl->json) {
            token_line(&tokens[i]);
            continue;
        }
        buf_add_str(&out, i > 0 ? "," : "");
        token_put(&out, &tokens[i], NULL);
    }
    free(tokens);
    buf_add_str(&out, "]");
    if (ctl->json)
        return ctl_say(&out);
    buf_done(&out);
    return CTL_DONE;
}

/* Changes the token of the command's argument. 0: *ret_id has been. */
static int token_change(struct ctl *ctl,
                        bool (*change)(struct pg *pg, int32_t id, bool *found,
                                       struct err *err),
                        const char *missing, long *ret_id)
{
    char *end;
    long id = strtol(ctl->args[0], &end, 10);
    struct err err;
    bool found;

    if (end == ctl->args[0] || *end != '\0' || id < 1 || id > INT32_MAX)
        return ctl_wrong("'%.40s' is no token's number: see consentctl token list",
                         ctl->args[0]);
    if (!ctl_pg(ctl, &err) || !change(ctl->pg, (int32_t)id, &found, &err))
        return ctl_fail(ctl, &err);
    if (!found) {
        err_set(&err, ERR_INPUT, "NO_TOKEN", "there is no token %ld%s", id, missing);
        return ctl_fail(ctl, &err);
    }
    *ret_id = id;
    return CTL_DONE;
}

int token_activate_run(struct ctl *ctl)
{
    long id;
    int code = token_change(ctl, token_activate, " that waits for it", &id);

    if (code != CTL_DONE)
        return code;
    fprintf(stderr, "consentctl: token %ld is valid from now on\n", id);
    if (ctl->json)
        printf("{\"activated\":%ld}\n", id);
    return CTL_DONE;
}

int token_revoke_run(struct ctl *ctl)
{
    long id;
    int code = token_change(ctl, token_revoke, "", &id);

    if (code != CTL_DONE)
        return code;
    fprintf(stderr,
            "consentctl: token %ld is revoked; look-ups refuse it within seconds\n", id);
    if (ctl->json)
        printf("{\"revoked\":%ld}\n", id);
    return CTL_DONE;
}
