#include "base/peer.h"

#include "base/clock.h"
#include "base/log.h"

#include <stdio.h>
#include <string.h>

#define AGAIN_US  INT64_C(300000000)
#define CHANGE_US INT64_C(5000000) /* a reason that flickers is told no more often */

void peer_up(struct peer *p)
{
    const enum peer_state was = peer_state(p);
    char event[48];

    if (was == PEER_UP)
        return;
    snprintf(event, sizeof(event), "%s_%s", p->name, was == PEER_DOWN ? "back" : "there");
    if (was == PEER_DOWN)
        log_write(LOG_LEVEL_INFO, event, "seconds=%lld",
                  (long long)(clock_mono_us() - p->since_us) / 1000000);
    else
        log_write(LOG_LEVEL_INFO, event, "");
    atomic_store(&p->state, PEER_UP);
    p->code[0] = '\0';
}

void peer_down(struct peer *p, const struct err *why)
{
    const int64_t now_us = clock_mono_us();
    const bool began = peer_state(p) != PEER_DOWN;
    const bool other = strcmp(p->code, why->code) != 0;
    char event[48];

    if (began)
        p->since_us = now_us;
    else if (now_us - p->told_us < (other ? CHANGE_US : AGAIN_US))
        return;
    snprintf(event, sizeof(event), "%s_away", p->name);
    log_err(why->kind == ERR_RETRY ? LOG_LEVEL_WARN : LOG_LEVEL_ERROR, event, why);
    snprintf(p->code, sizeof(p->code), "%s", why->code);
    p->told_us = now_us;
    atomic_store(&p->state, PEER_DOWN);
}
