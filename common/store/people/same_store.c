#include "same_store.h"

#include "store/keys.h"

#include "store/words.h"
#include "base/mem.h"
#include "base/when.h"

#include <stdlib.h>
#include <string.h>

enum { JOIN, TIES, N_STATEMENTS };

/* 1 is FACT_GRANT, 1024 FACT_IS_WIDE. A tie
 * gives one row at least, with nulls where the other has nothing to say, for then nothing
 * is granted by both. A wide denial of a point that is linked with the other holds as
 * well. */
static const struct pg_stmt statements[N_STATEMENTS] = {
    [JOIN] = {"same_join",
              "SELECT k.i::integer, f.*, s.undone, s.other, s.known, s.alike"
              " FROM (SELECT u.contact, u.i FROM unnest($1) WITH ORDINALITY"
              "       AS u (contact, i) WHERE EXISTS (SELECT FROM same_person p"
              "       WHERE p.contact = u.contact) OFFSET 0) k,"
              " LATERAL (SELECT x.other, x.known, x.undone, x.merged AND"
              "           (SELECT c.kind FROM contact c WHERE c.contact = x.other) ="
              "           (SELECT c.kind FROM contact c WHERE c.contact = k.contact)"
              "           IS TRUE AS alike FROM same_of(k.contact) x OFFSET 0) s"
              " LEFT JOIN LATERAL ("
              "  SELECT ledger_id, greatest(known, s.known) AS known," FACT_COLUMNS
              "   FROM fact WHERE fact.contact = s.other AND (kind" FACT_DENIALS
              "    OR flags & 1024 /*wide*/ <> 0 OR (s.alike AND kind = 1 /*grant*/))"
              "    AND (spent > $2 OR controller = ANY ($3))"
              "    AND greatest(known, s.known) < s.undone"
              "  UNION ALL"
              "  SELECT ledger_id, greatest(fact.known, s.known, l.known)," FACT_COLUMNS
              "   FROM (SELECT link.other, (SELECT ledger.known FROM ledger WHERE"
              "          ledger.ledger_id = link.ledger_id) AS known FROM link"
              "         WHERE link.contact = s.other OFFSET 0) l, fact"
              "   WHERE fact.contact = l.other AND flags & 1024 /*wide*/ <> 0"
              "    AND (spent > $2 OR controller = ANY ($3))"
              "    AND greatest(fact.known, s.known, l.known) < s.undone"
              "  OFFSET 0) f ON true"
              " ORDER BY k.i, s.other, s.known, s.undone",
              "UzS", "ilzzzzziiissssssslzuzo"},
    [TIES] = {"same_ties",
              "SELECT s.known, (SELECT min(m.known) FROM same_person m"
              "   WHERE m.contact = s.contact AND m.other = s.other AND m.kind = 3 "
              "/*mistaken*/"
              "    AND m.said > s.said AND m.known <= $2 AND s.kind <> 4 /*respelt*/),"
              "  s.kind, s.ledger_id"
              " FROM same_person s WHERE s.contact = $1 AND s.kind <> 3 /*mistaken*/"
              "  AND s.known <= $2"
              " ORDER BY 1, 4, s.other LIMIT $3",
              "uzi", "zzsl"},
};

enum { LEDGER = 1, UNDONE = 18, OTHER, SINCE, ALIKE };

const struct pg_stmt *same_statements(size_t *ret_n)
{
    *ret_n = N_STATEMENTS;
    return statements;
}

/* --- facts, as they come
 * -----------------------------------------------------------------
 */

struct facts {
    size_t n, cap;
    struct fact *f;
};

static void add(struct facts *to, const struct fact *f)
{
    if (to->n == to->cap) {
        to->cap = to->cap ? 2 * to->cap : 64;
        to->f = mem_resize(to->f, to->cap, sizeof(*to->f));
    }
    to->f[to->n++] = *f;
}

/* The fact as known from from_us until until_us. */
static void add_known(struct facts *to, struct fact f, int64_t from_us, int64_t until_us)
{
    f.known_us = from_us;
    f.gone_us = until_us == WHEN_NEVER ? 0 : until_us;
    add(to, &f);
}

static int64_t gone_us(const struct fact *f)
{
    return f->gone_us != 0 ? f->gone_us : WHEN_NEVER;
}

/* --- a tie: rows of one other contact --- */

struct tie {
    const struct pg_result *r;
    int first, end; /* rows */
    int64_t since_us, undone_us;
    bool alike; /* merged, and of one kind: only what both have granted counts */
};

static int64_t undone_of(const struct pg_result *r, int row)
{
    return pg_get_time(r, row, UNDONE); /* 'infinity' reads as WHEN_NEVER */
}

static bool same_tie(const struct pg_result *r, int a, int b)
{
    return pg_get_i32(r, a, 0) == pg_get_i32(r, b, 0) &&
           memcmp(pg_get_uuid(r, a, OTHER), pg_get_uuid(r, b, OTHER), 16) == 0 &&
           pg_get_time(r, a, SINCE) == pg_get_time(r, b, SINCE) &&
           undone_of(r, a) == undone_of(r, b) &&
           pg_get_bool(r, a, ALIKE) == pg_get_bool(r, b, ALIKE);
}

static struct tie tie_at(const struct pg_result *r, int row)
{
    struct tie t = {.r = r,
                    .first = row,
                    .end = row + 1,
                    .since_us = pg_get_time(r, row, SINCE),
                    .undone_us = undone_of(r, row),
                    .alike = pg_get_bool(r, row, ALIKE)};

