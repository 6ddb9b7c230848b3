/* key_contact.h - consentctl key contact --change. */
#ifndef CONSENT_CTL_KEY_CONTACT_H
#define CONSENT_CTL_KEY_CONTACT_H

#include "ctl.h"

/* The secret in contact_secret_file comes to count, unless a program that is at work does
 * not know it. dry: says whether it could. As the owner of the tables. */
int key_contact_change(struct ctl *ctl, bool dry);

#endif
