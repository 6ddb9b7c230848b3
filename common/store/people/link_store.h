/*
 * link_store.h - what the unsubscribe page asks of the database: which links were
 * revoked, and what the register calls things when it speaks to people.
 *
 * Rights: SELECT on link_revoked, register_entry (consent_gateway); INSERT on
 * link_revoked for whoever revokes (consent_operator).
 */
#ifndef CONSENT_STORE_LINK_STORE_H
#define CONSENT_STORE_LINK_STORE_H

#include "core/register/rulebook.h"
#include "pg/pg.h"

#define LINK_DIGEST_BYTES  32
#define LINK_NAME_BYTES    160
#define LINK_ADDRESS_BYTES 400
#define LINK_URL_BYTES     256

enum link_standing {
    LINK_GOOD = 0,
    LINK_DOUBTED, /* its key was revoked, so anybody may have made it */
    LINK_REVOKED, /* this very link was */
};

bool link_standing_load(struct pg *pg, const uint8_t digest[LINK_DIGEST_BYTES],
                        uint16_t key, int64_t issued_us, enum link_standing *ret,
                        struct err *err);

/* All that was ever revoked, for who must know it also while PostgreSQL is away. The mark
 * changes with every revocation. Heap; free with link_revoked_free (NULL is fine). */
struct link_revoked;
bool link_revoked_mark(struct pg *pg, int64_t *ret, struct err *err);
bool link_revoked_load(struct pg *pg, struct link_revoked **ret, struct err *err);
void link_revoked_free(struct link_revoked *r);
enum link_standing link_revoked_standing(const struct link_revoked *r,
                                         const uint8_t digest[LINK_DIGEST_BYTES],
                                         uint16_t key, int64_t issued_us);

/* *added false: it was revoked before. */
bool link_revoke(struct pg *pg, const uint8_t digest[LINK_DIGEST_BYTES], const char *note,
                 bool *added, struct err *err);
/* Every link of the key that was made before that instant (WHEN_NEVER: all). */
bool link_revoke_key(struct pg *pg, uint16_t key, int64_t before_us, const char *note,
                     struct err *err);

/* A purpose or a controller in force, in the order of their numbers. */
struct link_name {
    char id[REGISTER_ID_BYTES];
    int16_t number;
    char title[LINK_NAME_BYTES];      /* "Offers and newsletters", "Sectigo Limited" */
    char contact[LINK_NAME_BYTES];    /* of a controller: whom to write to; "" */
    char address[LINK_ADDRESS_BYTES]; /* of a controller: its own, else its parent's */
    bool marked;  /* a purpose: promotional; a controller: that of who names none */
    bool sharing; /* a purpose: sale, rental and the like */
};

/* Those in force at at_us; heap. */
bool link_purposes_load(struct pg *pg, int64_t at_us, struct link_name **ret,
                        size_t *ret_n, struct err *err);
bool link_controllers_load(struct pg *pg, int64_t at_us, struct link_name **ret,
                           size_t *ret_n, struct err *err);

/* Where the policy in force can be read, an https URL; "": the register does not say. */
bool link_policy_load(struct pg *pg, int64_t at_us, char ret[LINK_URL_BYTES],
                      struct err *err);

/* What the links of a key may do besides opting out (register, link_keys). Lists of ids
 * have a blank around each: " a b ". */
#define LINK_IDS_BYTES 1024
struct link_right {
    char system[REGISTER_ID_BYTES]; /* in the name of the key's file */
    char party[REGISTER_ID_BYTES];
    bool confirms;
    char controllers[LINK_IDS_BYTES], purposes[LINK_IDS_BYTES];
    char source[REGISTER_ID_BYTES]; /* whose forms; "" */
};
bool link_rights_load(struct pg *pg, int64_t at_us, struct link_right **ret,
                      size_t *ret_n, struct err *err);

/* Is the id one of such a list? */
bool link_ids_have(const char *ids, const char *id);

/* Feeds of our own web sites: the source's id, its URN, and whose site it is by the
 * register ("": of none). */
struct link_feed {
    char id[REGISTER_ID_BYTES];
    char urn[128];
    char controller[REGISTER_ID_BYTES];
};
bool link_feeds_load(struct pg *pg, int64_t at_us, struct link_feed **ret, size_t *ret_n,
                     struct err *err);

extern const struct pg_stmt *const link_statements[];
extern const size_t link_statements_n;

#endif
