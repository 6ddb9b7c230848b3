/* words.h - what a cell says: yes or no, how somebody stands, why mail did not arrive. */
#ifndef CONSENT_SHEET_WORDS_H
#define CONSENT_SHEET_WORDS_H

#include "core/vocab.h"

#include <stdbool.h>
#include <stddef.h>

enum saying {
    SAYS_UNKNOWN = 0,
    SAYS_NOTHING, /* subscribed, enabled, pending ... */
    SAYS_OPTOUT,
    SAYS_COMPLAINT,
    SAYS_HARD,    /* the address does not exist */
    SAYS_INVALID, /* likewise, by its form or its domain */
    SAYS_SOFT,    /* of the moment */
    SAYS_BLOCK, /* about our server, our name or the message: nothing about the person */
};

/* "unsubscribed", "Spam Complaint", "hard_bounce": in any case and spelling. */
enum saying word_saying(const char *s, size_t len);

/* "email", "phone", "sms" ...: CONTACT_NONE for any other word. */
enum contact_kind word_kind(const char *s, size_t len);

/* The channels that a row is about, as bits 1 << CONTACT_EMAIL, 1 << CONTACT_PHONE; 0:
 * another, as push. several: "email, sms" is both. False: no word for a channel. */
bool word_channels(const char *s, size_t len, bool several, unsigned int *ret);

/* Yes (1), no (0), neither (-1). An empty cell is a no. *ret_says: its word_saying. */
int word_flag(const char *s, size_t len, enum saying *ret_says);

/* What a mail server's answer says of the recipient: an enhanced status (5.1.1), an SMTP
 * code, and its words, any of them empty. A status in the words counts when there is none
 * beside them. The rules are those of common/core for bounces (Q5). */
enum saying bounce_saying(const char *status, const char *words, size_t words_len);

#endif
