/*
 * Amazon's notices of bounces and complaints, which SNS sends as mail: JSON, or JSON as a
 * text within JSON. So much of it is fixed that names and what follows them are enough.
 */
#include "report.h"

#include <string.h>

/* The text after "NAME": in JSON that may stand as a text within JSON. */
static bool json_text(const char *s, const char *end, const char *name, char *ret,
                      size_t bytes)
{
    const char *at = g_strstr_len(s, end - s, name);
    size_t n = 0;

    if (at == NULL)
        return false;
    at += strlen(name);
    at += strspn(at, "\\\": \t");
    while (at < end && *at != '"' && *at != '\\' && n + 1 < bytes)
        ret[n++] = *at++;
    ret[n] = '\0';
    return n > 0;
}

static void recipients_read(const char *list, const char *stop, bool transient,
                            struct mail *m)
{
    char value[600], address[IDENT_EMAIL_BYTES], status[MAIL_STATUS_BYTES], words[600];
    const char *next;

    for (const char *s = g_strstr_len(list, stop - list, "emailAddress"); s != NULL;
         s = next) {
        const char *end;

        next = g_strstr_len(s + 1, stop - s - 1, "emailAddress");
        end = next != NULL ? next : stop;
        if (!json_text(s, end, "emailAddress", value, sizeof(value)) ||
            !report_address(value, address))
            continue;
        if (!json_text(s, end, "diagnosticCode", words, sizeof(words)))
            words[0] = '\0';
        if (!json_text(s, end, "\"status", status, sizeof(status)) || status[1] != '.')
            report_status(words, strlen(words), status);
        report_failure(m, address, status, words, transient);
    }
}

bool sns_read(const struct report *r, struct mail *m)
{
    const char *text = r->text->str, *end = text + r->text->len;
    const char *bounced = strstr(text, "bouncedRecipients");
    const char *complained = strstr(text, "complainedRecipients");
    const char *list = bounced != NULL ? bounced : complained;
    const char *stop = list != NULL ? strchr(list, ']') : NULL;
    char type[32] = "";

    if (strstr(text, "otificationType") == NULL &&
        strstr(text, "eventType\\\"") == NULL && strstr(text, "\"eventType\"") == NULL)
        return false;
    json_text(text, end, "bounceType", type, sizeof(type));
    m->kind = list == NULL      ? MAIL_AUTOMATIC /* a delivery, say */
              : bounced != NULL ? MAIL_BOUNCE
                                : MAIL_COMPLAINT;
    m->sign = list == NULL ? MAIL_SIGN_NOTIFICATION : MAIL_SIGN_NONE;
    m->complaint_counts = bounced == NULL;
    if (list != NULL)
        recipients_read(list, stop != NULL ? stop : end,
                        g_ascii_strcasecmp(type, "Transient") == 0, m);
    return true;
}
