/*
 * bounce.h - what a bounce says: of the recipient, or of something else?
 *
 * Mail is stopped only by what speaks of the recipient. "Blocked" and "spam" are about us
 * and what we wrote; a full mailbox is emptied again. The enhanced status (RFC 3463, RFC
 * 5248 and what Microsoft added) decides, and where it says little the words that mail
 * servers use; bounce_words.inc has them, a phrase a line.
 */
#ifndef CONSENT_CORE_BOUNCE_H
#define CONSENT_CORE_BOUNCE_H

#include <stdbool.h>

/* Rising: the later, the more it says about the recipient. */
enum bounce {
    BOUNCE_UNCLEAR = 0, /* nothing certain: of no effect         */
    BOUNCE_SENDER,      /* our server, our content: of no effect */
    BOUNCE_MAILBOX,     /* full, too large, not now: counted     */
    BOUNCE_ADDRESS,     /* the recipient does not exist          */
};

/* status: "5.1.1", or "" when nobody said one. words: what the server answered, in any
 * case and spacing; "" is fine. */
enum bounce bounce_of(const char *status, const char *words);

/* What an event of a mailing system says by its kind ("invalid", "hard", "soft", ...),
 * the status and the words, any of them "". *confirmed: there is no doubt. "hard" alone
 * is BOUNCE_ADDRESS and not confirmed: nobody said why. */
enum bounce bounce_told(const char *kind, const char *status, const char *words,
                        bool *confirmed);

#endif
