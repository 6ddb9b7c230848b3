#include "store/people/secret_store.h"

#include "base/mem.h"
#include "base/when.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { COUNTS, KEEP, STAY, KNOWN, LIST, STRANGERS, TELL, CHANGE, N_STATEMENTS };

static const struct pg_stmt statements[N_STATEMENTS] = {
    [COUNTS] = {"contact_secret_counts", "SELECT contact_secret_counts($1)", "B", "i"},
    [KEEP] = {"contact_secret_keep", "SELECT contact_secret_keep($1)", "B", "i"},
    /* the lock of contact_secret_hold */
    [STAY] = {"contact_secret_stay", "SELECT pg_advisory_xact_lock_shared(8614186)::text",
              "", "t"},
    [KNOWN] = {"contact_keys_known",
               "SELECT counts, known FROM contact_keys_known($1, $2)", "BU", "iU"},
    [LIST] = {"contact_secret_list",
              "SELECT mark, since, coalesce(counts, 'infinity') FROM contact_secret"
              " ORDER BY turn DESC",
              "", "bzz"},
    /* those who make keys; who was not seen for a minute is not at work */
    [STRANGERS] = {"contact_secret_strangers",
                   "SELECT coalesce((SELECT program || ' ' || instance FROM program_seen"
                   " WHERE seen > clock_timestamp() - interval '1 min'"
                   "  AND marks IS NOT NULL AND $1 <> ALL (marks)"
                   " ORDER BY 1 LIMIT 1), '')",
                   "b", "t"},
    [TELL] = {"contact_secret_tell", "SELECT contact_secret_tell($1)::text", "b", "t"},
    [CHANGE] = {"contact_secret_change", "SELECT contact_secret_change($1)::text", "b",
                "t"},
};
const struct pg_stmt *const secret_statements[] = {
    &statements[COUNTS], &statements[KEEP],      &statements[STAY], &statements[KNOWN],
    &statements[LIST],   &statements[STRANGERS], &statements[TELL], &statements[CHANGE]};
const size_t secret_statements_n = N_STATEMENTS;

static void put_marks(struct pg_params *ps, const struct contact_marks *marks)
{
    const size_t array = pg_put_array(ps, 'B');

    for (size_t i = 0; i < marks->n; i++)
        pg_add_bytes(ps, array, marks->b[i], CONTACT_MARK_BYTES);
}

static bool stranger(struct err *err)
{
    return err_set(
        err, ERR_CONFIG, "CONTACT_SECRET",
        "contact_secret_file and contact_former do not have every secret that "
        "this database's contacts are made with: everybody would be a stranger");
}

/* counts: from 1, as PostgreSQL says; 0: none; -1: another one is to count first. */
static bool counted(int32_t counts, size_t *ret, struct err *err)
{
    if (counts < 0)
        return err_set(err, ERR_CONFIG, "CONTACT_SECRET",
                       "the database was restored to before the secret in "
                       "contact_secret_file counted: consentctl key contact --change, "
                       "then consentctl restored");
    if (counts < 1)
        return stranger(err);
    *ret = (size_t)counts - 1;
    return true;
}

static bool ask(int which, const struct contact_marks *marks, struct pg *pg, size_t *ret,
                struct err *err)
{
    struct pg_params ps;
    struct pg_result *r;
    bool ok;

    pg_params_init(&ps);
    put_marks(&ps, marks);
    if (!pg_run(pg, &statements[which], &ps, &r, err))
        return false;
    ok = counted(pg_get_i32(r, 0, 0), ret, err);
    pg_result_free(r);
    return ok;
}

bool contact_secret_counts(struct pg *pg, const struct contact_marks *marks, size_t *ret,
                           struct err *err)
{
    return ask(COUNTS, marks, pg, ret, err);
}

bool contact_secret_fits(const void *marks, struct pg *pg, struct err *err)
{
    size_t counts;

    return ask(COUNTS, marks, pg, &counts, err);
}

bool contact_secret_keep(const void *marks, struct pg *pg, struct err *err)
{
    size_t counts;

    return ask(KEEP, marks, pg, &counts, err);
}

bool contact_secret_stay(struct pg *pg, const struct contact_marks *marks,
                         struct err *err)
{
    struct pg_result *r;

    if (!pg_exec(pg, &statements[STAY], NULL, &r, err))
        return false;
    pg_result_free(r);
    return contact_secret_fits(marks, pg, err);
}

/* --- whose key --- */

