#include "webhook_store.h"

#include "base/mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LOCK "735201" /* no other program's */

static const struct pg_stmt lead = {
    .name = "webhook_lead",
    .sql = "SELECT pg_try_advisory_lock(" LOCK ")",
    .params = "",
    .columns = "o",
};

#define IN_FORCE                                                                         \
    " FROM register_rows('infinity') r JOIN register_number n"                           \
    "  ON n.kind = CASE WHEN r.body ? 'source' THEN 'source' ELSE 'list' END"            \
    "  AND n.id = coalesce(r.body->>'source', r.body->>'list')"                          \
    " WHERE r.kind = 'webhook' AND r.effective <= $1 AND r.until > $1"
#define SUBJECT                                                                          \
    " CASE WHEN r.body ? 'source' THEN 'source:' || (r.body->>'source')"                 \
    "  ELSE 'list:' || (r.body->>'list') END"

#define KNOWN "SELECT FROM webhook o WHERE o.hook = r.id AND o.subject ="

/* As a rule nothing is new, and a row that is tried to be put in is locked. */
static const struct pg_stmt begin_new = {
    .name = "webhook_begin",
    .sql = "INSERT INTO webhook AS w (hook, subject)"
           " SELECT r.id," SUBJECT IN_FORCE " AND NOT EXISTS (" KNOWN SUBJECT ")"
           " ON CONFLICT (hook) DO UPDATE SET subject = EXCLUDED.subject, place = '',"
           "  attempts = 0, failing = 'infinity', next_attempt = '-infinity',"
           "  trouble = '', parked = 'infinity' WHERE w.subject <> EXCLUDED.subject",
    .params = "z",
    .columns = "",
};

static const struct pg_stmt load = {
    .name = "webhooks",
    .sql = "SELECT s.id, s.url, s.subject, s.of_source, s.number, w.place, w.told,"
           "  w.told_at, w.attempts, w.failing, w.next_attempt, w.parked, w.trouble"
           " FROM (SELECT r.id, r.body->>'url' AS url," SUBJECT " AS subject,"
           "  r.body ? 'source' AS of_source, n.number" IN_FORCE ") s"
           " JOIN webhook w ON w.hook = s.id AND w.subject = s.subject ORDER BY s.id",
    .params = "z",
    .columns = "tttoitlzizzzt",
};

static const struct pg_stmt told = {
    .name = "webhook_told",
    .sql =
        "UPDATE webhook SET place = $3, told = told + 1, told_at = now(), attempts = 0,"
        "  failing = 'infinity', next_attempt = '-infinity', trouble = ''"
        " WHERE hook = $1 AND place = $2 RETURNING true",
    .params = "ttt",
    .columns = "o",
};

static const struct pg_stmt failed = {
    .name = "webhook_failed",
    .sql = "UPDATE webhook SET attempts = attempts + 1, failing = least(failing, now()),"
           "  next_attempt = $3, trouble = $2,"
           "  parked = CASE WHEN $4 THEN least(parked, now()) ELSE parked END"
           " WHERE hook = $1",
    .params = "ttzo",
    .columns = "",
};

static const struct pg_stmt resume = {
    .name = "webhook_resume",
    .sql = "UPDATE webhook SET attempts = 0, failing = 'infinity',"
           "  next_attempt = '-infinity', trouble = '', parked = 'infinity',"
           "  place = CASE WHEN $2 THEN '' ELSE place END WHERE hook = $1 RETURNING true",
    .params = "to",
    .columns = "o",
};

static const struct pg_stmt look = {
    .name = "webhooks_look",
    .sql = "SELECT hook, url, subject, told, told_at, attempts, failing, parked, trouble,"
           "  EXISTS (SELECT FROM program_seen p WHERE p.program = 'webhook'"
           "   AND p.seen > clock_timestamp() - interval '1 min')"
           " FROM v_webhook ORDER BY hook",
    .params = "",
    .columns = "tttlzizzto",
};

const struct pg_stmt *const webhook_statements[] = {
    &lead, &begin_new, &load, &told, &failed, &resume, &look,
};
const size_t webhook_statements_n =
    sizeof(webhook_statements) / sizeof(webhook_statements[0]);

bool webhook_lead(struct pg *pg, bool *ret, struct err *err)
{
    struct pg_result *r;

    if (!pg_exec(pg, &lead, NULL, &r, err))
        return false;
    *ret = pg_get_bool(r, 0, 0);
    pg_result_free(r);
    return true;
}

