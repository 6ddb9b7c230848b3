#include "due.h"

#include <stdio.h>
#include <string.h>

enum {
    PUT,
    DUE_WAKE,
    WAITING,
    ANY,
    COUNT,
    CASCADE,
    AGREEMENT_STEP,
    EVERYONE_STEP,
    ADVANCE,
    FINISH,
    EVERYONE,
    LOOK,
    N_STATEMENTS
};

/* statement_timestamp() where an index is to be used: clock_timestamp() is another with
 * every row, so that all that will ever be due is looked at. */
static const struct pg_stmt statements[N_STATEMENTS] = {
    [PUT] = {"due_put",
             "WITH gone AS (DELETE FROM due WHERE contact = ANY ($3)) "
             "INSERT INTO due (contact, at) SELECT * FROM unnest($1, $2)"
             " ON CONFLICT (contact) DO UPDATE SET at = EXCLUDED.at",
             "UZU", ""},
    [DUE_WAKE] =
        {"due_wake",
         "WITH come AS ("
         "  SELECT contact FROM due WHERE at <= statement_timestamp()"
         "  ORDER BY at LIMIT $1 FOR UPDATE SKIP LOCKED), "
         "woken AS ("
         "  DELETE FROM due WHERE contact = ANY (ARRAY(SELECT contact FROM come))"
         "  RETURNING contact, at), "
         "marked AS ("
         "  INSERT INTO dirty (contact, shard, cause, known)"
         "  SELECT contact, shard_of(contact), 2 /*due*/, clock_timestamp() FROM woken) "
         "SELECT count(*),"
         "  coalesce((extract(epoch FROM clock_timestamp() - min(at))"
         "            * 1000000)::bigint, 0)"
         " FROM woken",
         "i", "ll"},
    [WAITING] = {"due_waiting",
                 "SELECT count(*) FROM (SELECT FROM due WHERE at <= statement_timestamp()"
                 "  LIMIT 100000) d",
                 "", "l"},
    [ANY] = {"due_any",
             "SELECT coalesce((SELECT at FROM due ORDER BY at LIMIT 1)"
             "                <= clock_timestamp(), false)"
             " OR EXISTS (SELECT FROM cascade)",
             "", "o"},
    [COUNT] = {"dirty_count", "SELECT count(*) FROM (SELECT FROM dirty LIMIT $1) d", "l",
               "l"},
    [CASCADE] = {"cascade_next",
                 "SELECT cascade_id, agreement, known,"
                 "  coalesce(after_key, '00000000-0000-0000-0000-000000000000')"
                 " FROM cascade ORDER BY cascade_id LIMIT 1 FOR UPDATE SKIP LOCKED",
                 "", "lizu"},
    /* By key, and not by where rows stand: a table that is rewritten meanwhile, or one in
     * partitions, has other places. No contact is cut in two: upto is the last of the
     * step, NULL when there is none after it. */
    [AGREEMENT_STEP] =
        {"cascade_agreement",
         "WITH upto AS MATERIALIZED (SELECT (SELECT f.contact FROM fact f"
         "   WHERE f.contact > $2 ORDER BY f.contact OFFSET $3 LIMIT 1) AS contact), "
         "marked AS (INSERT INTO dirty (contact, shard, cause, known)"
         "  SELECT DISTINCT f.contact, shard_of(f.contact), 4::smallint /*cascade*/, $4"
         "  FROM fact f WHERE f.contact > $2 AND f.agreement = $1 AND f.contact <="
         "   coalesce((SELECT u.contact FROM upto u),"
         "            'ffffffff-ffff-ffff-ffff-ffffffffffff')"
         "  RETURNING 1) "
         "SELECT u.contact IS NULL, coalesce(u.contact, $2),"
         "  (SELECT count(*) FROM marked) FROM upto u",
         "iuiz", "oul"},
    [EVERYONE_STEP] = {"cascade_everyone",
                       "WITH part AS ("
                       "  SELECT contact FROM contact WHERE contact > $1"
                       "  ORDER BY contact LIMIT $2), "
                       "marked AS ("
                       "  INSERT INTO dirty (contact, shard, cause, known)"
                       "  SELECT contact, shard_of(contact), 6 /*list*/, $3 FROM part) "
                       "SELECT contact FROM part ORDER BY contact DESC",
                       "uiz", "u"},
    [ADVANCE] = {"cascade_advance",
                 "UPDATE cascade SET after_key = $2 WHERE cascade_id = $1", "lu", ""},
    [FINISH] = {"cascade_finish", "DELETE FROM cascade WHERE cascade_id = $1", "l", ""},
    [EVERYONE] = {"cascade_ask",
                  "INSERT INTO cascade (agreement, ledger_id, known)"
                  " VALUES (0, 0, clock_timestamp())",
                  "", ""},
    [LOOK] = {"keeper_look",
              "SELECT (SELECT count(*) FROM (SELECT FROM dirty LIMIT $1) d),"
              "  (SELECT count(*) FROM cascade),"
              "  count(*), count(*) FILTER (WHERE opened < $2)"
              " FROM delete_task WHERE done IS NULL",
              "lz", "llll"},
};

