/*
 * Complaints: RFC 5965, and Microsoft's JMRP without a part for machines. A complaint is
 * an opt-out of everybody that it names; who is not told is looked for in the message
 * that they complain of.
 */
#include "report.h"

#include <string.h>

static void complainant_add(struct mail *m, const char *value)
{
    char address[IDENT_EMAIL_BYTES];

    if (!report_address(value, address) || m->n_reported == MAIL_REPORTED)
        return;
    for (size_t i = 0; i < m->n_reported; i++)
        if (strcmp(m->reported[i].address, address) == 0)
            return;
    memset(&m->reported[m->n_reported], 0, sizeof(m->reported[0]));
    g_strlcpy(m->reported[m->n_reported++].address, address, IDENT_EMAIL_BYTES);
}

/* "a@example.com, <b@example.com>": each of them. */
static void complainants_add(struct mail *m, const char *value)
{
    char **list = g_strsplit(value, ",", 64);

    for (size_t i = 0; list[i] != NULL; i++)
        complainant_add(m, list[i]);
    g_strfreev(list);
}

/* The one address in To of the message complained of; of several we cannot tell. */
static void only_recipient(struct mail *m, GMimeObject *original)
{
    InternetAddressList *to;
    InternetAddress *one;

    if (!GMIME_IS_MESSAGE(original))
        return;
    to = g_mime_message_get_to(GMIME_MESSAGE(original));
    if (to == NULL || internet_address_list_length(to) != 1)
        return;
    one = internet_address_list_get_address(to, 0);
    if (INTERNET_ADDRESS_IS_MAILBOX(one))
        complainant_add(m,
                        internet_address_mailbox_get_addr(INTERNET_ADDRESS_MAILBOX(one)));
}

/* "Received: from ours by theirs for <ann@example.org>; ...", when no field says more. */
static void received_for(struct mail *m, GMimeObject *original)
{
    const char *field = field_of(original, "Received");
    const char *at = field != NULL ? strstr(field, " for <") : NULL;
    const char *end = at != NULL ? strchr(at, '>') : NULL;
    char raw[IDENT_EMAIL_BYTES];

    if (end == NULL || (size_t)(end - at - 6) >= sizeof(raw))
        return;
    memcpy(raw, at + 6, (size_t)(end - at - 6));
    raw[end - at - 6] = '\0';
    complainant_add(m, raw);
}

/* Whom the message complained of was for, by the fields that servers add on its way. */
static void original_recipient(struct mail *m, GMimeObject *original)
{
    static const char *const fields[] = {"X-HmXmrOriginalRecipient",
                                         "Delivered-To",
                                         "X-Delivered-To",
                                         "X-Original-To",
                                         "Envelope-To",
                                         "X-Envelope-To",
                                         "X-Rcpt-To",
                                         "X-Apparently-To",
                                         "X-RCPT-TO",
                                         "Apparently-To"};

    for (size_t i = 0; m->n_reported == 0 && i < sizeof(fields) / sizeof(fields[0]); i++)
        if (field_of(original, fields[i]) != NULL)
            complainant_add(m, field_of(original, fields[i]));
    if (m->n_reported == 0)
        only_recipient(m, original);
    if (m->n_reported == 0)
        received_for(m, original);
}

static void fields_read(const char *fields, char *type, size_t bytes, struct mail *m)
{
    static const char *const who[] = {"Original-Rcpt-To", "Removal-Recipient",
                                      "Final-Recipient", "Original-Recipient"};
    struct report_field *f = g_new0(struct report_field, 1);

    for (const char *s = fields; *s != '\0';) {
        if (!report_field_next(&s, f))
            continue;
        if (g_ascii_strcasecmp(f->name, "Feedback-Type") == 0)
            g_strlcpy(type, f->value, bytes);
        for (size_t i = 0; i < sizeof(who) / sizeof(who[0]); i++)
            if (g_ascii_strcasecmp(f->name, who[i]) == 0)
                complainants_add(m, f->value);
    }
    g_free(f);
}

/* No person's complaint: what a machine found, or the contrary. */
static bool is_no_complaint(const char *type)
{
    static const char *const types[] = {"not-spam", "auth-failure", "dmarc", "dkim",
                                        "virus"};

    for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
        if (g_ascii_strncasecmp(type, types[i], strlen(types[i])) == 0)
            return true;
    return false;
}

bool arf_read(const struct report *r, struct mail *m)
{
    char type[64] = "abuse";
    char *fields;

    if (r->feedback == NULL &&
        (r->original == NULL ||
         field_of(r->original, "X-HmXmrOriginalRecipient") == NULL))
        return false;
    m->kind = MAIL_COMPLAINT;
    if (r->feedback != NULL) {
        fields = report_part_bytes(r->feedback, REPORT_BYTES);
        fields_read(fields, type, sizeof(type), m);
        g_free(fields);
    }
    if (r->original != NULL)
        original_recipient(m, r->original);
    m->complaint_counts = !is_no_complaint(type);
    return true;
}
