/* hook.h - one webhook: what it is to be told next, and the post that tells it. */
#ifndef CONSENT_WEBHOOK_HOOK_H
#define CONSENT_WEBHOOK_HOOK_H

#include "settings.h"

#include "base/buf.h"
#include "fetch/post.h"
#include "store/access/webhook_store.h"

#define HOOK_MESSAGE_BYTES 48

struct hook {
    struct webhook w;
    bool busy;  /* a post is under way */
    bool gone;  /* no longer in the register */
    bool ready; /* body holds what comes next: kept until it is taken */
    struct buf body;
    char to[WEBHOOK_PLACE_BYTES];     /* the place behind it */
    char message[HOOK_MESSAGE_BYTES]; /* webhook-id: the same for the same content */
    int64_t look_us;                  /* nothing new was found: look again then */
    int64_t sent_us;                  /* monotonic */
};

struct hook *hook_open(const struct webhook *w);
void hook_close(struct hook *h);

/* What the register and the table say now: a body for another place is dropped. */
void hook_update(struct hook *h, const struct webhook *w);

/* Is there something to tell, and is it time? Loads it if need be. *ret: h->ready. */
bool hook_look(struct hook *h, const struct settings *settings, struct pg *pg, bool *ret,
               struct err *err);

/* Begins the post. ERR_CONFIG and ERR_INPUT are an attempt that failed. */
bool hook_post(struct hook *h, const struct settings *settings, struct poster *poster,
               struct err *err);

/* How long to wait after the attempts that failed so far: doubles, within the settings,
 * and never less than the target asks for. */
int64_t hook_pause_us(const struct hook *h, const struct settings *settings,
                      int64_t retry_after_s);

#endif
