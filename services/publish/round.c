#include "round.h"

#include "base/aside.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/watchdog.h"
#include "core/register/register.h"

#define STEP_MS       100
#define ROUND_US      (WHEN_SECOND_US / 12) /* longer ones get smaller */
#define PAUSE_MS      30000 /* where there is no second connection to be had */
#define LIMIT_LEAST   16    /* after failures          */
#define LIMIT_SLOW    500   /* only because it is slow */
#define LIMIT_DENIALS 2000

static int32_t between(int64_t least, int64_t limit, int64_t most)
{
    return (int32_t)(limit > most ? most : limit < least ? least : limit);
}

void round_init(struct round *r, const struct settings *settings,
                const struct lists *lists, struct seal *const seals[ROUND_HANDS],
                const struct pg_session_settings *second)
{
    *r = (struct round){.settings = settings};
    r->limit = between(LIMIT_LEAST, LIMIT_SLOW, settings->batch_contacts);
    for (size_t i = 0; i < ROUND_HANDS; i++)
        batch_init(&r->hands[i].batch, lists, seals[i]);
    pg_session_init(&r->second, second);
    r->second.set.pause_ms = PAUSE_MS;
}

void round_done(struct round *r)
{
    for (size_t i = 0; i < ROUND_HANDS; i++)
        batch_done(&r->hands[i].batch);
    pg_session_done(&r->second);
    round_drop_producer(r);
}

void round_drop_producer(struct round *r)
{
    producer_close(r->producer);
    r->producer = NULL;
}

void round_connected(struct round *r)
{
    batch_connected(&r->hands[0].batch);
}

/* --- versions --- */

void round_forget_versions(struct round *r)
{
    r->versions.left = 0;
}

/* Enough versions for so many. In a transaction of its own, committed before the first of
 * them is used: a sequence that crashes takes back what was not yet on disk. */
static bool versions_ready(struct versions *v, struct pg *pg, int64_t wanted, bool *older,
                           struct err *err)
{
    if (v->left >= wanted)
        return true;
    if (!list_version_take(pg, &v->next, err))
        return false;
    *older = v->next <= v->highest;
    if (*older)
        return err_set(err, ERR_CONFIG, "LIST_VERSION", "versions were given out again");
    v->highest = v->next;
    v->left = LIST_VERSION_BLOCK;
    return true;
}

/* Those that were set aside and not used are for the next round. */
static void versions_used(struct round *r)
{
    int64_t next = r->versions.next;

    for (size_t i = 0; i < r->n; i++)
        if (r->hands[i].batch.versions_used > 0)
            next = r->hands[i].version + r->hands[i].batch.versions_used;
    r->versions.left -= next - r->versions.next;
    r->versions.next = next;
}

/* --- two hands --- */

/* What the second hand needs; without it the first one does all. */
static bool second_ready(struct round *r)
{
    struct err err;

    if (!pg_session_begin(&r->second, &err)) {
        log_err(LOG_LEVEL_DEBUG, "one_hand", &err);
        return false;
    }
    if (!r->second.found)
        batch_connected(&r->hands[1].batch);
    if (r->producer == NULL && !producer_open(r->settings->kafka_brokers,
                                              &r->settings->kafka, &r->producer, &err)) {
        log_err(LOG_LEVEL_DEBUG, "one_hand", &err);
        return false;
    }
    return true;
}

/* Every n-th of the shards that we hold is for the n-th hand. */
static void shards_deal(struct round *r, const struct lease *lease)
{
    size_t turn = 0;

    for (size_t i = 0; i < r->n; i++) {
        r->hands[i].lease = *lease;
        for (int s = 0; s < LEASE_SHARDS; s++)
            r->hands[i].lease.held[s] = false;
    }
    for (int s = 0; s < LEASE_SHARDS; s++)
        if (lease->held[s])
            r->hands[turn++ % r->n].lease.held[s] = true;
}

static void shards_back(const struct round *r, const struct lease *dealt,
                        struct lease *lease)
{
    for (int s = 0; s < LEASE_SHARDS; s++) {
        bool held = false;

        for (size_t i = 0; i < r->n; i++)
            held = held || r->hands[i].lease.held[s];
        if (dealt->held[s] && !held)
            lease_forget(lease, s);
    }
}

static void hand_work(void *arg)
{
    struct hand *h = arg;

    h->ok = batch_publish(&h->batch, h->pg, h->producer, &h->lease, &h->limit, h->version,
                          h->deliver_ms, &h->done, &h->err);
}

static void hand_left(void *arg)
{
    (void)arg; /* it is always waited for */
}

