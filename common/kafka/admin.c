#include "kafka/admin_parts.h"

#include "base/clock.h"
#include "base/mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CLOSE_MS 3000

static const struct kafka_setting settings[] = {
    {"client.id", "consent-admin", false},
    {"socket.keepalive.enable", "true", false},
    {"log.connection.close", "false", false},
};

bool admin_open(const char *brokers, const struct conf_pass *pass, struct admin **ret,
                struct err *err)
{
    rd_kafka_conf_t *conf;
    rd_kafka_t *rk;

    if (!kafka_conf_make(brokers, settings, sizeof(settings) / sizeof(settings[0]), pass,
                         &conf, err))
        return false;
    rk = kafka_client(RD_KAFKA_PRODUCER, conf, err);
    if (rk == NULL)
        return false;
    *ret = mem_zalloc(1, sizeof(**ret));
    (*ret)->rk = rk;
    (*ret)->queue = rd_kafka_queue_new(rk);
    return true;
}

void admin_close(struct admin *a)
{
    if (a == NULL)
        return;
    rd_kafka_queue_destroy(a->queue);
    kafka_end(a->rk, false, CLOSE_MS, free, a);
}

/* --- making them --- */

static const struct rd_kafka_metadata_topic *metadata_topic(
    const struct rd_kafka_metadata *md, const char *name)
{
    for (int i = 0; i < md->topic_cnt; i++)
        if (strcmp(md->topics[i].topic, name) == 0)
            return &md->topics[i];
    return NULL;
}

bool admin_metadata(struct admin *a, const struct rd_kafka_metadata **ret,
                    struct err *err)
{
    rd_kafka_resp_err_t code = rd_kafka_metadata(a->rk, 1, NULL, ret, ADMIN_TIMEOUT_MS);

    if (code != RD_KAFKA_RESP_ERR_NO_ERROR)
        return kafka_err_set(err, code, "topics cannot be listed");
    return true;
}

/* Asking for one topic's metadata makes the embedded broker create it. */
static bool make_by_metadata(struct admin *a, const char *name, struct err *err)
{
    int64_t until_us = clock_mono_us() + (int64_t)ADMIN_TIMEOUT_MS * 1000;
    rd_kafka_topic_t *rkt = rd_kafka_topic_new(a->rk, name, NULL);
    bool there = false;

    if (rkt == NULL)
        return err_set(err, ERR_CONFIG, "KAFKA_TOPIC", "%s is no name of a topic", name);
    while (!there && clock_mono_us() < until_us) {
        const struct rd_kafka_metadata *md;

        if (rd_kafka_metadata(a->rk, 0, rkt, &md, 1000) != RD_KAFKA_RESP_ERR_NO_ERROR)
            continue;
        there = md->topic_cnt == 1 && md->topics[0].partition_cnt > 0;
        rd_kafka_metadata_destroy(md);
        if (!there)
            clock_sleep_ms(50);
    }
    rd_kafka_topic_destroy(rkt);
    return there ||
           err_set(err, ERR_RETRY, "KAFKA_TOPIC", "topic %s could not be created", name);
}

static rd_kafka_NewTopic_t *new_topic(const struct topic_spec *spec, struct err *err)
{
    char ignored[8];
    rd_kafka_NewTopic_t *t = rd_kafka_NewTopic_new(spec->name, spec->partitions,
                                                   spec->copies > 0 ? spec->copies : -1,
                                                   ignored, sizeof(ignored));

    if (t == NULL) {
        err_set(err, ERR_CONFIG, "KAFKA_TOPIC", "%s is no name of a topic", spec->name);
        return NULL;
    }
    for (size_t i = 0; i < TOPIC_SETTINGS_MAX && spec->settings[i].name != NULL; i++)
        rd_kafka_NewTopic_set_config(t, spec->settings[i].name, spec->settings[i].value);
    return t;
}

static bool made_as(const rd_kafka_topic_result_t *result, enum topic_made *made,
                    struct err *err)
{
    rd_kafka_resp_err_t code = rd_kafka_topic_result_error(result);
    const char *name = rd_kafka_topic_result_name(result);

    switch ((int)code) {
    case RD_KAFKA_RESP_ERR_NO_ERROR: *made = TOPIC_MADE; return true;
    case RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS: *made = TOPIC_EXISTED; return true;
    case RD_KAFKA_RESP_ERR_INVALID_CONFIG:
    case RD_KAFKA_RESP_ERR_INVALID_PARTITIONS:
    case RD_KAFKA_RESP_ERR_INVALID_REPLICATION_FACTOR:
    case RD_KAFKA_RESP_ERR_POLICY_VIOLATION:
    case RD_KAFKA_RESP_ERR_TOPIC_EXCEPTION:
        return err_set(err, ERR_CONFIG, "KAFKA_TOPIC",
                       "the broker refuses to create %s: %s", name,
                       rd_kafka_err2str(code));
    default: return kafka_err_set(err, code, name);
    }
}

