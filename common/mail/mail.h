/*
 * mail.h - one RFC 5322 message into what it says about a person, or that it says
 * nothing.
 *
 * Alone with GMime. Whatever the bytes are, mail_read ends with an answer: nothing here
 * fails, asks the network or looks at the clock. What is decided is what kind of letter
 * it is (from a person, by a machine, a bounce, a complaint), who is behind it, and the
 * person's own words without what they quote. What follows from that is judge.h's.
 *
 * Nothing of a message is believed that could give a consent; addresses in it are good
 * enough to stop something.
 */
#ifndef CONSENT_MAIL_MAIL_H
#define CONSENT_MAIL_MAIL_H

#include "core/event/bounce.h"
#include "ident/email.h"

#include <stddef.h>
#include <stdint.h>

#define MAIL_ALSO         4    /* more that a "stop" may be of                         */
#define MAIL_PEOPLE       8    /* addresses in From                                    */
#define MAIL_REPORTED     1000 /* recipients of one report: no server takes more       */
#define MAIL_TOKENS       16   /* candidates for a link token                          */
#define MAIL_TOKEN_BYTES  1024
#define MAIL_TEXT_BYTES   8000 /* of the person's words; an event takes 8192 */
#define MAIL_LINE_BYTES   256
#define MAIL_STATUS_BYTES 16

/* What a letter is. */
enum mail_kind {
    MAIL_PERSON = 0,
    MAIL_AUTOMATIC, /* a machine's, or a mailing list's (RFC 3834): says nothing */
    MAIL_BOUNCE,    /* RFC 3464, and what mail servers write instead of it       */
    MAIL_COMPLAINT, /* RFC 5965                                                  */
};

/* Why a letter is a machine's. The names are logged. */
// clang-format off
#define MAIL_SIGNS(X)                                                                      \
    X(AUTO_SUBMITTED, "auto_submitted")     /* RFC 3834, anything but "no"            */   \
    X(AUTOREPLY, "autoreply")               /* X-Autoreply, X-Apple-Action and kin    */   \
    X(OUT_OF_OFFICE, "out_of_office")       /* a vacation's subject, and another sign */   \
    X(READ_RECEIPT, "read_receipt")         /* RFC 8098                               */   \
    X(SERVER_REPORT, "server_report")       /* TLS (RFC 8460), DMARC (RFC 7489)       */   \
    X(NOTIFICATION, "notification")         /* of a machine to a machine: SNS, cron   */   \
    X(OWN, "own")                           /* from the mailbox itself: a loop        */   \
    /* weak: people's letters bear them, too */                                            \
    X(PRECEDENCE, "precedence")             /* bulk, junk, list                       */   \
    X(LIST, "list")                         /* came through a mailing list            */   \
    X(NULL_RETURN_PATH, "null_return_path") /* <>: nobody is to answer                */   \
    X(TICKETS, "ticket_system")             /* a help desk's program, or people at it */   \
    X(CALENDAR, "calendar")                 /* an answer to an invitation (RFC 5546)  */
// clang-format on

enum mail_sign {
    MAIL_SIGN_NONE = 0,
#define X(id, name) MAIL_SIGN_##id,
    MAIL_SIGNS(X)
#undef X
};

const char *mail_sign_name(enum mail_sign sign);

/* A company's gateway, a group or a phone may put it on what a person wrote. */
bool mail_sign_weak(enum mail_sign sign);

/* A recipient that a report speaks of. */
struct mail_reported {
    char address[IDENT_EMAIL_BYTES];
    char status[MAIL_STATUS_BYTES]; /* RFC 3463, "5.1.1"; "" when only said in words */
    enum bounce says;               /* of a bounce                                   */
    char words[MAIL_LINE_BYTES];    /* what the server answered, cut; "" nothing     */
};

struct mail {
    enum mail_kind kind;
    enum mail_sign sign; /* of MAIL_AUTOMATIC */
    bool unsubscribes;   /* the program says itself that somebody pressed its button */

    /* Who writes: From, or if that has nobody Sender, or Return-Path. Canonical. */
    size_t n_from;
    char from[MAIL_PEOPLE][IDENT_EMAIL_BYTES];
    char reply_to[IDENT_EMAIL_BYTES]; /* the first that is none of these; else "" */
    /* Who may be meant as well when something is to stop: the rest of Reply-To, and
     * X-Original-From, where a mailing list puts the writer when it takes their From. */
    size_t n_also;
    char also[MAIL_ALSO][IDENT_EMAIL_BYTES];

    /* What may be a link token. First those that the letter says itself: behind a '+' in
     * an address it was sent to, in its subject, in the person's own words; from n_said
     * on those that came along: in a link, a quotation, a message passed on. Nobody has
     * looked at them yet: most are none. */
    size_t n_tokens, n_said;
    char tokens[MAIL_TOKENS][MAIL_TOKEN_BYTES];

    bool complaint_counts; /* MAIL_COMPLAINT; false: "not spam", a DMARC failure ...  */

    bool has_received; /* the uppermost Received field: our own server's clock */
    int64_t received_us;

    char message_id[1000]; /* without its brackets, cut; "" none */
    char subject[MAIL_LINE_BYTES];
    bool
        answers; /* a message before it: then a strange word before a ':' is no subject */
    char words[MAIL_TEXT_BYTES + 1]; /* the person's own, without what they quote */
    char
        text[MAIL_TEXT_BYTES + 1]; /* all of the text, quotes too; for a person to read */
    bool cut;                      /* there was more text than that                    */
    bool
        beyond; /* not all of it was read: too long, too deep, or a trap for the reader */
    bool shut;  /* encrypted, or wrapped in a way that nobody could read             */

    char original_id[1000]; /* of a report: Message-ID of what it is about; "" unknown */

    /* MAIL_BOUNCE and MAIL_COMPLAINT: of whom it speaks; canonical, each once. */
    size_t n_reported;
    struct mail_reported reported[MAIL_REPORTED];
};

/* Once, before the others, and before any thread. */
void mail_begin(void);

/* own: the mailbox's address, or its local part; letters from it are loops. NULL:
 * unknown. recipient: the address of the envelope, or NULL. */
void mail_read(const char *data, size_t len, const char *own, const char *recipient,
               struct mail *ret);

#endif
