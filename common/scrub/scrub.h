/*
 * scrub.h - a mailing list of any size in, the same lines out with a verdict each.
 *
 * What is looked at for a verdict stands in core/lists/scrub.h. Lines go in as bytes, as
 * they come, and out in their order. They are gathered into parts; a part's contacts are
 * sorted and asked about in one statement while the next part is read, so memory is
 * bounded by a few parts whatever the size of the list. Who asked is written (table
 * scrub) before a verdict goes out.
 *
 * Formats:
 *
 * - CSV: three columns more, may_mail (yes, no), status, reason. The line before them
 *   stays as it is, byte for byte. One that is no CSV (a stray quote, too many fields)
 *   becomes one quoted field, so that what comes out is CSV again.
 * - NDJSON: a member more, "scrub": {"may_mail":true,"status":"...","reason":"..."}.
 * - plain: a contact a line; the same three after it, separated by tabs.
 *
 * UTF-16, with a byte order mark or without one, is read; what comes out is UTF-8.
 *
 * A file that was scrubbed before gets new columns in the place of the old ones: what an
 * earlier scrub added is left out. An empty line stays, and gets no verdict. What is
 * wrong with a line stands in its reason, and is told with its number.
 */
#ifndef CONSENT_SCRUB_SCRUB_H
#define CONSENT_SCRUB_SCRUB_H

#include "core/lists/scrub.h"
#include "keying/keying.h"
#include "store/register/register_store.h"

#include "pg/pg.h"

#define SCRUB_COLUMN_BYTES 128
#define SCRUB_LINE_BYTES   ((size_t)16 << 20) /* a longer line is invalid, and cut */

enum scrub_format { SCRUB_CSV, SCRUB_NDJSON, SCRUB_PLAIN };

bool scrub_format_parse(const char *name, enum scrub_format *ret);

struct scrub_counts {
    int64_t lines; /* with a verdict: the sum of those below */
    int64_t may_mail;
    int64_t by_status[N_SCRUB_STATUSES];
};

struct scrub_options {
    enum scrub_format format;
    bool tokens; /* the column holds tokens of the list's profile */
    /* CSV: a column's name, or its number from 1 (then header says whether there is a
     * line of names). NDJSON: the member. "": the column called email, phone or token, as
     * the list asks for; a CSV without such a name must have one column. */
    char column[SCRUB_COLUMN_BYTES];
    bool header;
    char country[4];   /* of phone numbers without a + */
    size_t part_lines; /* 0: 65,536 */

    const struct register_snapshot *reg;
    const struct list *list;
    struct keying *keying;
    struct pg *const *pgs; /* at least one; with two the next part need not wait */
    size_t n_pgs;
    int32_t token; /* who asks, for the audit; 0: consentctl */

    void *arg;
    /* The scrubbed lines. */
    bool (*write)(void *arg, const void *data, size_t len, struct err *err);
    /* A line that is invalid: its number, code and, for a quote and the like, words. May
     * be NULL. */
    void (*told)(void *arg, int64_t line, const char *code);
    /* Of a workbook: what is wrong with that cell of the record (from 1), so that its
     * text is not what it stands for; NULL: nothing. Lines are numbered by records then,
     * and no quote is astray. May be NULL. */
    const char *(*fault_of)(void *arg, int64_t record, size_t column);
    /* May these contacts (sorted, none twice) be asked about? Spends the token's budget.
     * *ret false: the part is refused. NULL: yes. On connection pg. */
    bool (*spend)(void *arg, struct pg *pg, const struct contact_key *keys, size_t n,
                  bool *ret, struct err *err);
};

struct scrub;

/* Copies the options; what they point to must outlive the scrub. Writes who asks. */
bool scrub_open(const struct scrub_options *options, struct scrub **ret, struct err *err);
void scrub_close(struct scrub *s); /* NULL is fine */

/* The next bytes. May write. ERR_INPUT when the whole is not to be read: BINARY,
 * NO_COLUMN (err.text says what to do), EMPTY. Else the database's or the
 * writer's. */
bool scrub_feed(struct scrub *s, const void *data, size_t len, struct err *err);

/* No more comes: everything is written. */
bool scrub_end(struct scrub *s, struct err *err);

const struct scrub_counts *scrub_counts(const struct scrub *s);

#endif
