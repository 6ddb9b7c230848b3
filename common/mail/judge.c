#include "mail/judge.h"

#include "mail/words.h"

#include <stdio.h>
#include <string.h>

#define STOP_WORDS 6  /* of a letter that says nothing but "stop"             */
#define WEAK_WORDS 60 /* of one that bears a weak mark, and says it at once   */

#define BIT(right) ((uint16_t)(1u << (right)))

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

/* What the letter asks for. *stop: that it should stop, and nothing else. */
static uint16_t asks_of(const struct mail *m, bool *stop)
{
    bool only;
    const uint16_t subject =
        subject_ask(m->subject, m->answers, m->words[0] == '\0', &only);
    uint16_t asks = words_ask(m->words) | subject;

    *stop = m->unsubscribes || only || words_only(m->words, STOP_WORDS) ||
            words_bare_no(m->words);
    return m->unsubscribes ? asks | 1u << RIGHT_OBJECT : asks;
}

/* A person's after all? Whatever marks a letter bears: who carries a token of ours, or
 * says nothing but "stop", wants out. A weak mark yields to a letter that asks for it at
 * once, or in the first person. */
static bool is_persons(const struct mail *m, enum mail_token token, uint16_t asks,
                       bool stop)
{
    if (m->kind == MAIL_PERSON)
        return true;
    if (m->sign == MAIL_SIGN_OWN)
        return false;
    if (token == MAIL_TOKEN_SAID || stop || m->beyond)
        return true;
    return mail_sign_weak(m->sign) && (asks & (1u << RIGHT_OBJECT)) != 0 &&
           (words_only(m->words, WEAK_WORDS) || words_mine(m->words));
}

/* Of whom a letter about a death is: of the addresses that it names, if it names any that
 * is not its writer's. */
static void named_take(const struct mail *m, struct mail_verdict *ret)
{
    char named[MAIL_PEOPLE][IDENT_EMAIL_BYTES];
    size_t n = 0;

    for (const char *s = m->words; *s != '\0' && n < MAIL_PEOPLE;) {
        const size_t len = strcspn(s, " \n<>()[],;:\"'?!");
        size_t end = len;
        char raw[IDENT_EMAIL_BYTES];
        struct err err;

        while (end > 0 && s[end - 1] == '.')
            end--;
        snprintf(raw, sizeof(raw), "%.*s", (int)(end < sizeof(raw) ? end : 0), s);
        if (memchr(raw, '@', strlen(raw)) != NULL && ident_email(raw, named[n], &err)) {
            bool own = false;

            for (size_t i = 0; i < m->n_from; i++)
                own = own || strcmp(m->from[i], named[n]) == 0;
            n += !own;
        }
        s += len + (s[len] != '\0');
    }
    if (n == 0)
        return;
    ret->n = 0;
    for (size_t i = 0; i < n; i++)
        person_add(ret, named[i]);
}

void mail_judge(const struct mail *m, enum mailbox box, enum mail_token token,
                struct mail_verdict *ret)
{
    const bool known = token == MAIL_TOKEN_SAID;
    uint16_t asks;
    bool stop;

    memset(ret, 0, sizeof(*ret));
    ret->reason = "";
    if (m->kind == MAIL_BOUNCE || m->kind == MAIL_COMPLAINT) {
        report_judge(m, token != MAIL_TOKEN_NONE, ret);
        return;
    }
    asks = asks_of(m, &stop);
    if (!is_persons(m, token, asks, stop)) {
        ignore(ret, mail_sign_name(m->sign));
        return;
    }
    const bool bare = asks == 0 && words_bare_no(m->words);
    if (asks == 0 && (known || bare))
        asks = 1u << RIGHT_OBJECT; /* a token by itself says stop */
    if (!known)
        for (size_t i = 0; i < m->n_from; i++)
            person_add(ret, m->from[i]);
    if (!known && ret->n == 0 && m->reply_to[0] == '\0') {
        ignore(ret, "no_sender");
        return;
    }
    if (box == MAILBOX_PRIVACY) {
        ret->asks = asks & (uint16_t)~BIT(RIGHT_UNCLASSIFIED);
        /* a death, or a child: of whom, and what follows, is for a person to say */
        ret->unread =
            m->beyond || m->shut || ret->asks == 0 || bare ||
            (asks & (BIT(RIGHT_UNCLASSIFIED) | BIT(RIGHT_POST_MORTEM_DIRECTIVE))) != 0;
        if (!known && (asks & BIT(RIGHT_POST_MORTEM_DIRECTIVE)) != 0)
            named_take(m, ret);
    } else {
        ret->sale_only = (asks & BIT(RIGHT_OPT_OUT_SALE)) != 0 &&
                         (asks & BIT(RIGHT_OBJECT)) == 0 && words_limit(m->words);
    }
    if (box == MAILBOX_OPTOUT)
        ret->outcome = MAIL_OPTOUT;
    else
        ret->outcome =
            (ret->asks & (1u << RIGHT_OBJECT)) != 0 ? MAIL_OBJECTION : MAIL_REQUEST;
    /* An answer is asked for at one address, silence at all of them. */
    if (!known && m->reply_to[0] != '\0' && (ret->outcome == MAIL_OPTOUT || ret->n == 0))
        person_add(ret, m->reply_to);
    for (size_t i = 0; !known && ret->outcome == MAIL_OPTOUT && i < m->n_also; i++)
        person_add(ret, m->also[i]);
}
