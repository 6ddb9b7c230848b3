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

#include "ident/email.h"

#include <stddef.h>
#include <stdint.h>

#define MAIL_PEOPLE       8 /* addresses in From, and failed recipients in a report    */
#define MAIL_TOKENS       8 /* candidates for a link token                             */
#define MAIL_TOKEN_BYTES  1024
#define MAIL_TEXT_BYTES   8000 /* of the person's words; an event takes 8192 */
#define MAIL_LINE_BYTES   256
#define MAIL_STATUS_BYTES 16

/* What a letter is. */
enum mail_kind {
    MAIL_PERSON = 0,
    MAIL_AUTOMATIC, /* a machine's, or a mailing list's (RFC 3834): says nothing */
    MAIL_BOUNCE,    /* RFC 3464, and what qmail and Exim wrote before it         */
    MAIL_COMPLAINT, /* RFC 5965                                                  */
};

/* Why a letter is a machine's. The names are logged. */
// clang-format off
#define MAIL_SIGNS(X)                                                                      \
    X(AUTO_SUBMITTED, "auto_submitted")     /* RFC 3834, anything but "no"            */   \
    X(PRECEDENCE, "precedence")             /* bulk, junk, list, auto_reply           */   \
    X(AUTOREPLY, "autoreply")               /* X-Autoreply, X-Autorespond and kin     */   \
    X(LIST, "list")                         /* came through a mailing list            */   \
    X(NULL_RETURN_PATH, "null_return_path") /* <>: nobody is to answer                */   \
    X(READ_RECEIPT, "read_receipt")         /* RFC 8098                               */   \
    X(OUT_OF_OFFICE, "out_of_office")       /* a vacation's subject, and no other sign */  \
    X(OWN, "own")                           /* from the mailbox itself: a loop        */
// clang-format on

enum mail_sign {
    MAIL_SIGN_NONE = 0,
#define X(id, name) MAIL_SIGN_##id,
    MAIL_SIGNS(X)
#undef X
};

const char *mail_sign_name(enum mail_sign sign);

struct mail_failure {
    char address[IDENT_EMAIL_BYTES];
    char status[MAIL_STATUS_BYTES]; /* RFC 3463, "5.1.1"; "" when only said in words */
    bool hard;                      /* failed for good; else it was only delayed    */
};

struct mail {
    enum mail_kind kind;
    enum mail_sign sign; /* of MAIL_AUTOMATIC */

    /* Who writes: From, or if that has nobody Sender, or Return-Path. Canonical. */
    size_t n_from;
    char from[MAIL_PEOPLE][IDENT_EMAIL_BYTES];
    char reply_to[IDENT_EMAIL_BYTES]; /* when it is none of these; else "" */

    /* What stands behind a '+' in the addresses it was sent to and in the subject, and in
     * the List-Unsubscribe of a message of ours that comes with it. Nobody has looked at
     * them yet: most are none. */
    size_t n_tokens;
    char tokens[MAIL_TOKENS][MAIL_TOKEN_BYTES];

    size_t n_failed; /* MAIL_BOUNCE */
    struct mail_failure failed[MAIL_PEOPLE];
    char complainant[IDENT_EMAIL_BYTES]; /* MAIL_COMPLAINT; "" when it was blotted out */
    bool complaint_counts;               /* false: "not spam", a DMARC failure ...     */

    bool has_received; /* the uppermost Received field: our own server's clock */
    int64_t received_us;

    char message_id[1000]; /* without its brackets, cut; "" none */
    char subject[MAIL_LINE_BYTES];
    char words[MAIL_TEXT_BYTES + 1]; /* the person's own, without what they quote */
    char
        text[MAIL_TEXT_BYTES + 1]; /* all of the text, quotes too; for a person to read */
    bool cut;                      /* there was more text than that                    */
    bool shut;                     /* encrypted: nobody could read it                  */
};

/* Once, before the others, and before any thread. */
void mail_begin(void);

/* own: the mailbox's address, or its local part; letters from it are loops. NULL:
 * unknown. recipient: the address of the envelope, or NULL. */
void mail_read(const char *data, size_t len, const char *own, const char *recipient,
               struct mail *ret);

#endif
