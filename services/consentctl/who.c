#include "who.h"

#include "ident/phone.h"

#include <stdio.h>
#include <string.h>

struct contact_keyer *who_keyer(const struct ctl *ctl, struct err *err)
{
    struct contact_keyer *keyer;
    char secret[1024];
    size_t len;

    if (ctl->settings.contact_secret_file[0] == '\0') {
        err_set(err, ERR_CONFIG, "NO_SECRET",
                "contact_secret_file is not set: without it nobody is recognised");
        return NULL;
    }
    if (!conf_read_secret(ctl->settings.contact_secret_file, secret, sizeof(secret), &len,
                          err))
        return NULL;
    keyer = contact_keyer_open(secret, len, 1, err);
    explicit_bzero(secret, sizeof(secret));
    return keyer;
}

/* The canonical identifier's key under the settings' secret. */
static bool who_key(struct ctl *ctl, struct who *who, struct err *err)
{
    struct contact_keyer *keyer = who_keyer(ctl, err);
    bool ok = keyer != NULL &&
              contact_key_make(keyer, who->kind, who->canonical, &who->key, err);

    contact_keyer_close(keyer);
    return ok;
}

bool who_of(struct ctl *ctl, const char *email, const char *phone, const char *country,
            struct who *ret, struct err *err)
{
    memset(ret, 0, sizeof(*ret));
    ret->kind = email != NULL ? CONTACT_EMAIL : CONTACT_PHONE;
    if (!(email != NULL ? ident_email(email, ret->canonical, err)
                        : ident_phone(phone, country, ret->canonical, err)))
        return false;
    return who_key(ctl, ret, err);
}

static bool who_options(struct ctl *ctl, const char **email, const char **phone,
                        const char **country, struct err *err)
{
    *email = ctl_option(ctl, "email");
    *phone = ctl_option(ctl, "phone");
    *country = ctl_option(ctl, "country");
    if (*country == NULL)
        *country = "";
    return (*email == NULL) != (*phone == NULL) ||
           err_set(err, ERR_CONFIG, "NO_CONTACT",
                   "say whom: --email ADDRESS or --phone NUMBER");
}

/* The command line is wrong, not the data. */
static bool who_asked(bool ok, struct err *err)
{
    if (!ok && err->kind == ERR_INPUT)
        err->kind = ERR_CONFIG;
    return ok;
}

bool who_ask(struct ctl *ctl, struct who *ret, struct err *err)
{
    const char *email, *phone, *country;

    memset(ret, 0, sizeof(*ret));
    return who_options(ctl, &email, &phone, &country, err) &&
           who_asked(who_of(ctl, email, phone, country, ret, err), err);
}

bool who_ask_all(struct ctl *ctl, struct who ret[2], size_t *ret_n, struct err *err)
{
    const char *email, *phone, *country;
    struct ident_phones found;

    *ret_n = 1;
    if (!who_options(ctl, &email, &phone, &country, err))
        return false;
    if (phone == NULL)
        return who_asked(who_of(ctl, email, NULL, country, ret, err), err);
    if (!who_asked(ident_phones(phone, country, &found, err), err))
        return false;
    *ret_n = found.n;
    for (size_t i = 0; i < found.n; i++)
        if (!who_of(ctl, NULL, found.e164[i], "", &ret[i], err))
            return false;
    return true;
}

int16_t who_controller(const struct register_snapshot *s, const char *id)
{
    for (size_t i = 0; i < s->book.n_controllers; i++)
        if (strcmp(s->book.controllers[i].id, id) == 0)
            return s->book.controllers[i].number;
    return 0;
}

int16_t who_purpose(const struct register_snapshot *s, const char *id)
{
    if (strcmp(id, "*promotional") == 0)
        return PURPOSE_PROMOTIONAL;
    for (size_t i = 0; i < s->book.n_purposes; i++)
        if (strcmp(s->book.purposes[i].id, id) == 0)
            return s->book.purposes[i].number;
    return 0;
}

const char *who_reason(enum reason reason)
{
    static const char *const words[] = {
        [REASON_NONE] = "",
        [REASON_CONSENT] = "there is a valid consent",
        [REASON_SOFT_OPT_IN] = "a customer, and the product is similar (soft opt-in)",
        [REASON_NOT_PROMOTIONAL] = "this is no promotion, so opt-outs do not touch it",
        [REASON_PURPOSE_NOT_DISCLOSED] =
            "no such controller, channel, or purpose in the policy then in force",
        [REASON_PROCESSOR_ONLY] = "known only as a customer's data",
        [REASON_UNDER_16] = "recorded as under 16",
        [REASON_ERASED] = "erased at the person's request",
        [REASON_UNREACHABLE] = "messages bounce",
        [REASON_RESTRICTED] = "processing is restricted",
        [REASON_OBJECTION] = "the person objected",
        [REASON_OPTOUT] = "the person opted out",
        [REASON_WITHDRAWN] = "the person withdrew the consent",
        [REASON_COMPLAINT] = "the person complained of spam",
        [REASON_DIRECT_OPTOUT_BEATS_THIRD_PARTY] =
            "the person said no, and a third party's consent does not lift that",
        [REASON_NO_AGREEMENT] = "no agreement with the source was in force",
        [REASON_NO_WARRANTY] = "the source does not warrant the consent",
        [REASON_CONTROLLER_NOT_NAMED] = "the consent did not name this controller",
        [REASON_CHANNEL_NOT_IN_STATEMENT] =
            "the consent's words do not name this channel",
        [REASON_EVIDENCE_MISSING] = "the consent comes without evidence",
        [REASON_STALE] = "the third party's consent is too old",
        [REASON_SOURCE_SUSPENDED] = "the source is suspended",
        [REASON_AGREEMENT_EXPIRED] = "the agreement with the source has expired",
        [REASON_TERMINATED] = "the agreement with the source was terminated",
        [REASON_INVALIDATED] = "the source's warranty proved false",
        [REASON_EXPIRED] = "the consent has expired",
        [REASON_ART14_OVERDUE] = "the notice of article 14 is overdue",
        [REASON_NOT_GIVEN] = "consent was asked for, and not given",
        [REASON_SALE_DEFAULT] = "data are not sold or rented without explicit consent",
        [REASON_SALE_OPTED_OUT] = "the person opted out of sale",
        [REASON_NO_GRANT] = "there is no consent",
        [REASON_PURPOSE_INCOMPATIBLE_WITH_SOURCE] =
            "data from such a source may not be used for this",
        [REASON_PLATFORM_LIST] = "the person is on a public do-not-contact list",
        [REASON_DECEASED] = "the person has died",
    };

    if ((size_t)reason >= sizeof(words) / sizeof(words[0]) || words[reason] == NULL)
        return reason_name(reason);
    return words[reason];
}
