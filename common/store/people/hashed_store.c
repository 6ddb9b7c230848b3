#include "hashed_store.h"

#define FACT_COLUMNS                                                                     \
    "occurred_from, occurred_to, effective, expires, source, agreement, flags,"          \
    " controller, purpose, channels, stated, kind, source_type, part, form"

enum { PROFILES, COPY, N_STATEMENTS };

/* LATERAL with OFFSET 0: by key, whatever the plan thinks of the tables' sizes. */
static const struct pg_stmt statements[N_STATEMENTS] = {
    [PROFILES] = {"hashed_profiles",
                  "SELECT kind, profile FROM hashed_profile ORDER BY kind, profile", "",
                  "ss"},
    [COPY] = {"hashed_copy",
              "INSERT INTO fact (contact, ledger_id, known, " FACT_COLUMNS ")"
              " SELECT k.contact, f.ledger_id, greatest(f.known, (SELECT min(x.known)"
              "  FROM fact x WHERE x.contact = k.contact)), " FACT_COLUMNS
              " FROM unnest($1, $2) AS k (contact, hash),"
              " LATERAL (SELECT * FROM fact x WHERE x.contact = k.hash OFFSET 0) f"
              " WHERE NOT EXISTS (SELECT FROM fact x WHERE x.contact = k.contact"
              "  AND x.ledger_id = f.ledger_id AND x.part = f.part)",
              "UU", ""},
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
    bool ok;

    pg_params_init(&ps);
    contact = pg_put_array(&ps, 'U');
    hash = pg_put_array(&ps, 'U');
    for (size_t i = 0; i < n; i++) {
        pg_add_uuid(&ps, contact, contacts[i].b);
        pg_add_uuid(&ps, hash, hashes[i].b);
    }
    ok = pg_exec(pg, &statements[COPY], &ps, NULL, err);
    pg_params_done(&ps);
    return ok;
}
