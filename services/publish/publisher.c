#include "trouble.h"

#include "metrics.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/stop.h"
#include "base/watchdog.h"
#include "store/operate/schema.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define LOOK_US       (5 * WHEN_SECOND_US)
#define REGISTER_US   WHEN_SECOND_US
#define HUNGRY_US     (WHEN_SECOND_US / 2) /* between looks for shards we lack */
#define DOUBTS        10000
#define PG_TIMEOUT_MS 60000
#define BACKOFF_MS    50
#define BACKOFF_MOST  1000 /* leases must be renewed meanwhile */

/* A session that hangs inside its transaction is ended before anybody waits for its
 * shards.
 */
static const char session[] = "SET enable_hashjoin = off; SET enable_mergejoin = off;"
                              "SET idle_in_transaction_session_timeout = '5s'";

static void owner_make(char owner[LEASE_OWNER_BYTES])
{
    char host[24] = "?";

    gethostname(host, sizeof(host) - 1);
    snprintf(owner, LEASE_OWNER_BYTES, "consent-publish %s %d %llx", host, (int)getpid(),
             (unsigned long long)clock_wall_us());
}

void publisher_init(struct publisher *p, const struct settings *settings,
                    struct seal *const seals[ROUND_HANDS], struct publisher_state *state)
{
    *p = (struct publisher){
        .settings = settings,
        .state = state,
        .postgresql = {.name = "database"},
        .kafka = {.name = "kafka"},
    };
    owner_make(p->lease.owner);
    p->lease.lease_ms = (int32_t)settings->lease_ms;
    p->lease.doubt_ms = (int32_t)settings->doubt_ms;
    seen_init(&p->seen, "publish", settings->http_port);
    pg_session_init(&p->database, &(struct pg_session_settings){
                                      .conninfo = settings->database_url,
                                      .app = p->lease.owner,
                                      .fits = schema_fits,
                                      .lookups = true,
                                      .more = session,
                                      .timeout_ms = PG_TIMEOUT_MS,
                                  });
    lists_init(&p->lists);
    round_init(&p->round, settings, &p->lists, seals, &p->database.set);
    receipts_init(&p->receipts);
    heartbeat_init(&p->heartbeat, settings);
    backoff_init(&p->backoff, BACKOFF_MS, BACKOFF_MOST);
}

/* Contacts of a batch that failed after something was sent: first of all to the database,
 * by a process that may by now be no one's holder. */
static bool doubts_keep(struct publisher *p, struct err *err)
{
    if (p->n_doubtful == 0)
        return true;
    if (!doubt_note(p->database.pg, p->doubtful, p->n_doubtful,
                    (int32_t)p->settings->doubt_ms, err))
        return false;
    log_write(LOG_LEVEL_WARN, "doubt", "contacts=%zu", p->n_doubtful);
    p->n_doubtful = 0;
    return true;
}

void publisher_done(struct publisher *p)
{
    struct err err;

    /* Shards are not given up cleanly while there is a doubt that nobody would know of.
     */
    if (p->database.pg != NULL && !pg_broken(p->database.pg) &&
        (!doubts_keep(p, &err) || !lease_leave(p->database.pg, &p->lease, &err)))
        log_err(LOG_LEVEL_WARN, "leave_failed", &err);
    checkpoints_done(&p->checkpoints);
    receipts_done(&p->receipts);
    outbox_done(&p->outbox);
    heartbeat_done(&p->heartbeat);
    again_done(&p->again);
    broker_done(&p->broker);
    round_done(&p->round);
    lists_done(&p->lists);
    free(p->doubtful);
    pg_session_done(&p->database);
}

/* --- what a turn needs --- */

static bool connect_database(struct publisher *p, struct err *err)
{
    if (!pg_session_begin(&p->database, err))
        return false;
    if (!p->database.found) {
        p->lease_next_us = p->register_next_us = 0;
        p->older.compared = false;
        again_forget(&p->again);
        round_connected(&p->round);
    }
    return true;
}

