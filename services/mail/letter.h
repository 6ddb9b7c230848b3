/*
 * letter.h - a letter and what was made of it, as events.
 *
 * The same bytes give the same events with the same ids, so that a letter that is handed
 * over twice counts once. Their time is that of our own server's Received field; a clock
 * of the sender's would let an opt-out be older than the consent it takes back.
 */
#ifndef CONSENT_MAIL_LETTER_H
#define CONSENT_MAIL_LETTER_H

#include "base/buf.h"
#include "crypto/link_token.h"
#include "mail/judge.h"

#define LETTER_EVENT_BYTES (64 * 1024)
#define LETTER_HEX_BYTES   65

struct letter {
    struct mail mail;
    struct mail_verdict verdict;
    enum mailbox box;
    const char *source;               /* the feed's urn                          */
    const struct link_keys *keys;     /* NULL: none; only while it is read       */
    struct link link;                 /* what the letter's token says            */
    enum mail_token token;            /* has it one of ours, and where           */
    bool made_for[MAIL_REPORTED];     /* whom the envelope's address was made for */
    char sha256[LETTER_HEX_BYTES];    /* of the raw message                      */
    char id_sha256[LETTER_HEX_BYTES]; /* of its Message-ID; "" when it has none   */
    char request[64];                 /* the rights request's id                 */
    bool whole;                       /* false: sha256 is of its beginning alone */
    int64_t time_us;
};

/* Reads and judges. now_us: taken when the letter has no Received field. False:
 * ERR_FATAL. */
bool letter_read(struct letter *l, const char *data, size_t len, bool whole,
                 enum mailbox box, const char *own, const char *recipient, int64_t now_us,
                 struct err *err);

/* How many events there are. */
size_t letter_events(const struct letter *l);

enum letter_effect {
    LETTER_NONE =
        0, /* of a bounce that stops nobody and is not about mail of ours: not sent */
    LETTER_NOTED, /* counted, or for us to read */
    LETTER_WAITS, /* a bounce that nothing ties to mail of ours: for a person to look at
                   */
    LETTER_STOPS,
};
enum letter_effect letter_effect(const struct letter *l, size_t i); /* of the i-th */

/* The i-th of them, as one CloudEvents JSON object. */
void letter_event(const struct letter *l, size_t i, struct buf *out);

#endif
