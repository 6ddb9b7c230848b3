/*
 * Delivery status notifications: RFC 3464's groups of fields, one for each recipient, as
 * they ought to be and as they come: without blank lines between them (AOL), with a
 * status that says less than the answer beside it, or with none.
 */
#include "report.h"

#include <string.h>

struct group {
    char original[600], final[600], action[32], status[64];
    char words[2048];
};

static bool is_status(const char *s)
{
    return (s[0] == '2' || s[0] == '4' || s[0] == '5') && s[1] == '.' &&
           g_ascii_isdigit(s[2]);
}

static bool is_fine(const char *action)
{
    static const char *const fine[] = {"delivered", "relayed", "expanded", "deliverable"};

    for (size_t i = 0; i < sizeof(fine) / sizeof(fine[0]); i++)
        if (g_ascii_strncasecmp(action, fine[i], strlen(fine[i])) == 0)
            return true;
    return false;
}

/* Was the message refused, and not the recipient? sendmail's transcript: ">>> DATA", then
 * "<<< 550 ...", and no recipient refused. */
static bool dsn_refused_late(const char *words)
{
    const char *data = strstr(words, ">>> DATA");
    const char *answer = data != NULL ? strstr(data, "<<< ") : NULL;

    if (answer == NULL || answer[4] != '5')
        return false;
    for (const char *s = answer; s != NULL; s = strstr(s + 4, "<<< ")) {
        char *line = g_ascii_strdown(s + 4, (gssize)strcspn(s + 4, "\n"));
        const bool before = strncmp(line, "503", 3) == 0 ||
                            strstr(line, "rcpt") != NULL ||
                            strstr(line, "no valid recip") != NULL;

        g_free(line);
        if (before)
            return false; /* it had refused the recipient, and said so only now */
    }
    return true;
}

bool dsn_is_fine(const char *fields)
{
    struct report_field *f = g_new0(struct report_field, 1);
    bool fine = false;

    for (const char *s = fields; *s != '\0';)
        if (report_field_next(&s, f) && g_ascii_strcasecmp(f->name, "Action") == 0)
            fine = fine || is_fine(f->value);
    g_free(f);
    return fine;
}

char *dsn_words_of(const char *words, const char *address)
{
    GString *out = g_string_new(NULL);

    for (const char *s = words, *at; (at = strcasestr(s, address)) != NULL;) {
        const char *end = at + strcspn(at, "\n");

        while (at > s && at[-1] != '\n')
            at--;
        while (*end == '\n' && (end[1] == ' ' || end[1] == '\t') &&
               end[1 + strspn(end + 1, " \t\r")] != '\n') {
            const char *line = end + 1 + strspn(end + 1, " \t<\"");
            const size_t word = strcspn(line, " \t\r\n");

            if (memchr(line, '@', word) != NULL &&
                g_ascii_strncasecmp(line, address, strlen(address)) != 0)
                break; /* the next one's */
            end += 1 + strcspn(end + 1, "\n");
        }
        g_string_append_len(out, at, end - at);
        g_string_append_c(out, ' ');
        s = end;
    }
    return g_string_free(out, FALSE);
}

/* What the other server answered; where it says nothing of the kind, the status field,
 * which the reporter chose itself. */
static void status_pick(const struct group *g, const char *words,
                        char ret[MAIL_STATUS_BYTES])
{
    char said[MAIL_STATUS_BYTES];

    report_status(words, strlen(words), said);
    ret[0] = '\0';
    if (is_status(g->status) && g->status[0] != '2')
        report_status(g->status, strlen(g->status), ret);
    if (said[0] != '\0' &&
        (ret[0] == '\0' || g_str_has_suffix(ret, ".0") || !g_str_has_suffix(said, ".0")))
        g_strlcpy(ret, said, MAIL_STATUS_BYTES);
}

/* The answer in the fields; without one, or when it tells nothing, the words beside them.
 * Not both: what sendmail adds in its own words is no answer of anybody. */
static char *group_words(const struct group *g, const char *address, const char *words,
                         bool only)
{
    char *said = dsn_words_of(words, address);
    const bool late = dsn_refused_late(words) ||
                      strcasestr(said, "end of data") != NULL ||
                      strcasestr(said, "reply to data") != NULL;
    const bool tells = g->words[0] != '\0' && bounce_of("", g->words) != BOUNCE_UNCLEAR;
    GString *all = g_string_new(g->words);

    if (g->words[0] == '\0' && only)
        g_string_append(all, words);
    else if (!tells)
        g_string_append_printf(all, " %s", said);
    if (late)
        g_string_append(all, " (in reply to end of DATA)");
    g_free(said);
    return g_string_free(all, FALSE);
}

static void group_end(struct group *g, const char *words, bool only, struct mail *m)
{
    const bool delayed = g_ascii_strncasecmp(g->action, "delayed", 7) == 0;
    char address[IDENT_EMAIL_BYTES], status[MAIL_STATUS_BYTES];
    char *said;

    if (!is_fine(g->action) &&
        (report_address(g->original, address) || report_address(g->final, address))) {
        said = group_words(g, address, words, only);
        status_pick(g, said, status);
        report_failure(m, address, status, said, delayed);
        g_free(said);
    }
    memset(g, 0, sizeof(*g));
}

/* How many recipients there are, to know whether the words are about the only one. */
static size_t recipients(const char *fields)
{
    size_t n = 0;

    for (const char *s = fields; (s = strcasestr(s, "Final-Recipient:")) != NULL; s++)
        n++;
    return n;
}

static bool is_blank(const char *s)
{
    return s[0] == '\n' || (s[0] == '\r' && s[1] == '\n');
}

void dsn_read(const char *fields, const char *words, struct mail *m)
{
    struct group *g = g_new0(struct group, 1);
    struct report_field *f = g_new0(struct report_field, 1);
    const bool only = recipients(fields) < 2;

    for (const char *s = fields; *s != '\0';) {
        const bool blank = is_blank(s);
        const bool named = g->original[0] != '\0' || g->final[0] != '\0';
        const bool known =
            g->action[0] != '\0' || g->status[0] != '\0' || g->words[0] != '\0';
        bool who;

        if (blank && (known || !named))
            group_end(g, words, only, m);
        if (!report_field_next(&s, f))
            continue;
        who = g_ascii_strcasecmp(f->name, "Final-Recipient") == 0;
        if (who || g_ascii_strcasecmp(f->name, "Original-Recipient") == 0) {
            if ((named && known) || (who ? g->final : g->original)[0] != '\0')
                group_end(g, words, only, m); /* the next one's, blank line or not */
            g_strlcpy(who ? g->final : g->original, f->value, sizeof(g->final));
        } else if (g_ascii_strcasecmp(f->name, "Action") == 0) {
            g_strlcpy(g->action, f->value, sizeof(g->action));
        } else if (g_ascii_strcasecmp(f->name, "Status") == 0) {
            g_strlcpy(g->status, f->value, sizeof(g->status));
        } else if (g_ascii_strcasecmp(f->name, "Diagnostic-Code") == 0) {
            const size_t len = strlen(g->words);

            g_snprintf(g->words + len, sizeof(g->words) - len, "%s%s", len > 0 ? " " : "",
                       f->value);
        }
    }
    group_end(g, words, only, m);
    g_free(g);
    g_free(f);
}
