/*
 * The text of a message: of alternatives the plain one, unless that says nothing; of the
 * rest what is no file. What cannot be read is named, and left to a person.
 */
#include "mail/words.h"
#include "parts.h"

#include <string.h>

#define BODY_BYTES (256 * 1024)      /* of text that is looked at */
#define RICH_BYTES (4 * 1024 * 1024) /* of rich text, pictures included */

struct body {
    GString *plain; /* without HTML                                              */
    GString *own;   /* and with what HTML marks as quoted marked as in plain text */
    GString *links; /* and text that came along: link tokens may stand there     */
    int parts;
    bool any;           /* files, too, and what has no type: there were no other words */
    GMimePart *winmail; /* NULL: none. Borrowed */
    struct mail *m;
};

/* --- the parts --- */

static void add(GString *to, const char *text)
{
    if (to->len > 0)
        g_string_append(to, "\n\n");
    if (to->len < BODY_BYTES)
        g_string_append_len(to, text, (gssize)strnlen(text, BODY_BYTES));
}

/* The bytes of rich text, whatever it is called; NULL: it is none. Let them go. */
static GByteArray *rich_bytes(GMimeObject *o)
{
    GByteArray *bytes;

    if (!GMIME_IS_PART(o) ||
        !(part_is_type(o, "text", "rtf") || part_is_type(o, "application", "*")))
        return NULL;
    bytes = part_bytes(GMIME_PART(o));
    if (bytes != NULL && rtf_is((const char *)bytes->data, bytes->len))
        return bytes;
    if (bytes != NULL)
        g_byte_array_unref(bytes);
    return NULL;
}

static void rich_add(struct body *b, const GByteArray *bytes)
{
    GString *text = g_string_new(NULL);

    if (!rtf_read((const char *)bytes->data, MIN(bytes->len, RICH_BYTES), text) ||
        bytes->len > RICH_BYTES)
        b->m->beyond = true;
    add(b->plain, text->str);
    add(b->own, text->str);
    g_string_free(text, TRUE);
}

static void text_add(struct body *b, GMimePart *part)
{
    if (part_is_type(GMIME_OBJECT(part), "text", "html") ||
        part_is_type(GMIME_OBJECT(part), "application", "xhtml+xml")) {
        struct html_text html = {g_string_new(NULL), g_string_new(NULL), b->links, false};
        char *text = part_text(part, BODY_BYTES);

        html_read(text, &html);
        add(b->plain, html.all->str);
        add(b->own, html.own->str);
        b->m->beyond = b->m->beyond || html.stopped;
        g_string_free(html.all, TRUE);
        g_string_free(html.own, TRUE);
        g_free(text);
    } else {
        char *text = part_plain(part, BODY_BYTES);

        add(b->plain, text);
        add(b->own, text);
        g_free(text);
    }
}

static bool is_file(GMimeObject *o)
{
    const char *how = g_mime_object_get_disposition(o);

    return how != NULL && g_ascii_strcasecmp(how, "attachment") == 0;
}

/* Text that somebody wrote: markdown too, and types that nobody has heard of. */
static bool is_words(GMimeObject *o)
{
    static const char *const others[] = {"calendar",   "rfc822",   "css", "csv",
                                         "vcard",      "x-vcard",  "rtf", "xml",
                                         "x-amp-html", "directory"};

    if (!GMIME_IS_PART(o))
        return false;
    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
        if (part_is_type(o, "text", others[i]))
            return false;
    return part_is_type(o, "text", "*") || part_is_type(o, "application", "xhtml+xml");
}

/* A part whose type says nothing, or is none, and that is text all the same. */
static bool is_text(GMimePart *part)
{
    GByteArray *bytes;
    bool text;

    if (!part_is_type(GMIME_OBJECT(part), "application", "octet-stream"))
        return false;
    bytes = part_bytes(part);
    text = bytes != NULL && bytes->len < BODY_BYTES &&
           memchr(bytes->data, '\0', bytes->len) == NULL;
    if (bytes != NULL)
        g_byte_array_unref(bytes);
    return text;
}

static void walk(struct body *b, GMimeObject *o, int deep);

/* A message that is passed on: nothing in it is the writer's, but its token is of use. */
static void carried_walk(struct body *b, GMimeObject *o, int deep)
{
    if (o == NULL || deep > PARTS_DEEP || ++b->parts > PARTS_MOST)
        return;
    if (GMIME_IS_MULTIPART(o)) {
        const int n = g_mime_multipart_get_count(GMIME_MULTIPART(o));

        for (int i = 0; i < n && b->parts < PARTS_MOST; i++)
            carried_walk(b, g_mime_multipart_get_part(GMIME_MULTIPART(o), i), deep + 1);
    } else if (is_words(o)) {
        char *text = part_text(GMIME_PART(o), BODY_BYTES);

        add(b->links, text);
        g_free(text);
    }
}

