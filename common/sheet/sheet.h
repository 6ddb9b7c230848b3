/*
 * sheet.h - a table that somebody else exported: which column is what, and what each row
 * says.
 *
 *   names.c     what a column is for, by its name
 *   hints.c     what a name sounds like that is not known
 *   words.c     what a cell says: yes, unsubscribed, ...
 *   bounces.c   and 5.1.1, with a mail server's words
 *   forms.c     the formats, and the kinds of list that each has
 *   encodings.c which encoding, where it is a guess
 *   table.c     from bytes to records (CSV; table_json.c: JSON; a workbook becomes CSV)
 *   look.c      what the cells of each column look like
 *   columns.c   which column is taken as what, by its name and by options
 *   agree.c     names against cells
 *   doubt.c     what leaves open who of the file opted out
 *   standing.c  flags and words of a row about how somebody stands
 *   scopes.c    flags about sale or tracking, and not about promotion
 *   contact.c   whom a row names
 *   row.c       what a row says
 *   sheet.c     the whole; show.c, how it is shown
 *
 * Two rules stand above all others. Nothing is guessed: where names and cells leave two
 * readings, sheet_open fails with a sentence that says which option settles it. Nothing
 * is lost: every record of the file is given once, as what it says, as what is wrong with
 * it, or as the reason why it says nothing; sheet_walk counts them against the records
 * that were there.
 *
 * A file is read whole before anything of it is given, so an error leaves nothing half
 * done. No I/O, no clock, no Kafka, no PostgreSQL.
 */
#ifndef CONSENT_SHEET_SHEET_H
#define CONSENT_SHEET_SHEET_H

#include "base/buf.h"
#include "codec/charset.h"
#include "core/event/event.h"

#define SHEET_SAID    64 /* contacts of one row, at most */
#define SHEET_FAULTS  16 /* of one row                   */
#define SHEET_COLUMNS 1024
#define SHEET_GIVEN   32  /* columns named by options     */
#define SHEET_TEXT    512 /* a contact as written         */

/* id, word */
#define SHEET_FORMS(X)                                                                   \
    X(PLAIN, "plain")                                                                    \
    X(SES, "ses")                                                                        \
    X(SENDGRID, "sendgrid")                                                              \
    X(MAILGUN, "mailgun")                                                                \
    X(POSTMARK, "postmark")                                                              \
    X(SPARKPOST, "sparkpost")                                                            \
    X(MAILCHIMP, "mailchimp")                                                            \
    X(BREVO, "brevo")                                                                    \
    X(HUBSPOT, "hubspot")                                                                \
    X(LISTMONK, "listmonk")                                                              \
    X(MAUTIC, "mautic")                                                                  \
    X(ACTIVECAMPAIGN, "activecampaign")                                                  \
    X(HASHED, "hashed")                                                                  \
    X(DROP, "drop")                                                                      \
    X(DNC, "dnc")                                                                        \
    X(TPS, "tps")                                                                        \
    X(BLOCTEL, "bloctel")                                                                \
    X(ROBINSON, "robinson")

enum sheet_form {
    SHEET_FORM_ANY = 0,
#define X(id, word) SHEET_FORM_##id,
    SHEET_FORMS(X)
#undef X
};

/* What a column is for: id, the word of an option, how it is shown. */
#define SHEET_MEANINGS(X)                                                                \
    X(UNKNOWN, NULL, "not known, left alone")                                            \
    X(LEFT, "-", "left alone, as told")                                                  \
    X(OTHER, NULL, "left alone")                                                         \
    X(SOMEBODY, NULL, "somebody else's address, left alone")                             \
    X(EMAIL, "email", "e-mail address")                                                  \
    X(ADDRESS, NULL, "address")                                                          \
    X(PHONE, "phone", "telephone number")                                                \
    X(CONTACT, "contact", "e-mail address or telephone number")                          \
    X(HASH, "hash", "hash")                                                              \
    X(EMAIL_HASH, "email-hash", "hash of an e-mail address")                             \
    X(PHONE_HASH, "phone-hash", "hash of a telephone number")                            \
    X(KIND, "kind", "what is hashed: email or phone")                                    \
    X(CHANNEL, "channel", "channel of which the row speaks")                             \
    X(AREA, "area", "area code, before the number")                                      \
    X(COUNTRY, "country", "country of numbers without a +")                              \
    X(OPTED_AT, "time", "time of the opt-out")                                           \
    X(CLEANED_AT, NULL, "time of the opt-out, cleaned")                                  \
    X(UPDATED_AT, NULL, "time of the last change")                                       \
    X(ENTRY_AT, NULL, "time")                                                            \
    X(CREATED_AT, NULL, "time at which it was made")                                     \
    X(JOINED_AT, NULL, "when or how they joined, says nothing of a no")                  \
    X(POSTAL, NULL, "about post or fax, left alone")                                     \
    X(STATUS, "status", "how they stand")                                                \
    X(REASON, "reason", "why they are on the list")                                      \
    X(CODE, "code", "status code of a mail server")                                      \
    X(WORDS, "words", "answer of a mail server")                                         \
    X(NO_FLAG, "optout", "true: opted out")                                              \
    X(YES_FLAG, "optin", "false: opted out")                                             \
    X(HARM_FLAG, NULL, "true: bounced, or called spam")                                  \
    X(NO_SALE, "nosale", "true: not to be sold or shared")                               \
    X(NO_TRACKING, "notracking", "true: not to be followed on the web")                  \
    X(IP, NULL, "sign of a spam report")                                                 \
    X(GROUP, NULL, "sign of a group")                                                    \
    X(TAGS, NULL, "sign of an unsubscribe")                                              \
    X(ALLOWS, NULL, "sign of an allow list")                                             \
    X(MEMBER, NULL, "sign of a mailing list")                                            \
    X(ID, NULL, "id for the answer")                                                     \
    X(TAKEN_BACK, NULL, "sign of requests taken back")                                   \
    X(NOT_HELD, NULL, "hash of what is not held here")                                   \
    X(CHANGE, NULL, "A: added, D: taken off")

