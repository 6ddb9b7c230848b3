/*
 * Bounces and complaints: reports with a part for machines (RFC 3464, RFC 5965), and the
 * bounces of qmail and of old Exims, which have only words and a field.
 *
 * Anybody can forge one. So a bounce from here is never said to be for good, and a
 * complaint is no more than an opt-out.
 */
#include "parts.h"

#include <string.h>

#define STATUS_BYTES                                                                     \
    (256 * 1024) /* of the part for machines, and of a bounce in words                   \
                  */

struct found {
    GMimePart *status;        /* message/delivery-status                        */
    GMimePart *feedback;      /* message/feedback-report                        */
    GMimeObject *original;    /* the header of the message that it is all about */
    GMimeMessage *own_parsed; /* to be let go: from text/rfc822-headers         */
    GMimePart *first_text;
};

static bool is_type(GMimeObject *o, const char *type, const char *subtype)
{
    GMimeContentType *t = g_mime_object_get_content_type(o);

    return t != NULL && g_mime_content_type_is_type(t, type, subtype);
}

/* The text of a part as it came, without a charset's conversion. */
static char *part_bytes(GMimePart *part, size_t limit)
{
    GMimeDataWrapper *content = g_mime_part_get_content(part);
    GMimeStream *mem;
    GByteArray *bytes;
    char *text;

    if (content == NULL)
        return g_strdup("");
    mem = g_mime_stream_mem_new();
    g_mime_data_wrapper_write_to_stream(content, mem);
    bytes = g_mime_stream_mem_get_byte_array(GMIME_STREAM_MEM(mem));
    text = bytes->data == NULL
               ? g_strdup("")
               : g_utf8_make_valid((const char *)bytes->data,
                                   (gssize)(bytes->len < limit ? bytes->len : limit));
    g_object_unref(mem);
    return text;
}

static void headers_parse(GMimePart *part, struct found *f)
{
    char *text = part_bytes(part, STATUS_BYTES);
    GMimeStream *stream = g_mime_stream_mem_new_with_buffer(text, strlen(text));
    GMimeParser *parser = g_mime_parser_new_with_stream(stream);

    f->own_parsed = g_mime_parser_construct_message(parser, NULL);
    if (f->own_parsed != NULL)
        f->original = GMIME_OBJECT(f->own_parsed);
    g_object_unref(parser);
    g_object_unref(stream);
    g_free(text);
}

static void look(GMimeObject *o, struct found *f, int deep)
{
    if (o == NULL || deep > 4)
        return;
    if (GMIME_IS_MULTIPART(o)) {
        const int n = g_mime_multipart_get_count(GMIME_MULTIPART(o));

        for (int i = 0; i < n && i < 32; i++)
            look(g_mime_multipart_get_part(GMIME_MULTIPART(o), i), f, deep + 1);
    } else if (GMIME_IS_MESSAGE_PART(o)) {
        GMimeMessage *inner = g_mime_message_part_get_message(GMIME_MESSAGE_PART(o));

        if (f->original == NULL && inner != NULL)
            f->original = GMIME_OBJECT(inner);
    } else if (GMIME_IS_PART(o)) {
        GMimePart *part = GMIME_PART(o);

        if (f->status == NULL && (is_type(o, "message", "delivery-status") ||
                                  is_type(o, "message", "global-delivery-status")))
            f->status = part;
        else if (f->feedback == NULL && is_type(o, "message", "feedback-report"))
            f->feedback = part;
        else if (f->original == NULL && (is_type(o, "text", "rfc822-headers") ||
                                         is_type(o, "message", "global-headers")))
            headers_parse(part, f);
        else if (f->first_text == NULL && is_type(o, "text", "*"))
            f->first_text = part;
    }
}

/* --- fields in groups, as both kinds of report have them --- */

/* The value of a field between s and end, unfolded; false: not there. */
static bool group_field(const char *s, const char *end, const char *name, char *ret,
                        size_t bytes)
{
    const size_t len = strlen(name);

    while (s < end) {
        const char *eol = memchr(s, '\n', (size_t)(end - s));
        const char *stop = eol != NULL ? eol : end;

        if ((size_t)(stop - s) > len && s[len] == ':' &&
            g_ascii_strncasecmp(s, name, len) == 0) {
            size_t n = 0;

            s += len + 1;
            for (;;) {
                for (; s < stop && n + 1 < bytes; s++)
                    if (*s != '\r')
                        ret[n++] = *s;
                if (stop == end || stop + 1 >= end || (stop[1] != ' ' && stop[1] != '\t'))
                    break;
                s = stop + 1; /* a continuation */
                eol = memchr(s, '\n', (size_t)(end - s));
                stop = eol != NULL ? eol : end;
            }
            ret[n] = '\0';
            g_strstrip(ret);
            return true;
        }
        s = stop + 1;
    }
    return false;
}

static const char *group_end(const char *s)
{
    for (const char *p = s; *p != '\0'; p++)
        if (*p == '\n' && (p[1] == '\n' || (p[1] == '\r' && p[2] == '\n')))
            return p + 1;
    return s + strlen(s);
}

