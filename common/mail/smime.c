/*
 * S/MIME with an opaque signature (RFC 8551, 3.5.2): the message is inside the signature,
 * and no program that does not know the format sees a word of it. Outlook sends so when
 * "clear text signed" is off. No signature is checked, as none is of unsigned letters.
 */
#include "parts.h"

#include "crypto/signed.h"

#include <string.h>

#define SIGNED_BYTES (8 * 1024 * 1024)

bool smime_is(GMimeObject *o)
{
    GMimeContentType *t = g_mime_object_get_content_type(o);
    const char *name = g_mime_object_get_content_type_parameter(o, "name");

    if (t == NULL || !GMIME_IS_PART(o))
        return false;
    if (name == NULL)
        name = g_mime_object_get_content_disposition_parameter(o, "filename");
    return g_mime_content_type_is_type(t, "application", "pkcs7-mime") ||
           g_mime_content_type_is_type(t, "application", "x-pkcs7-mime") ||
           (g_mime_content_type_is_type(t, "application", "octet-stream") &&
            name != NULL && g_ascii_strcasecmp(name, "smime.p7m") == 0);
}

GMimeObject *smime_open(GMimePart *part)
{
    GMimeDataWrapper *content = g_mime_part_get_content(part);
    GMimeStream *in = g_mime_stream_mem_new(), *within;
    GByteArray *bytes = g_mime_stream_mem_get_byte_array(GMIME_STREAM_MEM(in));
    GMimeObject *found = NULL;
    struct buf entity;

    buf_init(&entity, SIGNED_BYTES);
    if (content != NULL)
        g_mime_data_wrapper_write_to_stream(content, in);
    if (bytes->data != NULL && signed_content(bytes->data, bytes->len, &entity) &&
        entity.len > 0 && !entity.overrun) {
        GMimeParser *parser;

        within = g_mime_stream_mem_new_with_buffer(entity.data, entity.len);
        parser = g_mime_parser_new_with_stream(within);
        found = g_mime_parser_construct_part(parser, NULL);
        g_object_unref(parser);
        g_object_unref(within);
    }
    buf_done(&entity);
    g_object_unref(in);
    return found;
}
