/* audit.h - who looked somebody up by consentctl, written down before it is answered. */
#ifndef CONSENT_CTL_AUDIT_H
#define CONSENT_CTL_AUDIT_H

#include "core/access.h"
#include "core/fact.h"
#include "ctl.h"

struct ctl_look {
    struct contact_key contact;
    enum lookup_route route;
    enum lookup_outcome outcome;
    int16_t controller, purpose; /* 0: none */
    uint16_t channel;
};

/* With the user of the operating system (of sudo, who called it) and --why. An error
 * means that the answer must not be given. */
bool ctl_audit(struct ctl *ctl, const struct ctl_look *look, struct err *err);

/* Who it is, to tell two people apart: the user of the operating system or, of sudo, who
 * called it. */
#define CTL_USER_BYTES 160
void ctl_user(char ret[CTL_USER_BYTES]);

/* May it be done, where the register has two people for it (store/access/second_store.h)?
 * ERR_INPUT with SECOND_PERSON: it is asked for, and somebody else has to do it. */
bool ctl_second(struct ctl *ctl, const char *act, const char *subject, struct err *err);

#endif
