#include "parts.h"

#include "base/mem.h"

#include <stdlib.h>
#include <string.h>

#define SUBJECT_BYTES 16384 /* of the raw field */

const char *mail_sign_name(enum mail_sign sign)
{
    static const char *const names[] = {[MAIL_SIGN_NONE] = "none",
#define X(id, name) [MAIL_SIGN_##id] = name,
                                        MAIL_SIGNS(X)
#undef X
    };

    return names[sign];
}

bool mail_sign_weak(enum mail_sign sign)
{
    return sign >= MAIL_SIGN_PRECEDENCE;
}

void mail_begin(void)
{
    static const char *const fallbacks[] = {"utf-8", "windows-1252", "iso-8859-1", NULL};

    g_mime_init();
    g_mime_parser_options_set_fallback_charsets(g_mime_parser_options_get_default(),
                                                (const char **)(uintptr_t)fallbacks);
}

/* Control characters are nobody's words. Directions and such stay: a person reads it. */
static bool valid_copy(char *ret, size_t bytes, const char *s, bool lines)
{
    size_t n = 0;

    while (*s != '\0') {
        const size_t step = (size_t)g_utf8_skip[(unsigned char)*s];
        const unsigned char c = (unsigned char)*s;

        if (n + step >= bytes)
            return true;
        if (c == '\r' && s[1] == '\n') {
            s++;
            continue;
        }
        if (c < 0x20 || c == 0x7f)
            ret[n++] = lines && c == '\n' ? '\n' : ' ';
        else if (c == 0xc2 && (unsigned char)s[1] < 0xa0)
            ret[n++] = ' '; /* U+0080 to U+009F */
        else if (strncmp(s, "\xef\xbf\xbd", 3) == 0)
            ret[n++] = '?'; /* an event takes no U+FFFD */
        else {
            memcpy(ret + n, s, step);
            n += step;
        }
        ret[n] = '\0';
        s += step;
    }
    return false;
}

bool mail_text_copy(char *ret, size_t bytes, const char *s, bool lines)
{
    char *valid = s != NULL ? g_utf8_make_valid(s, -1) : NULL;
    bool cut = false;

    ret[0] = '\0';
    if (valid != NULL)
        cut = valid_copy(ret, bytes, valid, lines);
    g_free(valid);
    return cut;
}

const char *field_of(GMimeObject *o, const char *name)
{
    return g_mime_object_get_header(o, name);
}

bool address_take(const char *raw, char ret[IDENT_EMAIL_BYTES])
{
    struct err err;

    return raw != NULL && raw[0] != '\0' && ident_email(raw, ret, &err);
}

/* Is it from the mailbox itself? own has a domain, or is a local part alone. */
static bool is_own(const struct mail *m, const char *own)
{
    for (size_t i = 0; own != NULL && own[0] != '\0' && i < m->n_from; i++) {
        const char *at = strrchr(m->from[i], '@');
        const size_t local = (size_t)(at - m->from[i]);

        if (strcasecmp(m->from[i], own) == 0 ||
            (strchr(own, '@') == NULL && strlen(own) == local &&
             strncasecmp(m->from[i], own, local) == 0))
            return true;
    }
    return false;
}

/* --- when --- */

static void time_read(GMimeMessage *msg, struct mail *m)
{
    const char *field = field_of(GMIME_OBJECT(msg), "Received");
    const char *date = field != NULL ? strrchr(field, ';') : NULL;
    GDateTime *when = date != NULL ? g_mime_utils_header_decode_date(date + 1) : NULL;

    if (when == NULL)
        return;
    m->received_us = g_date_time_to_unix(when) * 1000000;
    m->has_received = m->received_us >= 788918400000000; /* 1995, as in events */
    g_date_time_unref(when);
}

/* --- to whom --- */

/* Of every field that says where the letter went, also when it stands several times. */
static void tokens_read(GMimeMessage *msg, const char *subject, const char *recipient,
                        struct mail *m)
{
    static const char *const fields[] = {"Delivered-To",
                                         "X-Delivered-To",
                                         "X-Original-To",
                                         "Envelope-To",
                                         "X-Envelope-To",
                                         "X-Rcpt-To",
                                         "X-MDRcpt-To",
                                         "X-Gm-Original-To",
                                         "X-Pm-Original-To",
                                         "X-Forwarded-For",
                                         "Original-Recipient",
                                         "X-Forwarded-To",
                                         "Resent-To",
                                         "Resent-Cc",
                                         "Apparently-To",
                                         "X-Apparently-To",
                                         "To",
                                         "Cc",
                                         "Received"};
    GMimeHeaderList *list = g_mime_object_get_header_list(GMIME_OBJECT(msg));
    const int n = g_mime_header_list_get_count(list);

