#include "mail/judge.h"

#include "mail/words.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

bool mailbox_parse(const char *name, enum mailbox *ret)
{
    if (strcmp(name, "optout") == 0)
        *ret = MAILBOX_OPTOUT;
    else if (strcmp(name, "privacy") == 0)
        *ret = MAILBOX_PRIVACY;
    else
        return false;
    return true;
}

const char *mail_outcome_name(enum mail_outcome outcome)
{
    static const char *const names[] = {
        [MAIL_IGNORED] = "ignored",     [MAIL_OPTOUT] = "optout",
        [MAIL_OBJECTION] = "objection", [MAIL_REQUEST] = "request",
        [MAIL_BOUNCED] = "bounced",     [MAIL_COMPLAINED] = "complained",
    };

    return names[outcome];
}

static void person_add(struct mail_verdict *v, const char *address)
{
    memcpy(v->people[v->n++], address, strlen(address) + 1);
}

static void ignore(struct mail_verdict *v, const char *reason)
{
    v->outcome = MAIL_IGNORED;
    v->reason = reason;
}

static void judge_bounce(const struct mail *m, struct mail_verdict *v)
{
    for (size_t i = 0; i < m->n_failed; i++) {
        if (!m->failed[i].hard) {
            v->n_soft++;
            continue;
        }
        memcpy(v->status[v->n], m->failed[i].status, sizeof(v->status[v->n]));
        person_add(v, m->failed[i].address);
    }
    if (v->n > 0)
        v->outcome = MAIL_BOUNCED;
    else
        ignore(v, v->n_soft > 0 ? "soft_bounce" : "bounce_unreadable");
}

static void judge_complaint(const struct mail *m, bool known, struct mail_verdict *v)
{
    if (!m->complaint_counts) {
        ignore(v, "no_complaint");
        return;
    }
    if (!known && m->complainant[0] != '\0')
        person_add(v, m->complainant);
    if (known || v->n > 0)
        v->outcome = MAIL_COMPLAINED;
    else
        ignore(v, "complaint_unreadable");
}

/* "Re:", "AW:" and so on: then the subject is ours, and decides nothing. */
static bool is_reply(const char *subject)
{
    static const char *const marks[] = {
        "re:",  "re :", "aw:", "antw:", "sv:", "vs:",  "odp:",    "ref:", "rif:", "r:",
        "fwd:", "fw:",  "wg:", "tr:",   "rv:", "enc:", "doorst:", "vb:",  "i:"};

    for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++)
        if (strncasecmp(subject, marks[i], strlen(marks[i])) == 0)
            return true;
    return false;
}

static uint16_t asks_of(const struct mail *m)
{
    uint16_t asks = words_ask(m->words);

    return is_reply(m->subject) ? asks : asks | words_ask(m->subject);
}

void mail_judge(const struct mail *m, enum mailbox box, bool known,
                struct mail_verdict *ret)
{
    memset(ret, 0, sizeof(*ret));
    ret->reason = "";
    if (m->kind == MAIL_BOUNCE) {
        judge_bounce(m, ret);
        return;
    }
    if (m->kind == MAIL_COMPLAINT) {
        judge_complaint(m, known, ret);
        return;
    }
    if (m->kind == MAIL_AUTOMATIC) {
        ignore(ret, mail_sign_name(m->sign));
        return;
    }
    if (!known)
        for (size_t i = 0; i < m->n_from; i++)
            person_add(ret, m->from[i]);
    if (!known && ret->n == 0 && m->reply_to[0] == '\0') {
        ignore(ret, "no_sender");
        return;
    }
    if (box == MAILBOX_PRIVACY)
        ret->asks = asks_of(m);
    if (box == MAILBOX_OPTOUT)
        ret->outcome = MAIL_OPTOUT;
    else
        ret->outcome =
            (ret->asks & (1u << RIGHT_OBJECT)) != 0 ? MAIL_OBJECTION : MAIL_REQUEST;
    /* An answer is asked for at one address, silence at all of them. */
    if (!known && m->reply_to[0] != '\0' && (ret->outcome == MAIL_OPTOUT || ret->n == 0))
        person_add(ret, m->reply_to);
}
