/*
 * Bounces in words. Every mail server has its own, and most of them say the same: a
 * sentence that the message could not be delivered, the address on a line of its own, the
 * reason beside it or below, and then the message that came back. So this looks for
 * addresses by where they stand, and not for one server's form after the other.
 */
#include "report.h"

#include <string.h>

/* How well a line's address says that it is the recipient's. */
enum place {
    PLACE_NONE = 0,
    PLACE_WITHIN, /* somewhere in a sentence                     */
    PLACE_NAMED,  /* "recipient: ..."                            */
    PLACE_ALONE,  /* a line begins with it                       */
    PLACE_CODE,   /* "550 <...>... ": and all stands on the line */
};

struct said {
    char address[IDENT_EMAIL_BYTES];
    enum place place;
    const char *line;
};

#define SAID_MOST 2000

/* --- addresses in lines --- */

static enum place place_of(const char *line, const char *begin, const char *end,
                           const char *stop)
{
    static const char trim[] = " \t<\"'([*->|#.+=:;,`";
    char *before = g_ascii_strdown(line, begin - line);
    enum place place = PLACE_WITHIN;
    size_t len = strlen(before), skip;

    while (len > 0 && strchr(trim, before[len - 1]) != NULL)
        before[--len] = '\0';
    skip = strspn(before, trim);
    if (report_has(before + skip, REPORT_OTHERS))
        place = PLACE_NONE;
    if (len == 0 && g_strstr_len(end, stop - end, " wrote") == NULL)
        place = PLACE_ALONE;
    else if (len > 0 && strspn(before, "0123456789.- ") == len)
        place = PLACE_CODE;
    else if (place == PLACE_WITHIN && report_has(before, REPORT_NAMES))
        place = PLACE_NAMED;
    g_free(before);
    return place;
}

/* Whether it is ours, or a mail server's: the one who wrote, or to whom it came back. */
static bool is_not_meant(const struct report *r, const char *address)
{
    static const char *const to[] = {"To", "Cc", "From", "Delivered-To"};
    static const char *const of[] = {"From", "Sender", "Return-Path", "Reply-To"};
    bool found = false;

    for (size_t i = 0; !found && i < sizeof(to) / sizeof(to[0]); i++) {
        const char *field = field_of(GMIME_OBJECT(r->msg), to[i]);

        found = field != NULL && strcasestr(field, address) != NULL;
    }
    for (size_t i = 0; !found && r->original != NULL && i < sizeof(of) / sizeof(of[0]);
         i++) {
        const char *field = field_of(r->original, of[i]);

        found = field != NULL && strcasestr(field, address) != NULL;
    }
    return found;
}

static bool is_office(const char *address)
{
    static const char *const offices[] = {"postmaster@", "mailer-daemon@", "abuse@",
                                          "webmaster@",  "hostmaster@",    "support@",
                                          "helpdesk@",   "noreply@",       "no-reply@"};

    for (size_t i = 0; i < sizeof(offices) / sizeof(offices[0]); i++)
        if (strncmp(address, offices[i], strlen(offices[i])) == 0)
            return true;
    return false;
}

static size_t line_read(const struct report *r, const char *line, const char *stop,
                        struct said *said, size_t n)
{
    /* "<a@example.com> (expanded from <b@example.com>)": b is whom we wrote to */
    const char *source = g_strstr_len(line, stop - line, "expanded from");
    const char *from = source != NULL ? source : line;

    if (source == NULL) {
        source = g_strstr_len(line, stop - line, "generated from");
        from = source != NULL ? source : line;
    }
    for (const char *at = from; (at = memchr(at, '@', (size_t)(stop - at))) != NULL;
         at++) {
        const char *begin, *end;
        char raw[400];
        struct said *s = &said[n];

        if (n == SAID_MOST)
            break;
        if (!report_address_around(line, at, stop, &begin, &end, raw, sizeof(raw)) ||
            !report_address(raw, s->address) || is_not_meant(r, s->address))
            continue;
        s->place = source != NULL ? PLACE_ALONE : place_of(line, begin, end, stop);
        if (s->place == PLACE_NONE || (s->place != PLACE_ALONE && is_office(s->address)))
            continue;
        s->line = line;
        n++;
        if (source != NULL)
            break;
    }
    return n;
}

/* The reporter's own words, up to the message that came back. */
static size_t own_length(const char *text)
{
    bool words = false;

    for (const char *s = text; *s != '\0';) {
        const size_t len = strcspn(s, "\n"), skip = strspn(s, " \t\r-_=*>+#:|[<.");
        const size_t begin = skip < len ? skip : 0;
        char *lower = g_utf8_strdown(s + begin, (gssize)(len - begin));

        if (words && report_has(lower, REPORT_RETURNED)) {
            g_free(lower);
            return (size_t)(s - text);
        }
        words = words || skip < len;
        g_free(lower);
        s += len + (s[len] == '\n');
    }
    return strlen(text);
}

/* --- who, and why --- */

/* Whether a line is a server's answer: "<<< 550 5.1.1 ...", "<-- 550 ...". */
static bool is_answer(const char *line)
{
    const char *s = line + strspn(line, " \t<>-#:|");

    return (s[0] == '4' || s[0] == '5') && g_ascii_isdigit(s[1]) &&
           g_ascii_isdigit(s[2]) && (s[3] == ' ' || s[3] == '-');
}

/* Of a text about one address alone: the lines with the address, what is indented below
 * them, and the answers; without the sentences that stand in every such letter. */
