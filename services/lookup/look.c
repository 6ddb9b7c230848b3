#include "look.h"

#include "lists/maker.h"
#include "metrics.h"
#include "routes.h"

#include "base/clock.h"
#include "base/log.h"
#include "store/operate/schema.h"
#include "store/lists/ack_store.h"
#include "store/lists/epoch_store.h"
#include "store/people/secret_store.h"
#include "store/register/register_store.h"

#define PG_TIMEOUT_MS  15000
#define PROBE_MS       1000
#define KAFKA_US       (5 * WHEN_SECOND_US)
#define KAFKA_AGAIN_US WHEN_SECOND_US
#define SHOW_US        (5 * WHEN_SECOND_US)

void look_init(struct look *l, const struct settings *settings,
               const struct contact_marks *marks)
{
    const struct pg_session_settings set = {
        .conninfo = settings->database_url,
        .app = "consent-lookup look",
        .fits = schema_fits,
        .timeout_ms = PG_TIMEOUT_MS,
        .also = contact_secret_fits,
        .context = marks,
    };

    *l = (struct look){.settings = settings,
                       .postgresql = {.name = "database"},
                       .kafka = {.name = "kafka"}};
    pg_session_init(&l->database, &set);
    seen_init(&l->seen, "lookup", settings->http_port);
    l->seen.marks = marks;
}

void look_done(struct look *l)
{
    pg_session_done(&l->database);
    producer_close(l->producer);
}

/* How the recipients of the lists stand, for the metrics: the same whichever process is
 * asked. */
static void standings_show(const struct standing_set *all)
{
    for (size_t i = 0; i < all->n; i++) {
        const struct recipient_standing *r = &all->rows[i];

        if (!r->acknowledged)
            continue;
        metrics_list(METRIC_BEHIND_EVENTS, r->list, "", (double)r->behind_events);
        metrics_list(METRIC_BEHIND_SECONDS, r->list, "", (double)r->behind_us / 1e6);
        metrics_list(METRIC_DRIFTED, r->list, "", r->matches ? 0 : 1);
        metrics_list(METRIC_LATE_OPT_OUTS, r->list, ",limit=\"48 hours\"",
                     (double)r->late_48h);
        metrics_list(METRIC_LATE_OPT_OUTS, r->list, ",limit=\"10 business days\"",
                     (double)r->late_10d);
        if (r->slowest_us < 0)
            continue;
        metrics_list(METRIC_TIME_TO_ACK, r->list, ",quantile=\"0.5\"",
                     (double)r->p50_us / 1e6);
        metrics_list(METRIC_TIME_TO_ACK, r->list, ",quantile=\"0.99\"",
                     (double)r->p99_us / 1e6);
        metrics_list(METRIC_TIME_TO_ACK, r->list, ",quantile=\"1\"",
                     (double)r->slowest_us / 1e6);
    }
}

static bool database_look(struct look *l)
{
    int64_t version;
    struct err err;
    bool up, held = false, people = false;

    do
        up = pg_session_begin(&l->database, &err) &&
             register_version(l->database.pg, &version, &err) &&
             hold_look(l->database.pg, &held, &people, &err);
    while (!up && pg_session_again(&l->database, &err));
    if (up) {
        seen_turn(&l->seen, l->database.pg);
        peer_up(&l->postgresql);
    } else {
        peer_down(&l->postgresql, &err);
    }
    routes_database(up);
    metrics_up("postgresql", up);
    if (up && held != routes_lists_held()) {
        log_write(held ? LOG_LEVEL_ERROR : LOG_LEVEL_INFO,
                  held ? "lists_held" : "lists_given_out", "");
        routes_lists_hold(held);
    }
    if (up && people != routes_people_held()) {
        log_write(people ? LOG_LEVEL_ERROR : LOG_LEVEL_INFO,
                  people ? "people_held" : "people_given_out", "");
        routes_people_hold(people);
    }
    return up;
}

static void kafka_look(struct look *l)
{
    const struct settings *s = l->settings;
    struct err err;
    bool up;

    if (s->kafka_brokers[0] == '\0' || clock_mono_us() < l->kafka_us)
        return;
    up = (l->producer != NULL ||
          producer_open(s->kafka_brokers, &s->kafka, &l->producer, &err)) &&
         producer_probe(l->producer, PROBE_MS, &err);
    if (up)
        peer_up(&l->kafka);
    else
        peer_down(&l->kafka, &err);
    routes_without_kafka(!up);
    metrics_up("kafka", up);
    l->kafka_us = clock_mono_us() + (up ? KAFKA_US : KAFKA_AGAIN_US);
}

void look_turn(struct look *l)
{
    static struct standing_set lists; /* kept: it is loaded again and again */
    struct err err;

    kafka_look(l);
    if (!database_look(l) || clock_mono_us() < l->show_us)
        return;
    if (standings_load(l->database.pg, &lists, &err)) {
        standings_show(&lists);
        maker_show(l->settings, &lists);
    } else {
        log_err(LOG_LEVEL_WARN, "standings", &err);
    }
    l->show_us = clock_mono_us() + SHOW_US;
}
