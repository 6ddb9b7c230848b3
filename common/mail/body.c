/* The text of a message: of alternatives the plain one, of the rest what is no file. */
#include "parts.h"

#include <string.h>

#define BODY_BYTES (256 * 1024) /* of text that is looked at */

struct body {
    GString *plain; /* without HTML */
    GString *own;   /* and without what HTML marks as quoted */
    int parts;
    bool shut;
    struct mail *m;
};

char *part_text(GMimePart *part, size_t limit)
{
    char *text = GMIME_IS_TEXT_PART(part)
                     ? g_mime_text_part_get_text(GMIME_TEXT_PART(part))
                     : NULL;
    char *valid;

    if (text == NULL)
        return g_strdup("");
    valid = g_utf8_make_valid(text, (gssize)strnlen(text, limit));
    g_free(text);
    return valid;
}

static void add(GString *to, const char *text)
{
    if (to->len > 0)
        g_string_append(to, "\n\n");
    if (to->len < BODY_BYTES)
        g_string_append_len(to, text, (gssize)strnlen(text, BODY_BYTES));
}

static void text_add(struct body *b, GMimePart *part, bool html)
{
    char *text = part_text(part, BODY_BYTES);

    if (html) {
        char *all = html_text(text, false), *own = html_text(text, true);

        add(b->plain, all);
        add(b->own, own);
        g_free(all);
        g_free(own);
    } else {
        add(b->plain, text);
        add(b->own, text);
    }
    g_free(text);
}

static bool is_file(GMimeObject *o)
{
    const char *how = g_mime_object_get_disposition(o);

    return how != NULL && g_ascii_strcasecmp(how, "attachment") == 0;
}

static void walk(struct body *b, GMimeObject *o, int deep);

/* Has the part some text that is not HTML? */
static bool has_words(GMimeObject *o)
{
    char *text;
    bool found;

    if (!GMIME_IS_TEXT_PART(o) ||
        g_mime_content_type_is_type(g_mime_object_get_content_type(o), "text", "html"))
        return false;
    text = part_text(GMIME_PART(o), BODY_BYTES);
    g_strstrip(text);
    found = text[0] != '\0';
    g_free(text);
    return found;
}

/* Plain text if it has words, else the last part that we can read. */
static void alternative_walk(struct body *b, GMimeMultipart *multi, int deep)
{
    const int n = g_mime_multipart_get_count(multi);
    const size_t before = b->plain->len;

    for (int i = 0; i < n && i < PARTS_MOST; i++)
        if (has_words(g_mime_multipart_get_part(multi, i))) {
            walk(b, g_mime_multipart_get_part(multi, i), deep);
            return;
        }
    for (int i = n - 1; i >= 0 && b->plain->len == before && b->parts < PARTS_MOST; i--)
        walk(b, g_mime_multipart_get_part(multi, i), deep);
}

static void walk(struct body *b, GMimeObject *o, int deep)
{
    GMimeContentType *type = o != NULL ? g_mime_object_get_content_type(o) : NULL;

    if (type == NULL || deep > PARTS_DEEP || ++b->parts > PARTS_MOST)
        return;
    if (GMIME_IS_MESSAGE_PART(o)) { /* a message that is passed on: only for its token */
        GMimeMessage *inner = g_mime_message_part_get_message(GMIME_MESSAGE_PART(o));

        if (inner != NULL)
            candidates_of_unsubscribe(b->m, GMIME_OBJECT(inner));
    } else if (g_mime_content_type_is_type(type, "multipart", "encrypted") ||
               g_mime_content_type_is_type(type, "application", "pkcs7-mime") ||
               g_mime_content_type_is_type(type, "application", "x-pkcs7-mime")) {
        b->shut = true;
    } else if (g_mime_content_type_is_type(type, "multipart", "alternative") &&
               GMIME_IS_MULTIPART(o)) {
        alternative_walk(b, GMIME_MULTIPART(o), deep + 1);
    } else if (GMIME_IS_MULTIPART(o)) {
        const int n = g_mime_multipart_get_count(GMIME_MULTIPART(o));

        for (int i = 0; i < n && b->parts < PARTS_MOST; i++)
            walk(b, g_mime_multipart_get_part(GMIME_MULTIPART(o), i), deep + 1);
    } else if (GMIME_IS_TEXT_PART(o) && !is_file(o)) {
        if (g_mime_content_type_is_type(type, "text", "html"))
            text_add(b, GMIME_PART(o), true);
        else if (g_mime_content_type_is_type(type, "text", "plain") ||
                 g_mime_content_type_is_type(type, "text", "enriched"))
            text_add(b, GMIME_PART(o), false);
    }
}

void body_read(GMimeMessage *msg, struct mail *m)
{
    struct body b = {.plain = g_string_new(NULL), .own = g_string_new(NULL), .m = m};

    walk(&b, g_mime_message_get_mime_part(msg), 0);
    m->shut = b.shut;
    m->cut = mail_text_copy(m->text, sizeof(m->text), g_strstrip(b.plain->str), true);
    quotes_drop(b.own->str);
    m->cut = mail_text_copy(m->words, sizeof(m->words), g_strstrip(b.own->str), true) ||
             m->cut;
    g_string_free(b.plain, TRUE);
    g_string_free(b.own, TRUE);
}