static char *answers_of(const char *text, const char *address)
{
    char *lines = dsn_words_of(text, address);
    GString *out = g_string_new(lines);

    g_free(lines);
    for (const char *s = text; *s != '\0'; s += *s == '\n') {
        const size_t len = strcspn(s, "\n");

        if (is_answer(s)) {
            g_string_append_c(out, ' ');
            g_string_append_len(out, s, (gssize)len);
        }
        s += len;
    }
    return g_string_free(out, FALSE);
}

/* The same, or when that tells nothing all of the text, from the address on and then what
 * stands before it. */
static char *reason_alone(const char *text, const char *line, const char *address)
{
    char *answers = answers_of(text, address);
    char status[MAIL_STATUS_BYTES];
    GString *all;

    report_status(answers, strlen(answers), status);
    if (bounce_of(status, answers) != BOUNCE_UNCLEAR)
        return answers;
    g_free(answers);
    all = g_string_new(line);
    g_string_append_c(all, ' ');
    g_string_append_len(all, text, line - text);
    return g_string_free(all, FALSE);
}

/* What is said of one address: from its line to that of the next one, and so with every
 * line that has it. */
static char *reason_of(const char *text, const struct said *said, size_t n, size_t i,
                       bool only)
{
    GString *out;

    if (only && said[i].place != PLACE_CODE)
        return reason_alone(text, said[i].line, said[i].address);
    out = g_string_new(NULL);
    for (size_t k = 0; k < n; k++) {
        const char *end = text + strlen(text);

        if (strcmp(said[k].address, said[i].address) != 0)
            continue;
        for (size_t j = n; j-- > k + 1;)
            if (strcmp(said[j].address, said[i].address) != 0)
                end = said[j].line;
        if (said[k].place == PLACE_CODE)
            end = said[k].line + strcspn(said[k].line, "\n");
        g_string_append_len(out, said[k].line, end - said[k].line);
        g_string_append_c(out, ' ');
    }
    return g_string_free(out, FALSE);
}

static bool one_address(const struct said *said, size_t n)
{
    for (size_t i = 1; i < n; i++)
        if (strcmp(said[i].address, said[0].address) != 0)
            return false;
    return true;
}

static void failures_add(const char *text, struct said *said, size_t n, enum place place,
                         struct mail *m)
{
    size_t kept = 0;
    bool only;

    for (size_t i = 0; i < n; i++) /* PLACE_CODE is as good as PLACE_ALONE */
        if (said[i].place >= place)
            said[kept++] = said[i];
    only = one_address(said, kept);
    for (size_t i = 0; i < kept; i++) {
        char *reason = reason_of(text, said, kept, i, only);
        char status[MAIL_STATUS_BYTES];

        report_status(reason, strlen(reason), status);
        report_failure(m, said[i].address, status, reason, false);
        g_free(reason);
    }
}

/* "X-Failed-Recipients: a@example.com, b@example.com", of Exim and Gmail. */
static void failed_field_read(const char *value, const char *text, struct said *said,
                              size_t n, struct mail *m)
{
    char **list = g_strsplit_set(value, ", \t\r\n", MAIL_REPORTED);
    const bool only = list[0] == NULL || list[1] == NULL;
    char address[IDENT_EMAIL_BYTES];

    for (size_t i = 0; list[i] != NULL; i++) {
        char status[MAIL_STATUS_BYTES], *reason = NULL;

        if (!report_address(list[i], address))
            continue;
        for (size_t k = 0; reason == NULL && !only && k < n; k++)
            if (strcmp(said[k].address, address) == 0)
                reason = reason_of(text, said, n, k, false);
        if (reason == NULL)
            reason = only ? reason_alone(text, text, address) : g_strdup(text);
        report_status(reason, strlen(reason), status);
        report_failure(m, address, status, reason, false);
        g_free(reason);
    }
    g_strfreev(list);
}

/* Nobody named: then the one whom the message that came back was for. */
static void original_read(const struct report *r, const char *text, struct mail *m)
{
    const char *to = r->original != NULL ? field_of(r->original, "To") : NULL;
    char address[IDENT_EMAIL_BYTES], status[MAIL_STATUS_BYTES];
    const char *open = to != NULL ? strrchr(to, '<') : NULL;

    if (to == NULL || strchr(to, '@') != strrchr(to, '@') ||
        !report_address(open != NULL ? open : to, address))
        return;
    report_status(text, strlen(text), status);
    report_failure(m, address, status, text, false);
}

void text_read(struct report *r, struct mail *m)
{
    const char *failed = field_of(GMIME_OBJECT(r->msg), "X-Failed-Recipients");
    const char *groups = strcasestr(r->text->str, "Final-Recipient:");
    const size_t len = own_length(r->text->str);
    struct said *said = g_new0(struct said, SAID_MOST + 1);
    char *own = g_strndup(r->text->str, len);
    const char *after = r->text->str + len;
    size_t n = 0;

    if (r->original == NULL && *after != '\0') {
        while (*after != '\0' && !report_is_field(after))
            after += strcspn(after, "\n") + (strchr(after, '\n') != NULL);
        report_original_parse(after, r);
    }
    for (const char *s = own; *s != '\0';) {
        const size_t line = strcspn(s, "\n");

        n = line_read(r, s, s + line, said, n);
        s += line + (s[line] == '\n');
    }
    if (groups != NULL) /* the fields stand among the words */
        dsn_read(groups, own, m);
    if (m->n_reported == 0 && failed != NULL)
        failed_field_read(failed, own, said, n, m);
    for (int place = PLACE_ALONE; m->n_reported == 0 && place > PLACE_NONE; place--)
        failures_add(own, said, n, (enum place)place, m);
    if (m->n_reported == 0)
        original_read(r, own, m);
    g_free(own);
    g_free(said);
}