    while (t.end < pg_rows(r) && same_tie(r, row, t.end))
        t.end++;
    return t;
}

/* The channels that the other has granted for the same thing, as known at at_us.
 * *next_us: lowered to when more became known. */
static uint16_t granted(const struct tie *t, const struct fact *g, int64_t at_us,
                        int64_t *next_us)
{
    uint16_t channels = 0;

    for (int row = t->first; row < t->end; row++) {
        struct fact x;

        if (pg_is_null(t->r, row, LEDGER))
            continue;
        fact_read(t->r, row, &x);
        if (x.kind != FACT_GRANT || x.controller != g->controller ||
            x.purpose != g->purpose)
            continue;
        if (x.known_us <= at_us)
            channels |= x.channels;
        else if (x.known_us < *next_us)
            *next_us = x.known_us;
    }
    return channels;
}

/* A grant beside a tie: what it is worth before, during and after. */
static void narrow(const struct tie *t, const struct fact *g, struct facts *to)
{
    const int64_t until_us = t->undone_us < gone_us(g) ? t->undone_us : gone_us(g);
    int64_t at_us = t->since_us > g->known_us ? t->since_us : g->known_us;

    if (at_us >= until_us) {
        add(to, g);
        return;
    }
    if (g->known_us < at_us)
        add_known(to, *g, g->known_us, at_us);
    while (at_us < until_us) {
        int64_t next_us = until_us;
        struct fact less = *g;

        less.channels &= granted(t, g, at_us, &next_us);
        if (less.channels != 0)
            add_known(to, less, at_us, next_us);
        at_us = next_us;
    }
    if (until_us < gone_us(g))
        add_known(to, *g, until_us, gone_us(g));
}

/* --- a contact --- */

static void swap(struct facts *a, struct facts *b)
{
    const struct facts c = *a;

    *a = *b;
    *b = c;
}

/* mine: the contact's facts so far; becomes those with what the ties bring. */
static void join_one(const struct pg_result *r, int first, int end, struct facts *mine,
                     struct facts *spare)
{
    for (int row = first; row < end;) {
        const struct tie t = tie_at(r, row);

        spare->n = 0;
        for (size_t i = 0; i < mine->n; i++)
            if (t.alike && mine->f[i].kind == FACT_GRANT && !mine->f[i].linked)
                narrow(&t, &mine->f[i], spare);
            else
                add(spare, &mine->f[i]);
        for (; row < t.end; row++) {
            struct fact f;

            if (pg_is_null(r, row, LEDGER))
                continue;
            fact_read(r, row, &f);
            f.linked = true;
            f.gone_us = t.undone_us == WHEN_NEVER ? 0 : t.undone_us;
            if (f.kind != FACT_GRANT)
                add(spare, &f);
        }
        swap(mine, spare);
    }
}

static bool join_load(struct pg *pg, const struct contact_key *keys, size_t n,
                      const struct fact_need *need, struct pg_result **ret,
                      struct err *err)
{
    struct pg_params ps;

    pg_params_init(&ps);
    keys_put(&ps, keys, n);
    fact_need_put(&ps, need);
    return pg_run(pg, &statements[JOIN], &ps, ret, err);
}

bool same_join(struct pg *pg, const struct contact_key *keys, size_t n,
               const struct fact_need *need, struct fact_set *set, struct err *err)
{
    struct facts all = {0}, mine = {0}, spare = {0};
    struct pg_result *r;
    int row = 0;

    if (!join_load(pg, keys, n, need, &r, err))
        return false;
    for (size_t i = 0; i < n; i++) {
        const size_t begin = all.n;
        int first = row;

        while (row < pg_rows(r) && pg_get_i32(r, row, 0) == (int32_t)i + 1)
            row++;
        mine.n = 0;
        for (size_t k = set->first[i]; k < set->first[i + 1]; k++)
            add(&mine, &set->facts[k]);
        join_one(r, first, row, &mine, &spare);
        for (size_t k = 0; k < mine.n; k++)
            add(&all, &mine.f[k]);
        set->first[i] = begin;
        set->wide[i] = set->wide[i] || row > first;
    }
    set->first[n] = all.n;
    free(set->facts);
    set->facts = all.f;
    set->cap = all.cap;
    free(mine.f);
    free(spare.f);
    pg_result_free(r);
    return true;
}

bool same_ties(struct pg *pg, const struct contact_key *key, int64_t known_us,
               struct same_tie *ret, size_t cap, size_t *ret_n, struct err *err)
{
    struct pg_params ps;
    struct pg_result *r;

    pg_params_init(&ps);
    pg_put_uuid(&ps, key->b);
    pg_put_time(&ps, known_us);
    pg_put_i32(&ps, (int32_t)cap);
    if (!pg_run(pg, &statements[TIES], &ps, &r, err))
        return false;
    *ret_n = (size_t)pg_rows(r);
    for (int row = 0; row < pg_rows(r); row++)
        ret[row] = (struct same_tie){
            .since_us = pg_get_time(r, row, 0),
            .until_us = pg_is_null(r, row, 1) ? WHEN_NEVER : pg_get_time(r, row, 1),
            .change = (enum event_change)pg_get_i16(r, row, 2),
            .ledger_id = pg_get_i64(r, row, 3)};
    pg_result_free(r);
    return true;
}
