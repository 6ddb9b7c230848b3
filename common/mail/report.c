/*
 * Bounces and complaints: which parts there are, and which reader they are for.
 *
 * Anybody can forge one. So a bounce counts only when something ties it to mail of ours
 * (services/mail), and a complaint is no more than an opt-out.
 */
#include "report.h"

#include <string.h>

char *report_part_bytes(GMimePart *part, size_t limit)
{
    GByteArray *bytes = part_bytes(part);
    char *text;

    if (bytes == NULL)
        return g_strdup("");
    text = g_utf8_make_valid((const char *)bytes->data, (gssize)MIN(bytes->len, limit));
    g_byte_array_unref(bytes);
    return text;
}

/* --- who failed, and codes --- */

void report_failure(struct mail *m, const char *address, const char *status,
                    const char *words, bool delayed)
{
    struct mail_reported *r = NULL;
    enum bounce says =
        delayed ? BOUNCE_MAILBOX : bounce_of(status[0] != '\0' ? status : "", words);

    for (size_t i = 0; r == NULL && i < m->n_reported; i++)
        if (strcmp(m->reported[i].address, address) == 0)
            r = &m->reported[i];
    if (r != NULL && says <= r->says)
        return; /* said before, and as clearly */
    if (r == NULL) {
        if (m->n_reported == MAIL_REPORTED)
            return;
        r = &m->reported[m->n_reported++];
        memset(r, 0, sizeof(*r));
        g_strlcpy(r->address, address, sizeof(r->address));
    }
    g_strlcpy(r->status, strcmp(status, "4.0.0") == 0 ? "" : status, sizeof(r->status));
    r->says = says;
    mail_text_copy(r->words, sizeof(r->words), words, false);
    g_strstrip(r->words);
}

/* "5.1.1" at s, its length in *ret; 0 length: none. */
static size_t status_at(const char *s, const char *end)
{
    size_t n = 0, dots = 0;

    if ((s[0] != '4' && s[0] != '5') || end - s < 5 || s[1] != '.')
        return 0;
    while (s + n < end && n + 1 < MAIL_STATUS_BYTES &&
           (g_ascii_isdigit(s[n]) || s[n] == '.'))
        dots += s[n++] == '.';
    while (n > 0 && s[n - 1] == '.') {
        n--;
        dots--;
    }
    if (dots != 2 || (s + n < end && (g_ascii_isalpha(s[n]) || s[n] == '.')))
        return 0;
    return n;
}

void report_status(const char *words, size_t len, char ret[MAIL_STATUS_BYTES])
{
    const char *end = words + len;

    ret[0] = '\0';
    for (const char *p = words; p < end; p++) {
        const bool begins =
            p == words || !(g_ascii_isalnum(p[-1]) || strchr(".-@", p[-1]) != NULL ||
                            (p[-1] == '[' && p > words + 1));
        const size_t n = begins || (p > words && p[-1] == '-') ? status_at(p, end) : 0;

        if (n == 0)
            continue;
        if (ret[0] == '\0' || g_str_has_suffix(ret, ".0"))
            g_strlcpy(ret, p, n + 1);
        if (!g_str_has_suffix(ret, ".0"))
            return;
    }
    if (ret[0] != '\0')
        return;
    for (const char *p = words; p + 3 < end; p++)
        if ((p == words || !(g_ascii_isalnum(p[-1]) || strchr(".:[-@", p[-1]) != NULL)) &&
            (p[0] == '4' || p[0] == '5') && p[1] <= '5' && g_ascii_isdigit(p[1]) &&
            g_ascii_isdigit(p[2]) && (p[3] == ' ' || p[3] == '-')) {
            if (p[0] == '4')
                g_strlcpy(ret, "4.0.0", MAIL_STATUS_BYTES);
            return;
        }
}

bool report_is_field(const char *line)
{
    const size_t name = strcspn(line, ": \t\r\n");

    return name > 0 && line[name] == ':' && g_ascii_isalpha(line[0]);
}