static void row_read(const struct pg_result *r, int i, struct webhook *w)
{
    snprintf(w->id, sizeof(w->id), "%s", pg_get_text(r, i, 0));
    snprintf(w->url, sizeof(w->url), "%s", pg_get_text(r, i, 1));
    snprintf(w->subject, sizeof(w->subject), "%s", pg_get_text(r, i, 2));
    w->of_source = pg_get_bool(r, i, 3);
    w->number = pg_get_i32(r, i, 4);
    snprintf(w->place, sizeof(w->place), "%s", pg_get_text(r, i, 5));
    w->told = pg_get_i64(r, i, 6);
    w->told_us = pg_get_time(r, i, 7);
    w->attempts = pg_get_i32(r, i, 8);
    w->failing_us = pg_get_time(r, i, 9);
    w->next_us = pg_get_time(r, i, 10);
    w->parked_us = pg_get_time(r, i, 11);
    snprintf(w->trouble, sizeof(w->trouble), "%s", pg_get_text(r, i, 12));
}

bool webhooks_load(struct pg *pg, int64_t now_us, struct webhook **ret, size_t *ret_n,
                   struct err *err)
{
    struct pg_result *r;

    if (!pg_exec_time(pg, &begin_new, now_us, &r, err))
        return false;
    pg_result_free(r);
    if (!pg_exec_time(pg, &load, now_us, &r, err))
        return false;
    *ret_n = (size_t)pg_rows(r);
    *ret = mem_zalloc(*ret_n + 1, sizeof(**ret));
    for (int i = 0; i < pg_rows(r); i++)
        row_read(r, i, &(*ret)[i]);
    pg_result_free(r);
    return true;
}

static bool changed(struct pg *pg, const struct pg_stmt *stmt, struct pg_params *ps,
                    bool *ret, struct err *err)
{
    struct pg_result *r;

    if (!pg_run(pg, stmt, ps, &r, err))
        return false;
    *ret = pg_rows(r) > 0;
    pg_result_free(r);
    return true;
}

bool webhook_told(struct pg *pg, const char *id, const char *from, const char *to,
                  bool *ret_same, struct err *err)
{
    struct pg_params ps;

    pg_params_init(&ps);
    pg_put_text(&ps, id);
    pg_put_text(&ps, from);
    pg_put_text(&ps, to);
    return changed(pg, &told, &ps, ret_same, err);
}

bool webhook_failed(struct pg *pg, const char *id, const char *trouble, int64_t next_us,
                    bool park, struct err *err)
{
    struct pg_params ps;
    bool ignored;

    pg_params_init(&ps);
    pg_put_text(&ps, id);
    pg_put_text(&ps, trouble);
    pg_put_time(&ps, next_us);
    pg_put_bool(&ps, park);
    return changed(pg, &failed, &ps, &ignored, err);
}

bool webhook_resume(struct pg *pg, const char *id, bool beginning, bool *ret,
                    struct err *err)
{
    struct pg_params ps;

    pg_params_init(&ps);
    pg_put_text(&ps, id);
    pg_put_bool(&ps, beginning);
    return changed(pg, &resume, &ps, ret, err);
}

bool webhooks_look(struct pg *pg, struct webhook **ret, size_t *ret_n, bool *ret_alive,
                   struct err *err)
{
    struct pg_result *r;

    if (!pg_exec(pg, &look, NULL, &r, err))
        return false;
    *ret_n = (size_t)pg_rows(r);
    *ret = mem_zalloc(*ret_n + 1, sizeof(**ret));
    *ret_alive = false;
    for (int i = 0; i < pg_rows(r); i++) {
        struct webhook *w = &(*ret)[i];

        snprintf(w->id, sizeof(w->id), "%s", pg_get_text(r, i, 0));
        snprintf(w->url, sizeof(w->url), "%s", pg_get_text(r, i, 1));
        snprintf(w->subject, sizeof(w->subject), "%s", pg_get_text(r, i, 2));
        w->told = pg_get_i64(r, i, 3);
        w->told_us = pg_get_time(r, i, 4);
        w->attempts = pg_get_i32(r, i, 5);
        w->failing_us = pg_get_time(r, i, 6);
        w->parked_us = pg_get_time(r, i, 7);
        snprintf(w->trouble, sizeof(w->trouble), "%s", pg_get_text(r, i, 8));
        *ret_alive = pg_get_bool(r, i, 9);
    }
    pg_result_free(r);
    return true;
}