enum sheet_meaning {
#define X(id, word, text) SHEET_##id,
    SHEET_MEANINGS(X)
#undef X
        N_SHEET_MEANINGS,
};

enum sheet_order { SHEET_ORDER_UNKNOWN = 0, SHEET_DMY, SHEET_MDY };

struct sheet_given {
    const char *column; /* name, or number from 1 */
    enum sheet_meaning meaning;
};

struct sheet_options {
    enum sheet_form form;
    enum event_type as; /* EVENT_NONE: as the file tells */
    bool as_block;      /* --as block: about the message, nobody's */
    enum charset charset;
    enum token_profile profile; /* of hashes */
    enum contact_kind kind;     /* of a column of hashes that does not say */
    char country[4];            /* of numbers without a + */
    enum sheet_order order;     /* of 05/06/2024 */
    const char *book_sheet;     /* of a workbook; NULL: the only one that has rows */
    const char *time_column;    /* NULL: found out; "-": the file's own time */
    int64_t file_us;            /* what was said at no known time was said by then */
    bool file_us_given;         /* by an option: the day in a file's name is none then */
    size_t n_given;
    struct sheet_given given[SHEET_GIVEN];
};

/* What a no is of. */
enum sheet_scope {
    SHEET_OF_PROMOTION = 1,
    SHEET_OF_SALE = 2, /* or sharing, of their data */
    SHEET_OF_TRACKING = 4,
};

/* One contact of a row, and what is said of it. */
struct sheet_said {
    unsigned int scopes; /* of enum sheet_scope; without promotion it is an opt-out
                          * whatever the row's type is */
    enum contact_kind kind;
    enum token_profile profile; /* TOKEN_NONE: no hash */
    char contact[SHEET_TEXT]; /* an address as written, a number in E.164, or the hash in
                               * its one form */
};

struct sheet_fault {
    char reason[EVENT_REASON_BYTES];
    char where[64]; /* "email", "phone", a column's name: never what stands in it */
};

enum sheet_verdict {
    SHEET_SAYS,   /* said[0..n_said), and perhaps faults as well */
    SHEET_BAD,    /* faults[0..n_faults), and nothing else */
    SHEET_SILENT, /* says nothing, for the reason in silent */
    SHEET_BLANK,
    SHEET_HEADER, /* the names, also where they come again */
};

struct sheet_row {
    int64_t line; /* of a CSV; the number of the row in JSON */
    enum sheet_verdict verdict;
    size_t n_said;
    struct sheet_said said[SHEET_SAID];
    size_t n_faults;
    struct sheet_fault faults[SHEET_FAULTS];
    char silent[96];

    enum event_type type;
    const char *via;
    const char *feedback; /* of a bounce: its kind */
    char status[16];      /* RFC 3463 or SMTP, "": none */
    bool confirmed;
    int64_t at_us;
    bool own_time;       /* the row says it; else it is the file's */
    bool bad_time;       /* it says one that cannot be read */
    bool two_numbers;    /* a number of it has two readings, and both are said */
    const char *time_of; /* the column's name; NULL: the file's */
    /* The column of channels that is empty in it: it speaks of every channel; NULL: no
     * such */
    const char *every_channel;
    char id[16]; /* of DROP */
};

typedef bool sheet_each(void *arg, const struct sheet_row *row, struct err *err);

/* The event that it becomes, and its way: the row's, or an opt-out of something else. */
enum event_type sheet_said_type(const struct sheet_row *row,
                                const struct sheet_said *said);
const char *sheet_said_via(const struct sheet_row *row, const struct sheet_said *said);

struct sheet_counts {
    int64_t records; /* as counted when the file was first read; all below together */
    int64_t said, bad, silent, blank, header;
    int64_t partly; /* of said: also with a fault */
};

struct sheet;

enum sheet_form sheet_form_parse(const char *word); /* SHEET_FORM_ANY: no such */
const char *sheet_form_name(enum sheet_form form);
enum sheet_meaning sheet_meaning_parse(const char *word); /* SHEET_UNKNOWN: no such */

/* name: the file's, for what some formats say there. bytes must stay. ERR_INPUT, with a
 * sentence that says what to do: see columns.c and forms.c. ERR_CONFIG for an option
 * that does not fit the file. */
bool sheet_open(const struct sheet_options *options, const char *name, const char *bytes,
                size_t len, struct sheet **ret, struct err *err);
void sheet_close(struct sheet *s); /* NULL is fine */

/* Every record, in order. ERR_FATAL with SUM when the counts do not add up. */
bool sheet_walk(struct sheet *s, sheet_each *each, void *arg, struct err *err);

const struct sheet_counts *sheet_counts(const struct sheet *s);

/* Is it DROP's file of requests that were taken back? */
bool sheet_taken_back(const struct sheet *s);

/* The day the list is of (as text, and as an instant), and how old it may be by its
 * rules. NULL: it is no such list. */
const char *sheet_list_day(const struct sheet *s, int64_t *ret_us, int *ret_days);

/* How it is read: format, kind, encoding, columns, times. As members of a JSON object,
 * and for a person, each line after `indent`. */
void sheet_show_json(const struct sheet *s, struct buf *out);
void sheet_show(const struct sheet *s, const char *indent, struct buf *out);

#endif