static void carried_message(struct body *b, GMimeMessage *inner, int deep)
{
    if (inner == NULL)
        return;
    if (field_of(GMIME_OBJECT(inner), "List-Unsubscribe") != NULL)
        add(b->links, field_of(GMIME_OBJECT(inner), "List-Unsubscribe"));
    carried_walk(b, g_mime_message_get_mime_part(inner), deep + 1);
}

/* A message that came as a file: "offer.eml" without a type, or one that is encoded. */
static bool is_message_file(GMimeObject *o)
{
    const char *name = GMIME_IS_PART(o) ? g_mime_part_get_filename(GMIME_PART(o)) : NULL;

    return GMIME_IS_PART(o) && (part_is_type(o, "message", "rfc822") ||
                                (name != NULL && g_str_has_suffix(name, ".eml")));
}

static void message_file_walk(struct body *b, GMimePart *part, int deep)
{
    GByteArray *bytes = part_bytes(part);
    GMimeStream *stream;
    GMimeParser *parser;
    GMimeMessage *inner;

    if (bytes == NULL)
        return;
    stream = g_mime_stream_mem_new_with_buffer((const char *)bytes->data, bytes->len);
    parser = g_mime_parser_new_with_stream(stream);
    inner = g_mime_parser_construct_message(parser, NULL);
    carried_message(b, inner, deep);
    if (inner != NULL)
        g_object_unref(inner);
    g_object_unref(parser);
    g_object_unref(stream);
    g_byte_array_unref(bytes);
}

/* Would anything of the part be the writer's? Asks: would it ask for something? */
static bool says(struct body *b, GMimeObject *o, int deep, bool asking)
{
    struct body try = {g_string_new(NULL),
                       g_string_new(NULL),
                       g_string_new(NULL),
                       b->parts,
                       b->any,
                       NULL,
                       b->m};
    const bool beyond = b->m->beyond, shut = b->m->shut;
    bool found;

    walk(&try, o, deep);
    b->m->beyond = beyond;
    b->m->shut = shut;
    quotes_drop(try.own->str);
    g_strstrip(try.own->str);
    try.own->str[strnlen(try.own->str, MAIL_TEXT_BYTES)] = '\0';
    found = asking ? words_ask(try.own->str) != 0 : try.own->str[0] != '\0';
    b->parts = try.parts;
    g_string_free(try.plain, TRUE);
    g_string_free(try.own, TRUE);
    g_string_free(try.links, TRUE);
    return found;
}

/* The first that asks for something, or has words of the writer's, or any. Plain text
 * stands before HTML, and may hold no more than "this message has HTML". */
static void alternative_walk(struct body *b, GMimeMultipart *multi, int deep)
{
    const int n = MIN(g_mime_multipart_get_count(multi), 8);
    const size_t before = b->plain->len;
    int taken = -1;

    for (int i = 0; i < n && taken < 0; i++)
        if (says(b, g_mime_multipart_get_part(multi, i), deep, true))
            taken = i;
    for (int i = 0; i < n && taken < 0; i++)
        if (says(b, g_mime_multipart_get_part(multi, i), deep, false))
            taken = i;
    if (taken >= 0)
        walk(b, g_mime_multipart_get_part(multi, taken), deep);
    for (int i = n - 1; i >= 0 && b->plain->len == before; i--)
        walk(b, g_mime_multipart_get_part(multi, i), deep);
    for (int i = 0; i < n; i++) /* links stand in HTML alone */
        if (i != taken)
            carried_walk(b, g_mime_multipart_get_part(multi, i), deep);
}

static void signed_walk(struct body *b, GMimePart *part, int deep)
{
    GMimeObject *within = smime_open(part);

    if (within == NULL) {
        b->m->shut = true; /* encrypted, mostly */
        return;
    }
    walk(b, within, deep);
    g_object_unref(within);
}

/* What stands before the first part or behind the last one; NULL: nothing does. */
static void outside_add(struct body *b, const char *text)
{
    if (text != NULL) {
        add(b->plain, text);
        add(b->own, text);
    }
}