/* "rfc822; user@example.com" */
static bool typed_address(const char *value, char ret[IDENT_EMAIL_BYTES])
{
    const char *semicolon = strchr(value, ';');
    char text[512];
    char *xtext;

    g_strlcpy(text, semicolon != NULL ? semicolon + 1 : value, sizeof(text));
    while ((xtext = strstr(text, "+2B")) != NULL ||
           (xtext = strstr(text, "+3D")) != NULL) {
        *xtext = xtext[1] == '2' ? '\x01' : '='; /* RFC 3461, part 4 */
        memmove(xtext + 1, xtext + 3, strlen(xtext + 3) + 1);
    }
    for (char *p = text; *p != '\0'; p++)
        if (*p == '\x01')
            *p = '+';
    g_strstrip(text);
    return address_take(text, ret);
}

static bool is_status(const char *s)
{
    return (s[0] == '2' || s[0] == '4' || s[0] == '5') && s[1] == '.' &&
           g_ascii_isdigit(s[2]);
}

/* The first status code in words, "#5.1.1" or "550 5.1.1", into a failure. Without one, a
 * reply code says as much. */
static void status_find(const char *s, const char *end, struct mail_failure *f)
{
    for (const char *p = s; p + 4 < end; p++) {
        const bool begins = p == s || !(g_ascii_isalnum(p[-1]) || p[-1] == '.');
        size_t n = 0;

        if (!begins || !is_status(p) || p[0] == '2')
            continue;
        while (p + n < end && n + 1 < MAIL_STATUS_BYTES &&
               (g_ascii_isdigit(p[n]) || p[n] == '.'))
            n++;
        while (n > 0 && p[n - 1] == '.')
            n--;
        if (memchr(p + 2, '.', n > 2 ? n - 2 : 0) == NULL ||
            (p + n < end && g_ascii_isalpha(p[n])))
            continue;
        memcpy(f->status, p, n);
        f->status[n] = '\0';
        f->hard = p[0] == '5';
        return;
    }
    f->hard = true;
    for (const char *p = s; p + 3 < end; p++)
        if ((p == s || !g_ascii_isalnum(p[-1])) && (p[0] == '4' || p[0] == '5') &&
            p[1] <= '5' && g_ascii_isdigit(p[1]) && g_ascii_isdigit(p[2]) &&
            (p[3] == ' ' || p[3] == '-')) {
            f->hard = p[0] == '5';
            return;
        }
}

/* --- bounces --------------------------------------------------------------------------
 */

static struct mail_failure *failure_add(struct mail *m, const char *address)
{
    for (size_t i = 0; i < m->n_failed; i++)
        if (strcmp(m->failed[i].address, address) == 0)
            return NULL;
    if (m->n_failed == MAIL_PEOPLE)
        return NULL;
    g_strlcpy(m->failed[m->n_failed].address, address, IDENT_EMAIL_BYTES);
    return &m->failed[m->n_failed++];
}

static void recipient_read(const char *s, const char *end, struct mail *m)
{
    char value[600], address[IDENT_EMAIL_BYTES], status[64] = "", action[32] = "";
    struct mail_failure *f;

    if (!(group_field(s, end, "Original-Recipient", value, sizeof(value)) &&
          typed_address(value, address)) &&
        !(group_field(s, end, "Final-Recipient", value, sizeof(value)) &&
          typed_address(value, address)))
        return;
    group_field(s, end, "Action", action, sizeof(action));
    group_field(s, end, "Status", status, sizeof(status));
    if (g_ascii_strncasecmp(action, "failed", 6) != 0 &&
        g_ascii_strncasecmp(action, "delayed", 7) != 0 && action[0] != '\0')
        return; /* delivered, relayed, expanded */
    f = failure_add(m, address);
    if (f == NULL)
        return;
    if (is_status(status) && status[0] != '2')
        status_find(status, status + strlen(status) + 1, f);
    else
        f->hard = true; /* only the action says it */
    if (g_ascii_strncasecmp(action, "delayed", 7) == 0)
        f->hard = false;
}

static void delivery_status_read(GMimePart *part, struct mail *m)
{
    char *text = part_bytes(part, STATUS_BYTES);

    for (const char *s = text; *s != '\0';) {
        const char *end = group_end(s);

        recipient_read(s, end, m);
        s = end;
        while (*s == '\r' || *s == '\n')
            s++;
    }
    g_free(text);
}

/* "X-Failed-Recipients: a@example.com, b@example.com", of Exim and Gmail. */
static void failed_field_read(const char *value, const char *text, struct mail *m)
{
    char **list = g_strsplit_set(value, ", \t\r\n", 64);
    struct mail_failure said = {.hard = true};
    char address[IDENT_EMAIL_BYTES];

    status_find(text, text + strlen(text), &said);
    for (size_t i = 0; list[i] != NULL; i++) {
        struct mail_failure *f =
            address_take(list[i], address) ? failure_add(m, address) : NULL;

        if (f == NULL)
            continue;
        memcpy(f->status, said.status, sizeof(f->status));
        f->hard = said.hard;
    }
    g_strfreev(list);
}

