#include "kafka/consumer_parts.h"

#include "base/clock.h"
#include "base/mem.h"

#include <stdlib.h>
#include <string.h>

#define PASS_MS 2000 /* for the first records, and again for the second */
#define LOW_MS  1000 /* for where a log begins */
#define LAST_MS 1000 /* at the end */

struct peek {
    struct aside *aside;
    rd_kafka_t *rk;
    struct consumer_peek *parts;
    size_t n;
};

bool consumer_peek_conf(const struct consumer_settings *settings, rd_kafka_conf_t **ret,
                        struct err *err)
{
    const struct kafka_setting ours[] = {
        {"client.id", settings->client, false},
        {"group.id", settings->group, true}, /* never joined */
        {"auto.offset.reset", "error", true},
        {"enable.auto.commit", "false", true},
        {"enable.partition.eof", "true", true},
        {"enable.auto.offset.store", "false", true},
        {"allow.auto.create.topics", "false", true},
        {"check.crcs", "true", true},
        {"isolation.level", "read_committed", true},
        {"reconnect.backoff.max.ms", "2000", false},
    };
    /* One record at a time is wanted: as little as the broker will send, whatever suits
     * the other client. */
    static const char *const little[][2] = {{"queued.min.messages", "1"},
                                            {"queued.max.messages.kbytes", "1024"},
                                            {"fetch.message.max.bytes", "1024"},
                                            {"fetch.wait.max.ms", "50"},
                                            {"fetch.error.backoff.ms", "100"}};
    char ignored[8];

    if (!kafka_conf_make(settings->brokers, ours, sizeof(ours) / sizeof(ours[0]),
                         settings->pass, ret, err))
        return false;
    for (size_t i = 0; i < sizeof(little) / sizeof(little[0]); i++)
        rd_kafka_conf_set(*ret, little[i][0], little[i][1], ignored, sizeof(ignored));
    return true;
}

void consumer_peek_free(struct consumer_peek *parts, size_t n)
{
    for (size_t i = 0; i < n; i++)
        for (int k = 0; k < 2; k++)
            if (parts[i].held[k] != NULL)
                rd_kafka_message_destroy(parts[i].held[k]);
    free(parts);
}

static void peek_free(void *arg)
{
    struct peek *v = arg;

    consumer_peek_free(v->parts, v->n);
    free(v);
}

static struct consumer_peek *part_of(const struct peek *v, const rd_kafka_message_t *m)
{
    const char *topic = m->rkt != NULL ? rd_kafka_topic_name(m->rkt) : "";

    for (size_t i = 0; i < v->n; i++)
        if (v->parts[i].partition == m->partition &&
            strcmp(v->parts[i].topic, topic) == 0)
            return &v->parts[i];
    return NULL;
}

/* True: the part is answered by it, and it is kept if it is the record. */
static bool answer(struct consumer_peek *p, int k, rd_kafka_message_t *m, bool *ret_kept)
{
    *ret_kept = false;
    switch ((int)m->err) {
    case RD_KAFKA_RESP_ERR_NO_ERROR:
        *ret_kept = m->offset == p->at[k];
        p->what[k] = *ret_kept ? CONSUMER_PEEK_THERE : CONSUMER_PEEK_ABSENT;
        p->held[k] = *ret_kept ? m : NULL;
        return true;
    case RD_KAFKA_RESP_ERR__PARTITION_EOF:
    case RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET:
    case RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE:
        p->what[k] = CONSUMER_PEEK_ABSENT;
        return true;
    default: return false; /* librdkafka goes on trying */
    }
}

static bool wanted(const struct consumer_peek *p, int k)
{
    return p->at[k] >= 0 && (k == 0 || p->what[0] == CONSUMER_PEEK_THERE);
}

/* Reads the first records, or the second. */
static void pass(struct peek *v, int k)
{
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new((int)v->n);
    const int64_t until_us = clock_mono_us() + PASS_MS * 1000;
    int open;

    for (size_t i = 0; i < v->n; i++)
        if (wanted(&v->parts[i], k))
            rd_kafka_topic_partition_list_add(list, v->parts[i].topic,
                                              v->parts[i].partition)
                ->offset = v->parts[i].at[k];
    open = list->cnt;
    if (open > 0 && rd_kafka_assign(v->rk, list))
        open = 0;
    while (open > 0 && clock_mono_us() < until_us) {
        rd_kafka_message_t *m = rd_kafka_consumer_poll(v->rk, 50);
        struct consumer_peek *p = m != NULL ? part_of(v, m) : NULL;
        bool kept = false;

        if (p != NULL && p->what[k] == CONSUMER_PEEK_UNTOLD)
            open -= answer(p, k, m, &kept);
        if (m != NULL && !kept)
            rd_kafka_message_destroy(m);
    }
    if (list->cnt > 0)
        rd_kafka_assign(v->rk, NULL);
    rd_kafka_topic_partition_list_destroy(list);
}

static void peek_work(void *arg)
{
    struct peek *v = arg;

    pass(v, 0);
    pass(v, 1);
    for (size_t i = 0; i < v->n; i++) {
        struct consumer_peek *p = &v->parts[i];
        int64_t low, high;

        if (p->what[1] != CONSUMER_PEEK_ABSENT)
            continue;
        if (rd_kafka_query_watermark_offsets(v->rk, p->topic, p->partition, &low, &high,
                                             LOW_MS))
            p->what[1] = CONSUMER_PEEK_UNTOLD;
        else if (low > p->at[1])
            p->what[1] = CONSUMER_PEEK_EXPIRED;
    }
}

bool consumer_peek_start(struct consumer *s, const struct consumer_peek *parts, size_t n)
{
    char ignored[8];
    struct peek *v;

    if (s->peek != NULL)
        return false;
    if (s->peek_rk == NULL) {
        s->peek_rk = rd_kafka_new(RD_KAFKA_CONSUMER, rd_kafka_conf_dup(s->peek_conf),
                                  ignored, sizeof(ignored));
        if (s->peek_rk == NULL)
            return false;
        rd_kafka_poll_set_consumer(s->peek_rk);
    }
    v = mem_zalloc(1, sizeof(*v));
    v->rk = s->peek_rk;
    v->n = n;
    v->parts = mem_zalloc(n + 1, sizeof(*v->parts));
    memcpy(v->parts, parts, n * sizeof(*parts));
    v->aside = aside_start(peek_work, peek_free, v);
    s->peek = v;
    return true;
}

bool consumer_peek_take(struct consumer *s, struct consumer_peek **ret, size_t *ret_n)
{
    struct peek *v = s->peek;

    if (v == NULL || !aside_wait(v->aside, 0))
        return false;
    aside_take(v->aside);
    *ret = v->parts;
    *ret_n = v->n;
    free(v);
    s->peek = NULL;
    return true;
}

void consumer_peek_record(struct consumer *s, const struct consumer_peek *p, int k,
                          struct consumer_record *ret)
{
    consumer_record_of(s, p->held[k], ret);
}

void consumer_peek_end(struct consumer *s)
{
    struct peek *v = s->peek;

    if (v != NULL && !aside_wait(v->aside, LAST_MS)) {
        aside_leave(v->aside); /* its client with it */
    } else if (s->peek_rk != NULL) {
        if (v != NULL) {
            aside_take(v->aside);
            peek_free(v);
        }
        kafka_end(s->peek_rk, true, LAST_MS, NULL, NULL);
    }
    s->peek = NULL;
    s->peek_rk = NULL;
}