static bool is_winmail(GMimeObject *o)
{
    const char *name = GMIME_IS_PART(o) ? g_mime_part_get_filename(GMIME_PART(o)) : NULL;

    return GMIME_IS_PART(o) &&
           (part_is_type(o, "application", "ms-tnef") ||
            part_is_type(o, "application", "vnd.ms-tnef") ||
            (name != NULL && g_ascii_strcasecmp(name, "winmail.dat") == 0));
}

/* Outlook's own wrapping. What stands beside it says the same as a rule, or is somebody's
 * footer: so its text is taken where the other asks for nothing. */
static void winmail_add(struct body *b)
{
    struct html_text html = {g_string_new(NULL), g_string_new(NULL), b->links, false};
    GByteArray *bytes = part_bytes(b->winmail);
    const bool read =
        bytes != NULL && tnef_read((const char *)bytes->data, bytes->len, &html);
    const bool blank = text_is_blank(b->own->str);

    b->m->shut = b->m->shut || (!read && blank);
    b->m->beyond = b->m->beyond || html.stopped;
    if (read && (blank || words_ask(b->own->str) == 0)) {
        add(b->plain, html.all->str);
        add(b->own, html.own->str);
    }
    if (bytes != NULL)
        g_byte_array_unref(bytes);
    g_string_free(html.all, TRUE);
    g_string_free(html.own, TRUE);
}

static void walk(struct body *b, GMimeObject *o, int deep)
{
    if (o == NULL || deep > PARTS_DEEP || ++b->parts > PARTS_MOST)
        return;
    if (GMIME_IS_MESSAGE_PART(o)) {
        carried_message(b, g_mime_message_part_get_message(GMIME_MESSAGE_PART(o)), deep);
    } else if (is_message_file(o)) {
        message_file_walk(b, GMIME_PART(o), deep + 1);
    } else if (part_is_type(o, "text", "rfc822-headers")) {
        carried_walk(b, o, deep); /* a header that is passed on */
    } else if (smime_is(o)) {
        signed_walk(b, GMIME_PART(o), deep + 1);
    } else if (part_is_type(o, "multipart", "encrypted")) {
        b->m->shut = true;
    } else if (is_winmail(o)) {
        b->winmail = GMIME_PART(o);
    } else if (part_is_type(o, "multipart", "alternative") && GMIME_IS_MULTIPART(o)) {
        alternative_walk(b, GMIME_MULTIPART(o), deep + 1);
    } else if (GMIME_IS_MULTIPART(o)) {
        const int n = g_mime_multipart_get_count(GMIME_MULTIPART(o));

        for (int i = 0; i < n && b->parts < PARTS_MOST; i++)
            walk(b, g_mime_multipart_get_part(GMIME_MULTIPART(o), i), deep + 1);
        if (n ==
            0) /* its boundary is another's: all of it stands before the first part */
            outside_add(b, g_mime_multipart_get_prologue(GMIME_MULTIPART(o)));
        if (b->any)
            outside_add(b, g_mime_multipart_get_epilogue(GMIME_MULTIPART(o)));
    } else if (b->any || !is_file(o)) {
        GByteArray *rich = rich_bytes(o);

        if (rich != NULL) {
            rich_add(b, rich);
            g_byte_array_unref(rich);
        } else if (is_words(o) ||
                   (b->any && GMIME_IS_PART(o) && is_text(GMIME_PART(o)))) {
            text_add(b, GMIME_PART(o));
        }
    }
}

void body_read(GMimeMessage *msg, struct mail *m)
{
    struct body b = {
        g_string_new(NULL), g_string_new(NULL), g_string_new(NULL), 0, false, NULL, m};
    bool cut;

    walk(&b, g_mime_message_get_mime_part(msg), 0);
    if (b.winmail != NULL)
        winmail_add(&b);
    if (text_is_blank(b.plain->str) && !m->shut) {
        b.any = true;
        walk(&b, g_mime_message_get_mime_part(msg), 0);
    }
    m->beyond = m->beyond || b.parts > PARTS_MOST;
    cut = mail_text_copy(m->text, sizeof(m->text), g_strstrip(b.plain->str), true);
    quotes_drop(b.own->str);
    m->cut =
        mail_text_copy(m->words, sizeof(m->words), g_strstrip(b.own->str), true) || cut;
    candidates_of_text(m, m->words);
    m->n_said = m->n_tokens;
    candidates_of_text(m, b.plain->str);
    candidates_of_address(m, b.links->str);
    candidates_of_text(m, b.links->str);
    g_string_free(b.plain, TRUE);
    g_string_free(b.own, TRUE);
    g_string_free(b.links, TRUE);
}
