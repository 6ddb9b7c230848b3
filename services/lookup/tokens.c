#include "tokens.h"

#include "base/clock.h"
#include "base/mem.h"
#include "crypto/access_token.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SLOTS 512

/* By id modulo SLOTS; two tokens of one slot push each other out. */
struct slot {
    struct access_token token; /* id 0: empty */
    bool exists;
    int64_t until_us; /* monotonic */
};

struct tokens {
    pthread_mutex_t lock;
    int64_t cache_us;
    struct slot slots[SLOTS];
};

struct tokens *tokens_open(int64_t cache_ms)
{
    struct tokens *t = mem_zalloc(1, sizeof(*t));

    pthread_mutex_init(&t->lock, NULL);
    t->cache_us = cache_ms * 1000;
    return t;
}

void tokens_close(struct tokens *t)
{
    if (t == NULL)
        return;
    pthread_mutex_destroy(&t->lock);
    free(t);
}

bool tokens_form(const char *authorization)
{
    const char *token = access_bearer(authorization);

    return token != NULL && strncmp(token, "cmq_", 4) == 0;
}

static bool slot_read(struct tokens *t, int32_t id, struct access_token *ret, bool *found)
{
    struct slot *slot = &t->slots[(uint32_t)id % SLOTS];
    bool fresh;

    pthread_mutex_lock(&t->lock);
    fresh = slot->token.id == id && slot->until_us > clock_mono_us();
    if (fresh) {
        *ret = slot->token;
        *found = slot->exists;
    }
    pthread_mutex_unlock(&t->lock);
    return fresh;
}

static void slot_write(struct tokens *t, int32_t id, const struct access_token *token,
                       bool exists, int64_t asked_us)
{
    struct slot *slot = &t->slots[(uint32_t)id % SLOTS];

    pthread_mutex_lock(&t->lock);
    slot->token = *token;
    slot->token.id = id;
    slot->exists = exists;
    slot->until_us = asked_us + t->cache_us;
    pthread_mutex_unlock(&t->lock);
}

bool tokens_find(struct tokens *t, struct pg *pg, const char *authorization,
                 struct access_token *ret, bool *found, struct err *err)
{
    const char *text = access_bearer(authorization);
    int64_t asked_us = clock_mono_us(), now_us = clock_wall_us();
    uint8_t hash[DIGEST_BYTES];
    int32_t id;

    *found = false;
    if (text == NULL || !access_token_read(text, &id, hash))
        return true;
    if (!slot_read(t, id, ret, found)) {
        memset(ret, 0, sizeof(*ret));
        if (!token_load(pg, id, ret, found, err))
            return false;
        slot_write(t, id, ret, *found, asked_us);
    }
    *found = access_hash_same(hash, ret->hash) && *found && ret->active &&
             ret->revoked_us > now_us && ret->expires_us > now_us;
    return true;
}

void caller_cookie(const struct http_request *rq, const char *name, char *ret, size_t cap)
{
    const char *at = http_header(rq, "Cookie");
    const size_t len = strlen(name);

    ret[0] = '\0';
    while (at != NULL && *at != '\0') {
        size_t n;

        at += strspn(at, "; ");
        n = strcspn(at, ";");
        if (n > len && strncmp(at, name, len) == 0 && at[len] == '=' &&
            n - len - 1 < cap) {
            snprintf(ret, cap, "%.*s", (int)(n - len - 1), at + len + 1);
            return;
        }
        at += n;
    }
}

const char *caller_authorization(const struct http_request *rq, char ret[CALLER_BYTES])
{
    char token[ACCESS_TOKEN_BYTES];

    ret[0] = '\0';
    if (rq->authorization[0] != '\0')
        return rq->authorization;
    if (http_header(rq, "Consent-Console") == NULL)
        return ret;
    caller_cookie(rq, SESSION_COOKIE, token, sizeof(token));
    if (token[0] != '\0')
        snprintf(ret, CALLER_BYTES, "Bearer %s", token);
    return ret;
}