const struct pg_stmt *due_statements(size_t *ret_n)
{
    *ret_n = N_STATEMENTS;
    return statements;
}

bool due_put(struct pg *pg, const struct due_change *changes, size_t n, struct err *err)
{
    struct pg_params ps;
    size_t keys, times, gone;

    if (n == 0)
        return true;
    pg_params_init(&ps);
    keys = pg_put_array(&ps, 'U');
    times = pg_put_array(&ps, 'Z');
    gone = pg_put_array(&ps, 'U');
    for (size_t i = 0; i < n; i++) {
        if (changes[i].at_us == WHEN_NEVER) {
            pg_add_uuid(&ps, gone, changes[i].key.b);
            continue;
        }
        pg_add_uuid(&ps, keys, changes[i].key.b);
        pg_add_time(&ps, times, changes[i].at_us);
    }
    return pg_ask(pg, &statements[PUT], &ps, err);
}

/* Runs a statement and frees its parameters. */
static bool run(struct pg *pg, int which, struct pg_params *ps, struct pg_result **ret,
                struct err *err)
{
    return pg_run(pg, &statements[which], ps, ret, err);
}

bool due_wake(struct pg *pg, int32_t limit, int64_t *ret_n, int64_t *ret_late_us,
              struct err *err)
{
    struct pg_params ps;
    struct pg_result *r;

    pg_params_init(&ps);
    pg_put_i32(&ps, limit);
    if (!run(pg, DUE_WAKE, &ps, &r, err))
        return false;
    *ret_n = pg_get_i64(r, 0, 0);
    *ret_late_us = pg_get_i64(r, 0, 1);
    pg_result_free(r);
    return true;
}

bool due_waiting(struct pg *pg, int64_t *ret_n, struct err *err)
{
    struct pg_result *r;

    if (!pg_exec(pg, &statements[WAITING], NULL, &r, err))
        return false;
    *ret_n = pg_get_i64(r, 0, 0);
    pg_result_free(r);
    return true;
}

bool due_any(struct pg *pg, bool *ret, struct err *err)
{
    struct pg_result *r;

    if (!pg_exec(pg, &statements[ANY], NULL, &r, err))
        return false;
    *ret = pg_get_bool(r, 0, 0);
    pg_result_free(r);
    return true;
}

bool dirty_count(struct pg *pg, int64_t limit, int64_t *ret_n, struct err *err)
{
    struct pg_params ps;
    struct pg_result *r;

    pg_params_init(&ps);
    pg_put_i64(&ps, limit);
    if (!run(pg, COUNT, &ps, &r, err))
        return false;
    *ret_n = pg_get_i64(r, 0, 0);
    pg_result_free(r);
    return true;
}

bool keeper_look(struct pg *pg, int64_t limit, int64_t overdue_before_us,
                 struct keeper_view *ret, struct err *err)
{
    struct pg_params ps;
    struct pg_result *r;

