/*
 * forms.c - what the formats are, as data. A new one: a row of SHEET_FORMS, its names of
 * columns in names.inc, a row here, and its kinds of list.
 */
#include "sheet/parts.h"

#include <string.h>

static const struct form forms[] = {
    [SHEET_FORM_PLAIN] = {.wanted = "an e-mail address or a telephone number",
                          .accounts = true,
                          .via = "suppression_file"},
    [SHEET_FORM_SES] = {.wanted = "EmailAddress, Reason, LastUpdateTime",
                        .via = "suppression_file"},
    [SHEET_FORM_SENDGRID] = {.wanted = "email, created, and by its list status, reason, "
                                       "ip or group_id",
                             .via = "unsubscribe_link"},
    [SHEET_FORM_MAILGUN] = {.wanted = "address, created_at, and by its list code, error "
                                      "or tags",
                            .via = "unsubscribe_link"},
    [SHEET_FORM_POSTMARK] = {.wanted = "EmailAddress, SuppressionReason, CreatedAt",
                             .via = "suppression_file"},
    [SHEET_FORM_SPARKPOST] = {.wanted = "recipient, source, updated",
                              .via = "suppression_file"},
    [SHEET_FORM_MAILCHIMP] = {.wanted = "Email Address, and UNSUB_TIME or CLEAN_TIME",
                              .accounts = true,
                              .via = "unsubscribe_link"},
    [SHEET_FORM_BREVO] = {.wanted = "EMAIL, SMS, and emailBlacklisted or blockedAt",
                          .accounts = true,
                          .via = "suppression_file"},
    [SHEET_FORM_HUBSPOT] = {.wanted = "Email, Unsubscribed from all email",
                            .accounts = true,
                            .via = "suppression_file"},
    [SHEET_FORM_LISTMONK] = {.wanted = "email, status, updated_at",
                             .accounts = true,
                             .via = "suppression_file"},
    [SHEET_FORM_MAUTIC] = {.wanted = "email, and doNotEmail or reason",
                           .accounts = true,
                           .via = "suppression_file"},
    [SHEET_FORM_ACTIVECAMPAIGN] = {.wanted = "email, status",
                                   .accounts = true,
                                   .via = "suppression_file"},
    [SHEET_FORM_HASHED] = {.wanted = "hash",
                           .accounts = true,
                           .hashes = true,
                           .via = "suppression_file"},
    [SHEET_FORM_DROP] = {.wanted = "ID, Hash",
                         .hashes = true,
                         .via = "platform_list",
                         .days = 45},
    [SHEET_FORM_DNC] = {.wanted = "area code, telephone number",
                        .numbers = true,
                        .country = "US",
                        .via = "platform_list",
                        .days = 31},
    [SHEET_FORM_TPS] = {.wanted = "a telephone number a line",
                        .numbers = true,
                        .country = "GB",
                        .via = "platform_list",
                        .days = 28},
    [SHEET_FORM_BLOCTEL] = {.wanted = "a telephone number a line",
                            .numbers = true,
                            .country = "FR",
                            .via = "platform_list",
                            .days = 30},
    [SHEET_FORM_ROBINSON] = {.wanted = "an e-mail address or a telephone number",
                             .accounts = true,
                             .numbers = true,
                             .via = "platform_list",
                             .days = 30},
};

#define B(meaning) BIT(SHEET_##meaning)
#define FLAGS      (B(NO_FLAG) | B(YES_FLAG))
#define K(form, title, any, none, rule, otherwise)                                       \
    {                                                                                    \
        SHEET_FORM_##form, title, any, none, RULE_##rule, SAYS_##otherwise               \
    }

