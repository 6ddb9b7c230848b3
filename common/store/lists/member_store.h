/*
 * member_store.h - contacts that share a token on a list, and what each has to say of it
 * (core/lists/list.h; schemas/sql/130_shared_tokens.sql).
 *
 * Rights of consent_publish: SELECT, INSERT, UPDATE on list_member; INSERT on dirty. Of
 * those who only read: SELECT on list_member, list_entry, dirty, doubt, due.
 */
#ifndef CONSENT_STORE_MEMBER_STORE_H
#define CONSENT_STORE_MEMBER_STORE_H

#include "core/lists/list.h"
#include "list_store.h"
#include "pg/pg.h"

struct member_row {
    size_t of; /* index of its key in the array given */
    struct contact_key contact, token_key;
    int32_t list; /* register number */
    enum list_voice voice;
    enum rule rule;
    enum reason reason;
    int64_t entry; /* the ledger id that decides, 0: none */
    int64_t effective_us;
    int64_t known_us;
    const char *token; /* loaded: borrowed from the set */
};

struct member_set {
    size_t n, cap;
    struct member_row *rows; /* by index of the key, then list */
    struct pg_result *result;
};

/* The memberships of these contacts. A zeroed set to begin with; loading again reuses it.
 */
bool member_load(struct pg *pg, const struct contact_key *keys, size_t n,
                 struct member_set *ret, struct err *err);
/* In halves, for a pipe (pg.h), and of those keys that are keys of tokens the member
 * whose voice is the strictest. */
bool members_ask(struct pg *pg, const struct contact_key *keys, size_t n,
                 struct err *err);
bool members_answer(struct pg *pg, struct member_set *ret,
                    struct member_set *ret_strictest, struct err *err);
void member_set_done(struct member_set *set);
/* That of key `of` on the list, or on any; NULL: none. */
#define MEMBER_OF_ANY 0
const struct member_row *member_find(const struct member_set *set, size_t of,
                                     int32_t list);

/* Into a pipe (pg.h): writes these (no contact twice on a list), and marks their tokens
 * dirty; of none nothing is sent. cause, known: of the dirty mark of each. */
struct member_change {
    struct member_row row;
    int16_t cause;
    int64_t dirty_us;
};
bool member_write(struct pg *pg, const struct member_change *changes, size_t n,
                  struct err *err);

/* What the list says of a token beside what it should, in steps by token_key. */
struct member_walked {
    struct member_row strictest; /* contact: the one that speaks */
    struct list_row last;        /* version 0: the list has not spoken */
    bool pending; /* the publisher has not looked at the token or at a member */
};
struct member_walk {
    size_t n, cap;
    struct member_walked *rows;
    struct pg_result *result;
};
/* Up to limit tokens of a list with keys above *after (NULL: from the first); n 0: no
 * more. */
bool member_walk(struct pg *pg, int32_t list, const struct contact_key *after,
                 int32_t limit, struct member_walk *ret, struct err *err);
void member_walk_done(struct member_walk *walk);

extern const struct pg_stmt *const member_statements[];
extern const size_t member_statements_n;

#endif