    pg_params_init(&ps);
    pg_put_i64(&ps, limit);
    pg_put_time(&ps, overdue_before_us);
    if (!run(pg, LOOK, &ps, &r, err))
        return false;
    ret->dirty = pg_get_i64(r, 0, 0);
    ret->cascades = pg_get_i64(r, 0, 1);
    ret->deletes_open = pg_get_i64(r, 0, 2);
    ret->deletes_overdue = pg_get_i64(r, 0, 3);
    pg_result_free(r);
    return true;
}

/* --- cascades --- */

#define FACTS_A_CONTACT 8 /* read in a step of an agreement: few of them are under it */

bool cascade_everyone(struct pg *pg, struct err *err)
{
    return pg_exec(pg, &statements[EVERYONE], NULL, NULL, err);
}

struct cascade_row {
    int64_t id;
    int32_t agreement;
    int64_t known_us;
    struct contact_key after;
};

static bool cascade_next(struct pg *pg, struct cascade_row *c, bool *ret_found,
                         struct err *err)
{
    struct pg_result *r;

    if (!pg_exec(pg, &statements[CASCADE], NULL, &r, err))
        return false;
    *ret_found = pg_rows(r) > 0;
    if (*ret_found) {
        c->id = pg_get_i64(r, 0, 0);
        c->agreement = pg_get_i32(r, 0, 1);
        c->known_us = pg_get_time(r, 0, 2);
        memcpy(c->after.b, pg_get_uuid(r, 0, 3), sizeof(c->after.b));
    }
    pg_result_free(r);
    return true;
}

static bool agreement_step(struct pg *pg, struct cascade_row *c, int32_t contacts,
                           struct cascade_step *ret, struct err *err)
{
    struct pg_params ps;
    struct pg_result *r;

    pg_params_init(&ps);
    pg_put_i32(&ps, c->agreement);
    pg_put_uuid(&ps, c->after.b);
    pg_put_i32(&ps, FACTS_A_CONTACT * contacts);
    pg_put_time(&ps, c->known_us);
    if (!run(pg, AGREEMENT_STEP, &ps, &r, err))
        return false;
    ret->finished = pg_get_bool(r, 0, 0);
    memcpy(c->after.b, pg_get_uuid(r, 0, 1), sizeof(c->after.b));
    ret->n = pg_get_i64(r, 0, 2);
    pg_result_free(r);
    return true;
}

static bool everyone_step(struct pg *pg, struct cascade_row *c, int32_t contacts,
                          struct cascade_step *ret, struct err *err)
{
    struct pg_params ps;
    struct pg_result *r;

    pg_params_init(&ps);
    pg_put_uuid(&ps, c->after.b);
    pg_put_i32(&ps, contacts);
    pg_put_time(&ps, c->known_us);
    if (!run(pg, EVERYONE_STEP, &ps, &r, err))
        return false;
    ret->n = pg_rows(r);
    ret->finished = ret->n < contacts;
    if (ret->n > 0)
        memcpy(c->after.b, pg_get_uuid(r, 0, 0), sizeof(c->after.b));
    pg_result_free(r);
    return true;
}

static bool cascade_save(struct pg *pg, const struct cascade_row *c, bool finished,
                         struct err *err)
{
    struct pg_params ps;

    pg_params_init(&ps);
    pg_put_i64(&ps, c->id);
    if (finished)
        return run(pg, FINISH, &ps, NULL, err);
    pg_put_uuid(&ps, c->after.b);
    return run(pg, ADVANCE, &ps, NULL, err);
}

bool cascade_run(struct pg *pg, int32_t contacts, struct cascade_step *ret,
                 struct err *err)
{
    struct cascade_row c;
    bool ok;

    *ret = (struct cascade_step){0};
    if (!pg_begin(pg, err))
        return false;
    ok = cascade_next(pg, &c, &ret->found, err);
    if (ok && ret->found) {
        ret->cascade_id = c.id;
        ok = (c.agreement > 0 ? agreement_step(pg, &c, contacts, ret, err)
                              : everyone_step(pg, &c, contacts, ret, err)) &&
             cascade_save(pg, &c, ret->finished, err);
    }
    if (ok && pg_commit(pg, err))
        return true;
    pg_rollback(pg);
    return false;
}