/* qmail's (QSBMF): "Hi. This is the ...", then paragraphs "<address>:\nreason". */
static bool qmail_read(const char *text, struct mail *m)
{
    const char *stop = strstr(text, "\n--- Below this line");
    char address[IDENT_EMAIL_BYTES], raw[400];

    if (strncmp(text, "Hi. This is the", 15) != 0)
        return false;
    for (const char *s = strstr(text, "\n<"); s != NULL && (stop == NULL || s < stop);
         s = strstr(s + 1, "\n<")) {
        const char *close = strstr(s, ">:");
        const size_t len = close != NULL ? (size_t)(close - s) - 2 : sizeof(raw);
        struct mail_failure *f;

        if (len >= sizeof(raw))
            continue;
        memcpy(raw, s + 2, len);
        raw[len] = '\0';
        f = address_take(raw, address) ? failure_add(m, address) : NULL;
        if (f != NULL)
            status_find(close, group_end(close), f);
    }
    return true;
}

static bool is_daemon(GMimeMessage *msg)
{
    const char *from = field_of(GMIME_OBJECT(msg), "From");
    char *lower = g_ascii_strdown(from != NULL ? from : "", -1);
    const bool found = strstr(lower, "mailer-daemon") != NULL;

    g_free(lower);
    return found;
}

static bool bounce_read(GMimeMessage *msg, const struct found *f, bool report,
                        struct mail *m)
{
    const char *failed = field_of(GMIME_OBJECT(msg), "X-Failed-Recipients");
    const bool daemon = is_daemon(msg);
    bool is;

    if (f->status != NULL && (report || daemon || failed != NULL)) {
        delivery_status_read(f->status, m);
        is = true;
    } else if (daemon || failed != NULL) {
        char *text = f->first_text != NULL ? part_bytes(f->first_text, STATUS_BYTES)
                                           : g_strdup("");

        is = qmail_read(text, m);
        if (failed != NULL)
            failed_field_read(failed, text, m);
        is = is || failed != NULL;
        /* a daemon's letter that says not whom it is about; a vacation has other names */
        is = is || (daemon && field_of(GMIME_OBJECT(msg), "In-Reply-To") == NULL);
        g_free(text);
    } else {
        return false;
    }
    m->kind = is ? MAIL_BOUNCE : m->kind;
    return is;
}

/* --- complaints -----------------------------------------------------------------------
 */

/* The one address in To of the message complained of; of several we cannot tell. */
static bool only_recipient(GMimeObject *original, char ret[IDENT_EMAIL_BYTES])
{
    InternetAddressList *to;

    if (original == NULL || !GMIME_IS_MESSAGE(original))
        return false;
    to = g_mime_message_get_to(GMIME_MESSAGE(original));
    return to != NULL && internet_address_list_length(to) == 1 &&
           INTERNET_ADDRESS_IS_MAILBOX(internet_address_list_get_address(to, 0)) &&
           address_take(internet_address_mailbox_get_addr(INTERNET_ADDRESS_MAILBOX(
                            internet_address_list_get_address(to, 0))),
                        ret);
}

static bool feedback_read(const struct found *f, struct mail *m)
{
    const char *hotmail = f->original != NULL && f->feedback == NULL
                              ? field_of(f->original, "X-HmXmrOriginalRecipient")
                              : NULL;
    char type[64] = "abuse", value[600];

    if (f->feedback == NULL && hotmail == NULL)
        return false;
    m->kind = MAIL_COMPLAINT;
    if (f->original != NULL)
        candidates_of_unsubscribe(m, f->original);
    if (hotmail != NULL) {
        address_take(hotmail, m->complainant);
    } else {
        char *text = part_bytes(f->feedback, STATUS_BYTES);
        const char *end = text + strlen(text);

        group_field(text, end, "Feedback-Type", type, sizeof(type));
        if (!(group_field(text, end, "Original-Rcpt-To", value, sizeof(value)) &&
              address_take(value, m->complainant)))
            only_recipient(f->original, m->complainant);
        g_free(text);
    }
    m->complaint_counts = g_ascii_strcasecmp(type, "not-spam") != 0 &&
                          g_ascii_strncasecmp(type, "auth-failure", 12) != 0;
    return true;
}

bool report_read(GMimeMessage *msg, struct mail *m)
{
    GMimeObject *top = g_mime_message_get_mime_part(msg);
    struct found f = {0};
    bool report, is;

    report = top != NULL && is_type(top, "multipart", "report");
    look(top, &f, 0);
    is = feedback_read(&f, m) || bounce_read(msg, &f, report, m);
    if (is)
        mail_text_copy(m->text, sizeof(m->text), "", false);
    if (f.own_parsed != NULL)
        g_object_unref(f.own_parsed);
    return is;
}
