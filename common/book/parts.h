/* parts.h - a workbook as its own files see it. */
#ifndef CONSENT_BOOK_PARTS_H
#define CONSENT_BOOK_PARTS_H

#include "book/book.h"
#include "book/xml.h"

/* --- strings.c --- */

/* Texts that cells name by number; behind a zero byte each. */
struct strings {
    struct buf text;
    uint32_t *at;
    size_t n, room;
};

bool strings_read(const char *bytes, size_t len, struct strings *ret, struct err *err);
void strings_done(struct strings *s);

/* "_x000D_" is how a workbook writes what XML cannot hold. In place; the new length. */
size_t text_unescape(char *s, size_t len);

/* --- styles.c --- */

enum number_kind {
    NUMBER_PLAIN = 0,
    NUMBER_DATE,
    NUMBER_SCIENTIFIC, /* shown as 4.91E+11 */
    NUMBER_PADDED,     /* with zeros before it */
    NUMBER_UNSURE,     /* shown with digits that are not in it */
};

struct style {
    enum number_kind kind;
    uint8_t digits; /* NUMBER_PADDED: at least */
    bool plus;      /* with a + before it */
};

struct styles {
    struct style *of; /* by a cell's number */
    size_t n;
};

bool styles_read(const char *bytes, size_t len, struct styles *ret, struct err *err);
void styles_done(struct styles *s);
/* What a format's own language makes of a number: "dd/mm/yyyy", "00000". */
struct style style_of_code(const char *code);

/* --- number.c --- */

#define NUMBER_BYTES 96

/* As it stands in the file, in a cell of that style. False: it is no number. *ret_fault:
 * NULL, or the code of what is wrong with it. */
bool number_text(const char *raw, struct style style, bool from_1904,
                 char ret[NUMBER_BYTES], const char **ret_fault);

/* --- sheet.c --- */

struct sheet_source {
    const char *bytes; /* its XML */
    size_t len;
    const struct strings *strings;
    const struct styles *styles;
    bool from_1904;
};

bool sheet_has_rows(const char *bytes, size_t len, bool *ret, struct err *err);
bool sheet_table(const struct sheet_source *from, struct book *b, struct err *err);

#endif
