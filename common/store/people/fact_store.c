#include "fact_store.h"

#include "store/keys.h"
#include "same_store.h"

#include "base/mem.h"

#include <stdlib.h>
#include <string.h>

#define OWN 18 /* the column that says that the fact did not come along a link */

enum { CONTACTS, FACTS, OWN_FACTS, SPEND, N_STATEMENTS };

/* LATERAL with OFFSET 0 makes every look-up one by key: a plan that was made while the
 * tables were empty would otherwise walk a whole index for each key; = ANY is by key in
 * any plan. 1024 is FACT_IS_WIDE. What a linked contact point says is known of this one
 * from when the link was: else an answer as known before would change with it. A row of
 * nulls marks a contact that is one person with another (same_store.h). Of the spent
 * (fact_spend) those are left out that no question from $2 on needs, unless their
 * controller is among $3. */
static const struct pg_stmt statements[N_STATEMENTS] = {
    [CONTACTS] = {"contact_load",
                  "SELECT c.contact, c.kind, c.wrapped_key, c.sealed, d.at"
                  " FROM contact c LEFT JOIN LATERAL (SELECT x.at FROM due x"
                  "  WHERE x.contact = c.contact OFFSET 0) d ON true"
                  " WHERE c.contact = ANY ($1)",
                  "U", "usbbz"},
    [FACTS] =
        {"fact_load",
         "SELECT contact, ledger_id, known," FACT_COLUMNS ", true FROM fact"
         " WHERE contact = ANY ($1) AND spent > $2 "
         "UNION ALL "
         "SELECT contact, ledger_id, known," FACT_COLUMNS ", true FROM fact"
         " WHERE contact = ANY ($1) AND spent <= $2 AND controller = ANY ($3)"
         "  AND cardinality($3) > 0 "
         "UNION ALL "
         "SELECT l.contact, f.*, false"
         " FROM (SELECT link.contact, link.other, (SELECT ledger.known FROM ledger"
         "         WHERE ledger.ledger_id = link.ledger_id) AS known FROM link"
         "        WHERE link.contact = ANY ($1) OFFSET 0) l,"
         " LATERAL (SELECT ledger_id, greatest(known, l.known)," FACT_COLUMNS " FROM fact"
         "          WHERE fact.contact = l.other AND fact.flags & 1024 /*wide*/ <> 0"
         "           AND (spent > $2 OR controller = ANY ($3)) OFFSET 0) f "
         "UNION ALL "
         "SELECT contact, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL,"
         " NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, false"
         " FROM same_person WHERE contact = ANY ($1)",
         "UzS", "ulzzzzziiissssssslo"},
    [OWN_FACTS] = {"fact_own_load",
                   "SELECT contact, ledger_id, known," FACT_COLUMNS ", true FROM fact"
                   " WHERE contact = $1 AND source = $2",
                   "ui", "ulzzzzziiissssssslo"},
    [SPEND] = {"fact_spend", "SELECT fact_spend($1)", "u", "l"},
};

const struct pg_stmt *fact_statements(size_t *ret_n)
{
    *ret_n = N_STATEMENTS;
    return statements;
}

static void contact_read(struct contact_set *set, int row, struct key_places *places)
{
    const struct pg_result *r = set->result;
    struct contact_row c = {.kind = (enum contact_kind)pg_get_i16(r, row, 1),
                            .due_us = WHEN_NEVER};
    size_t end;

    if (!pg_is_null(r, row, 2) && !pg_is_null(r, row, 3)) {
        c.wrapped = pg_get_bytes(r, row, 2, &c.wrapped_len);
        c.sealed = pg_get_bytes(r, row, 3, &c.sealed_len);
    }
    if (!pg_is_null(r, row, 4))
        c.due_us = pg_get_time(r, row, 4);
    for (size_t i = key_places_find(places, pg_get_uuid(r, row, 0), &end); i < end; i++)
        set->rows[places->sorted[i].at] = c;
}

bool contact_ask(struct pg *pg, const struct contact_key *keys, size_t n, struct err *err)
{
    return keys_send(pg, &statements[CONTACTS], keys, n, err);
}

