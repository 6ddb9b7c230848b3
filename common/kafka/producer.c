#include "kafka/producer.h"

#include "base/clock.h"
#include "base/mem.h"
#include "base/stop.h"
#include "kafka/conf.h"

#include <stdlib.h>
#include <string.h>

#define PRODUCER_WAIT_MS 50
#define CLOSE_MS         3000
#define STOP_MS          4000 /* of waiting after SIGTERM */

struct producer_name {
    char *name;
    rd_kafka_topic_t *handle;
    int64_t *last; /* offset, of each partition, as far as one was used */
    int32_t n_last;
    bool fell; /* and nobody has asked since */
};

struct producer {
    struct kafka_cause cause; /* first: see kafka_cause_watch */
    rd_kafka_t *rk;
    struct producer_name *topics;
    int n_topics;
    int64_t waiting;            /* handed over, not yet reported */
    rd_kafka_resp_err_t failed; /* the first report that was none of success */
};

/* The firm ones are what "confirmed" rests upon. Memory: the queue holds one batch. */
static const struct kafka_setting settings[] = {
    {"acks", "all", true},
    {"enable.idempotence", "true", true},
    {"message.timeout.ms", "0", true},
    {"transactional.id", NULL, true}, /* nobody here begins a transaction */
    {"partitioner", "murmur2_random", true},
    {"queue.buffering.max.messages", "100000", true},
    {"queue.buffering.max.kbytes", "16384", false},
    {"linger.ms", "2", false},
    {"batch.size", "262144", false},
    {"compression.codec", "lz4", false},
    {"socket.keepalive.enable", "true", false},
    {"socket.nagle.disable", "true", false},
    {"reconnect.backoff.max.ms", "1000", false},
    {"client.id", "consent-publish", false},
    {"log.connection.close", "false", false},
};

/* Within a log, offsets rise: this producer is the only one of its records, and in order.
 */
static void place_note(struct producer_name *t, const rd_kafka_message_t *m)
{
    if (m->partition < 0 || m->offset < 0)
        return;
    if (m->partition >= t->n_last) {
        t->last = mem_resize(t->last, (size_t)m->partition + 1, sizeof(*t->last));
        while (t->n_last <= m->partition)
            t->last[t->n_last++] = -1;
    }
    if (m->offset <= t->last[m->partition])
        t->fell = true;
    t->last[m->partition] = m->offset;
}

/* A record has the number of its topic, and one more, with it. */
static void *number_of(int topic)
{
    return (void *)(uintptr_t)(topic + 1); // NOLINT(performance-no-int-to-ptr)
}

static void delivered(rd_kafka_t *rk, const rd_kafka_message_t *m, void *opaque)
{
    struct producer *s = opaque;
    const uintptr_t number = (uintptr_t)m->_private;

    (void)rk;
    s->waiting--;
    if (m->err == RD_KAFKA_RESP_ERR_NO_ERROR && number != 0)
        place_note(&s->topics[number - 1], m);
    if (m->err == RD_KAFKA_RESP_ERR_NO_ERROR)
        s->cause.code = RD_KAFKA_RESP_ERR_NO_ERROR;
    if (m->err != RD_KAFKA_RESP_ERR_NO_ERROR && s->failed == RD_KAFKA_RESP_ERR_NO_ERROR)
        s->failed = m->err;
}

/* Transport errors pass by themselves or show as a flush that takes too long. */
static void trouble(rd_kafka_t *rk, int code, const char *reason, void *opaque)
{
    struct producer *s = opaque;

    (void)rk;
    kafka_cause_note(&s->cause, (rd_kafka_resp_err_t)code, reason);
    if (code == RD_KAFKA_RESP_ERR__FATAL)
        s->failed = RD_KAFKA_RESP_ERR__FATAL;
}

bool producer_settings_check(const char *brokers, const struct conf_pass *pass,
                             struct err *err)
{
    rd_kafka_conf_t *conf;

    if (!kafka_conf_make(brokers, settings, sizeof(settings) / sizeof(settings[0]), pass,
                         &conf, err))
        return false;
    rd_kafka_conf_destroy(conf);
    return true;
}

bool producer_open(const char *brokers, const struct conf_pass *pass,
                   struct producer **ret, struct err *err)
{
    struct producer *s = mem_zalloc(1, sizeof(*s));
    rd_kafka_conf_t *conf;

    if (!kafka_conf_make(brokers, settings, sizeof(settings) / sizeof(settings[0]), pass,
                         &conf, err)) {
        free(s);
        return false;
    }
    rd_kafka_conf_set_opaque(conf, s);
    rd_kafka_conf_set_dr_msg_cb(conf, delivered);
    rd_kafka_conf_set_error_cb(conf, trouble);
    kafka_cause_watch(conf);
    s->rk = kafka_client(RD_KAFKA_PRODUCER, conf, err);
    if (s->rk == NULL) {
        free(s);
        return false;
    }
    *ret = s;
    return true;
}

