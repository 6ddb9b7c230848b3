#include "kafka/consumer_parts.h"

#include "base/clock.h"
#include "base/mem.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#define CLOSE_MS 6000

/* --- callbacks: all inside consumer_next, or inside consumer_close --- */

static void keep_parts(struct consumer *s, const rd_kafka_topic_partition_list_t *list)
{
    size_t n = list ? (size_t)list->cnt : 0;

    s->parts = mem_resize(s->parts, n ? n : 1, sizeof(*s->parts));
    s->n_parts = n;
    for (size_t i = 0; i < n; i++) {
        strncpy(s->parts[i].topic, list->elems[i].topic, CONSUMER_TOPIC_BYTES - 1);
        s->parts[i].topic[CONSUMER_TOPIC_BYTES - 1] = '\0';
        s->parts[i].partition = list->elems[i].partition;
        s->parts[i].offset = 0;
    }
}

/* Only notes what happened: librdkafka waits for rd_kafka_assign, which consumer_assign
 * and consumer_unassign call once the caller has done its part. */
static void on_rebalance(rd_kafka_t *rk, rd_kafka_resp_err_t code,
                         rd_kafka_topic_partition_list_t *list, void *opaque)
{
    struct consumer *s = opaque;

    if (s->closing) {
        rd_kafka_assign(rk, NULL);
        return;
    }
    keep_parts(s, list);
    s->pending =
        code == RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS ? CONSUMER_ASSIGN : CONSUMER_REVOKE;
    rd_kafka_yield(rk);
}

static void on_error(rd_kafka_t *rk, int code, const char *text, void *opaque)
{
    struct consumer *s = opaque;

    (void)rk;
    kafka_cause_note(&s->cause, (rd_kafka_resp_err_t)code, text);
    s->trouble = (rd_kafka_resp_err_t)code;
    if (code == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN && s->reach == REACH_UP)
        s->reach = REACH_DOUBTED;
    if (!s->closing)
        rd_kafka_yield(s->rk);
}

/* --- open, close --- */

static void consumer_free(void *arg)
{
    struct consumer *s = arg;

    if (s->password != NULL)
        explicit_bzero(s->password, strlen(s->password));
    if (s->peek_conf != NULL)
        rd_kafka_conf_destroy(s->peek_conf);
    free(s->username);
    free(s->password);
    free(s->headers);
    free(s->parts);
    free(s);
}

/* A setting as it stands; "" when it is not set. */
static char *conf_copy(const rd_kafka_conf_t *conf, const char *name)
{
    char value[1024];
    size_t n = sizeof(value);
    char *copy;

    if (rd_kafka_conf_get(conf, name, value, &n) != RD_KAFKA_CONF_OK)
        value[0] = '\0';
    copy = mem_strdup(value);
    explicit_bzero(value, sizeof(value));
    return copy;
}

bool consumer_conf(const struct consumer_settings *settings, bool front,
                   rd_kafka_conf_t **ret, struct err *err)
{
    const char *instance = front ? NULL : settings->instance;
    const struct kafka_setting ours[] = {
        {"client.id", settings->client, false},
        {"group.id", settings->group, true},
        {"group.instance.id", instance && instance[0] ? instance : NULL, false},
        /* what the promises rest upon */
        {"auto.offset.reset", "error", true},
        {"enable.auto.commit", "false", true},
        {"enable.partition.eof", "true", true}, /* CONSUMER_END */
        {"enable.auto.offset.store", "false", true},
        {"allow.auto.create.topics", "false", true},
        {"check.crcs", "true", true},
        {"isolation.level", "read_committed", true},
        /* range shares each topic by itself: forty partitions of ten topics would go to
         * four members at most. It is offered second, so that members of an older version
         * stay in the group while they are replaced. */
        {"partition.assignment.strategy", "roundrobin,range", true},
        /* presets */
        {"session.timeout.ms", "6000", false},
        {"heartbeat.interval.ms", "1000", false},
        {"topic.metadata.refresh.interval.ms", "3000", false},
        {"reconnect.backoff.max.ms", "2000", false},
        {"fetch.wait.max.ms", "50", false},
        {"fetch.error.backoff.ms", "100", false},
        /* Enough to keep PostgreSQL busy, and below 64 MiB in all: what has been fetched
         * stays in memory until the last of its records has been taken. The front client
         * reads what has come just now. A fetch is counted as the broker has it,
         * compressed, and five times that where it is unpacked; it is never less than
         * message.max.bytes, which says nothing of what may be received. */
        {"queued.max.messages.kbytes", front ? "1024" : "4096", false},
        {"message.max.bytes", "393216", false},
        {"fetch.max.bytes", "393216", false},
        {"fetch.message.max.bytes", front ? "131072" : "196608", false},
    };

    return kafka_conf_make(settings->brokers, ours, sizeof(ours) / sizeof(ours[0]),
                           settings->pass, ret, err);
}