/* Loads the register when it has changed; a list that had no key gets everybody. */
static bool register_follow(struct publisher *p, struct err *err)
{
    int64_t now_us = clock_mono_us(), version;
    int left_out = p->lists.left_out;

    seen_turn(&p->seen, p->database.pg);
    if (now_us >= p->register_next_us) {
        if (!register_version(p->database.pg, &version, err))
            return false;
        p->register_next_us = now_us + REGISTER_US;
        if (version != p->lists.version || left_out > 0) {
            if (!lists_load(&p->lists, p->database.pg, p->settings, err))
                return false;
            broker_topics_again(&p->broker, p->settings);
            if (left_out > p->lists.left_out && !cascade_everyone(p->database.pg, err))
                return false;
        }
    }
    return true;
}

static bool leases_keep(struct publisher *p, struct err *err)
{
    int64_t now_us = clock_mono_us(), woken = 0;
    const bool able = broker_able(&p->broker);
    struct lease_change change;
    int held;

    if (now_us < p->lease_next_us && able == p->lease.able)
        return true;
    p->lease.able = able;
    if (!lease_step(p->database.pg, &p->lease, &change, err)) {
        round_forget_versions(&p->round); /* it may have failed after the taking */
        return false;
    }
    held = lease_held(&p->lease);
    p->lease_next_us = now_us + p->settings->lease_ms * 1000 / 4;
    if (held < lease_share(&p->lease) && p->lease_next_us > now_us + HUNGRY_US)
        p->lease_next_us = now_us + HUNGRY_US;
    if (change.taken > 0)
        round_forget_versions(&p->round);
    if (change.taken + change.lost + change.released > 0)
        log_write(LOG_LEVEL_INFO, "shards",
                  "held=%d taken=%d abandoned=%d released=%d lost=%d alive=%d able=%s",
                  held, change.taken, change.abandoned, change.released, change.lost,
                  (int)p->lease.alive, able ? "yes" : "no");
    metrics_set(METRIC_SHARDS, held);
    metrics_add(METRIC_TAKEN_OVER, change.abandoned);
    metrics_add(METRIC_LOST, change.lost);
    return held == 0 || doubt_wake(p->database.pg, &p->lease, DOUBTS, &woken, err);
}

static bool look(struct publisher *p, struct err *err)
{
    int64_t now_us = clock_mono_us(), n, oldest_us;

    if (now_us < p->look_next_us)
        return true;
    if (!dirty_backlog(p->database.pg, &n, &oldest_us, err))
        return false;
    p->look_next_us = now_us + LOOK_US;
    metrics_set(METRIC_DIRTY, (double)n);
    metrics_set(METRIC_DIRTY_AGE, oldest_us == WHEN_NEVER
                                      ? 0
                                      : (double)(clock_wall_us() - oldest_us) / 1e6);
    return true;
}

/* --- work --- */

/* Of a hand that failed after something was sent nobody knows what arrived, or will. The
 * producer goes, and with it what it still holds; what is under way already is the doubt.
 */
static void round_failed(struct publisher *p)
{
    for (const struct hand *h = p->round.hands; h < p->round.hands + p->round.n; h++) {
        const struct dirty_batch *d = &h->batch.dirty;

        if (h->ok || h->done.outdated)
            continue;
        metric_add(metrics_child(METRIC_BATCHES, "result=\"failed\""), 1);
        if (!h->batch.sent)
            continue;
        metrics_add(METRIC_PRODUCER_FAILURES, 1);
        if (h == p->round.hands)
            broker_drop(&p->broker);
        else
            round_drop_producer(&p->round);
        p->doubtful = mem_resize(p->doubtful, p->n_doubtful + d->n, sizeof(*p->doubtful));
        for (size_t i = 0; i < d->n; i++)
            p->doubtful[p->n_doubtful++] = d->contacts[i].key;
    }
}

