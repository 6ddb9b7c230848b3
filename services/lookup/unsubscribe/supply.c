/* Whon the unsubscribe page needs: keys of links, names of the register, a way to Kafka.
 */
#include "unsubscribe/unsubscribe.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "store/register/register_store.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define KEYS_US  (2 * WHEN_SECOND_US)
#define NAMES_US WHEN_SECOND_US
#define RETRY_US (2 * WHEN_SECOND_US)
#define PROBE_MS 1000

/* --- what it needs --------------------------------------------------------------------
 */

bool unsubscribe_open(const struct settings *settings, struct unsubscribe **ret,
                      struct err *err)
{
    struct unsubscribe *d;

    *ret = NULL;
    if (settings->link_secret_dir[0] == '\0')
        return true;
    if (settings->kafka_brokers[0] == '\0' || settings->unsubscribe_feed[0] == '\0')
        return err_set(
            err, ERR_CONFIG, "UNSUB_SETTINGS",
            "link_secret_dir needs kafka_brokers and unsubscribe_feed beside it");
    d = mem_zalloc(1, sizeof(*d));
    d->settings = settings;
    d->version = -1;
    frame_policy(d->policy, sizeof(d->policy));
    if (!link_keys_open(settings->link_secret_dir, &d->keys, err)) {
        unsubscribe_close(d);
        return false;
    }
    d->keys_us = clock_mono_us();
    *ret = d;
    return true;
}

static void names_free(struct unsubscribe *d)
{
    free(d->purposes);
    free(d->controllers);
    free(d->feeds);
    d->purposes = d->controllers = NULL;
    d->feeds = NULL;
    d->n_purposes = d->n_controllers = d->n_feeds = 0;
}

void unsubscribe_close(struct unsubscribe *d)
{
    if (d == NULL)
        return;
    producer_close(d->producer);
    link_keys_close(d->keys);
    names_free(d);
    free(d);
}

void supply_keys_follow(struct unsubscribe *d)
{
    struct link_keys *keys;
    struct err err;

    if (clock_mono_us() - d->keys_us < KEYS_US)
        return;
    d->keys_us = clock_mono_us();
    if (!link_keys_open(d->settings->link_secret_dir, &keys, &err)) {
        log_err(LOG_LEVEL_WARN, "link_keys_kept", &err);
        return;
    }
    link_keys_close(d->keys);
    d->keys = keys;
}

static int by_rank(const void *a, const void *b)
{
    const struct link_name *x = a, *y = b;
    int rank = text_purpose_rank(x->id) - text_purpose_rank(y->id);

    return rank != 0 ? rank : strcmp(x->id, y->id);
}

static bool names_load(struct unsubscribe *d, struct pg *pg, int64_t version,
                       struct err *err)
{
    int64_t now_us = clock_wall_us();
    struct unsubscribe read = {0};

    if (!link_purposes_load(pg, now_us, &read.purposes, &read.n_purposes, err) ||
        !link_controllers_load(pg, now_us, &read.controllers, &read.n_controllers, err) ||
        !link_feeds_load(pg, now_us, &read.feeds, &read.n_feeds, err)) {
        names_free(&read);
        return false;
    }
    if (read.n_purposes > 0)
        qsort(read.purposes, read.n_purposes, sizeof(*read.purposes), by_rank);
    names_free(d);
    d->purposes = read.purposes;
    d->n_purposes = read.n_purposes;
    d->controllers = read.controllers;
    d->n_controllers = read.n_controllers;
    d->feeds = read.feeds;
    d->n_feeds = read.n_feeds;
    d->version = version;
    return true;
}

bool supply_names_follow(struct unsubscribe *d, struct pg *pg, struct err *err)
{
    int64_t version;

    if (d->version >= 0 && clock_mono_us() - d->names_us < NAMES_US)
        return true;
    if (!register_version(pg, &version, err) ||
        (version != d->version && !names_load(d, pg, version, err)))
        return false;
    d->names_us = clock_mono_us();
    return true;
}

/* --- Kafka ----------------------------------------------------------------------------
 */

static bool producer_ready(struct unsubscribe *d, struct err *err)
{
    if (d->producer != NULL)
        return true;
    if (clock_mono_us() < d->retry_us)
        return err_set(err, ERR_RETRY, "KAFKA_SLOW", "no broker there");
    return producer_open(d->settings->kafka_brokers, &d->settings->kafka, &d->producer,
                         err);
}

void supply_drop(struct unsubscribe *d)
{
    producer_close(d->producer);
    d->producer = NULL;
    d->doubted = true;
    d->retry_us = clock_mono_us() + RETRY_US;
}

bool supply_deliver(struct unsubscribe *d, const char *feed, const struct buf *event,
                    struct err *err)
{
    int32_t wait_ms = (int32_t)d->settings->deliver_ms;
    char name[REGISTER_ID_BYTES + 8];
    int topic;

    if (!producer_ready(d, err))
        return false;
    /* While the brokers are away no worker is to wait for them time and again. */
    if (d->doubted && !producer_probe(d->producer, PROBE_MS, err))
        return false;
    d->doubted = false;
    if (feed == NULL)
        return producer_probe(d->producer, wait_ms, err);
    snprintf(name, sizeof(name), "feed.%s", feed);
    return producer_topic(d->producer, name, &topic, err) &&
           producer_put(d->producer, topic, NULL, 0, event->data, event->len, wait_ms,
                        err) &&
           producer_flush(d->producer, wait_ms, err);
}