rd_kafka_t *consumer_client(rd_kafka_conf_t *conf, struct err *err)
{
    rd_kafka_t *rk = kafka_client(RD_KAFKA_CONSUMER, conf, err);

    if (rk != NULL)
        rd_kafka_poll_set_consumer(rk);
    return rk;
}

bool consumer_open(const struct consumer_settings *settings, struct consumer **ret,
                   struct err *err)
{
    char ignored[8];
    rd_kafka_conf_t *conf;
    rd_kafka_topic_partition_list_t *topics;
    rd_kafka_resp_err_t code;
    struct consumer *s;

    if (!consumer_conf(settings, false, &conf, err))
        return false;
    s = mem_zalloc(1, sizeof(*s));
    if (!consumer_peek_conf(settings, &s->peek_conf, err)) {
        rd_kafka_conf_destroy(conf);
        free(s);
        return false;
    }
    s->wakes_itself = rd_kafka_conf_set(conf, "fetch.queue.backoff.ms", "5", ignored,
                                        sizeof(ignored)) == RD_KAFKA_CONF_OK;
    s->username = conf_copy(conf, "sasl.username");
    s->password = conf_copy(conf, "sasl.password");
    rd_kafka_conf_set_opaque(conf, s);
    rd_kafka_conf_set_rebalance_cb(conf, on_rebalance);
    rd_kafka_conf_set_error_cb(conf, on_error);
    kafka_cause_watch(conf);
    s->rk = consumer_client(conf, err);
    if (s->rk == NULL) {
        consumer_free(s);
        return false;
    }
    if (!consumer_front_open(s, settings, err)) {
        consumer_close(s);
        return false;
    }
    topics = rd_kafka_topic_partition_list_new(1);
    rd_kafka_topic_partition_list_add(topics, settings->topics, RD_KAFKA_PARTITION_UA);
    code = rd_kafka_subscribe(s->rk, topics);
    rd_kafka_topic_partition_list_destroy(topics);
    if (code) {
        consumer_close(s);
        return err_set(err, ERR_CONFIG, "KAFKA_BAD_TOPICS",
                       "librdkafka does not take the pattern of topics");
    }
    *ret = s;
    return true;
}

void consumer_let_go(struct consumer *s)
{
    if (s->held != NULL)
        rd_kafka_message_destroy(s->held);
    s->held = NULL;
}

void consumer_close(struct consumer *s)
{
    if (s == NULL)
        return;
    consumer_let_go(s);
    s->closing = true;
    consumer_front_close(s);
    consumer_peek_end(s);
    if (!consumer_probe_end(s) || !consumer_survey_end(s))
        return; /* it is still at it: nothing may be taken from under it */
    if (s->pending != CONSUMER_IDLE)
        rd_kafka_assign(s->rk, NULL); /* or the farewell would wait for an answer */
    kafka_end(s->rk, true, CLOSE_MS, consumer_free, s);
}

/* --- reading --- */

static void record_headers(struct consumer *s, const rd_kafka_message_t *m,
                           struct consumer_record *ret)
{
    rd_kafka_headers_t *list;
    const char *key;
    const void *value;
    size_t len;

    ret->n_headers = 0;
    ret->headers = s->headers;
    if (rd_kafka_message_headers(m, &list) != RD_KAFKA_RESP_ERR_NO_ERROR)
        return;
    if (rd_kafka_header_cnt(list) > s->cap_headers) {
        s->cap_headers = rd_kafka_header_cnt(list);
        s->headers = mem_resize(s->headers, s->cap_headers, sizeof(*s->headers));
        ret->headers = s->headers;
    }
    for (size_t i = 0; rd_kafka_header_get_all(list, i, &key, &value, &len) ==
                       RD_KAFKA_RESP_ERR_NO_ERROR;
         i++)
        s->headers[ret->n_headers++] =
            (struct record_header){key, value, value ? len : 0};
}

