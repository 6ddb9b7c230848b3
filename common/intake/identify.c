#include "intake/identify.h"

#include "crypto/hashed_key.h"
#include "ident/email.h"
#include "ident/phone.h"

#include <stdio.h>
#include <string.h>

/* Notes why a contact point is left out; the first reason stays, a mere doubt does not.
 */
static void leave_out(struct identities *ret, const struct err *why, const char *pointer)
{
    if (ret->fault.reason[0] != '\0' && !ret->doubt)
        return;
    ret->doubt = false;
    snprintf(ret->fault.reason, sizeof(ret->fault.reason), "%s", why->code);
    snprintf(ret->fault.pointer, sizeof(ret->fault.pointer), "%s", pointer);
}

/* The text at ret->text[ret->n] is canonical: one more contact point. */
static bool accept_point(struct identities *ret, enum contact_kind kind,
                         struct contact_keyer *keyer, struct err *err)
{
    struct admit_contact *c = &ret->admit[ret->n];

    if (!contact_keys_make(keyer, kind, ret->text[ret->n], ret->keys[ret->n], err))
        return false;
    c->key = ret->keys[ret->n][0];
    c->kind = kind;
    c->doubtful = c->old = false;
    ret->n++;
    return true;
}

/* A hash alone, in a denial. Beside an address it adds nothing: the address is taken. */
static bool identify_hash(const struct event *event, struct identities *ret,
                          struct err *err)
{
    struct admit_contact *c = &ret->admit[0];
    char token[HASHED_TEXT_BYTES];
    struct err why;

    if (event_type_class(event->type) != EVENT_CLASS_DENIAL) {
        err_set(&why, ERR_INPUT, "HASHED_CONTACT", "only a denial may name a hash");
        leave_out(ret, &why, "/data/contact/hashed");
        return true;
    }
    if (!hashed_text(event->hash_profile, event->hash, token)) {
        err_set(&why, ERR_INPUT, "HASH_FORM", "no hash of that profile");
        leave_out(ret, &why, "/data/contact/hashed/hash");
        return true;
    }
    if (!hashed_key_make(event->hash_kind, event->hash_profile, token, &c->key, err))
        return false;
    c->kind = event->hash_kind;
    ret->hashed[0] = (uint8_t)event->hash_kind;
    ret->hashed[1] = (uint8_t)event->hash_profile;
    ret->n = 1;
    return true;
}

/* Is a no at stake, which must reach whoever was meant? */
static bool is_no(const struct event *event)
{
    return event_type_class(event->type) == EVENT_CLASS_DENIAL ||
           event->type == EVENT_RIGHTS_REQUESTED;
}

static bool identify_phone(const struct event *event, struct contact_keyer *keyer,
                           struct identities *ret, struct err *err)
{
    const size_t first = ret->n;
    struct ident_phones found = {.n = 1};
    struct err why;

    if (!(is_no(event)
              ? ident_phones(event->phone, event->country, &found, &why)
              : ident_phone(event->phone, event->country, found.e164[0], &why))) {
        leave_out(ret, &why, "/data/contact/phone");
        return true;
    }
    for (size_t i = 0; i < found.n; i++) {
        memcpy(ret->text[ret->n], found.e164[i], sizeof(found.e164[i]));
        if (!accept_point(ret, CONTACT_PHONE, keyer, err))
            return false;
        ret->admit[first + i].doubtful = found.n > 1;
    }
    if (found.n > 1 && ret->fault.reason[0] == '\0') {
        err_set(&why, ERR_INPUT, "PHONE_TWO_READINGS", "taken for both");
        leave_out(ret, &why, "/data/contact/phone");
        ret->doubt = true;
    }
    return true;
}

/* The contact point that was, of contact.changed. */
static bool identify_old(const struct event *event, struct contact_keyer *keyer,
                         struct identities *ret, struct err *err)
{
    const char *country =
        event->old_country[0] != '\0' ? event->old_country : event->country;
    const size_t first = ret->n;
    struct err why;

    if (event->old_email[0] != '\0') {
        if (!ident_email(event->old_email, ret->text[ret->n], &why))
            leave_out(ret, &why, "/data/previous/email");
        else if (!accept_point(ret, CONTACT_EMAIL, keyer, err))
            return false;
    }
    if (event->old_phone[0] != '\0') {
        if (!ident_phone(event->old_phone, country, ret->text[ret->n], &why))
            leave_out(ret, &why, "/data/previous/phone");
        else if (!accept_point(ret, CONTACT_PHONE, keyer, err))
            return false;
    }
    if (event->old_postal[0] != '\0') {
        if (!ident_postal(event->old_postal, ret->text[ret->n], &why))
            leave_out(ret, &why, "/data/previous/postal");
        else if (!accept_point(ret, CONTACT_POSTAL, keyer, err))
            return false;
    }
    for (size_t i = first; i < ret->n; i++)
        ret->admit[i].old = true;
    return true;
}

/* By its key: there is no address any more. */
static bool identify_erased(const struct event *event, struct identities *ret)
{
    struct admit_contact *c = &ret->admit[0];

    ret->n = event->erased_kind != CONTACT_NONE;
    memset(c, 0, sizeof(*c));
    ret->text[0][0] = '\0';
    c->kind = event->erased_kind;
    memcpy(c->key.b, event->erased_key, sizeof(c->key.b));
    return true;
}

bool identify(const struct event *event, struct contact_keyer *keyer,
              struct identities *ret, struct err *err)
{
    struct err why;

    ret->n = 0;
    memset(&ret->fault, 0, sizeof(ret->fault));
    ret->doubt = false;
    memset(ret->hashed, 0, sizeof(ret->hashed));
    if (event->email[0] != '\0') {
        if (!ident_email(event->email, ret->text[ret->n], &why))
            leave_out(ret, &why, "/data/contact/email");
        else if (!accept_point(ret, CONTACT_EMAIL, keyer, err))
            return false;
    }
    if (event->phone[0] != '\0' && !identify_phone(event, keyer, ret, err))
        return false;
    if (event->postal[0] != '\0') {
        if (!ident_postal(event->postal, ret->text[ret->n], &why))
            leave_out(ret, &why, "/data/contact/postal");
        else if (!accept_point(ret, CONTACT_POSTAL, keyer, err))
            return false;
    }
    if (event->type == EVENT_CONTACT_ERASED)
        return identify_erased(event, ret);
    if (event->type == EVENT_CONTACT_CHANGED)
        return identify_old(event, keyer, ret, err);
    if (ret->n == 0 && event->hash[0] != '\0')
        return identify_hash(event, ret, err);
    return true;
}
