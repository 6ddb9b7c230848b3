/* parts.h - what the files of this layer know of each other; GMime's types are here. */
#ifndef CONSENT_MAIL_PARTS_H
#define CONSENT_MAIL_PARTS_H

#include "mail/mail.h"

#include <gmime/gmime.h>

#define PARTS_DEEP 24  /* parts within parts; below that nothing is read   */
#define PARTS_MOST 400 /* parts of one message                             */

/* Copies UTF-8, cut at a character, control characters as blanks; line ends stay when
 * lines. NULL is "". True: it was cut. */
bool mail_text_copy(char *ret, size_t bytes, const char *s, bool lines);

/* A header field as text, decoded; NULL: there is none. Borrowed from the object. */
const char *field_of(GMimeObject *o, const char *name);

/* The first word or address of a field value. */
bool address_take(const char *raw, char ret[IDENT_EMAIL_BYTES]);

/* --- fold.c: text as it is compared, without case and accents; g_free it. --- */
char *text_fold(const char *text);

/* --- charset.c: bytes as UTF-8, whatever they are said to be; g_free it --- */
char *text_decode(const char *data, size_t len, const char *charset);

/* --- encoded.c: the value of a field with RFC 2047's encoded words; g_free it --- */
char *encoded_read(const char *field);
/* The byte that two hexadecimal digits mean. False: they are none; *ret is as it was. */
bool hex_byte(const char *digits, char *ret);

/* --- auto.c: is it a machine's? --- */
enum mail_sign sign_of(GMimeMessage *msg, const char *subject, bool answers);
bool unsubscribe_of(GMimeMessage *msg); /* see mail.unsubscribes */

/* --- report.c: bounces and complaints. True: it is one, and m is filled. --- */
bool report_read(GMimeMessage *msg, const char *subject, struct mail *m);

/* --- people.c: the authors in From, all of them. An address in a name or in a comment is
 * nobody's, and Sender is who carried the letter (RFC 5322, 3.6.2): it counts when From
 * names nobody. --- */
void people_read(GMimeMessage *msg, struct mail *m);
/* From an address that takes no answer: a machine's, but often enough a person's. */
bool from_is_no_reply(GMimeMessage *msg);

/* --- part.c: one part. --- */
bool part_is_type(GMimeObject *o, const char *type, const char *subtype);
/* Its decoded bytes; NULL: there are none. Let them go. */
GByteArray *part_bytes(GMimePart *part);
/* Its text as UTF-8, NUL-ended, of at most limit bytes; g_free it. */
char *part_text(GMimePart *part, size_t limit);
/* The same of plain text, put together as it was written. */
char *part_plain(GMimePart *part, size_t limit);
bool text_is_blank(const char *text);

/* --- body.c: the text of the message. --- */
void body_read(GMimeMessage *msg, struct mail *m);

/* --- smime.c --- */
bool smime_is(GMimeObject *o);
/* What is signed, to be let go; NULL: it cannot be read, being encrypted or broken. */
GMimeObject *smime_open(GMimePart *part);

/* --- html.c --- */
#define HTML_CUT '\x02' /* a line of this: what follows is quoted */

struct html_text {
    GString *all;   /* what is seen, as lines                                    */
    GString *own;   /* the same, with '>' before what is marked as quoted        */
    GString *links; /* where its links lead, a line each                         */
    bool stopped;   /* it was too deep, or too broken, to be read to its end     */
};

void html_read(const char *html, struct html_text *ret);

/* --- rtf.c --- */
bool rtf_is(const char *data, size_t len);
/* Adds the text. False: it is too deep, and was read as far as that. */
bool rtf_read(const char *data, size_t len, GString *ret);

/* --- tnef.c: winmail.dat. Adds the text of its body. False: there is none. --- */
bool tnef_read(const char *data, size_t len, struct html_text *ret);

/* --- flowed.c: lines put together as they were written; g_free it. --- */
char *flowed_join(const char *text, bool del_space);

/* --- disguise.c: stop words in letters of another alphabet, and signs that say stop. Of
 * folded text; g_free it. --- */
char *disguise_drop(const char *folded);

/* --- subject.c: "Re:", "RE[2]:", "[EXTERNAL] Fwd :" before it, whatever answers. Folded.
 * --- */
bool subject_answers(const char *folded);

/* --- words.c: "please", "hello": says nothing beside a no. Folded. --- */
bool word_is_polite(const char *word);

/* --- framing.c: a message with the frame of its parts put right, when that is broken;
 * NULL: it is not. Length in *ret_len; g_free it. --- */
char *framing_fix(const char *data, size_t len, size_t *ret_len);

/* --- quote.c: drops in place what the writer of plain text quotes. --- */
void quotes_drop(char *text);

/* --- token.c --- */
void candidates_of_address(struct mail *m, const char *address);
void candidates_of_unsubscribe(struct mail *m, GMimeObject *o);
void candidates_of_text(struct mail *m, const char *text); /* anywhere in it */

#endif
