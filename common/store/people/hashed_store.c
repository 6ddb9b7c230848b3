#include "hashed_store.h"

#include <string.h>

enum { PROFILES, COPY, ERASED, N_STATEMENTS };

static const struct pg_stmt statements[N_STATEMENTS] = {
    [PROFILES] = {"hashed_profiles",
                  "SELECT kind, profile FROM hashed_profile ORDER BY kind, profile", "",
                  "ss"},
    [COPY] = {"hashed_copy", "SELECT FROM hashed_copy($1, $2)", "UU", ""},
    /* who has gone keeps the no, and its event is the hash's */
    [ERASED] = {"hashed_erased",
                "SELECT DISTINCT h.contact FROM fact h WHERE h.contact = ANY ($1)"
                " AND h.ledger_id IN (SELECT f.ledger_id FROM erasure e JOIN fact f"
                "  USING (contact) WHERE e.whole)",
                "U", "u"},
};

const struct pg_stmt *hashed_statements(size_t *ret_n)
{
    *ret_n = N_STATEMENTS;
    return statements;
}

bool hashed_profiles(struct pg *pg, struct hashed_profile ret[HASHED_PROFILES_MAX],
                     size_t *ret_n, struct err *err)
{
    struct pg_result *r;

    if (!pg_exec(pg, &statements[PROFILES], NULL, &r, err))
        return false;
    *ret_n = 0;
    for (int i = 0; i < pg_rows(r) && *ret_n < HASHED_PROFILES_MAX; i++)
        ret[(*ret_n)++] =
            (struct hashed_profile){(enum contact_kind)pg_get_i16(r, i, 0),
                                    (enum token_profile)pg_get_i16(r, i, 1)};
    pg_result_free(r);
    return true;
}

bool hashed_copy(struct pg *pg, const struct contact_key *contacts,
                 const struct contact_key *hashes, size_t n, struct err *err)
{
    struct pg_params ps;
    size_t contact, hash;

    pg_params_init(&ps);
    contact = pg_put_array(&ps, 'U');
    hash = pg_put_array(&ps, 'U');
    for (size_t i = 0; i < n; i++) {
        pg_add_uuid(&ps, contact, contacts[i].b);
        pg_add_uuid(&ps, hash, hashes[i].b);
    }
    return pg_run(pg, &statements[COPY], &ps, NULL, err);
}

bool hashed_erased(struct pg *pg, const struct contact_key *hashes, size_t n,
                   hashed_erased_each *each, void *context, struct err *err)
{
    struct pg_params ps;
    struct pg_result *r;
    struct contact_key key;
    size_t array;

    pg_params_init(&ps);
    array = pg_put_array(&ps, 'U');
    for (size_t i = 0; i < n; i++)
        pg_add_uuid(&ps, array, hashes[i].b);
    if (!pg_run(pg, &statements[ERASED], &ps, &r, err))
        return false;
    for (int i = 0; i < pg_rows(r); i++) {
        memcpy(key.b, pg_get_uuid(r, i, 0), sizeof(key.b));
        each(context, &key);
    }
    pg_result_free(r);
    return true;
}
