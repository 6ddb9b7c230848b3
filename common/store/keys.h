/* keys.h - contacts as a parameter: what many statements are asked about. */
#ifndef CONSENT_STORE_KEYS_H
#define CONSENT_STORE_KEYS_H

#include "core/fact.h"
#include "pg/pg.h"

/* The next parameter, an array. */
void keys_put(struct pg_params *ps, const struct contact_key *keys, size_t n);

/* Where keys stand. Rows come as PostgreSQL finds them and say their key: = ANY of the
 * keys costs it two thirds of a join that looks each up with its place. */
struct key_places {
    size_t n;
    struct key_place *sorted; /* by key, then place */
    size_t first, end;        /* what was found last: rows mostly rise */
};

struct key_place {
    struct contact_key key;
    size_t at; /* in the array */
};

void key_places_make(struct key_places *p, const struct contact_key *keys, size_t n);
void key_places_done(struct key_places *p);

/* The places of a key: p->sorted from the one returned up to *ret_end; more than one
 * where it was asked for more than once. */
size_t key_places_find(struct key_places *p, const uint8_t key[16], size_t *ret_end);

/* A statement whose only parameter they are: its sending (pg_send), and the whole. */
bool keys_send(struct pg *pg, const struct pg_stmt *stmt, const struct contact_key *keys,
               size_t n, struct err *err);
bool keys_exec(struct pg *pg, const struct pg_stmt *stmt, const struct contact_key *keys,
               size_t n, struct pg_result **ret, struct err *err);

#endif
