/* consent-ingest: events off the feeds into ledger and facts. See ingest.h. */
#include "ingest.h"

#include "base/clock.h"
#include "base/daemon.h"
#include "base/mem.h"
#include "base/stop.h"
#include "codec/codec.h"
#include "http/metrics.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char usage[] =
    "usage: consent-ingest [--config FILE]\n"
    "\n"
    "Takes consent, opt-out and lead events off the topics feed.<source> and keeps them\n"
    "in PostgreSQL: every event once, in the ledger or in quarantine.\n"
    "\n"
    "  --config FILE   settings, one `name = value` a line\n"
    "  --sample        print a sample of that file\n"
    "  --version       print the version\n"
    "  --help          this text\n"
    "\n";

/* --- open and close --- */

static bool open_secrets(struct ingest *in, struct err *err)
{
    char secret[1024];
    size_t len;

    if (!conf_read_secret(in->set->contact_secret_file, secret, sizeof(secret), &len,
                          err))
        return false;
    in->keyer = contact_keyer_open(secret, len, 1, err);
    explicit_bzero(secret, sizeof(secret));
    if (in->keyer == NULL)
        return false;
    in->seal =
        seal_open(in->set->seal_secret_file, (uint8_t)in->set->seal_secret_version, err);
    return in->seal != NULL;
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

/* Nothing is acknowledged before it is committed, so that a restart is safe. */
static void stuck(int64_t limit_s)
{
    log_write(LOG_LEVEL_ERROR, "stuck", "seconds=%lld", (long long)limit_s);
    _exit(DAEMON_STUCK);
}

static bool open_all(struct ingest *in, struct err *err)
{
    in->opened_us = clock_mono_us();
    backoff_init(&in->backoff, 50, 5000);
    database_init(in);
    in->sender = ingest_sender_new();
    in->filling = &in->batches[0];
    for (size_t i = 0; i < 2; i++)
        ingest_batch_init(&in->batches[i], (size_t)in->set->batch_events,
                          (size_t)in->set->batch_bytes);
    buf_init(&in->intake.header_json, (size_t)8 << 20);
    if (!open_secrets(in, err) || !open_source(in, err) ||
        !watchdog_open(in->set->watchdog_s, stuck, err) ||
        !database_register(in, -1, err) || !database_ids(in, err))
        return false;
    pg_session_proven(&in->database);
    return true;
}

static void close_all(struct ingest *in)
{
    if (in->consumer != NULL) {
        commit_abandon(in);
        commit_hint(in);
    }
    watchdog_close();
    consumer_close(in->consumer);
    database_close(in);
    register_free(in->reg);
    seal_close(in->seal);
    contact_keyer_close(in->keyer);
    for (size_t i = 0; i < 2; i++)
        ingest_batch_done(&in->batches[i]);
    buf_done(&in->intake.header_json);
    free(in->intake.headers);
    ingest_sender_free(in->sender);
    free(in->parts);
    free(in->feeds);
}

/* --- main --- */

static int complain(const struct err *err)
{
    log_err(LOG_LEVEL_ERROR, "stopped", err);
    return err->kind == ERR_CONFIG ? DAEMON_WRONG : DAEMON_FAILED;
}

int main(int argc, char **argv)
{
    const struct daemon program = {
        .name = "consent-ingest",
        .log_name = "ingest",
        .version = VERSION,
        .usage = usage,
        .stray = "consent-ingest: unexpected argument; see --help\n",
        .keys = settings_keys,
        .n_keys = n_settings_keys,
    };
    static struct settings set;
    static struct ingest in;
    struct http_metrics *http = NULL;
    enum log_level level = LOG_LEVEL_INFO;
    const char *config;
    struct err err;
    int status;

    mem_stay_small();
    stop_install();
    log_open("ingest", level);
    if (!daemon_options(&program, argc, argv, &config, &status))
        return status;
    codec_init();
    if (!settings_load(config, &set, &level, &err))
        return complain(&err);
    log_open("ingest", level);
    measure_open();
    in.set = &set;
    log_write(LOG_LEVEL_INFO, "starting", "version=%s", VERSION);

    if (!http_metrics_open(set.http_address, (uint16_t)set.http_port, ready_answer, NULL,
                           &http, &err))
        return complain(&err);
    err_clear(&err);
    if (open_all(&in, &err) && ingest_run(&in, &err))
        status = DAEMON_DONE;
    else
        status = err.kind == ERR_NONE ? DAEMON_DONE : complain(&err);
    http_metrics_close(http);
    close_all(&in);
    log_write(LOG_LEVEL_INFO, "stopped", "status=%d", status);
    return status;
}
