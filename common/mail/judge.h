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
    MAIL_IGNORED = 0, /* stops nobody; reason says why                                */
    MAIL_OPTOUT,      /* optout.recorded.v1 for each person                           */
    MAIL_OBJECTION,   /* objection.recorded.v1 with a request that waits for an answer */
    MAIL_REQUEST,     /* rights.requested.v1                                          */
    MAIL_BOUNCED,     /* feedback.bounced.v1 for each recipient                       */
    MAIL_COMPLAINED,  /* feedback.complained.v1 for each recipient                    */
};

/* "ignored", "optout", ... for logs and tests. */
const char *mail_outcome_name(enum mail_outcome outcome);

struct mail_verdict {
    enum mail_outcome outcome;
    const char *reason; /* MAIL_IGNORED: a stable word */
    uint16_t asks;      /* rights as 1 << RIGHT_...                                   */
    bool unread;        /* privacy@: a person has to read it to know all that it asks */
    size_t n;           /* people; none when only the token says who it is */
    /* From, Reply-To, and a token's; of a report: mail.reported */
    bool sale_only; /* optout@: a no to sale and rental that its writer limits to them */
    char people[MAIL_PEOPLE + MAIL_ALSO + 2][IDENT_EMAIL_BYTES];
    size_t n_soft; /* of a bounce: recipients of whom it is only counted or noted */
};

/* Was one of the letter's tokens recognised? */
enum mail_token {
    MAIL_TOKEN_NONE = 0,
    MAIL_TOKEN_SAID, /* by the letter itself: better than any From it says whose it is */
    MAIL_TOKEN_CARRIED, /* in what came along: the letter may be of both */
};

void mail_judge(const struct mail *m, enum mailbox box, enum mail_token token,
                struct mail_verdict *ret);

/* The same for bounces and complaints. n counts mail.reported; none when the token says
 * who complains. A bounce that stops nobody is ignored, and has n all the same. */
void report_judge(const struct mail *m, bool known, struct mail_verdict *ret);

#endif
