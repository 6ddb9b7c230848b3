/*
 * who.h - the contact a command asks about, and the question words of decide and trace.
 */
#ifndef CONSENT_CTL_WHO_H
#define CONSENT_CTL_WHO_H

#include "ctl.h"

#include "core/decision/decide.h"
#include "ident/email.h"
#include "keying/keying.h"
#include "store/register/register_store.h"

struct who {
    enum contact_kind kind;
    char canonical[IDENT_EMAIL_BYTES];
    struct contact_key key;
};

/* From --email or --phone (with --country); exactly one must be given. */
bool who_ask(struct ctl *ctl, struct who *ret, struct err *err);

/* The same where a telephone number may have two readings; *ret_n: 1 or 2. */
bool who_ask_all(struct ctl *ctl, struct who ret[2], size_t *ret_n, struct err *err);

/* Opens with the settings' secrets, which must have all of the database's (ERR_CONFIG
 * CONTACT_SECRET); NULL on failure. Close it. */
struct keying *who_keying(struct ctl *ctl, struct err *err);

/* The same for an address, or a number with its country, that is known already. */
bool who_of(struct ctl *ctl, const char *email, const char *phone, const char *country,
            struct who *ret, struct err *err);

/* The number of the name, 0 for what the register does not have (then P1 answers). */
int16_t who_purpose(const struct register_snapshot *s, const char *id);

#endif
