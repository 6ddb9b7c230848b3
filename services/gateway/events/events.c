#include "events.h"

#include "base/mem.h"

#include <stdlib.h>

#define PG_MS 5000

bool events_open(const struct settings *settings, struct events **ret, struct err *err)
{
    const struct pg_session_settings database = {.conninfo = settings->database_url,
                                                 .app = "consent-gateway receipts",
                                                 .lookups = true,
                                                 .timeout_ms = PG_MS,
                                                 .pause_ms = 1000};
    struct check *check;

    if (!check_open(&check, err))
        return false;
    *ret = mem_zalloc(1, sizeof(**ret));
    (*ret)->settings = settings;
    (*ret)->check = check;
    pg_session_init(&(*ret)->database, &database);
    return true;
}

void events_close(struct events *e)
{
    if (e == NULL)
        return;
    pg_session_done(&e->database);
    check_close(e->check);
    free(e);
}
