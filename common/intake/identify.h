/*
 * identify.h - the contact points of an event: canonical, and keyed. For whoever takes
 * events in: consent-ingest, and consent-gateway, which says at once what is wrong.
 */
#ifndef CONSENT_INTAKE_IDENTIFY_H
#define CONSENT_INTAKE_IDENTIFY_H

#include "core/event/admit.h"
#include "crypto/contact_key.h"
#include "ident/postal.h"

/* Contact points of the record at hand. */
struct identities {
    size_t n;
    struct admit_contact admit[ADMIT_CONTACTS_MAX];
    /* of a contact that has a text: its key under each contact secret; admit has the
     * first */
    struct contact_key keys[ADMIT_CONTACTS_MAX][CONTACT_SECRETS_MAX];
    char text[ADMIT_CONTACTS_MAX][IDENT_POSTAL_BYTES];
    uint8_t hashed[2]; /* of a contact known by a hash: kind and profile; 0: it is not */
    struct fault fault;
    bool doubt; /* the fault is only that a number has two readings */
};

/* Fills ret with the contact points that are usable; ret->fault says why one is not. Of a
 * telephone number with two readings a denial gets both, anything else neither. */
bool identify(const struct event *event, struct contact_keyer *keyer,
              struct identities *ret, struct err *err);

#endif
