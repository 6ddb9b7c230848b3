#include "tell.h"

#include "metrics.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/version.h"
#include "store/operate/schema.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LOAD_US       WHEN_SECOND_US
#define TURN_MS       50
#define CONNECT_MS    5000
#define PG_TIMEOUT_MS 60000
#define GONE          410 /* the target wants no more (Standard Webhooks) */

static void show_up(bool up)
{
    metrics_set(METRIC_UP, up);
}

bool teller_init(struct teller *t, const struct settings *settings, atomic_bool *working,
                 struct err *err)
{
    const struct pg_session_settings database = {
        .conninfo = settings->database_url,
        .app = "consent-webhook",
        .fits = schema_fits,
        .lookups = true,
        .timeout_ms = PG_TIMEOUT_MS,
    };
    const struct poster_settings posts = {
        .inside = settings->private_targets,
        .connect_ms = CONNECT_MS < settings->answer_ms ? CONNECT_MS : settings->answer_ms,
        .whole_ms = settings->answer_ms,
        .agent = "consentmq/" CONSENT_VERSION,
    };

    *t = (struct teller){.settings = settings};
    pg_loop_init(&t->loop, &database, working, show_up);
    seen_init(&t->seen, "webhook", settings->http_port);
    return poster_open(&posts, &t->poster, err);
}

void teller_done(struct teller *t)
{
    poster_close(t->poster);
    for (size_t i = 0; i < t->n; i++)
        hook_close(t->hooks[i]);
    free(t->hooks);
    pg_loop_done(&t->loop);
}

/* --- which there are --- */

static struct hook *find(const struct teller *t, const char *id)
{
    for (size_t i = 0; i < t->n; i++)
        if (strcmp(t->hooks[i]->w.id, id) == 0)
            return t->hooks[i];
    return NULL;
}

/* Those that left the register, and are not under way. */
static void sweep(struct teller *t)
{
    size_t kept = 0;

    for (size_t i = 0; i < t->n; i++) {
        if (t->hooks[i]->gone && !t->hooks[i]->busy)
            hook_close(t->hooks[i]);
        else
            t->hooks[kept++] = t->hooks[i];
    }
    t->n = kept;
}

static void count(const struct teller *t)
{
    double failing = 0, parked = 0;

    for (size_t i = 0; i < t->n; i++) {
        parked += t->hooks[i]->w.parked_us != WHEN_NEVER;
        failing += t->hooks[i]->w.parked_us == WHEN_NEVER &&
                   t->hooks[i]->w.failing_us != WHEN_NEVER;
    }
    metrics_set(METRIC_HOOKS, (double)t->n);
    metrics_set(METRIC_FAILING, failing);
    metrics_set(METRIC_PARKED, parked);
}

static bool load(struct teller *t, struct err *err)
{
    struct webhook *rows;
    size_t n;

    if (clock_mono_us() < t->load_us)
        return true;
    if (!webhooks_load(t->loop.session.pg, clock_wall_us(), &rows, &n, err))
        return false;
    t->load_us = clock_mono_us() + LOAD_US;
    for (size_t i = 0; i < t->n; i++)
        t->hooks[i]->gone = true;
    for (size_t i = 0; i < n; i++) {
        struct hook *h = find(t, rows[i].id);

        if (h != NULL) {
            hook_update(h, &rows[i]);
            continue;
        }
        t->hooks = mem_resize(t->hooks, t->n + 1, sizeof(*t->hooks));
        t->hooks[t->n++] = hook_open(&rows[i]);
    }
    free(rows);
    sweep(t);
    count(t);
    return true;
}

/* --- how it went --- */

