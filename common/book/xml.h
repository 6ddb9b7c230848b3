/*
 * xml.h - the elements of an XML text, one after the other (expat). Names come without
 * their namespace. A text with a DTD is refused: nobody who writes what is read here
 * needs one, and entities are how XML grows out of nothing.
 */
#ifndef CONSENT_BOOK_XML_H
#define CONSENT_BOOK_XML_H

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>

struct xml;

struct xml_reader {
    /* attributes: for xml_attribute, until it returns */
    void (*start)(void *arg, struct xml *x, const char *name, const char **attributes);
    void (*end)(void *arg, struct xml *x, const char *name); /* NULL: not asked for */
    void (*text)(void *arg, const char *s, size_t len);      /* NULL: not asked for */
};

/* ERR_INPUT with BAD_WORKBOOK: it is no XML. Else what xml_fail was given. */
bool xml_read(const char *bytes, size_t len, const struct xml_reader *reader, void *arg,
              struct err *err);

/* From within a reader's function: enough is read. */
void xml_stop(struct xml *x);
/* The same, and xml_read fails with this. Always false. */
bool xml_fail(struct xml *x, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* NULL: it has none of that name. */
const char *xml_attribute(const char **attributes, const char *name);
bool xml_is_true(const char *value); /* "1", "true"; NULL is false */

#endif
