#include "proof.h"

#include "metrics.h"

#include "base/clock.h"
#include "base/log.h"
#include "export/tiles.h"

#define AGAIN_US (10 * WHEN_SECOND_US) /* after something went wrong with a log */
#define FULL     10000                 /* leaves in a step that say: there are more */

bool proof_keeper_init(struct proof_keeper *p, const struct settings *settings,
                       struct err *err)
{
    *p = (struct proof_keeper){.settings = settings};
    for (int i = 0; i < PROOF_LOGS; i++)
        proof_sealer_init(&p->log[i].sealer, (enum proof_log)(i + 1));
    if (settings->proof_key_file[0] == '\0')
        return true;
    p->on = true;
    return note_signer_load(settings->proof_key_file, &p->signer, err) ||
           conf_of("proof_key_file", err);
}

void proof_keeper_done(struct proof_keeper *p)
{
    note_signer_forget(&p->signer);
}

/* The files must be of this very log before anything is signed that contradicts them. */
static bool check(struct proof_keeper *p, int i, struct pg *pg, struct err *err)
{
    const char *dir = p->settings->proof_dir;

    if (p->log[i].checked || dir[0] == '\0')
        return true;
    p->log[i].checked = tiles_check(pg, p->log[i].sealer.log, dir, err);
    return p->log[i].checked;
}

static bool step(struct proof_keeper *p, int i, struct pg *pg, bool *ret_more,
                 struct err *err)
{
    const char *dir = p->settings->proof_dir;
    const enum proof_log log = p->log[i].sealer.log;
    struct proof_step done;
    uint64_t size;

    if (!check(p, i, pg, err) ||
        !proof_seal_step(pg, &p->log[i].sealer, &p->signer, &done, err))
        return false;
    if (done.leaves > 0) {
        metrics_add(METRIC_PROOF_LEAVES, (double)done.leaves);
        metrics_add(METRIC_PROOF_SEALS, 1);
        log_write(LOG_LEVEL_DEBUG, "sealed", "log=%s leaves=%llu size=%llu",
                  proof_log_name(log), (unsigned long long)done.leaves,
                  (unsigned long long)done.size);
    }
    *ret_more = *ret_more || done.leaves >= FULL;
    return dir[0] == '\0' || tiles_write(pg, log, dir, &size, err);
}

/* Said once, and again when it is over. */
static void say(struct proof_keeper *p, int i, const struct err *err)
{
    const char *log = proof_log_name(p->log[i].sealer.log);
    int held = 0;

    if (err != NULL && !p->log[i].held)
        log_write(LOG_LEVEL_ERROR, "proof_held", "log=%s code=%s text=\"%s\"", log,
                  err->code, err->text);
    if (err == NULL && p->log[i].held)
        log_write(LOG_LEVEL_INFO, "proof_goes_on", "log=%s", log);
    p->log[i].held = err != NULL;
    for (int k = 0; k < PROOF_LOGS; k++)
        held += p->log[k].held;
    metrics_set(METRIC_PROOF_HELD, held);
}

bool proof_keeper_turn(struct proof_keeper *p, struct pg *pg, bool fresh, bool *ret_more,
                       struct err *err)
{
    const int64_t now_us = clock_mono_us();
    bool more = false, wrong = false;

    for (int i = 0; fresh && i < PROOF_LOGS; i++)
        p->log[i].checked = p->log[i].sealer.loaded = false;
    if (!p->on || now_us < p->next_us)
        return true;
    for (int i = 0; i < PROOF_LOGS; i++) {
        if (step(p, i, pg, &more, err)) {
            say(p, i, NULL);
            continue;
        }
        p->log[i].checked = false;
        if (pg_broken(pg))
            return false;
        say(p, i, err);
        wrong = true;
    }
    p->next_us = now_us + (wrong  ? AGAIN_US
                           : more ? 0
                                  : p->settings->proof_ms * (WHEN_SECOND_US / 1000));
    *ret_more = *ret_more || more;
    return true;
}