rd_kafka_event_t *admin_answer(struct admin *a, rd_kafka_event_type_t type,
                               rd_kafka_resp_err_t *ret_code)
{
    rd_kafka_event_t *ev;

    *ret_code = RD_KAFKA_RESP_ERR__TIMED_OUT;
    while ((ev = rd_kafka_queue_poll(a->queue, ADMIN_TIMEOUT_MS + 5000)) != NULL) {
        if (rd_kafka_event_type(ev) == type) {
            *ret_code = rd_kafka_event_error(ev);
            return ev;
        }
        rd_kafka_event_destroy(ev);
    }
    return NULL;
}

/* librdkafka's own broker, which is the embedded one: it has no controller either, so
 * that a request would only wait. No guessing beyond that: a real cluster without a
 * controller for a moment must not end up with topics that lack their settings. */
bool admin_is_mock(struct admin *a)
{
    char *id = rd_kafka_clusterid(a->rk, ADMIN_TIMEOUT_MS);
    bool mock = id != NULL && strncmp(id, "mockCluster", strlen("mockCluster")) == 0;

    if (id != NULL)
        rd_kafka_mem_free(a->rk, id);
    return mock;
}

bool admin_no_api(rd_kafka_resp_err_t code)
{
    return code == RD_KAFKA_RESP_ERR__UNSUPPORTED_FEATURE ||
           code == RD_KAFKA_RESP_ERR_UNSUPPORTED_VERSION;
}

static bool make_by_api(struct admin *a, const struct topic_spec *spec,
                        enum topic_made *made, struct err *err)
{
    rd_kafka_NewTopic_t *t = new_topic(spec, err);
    rd_kafka_AdminOptions_t *options;
    rd_kafka_resp_err_t code;
    rd_kafka_event_t *ev;
    bool ok;

    if (t == NULL)
        return false;
    options = rd_kafka_AdminOptions_new(a->rk, RD_KAFKA_ADMIN_OP_CREATETOPICS);
    rd_kafka_AdminOptions_set_request_timeout(options, ADMIN_TIMEOUT_MS, NULL, 0);
    rd_kafka_AdminOptions_set_operation_timeout(options, ADMIN_TIMEOUT_MS, NULL, 0);
    rd_kafka_CreateTopics(a->rk, &t, 1, options, a->queue);
    rd_kafka_AdminOptions_destroy(options);
    rd_kafka_NewTopic_destroy(t);
    ev = admin_answer(a, RD_KAFKA_EVENT_CREATETOPICS_RESULT, &code);
    if (admin_no_api(code)) {
        ok = make_by_metadata(a, spec->name, err);
        *made = TOPIC_BY_BROKER;
    } else if (code != RD_KAFKA_RESP_ERR_NO_ERROR) {
        ok = kafka_err_set(err, code, "topics cannot be created");
    } else {
        size_t n;
        const rd_kafka_topic_result_t **results = rd_kafka_CreateTopics_result_topics(
            rd_kafka_event_CreateTopics_result(ev), &n);

        ok = n == 1 ? made_as(results[0], made, err)
                    : err_set(err, ERR_RETRY, "KAFKA_TOPIC", "no answer about %s",
                              spec->name);
    }
    if (ev != NULL)
        rd_kafka_event_destroy(ev);
    return ok;
}

static bool make_one(struct admin *a, const struct topic_spec *spec,
                     enum topic_made *made, struct err *err)
{
    if (!admin_is_mock(a))
        return make_by_api(a, spec, made, err);
    *made = TOPIC_BY_BROKER;
    return make_by_metadata(a, spec->name, err);
}

bool admin_topics_make(struct admin *a, const struct topic_spec *specs, size_t n,
                       enum topic_made *made, struct err *err)
{
    const struct rd_kafka_metadata *md;
    bool ok = true;

    if (!admin_metadata(a, &md, err))
        return false;
    for (size_t i = 0; ok && i < n; i++) {
        const struct rd_kafka_metadata_topic *t = metadata_topic(md, specs[i].name);
        enum topic_made how = TOPIC_EXISTED;

        if (t == NULL || t->partition_cnt == 0)
            ok = make_one(a, &specs[i], &how, err);
        if (ok && made != NULL)
            made[i] = how;
    }
    rd_kafka_metadata_destroy(md);
    return ok;
}
