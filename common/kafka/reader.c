#include "kafka/reader.h"

#include "base/clock.h"
#include "base/mem.h"
#include "base/stop.h"
#include "kafka/conf.h"

#include <stdlib.h>
#include <string.h>

#define ASK_MS    10000
#define LEADER_MS 100 /* until a new leader is asked again */

struct reader {
    rd_kafka_t *rk;
    rd_kafka_topic_partition_list_t *parts;
    int64_t *ends; /* by place in parts; reached: INT64_MIN */
    int open;      /* parts whose end is not reached */
};

static bool consumer_open(const char *brokers, const struct conf_pass *pass,
                          rd_kafka_t **ret, struct err *err)
{
    static const struct kafka_setting ours[] = {
        {"group.id", "consentctl-reads-without-a-group", true},
        {"enable.auto.commit", "false", true},
        {"enable.auto.offset.store", "false", true},
        {"auto.offset.reset", "error", true},
        {"enable.partition.eof", "true", true},
        {"allow.auto.create.topics", "false", true},
        {"check.crcs", "true", true},
        {"isolation.level", "read_committed", false},
    };
    rd_kafka_conf_t *conf;

    if (!kafka_conf_make(brokers, ours, sizeof(ours) / sizeof(ours[0]), pass, &conf, err))
        return false;
    *ret = kafka_client(RD_KAFKA_CONSUMER, conf, err);
    return *ret != NULL;
}

/* How many partitions the topic has; never none. */
static bool partitions_ask(rd_kafka_t *rk, const char *topic, int32_t ask_ms, int *ret,
                           struct err *err)
{
    const struct rd_kafka_metadata *md;
    rd_kafka_topic_t *rkt = rd_kafka_topic_new(rk, topic, NULL);
    rd_kafka_resp_err_t code = rd_kafka_metadata(rk, 0, rkt, &md, ask_ms);

    rd_kafka_topic_destroy(rkt);
    if (code != RD_KAFKA_RESP_ERR_NO_ERROR)
        return kafka_err_set(err, code, topic);
    *ret = md->topic_cnt == 1 ? md->topics[0].partition_cnt : 0;
    rd_kafka_metadata_destroy(md);
    return *ret > 0 ||
           err_set(err, ERR_CONFIG, "NO_TOPIC", "there is no topic %s", topic);
}

/* Where a partition begins and ends. Of a topic just made the broker that leads it may
 * not know that yet: it is asked again. */
static rd_kafka_resp_err_t bounds_ask(rd_kafka_t *rk, const char *topic,
                                      int32_t partition, int64_t *ret_first,
                                      int64_t *ret_next, int32_t ask_ms)
{
    const int64_t end_us = clock_mono_us() + (int64_t)ask_ms * 1000;

    for (;;) {
        const rd_kafka_resp_err_t code = rd_kafka_query_watermark_offsets(
            rk, topic, partition, ret_first, ret_next, ask_ms);

        if ((code != RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION &&
             code != RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE) ||
            clock_mono_us() >= end_us || stop_asked())
            return code;
        clock_sleep_ms(LEADER_MS);
    }
}

/* Adds the topic's partitions, each from at most `most` records before its end. */
static bool ends_ask(struct reader *r, const char *topic, int64_t most, int32_t ask_ms,
                     struct err *err)
{
    bool ok = true;
    int n;

    if (!partitions_ask(r->rk, topic, ask_ms, &n, err))
        return false;
    r->ends = mem_resize(r->ends, (size_t)(r->parts->cnt + n), sizeof(*r->ends));
    for (int p = 0; ok && p < n; p++) {
        int64_t first;
        int64_t next;

        const rd_kafka_resp_err_t code =
            bounds_ask(r->rk, topic, p, &first, &next, ask_ms);
        if (code != RD_KAFKA_RESP_ERR_NO_ERROR)
            ok = kafka_err_set(err, code, topic);
        else if (next > first) {
            r->ends[r->parts->cnt] = next;
            rd_kafka_topic_partition_list_add(r->parts, topic, p)->offset =
                next - first > most ? next - most : first;
        }
    }
    r->open = r->parts->cnt;
    return ok;
}

/* Offsets have holes in a compacted topic: an end is reached by position or by EOF. */
static int64_t *end_of(const struct reader *r, const char *topic, int32_t partition)
{
    for (int i = 0; i < r->parts->cnt; i++)
        if (r->parts->elems[i].partition == partition &&
            strcmp(r->parts->elems[i].topic, topic) == 0)
            return &r->ends[i];
    return NULL;
}

