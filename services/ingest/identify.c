#include "ingest.h"

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

bool identify(const struct event *event, struct contact_keyer *keyer,
              struct identities *ret, struct err *err)
{
    struct err why;

    ret->n = 0;
    memset(&ret->fault, 0, sizeof(ret->fault));
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
    return true;
}
