#include "kafka/reader.h"

#include "base/clock.h"
#include "base/mem.h"
#include "base/stop.h"
#include "kafka/conf.h"

#include <stdlib.h>

#define ASK_MS 10000

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
    char why[256];
    rd_kafka_conf_t *conf;

    if (!kafka_conf_make(brokers, ours, sizeof(ours) / sizeof(ours[0]), pass, &conf, err))
        return false;
    *ret = rd_kafka_new(RD_KAFKA_CONSUMER, conf, why, sizeof(why));
    if (*ret != NULL)
        return true;
    rd_kafka_conf_destroy(conf);
    return err_set(err, ERR_CONFIG, "KAFKA_OPEN", "no consumer: %s", why);
}

/* How many partitions the topic has; never none. */
static bool partitions_ask(rd_kafka_t *rk, const char *topic, int *ret, struct err *err)
{
    const struct rd_kafka_metadata *md;
    rd_kafka_topic_t *rkt = rd_kafka_topic_new(rk, topic, NULL);
    rd_kafka_resp_err_t code = rd_kafka_metadata(rk, 0, rkt, &md, ASK_MS);

    rd_kafka_topic_destroy(rkt);
    if (code != RD_KAFKA_RESP_ERR_NO_ERROR)
        return kafka_err_set(err, code, topic);
    *ret = md->topic_cnt == 1 ? md->topics[0].partition_cnt : 0;
    rd_kafka_metadata_destroy(md);
    return *ret > 0 ||
           err_set(err, ERR_CONFIG, "NO_TOPIC", "there is no topic %s", topic);
}

static bool ends_ask(struct reader *r, const char *topic, struct err *err)
{
    bool ok = true;
    int n;

    if (!partitions_ask(r->rk, topic, &n, err))
        return false;
    r->ends = mem_zalloc((size_t)n, sizeof(*r->ends));
    r->parts = rd_kafka_topic_partition_list_new(n);
    for (int p = 0; ok && p < n; p++) {
        int64_t first;
        int64_t next;

        const rd_kafka_resp_err_t code =
            rd_kafka_query_watermark_offsets(r->rk, topic, p, &first, &next, ASK_MS);
        if (code != RD_KAFKA_RESP_ERR_NO_ERROR)
            ok = kafka_err_set(err, code, topic);
        else if (next > first) {
            r->ends[r->parts->cnt] = next;
            rd_kafka_topic_partition_list_add(r->parts, topic, p)->offset = first;
        }
    }
    r->open = r->parts->cnt;
    return ok;
}

/* Offsets have holes in a compacted topic: an end is reached by position or by EOF. */
static void reached(struct reader *r, int32_t partition, int64_t next)
{
    for (int i = 0; i < r->parts->cnt; i++) {
        if (r->parts->elems[i].partition != partition || r->ends[i] == INT64_MIN ||
            next < r->ends[i])
            continue;
        r->ends[i] = INT64_MIN;
        r->open--;
    }
}

static bool within(const struct reader *r, int32_t partition, int64_t offset)
{
    for (int i = 0; i < r->parts->cnt; i++)
        if (r->parts->elems[i].partition == partition)
            return r->ends[i] != INT64_MIN && offset < r->ends[i];
    return false;
}

static bool one(struct reader *r, const rd_kafka_message_t *m,
                bool (*each)(void *, const struct reader_record *, struct err *),
                void *arg, struct err *err)
{
    const struct reader_record rec = {m->partition, m->offset,  m->key,
                                      m->key_len,   m->payload, m->len};

    if (m->err == RD_KAFKA_RESP_ERR__PARTITION_EOF) {
        reached(r, m->partition, m->offset);
        return true;
    }
    if (m->err != RD_KAFKA_RESP_ERR_NO_ERROR)
        return kafka_err_set(err, m->err, "reading");
    if (within(r, m->partition, m->offset) && !each(arg, &rec, err))
        return false;
    reached(r, m->partition, m->offset + 1);
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

bool topic_read(const char *brokers, const struct conf_pass *pass, const char *topic,
                int32_t idle_ms,
                bool (*each)(void *arg, const struct reader_record *rec, struct err *err),
                void *arg, struct err *err)
{
    struct reader r = {0};
    bool ok;

    if (!consumer_open(brokers, pass, &r.rk, err))
        return false;
    ok = ends_ask(&r, topic, err) &&
         (r.open == 0 || read_all(&r, idle_ms, each, arg, err));
    if (r.parts != NULL)
        rd_kafka_topic_partition_list_destroy(r.parts);
    free(r.ends);
    rd_kafka_consumer_close(r.rk);
    rd_kafka_destroy(r.rk);
    return ok;
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
        const rd_kafka_resp_err_t code = rd_kafka_query_watermark_offsets(
            rk, b->topic, b->partition, &b->first, &b->next, ASK_MS);

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
    ok = partitions_ask(rk, topic, &there, err);
    if (ok && (size_t)there > n)
        ok = err_set(err, ERR_CONFIG, "PARTITIONS", "%s has more than %zu partitions",
                     topic, n);
    for (int p = 0; ok && p < there; p++) {
        struct topic_bound *b = &bounds[p];
        rd_kafka_resp_err_t code;

        *b = (struct topic_bound){.topic = topic, .partition = p, .known = true};
        code =
            rd_kafka_query_watermark_offsets(rk, topic, p, &b->first, &b->next, ASK_MS);
        ok = code == RD_KAFKA_RESP_ERR_NO_ERROR || kafka_err_set(err, code, topic);
    }
    *ret_n = (size_t)there;
    rd_kafka_destroy(rk);
    return ok;
}