static void reached(struct reader *r, int64_t *end, int64_t next)
{
    if (*end == INT64_MIN || next < *end)
        return;
    *end = INT64_MIN;
    r->open--;
}

static bool one(struct reader *r, const rd_kafka_message_t *m,
                bool (*each)(void *, const struct reader_record *, struct err *),
                void *arg, struct err *err)
{
    const char *topic = m->rkt != NULL ? rd_kafka_topic_name(m->rkt) : "";
    const struct reader_record rec = {topic,      m->partition, m->offset, m->key,
                                      m->key_len, m->payload,   m->len};
    int64_t *end = end_of(r, topic, m->partition);

    if (m->err != RD_KAFKA_RESP_ERR_NO_ERROR &&
        m->err != RD_KAFKA_RESP_ERR__PARTITION_EOF)
        return kafka_err_set(err, m->err, "reading");
    if (end == NULL)
        return true;
    if (m->err == RD_KAFKA_RESP_ERR__PARTITION_EOF) {
        reached(r, end, m->offset);
        return true;
    }
    if (*end != INT64_MIN && m->offset < *end && !each(arg, &rec, err))
        return false;
    reached(r, end, m->offset + 1);
    return true;
}

static bool read_all(struct reader *r, int32_t idle_ms,
                     bool (*each)(void *, const struct reader_record *, struct err *),
                     void *arg, struct err *err)
{
    rd_kafka_resp_err_t code = rd_kafka_assign(r->rk, r->parts);
    int64_t heard_us = clock_mono_us();
    bool ok = true;

    if (code != RD_KAFKA_RESP_ERR_NO_ERROR)
        return kafka_err_set(err, code, "assigning");
    while (ok && r->open > 0) {
        rd_kafka_message_t *m = rd_kafka_consumer_poll(r->rk, 100);

        if (m != NULL) {
            heard_us = clock_mono_us();
            ok = one(r, m, each, arg, err);
            rd_kafka_message_destroy(m);
        } else if (clock_mono_us() - heard_us > (int64_t)idle_ms * 1000) {
            ok = err_set(err, ERR_RETRY, "KAFKA_SLOW",
                         "the topic's end was not reached: nothing came for %d ms",
                         (int)idle_ms);
        } else if (stop_asked()) {
            ok = err_set(err, ERR_RETRY, "STOPPED", "stopped");
        }
    }
    return ok;
}

static bool reader_open(struct reader *r, const char *brokers,
                        const struct conf_pass *pass, struct err *err)
{
    *r = (struct reader){0};
    if (!consumer_open(brokers, pass, &r->rk, err))
        return false;
    r->parts = rd_kafka_topic_partition_list_new(16);
    return true;
}

static void reader_close(struct reader *r)
{
    rd_kafka_topic_partition_list_destroy(r->parts);
    free(r->ends);
    rd_kafka_consumer_close(r->rk);
    rd_kafka_destroy(r->rk);
}

bool topic_read(const char *brokers, const struct conf_pass *pass, const char *topic,
                int32_t idle_ms,
                bool (*each)(void *arg, const struct reader_record *rec, struct err *err),
                void *arg, struct err *err)
{
    struct reader r;
    bool ok;

    if (!reader_open(&r, brokers, pass, err))
        return false;
    ok = ends_ask(&r, topic, INT64_MAX, ASK_MS, err) &&
         (r.open == 0 || read_all(&r, idle_ms, each, arg, err));
    reader_close(&r);
    return ok;
}

bool topic_tails(const char *brokers, const struct conf_pass *pass,
                 const char *const *topics, size_t n, int64_t most, int32_t wait_ms,
                 bool (*each)(void *arg, const struct reader_record *rec,
                              struct err *err),
                 void *arg, struct err *err)
{
    struct reader r;
    bool ok = true;

    if (!reader_open(&r, brokers, pass, err))
        return false;
    for (size_t i = 0; ok && i < n; i++)
        ok = ends_ask(&r, topics[i], most, wait_ms, err);
    ok = ok && (r.open == 0 || read_all(&r, wait_ms, each, arg, err));
    reader_close(&r);
    return ok;
}

bool topic_bound_has(const struct topic_bound *b, int64_t offset)
{
    return b->known && b->first <= offset && offset < b->next;
}

bool topic_bounds(const char *brokers, const struct conf_pass *pass,
                  struct topic_bound *bounds, size_t n, struct err *err)
{
    rd_kafka_t *rk;
    bool ok = true;

