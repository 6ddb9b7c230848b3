#include "seen_store.h"

#include "base/clock.h"
#include "base/version.h"
#include "base/when.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define EVERY_US (10 * WHEN_SECOND_US)

static const struct pg_stmt seen_tell = {
    .name = "program_seen_tell",
    .sql = "SELECT program_seen_tell($1, $2, $3, $4, $5)::text",
    .params = "tttzB",
    .columns = "t",
};
static const struct pg_stmt seen_get = {
    .name = "program_seen",
    .sql = "SELECT p.program, count(*) FILTER (WHERE a.alive), count(*) FILTER (WHERE NOT"
           " a.alive), coalesce(max(s.seen), '-infinity'),"
           " coalesce((array_agg(s.instance ORDER BY a.alive, s.seen DESC))[1], ''),"
           " coalesce(min(s.version) FILTER (WHERE a.alive), ''),"
           " coalesce(max(s.version) FILTER (WHERE a.alive), '')"
           " FROM unnest(ARRAY['ingest', 'publish', 'keeper', 'lookup', 'gateway'])"
           "  WITH ORDINALITY AS p (program, place)"
           " LEFT JOIN program_seen s ON s.program = p.program,"
           " LATERAL (SELECT s.seen > clock_timestamp() - interval '1 min') a (alive)"
           " GROUP BY p.program, p.place ORDER BY p.place",
    .params = "",
    .columns = "tllzttt",
};

const struct pg_stmt *const seen_statements[] = {&seen_tell, &seen_get};
const size_t seen_statements_n = sizeof(seen_statements) / sizeof(seen_statements[0]);

void seen_init(struct seen *s, const char *program, int64_t http_port)
{
    char host[64] = "";

    gethostname(host, sizeof(host) - 1);
    memset(s, 0, sizeof(*s));
    snprintf(s->program, sizeof(s->program), "%s", program);
    snprintf(s->instance, sizeof(s->instance), "%s:%lld", host, (long long)http_port);
    s->began_us = clock_wall_us();
}

/* Of a program that makes no keys: NULL. */
static void put_marks(struct pg_params *ps, const struct contact_marks *marks)
{
    size_t array;

    if (marks == NULL) {
        pg_put_null(ps, 'B');
        return;
    }
    array = pg_put_array(ps, 'B');
    for (size_t i = 0; i < marks->n; i++)
        pg_add_bytes(ps, array, marks->b[i], CONTACT_MARK_BYTES);
}

void seen_turn(struct seen *s, struct pg *pg)
{
    const int64_t now_us = clock_mono_us();
    struct pg_params ps;
    struct pg_result *r;
    struct err err;

    if (now_us < s->next_us)
        return;
    s->next_us = now_us + EVERY_US;
    pg_params_init(&ps);
    pg_put_text(&ps, s->program);
    pg_put_text(&ps, s->instance);
    pg_put_text(&ps, CONSENT_VERSION);
    pg_put_time(&ps, s->began_us);
    put_marks(&ps, s->marks);
    if (pg_exec(pg, &seen_tell, &ps, &r, &err))
        pg_result_free(r);
    pg_params_done(&ps);
}

bool seen_load(struct pg *pg, struct seen_program ret[SEEN_PROGRAMS], struct err *err)
{
    struct pg_result *r;

    if (!pg_exec(pg, &seen_get, NULL, &r, err))
        return false;
    for (int i = 0; i < SEEN_PROGRAMS && i < pg_rows(r); i++) {
        ret[i] = (struct seen_program){
            .alive = pg_get_i64(r, i, 1),
            .silent = pg_get_i64(r, i, 2),
            .last_us = pg_get_time(r, i, 3),
        };
        snprintf(ret[i].program, sizeof(ret[i].program), "%s", pg_get_text(r, i, 0));
        snprintf(ret[i].instance, sizeof(ret[i].instance), "%s", pg_get_text(r, i, 4));
        snprintf(ret[i].version, sizeof(ret[i].version), "%s", pg_get_text(r, i, 5));
        snprintf(ret[i].other, sizeof(ret[i].other), "%s", pg_get_text(r, i, 6));
    }
    pg_result_free(r);
    return true;
}
