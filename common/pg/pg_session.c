#include "pg/pg_session.h"

#include "base/clock.h"

#include <stdio.h>
#include <string.h>

#define SERVER_MORE_MS 1000 /* the server's own limit comes after our PQcancel */

static const char plan_lookups[] = "SET plan_cache_mode = force_generic_plan;"
                                   "SET enable_seqscan = off; SET jit = off";

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
}

void pg_session_drop(struct pg_session *s)
{
    pg_close(s->pg);
    s->pg = NULL;
}

static bool settle(struct pg_session *s, struct err *err)
{
    char limit[64];

    if (s->set.timeout_ms > 0) {
        pg_set_timeout(s->pg, s->set.timeout_ms);
        snprintf(limit, sizeof(limit), "SET statement_timeout = %d",
                 (int)s->set.timeout_ms + SERVER_MORE_MS);
        if (!pg_script(s->pg, "session", limit, err))
            return false;
    }
    return (!s->set.lookups || pg_plan_lookups(s->pg, err)) &&
           (s->set.more == NULL || pg_script(s->pg, "session", s->set.more, err));
}

static bool connect_anew(struct pg_session *s, struct err *err)
{
    if (clock_mono_us() < s->retry_us) {
        *err = s->last;
        return false;
    }
    if (pg_open(s->set.conninfo, s->set.app, &s->pg, err) && settle(s, err))
        return true;
    pg_session_drop(s);
    s->last = *err;
    s->retry_us = clock_mono_us() + (int64_t)s->set.pause_ms * 1000;
    return false;
}

bool pg_session_begin(struct pg_session *s, struct err *err)
{
    s->found = s->pg != NULL && pg_alive(s->pg);
    if (s->found)
        return true;
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