void consumer_record_of(struct consumer *s, const rd_kafka_message_t *m,
                        struct consumer_record *ret)
{
    rd_kafka_timestamp_type_t type;
    int64_t ms = rd_kafka_message_timestamp(m, &type);

    ret->topic = rd_kafka_topic_name(m->rkt);
    ret->partition = m->partition;
    ret->offset = m->offset;
    ret->time_us = ms < 0 || ms > INT64_MAX / 1000 ? 0 : ms * 1000;
    ret->stamp = ms < 0 || type == RD_KAFKA_TIMESTAMP_NOT_AVAILABLE ? CONSUMER_STAMP_NONE
                 : type == RD_KAFKA_TIMESTAMP_LOG_APPEND_TIME ? CONSUMER_STAMP_APPEND
                                                              : CONSUMER_STAMP_CREATE;
    ret->value = m->payload;
    ret->value_len = m->payload ? m->len : 0;
    record_headers(s, m, ret);
}

/* What librdkafka told by callback while it was polled. */
static bool told(struct consumer *s, enum consumer_event *ret, struct err *err)
{
    rd_kafka_resp_err_t code = s->trouble;
    char ignored[8];

    if (s->pending != CONSUMER_IDLE) {
        *ret = s->pending;
        return true;
    }
    s->trouble = RD_KAFKA_RESP_ERR_NO_ERROR;
    *ret = CONSUMER_IDLE;
    if (code == RD_KAFKA_RESP_ERR__FATAL) {
        kafka_err_set(err, rd_kafka_fatal_error(s->rk, ignored, sizeof(ignored)),
                      "fatal error");
        err->kind = ERR_FATAL;
        return false;
    }
    if (code != RD_KAFKA_RESP_ERR_NO_ERROR && !s->worked) {
        kafka_cause_set(err, &s->cause, code, "consuming");
        if (err->kind == ERR_CONFIG)
            return false;
    }
    consumer_reach_look(s);
    if (s->reach == REACH_DOWN && s->untold) {
        s->untold = false;
        kafka_cause_set(err, &s->cause, RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN,
                        "no broker answers");
        err->kind = ERR_RETRY;
        *ret = CONSUMER_TROUBLE;
    }
    return true;
}

static enum consumer_event event_of(rd_kafka_resp_err_t code)
{
    switch ((int)code) {
    case RD_KAFKA_RESP_ERR__PARTITION_EOF: return CONSUMER_END;
    case RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET:
    case RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE: return CONSUMER_STALLED;
    case RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC:
    case RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION:
    case RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART: return CONSUMER_GONE;
    default: return CONSUMER_TROUBLE;
    }
}

/* A message that is an error. */
static bool message_error(struct consumer *s, enum consumer_event *ret,
                          struct consumer_record *record, struct err *err)
{
    rd_kafka_message_t *m = s->held;

    *ret = event_of(m->err);
    if (*ret != CONSUMER_TROUBLE && m->rkt != NULL && m->partition >= 0) {
        record->topic = rd_kafka_topic_name(m->rkt);
        record->partition = m->partition;
        record->offset = m->offset;
        return true;
    }
    /* also what only the operator can fix, such as a missing permission on one topic:
     * the other topics go on */
    kafka_err_set(err, m->err, "consuming");
    *ret = m->err == s->told_err ? CONSUMER_IDLE : CONSUMER_TROUBLE;
    s->told_err = m->err;
    return err->kind != ERR_FATAL;
}

bool consumer_next(struct consumer *s, int32_t timeout_ms, enum consumer_event *ret,
                   struct consumer_record *record, struct err *err)
{
    assert(s->pending == CONSUMER_IDLE); /* the last one was answered */
    consumer_let_go(s);
    return consumer_took(s, rd_kafka_consumer_poll(s->rk, timeout_ms), ret, record, err);
}

bool consumer_took(struct consumer *s, rd_kafka_message_t *m, enum consumer_event *ret,
                   struct consumer_record *record, struct err *err)
{
    s->held = m;
    if (m == NULL)
        return told(s, ret, err);
    if (m->err)
        return message_error(s, ret, record, err);
    consumer_is_there(s);
    s->told_err = RD_KAFKA_RESP_ERR_NO_ERROR;
    consumer_record_of(s, s->held, record);
    *ret = CONSUMER_RECORD;
    return true;
}
