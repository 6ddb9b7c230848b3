/*
 * report.h - what the readers of bounces and complaints share. report.c looks for the
 * parts and says which reader is asked: report_dsn.c for RFC 3464, report_text.c for what
 * mail servers write in words, report_arf.c for complaints (RFC 5965, and older forms).
 */
#ifndef CONSENT_MAIL_REPORT_H
#define CONSENT_MAIL_REPORT_H

#include "parts.h"

#define REPORT_BYTES (256 * 1024) /* that are read of each part */

struct report {
    GMimeMessage *msg;
    const char *subject;
    GMimePart *status;        /* message/delivery-status                        */
    GMimePart *feedback;      /* message/feedback-report                        */
    GMimeObject *original;    /* the header of the message that it is all about */
    GMimeMessage *own_parsed; /* to be let go: from text/rfc822-headers         */
    GString *text;            /* what the reporter says in words                */
    bool typed;               /* there is a multipart/report                    */
    int parts;
};

/* The bytes of a part without a charset's conversion; g_free it. */
char *report_part_bytes(GMimePart *part, size_t limit);

/* --- report_original.c --- */
/* Parses the header of the message that came back. */
void report_original_parse(const char *text, struct report *r);
/* Its Message-ID, and what in its header and text may be a link token of ours. */
void report_original_look(GMimeObject *original, struct mail *m);

/* An address as reports write them: typed ("rfc822;"), in angle brackets, in xtext.
 * False: none, or one that somebody has blotted out. */
bool report_address(const char *value, char ret[IDENT_EMAIL_BYTES]);
/* The address around an at sign of a line that ends at stop; *begin and *end are its
 * bounds. */
bool report_address_around(const char *line, const char *at, const char *stop,
                           const char **begin, const char **end, char *ret, size_t bytes);

/* Adds who failed, once; status "" when only words say it. */
void report_failure(struct mail *m, const char *address, const char *status,
                    const char *words, bool delayed);

/* The enhanced status in words, as "5.1.1": the first that says something. A reply code
 * of the 400s alone is "4.0.0". "" without any. */
void report_status(const char *words, size_t len, char ret[MAIL_STATUS_BYTES]);

/* One field of a header-like text, unfolded; *s goes on to the next line. False: the line
 * is none, or the text has ended. */
struct report_field {
    char name[64];
    char value[2048];
};
bool report_is_field(const char *line);
bool report_field_next(const char **s, struct report_field *ret);

/* --- report_dsn.c: groups of fields. words: what stands beside them. --- */
void dsn_read(const char *fields, const char *words, struct mail *m);
/* Whether the groups say that everything was delivered. */
bool dsn_is_fine(const char *fields);
/* What words say of one address: its lines, and those below them that are indented. */
char *dsn_words_of(const char *words, const char *address);

/* --- report_told.c --- */
/* The lists of report_words.inc. */
enum report_list {
    REPORT_RETURNED,
    REPORT_NAMES,
    REPORT_OTHERS,
    REPORT_SUBJECTS,
    REPORT_SENTENCES,
    REPORT_OURS
};
/* Whether a row of the list begins the text, ends it, or stands in it, as the list is. */
bool report_has(const char *lower, enum report_list list);

/* Whether subject or words are those of a bounce; strict: the subject must be. */
bool text_is_bounce(const struct report *r, bool strict);
/* Its text says it, as a mail server would, and asks for nothing of its own. machine: it
 * is one's by other signs; else it must speak to a sender, of "your message". */
bool text_says_bounce(const struct report *r, bool machine);

/* --- report_text.c: who it is about, and why --- */
void text_read(struct report *r, struct mail *m);

/* --- report_sns.c: Amazon's notices, in JSON. False: it is none. --- */
bool sns_read(const struct report *r, struct mail *m);

/* --- report_arf.c. False: it is no complaint. --- */
bool arf_read(const struct report *r, struct mail *m);

#endif