    if (recipient != NULL)
        candidates_of_address(m, recipient);
    for (int i = 0; i < n; i++) {
        GMimeHeader *h = g_mime_header_list_get_header_at(list, i);

        for (size_t k = 0; k < sizeof(fields) / sizeof(fields[0]); k++)
            if (g_ascii_strcasecmp(g_mime_header_get_name(h), fields[k]) == 0 &&
                g_mime_header_get_value(h) != NULL)
                candidates_of_address(m, g_mime_header_get_value(h));
    }
    candidates_of_text(m, subject); /* "unsubscribe TOKEN" */
}

/* The subject as a person reads it, "" without any; g_free it. GMime's own is no use:
 * programs cut its encoded words in the middle of a letter, and name a wrong charset. */
static char *subject_of(GMimeMessage *msg)
{
    GMimeHeaderList *list = g_mime_object_get_header_list(GMIME_OBJECT(msg));
    GMimeHeader *h = g_mime_header_list_get_header(list, "Subject");
    const char *raw = h != NULL ? g_mime_header_get_raw_value(h) : NULL;
    char *begin = raw != NULL ? g_strndup(raw, strnlen(raw, SUBJECT_BYTES)) : NULL;
    char *text = begin != NULL ? encoded_read(begin) : g_strdup("");

    g_free(begin);
    return g_strstrip(text);
}

static bool is_answer(GMimeMessage *msg)
{
    return field_of(GMIME_OBJECT(msg), "In-Reply-To") != NULL ||
           field_of(GMIME_OBJECT(msg), "References") != NULL;
}

static void message_read(GMimeMessage *msg, const char *own, const char *recipient,
                         struct mail *m)
{
    const char *id = g_mime_message_get_message_id(msg);
    char *subject = subject_of(msg);

    people_read(msg, m);
    time_read(msg, m);
    mail_text_copy(m->message_id, sizeof(m->message_id), id, false);
    mail_text_copy(m->subject, sizeof(m->subject), subject, false);
    m->answers = is_answer(msg);
    const bool report = report_read(msg, subject, m);
    tokens_read(msg, subject, recipient, m);
    if (!report) {
        body_read(msg, m);
        m->unsubscribes = unsubscribe_of(msg);
        m->sign = is_own(m, own) ? MAIL_SIGN_OWN : sign_of(msg, subject, m->answers);
        if (m->sign != MAIL_SIGN_NONE)
            m->kind = MAIL_AUTOMATIC;
    }
    g_free(subject);
}

static bool is_before_header(const char *line, size_t len)
{
    size_t n = 0;

    while (n < len && strchr(" \t\r", line[n]) != NULL && line[n] != '\0')
        n++;
    return n == len || (len > 5 && memcmp(line, "From ", 5) == 0) ||
           (len > 6 && memcmp(line, ">From ", 6) == 0);
}

/* Where the header begins: past what programs that kept or passed on a message put before
 * it, a mark of byte order, empty lines, the "From " of an mbox. */
static const char *header_begin(const char *data, const char *stop)
{
    const char *end;

    if (stop - data >= 3 && memcmp(data, "\xef\xbb\xbf", 3) == 0)
        data += 3;
    while ((end = memchr(data, '\n', (size_t)(stop - data))) != NULL &&
           is_before_header(data, (size_t)(end - data)))
        data = end + 1;
    return data;
}

/* Lines that end with CR alone, as on old Macs; NULL: they do not. g_free it. */
static char *line_ends_fix(const char *data, size_t len)
{
    char *out;

    if (memchr(data, '\n', len) != NULL || memchr(data, '\r', len) == NULL)
        return NULL;
    out = g_memdup2(data, len);
    for (size_t i = 0; i < len; i++)
        if (out[i] == '\r')
            out[i] = '\n';
    return out;
}

void mail_read(const char *data, size_t len, const char *own, const char *recipient,
               struct mail *ret)
{
    char *lines = line_ends_fix(data, len);
    const char *stop;
    GMimeStream *stream;
    GMimeParser *parser;
    GMimeMessage *msg;
    char *fixed;

    memset(ret, 0, offsetof(struct mail, reported));
    stop = (lines != NULL ? lines : data) + len;
    data = header_begin(lines != NULL ? lines : data, stop);
    len = (size_t)(stop - data);
    fixed = framing_fix(data, len, &len);
    stream = g_mime_stream_mem_new_with_buffer(fixed != NULL ? fixed : data, len);
    g_free(fixed);
    parser = g_mime_parser_new_with_stream(stream);
    msg = g_mime_parser_construct_message(parser, NULL);
    if (msg != NULL) {
        message_read(msg, own, recipient, ret);
        g_object_unref(msg);
    }
    g_object_unref(parser);
    g_object_unref(stream);
    g_free(lines);
}
