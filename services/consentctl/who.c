#include "who.h"

#include "ident/phone.h"
#include "store/people/secret_store.h"

#include <stdio.h>
#include <string.h>

struct keying *who_keying(struct ctl *ctl, struct err *err)
{
    struct keying *keying;

    if (ctl->settings.contact_secret_file[0] == '\0') {
        err_set(err, ERR_CONFIG, "NO_SECRET",
                "contact_secret_file is not set: without it nobody is recognised");
        return NULL;
    }
    keying =
        keying_open(ctl->settings.contact_secret_file, ctl->settings.contact_former, err);
    if (keying != NULL && ctl_pg(ctl, err) &&
        contact_secret_fits(keying_marks(keying), ctl->pg, err))
        return keying;
    keying_close(keying);
    return NULL;
}

/* The key that the canonical identifier is known by. */
static bool who_key(struct ctl *ctl, struct who *who, struct err *err)
{
    struct keying *keying = who_keying(ctl, err);
    bool ok = keying != NULL &&
              keying_find(keying, ctl->pg, who->kind, who->canonical, &who->key, err);

    keying_close(keying);
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
    if (!ctl_person(ctl, "email", email, err) || !ctl_person(ctl, "phone", phone, err))
        return false;
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

int16_t who_purpose(const struct register_snapshot *s, const char *id)
{
    if (strcmp(id, "*promotional") == 0)
        return PURPOSE_PROMOTIONAL;
    for (size_t i = 0; i < s->book.n_purposes; i++)
        if (strcmp(s->book.purposes[i].id, id) == 0)
            return s->book.purposes[i].number;
    return 0;
}
