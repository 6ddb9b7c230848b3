#include "store/people/secret_store.h"

enum { FITS, KEEP, N_STATEMENTS };

static const struct pg_stmt statements[N_STATEMENTS] = {
    [FITS] = {"contact_secret_fits", "SELECT contact_secret_fits($1)", "b", "o"},
    [KEEP] = {"contact_secret_keep", "SELECT contact_secret_keep($1)", "b", "o"},
};
const struct pg_stmt *const secret_statements[] = {&statements[FITS], &statements[KEEP]};
const size_t secret_statements_n = N_STATEMENTS;

static bool ask(int which, const void *mark, struct pg *pg, struct err *err)
{
    struct pg_params ps;
    struct pg_result *r;
    bool ok;

    pg_params_init(&ps);
    pg_put_bytes(&ps, mark, CONTACT_SECRET_MARK_BYTES);
    if (!pg_run(pg, &statements[which], &ps, &r, err))
        return false;
    ok = pg_get_bool(r, 0, 0);
    pg_result_free(r);
    return ok || err_set(err, ERR_CONFIG, "CONTACT_SECRET",
                         "contact_secret_file is not the secret that this database's "
                         "contacts were made with: everybody would be a stranger");
}

bool contact_secret_fits(const void *mark, struct pg *pg, struct err *err)
{
    return ask(FITS, mark, pg, err);
}

bool contact_secret_keep(const void *mark, struct pg *pg, struct err *err)
{
    return ask(KEEP, mark, pg, err);
}