static bool failed(struct teller *t, struct hook *h, const char *trouble, bool park,
                   int64_t retry_after_s, struct err *err)
{
    const int64_t now_us = clock_wall_us();
    const int64_t since_us = h->w.failing_us != WHEN_NEVER ? h->w.failing_us : now_us;
    const int64_t pause_us = hook_pause_us(h, t->settings, retry_after_s);

    park = park || now_us - since_us >= t->settings->give_up_s * WHEN_SECOND_US;
    metrics_add(METRIC_FAILED, 1);
    log_write(park ? LOG_LEVEL_ERROR : LOG_LEVEL_WARN,
              park ? "webhook_parked" : "webhook_failed",
              "webhook=%s attempts=%d text=\"%s\"", h->w.id, (int)h->w.attempts + 1,
              trouble);
    if (!webhook_failed(t->loop.session.pg, h->w.id, trouble, now_us + pause_us, park,
                        err))
        return false;
    h->w.attempts++;
    h->w.failing_us = since_us;
    h->w.next_us = now_us + pause_us;
    if (park)
        h->w.parked_us = now_us;
    return true;
}

static bool told(struct teller *t, struct hook *h, struct err *err)
{
    bool same;

    if (!webhook_told(t->loop.session.pg, h->w.id, h->w.place, h->to, &same, err))
        return false;
    metrics_add(METRIC_TAKEN, 1);
    log_write(LOG_LEVEL_DEBUG, "webhook_told", "webhook=%s message=%s", h->w.id,
              h->message);
    h->ready = false;
    t->load_us = same ? t->load_us : 0; /* a person has moved its place */
    if (!same)
        return true;
    snprintf(h->w.place, sizeof(h->w.place), "%s", h->to);
    h->w.attempts = 0;
    h->w.failing_us = WHEN_NEVER;
    h->w.next_us = WHEN_ALWAYS;
    h->look_us = 0;
    return true;
}

static bool finish(struct teller *t, const struct posted *p, struct err *err)
{
    struct hook *h = p->context;
    char trouble[WEBHOOK_TROUBLE_BYTES];

    h->busy = false;
    metrics_observe(METRIC_TIME, (double)(clock_mono_us() - h->sent_us) / 1e6);
    if (p->status >= 200 && p->status <= 299)
        return told(t, h, err);
    if (p->status == 0)
        snprintf(trouble, sizeof(trouble), "%.150s", p->err.text);
    else
        snprintf(trouble, sizeof(trouble), "it answered %ld%s", p->status,
                 p->status >= 300 && p->status <= 399 ? ", and no redirect is followed"
                                                      : "");
    return failed(t, h, trouble, p->status == GONE, p->retry_after_s, err);
}

/* --- the loop --- */

static bool begin_all(struct teller *t, struct err *err)
{
    for (size_t i = 0; i < t->n; i++) {
        struct hook *h = t->hooks[i];
        struct err trouble;
        bool ready;

        if (!hook_look(h, t->settings, t->loop.session.pg, &ready, err))
            return false;
        if (ready && !hook_post(h, t->settings, t->poster, &trouble) &&
            !failed(t, h, trouble.text, false, 0, err))
            return false;
    }
    return true;
}

static bool turn(void *self, int32_t *ret_pause_ms, struct err *err)
{
    struct teller *t = self;
    struct posted p;

    if (!pg_session_begin(&t->loop.session, err))
        return false;
    if (!t->loop.session.found)
        t->leading = false;
    seen_turn(&t->seen, t->loop.session.pg);
    if (!t->leading && !webhook_lead(t->loop.session.pg, &t->leading, err))
        return false;
    metrics_set(METRIC_LEADING, t->leading);
    if (!t->leading) {
        *ret_pause_ms = TURN_MS;
        return true;
    }
    if (!load(t, err) || !begin_all(t, err))
        return false;
    for (int wait_ms = TURN_MS; poster_turn(t->poster, wait_ms, &p); wait_ms = 0)
        if (!finish(t, &p, err))
            return false;
    return true;
}

bool teller_run(struct teller *t, struct err *err)
{
    return pg_loop_run(&t->loop, turn, t, err);
}
