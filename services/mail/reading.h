/*
 * reading.h - a message is read in a process of its own, with a limit of time.
 *
 * Anybody may write to the two mailboxes, and what they send goes through libraries that
 * read mail and HTML. A message that takes too long, or ends the process that reads it,
 * must not stand in the way of the next one, and must not be lost. So it is tried again
 * with less of it: its header alone, then nothing but who sent it. What could not be read
 * is said (mail.beyond), and a person looks at the message itself.
 */
#ifndef CONSENT_MAIL_READING_H
#define CONSENT_MAIL_READING_H

#include "mail/mail.h"

#define READING_SECONDS 5    /* of processor time, for each attempt             */
#define READING_PARTS   2000 /* lines that may separate parts; the rest is left */

/* As mail_read, and always with an answer. ret is the caller's. */
void reading_do(const char *data, size_t len, const char *own, const char *recipient,
                struct mail *ret);

#endif
