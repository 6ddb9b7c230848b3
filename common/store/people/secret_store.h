/*
 * secret_store.h - the contact secrets that the database's keys were made with (186).
 *
 * Rights: EXECUTE on contact_secret_counts, and on contact_keys_known for contact_known;
 * of consent_ingest on contact_secret_keep. A change is the owner's.
 */
#ifndef CONSENT_STORE_SECRET_STORE_H
#define CONSENT_STORE_SECRET_STORE_H

#include "core/fact.h"
#include "pg/pg.h"

/* Are all of the database's among the program's? Both are of the form of
 * pg_session_settings.also: marks is a struct contact_marks. ERR_CONFIG CONTACT_SECRET:
 * one is not. */
bool contact_secret_fits(const void *marks, struct pg *pg, struct err *err);

/* The same, and which of marks, from 0, makes the keys of who is new. */
bool contact_secret_counts(struct pg *pg, const struct contact_marks *marks, size_t *ret,
                           struct err *err);

/* The first one that a database sees becomes its own. A database that was restored, as a
 * publisher has found (131), does not fit until the first of marks counts. */
bool contact_secret_keep(const void *marks, struct pg *pg, struct err *err);

/* Within a transaction that makes contacts: until its end no other secret comes to count.
 * Who is one of them is to be asked after it. Errors as above. */
bool contact_secret_stay(struct pg *pg, const struct contact_marks *marks,
                         struct err *err);

/* Of each group of marks->n keys, an identifier's under each secret, the index of the one
 * that is the contact's: the one that is known, else the one that counts for who is new
 * (*ret_counts, an index of marks). With one secret PostgreSQL is not asked. Errors as
 * contact_secret_fits. */
bool contact_choose(struct pg *pg, const struct contact_marks *marks,
                    const struct contact_key *groups, size_t n_groups, uint8_t *ret,
                    size_t *ret_counts, struct err *err);

struct contact_secret_row {
    uint8_t mark[CONTACT_MARK_BYTES];
    int64_t since_us;
    int64_t counts_us; /* WHEN_NEVER: not yet */
};

/* The newest first. */
bool contact_secret_list(struct pg *pg, struct contact_secret_row *ret, size_t most,
                         size_t *ret_n, struct err *err);

/* The two steps of a change, and who is at work and does not know the secret: "program
 * host:port" of the first, ""; nobody is so. */
bool contact_secret_strangers(struct pg *pg, const uint8_t mark[CONTACT_MARK_BYTES],
                              char *ret, size_t bytes, struct err *err);
bool contact_secret_tell(struct pg *pg, const uint8_t mark[CONTACT_MARK_BYTES],
                         struct err *err);
bool contact_secret_change(struct pg *pg, const uint8_t mark[CONTACT_MARK_BYTES],
                           struct err *err);

extern const struct pg_stmt *const secret_statements[];
extern const size_t secret_statements_n;

#endif
