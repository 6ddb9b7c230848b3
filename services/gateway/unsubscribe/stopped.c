#include "stopped.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "core/decision/decide.h"
#include "ident/email.h"
#include "ident/phone.h"
#include "keying/keying.h"
#include "pg/pg_session.h"
#include "store/people/fact_store.h"
#include "store/people/secret_store.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define PATIENCE_MS 400
#define TURN_MS     200 /* to wait for the others who ask */
#define PAUSE_MS    5000
#define LOOKS_AHEAD 8 /* a pause behind a pause */

struct stopped {
    pthread_mutex_t lock; /* of all that follows */
    struct pg_session database;
    struct keying *keying;
    struct fact_set facts;
    int64_t again_us; /* not before, for it was slow */
};

bool stopped_open(const struct settings *settings, struct stopped **ret, struct err *err)
{
    struct keying *keying;
    struct pg_session_settings database = {
        .conninfo = settings->database_url,
        .app = "consent-gateway page",
        .lookups = true,
        .timeout_ms = PATIENCE_MS,
        .pause_ms = PAUSE_MS,
        .also = contact_secret_fits,
    };

    *ret = NULL;
    if (settings->contact_secret_file[0] == '\0')
        return true;
    keying = keying_open(settings->contact_secret_file, settings->contact_former, err);
    if (keying == NULL)
        return false;
    database.context = keying_marks(keying);
    *ret = mem_zalloc(1, sizeof(**ret));
    pthread_mutex_init(&(*ret)->lock, NULL);
    pg_session_init(&(*ret)->database, &database);
    (*ret)->keying = keying;
    return true;
}

const struct contact_marks *stopped_marks(const struct stopped *s)
{
    return s != NULL ? keying_marks(s->keying) : NULL;
}

void stopped_close(struct stopped *s)
{
    if (s == NULL)
        return;
    pg_session_done(&s->database);
    keying_close(s->keying);
    fact_set_done(&s->facts);
    pthread_mutex_destroy(&s->lock);
    free(s);
}

/* Said by the person, so that it is no surprise to be told. */
static bool is_no(enum reason reason)
{
    switch ((int)reason) {
    case REASON_OBJECTION:
    case REASON_OPTOUT:
    case REASON_WITHDRAWN:
    case REASON_COMPLAINT:
    case REASON_DIRECT_OPTOUT_BEATS_THIRD_PARTY:
    case REASON_SALE_OPTED_OUT: return true;
    default: return false;
    }
}

/* The connection is there. */
static bool contact_of(struct stopped *s, const char *address, struct contact_key *ret,
                       uint16_t *ret_channel, struct err *err)
{
    bool email = strchr(address, '@') != NULL;
    char canonical[IDENT_EMAIL_BYTES];
    bool ok = (email ? ident_email(address, canonical, err)
                     : ident_phone(address, "", canonical, err)) &&
              keying_find(s->keying, s->database.pg,
                          email ? CONTACT_EMAIL : CONTACT_PHONE, canonical, ret, err);

    explicit_bzero(canonical, sizeof(canonical));
    *ret_channel = email ? CHANNEL_EMAIL : CHANNEL_PHONE;
    return ok;
}

/* A no that ends by itself, and that no other no goes beyond, is a pause. */
static enum topic_state state_of(const struct stopped *s, const struct visit *v,
                                 const struct question *asked, int64_t *ret_until_us)
{
    struct question q = *asked;
    struct decision d;

    for (int i = 0; i < LOOKS_AHEAD; i++) {
        decide(&v->known->reg->book, s->facts.facts, s->facts.first[1], &q, &d, NULL);
        if (d.verdict == VERDICT_PERMIT || !is_no(d.reason))
            break;
        *ret_until_us = d.valid_until_us;
        if (d.valid_until_us == WHEN_NEVER)
            return TOPIC_STOPPED;
        q.at_us = d.valid_until_us;
    }
    if (q.at_us != asked->at_us)
        return d.verdict == VERDICT_PERMIT ? TOPIC_PAUSED : TOPIC_STOPPED;
    return d.verdict == VERDICT_PERMIT ? TOPIC_ON : TOPIC_OFF;
}

static void judge(const struct stopped *s, const struct visit *v, int16_t controller,
                  uint16_t channel, struct stopped_list *ret)
{
    const struct known *d = v->known;

    ret->known = true;
    for (size_t i = 0; i < d->n_purposes && i < CHOICE_PURPOSES_MAX; i++) {
        const struct link_name *p = &d->purposes[i];
        const struct question q = {.controller = controller,
                                   .purpose = p->number,
                                   .channel = channel,
                                   .at_us = v->now_us,
                                   .known_us = WHEN_NEVER};

        if (p->marked || p->sharing)
            ret->state[i] = state_of(s, v, &q, &ret->until_us[i]);
    }
}

/* The lock is held. */
static bool find(struct stopped *s, const struct visit *v, int16_t controller,
                 struct stopped_list *ret, struct err *err)
{
    struct contact_key key;
    uint16_t channel;
    bool ok;

    const struct fact_need need = {&v->known->reg->book, v->now_us};

    do
        ok = pg_session_begin(&s->database, err) &&
             contact_of(s, v->link.address, &key, &channel, err) &&
             fact_load_need(s->database.pg, &key, 1, &need, &s->facts, err);
    while (!ok && pg_session_again(&s->database, err));
    if (ok)
        judge(s, v, controller, channel, ret);
    return ok;
}

static bool turn_comes(struct stopped *s)
{
    struct timespec until;

    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_nsec += TURN_MS * 1000000L;
    until.tv_sec += until.tv_nsec / 1000000000L;
    until.tv_nsec %= 1000000000L;
    return pthread_mutex_timedlock(&s->lock, &until) == 0;
}

void stopped_find(struct stopped *s, const struct visit *v, struct stopped_list *ret)
{
    const struct link_name *controller = visit_controller(v);
    struct err err;

    *ret = (struct stopped_list){0};
    /* Whoever got hold of a key could ask about anybody. */
    if (s == NULL || !v->ours || v->standing != LINK_GOOD || !v->known->heard ||
        controller == NULL || !turn_comes(s))
        return;
    if (clock_mono_us() >= s->again_us && !find(s, v, controller->number, ret, &err)) {
        *ret = (struct stopped_list){0};
        if (err.kind != ERR_INPUT) {
            s->again_us = clock_mono_us() + PAUSE_MS * INT64_C(1000);
            log_err(LOG_LEVEL_WARN, "stopped_not_known", &err);
        }
    }
    pthread_mutex_unlock(&s->lock);
}
