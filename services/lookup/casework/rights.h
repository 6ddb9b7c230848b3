/* rights.h - what showing a request and answering it share. */
#ifndef CONSENT_LOOKUP_RIGHTS_H
#define CONSENT_LOOKUP_RIGHTS_H

#include "worker.h"

#include "store/casework/rights_store.h"

#define RIGHTS_CONTACTS_MOST 2
#define RIGHTS_BYTES         ((size_t)64 << 20) /* of one event */

/* Whom it is about, as rows of the audit with that outcome; what is no contact point is
 * left out, but one row there always is. */
size_t rights_rows(struct call *c, const struct rights_person *person,
                   enum lookup_outcome outcome,
                   struct audit_row rows[RIGHTS_CONTACTS_MOST]);

#endif
