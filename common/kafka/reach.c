/* Is anybody there? */
#include "kafka/consumer_parts.h"

#include "base/aside.h"
#include "base/clock.h"
#include "base/mem.h"

#include <stdlib.h>

#define PROBE_MS       2000
#define PROBE_EVERY_US INT64_C(1000000)

struct probe {
    struct aside *aside;
    rd_kafka_t *rk;
    rd_kafka_resp_err_t code;
};

static void probe_work(void *arg)
{
    struct probe *p = arg;
    const struct rd_kafka_metadata *md;

    p->code = rd_kafka_metadata(p->rk, 0, NULL, &md, PROBE_MS);
    if (p->code == RD_KAFKA_RESP_ERR_NO_ERROR)
        rd_kafka_metadata_destroy(md);
}

void consumer_reach_look(struct consumer *s)
{
    const int64_t now_us = clock_mono_us();

    if (s->probe == NULL && (s->reach == REACH_UP || now_us < s->probe_us))
        return;
    if (s->probe == NULL) {
        s->probe = mem_zalloc(1, sizeof(*s->probe));
        s->probe->rk = s->rk;
        s->probe->aside = aside_start(probe_work, free, s->probe);
        return;
    }
    if (!aside_wait(s->probe->aside, 0))
        return;
    aside_take(s->probe->aside);
    if (s->reach != REACH_UP)
        s->reach = s->probe->code == RD_KAFKA_RESP_ERR_NO_ERROR ? REACH_UP : REACH_DOWN;
    s->untold = s->reach == REACH_DOWN;
    if (s->reach == REACH_UP)
        s->cause.code = RD_KAFKA_RESP_ERR_NO_ERROR;
    free(s->probe);
    s->probe = NULL;
    s->probe_us = now_us + PROBE_EVERY_US;
}

bool consumer_probe_end(struct consumer *s)
{
    if (s->probe == NULL)
        return true;
    if (!aside_wait(s->probe->aside, 2 * PROBE_MS)) {
        aside_leave(s->probe->aside);
        return false;
    }
    aside_take(s->probe->aside);
    free(s->probe);
    return true;
}

void consumer_is_there(struct consumer *s)
{
    s->reach = REACH_UP;
    s->worked = true;
    s->cause.code = RD_KAFKA_RESP_ERR_NO_ERROR;
}

bool consumer_up(const struct consumer *s)
{
    return s->reach == REACH_UP;
}

bool consumer_away(const struct consumer *s)
{
    return s->reach == REACH_DOWN;
}
