#include "trouble.h"

#include "metrics.h"

#include "base/log.h"
#include "base/watchdog.h"

#include <stdio.h>
#include <string.h>

enum publisher_trouble trouble_of(const struct err *err)
{
    if (strncmp(err->code, "PG_", 3) == 0)
        return TROUBLE_DATABASE;
    if (strncmp(err->code, "KAFKA_", 6) == 0)
        return TROUBLE_KAFKA;
    if (strcmp(err->code, OLDER_CODE) == 0)
        return TROUBLE_OLDER;
    return TROUBLE_OTHER;
}

bool publisher_ready(void *context, char *why, size_t why_bytes)
{
    static const char *const words[] = {
        [TROUBLE_STARTING] = "starting",
        [TROUBLE_DATABASE] = "PostgreSQL does not answer as it should",
        [TROUBLE_KAFKA] = "Kafka does not answer as it should",
        [TROUBLE_OLDER] = "the database is older than its topics: consentctl restored",
        [TROUBLE_LEFT_OUT] = "a list is left out: its recipient's key cannot be read",
        [TROUBLE_AGAIN] = "a list's topic is another log: who is on it is said again",
        [TROUBLE_OTHER] = "see the log",
        [TROUBLE_NONE] = "",
    };
    struct publisher_state *state = context;
    int64_t age_s = watchdog_age_s();

    if (age_s > 10) {
        snprintf(why, why_bytes, "the loop has not turned for %lld s", (long long)age_s);
        return false;
    }
    snprintf(why, why_bytes, "%s", words[atomic_load(&state->trouble)]);
    return atomic_load(&state->working);
}

static void state_set(struct publisher *p, enum publisher_trouble trouble)
{
    if (trouble == TROUBLE_NONE && p->lists.left_out > 0)
        trouble = TROUBLE_LEFT_OUT;
    if (trouble == TROUBLE_NONE && p->again.n_open > 0)
        trouble = TROUBLE_AGAIN;
    atomic_store(&p->state->trouble, (int)trouble);
    metrics_set(METRIC_OLDER, trouble == TROUBLE_OLDER);
    atomic_store(&p->state->working, trouble == TROUBLE_NONE);
}

static void up_show(bool postgresql, bool kafka)
{
    metric_set(metrics_child(METRIC_UP, "what=\"postgresql\""), postgresql);
    metric_set(metrics_child(METRIC_UP, "what=\"kafka\""), kafka);
}

static void trouble_log(struct publisher *p, const struct err *err)
{
    switch (trouble_of(err)) {
    case TROUBLE_DATABASE: peer_down(&p->postgresql, err); break;
    case TROUBLE_KAFKA: /* it is asked after PostgreSQL */
        peer_up(&p->postgresql);
        peer_down(&p->kafka, err);
        break;
    case TROUBLE_STARTING:
    case TROUBLE_OLDER:
    case TROUBLE_LEFT_OUT:
    case TROUBLE_AGAIN:
    case TROUBLE_NONE:
    case TROUBLE_OTHER:
    default:
        if (p->backoff.tries % 30 == 0 || strcmp(p->told, err->code) != 0)
            log_err(err->kind == ERR_RETRY ? LOG_LEVEL_WARN : LOG_LEVEL_ERROR, "trouble",
                    err);
        break;
    }
    memcpy(p->told, err->code, sizeof(p->told));
}

void trouble_tell(struct publisher *p, const struct err *err)
{
    const enum publisher_trouble trouble = trouble_of(err);

    trouble_log(p, err);
    up_show(trouble != TROUBLE_DATABASE, trouble != TROUBLE_KAFKA);
    state_set(p, trouble);
}

void trouble_over(struct publisher *p)
{
    peer_up(&p->postgresql);
    peer_up(&p->kafka);
    up_show(true, true);
    p->told[0] = '\0';
    state_set(p, TROUBLE_NONE);
}