bool report_field_next(const char **s, struct report_field *ret)
{
    const char *at = *s;
    const size_t line = strcspn(at, "\n"), name = strcspn(at, ": \t\r\n");
    const char *colon = at + name;
    size_t n = 0;
    bool more;

    *s = at + line + (at[line] == '\n');
    while (*colon == ' ' || *colon == '\t')
        colon++;
    if (name == 0 || name >= sizeof(ret->name) || *colon != ':')
        return false;
    memcpy(ret->name, at, name);
    ret->name[name] = '\0';
    at = colon + 1;
    do {
        for (; *at != '\0' && *at != '\n'; at++)
            if (*at != '\r' && n + 1 < sizeof(ret->value))
                ret->value[n++] = *at;
        more = *at == '\n' && (at[1] == ' ' || at[1] == '\t') &&
               at[1 + strspn(at + 1, " \t")] != '\r' &&
               at[1 + strspn(at + 1, " \t")] != '\n';
        at += *at == '\n';
    } while (more);
    *s = at;
    ret->value[n] = '\0';
    g_strstrip(ret->value);
    return true;
}

/* --- the parts --- */

static void text_add(const char *text, struct report *r)
{
    if (text == NULL || r->text->len >= REPORT_BYTES)
        return;
    g_string_append_len(r->text, text, (gssize)strnlen(text, REPORT_BYTES));
    g_string_append(r->text, "\n\n");
}

static void text_take(GMimePart *part, struct report *r)
{
    char *text = part_text(part, REPORT_BYTES);

    if (part_is_type(GMIME_OBJECT(part), "text", "html")) {
        struct html_text html = {g_string_new(NULL), g_string_new(NULL),
                                 g_string_new(NULL), false};

        html_read(text, &html);
        text_add(html.all->str, r);
        g_string_free(html.all, TRUE);
        g_string_free(html.own, TRUE);
        g_string_free(html.links, TRUE);
    } else {
        text_add(text, r);
    }
    g_free(text);
}

static void part_look(GMimePart *part, struct report *r)
{
    GMimeObject *o = GMIME_OBJECT(part);
    char *bytes;

    if (part_is_type(o, "message", "delivery-status") ||
        part_is_type(o, "message", "global-delivery-status")) {
        r->status = r->status != NULL ? r->status : part;
    } else if (part_is_type(o, "message", "feedback-report")) {
        r->feedback = r->feedback != NULL ? r->feedback : part;
    } else if (part_is_type(o, "text", "rfc822-headers") ||
               part_is_type(o, "message", "*") || part_is_type(o, "text", "rfc822")) {
        bytes = report_part_bytes(part, REPORT_BYTES);
        if (r->original == NULL)
            report_original_parse(bytes, r);
        g_free(bytes);
    } else if (part_is_type(o, "text", "*") && r->original == NULL) {
        text_take(part, r);
    }
}

static void look(GMimeObject *o, struct report *r, int deep)
{
    if (o == NULL || deep > PARTS_DEEP || ++r->parts > PARTS_MOST)
        return;
    if (GMIME_IS_MULTIPART(o)) {
        const int n = g_mime_multipart_get_count(GMIME_MULTIPART(o));

        r->typed = r->typed || part_is_type(o, "multipart", "report");
        if (n == 0) /* its boundary is another's: what there is stands before it */
            text_add(g_mime_multipart_get_prologue(GMIME_MULTIPART(o)), r);
        for (int i = 0; i < n && r->parts < PARTS_MOST; i++)
            look(g_mime_multipart_get_part(GMIME_MULTIPART(o), i), r, deep + 1);
    } else if (GMIME_IS_MESSAGE_PART(o)) {
        GMimeMessage *inner = g_mime_message_part_get_message(GMIME_MESSAGE_PART(o));

        if (r->original == NULL && inner != NULL)
            r->original = GMIME_OBJECT(inner);
    } else if (GMIME_IS_PART(o)) {
        part_look(GMIME_PART(o), r);
    }
}

/* --- from a machine? --- */

/* Of an address, not of a name: a person may be called whatever they like. */
static bool is_daemon_address(const char *field)
{
    static const char *const names[] = {
        "mailer-daemon@", "mailerdaemon@", "mailer_daemon@", "mail-daemon@",
        "mdaemon@",       "postmaster@",   "postmaster\\@",  "post_master@",
        "mailer@",        "maildelivery@", "mmdf@",          "bounce@",
        "bounces@",       "mail-failure@", "system-errors@"};
    char *lower = g_ascii_strdown(field != NULL ? field : "", -1);
    const char *open = strrchr(lower, '<');
    bool found = false;

    for (size_t i = 0; !found && i < sizeof(names) / sizeof(names[0]); i++) {
        const char *s = strstr(open != NULL ? open : lower, names[i]);

        found = s != NULL && (s == lower || strchr("< \t\":,", s[-1]) != NULL);
    }
    if (open != NULL && open[1] == '>') /* "MAILER-DAEMON <>", or nobody at all */
        found = true;
    else if (!found && strchr(lower, '@') == NULL) /* "MAILER-DAEMON (...)" */
        found = strstr(lower, "mailer-daemon") != NULL ||
                strncmp(g_strstrip(lower), "postmaster", 10) == 0;
    g_free(lower);
    return found;
}

