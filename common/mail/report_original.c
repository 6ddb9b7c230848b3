/*
 * The message that came back within a report: what in it may tie the report to mail of
 * ours, for anybody can write a report of a message that we never sent.
 */
#include "report.h"

#include <string.h>

void report_original_parse(const char *text, struct report *r)
{
    GMimeStream *stream = g_mime_stream_mem_new_with_buffer(text, strlen(text));
    GMimeParser *parser = g_mime_parser_new_with_stream(stream);

    r->own_parsed = g_mime_parser_construct_message(parser, NULL);
    if (r->own_parsed != NULL)
        r->original = GMIME_OBJECT(r->own_parsed);
    g_object_unref(parser);
    g_object_unref(stream);
}

/* The links in the message that came back, if more than its header did. */
static void original_links(GMimeObject *o, struct mail *m, int deep)
{
    if (o == NULL || deep > PARTS_DEEP)
        return;
    if (GMIME_IS_MULTIPART(o)) {
        const int n = MIN(g_mime_multipart_get_count(GMIME_MULTIPART(o)), 16);

        for (int i = 0; i < n; i++)
            original_links(g_mime_multipart_get_part(GMIME_MULTIPART(o), i), m, deep + 1);
    } else if (GMIME_IS_PART(o) && part_is_type(o, "text", "*")) {
        char *text = part_text(GMIME_PART(o), REPORT_BYTES);

        candidates_of_text(m, text);
        g_free(text);
    }
}

void report_original_look(GMimeObject *original, struct mail *m)
{
    const char *id = field_of(original, "Message-ID");

    candidates_of_unsubscribe(m, original);
    if (GMIME_IS_MESSAGE(original))
        original_links(g_mime_message_get_mime_part(GMIME_MESSAGE(original)), m, 0);
    mail_text_copy(m->original_id, sizeof(m->original_id), id, false);
    g_strstrip(m->original_id);
}
