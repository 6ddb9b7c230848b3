/* Looking up in a snapshot, and the one thing ingest adds to the register. */
#include "store/register_store.h"

#include "store/register_sql.h"

#include <string.h>

/* Where periods overlap by mistake the one that began last counts, as in core/rulebook.
 */
#define FIND(array, n, match)                                                            \
    do {                                                                                 \
        for (size_t i = 0; i < (n); i++)                                                 \
            if ((match) && period_holds(&(array)[i].valid, at_us) &&                     \
                (found == NULL || (array)[i].valid.from_us > found->valid.from_us))      \
                found = &(array)[i];                                                     \
    } while (0)

const struct list *register_list(const struct register_snapshot *s, const char *id,
                                 int64_t at_us)
{
    const struct list *found = NULL;

    FIND(s->lists, s->n_lists, strcmp(s->lists[i].id, id) == 0);
    return found;
}

const struct list *register_list_n(const struct register_snapshot *s, int32_t number,
                                   int64_t at_us)
{
    const struct list *found = NULL;

    FIND(s->lists, s->n_lists, s->lists[i].number == number);
    return found;
}

const struct recipient *register_recipient(const struct register_snapshot *s,
                                           const char *id, int64_t at_us)
{
    const struct recipient *found = NULL;

    FIND(s->recipients, s->n_recipients, strcmp(s->recipients[i].id, id) == 0);
    return found;
}

/* --- names
 * ------------------------------------------------------------------------------- */

const char *register_controller_name(const struct register_snapshot *s, int16_t number)
{
    return rulebook_controller_name(&s->book, number);
}

const char *register_purpose_name(const struct register_snapshot *s, int16_t number)
{
    return rulebook_purpose_name(&s->book, number);
}

const char *register_source_name(const struct register_snapshot *s, int32_t number)
{
    for (size_t i = 0; i < s->book.n_sources; i++)
        if (s->book.sources[i].number == number)
            return s->book.sources[i].id;
    return "?";
}

const char *register_agreement_name(const struct register_snapshot *s, int32_t number)
{
    for (size_t i = 0; i < s->book.n_agreements; i++)
        if (s->book.agreements[i].number == number)
            return s->book.agreements[i].id;
    return "?";
}

/* --- agreement events
 * -------------------------------------------------------------------- */

/* First, for it is also the lock of whoever writes to the register. */
static const struct pg_stmt agreement_raise = {
    .name = "agreement_raise",
    .sql = "UPDATE register_version SET version = version + 1",
    .params = "",
    .columns = "",
};

static const struct pg_stmt agreement_fact_put = {
    .name = "agreement_fact_put",
    .sql =
        "WITH added AS (INSERT INTO agreement_fact (ledger_id, known, agreement, party,"
        "  valid_from, valid_until, terminated, breach_from)"
        "  VALUES ($1, $2, $3, $4, $5, $6, $7, $8)"
        "  ON CONFLICT (agreement, ledger_id) DO NOTHING RETURNING agreement),"
        " numbered AS (INSERT INTO register_number (kind, id, number)"
        "  SELECT 'agreement', a.agreement, (SELECT coalesce(max(n.number), 0) + 1"
        "   FROM register_number n WHERE n.kind = 'agreement')"
        "  FROM added a ON CONFLICT (kind, id) DO NOTHING RETURNING number)"
        " INSERT INTO cascade (agreement, ledger_id, known)"
        " SELECT coalesce((SELECT number FROM numbered), n.number), $1, $2"
        " FROM added a LEFT JOIN register_number n"
        "  ON n.kind = 'agreement' AND n.id = a.agreement",
    .params = "lzttzzzz",
    .columns = "",
};

bool agreement_fact_add(struct pg *pg, const struct agreement_fact *fact,
                        int64_t ledger_id, int64_t known_us, struct err *err)
{
    struct pg_params ps;
    bool ok;

    pg_params_init(&ps);
    pg_put_i64(&ps, ledger_id);
    pg_put_time(&ps, known_us);
    pg_put_text(&ps, fact->id);
    pg_put_text(&ps, fact->party);
    pg_put_time(&ps, fact->from_us);
    pg_put_time(&ps, fact->until_us);
    pg_put_time(&ps, fact->terminated_us);
    pg_put_time(&ps, fact->breach_from_us);
    ok = pg_exec(pg, &agreement_raise, NULL, NULL, err) &&
         pg_exec(pg, &agreement_fact_put, &ps, NULL, err);
    pg_params_done(&ps);
    return ok;
}

const struct pg_stmt *const register_statements[] = {
    &register_controllers, &register_policies,  &register_websites,
    &register_purposes,    &register_sources,   &register_agreements,
    &register_recipients,  &register_lists,     &register_windows,
    &register_version_get, &agreement_fact_put, &agreement_raise,
};
const size_t register_statements_n =
    sizeof(register_statements) / sizeof(register_statements[0]);
