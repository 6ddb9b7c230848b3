/*
 * tell.h - consent-webhook's loop: the webhooks of the register, each told what is new
 * for it, in order, one post at a time.
 *
 * A target is behind by at most what its last post held: the place in the table moves on
 * when it has answered 2xx, and by nothing else. So a post may come twice, and none is
 * left out or overtaken.
 */
#ifndef CONSENT_WEBHOOK_TELL_H
#define CONSENT_WEBHOOK_TELL_H

#include "hook.h"
#include "settings.h"

#include "pg/pg_loop.h"
#include "store/operate/seen_store.h"

struct teller {
    const struct settings *settings;
    struct pg_loop loop;
    struct seen seen;
    struct poster *poster;
    bool leading;
    size_t n;
    struct hook **hooks;
    int64_t load_us; /* when the register is looked at again, monotonic */
};

/* working: for pg_loop_ready. */
bool teller_init(struct teller *t, const struct settings *settings, atomic_bool *working,
                 struct err *err);
void teller_done(struct teller *t);

/* Until stop is asked. False with ERR_FATAL. */
bool teller_run(struct teller *t, struct err *err);

#endif
