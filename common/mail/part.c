/* One part of a message: its bytes, and what they are as text. */
#include "mail/words.h"
#include "parts.h"

#include <string.h>

#define ESCAPED_BYTES 20000 /* of text that may be quoted-printable without a name */

GByteArray *part_bytes(GMimePart *part)
{
    GMimeDataWrapper *content = g_mime_part_get_content(part);
    GMimeStream *mem;
    GByteArray *bytes;

    if (content == NULL)
        return NULL;
    mem = g_mime_stream_mem_new();
    g_mime_data_wrapper_write_to_stream(content, mem);
    g_mime_stream_mem_set_owner(GMIME_STREAM_MEM(mem), FALSE);
    bytes = g_mime_stream_mem_get_byte_array(GMIME_STREAM_MEM(mem));
    g_object_unref(mem);
    if (bytes->data != NULL)
        return bytes;
    g_byte_array_unref(bytes);
    return NULL;
}

bool part_is_type(GMimeObject *o, const char *type, const char *subtype)
{
    GMimeContentType *t = g_mime_object_get_content_type(o);

    return t != NULL && g_mime_content_type_is_type(t, type, subtype);
}

static const char *parameter(GMimeObject *o, const char *name)
{
    GMimeContentType *t = g_mime_object_get_content_type(o);

    return t != NULL ? g_mime_content_type_get_parameter(t, name) : NULL;
}

/* HTML names its charset itself when nobody else does. */
static char *html_charset(const char *data, size_t len)
{
    char *head = g_ascii_strdown(data, (gssize)MIN(len, 2048));
    const char *at = strstr(head, "charset=");
    char *charset = NULL;

    if (at != NULL) {
        at += strlen("charset=");
        at += strspn(at, "\"' ");
        charset = g_strndup(at, strcspn(at, "\"' />;\r\n"));
    }
    g_free(head);
    return charset;
}

bool text_is_blank(const char *text)
{
    return text[strspn(text, " \t\r\n")] == '\0';
}

char *part_text(GMimePart *part, size_t limit)
{
    GByteArray *bytes = part_bytes(part);
    const char *named = parameter(GMIME_OBJECT(part), "charset");
    char *within = NULL, *text;
    size_t len;

    if (bytes == NULL)
        return g_strdup("");
    len = MIN(bytes->len, limit);
    if (named == NULL && part_is_type(GMIME_OBJECT(part), "text", "html"))
        within = html_charset((const char *)bytes->data, len);
    text = text_decode((const char *)bytes->data, len, named != NULL ? named : within);
    g_free(within);
    g_byte_array_unref(bytes);
    return text;
}

/* "D=C3=A9sabonnez": quoted-printable, and the header does not say so. Taken off where
 * the text asks for nothing with it, and for something without; takes text over. */
static char *escapes_off(char *text)
{
    size_t n = 0, escapes = 0;
    char *bytes, *off;

    if (strchr(text, '=') == NULL || strlen(text) > ESCAPED_BYTES || words_ask(text) != 0)
        return text;
    bytes = g_malloc(strlen(text) + 1);
    for (const char *s = text; *s != '\0'; s++) {
        char c = *s;

        if (*s == '=' && s[1] == '\n') {
            s++;
            continue;
        }
        if (*s == '=' && hex_byte(s + 1, &c)) {
            escapes++;
            s += 2;
        }
        bytes[n++] = c;
    }
    off = escapes > 0 ? text_decode(bytes, n, NULL) : NULL;
    g_free(bytes);
    if (off == NULL || words_ask(off) == 0) {
        g_free(off);
        return text;
    }
    g_free(text);
    return off;
}

char *part_plain(GMimePart *part, size_t limit)
{
    const char *format = parameter(GMIME_OBJECT(part), "format");
    const char *del = parameter(GMIME_OBJECT(part), "delsp");
    char *text = escapes_off(part_text(part, limit)), *joined;

    if (format == NULL || g_ascii_strcasecmp(format, "flowed") != 0)
        return text;
    joined = flowed_join(text, del != NULL && g_ascii_strcasecmp(del, "yes") == 0);
    g_free(text);
    return joined;
}
