#include "book/xml.h"

#include <expat.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define MARK '|' /* between namespace and name */

struct xml {
    XML_Parser parser;
    const struct xml_reader *reader;
    void *arg;
    bool stopped;
    struct err why; /* ERR_NONE: it was enough */
};

/* What a namespace adds is of its makers: comments, drawings, notes of their own. Only
 * the two that stand for workbooks themselves (ECMA-376 transitional and strict), and
 * those of a package, are looked at. */
static const char *local_name(const char *name)
{
    static const char *const spaces[] = {
        "http://schemas.openxmlformats.org/spreadsheetml/2006/main",
        "http://purl.oclc.org/ooxml/spreadsheetml/main",
        "http://schemas.openxmlformats.org/package/2006/relationships",
    };
    const char *mark = strrchr(name, MARK);

    if (mark == NULL)
        return name;
    for (size_t i = 0; i < sizeof(spaces) / sizeof(spaces[0]); i++)
        if (strlen(spaces[i]) == (size_t)(mark - name) &&
            memcmp(spaces[i], name, (size_t)(mark - name)) == 0)
            return mark + 1;
    return NULL;
}

static void XMLCALL on_start(void *arg, const char *name, const char **attributes)
{
    struct xml *x = arg;

    if (!x->stopped && (name = local_name(name)) != NULL)
        x->reader->start(x->arg, x, name, attributes);
}

static void XMLCALL on_end(void *arg, const char *name)
{
    struct xml *x = arg;

    if (!x->stopped && x->reader->end != NULL && (name = local_name(name)) != NULL)
        x->reader->end(x->arg, x, name);
}

static void XMLCALL on_text(void *arg, const char *s, int len)
{
    struct xml *x = arg;

    if (!x->stopped && x->reader->text != NULL)
        x->reader->text(x->arg, s, (size_t)len);
}

static void XMLCALL on_doctype(void *arg, const char *name, const char *system,
                               const char *public, int internal)
{
    (void)name;
    (void)system;
    (void)public;
    (void)internal;
    xml_fail(arg, "a part of it has a DTD");
}

void xml_stop(struct xml *x)
{
    x->stopped = true;
    XML_StopParser(x->parser, XML_FALSE);
}

bool xml_fail(struct xml *x, const char *fmt, ...)
{
    char text[200];
    va_list args;

    if (x->stopped)
        return false;
    va_start(args, fmt);
    vsnprintf(text, sizeof(text), fmt, args);
    va_end(args);
    xml_stop(x);
    return err_set(&x->why, ERR_INPUT, "BAD_WORKBOOK", "%s", text);
}

bool xml_read(const char *bytes, size_t len, const struct xml_reader *reader, void *arg,
              struct err *err)
{
    struct xml x = {.reader = reader, .arg = arg};
    enum XML_Status status;

    if (len > INT_MAX)
        return err_set(err, ERR_INPUT, "BAD_WORKBOOK", "a part of it is too large");
    x.parser = XML_ParserCreateNS(NULL, MARK);
    if (x.parser == NULL)
        return err_set(err, ERR_FATAL, "NO_MEMORY", "expat does not start");
    XML_SetUserData(x.parser, &x);
    XML_SetElementHandler(x.parser, on_start, on_end);
    XML_SetCharacterDataHandler(x.parser, on_text);
    XML_SetStartDoctypeDeclHandler(x.parser, on_doctype);
    status = XML_Parse(x.parser, bytes, (int)len, 1);
    if (status == XML_STATUS_ERROR && !x.stopped)
        err_set(&x.why, ERR_INPUT, "BAD_WORKBOOK",
                "a part of it is damaged: %s, at line %lu",
                XML_ErrorString(XML_GetErrorCode(x.parser)),
                (unsigned long)XML_GetCurrentLineNumber(x.parser));
    XML_ParserFree(x.parser);
    if (x.why.kind == ERR_NONE)
        return true;
    *err = x.why;
    return false;
}

const char *xml_attribute(const char **attributes, const char *name)
{
    for (size_t i = 0; attributes[i] != NULL; i += 2) {
        const char *mark = strrchr(attributes[i], MARK);

        if (strcmp(mark != NULL ? mark + 1 : attributes[i], name) == 0)
            return attributes[i + 1];
    }
    return NULL;
}

bool xml_is_true(const char *value)
{
    return value != NULL && (strcmp(value, "1") == 0 || strcmp(value, "true") == 0);
}
