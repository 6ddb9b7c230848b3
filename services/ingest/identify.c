#include "ingest.h"

#include "crypto/hashed_key.h"
#include "ident/email.h"
#include "ident/phone.h"

#include <stdio.h>
#include <string.h>

/* Notes why a contact point is left out; the first reason stays. */
static void leave_out(struct identities *ret, const struct err *why, const char *pointer)
{
    if (ret->fault.reason[0] != '\0')
        return;
    snprintf(ret->fault.reason, sizeof(ret->fault.reason), "%s", why->code);
    snprintf(ret->fault.pointer, sizeof(ret->fault.pointer), "%s", pointer);
}

/* The text at ret->text[ret->n] is canonical: one more contact point. */
static bool accept_point(struct identities *ret, enum contact_kind kind,
                         struct contact_keyer *keyer, struct err *err)
{
    struct admit_contact *c = &ret->admit[ret->n];

    if (!contact_key_make(keyer, kind, ret->text[ret->n], &c->key, err))
        return false;
    c->kind = kind;
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

bool identify(const struct event *event, struct contact_keyer *keyer,
              struct identities *ret, struct err *err)
{
    struct err why;

    ret->n = 0;
    memset(&ret->fault, 0, sizeof(ret->fault));
    memset(ret->hashed, 0, sizeof(ret->hashed));
    if (event->email[0] != '\0') {
        if (!ident_email(event->email, ret->text[ret->n], &why))
            leave_out(ret, &why, "/data/contact/email");
        else if (!accept_point(ret, CONTACT_EMAIL, keyer, err))
            return false;
    }
    if (event->phone[0] != '\0') {
        if (!ident_phone(event->phone, event->country, ret->text[ret->n], &why))
            leave_out(ret, &why, "/data/contact/phone");
        else if (!accept_point(ret, CONTACT_PHONE, keyer, err))
            return false;
    }
    if (event->postal[0] != '\0') {
        if (!ident_postal(event->postal, ret->text[ret->n], &why))
            leave_out(ret, &why, "/data/contact/postal");
        else if (!accept_point(ret, CONTACT_POSTAL, keyer, err))
            return false;
    }
    if (ret->n == 0 && event->hash[0] != '\0')
        return identify_hash(event, ret, err);
    return true;
}