void producer_close(struct producer *s)
{
    if (s == NULL)
        return;
    if (s->waiting > 0) {
        rd_kafka_purge(s->rk, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT |
                                  RD_KAFKA_PURGE_F_NON_BLOCKING);
        rd_kafka_flush(s->rk, 1000); /* the reports of what was purged */
    }
    for (int i = 0; i < s->n_topics; i++) {
        rd_kafka_topic_destroy(s->topics[i].handle);
        free(s->topics[i].name);
        free(s->topics[i].last);
    }
    free(s->topics);
    kafka_end(s->rk, false, CLOSE_MS, free, s);
}

bool producer_topic(struct producer *s, const char *name, int *ret, struct err *err)
{
    rd_kafka_topic_t *handle;

    for (int i = 0; i < s->n_topics; i++) {
        if (strcmp(s->topics[i].name, name) == 0) {
            *ret = i;
            return true;
        }
    }
    handle = rd_kafka_topic_new(s->rk, name, NULL);
    if (handle == NULL)
        return err_set(err, ERR_CONFIG, "KAFKA_TOPIC", "%s is no name of a topic", name);
    s->topics = mem_resize(s->topics, (size_t)s->n_topics + 1, sizeof(*s->topics));
    s->topics[s->n_topics] =
        (struct producer_name){.name = mem_strdup(name), .handle = handle};
    *ret = s->n_topics++;
    return true;
}

static bool failure(const struct producer *s, struct err *err)
{
    kafka_err_set(err, s->failed, "a record was not delivered");
    if (err->kind == ERR_FATAL) /* of this producer, not of ours */
        err->kind = ERR_RETRY;
    return false;
}

/* With the reason, which librdkafka tells beside the answer. */
static bool no_answer(struct producer *s, rd_kafka_resp_err_t code, struct err *err)
{
    rd_kafka_poll(s->rk, 0);
    return kafka_cause_set(err, &s->cause, code, "no broker answers");
}

/* The time is up, or somebody wants us to end. */
static bool late(int64_t until_us)
{
    return clock_mono_us() >= until_us || stop_asked_ms() > STOP_MS;
}

static bool slow(const struct producer *s, int32_t timeout_ms, struct err *err)
{
    const bool told = s->cause.code != RD_KAFKA_RESP_ERR_NO_ERROR;

    return err_set(err, ERR_RETRY, "KAFKA_SLOW",
                   "Kafka: %lld records not confirmed in %d ms%s%s",
                   (long long)s->waiting, (int)timeout_ms, told ? ": " : "",
                   told ? s->cause.words : "");
}

bool producer_partitions(struct producer *s, int topic, int32_t timeout_ms, int32_t *ret,
                         struct err *err)
{
    const struct rd_kafka_metadata *found;
    rd_kafka_resp_err_t code =
        rd_kafka_metadata(s->rk, 0, s->topics[topic].handle, &found, timeout_ms);

    if (code != RD_KAFKA_RESP_ERR_NO_ERROR)
        return no_answer(s, code, err);
    code = found->topic_cnt == 1 ? found->topics[0].err
                                 : RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART;
    *ret = code == RD_KAFKA_RESP_ERR_NO_ERROR ? found->topics[0].partition_cnt : 0;
    rd_kafka_metadata_destroy(found);
    return code == RD_KAFKA_RESP_ERR_NO_ERROR ||
           kafka_err_set(err, code, "a topic's partitions are not known");
}

bool producer_put(struct producer *s, int topic, const void *key, size_t key_len,
                  const void *value, size_t value_len, int32_t timeout_ms,
                  struct err *err)
{
    return producer_put_at(s, topic, RD_KAFKA_PARTITION_UA, key, key_len, value,
                           value_len, timeout_ms, err);
}

bool producer_put_at(struct producer *s, int topic, int32_t partition, const void *key,
                     size_t key_len, const void *value, size_t value_len,
                     int32_t timeout_ms, struct err *err)
{
    int64_t until_us = clock_mono_us() + (int64_t)timeout_ms * 1000;

    for (;;) {
        rd_kafka_resp_err_t code;

        if (s->failed != RD_KAFKA_RESP_ERR_NO_ERROR)
            return failure(s, err);
        /* With the copy flag the value is only read; the parameter is not const. */
        if (rd_kafka_produce(s->topics[topic].handle, partition, RD_KAFKA_MSG_F_COPY,
                             (void *)(uintptr_t)value, value_len, key, key_len,
                             number_of(topic)) == 0) {
            s->waiting++;
            return true;
        }
        code = rd_kafka_last_error();
        if (code != RD_KAFKA_RESP_ERR__QUEUE_FULL)
            return kafka_err_set(err, code, "a record was not taken");
        if (late(until_us))
            return slow(s, timeout_ms, err);
        rd_kafka_poll(s->rk, PRODUCER_WAIT_MS);
    }
}

