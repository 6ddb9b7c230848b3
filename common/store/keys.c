#include "store/keys.h"

void keys_put(struct pg_params *ps, const struct contact_key *keys, size_t n)
{
    const size_t array = pg_put_array(ps, 'U');

    for (size_t i = 0; i < n; i++)
        pg_add_uuid(ps, array, keys[i].b);
}

bool keys_exec(struct pg *pg, const struct pg_stmt *stmt, const struct contact_key *keys,
               size_t n, struct pg_result **ret, struct err *err)
{
    struct pg_params ps;

    pg_params_init(&ps);
    keys_put(&ps, keys, n);
    return pg_run(pg, stmt, &ps, ret, err);
}