static bool publish(struct publisher *p, struct err *err)
{
    struct batch_result done;
    bool ok = round_publish(&p->round, p->database.pg, p->broker.producer, &p->lease,
                            &done, err);

    if (done.lost > 0) {
        log_write(LOG_LEVEL_WARN, "shards_lost", "n=%d", done.lost);
        metrics_add(METRIC_LOST, done.lost);
        p->lease_next_us = 0;
    }
    if (!ok) {
        if (done.older)
            return older_found(&p->older, p->database.pg, p->lease.owner,
                               "versions were given out again", false, err);
        if (done.outdated) {
            p->register_next_us = 0;
            return true;
        }
        round_failed(p);
        return false;
    }
    metric_add(metrics_child(METRIC_BATCHES, "result=\"ok\""), (double)p->round.n);
    if (done.entries > 0)
        broker_worked(&p->broker);
    log_write(LOG_LEVEL_DEBUG, "batch",
              "hands=%zu marks=%zu denials=%zu contacts=%zu entries=%zu", p->round.n,
              done.marks, done.denials, done.contacts, done.entries);
    return true;
}

/* Only of lists whose topics are whole, and that is looked at each time. One that
 * failed leaves nothing in doubt: the next one says more. */
static bool beat(struct publisher *p, struct err *err)
{
    const bool due = heartbeat_due(&p->heartbeat, &p->lease);
    bool sent, ok;

    if (!again_keep(&p->again, p->database.pg, &p->broker, p->round.producer, &p->lists,
                    &p->lease, p->settings, due, err))
        return false;
    if (!due || !p->again.fresh)
        return true;
    ok = heartbeat_send(&p->heartbeat, p->database.pg, p->broker.producer, &p->lists,
                        &p->again, p->older.epoch, p->settings, &sent, err);
    p->again.fresh = false;
    if (!ok && sent)
        broker_drop(&p->broker);
    return ok;
}

/* What leads to Kafka. */
static bool deliver(struct publisher *p, bool *ret_idle, struct err *err)
{
    struct dirty_work work = {0};
    bool more = false;

    if (!register_follow(p, err) ||
        !broker_topics(&p->broker, &p->lists, p->settings, err) ||
        !older_keep(&p->older, p->database.pg, &p->lists, p->settings, p->lease.owner,
                    err) ||
        !beat(p, err) || !dirty_any(p->database.pg, &p->lease, &work, err))
        return false;
    if (work.marks && !publish(p, err))
        return false;
    if (work.receipts && !receipts_send(&p->receipts, p->database.pg, &p->lists,
                                        p->settings, work.marks, &more, err))
        return false;
    if (p->lease.held[0] &&
        !checkpoints_send(&p->checkpoints, p->database.pg, &p->lists, p->settings, err))
        return false;
    if (work.outbox && !outbox_send(&p->outbox, p->database.pg, p->settings, &more, err))
        return false;
    *ret_idle = !work.marks && !more;
    return true;
}

/* One turn: what waits is looked at, and the leases are kept or given back, whether Kafka
 * is there or not. *ret_idle: there was nothing to do. */
static bool turn(struct publisher *p, bool *ret_idle, struct err *err)
{
    struct err away;
    bool there;

    if (!connect_database(p, err) || !doubts_keep(p, err) || !look(p, err))
        return false;
    there = broker_connect(&p->broker, p->settings, &away);
    if (!leases_keep(p, err))
        return false;
    if (!there) {
        *err = away;
        return false;
    }
    if (lease_gives_way(&p->lease))
        return err_set(err, ERR_RETRY, "KAFKA_UNCONFIRMED",
                       "what was sent last was not confirmed; another has our shards");
    if (deliver(p, ret_idle, err))
        return true;
    if (trouble_of(err) == TROUBLE_KAFKA)
        broker_failed(&p->broker);
    return false;
}

bool publisher_run(struct publisher *p, struct err *err)
{
    while (!stop_asked()) {
        bool idle = true;

        watchdog_beat();
        if (turn(p, &idle, err)) {
            backoff_reset(&p->backoff);
            trouble_over(p);
            if (idle)
                clock_sleep_ms((int32_t)p->settings->poll_ms);
            continue;
        }
        pg_session_again(&p->database, err); /* the next turn does */
        if (err->kind == ERR_FATAL)
            return false;
        /* Patience: the world, or the operator, will fix it. */
        trouble_tell(p, err);
        backoff_wait(&p->backoff);
    }
    return true;
}