static bool known_read(const struct pg_result *r, size_t n, struct contact_key *ret,
                       size_t *ret_n)
{
    struct pg_array a;

    pg_get_array(r, 0, 1, &a);
    *ret_n = 0;
    for (int32_t i = 0; i < a.n && *ret_n < n; i++) {
        size_t len;
        const void *key = pg_array_next(&a, &len);

        if (key == NULL || len != sizeof(ret->b))
            return false;
        memcpy(ret[(*ret_n)++].b, key, len);
    }
    return true;
}

/* Which of the keys are people's, in one look with which of the secrets counts. */
static bool known_ask(struct pg *pg, const struct contact_marks *marks,
                      const struct contact_key *keys, size_t n, size_t *ret_counts,
                      struct contact_key *ret_known, size_t *ret_n, struct err *err)
{
    struct pg_params ps;
    struct pg_result *r;
    size_t array;
    bool ok;

    pg_params_init(&ps);
    put_marks(&ps, marks);
    array = pg_put_array(&ps, 'U');
    for (size_t i = 0; i < n; i++)
        pg_add_uuid(&ps, array, keys[i].b);
    if (!pg_run(pg, &statements[KNOWN], &ps, &r, err))
        return false;
    ok = counted(pg_get_i32(r, 0, 0), ret_counts, err) &&
         (known_read(r, n, ret_known, ret_n) ||
          err_set(err, ERR_FATAL, "PG_RESULT", "contact_keys_known gave no keys"));
    pg_result_free(r);
    return ok;
}

static int key_cmp(const void *a, const void *b)
{
    return memcmp(a, b, sizeof(struct contact_key));
}

bool contact_choose(struct pg *pg, const struct contact_marks *marks,
                    const struct contact_key *groups, size_t n_groups, uint8_t *ret,
                    size_t *ret_counts, struct err *err)
{
    const size_t m = marks->n;
    struct contact_key *known;
    size_t n_known;

    *ret_counts = 0;
    if (m == 1) {
        memset(ret, 0, n_groups);
        return true;
    }
    known = mem_zalloc(n_groups * m + 1, sizeof(*known));
    if (!known_ask(pg, marks, groups, n_groups * m, ret_counts, known, &n_known, err)) {
        free(known);
        return false;
    }
    qsort(known, n_known, sizeof(*known), key_cmp);
    for (size_t i = 0; i < n_groups; i++) {
        ret[i] = (uint8_t)*ret_counts;
        for (size_t k = 0; k < m; k++)
            if (bsearch(&groups[i * m + k], known, n_known, sizeof(*known), key_cmp) !=
                NULL) {
                ret[i] = (uint8_t)k;
                break;
            }
    }
    free(known);
    return true;
}

/* --- a change --- */

bool contact_secret_list(struct pg *pg, struct contact_secret_row *ret, size_t most,
                         size_t *ret_n, struct err *err)
{
    struct pg_result *r;

    if (!pg_exec(pg, &statements[LIST], NULL, &r, err))
        return false;
    *ret_n = 0;
    for (int i = 0; i < pg_rows(r) && *ret_n < most; i++) {
        struct contact_secret_row *row = &ret[(*ret_n)++];
        size_t len;
        const void *mark = pg_get_bytes(r, i, 0, &len);

        memset(row->mark, 0, sizeof(row->mark));
        memcpy(row->mark, mark, len < sizeof(row->mark) ? len : sizeof(row->mark));
        row->since_us = pg_get_time(r, i, 1);
        row->counts_us = pg_get_time(r, i, 2);
    }
    pg_result_free(r);
    return true;
}

static bool of_mark(int which, struct pg *pg, const uint8_t mark[CONTACT_MARK_BYTES],
                    struct pg_result **ret, struct err *err)
{
    struct pg_params ps;

    pg_params_init(&ps);
    pg_put_bytes(&ps, mark, CONTACT_MARK_BYTES);
    return pg_run(pg, &statements[which], &ps, ret, err);
}

bool contact_secret_strangers(struct pg *pg, const uint8_t mark[CONTACT_MARK_BYTES],
                              char *ret, size_t bytes, struct err *err)
{
    struct pg_result *r;

    if (!of_mark(STRANGERS, pg, mark, &r, err))
        return false;
    snprintf(ret, bytes, "%s", pg_get_text(r, 0, 0));
    pg_result_free(r);
    return true;
}

bool contact_secret_tell(struct pg *pg, const uint8_t mark[CONTACT_MARK_BYTES],
                         struct err *err)
{
    struct pg_result *r;

    if (!of_mark(TELL, pg, mark, &r, err))
        return false;
    pg_result_free(r);
    return true;
}

bool contact_secret_change(struct pg *pg, const uint8_t mark[CONTACT_MARK_BYTES],
                           struct err *err)
{
    struct pg_result *r;

    if (!of_mark(CHANGE, pg, mark, &r, err))
        return false;
    pg_result_free(r);
    return true;
}