bool contact_load(struct pg *pg, const struct contact_key *keys, size_t n,
                  struct contact_set *ret, struct err *err)
{
    return contact_ask(pg, keys, n, err) && contact_answer(pg, keys, n, ret, err);
}

bool contact_answer(struct pg *pg, const struct contact_key *keys, size_t n,
                    struct contact_set *ret, struct err *err)
{
    struct key_places places;

    pg_result_free(ret->result);
    ret->result = NULL;
    if (n > ret->cap) {
        ret->rows = mem_resize(ret->rows, n, sizeof(*ret->rows));
        ret->cap = n;
    }
    for (size_t i = 0; i < n; i++)
        ret->rows[i] = (struct contact_row){.due_us = WHEN_NEVER};
    if (!pg_collect(pg, &ret->result, err))
        return false;
    key_places_make(&places, keys, n);
    for (int row = 0; row < pg_rows(ret->result); row++)
        contact_read(ret, row, &places);
    key_places_done(&places);
    return true;
}

void contact_set_done(struct contact_set *set)
{
    pg_result_free(set->result);
    free(set->rows);
    *set = (struct contact_set){0};
}

void fact_read(const struct pg_result *r, int row, struct fact *f)
{
    int col = 1;

    *f = (struct fact){0};
    f->ledger_id = pg_get_i64(r, row, col++);
    f->known_us = pg_get_time(r, row, col++);
    f->from_us = pg_get_time(r, row, col++);
    f->to_us = pg_get_time(r, row, col++);
    f->effective_us = pg_get_time(r, row, col++); /* NULL reads as 0: from occurrence */
    f->expires_us = pg_is_null(r, row, col) ? WHEN_NEVER : pg_get_time(r, row, col);
    col++;
    f->source = pg_get_i32(r, row, col++);
    f->agreement = pg_get_i32(r, row, col++);
    f->flags = (uint32_t)pg_get_i32(r, row, col++);
    f->controller = pg_get_i16(r, row, col++);
    f->purpose = pg_get_i16(r, row, col++);
    f->channels = (uint16_t)pg_get_i16(r, row, col++);
    f->stated = (uint16_t)pg_get_i16(r, row, col++);
    f->kind = (uint8_t)pg_get_i16(r, row, col++);
    f->source_type = (uint8_t)pg_get_i16(r, row, col++);
    f->part = (uint8_t)pg_get_i16(r, row, col++);
    f->form = pg_get_i64(r, row, col++);
}

void fact_need_put(struct pg_params *ps, const struct fact_need *need)
{
    size_t array;

    pg_put_time(ps, need != NULL ? need->from_us : WHEN_ALWAYS);
    array = pg_put_array(ps, 'S');
    for (size_t i = 0; need != NULL && i < need->book->n_successions; i++)
        pg_add_i16(ps, array, need->book->successions[i].from);
}

bool fact_ask(struct pg *pg, const struct contact_key *keys, size_t n,
              const struct fact_need *need, struct err *err)
{
    struct pg_params ps;

    pg_params_init(&ps);
    keys_put(&ps, keys, n);
    fact_need_put(&ps, need);
    return pg_ask(pg, &statements[FACTS], &ps, err);
}

static void set_room(struct fact_set *set, size_t n)
{
    if (n + 2 > set->first_cap) {
        set->first = mem_resize(set->first, n + 2, sizeof(*set->first));
        set->wide = mem_resize(set->wide, n + 2, sizeof(*set->wide));
        set->first_cap = n + 2;
    }
    memset(set->first, 0, (n + 2) * sizeof(*set->first));
    memset(set->wide, 0, (n + 2) * sizeof(*set->wide));
}

bool fact_load(struct pg *pg, const struct contact_key *keys, size_t n,
               struct fact_set *ret, struct err *err)
{
    return fact_load_need(pg, keys, n, NULL, ret, err);
}

bool fact_load_need(struct pg *pg, const struct contact_key *keys, size_t n,
                    const struct fact_need *need, struct fact_set *ret, struct err *err)
{
    return fact_ask(pg, keys, n, need, err) && fact_answer(pg, keys, n, need, ret, err);
}

