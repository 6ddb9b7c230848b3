/*
 * judge.h - what follows from a letter: the one place that knows the two mailboxes.
 *
 * optout@: whatever a person writes there is an opt-out. privacy@: the words decide, by
 * the table in words.inc, and what they leave open is for a person to read. Pure.
 */
#ifndef CONSENT_MAIL_JUDGE_H
#define CONSENT_MAIL_JUDGE_H

#include "core/vocab.h"
#include "mail/mail.h"

enum mailbox { MAILBOX_OPTOUT = 0, MAILBOX_PRIVACY };

bool mailbox_parse(const char *name, enum mailbox *ret); /* "optout", "privacy" */

enum mail_outcome {
    MAIL_IGNORED = 0, /* reason says why                                              */
    MAIL_OPTOUT,      /* optout.recorded.v1 for each person                           */
    MAIL_OBJECTION,   /* objection.recorded.v1 with a request that waits for an answer */
    MAIL_REQUEST,     /* rights.requested.v1                                          */
    MAIL_BOUNCED,     /* feedback.bounced.v1 for each                                 */
    MAIL_COMPLAINED,  /* feedback.complained.v1                                       */
};

/* "ignored", "optout", ... for logs and tests. */
const char *mail_outcome_name(enum mail_outcome outcome);

struct mail_verdict {
    enum mail_outcome outcome;
    const char *reason; /* MAIL_IGNORED: a stable word */
    uint16_t asks;      /* rights as 1 << RIGHT_...                                   */
    bool unread;        /* privacy@: a person has to read it to know all that it asks */
    size_t n;           /* people; none when only the token says who it is */
    char people[MAIL_PEOPLE + 2][IDENT_EMAIL_BYTES]; /* From, Reply-To, and a token's */
    char status[MAIL_PEOPLE + 2][MAIL_STATUS_BYTES]; /* MAIL_BOUNCED */
    size_t n_soft; /* MAIL_BOUNCED or ignored: delays, which are only counted */
};

/* Was one of the letter's tokens recognised? */
enum mail_token {
    MAIL_TOKEN_NONE = 0,
    MAIL_TOKEN_SAID, /* by the letter itself: better than any From it says whose it is */
    MAIL_TOKEN_CARRIED, /* in what came along: the letter may be of both */
};

void mail_judge(const struct mail *m, enum mailbox box, enum mail_token token,
                struct mail_verdict *ret);

#endif
