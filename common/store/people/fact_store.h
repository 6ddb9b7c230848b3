/*
 * fact_store.h - what is known of contacts: who they are, and the facts about them.
 *
 * Set-based: one statement for all contacts of a batch. The facts of a contact are its
 * own, the wide denials of contact points named together with it (a grant never travels
 * along a link), and those of contact points that are the same person's (same_store.h).
 *
 * Rights of consent_publish and consent_lookup: SELECT on contact, fact, link, due,
 * ledger.
 */
#ifndef CONSENT_STORE_FACT_STORE_H
#define CONSENT_STORE_FACT_STORE_H

#include "core/register/rulebook.h"
#include "pg/pg.h"

/* A row of contact. kind CONTACT_NONE: there is none. The two blobs are borrowed from the
 * set; NULL: erased. */
struct contact_row {
    enum contact_kind kind;
    const void *wrapped;
    size_t wrapped_len;
    const void *sealed;
    size_t sealed_len;
    int64_t due_us; /* when it is to be looked at again; WHEN_NEVER: not */
};

struct contact_set {
    size_t cap;
    struct contact_row *rows; /* one a key, in the order of the keys */
    struct pg_result *result;
};

/* A zeroed set to begin with; loading again reuses it. */
bool contact_load(struct pg *pg, const struct contact_key *keys, size_t n,
                  struct contact_set *ret, struct err *err);
/* In halves, for a pipe (pg.h). */
bool contact_ask(struct pg *pg, const struct contact_key *keys, size_t n,
                 struct err *err);
bool contact_answer(struct pg *pg, const struct contact_key *keys, size_t n,
                    struct contact_set *ret, struct err *err);
void contact_set_done(struct contact_set *set);

/* facts[first[i]] to facts[first[i + 1]] are those of key i. wide[i]: what is said of it
 * holds for others: one of its own, not of those that came along a link, is a wide
 * denial, or it is one person with another contact. */
struct fact_set {
    size_t cap, first_cap;
    struct fact *facts;
    size_t *first;
    bool *wide;
};

#define FACT_COLUMNS /* after ledger_id and known */                                     \
    " occurred_from, occurred_to, effective, expires, source,"                           \
    " agreement, flags, controller, purpose, channels, stated, kind, source_type, "      \
    "part, form"

/* A row of the contact's number, ledger_id, known and FACT_COLUMNS. */
void fact_read(const struct pg_result *r, int row, struct fact *f);

/* All there is about them. */
bool fact_load(struct pg *pg, const struct contact_key *keys, size_t n,
               struct fact_set *ret, struct err *err);

/* What is enough for every question whose T is from_us or later and whose K is now, under
 * this register: of denials alike only the last ones (fact_spend), so that nobody makes a
 * contact slow by saying the same thing again and again. */
struct fact_need {
    const struct rulebook *book;
    int64_t from_us;
};

/* need NULL: all. */
bool fact_load_need(struct pg *pg, const struct contact_key *keys, size_t n,
                    const struct fact_need *need, struct fact_set *ret, struct err *err);

/* In halves, for a pipe (pg.h): the last of it, for persons may have more to ask. */
bool fact_ask(struct pg *pg, const struct contact_key *keys, size_t n,
              const struct fact_need *need, struct err *err);
bool fact_answer(struct pg *pg, const struct contact_key *keys, size_t n,
                 const struct fact_need *need, struct fact_set *ret, struct err *err);

/* All there is about one contact, read row by row: 80 bytes of memory for each. source:
 * only what that source said of the contact itself, without links or persons; what others
 * said costs nothing then, so that the time does not tell of it. 0: everything. */
bool fact_load_one(struct pg *pg, const struct contact_key *key, int32_t source,
                   struct fact_set *ret, struct err *err);

/* The two parameters of statements that leave the spent out. */
void fact_need_put(struct pg_params *ps, const struct fact_need *need);

/* Sets aside what other denials of the contact say in full (consent_publish alone may).
 * It is there for fact_load, and comes back when one of them is erased. */
bool fact_spend(struct pg *pg, const struct contact_key *key, struct err *err);

void fact_set_done(struct fact_set *set);

const struct pg_stmt *fact_statements(size_t *ret_n);

#endif