static void hands_work(struct round *r)
{
    struct aside *other = NULL;

    if (r->n > 1)
        other = aside_start(hand_work, hand_left, &r->hands[1]);
    hand_work(&r->hands[0]);
    if (other == NULL)
        return;
    while (!aside_wait(other, STEP_MS))
        watchdog_beat();
    aside_take(other);
    if (!r->hands[1].ok)
        (void)pg_session_again(&r->second, &r->hands[1].err);
}

/* --- how much at a time --- */

/* As many lists as there may be leave room for some contacts. */
_Static_assert(LIST_VERSION_BLOCK / ROUND_HANDS / REGISTER_LISTS_MAX > 3 * LEASE_SHARDS,
               "a block of versions serves a round");

/* No more than a block of versions can serve. Denials that wait for the next round do not
 * become quicker by that, so only failures make them fewer. */
static struct dirty_limit limits_of(const struct round *r, int64_t width)
{
    const int64_t most = LIST_VERSION_BLOCK / ROUND_HANDS / width - 2 * LEASE_SHARDS;
    const int64_t denials = r->limit < LIMIT_SLOW ? r->limit : LIMIT_DENIALS;
    const int64_t allowed = r->settings->batch_contacts;

    return (struct dirty_limit){
        .denials = between(1, denials < allowed ? denials : allowed, most * 7 / 8),
        .others = between(1, r->limit, most),
    };
}

/* A batch that has a no is half as long (dirty.h). */
static bool was_full(const struct round *r, int32_t limit, const struct batch_result *all)
{
    return all->marks >= (size_t)limit * r->n / (all->denials > 0 ? 4 : 2);
}

/* As many marks as would have lasted ROUND_US, going by this round. */
static void limit_adapt(struct round *r, bool ok, size_t marks, int64_t took_us)
{
    const int64_t most = r->settings->batch_contacts, limit = r->limit;

    if (!ok)
        r->limit = between(LIMIT_LEAST, limit / 2, most);
    else if (limit < LIMIT_SLOW)
        r->limit = between(LIMIT_LEAST, limit * 2, most);
    else if (r->full || took_us > ROUND_US)
        r->limit =
            between(LIMIT_SLOW,
                    between(limit / 2, (int64_t)(marks / r->n) * ROUND_US / (took_us + 1),
                            limit * 2),
                    most);
}

/* --- the round --- */

static bool hands_sum(const struct round *r, struct batch_result *ret, struct err *err)
{
    const struct hand *failed = NULL;

    for (size_t i = 0; i < r->n; i++) {
        const struct hand *h = &r->hands[i];

        ret->contacts += h->done.contacts;
        ret->marks += h->done.marks;
        ret->denials += h->done.denials;
        ret->entries += h->ok ? h->done.entries : 0;
        ret->lost += h->done.lost;
        if (!h->ok && (failed == NULL || failed->done.outdated))
            failed = h;
    }
    if (failed == NULL)
        return true;
    ret->outdated = failed->done.outdated;
    *err = failed->err;
    return false;
}

bool round_publish(struct round *r, struct pg *pg, struct producer *producer,
                   struct lease *lease, struct batch_result *ret, struct err *err)
{
    const struct lists *lists = r->hands[0].batch.judge.lists;
    const int64_t width = lists->n > 0 ? (int64_t)lists->n : 1;
    const struct dirty_limit limit = limits_of(r, width);
    const int64_t span = dirty_most(&limit) * width; /* of a hand */
    const struct lease dealt = *lease;
    const int64_t began_us = clock_mono_us();
    bool ok;

    *ret = (struct batch_result){0};
    r->n = r->full && lease_held(lease) > 1 && second_ready(r) ? 2 : 1;
    if (!versions_ready(&r->versions, pg, (int64_t)r->n * span, &ret->older, err)) {
        r->n = 0;
        limit_adapt(r, false, 0, 0);
        return false;
    }
    shards_deal(r, lease);
    for (size_t i = 0; i < r->n; i++) {
        struct hand *h = &r->hands[i];

        h->pg = i == 0 ? pg : r->second.pg;
        h->producer = i == 0 ? producer : r->producer;
        h->limit = limit;
        h->version = r->versions.next + (int64_t)i * span;
        h->deliver_ms = (int32_t)r->settings->deliver_ms;
    }
    hands_work(r);
    versions_used(r);
    shards_back(r, &dealt, lease);
    ok = hands_sum(r, ret, err);
    r->full = was_full(r, limit.others, ret);
    limit_adapt(r, ok || ret->outdated, ret->marks, clock_mono_us() - began_us);
    return ok;
}
