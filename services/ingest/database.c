#include "ingest.h"

#include "base/clock.h"
#include "base/stop.h"
#include "store/operate/schema.h"
#include "store/people/secret_store.h"

#include <assert.h>
#include <string.h>

#define UPKEEP_US         WHEN_SECOND_US
#define PG_TIMEOUT_MS     60000
#define ASKING_TIMEOUT_MS 2000
#define ASKING_PAUSE_MS   5000
#define QUARANTINE_US     (10 * WHEN_SECOND_US)

/* --- connection --- */

void database_init(struct ingest *in)
{
    const struct pg_session_settings set = {
        .conninfo = in->set->database_url,
        .app = "consent-ingest",
        .fits = schema_fits,
        .timeout_ms = PG_TIMEOUT_MS,
        .also = contact_secret_keep, /* of open_secrets */
    };

    const struct pg_session_settings asking = {
        .conninfo = in->set->database_url,
        .app = "consent-ingest",
        .lookups = true,
        .timeout_ms = ASKING_TIMEOUT_MS,
        .pause_ms = ASKING_PAUSE_MS,
    };

    pg_session_init(&in->database, &set);
    seen_init(&in->seen, "ingest", in->set->http_port);
    pg_session_init(&in->asking, &asking);
    in->postgresql.name = "database";
    in->kafka.name = "kafka";
}

void database_close(struct ingest *in)
{
    pg_session_drop(&in->database);
    in->pg = NULL;
}

static bool told_of(struct ingest *in, const struct contact_key *contact,
                    const char *message_id)
{
    struct err err;
    bool told = false, ok;

    do
        ok = pg_session_begin(&in->asking, &err) &&
             ingest_told(in->asking.pg, contact, message_id, &told, &err);
    while (!ok && pg_session_again(&in->asking, &err));
    return ok && told;
}

bool database_told(struct ingest *in, const struct contact_key *keys,
                   const char *message_id)
{
    for (size_t i = 0; i < contact_keyer_marks(in->keyer)->n; i++)
        if (told_of(in, &keys[i], message_id))
            return true;
    return false;
}

void database_granted(struct ingest *in, struct ingest_budget *budget)
{
    struct err err;
    bool ok;

    do
        ok = pg_session_begin(&in->asking, &err) &&
             ingest_granted(in->asking.pg, budget, 1, &err);
    while (!ok && pg_session_again(&in->asking, &err));
}

void database_trouble(struct ingest *in, const struct err *e)
{
    watchdog_beat();
    peer_down(&in->postgresql, e);
    measure_feeds(in); /* what waits grows meanwhile */
    measure_state(in);
    backoff_wait(&in->backoff);
}

void database_fine(struct ingest *in)
{
    peer_up(&in->postgresql);
    backoff_reset(&in->backoff);
}

/* Connects unless connected, once. */
static bool database_open(struct ingest *in, struct err *err)
{
    const bool ok = pg_session_begin(&in->database, err);

    in->pg = in->database.pg;
    if (!ok || in->database.found)
        return ok;
    if (ingest_sender_bind(in->sender, in->pg, err) &&
        ingest_sender_bind(in->ahead, in->pg, err))
        return true;
    database_close(in);
    return false;
}

bool database_await(struct ingest *in, struct err *err)
{
    struct err e;

    while (!database_open(in, &e)) {
        watchdog_beat();
        if (e.kind != ERR_RETRY) {
            *err = e;
            return false;
        }
        measure_retry(&e);
        database_trouble(in, &e);
        if (stop_asked()) {
            err_clear(err);
            return false;
        }
    }
    return true;
}

/* --- the register --- */

static bool reload(struct ingest *in, struct err *err)
{
    struct register_snapshot *reg;
    int64_t version;

    /* the version first: what changes in between is loaded once more */
    if (!register_version(in->pg, &version, err) ||
        !register_load(in->pg, WHEN_NEVER, &reg, err))
        return false;
    register_free(in->reg);
    in->reg = reg;
    in->reg_version = version;
    for (size_t i = 0; i < in->n_parts; i++)
        in->feeds[i].told_unknown = false;
    measure_register(in);
    log_write(LOG_LEVEL_INFO, "register_loaded", "version=%lld sources=%zu",
              (long long)version, reg->book.n_sources);
    return true;
}

bool database_register(struct ingest *in, int64_t version, struct err *err)
{
    struct err e;

    while (in->reg == NULL || version != in->reg_version) {
        if (!database_await(in, err))
            return false;
        if (reload(in, &e))
            return true;
        if (e.kind != ERR_RETRY) {
            *err = e;
            return false;
        }
        database_trouble(in, &e);
    }
    return true;
}

/* --- ledger ids --- */

int64_t ledger_id_take(struct ledger_ids *ids)
{
    if (ids->next == ids->end) {
        assert(ids->spare != 0); /* a block is more than two batches */
        ids->next = ids->spare;
        ids->end = ids->spare + INGEST_BLOCK;
        ids->spare = 0;
    }
    return ids->next++;
}

bool database_ids(struct ingest *in, struct err *err)
{
    struct err e;

    while (in->ids.spare == 0) {
        if (!database_await(in, err))
            return false;
        if (ingest_block(in->pg, &in->ids.spare, &e))
            return true;
        in->ids.spare = 0;
        if (e.kind != ERR_RETRY) {
            *err = e;
            return false;
        }
        database_trouble(in, &e);
    }
    return true;
}

/* --- upkeep --- */

static bool look(struct ingest *in, int64_t *ret_version, struct err *err)
{
    struct ingest_waiting waiting;

    if (!database_open(in, err) || !register_version(in->pg, ret_version, err))
        return false;
    seen_turn(&in->seen, in->pg);
    if (!budget_refresh(in, err))
        return false;
    if (clock_mono_us() < in->quarantine_us)
        return true;
    if (!ingest_quarantine_waiting(in->pg, &waiting, err))
        return false;
    measure_quarantine(&waiting);
    if (!ingest_gaps(in->pg, in->gaps, INGEST_GAPS_MAX, &in->n_gaps, err))
        return false;
    measure_gaps(in);
    in->quarantine_us = clock_mono_us() + QUARANTINE_US;
    return true;
}

bool database_upkeep(struct ingest *in, struct err *err)
{
    int64_t version = in->reg_version;
    struct err e;

    in->upkeep_us = clock_mono_us() + UPKEEP_US;
    if (consumer_up(in->consumer))
        peer_up(&in->kafka);
    measure_feeds(in);
    if (!survey_ends(in, err))
        return false;
    if (look(in, &version, &e) && owner_watch(in, &e)) {
        database_fine(in);
    } else if (e.kind == ERR_RETRY) {
        measure_retry(&e);
        database_trouble(in, &e);
    } else {
        *err = e;
        return false;
    }
    measure_state(in);
    return database_register(in, version, err);
}