    if (!consumer_open(brokers, pass, &rk, err))
        return false;
    for (size_t i = 0; ok && i < n; i++) {
        struct topic_bound *b = &bounds[i];
        const rd_kafka_resp_err_t code =
            bounds_ask(rk, b->topic, b->partition, &b->first, &b->next, ASK_MS);

        b->known = code == RD_KAFKA_RESP_ERR_NO_ERROR;
        if (!b->known && code != RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION &&
            code != RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC &&
            code != RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART)
            ok = kafka_err_set(err, code, b->topic);
    }
    rd_kafka_destroy(rk);
    return ok;
}

bool topic_ends(const char *brokers, const struct conf_pass *pass, const char *topic,
                struct topic_bound *bounds, size_t n, size_t *ret_n, struct err *err)
{
    rd_kafka_t *rk;
    int there = 0;
    bool ok;

    if (!consumer_open(brokers, pass, &rk, err))
        return false;
    ok = partitions_ask(rk, topic, ASK_MS, &there, err);
    if (ok && (size_t)there > n)
        ok = err_set(err, ERR_CONFIG, "PARTITIONS", "%s has more than %zu partitions",
                     topic, n);
    for (int p = 0; ok && p < there; p++) {
        struct topic_bound *b = &bounds[p];
        rd_kafka_resp_err_t code;

        *b = (struct topic_bound){.topic = topic, .partition = p, .known = true};
        code = bounds_ask(rk, topic, p, &b->first, &b->next, ASK_MS);
        ok = code == RD_KAFKA_RESP_ERR_NO_ERROR || kafka_err_set(err, code, topic);
    }
    *ret_n = (size_t)there;
    rd_kafka_destroy(rk);
    return ok;
}

/* --- when was it stamped --- */

/* True when the message settles one: by its stamp, or as the end of the topic. */
static bool stamp_take(rd_kafka_t *rk, const rd_kafka_message_t *m,
                       struct topic_stamp *stamps, bool *settled, size_t n)
{
    const char *topic = m->rkt != NULL ? rd_kafka_topic_name(m->rkt) : "";

    for (size_t i = 0; i < n; i++) {
        rd_kafka_topic_partition_list_t *part;

        if (settled[i] || stamps[i].partition != m->partition ||
            strcmp(stamps[i].topic, topic) != 0)
            continue;
        if (m->err == RD_KAFKA_RESP_ERR_NO_ERROR) {
            stamps[i].stamp_us = rd_kafka_message_timestamp(m, NULL) * 1000;
            stamps[i].same = stamps[i].wanted != NULL && m->payload != NULL &&
                             m->len == strlen(stamps[i].wanted) &&
                             memcmp(m->payload, stamps[i].wanted, m->len) == 0;
        }
        part = rd_kafka_topic_partition_list_new(1); /* so that the others come */
        rd_kafka_topic_partition_list_add(part, topic, m->partition);
        (void)rd_kafka_pause_partitions(rk, part);
        rd_kafka_topic_partition_list_destroy(part);
        return settled[i] = true;
    }
    return false;
}

bool topic_stamps(const char *brokers, const struct conf_pass *pass,
                  struct topic_stamp *stamps, size_t n, int32_t wait_ms, struct err *err)
{
    const int64_t end_us = clock_mono_us() + (int64_t)wait_ms * 1000;
    bool *settled = mem_zalloc(n + 1, sizeof(*settled));
    rd_kafka_resp_err_t code;
    struct reader r;
    size_t left = n;

    if (!reader_open(&r, brokers, pass, err)) {
        free(settled);
        return false;
    }
    for (size_t i = 0; i < n; i++) {
        stamps[i].stamp_us = INT64_MIN;
        rd_kafka_topic_partition_list_add(r.parts, stamps[i].topic, stamps[i].partition)
            ->offset = stamps[i].from;
    }
    code = rd_kafka_assign(r.rk, r.parts);
    while (code == RD_KAFKA_RESP_ERR_NO_ERROR && left > 0 && !stop_asked() &&
           clock_mono_us() < end_us) {
        rd_kafka_message_t *m = rd_kafka_consumer_poll(r.rk, 100);

        if (m == NULL)
            continue;
        left -= stamp_take(r.rk, m, stamps, settled, n);
        rd_kafka_message_destroy(m);
    }
    reader_close(&r);
    free(settled);
    return code == RD_KAFKA_RESP_ERR_NO_ERROR || kafka_err_set(err, code, "assigning");
}
