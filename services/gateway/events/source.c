/* Who sends: by its token, which is bound to one feed. */
#include "events.h"

#include "base/clock.h"
#include "crypto/access_token.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>

static const struct source_token *token_of(const struct known *known,
                                           const char *authorization)
{
    const char *text = access_bearer(authorization);
    uint8_t hash[DIGEST_BYTES];
    int64_t now_us = clock_wall_us();
    int32_t id;

    if (text == NULL || !access_token_read(text, &id, hash))
        return NULL;
    for (size_t i = 0; i < known->n_tokens; i++) {
        const struct source_token *t = &known->tokens[i];

        if (t->id == id)
            return access_hash_same(hash, t->hash) && t->expires_us > now_us ? t : NULL;
    }
    return NULL;
}

const struct source *source_of(const struct known *known, const struct http_request *rq,
                               struct http_reply *reply)
{
    const struct source_token *token;
    const struct source *source;

    if (!known->heard) {
        http_problem(reply, 503, "register",
                     "the register is not available, and nothing was taken", NULL);
        reply->retry_after_s = 5;
        return NULL;
    }
    token = token_of(known, rq->authorization);
    if (token == NULL) {
        http_problem(reply, 401, "token", "the token is not valid here", NULL);
        return NULL;
    }
    source = rulebook_source(&known->reg->book, token->source, clock_wall_us());
    if (source == NULL)
        http_problem(reply, 403, "source", "the token's source is not in force", NULL);
    return source;
}

/* --- so many a minute --- */

#define COUNTED 256 /* sources; by number modulo this, where two share their minute */

bool source_room(const struct settings *settings, const struct source *source, size_t n,
                 struct http_reply *reply)
{
    static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
    static int64_t minute, counts[COUNTED];
    int64_t now_us = clock_mono_us(), now = now_us / WHEN_MINUTE_US;
    int64_t *count = &counts[source->number % COUNTED];
    bool room;

    pthread_mutex_lock(&lock);
    if (minute != now)
        memset(counts, 0, sizeof(counts));
    minute = now;
    /* One request of the whole allowance always fits. */
    room = *count == 0 || *count + (int64_t)n <= settings->source_events_per_minute;
    *count += room ? (int64_t)n : 0;
    pthread_mutex_unlock(&lock);
    if (room)
        return true;
    http_problem(reply, 429, "too-many", "the source's events of this minute are spent",
                 NULL);
    reply->retry_after_s =
        (uint32_t)(((now + 1) * WHEN_MINUTE_US - now_us) / WHEN_SECOND_US) + 1;
    return false;
}
