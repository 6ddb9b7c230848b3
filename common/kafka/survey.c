#include "kafka/consumer_parts.h"

#include "base/mem.h"

#include <stdlib.h>
#include <string.h>

#define ASK_MS  2000
#define LAST_MS 1000 /* at the end */

struct survey {
    struct aside *aside;
    rd_kafka_t *rk;
    struct consumer_survey *parts;
    size_t n;
};

static void survey_free(void *arg)
{
    struct survey *v = arg;

    free(v->parts);
    free(v);
}

static void ask_committed(const struct survey *v)
{
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new((int)v->n);
    rd_kafka_resp_err_t code;

    for (size_t i = 0; i < v->n; i++)
        rd_kafka_topic_partition_list_add(list, v->parts[i].topic, v->parts[i].partition);
    code = rd_kafka_committed(v->rk, list, ASK_MS);
    for (size_t i = 0; i < v->n; i++) {
        const rd_kafka_topic_partition_t *p = &list->elems[i];

        v->parts[i].committed = code || p->err   ? CONSUMER_UNTOLD
                                : p->offset >= 0 ? p->offset
                                                 : CONSUMER_NOTHING;
        v->parts[i].kept = v->parts[i].committed >= 0;
    }
    rd_kafka_topic_partition_list_destroy(list);
}

static bool to_tell(const struct consumer_survey *p)
{
    return p->commit >= 0 && p->committed != CONSUMER_UNTOLD &&
           (p->committed >= 0 || !p->expected);
}

static void tell(const struct survey *v)
{
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new((int)v->n);
    bool ok;

    for (size_t i = 0; i < v->n; i++)
        if (to_tell(&v->parts[i]))
            rd_kafka_topic_partition_list_add(list, v->parts[i].topic,
                                              v->parts[i].partition)
                ->offset = v->parts[i].commit;
    ok = list->cnt > 0 && !rd_kafka_commit(v->rk, list, 0);
    for (size_t i = 0; i < v->n; i++)
        v->parts[i].kept = v->parts[i].kept || (ok && to_tell(&v->parts[i]));
    rd_kafka_topic_partition_list_destroy(list);
}

static void survey_work(void *arg)
{
    const struct survey *v = arg;

    for (size_t i = 0; i < v->n; i++) {
        struct consumer_survey *p = &v->parts[i];

        p->low = p->high = CONSUMER_UNTOLD;
        if (p->bounds && rd_kafka_query_watermark_offsets(v->rk, p->topic, p->partition,
                                                          &p->low, &p->high, ASK_MS))
            p->low = p->high = CONSUMER_UNTOLD;
    }
    ask_committed(v); /* and at once after it */
    tell(v);
}

bool consumer_survey_start(struct consumer *s, const struct consumer_survey *parts,
                           size_t n)
{
    struct survey *v;

    if (s->survey != NULL)
        return false;
    v = mem_zalloc(1, sizeof(*v));
    v->rk = s->rk;
    v->n = n;
    v->parts = mem_zalloc(n + 1, sizeof(*v->parts));
    memcpy(v->parts, parts, n * sizeof(*parts));
    v->aside = aside_start(survey_work, survey_free, v);
    s->survey = v;
    return true;
}

bool consumer_survey_take(struct consumer *s, struct consumer_survey **ret, size_t *ret_n)
{
    struct survey *v = s->survey;

    if (v == NULL || !aside_wait(v->aside, 0))
        return false;
    aside_take(v->aside);
    *ret = v->parts;
    *ret_n = v->n;
    free(v);
    s->survey = NULL;
    return true;
}

bool consumer_survey_end(struct consumer *s)
{
    struct survey *v = s->survey;

    if (v == NULL)
        return true;
    if (!aside_wait(v->aside, LAST_MS)) {
        aside_leave(v->aside);
        return false;
    }
    aside_take(v->aside);
    survey_free(v);
    s->survey = NULL;
    return true;
}
