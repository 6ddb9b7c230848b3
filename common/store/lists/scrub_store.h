/*
 * scrub_store.h - what a list says of many contacts at once, and who asked.
 *
 * Rights of consent_lookup and consent_operator: SELECT on list_entry, list_member,
 * contact, dirty, doubt, due; INSERT on scrub, scrub_part.
 */
#ifndef CONSENT_STORE_SCRUB_STORE_H
#define CONSENT_STORE_SCRUB_STORE_H

#include "core/fact.h"
#include "core/lists/list.h"
#include "pg/pg.h"

/* What was found of one of the contacts or tokens asked about. */
struct scrub_found {
    size_t i; /* its place in what was asked */
    enum list_status status;
    enum reason reason;
    bool pending; /* something has happened that the publisher has not looked at */
    struct contact_key key; /* the contact */
};

/* Sends the question about contacts (sorted, each once) or tokens; the answer comes by
 * pg_collect, one row a contact or token that the list has spoken of. Free ps yourself;
 * it may be used again. */
bool scrub_ask_contacts(struct pg *pg, struct pg_params *ps, int32_t list,
                        const struct contact_key *keys, size_t n, struct err *err);
bool scrub_ask_tokens(struct pg *pg, struct pg_params *ps, int32_t list,
                      const char *const *tokens, size_t n, struct err *err);
void scrub_found_contact(const struct pg_result *r, int row,
                         const struct contact_key *keys, size_t n,
                         struct scrub_found *ret);
void scrub_found_token(const struct pg_result *r, int row, struct scrub_found *ret);

/* Which of the contacts (sorted, each once) have been heard of at all, for those of whom
 * the list has not spoken. */
bool scrub_known(struct pg *pg, const struct contact_key *keys, size_t n, bool *ret,
                 struct err *err);

/* Both of one contact, in one statement: for who waits for each answer. */
bool scrub_one(struct pg *pg, struct pg_params *ps, int32_t list,
               const struct contact_key *key, struct scrub_found *ret, bool *ret_known,
               struct err *err);

/* The same of tokens that contacts may share: contacts, of each token the one that is
 * asked about, or NULL when tokens are; the keys of the tokens. One row a member of the
 * token, the strictest first, and one for the contact that is known and no member. */
struct scrub_voice {
    size_t i;
    struct contact_key contact;
    bool own;              /* the contact that is asked about */
    enum list_voice voice; /* VOICE_SILENT: known, no member */
    enum rule rule;
    enum reason reason;
    int64_t effective_us;
    bool pending;
    bool spoken; /* the list has spoken of the token */
};
bool scrub_ask_shared(struct pg *pg, struct pg_params *ps, int32_t list,
                      const struct contact_key *contacts,
                      const struct contact_key *token_keys, size_t n, struct err *err);
void scrub_voice(const struct pg_result *r, int row, struct scrub_voice *ret);

/* --- who asked: one row a call, one a part of its lines with the contacts in it, written
 * before the part's answer goes out. By the parts a person can be told who asked about
 * her, at a sixth of the room that a row of lookup_audit each would take. */

struct scrub_call {
    int32_t token; /* 0: consentctl */
    int32_t list;
    bool by_tokens;
};

bool scrub_begin(struct pg *pg, const struct scrub_call *call, int64_t *ret_id,
                 struct err *err);

struct scrub_part {
    int64_t scrub;
    int64_t lines, may_mail, may_not, unknown, invalid;
    const struct contact_key *contacts; /* sorted */
    size_t n;
};

bool scrub_note(struct pg *pg, const struct scrub_part *part, struct err *err);

/* Spends a token's budget of distinct contacts of the day, as audit_store.h does: all of
 * them or, *ret false, none. keys sorted, each once. Rights of consent_lookup: as there.
 */
bool scrub_spend(struct pg *pg, int32_t token, int32_t budget,
                 const struct contact_key *keys, size_t n, bool *ret, struct err *err);

extern const struct pg_stmt *const scrub_statements[];
extern const size_t scrub_statements_n;

#endif