bool fact_answer(struct pg *pg, const struct contact_key *keys, size_t n,
                 const struct fact_need *need, struct fact_set *ret, struct err *err)
{
    struct pg_result *r;
    struct key_places places;
    size_t end, all = 0, marks = 0;
    int rows;

    set_room(ret, n);
    if (!pg_collect(pg, &r, err))
        return false;
    rows = pg_rows(r);
    key_places_make(&places, keys, n);
    /* Two passes, for rows of one contact need not stand together: first[i + 2] counts
     * those of i, then first[i + 1] is where the next one goes. */
    for (int row = 0; row < rows; row++) {
        size_t i = key_places_find(&places, pg_get_uuid(r, row, 0), &end);

        if (pg_is_null(r, row, 1)) {
            marks++;
            continue;
        }
        all += end - i;
        for (; i < end; i++)
            ret->first[places.sorted[i].at + 2]++;
    }
    if (all > ret->cap) {
        ret->facts = mem_resize(ret->facts, all, sizeof(*ret->facts));
        ret->cap = all;
    }
    for (size_t i = 2; i < n + 2; i++)
        ret->first[i] += ret->first[i - 1];
    for (int row = 0; row < rows; row++) {
        struct fact f;

        if (pg_is_null(r, row, 1))
            continue;
        fact_read(r, row, &f);
        f.linked = !pg_get_bool(r, row, OWN);
        for (size_t i = key_places_find(&places, pg_get_uuid(r, row, 0), &end); i < end;
             i++) {
            const size_t key = places.sorted[i].at;

            ret->facts[ret->first[key + 1]++] = f;
            if ((f.flags & FACT_IS_WIDE) != 0 && !f.linked)
                ret->wide[key] = true;
        }
    }
    key_places_done(&places);
    pg_result_free(r);
    return marks == 0 || same_join(pg, keys, n, need, ret, err);
}

struct reading_one {
    struct fact_set *set;
    size_t n;
    bool marked; /* it is one person with others */
};

static bool row_take(void *context, const struct pg_result *r, struct err *err)
{
    struct reading_one *one = context;
    struct fact_set *set = one->set;
    struct fact *f;

    (void)err;
    if (pg_is_null(r, 0, 1)) {
        one->marked = true;
        return true;
    }
    if (one->n == set->cap) {
        set->cap = set->cap > 0 ? 2 * set->cap : 256;
        set->facts = mem_resize(set->facts, set->cap, sizeof(*set->facts));
    }
    f = &set->facts[one->n++];
    fact_read(r, 0, f);
    f->linked = !pg_get_bool(r, 0, OWN);
    if ((f->flags & FACT_IS_WIDE) != 0 && !f->linked)
        set->wide[0] = true;
    return true;
}

bool fact_load_one(struct pg *pg, const struct contact_key *key, int32_t source,
                   struct fact_set *ret, struct err *err)
{
    struct reading_one one = {.set = ret};
    struct pg_params ps;
    bool ok;

    set_room(ret, 1);
    pg_params_init(&ps);
    if (source != 0) {
        pg_put_uuid(&ps, key->b);
        pg_put_i32(&ps, source);
    } else {
        keys_put(&ps, key, 1);
        fact_need_put(&ps, NULL);
    }
    ok = pg_each(pg, &statements[source != 0 ? OWN_FACTS : FACTS], &ps, row_take, &one,
                 err);
    pg_params_done(&ps);
    ret->first[1] = one.n;
    return ok && (!one.marked || same_join(pg, key, 1, NULL, ret, err));
}

bool fact_spend(struct pg *pg, const struct contact_key *key, struct err *err)
{
    struct pg_params ps;

    pg_params_init(&ps);
    pg_put_uuid(&ps, key->b);
    return pg_run(pg, &statements[SPEND], &ps, NULL, err);
}

void fact_set_done(struct fact_set *set)
{
    free(set->facts);
    free(set->first);
    free(set->wide);
    *set = (struct fact_set){0};
}
