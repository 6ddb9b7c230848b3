/*
 * token_store.h - tokens of those who may look up.
 *
 * Rights: SELECT on access_token (consent_lookup); INSERT and UPDATE (revoked, activated)
 * for whoever makes them (consent_operator). Who and when are the database's to say.
 */
#ifndef CONSENT_STORE_TOKEN_STORE_H
#define CONSENT_STORE_TOKEN_STORE_H

#include "core/access.h"
#include "core/register/rulebook.h"
#include "pg/pg.h"

#define TOKEN_HASH_BYTES 32
#define TOKEN_NOTE_BYTES 128
#define TOKEN_WHO_BYTES  256

struct access_token {
    int32_t id;
    enum access_role role;
    char source[REGISTER_ID_BYTES];    /* reseller: whose contacts it sees */
    char recipient[REGISTER_ID_BYTES]; /* mailing: whose lists it sees     */
    char note[TOKEN_NOTE_BYTES];
    uint8_t hash[TOKEN_HASH_BYTES];
    int32_t budget; /* distinct contacts a day; 0: no limit */
    int64_t created_us;
    int64_t expires_us; /* WHEN_NEVER: does not */
    int64_t revoked_us; /* WHEN_NEVER: is not   */
    bool session;       /* somebody who has signed in: the note is their name */
    char made_by[TOKEN_WHO_BYTES], revoked_by[TOKEN_WHO_BYTES]; /* "": it is not */
    bool active; /* false: a second person has yet to activate it */
};

/* *found false: no such token. */
bool token_load(struct pg *pg, int32_t id, struct access_token *ret, bool *found,
                struct err *err);

/* Writes a new one; its id and created are the database's. */
bool token_add(struct pg *pg, struct access_token *token, struct err *err);

/* By another person than who made it, for roles that see everything about everybody: else
 * ERR_CONFIG, the database refuses. *found false: no such token, or it is active. */
bool token_activate(struct pg *pg, int32_t id, bool *found, struct err *err);

/* *found false: no such token. One revoked before stays as it was. */
bool token_revoke(struct pg *pg, int32_t id, bool *found, struct err *err);

/* Somebody has signed in with an account of their own: a token of that name, for so many
 * hours. The database lets the roles of people through, and no others. */
bool token_session(struct pg *pg, struct access_token *token, const char *subject,
                   int32_t hours, struct err *err);

/* They sign out. *found false: no such session. */
bool token_session_end(struct pg *pg, int32_t id, const uint8_t hash[TOKEN_HASH_BYTES],
                       bool *found, struct err *err);

/* At a desk: of the role source alone, by its source, note, hash and expires; its id is
 * the database's. who: whoever makes or ends it. *found false: it is no token of a
 * source, or has ended. */
bool token_source_make(struct pg *pg, struct access_token *token, const char *who,
                       struct err *err);
bool token_source_end(struct pg *pg, int32_t id, const char *who, bool *found,
                      struct err *err);

/* Every token by id, heap. */
bool token_list(struct pg *pg, struct access_token **ret, size_t *ret_n, struct err *err);

/* Those of the role source that are not revoked (v_source_token, which consent_gateway
 * may read). The mark changes with what is loaded, but for the end of their time. */
struct source_token {
    int32_t id;
    char source[REGISTER_ID_BYTES];
    uint8_t hash[TOKEN_HASH_BYTES];
    int64_t expires_us;
};
bool token_sources_mark(struct pg *pg, int64_t *ret, struct err *err);
bool token_sources_load(struct pg *pg, struct source_token **ret, size_t *ret_n,
                        struct err *err);

extern const struct pg_stmt *const token_statements[];
extern const size_t token_statements_n;

#endif
