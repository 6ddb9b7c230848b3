/* restored_erase.h - who was erased since the moment a database was restored to. */
#ifndef CONSENT_CTL_RESTORED_ERASE_H
#define CONSENT_CTL_RESTORED_ERASE_H

#include "ctl.h"

struct erased_again {
    int64_t records; /* of the journal: contacts of whom something was erased */
    int64_t again;   /* of them, of whom something was there again */
};

/* Reads the journal, the topic consent.erasures, and erases again whatever it says had
 * gone. dry: only counts the records. */
bool erase_again_all(struct ctl *ctl, bool dry, struct erased_again *ret,
                     struct err *err);

#endif