/* By an array: the macros for producev are GNU C. */
static rd_kafka_resp_err_t produce_with(struct producer *s, int topic,
                                        rd_kafka_headers_t *headers, const void *value,
                                        size_t value_len)
{
    const rd_kafka_vu_t record[] = {
        {.vtype = RD_KAFKA_VTYPE_RKT, .u.rkt = s->topics[topic].handle},
        {.vtype = RD_KAFKA_VTYPE_MSGFLAGS, .u.i = RD_KAFKA_MSG_F_COPY},
        {.vtype = RD_KAFKA_VTYPE_VALUE,
         .u.mem = {.ptr = (void *)(uintptr_t)value, .size = value_len}},
        {.vtype = RD_KAFKA_VTYPE_HEADERS, .u.headers = headers},
    };
    rd_kafka_error_t *failed =
        rd_kafka_produceva(s->rk, record, sizeof(record) / sizeof(record[0]));
    const rd_kafka_resp_err_t code = rd_kafka_error_code(failed);

    if (failed != NULL)
        rd_kafka_error_destroy(failed);
    return code;
}

bool producer_put_headers(struct producer *s, int topic,
                          const struct record_header *headers, size_t n,
                          const void *value, size_t value_len, int32_t timeout_ms,
                          struct err *err)
{
    int64_t until_us = clock_mono_us() + (int64_t)timeout_ms * 1000;
    rd_kafka_resp_err_t code;

    do {
        rd_kafka_headers_t *list = rd_kafka_headers_new(n);

        if (s->failed != RD_KAFKA_RESP_ERR_NO_ERROR) {
            rd_kafka_headers_destroy(list);
            return failure(s, err);
        }
        for (size_t i = 0; i < n; i++)
            rd_kafka_header_add(list, headers[i].key, -1, headers[i].value,
                                (ssize_t)headers[i].value_len);
        code = produce_with(s, topic, list, value, value_len);
        if (code == RD_KAFKA_RESP_ERR_NO_ERROR) { /* which now owns the headers */
            s->waiting++;
            return true;
        }
        rd_kafka_headers_destroy(list);
        if (code != RD_KAFKA_RESP_ERR__QUEUE_FULL)
            return kafka_err_set(err, code, "a record was not taken");
        rd_kafka_poll(s->rk, PRODUCER_WAIT_MS);
    } while (!late(until_us));
    return slow(s, timeout_ms, err);
}

bool producer_flush(struct producer *s, int32_t timeout_ms, struct err *err)
{
    int64_t until_us = clock_mono_us() + (int64_t)timeout_ms * 1000;

    while (s->waiting > 0 && s->failed == RD_KAFKA_RESP_ERR_NO_ERROR) {
        if (late(until_us))
            return slow(s, timeout_ms, err);
        rd_kafka_flush(s->rk, PRODUCER_WAIT_MS);
    }
    return s->failed == RD_KAFKA_RESP_ERR_NO_ERROR || failure(s, err);
}

int64_t producer_last(const struct producer *s, const char *topic, int32_t partition)
{
    for (int i = 0; i < s->n_topics; i++) {
        const struct producer_name *t = &s->topics[i];

        if (strcmp(t->name, topic) == 0 && partition < t->n_last)
            return t->last[partition];
    }
    return -1;
}

const char *producer_fell(struct producer *s)
{
    for (int i = 0; i < s->n_topics; i++)
        if (s->topics[i].fell) {
            s->topics[i].fell = false;
            return s->topics[i].name;
        }
    return NULL;
}

bool producer_send(const char *brokers, const struct conf_pass *pass, const char *topic,
                   const char *key, const void *value, size_t value_len,
                   int32_t timeout_ms, struct err *err)
{
    struct producer *producer = NULL;
    int handle;
    bool ok = producer_open(brokers, pass, &producer, err) &&
              producer_topic(producer, topic, &handle, err) &&
              producer_put(producer, handle, key, strlen(key), value, value_len,
                           timeout_ms, err) &&
              producer_flush(producer, timeout_ms, err);

    producer_close(producer);
    return ok;
}

bool producer_probe(struct producer *s, int32_t timeout_ms, struct err *err)
{
    const struct rd_kafka_metadata *md = NULL;
    rd_kafka_resp_err_t code = rd_kafka_metadata(s->rk, 0, NULL, &md, timeout_ms);

    if (code != RD_KAFKA_RESP_ERR_NO_ERROR)
        return no_answer(s, code, err);
    s->cause.code = RD_KAFKA_RESP_ERR_NO_ERROR;
    rd_kafka_metadata_destroy(md);
    return true;
}