/* The first that fits. */
static const struct kind kinds[] = {
    K(PLAIN, "opt-outs", 0, 0, OPTOUT, OPTOUT),
    K(SES, "suppression list", B(REASON), 0, REASON, OPTOUT),
    K(SENDGRID, "bounces or blocks", B(CODE), 0, BOUNCE, SOFT),
    K(SENDGRID, "group unsubscribes", B(GROUP), 0, OPTOUT, OPTOUT),
    K(SENDGRID, "spam reports", B(IP), 0, COMPLAINT, OPTOUT),
    K(SENDGRID, "invalid addresses", B(WORDS), 0, INVALID, OPTOUT),
    K(SENDGRID, "unsubscribes", 0, 0, OPTOUT, OPTOUT),
    K(MAILGUN, "bounces", B(CODE) | B(WORDS), 0, BOUNCE, HARD),
    K(MAILGUN, "an allow list", B(ALLOWS), B(TAGS), REFUSE, OPTOUT),
    K(MAILGUN, "members of a mailing list", B(MEMBER), B(TAGS), REFUSE, OPTOUT),
    K(MAILGUN, "unsubscribes", B(TAGS), 0, OPTOUT, OPTOUT),
    K(MAILGUN, "complaints", 0, 0, COMPLAINT, OPTOUT),
    K(POSTMARK, "suppressions", B(REASON), 0, REASON, OPTOUT),
    K(SPARKPOST, "suppression list", B(REASON) | B(TAGS) | FLAGS, 0, REASON, OPTOUT),
    K(MAILCHIMP, "members", B(STATUS), 0, STATUS, OPTOUT),
    K(MAILCHIMP, "cleaned", B(CLEANED_AT), 0, HARD, OPTOUT),
    K(MAILCHIMP, "unsubscribed", B(OPTED_AT), 0, OPTOUT, OPTOUT),
    K(MAILCHIMP, "subscribers", 0, 0, REFUSE, OPTOUT),
    K(BREVO, "contacts", FLAGS | B(STATUS), 0, STATUS, OPTOUT),
    K(BREVO, "blocked contacts", B(REASON), 0, REASON, OPTOUT),
    K(BREVO, "blocklisted contacts", 0, 0, OPTOUT, OPTOUT),
    K(HUBSPOT, "contacts", FLAGS | B(STATUS), 0, STATUS, OPTOUT),
    K(HUBSPOT, "unsubscribes", B(OPTED_AT), 0, OPTOUT, OPTOUT),
    K(LISTMONK, "subscribers", FLAGS | B(STATUS), 0, STATUS, OPTOUT),
    K(MAUTIC, "contacts", FLAGS | B(STATUS), 0, STATUS, OPTOUT),
    K(MAUTIC, "do not contact", B(REASON), 0, REASON, OPTOUT),
    K(ACTIVECAMPAIGN, "contacts", FLAGS | B(STATUS), 0, STATUS, OPTOUT),
    K(HASHED, "hashes", 0, 0, OPTOUT, OPTOUT),
    K(DROP, "deletion requests", 0, 0, OPTOUT, OPTOUT),
    K(DNC, "National Do Not Call Registry", 0, 0, OPTOUT, OPTOUT),
    K(TPS, "Telephone Preference Service", 0, 0, OPTOUT, OPTOUT),
    K(BLOCTEL, "Bloctel", 0, 0, OPTOUT, OPTOUT),
    K(ROBINSON, "Robinson list", 0, 0, OPTOUT, OPTOUT),
};

const struct form *form_of(enum sheet_form form)
{
    return &forms[form];
}

const struct kind *kind_of(enum sheet_form form, uint64_t columns)
{
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        const struct kind *k = &kinds[i];

        if (k->form == form && (k->any == 0 || (k->any & columns) != 0) &&
            (k->none & columns) == 0)
            return k;
    }
    return NULL;
}

/* --- words of options --- */

enum sheet_form sheet_form_parse(const char *word)
{
    for (int i = 1; i < (int)(sizeof(forms) / sizeof(forms[0])); i++)
        if (strcmp(sheet_form_name((enum sheet_form)i), word) == 0)
            return (enum sheet_form)i;
    return SHEET_FORM_ANY;
}

const char *sheet_form_name(enum sheet_form form)
{
    static const char *const names[] = {"?",
#define X(id, word) word,
                                        SHEET_FORMS(X)
#undef X
    };
    return names[form];
}

enum sheet_meaning sheet_meaning_parse(const char *word)
{
    static const char *const words[] = {
#define X(id, word, text) word,
        SHEET_MEANINGS(X)
#undef X
    };
    for (size_t i = 0; i < N_SHEET_MEANINGS; i++)
        if (words[i] != NULL && strcmp(words[i], word) == 0)
            return (enum sheet_meaning)i;
    return SHEET_UNKNOWN;
}