/* Whether it comes from a mail server, as far as its header tells. */
static bool is_daemon(const struct report *r)
{
    GMimeObject *o = GMIME_OBJECT(r->msg);
    const char *path = field_of(o, "Return-Path");

    if (is_daemon_address(field_of(o, "From")) || is_daemon_address(path) ||
        field_of(o, "X-Failed-Recipients") != NULL)
        return true;
    return path != NULL && strncmp(path + strspn(path, " \t"), "<>", 2) == 0;
}

static bool is_automatic(const struct report *r)
{
    const char *how = field_of(GMIME_OBJECT(r->msg), "Auto-Submitted");

    return how != NULL && g_ascii_strncasecmp(how, "no", 2) != 0;
}

/* A gateway of the reporter's side put the whole report into a message of its own. */
static void unwrap(struct report *r)
{
    GMimeObject *top = r->original != NULL && GMIME_IS_MESSAGE(r->original)
                           ? g_mime_message_get_mime_part(GMIME_MESSAGE(r->original))
                           : NULL;

    if (r->status != NULL || r->feedback != NULL || top == NULL ||
        !part_is_type(top, "multipart", "report"))
        return;
    r->original = NULL;
    look(top, r, 1);
}

/* One that writes nothing else, but in answer to a letter perhaps a vacation. */
static bool is_mailer_daemon(const struct report *r)
{
    const char *from = field_of(GMIME_OBJECT(r->msg), "From");

    return from != NULL && is_daemon_address(from) &&
           strcasestr(from, "mailer-daemon") != NULL &&
           field_of(GMIME_OBJECT(r->msg), "In-Reply-To") == NULL;
}

/* From an address that tells nothing: then subject and text must both say it, as a mail
 * server does and no customer whose parcel was lost. */
static bool is_plain_bounce(const struct report *r)
{
    static const char *const names[] = {
        "smtp",     "gateway",   "ndr@",    "administrator", "mailer",     "mta@",
        "delivery", "antivirus", "bounces", "system@",       "mailservice"};
    const char *from = field_of(GMIME_OBJECT(r->msg), "From");
    bool machine = r->original != NULL;

    if (field_of(GMIME_OBJECT(r->msg), "In-Reply-To") != NULL || !text_is_bounce(r, true))
        return false;
    for (size_t i = 0; from != NULL && i < sizeof(names) / sizeof(names[0]); i++)
        machine = machine || strcasestr(from, names[i]) != NULL;
    return text_says_bounce(r, machine);
}

static bool bounce_read(struct report *r, bool top, struct mail *m)
{
    const bool daemon = is_daemon(r);
    char *fields;

    if (daemon)
        unwrap(r);
    if (r->status != NULL && ((top && r->typed) || daemon || is_automatic(r))) {
        fields = report_part_bytes(r->status, REPORT_BYTES);
        dsn_read(fields, r->text->str, m);
        if (m->n_reported == 0 && !dsn_is_fine(fields))
            text_read(r, m);
        g_free(fields);
    } else if (is_mailer_daemon(r) ||
               ((daemon || is_automatic(r) || r->typed) && text_is_bounce(r, false)) ||
               (from_is_no_reply(r->msg) && text_is_bounce(r, true)) ||
               is_plain_bounce(r)) {
        text_read(r, m);
    } else {
        return false;
    }
    m->kind = MAIL_BOUNCE;
    return true;
}

bool report_read(GMimeMessage *msg, const char *subject, struct mail *m)
{
    GMimeObject *top = g_mime_message_get_mime_part(msg);
    struct report r = {.msg = msg, .subject = subject, .text = g_string_new(NULL)};
    bool is;

    look(top, &r, 0);
    is = arf_read(&r, m) || sns_read(&r, m) ||
         bounce_read(&r, top != NULL && part_is_type(top, "multipart", "report"), m);
    if (is) {
        mail_text_copy(m->text, sizeof(m->text), "", false);
        if (r.original != NULL)
            report_original_look(r.original, m);
    }
    if (r.own_parsed != NULL)
        g_object_unref(r.own_parsed);
    g_string_free(r.text, TRUE);
    return is;
}
