#include "pg/pg_session.h"

#include "pg/pg_internal.h"

#include "base/clock.h"

#include <string.h>

#define WAIT_MS        1000
#define ASK_US         INT64_C(1000000) /* what also says holds for so long */
#define TEXT_BYTES     1024
#define SERVER_MORE_MS 1000 /* the server's own limit comes after our PQcancel */

/* Prepared statements keep one plan: index look-ups, no surprise, and no workers that
 * cost more to start than the rows cost to read. */
static const char plan_lookups[] = "SET plan_cache_mode = force_generic_plan;"
                                   "SET enable_seqscan = off; SET jit = off;"
                                   "SET max_parallel_workers_per_gather = 0";

bool pg_plan_lookups(struct pg *pg, struct err *err)
{
    return pg_script(pg, "session", plan_lookups, err);
}

void pg_session_init(struct pg_session *s, const struct pg_session_settings *set)
{
    *s = (struct pg_session){.set = *set};
}

void pg_session_done(struct pg_session *s)
{
    pg_session_drop(s);
    pg_opening_leave(s->opening);
    s->opening = NULL;
}

void pg_session_drop(struct pg_session *s)
{
    pg_close(s->pg);
    s->pg = NULL;
}

/* What every new connection is told. */
static void text_of(const struct pg_session_settings *set, struct buf *ret)
{
    if (set->timeout_ms > 0)
        buf_addf(ret, "SET statement_timeout = %d;",
                 (int)set->timeout_ms + SERVER_MORE_MS);
    if (set->lookups)
        buf_addf(ret, "%s;", plan_lookups);
    buf_add_str(ret, set->more != NULL ? set->more : "");
}

static void start(struct pg_session *s)
{
    struct buf text;

    buf_init(&text, TEXT_BYTES);
    buf_add_str(&text, "");
    text_of(&s->set, &text);
    s->opening = pg_opening_start(s->set.conninfo, s->set.app, text.data);
    buf_done(&text);
}

static bool asked(struct pg_session *s, struct err *err)
{
    if (s->set.also == NULL)
        return true;
    s->ask_us = clock_mono_us() + ASK_US;
    return s->set.also(s->set.context, s->pg, err);
}

/* A host that is slow to answer is waited for over several requests. */
static bool connect_anew(struct pg_session *s, struct err *err)
{
    if (s->opening == NULL && clock_mono_us() < s->retry_us) {
        *err = s->last;
        return false;
    }
    if (s->opening == NULL)
        start(s);
    if (!pg_opening_wait(s->opening, WAIT_MS))
        return err_set(err, ERR_RETRY, "PG_DOWN",
                       "no connection to PostgreSQL: no answer yet");
    if (pg_opening_take(s->opening, &s->pg, err)) {
        s->opening = NULL;
        if (s->set.timeout_ms > 0)
            pg_set_timeout(s->pg, s->set.timeout_ms);
        s->pg->proven = s->proven;
        if ((s->set.fits == NULL || s->set.fits(s->pg, err)) && asked(s, err))
            return true;
        pg_session_drop(s);
    }
    s->opening = NULL;
    if (s->proven && err->kind == ERR_CONFIG)
        err->kind = ERR_RETRY;
    s->last = *err;
    s->retry_us = clock_mono_us() + (int64_t)s->set.pause_ms * 1000;
    return false;
}

bool pg_session_begin(struct pg_session *s, struct err *err)
{
    s->found = s->pg != NULL && pg_alive(s->pg);
    if (s->found && (clock_mono_us() < s->ask_us || asked(s, err)))
        return true;
    s->found = false; /* or it is no longer let in, and a new one is told why */
    pg_session_drop(s);
    return connect_anew(s, err);
}

bool pg_session_again(struct pg_session *s, const struct err *err)
{
    const bool late = strcmp(err->code, "PG_TIMEOUT") == 0;

    if (s->pg == NULL)
        return false;
    pg_rollback(s->pg); /* the next request begins outside of any transaction */
    if (!pg_broken(s->pg))
        return false;
    pg_session_drop(s);
    return s->found && !late && err->kind == ERR_RETRY;
}

void pg_session_proven(struct pg_session *s)
{
    s->proven = true;
    if (s->pg != NULL)
        s->pg->proven = true;
}
