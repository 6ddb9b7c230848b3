/*
 * Is a letter a machine's? RFC 3834, part 2, and what older programs wrote. In doubt it
 * is a person's: an opt-out too many harms nobody, one too few does. A subject alone
 * proves nothing, and neither does X-Auto-Response-Suppress, which people's programs set,
 * too; both together do.
 */
#include "parts.h"

#include <string.h>

/* Does the value begin with that word? */
static bool is_word(const char *value, const char *word)
{
    const size_t n = strlen(word);

    while (value != NULL && g_ascii_isspace(*value))
        value++;
    return value != NULL && g_ascii_strncasecmp(value, word, n) == 0 &&
           !g_ascii_isalnum(value[n]) && value[n] != '-' && value[n] != '_';
}

static bool has(GMimeObject *o, const char *name)
{
    return field_of(o, name) != NULL;
}

static bool is_precedence(const char *value)
{
    static const char *const words[] = {"bulk", "junk", "list", "auto_reply",
                                        "auto-reply"};

    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        if (is_word(value, words[i]))
            return true;
    return false;
}

static bool is_autoreply(GMimeObject *o)
{
    static const char *const fields[] = {
        "X-Autoreply",      "X-Autorespond",    "X-Autoresponder",      "X-Auto-Reply",
        "X-Mail-Autoreply", "X-Autoreply-From", "X-AutoReply-Domain",   "X-Vacation",
        "Auto-Response",    "X-Auto-Responded", "X-Loop-Autoresponder", "X-OOF",
    };

    for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
        const char *value = field_of(o, fields[i]);

        if (value != NULL && !is_word(value, "no"))
            return true;
    }
    return has(o, "X-Cron-Env");
}

static bool is_receipt(GMimeMessage *msg)
{
    GMimeObject *part = g_mime_message_get_mime_part(msg);
    GMimeContentType *type = part != NULL ? g_mime_object_get_content_type(part) : NULL;
    const char *report =
        type != NULL ? g_mime_content_type_get_parameter(type, "report-type") : NULL;

    return report != NULL && g_ascii_strcasecmp(report, "disposition-notification") == 0;
}

static bool is_vacation_subject(const char *subject)
{
    static const char *const begins[] = {
        "out of office",
        "automatic reply",
        "auto reply",
        "auto-reply",
        "autoreply",
        "auto response",
        "abwesenheitsnotiz",
        "abwesend",
        "automatische antwort",
        "absence du bureau",
        "absent du bureau",
        "réponse automatique",
        "fuera de la oficina",
        "fuera de oficina",
        "respuesta automática",
        "fuori sede",
        "risposta automatica",
        "afwezig",
        "automatisch antwoord",
        "ausente",
        "resposta automática",
        "frånvaro",
        "autosvar",
        "automatiskt svar",
        "automatisk svar",
        "nieobecność",
        "odpowiedź automatyczna",
    };

    if (subject == NULL)
        return false;
    char *folded = g_utf8_strdown(subject, -1);
    const char *s = folded;
    bool found = false;

    while (*s == ' ')
        s++;
    for (size_t i = 0; i < sizeof(begins) / sizeof(begins[0]); i++)
        found = found || strncmp(s, begins[i], strlen(begins[i])) == 0;
    g_free(folded);
    return found;
}

static bool is_null_path(const char *value)
{
    if (value == NULL)
        return false;
    while (*value == ' ' || *value == '\t')
        value++;
    return value[0] == '<' && value[strspn(value + 1, " \t") + 1] == '>';
}

/* The mark of a field can stand several times; one of them is enough. */
static bool any_auto_submitted(GMimeObject *o)
{
    GMimeHeaderList *list = g_mime_object_get_header_list(o);
    const int n = g_mime_header_list_get_count(list);

    for (int i = 0; i < n; i++) {
        GMimeHeader *h = g_mime_header_list_get_header_at(list, i);

        if (g_ascii_strcasecmp(g_mime_header_get_name(h), "Auto-Submitted") == 0 &&
            !is_word(g_mime_header_get_value(h), "no"))
            return true;
    }
    return false;
}

enum mail_sign sign_of(GMimeMessage *msg)
{
    GMimeObject *o = GMIME_OBJECT(msg);

    if (is_receipt(msg))
        return MAIL_SIGN_READ_RECEIPT;
    if (any_auto_submitted(o))
        return MAIL_SIGN_AUTO_SUBMITTED;
    if (is_autoreply(o))
        return MAIL_SIGN_AUTOREPLY;
    if (has(o, "List-Id") && has(o, "List-Unsubscribe")) /* somebody's newsletter */
        return MAIL_SIGN_LIST;
    if (is_precedence(field_of(o, "Precedence")) ||
        is_precedence(field_of(o, "X-Precedence")))
        return MAIL_SIGN_PRECEDENCE;
    if (is_null_path(field_of(o, "Return-Path")))
        return MAIL_SIGN_NULL_RETURN_PATH;
    if (has(o, "X-Auto-Response-Suppress") &&
        is_vacation_subject(g_mime_message_get_subject(msg)))
        return MAIL_SIGN_OUT_OF_OFFICE;
    return MAIL_SIGN_NONE;
}
