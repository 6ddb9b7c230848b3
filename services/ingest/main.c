/* consent-ingest: events off the feeds into ledger and facts. See ingest.h. */
#include "ingest.h"

#include "base/clock.h"
#include "base/daemon.h"
#include "codec/codec.h"
#include "http/metrics.h"

#include <stdlib.h>
#include <string.h>

static const char usage[] =
    "usage: consent-ingest [--config FILE] [--help] [--manual] [--sample] [--version]\n"
    "\n"
    "Takes consent, opt-out and lead events off the topics feed.<source> and keeps them\n"
    "in PostgreSQL: every event once, in the ledger or in quarantine.\n"
    "Any number of them share the work.\n"
    "\n";

/* --- open and close --- */

static bool open_secrets(struct ingest *in, struct err *err)
{
    in->keyer =
        contact_keyer_load(in->set->contact_secret_file, in->set->contact_former, err);
    if (in->keyer == NULL)
        return false;
    in->database.set.context = in->seen.marks = contact_keyer_marks(in->keyer);
    in->sender = ingest_sender_new(in->seen.marks);
    in->ahead = ingest_sender_new(in->seen.marks);
    in->seal =
        seal_open(in->set->seal_secret_file, (uint8_t)in->set->seal_secret_version, err);
    in->sealer = in->seal != NULL ? event_sealer_open(in->seal, err) : NULL;
    return in->sealer != NULL;
}

static bool open_source(struct ingest *in, struct err *err)
{
    const struct consumer_settings s = {
        .brokers = in->set->kafka_brokers,
        .group = in->set->group,
        .instance = in->set->instance,
        .topics = in->set->topics,
        .client = "consent-ingest",
        .pass = &in->set->kafka,
    };

    return consumer_open(&s, &in->consumer, err);
}

struct program {
    struct settings settings;
    struct ingest ingest;
    struct http_metrics *http;
};

static bool ingest_open(struct ingest *in, struct err *err)
{
    in->opened_us = clock_mono_us();
    backoff_init(&in->backoff, 50, 5000);
    database_init(in);
    lanes_init(in);
    for (size_t i = 0; i < LANES + 1; i++)
        ingest_batch_init(&in->batches[i], (size_t)in->set->batch_events,
                          (size_t)in->set->batch_bytes);
    buf_init(&in->intake.header_json, (size_t)8 << 20);
    buf_init(&in->intake.header_bytes, (size_t)8 << 20);
    buf_init(&in->intake.kept, INGEST_ARENA_BYTES);
    buf_init(&in->intake.said, INGEST_ARENA_BYTES);
    if (!open_secrets(in, err) || !open_source(in, err) ||
        !database_register(in, -1, err) || !database_ids(in, err))
        return false;
    pg_session_proven(&in->database);
    return true;
}

static void ingest_close(struct ingest *in)
{
    if (in->consumer != NULL) {
        commit_abandon(in);
        commit_hint(in);
    }
    consumer_close(in->consumer);
    database_close(in);
    pg_session_done(&in->asking);
    register_free(in->reg);
    event_sealer_close(in->sealer);
    seal_close(in->seal);
    contact_keyer_close(in->keyer);
    for (size_t i = 0; i < LANES + 1; i++)
        ingest_batch_done(&in->batches[i]);
    buf_done(&in->intake.header_json);
    buf_done(&in->intake.header_bytes);
    buf_done(&in->intake.kept);
    buf_done(&in->intake.said);
    free(in->intake.headers);
    ingest_sender_free(in->sender);
    ingest_sender_free(in->ahead);
    free(in->parts);
    free(in->feeds);
    budget_done(in);
}

/* --- main --- */

static bool open_all(void *self, struct err *err)
{
    struct program *p = self;

    codec_init();
    measure_open();
    p->ingest.set = &p->settings;
    if (!http_metrics_open(p->settings.http_address, (uint16_t)p->settings.http_port,
                           ready_answer, NULL, &p->http, err))
        return false;
    log_write(LOG_LEVEL_INFO, "started", "port=%u", (unsigned)http_metrics_port(p->http));
    return ingest_open(&p->ingest, err);
}

static bool run(void *self, struct err *err)
{
    struct program *p = self;

    return ingest_run(&p->ingest, err);
}

static void close_all(void *self)
{
    struct program *p = self;

    http_metrics_close(p->http);
    ingest_close(&p->ingest);
}

int main(int argc, char **argv)
{
    static struct program p;
    const struct daemon ingest = {
        .name = "consent-ingest",
        .log_name = "ingest",
        .usage = usage,
        .keys = settings_keys,
        .n_keys = settings_keys_n,
        .settings = &p.settings,
        .kafka = &p.settings.kafka,
        .common = &p.settings.daemon,
        .stuck_s = &p.settings.stuck_s,
        .self = &p,
        .check = settings_check,
        .open = open_all,
        .run = run,
        .close = close_all,
    };

    return daemon_main(&ingest, argc, argv);
}
