#include "crypto/content_name.h"

#include "base/buf.h"
#include "base/hex.h"
#include "crypto/digest.h"
#include "crypto/hashed_key.h"

#include <ctype.h>
#include <string.h>

#define NAME_DIGEST_BYTES 16
#define CONTENT_BYTES     ((size_t)64 << 10)

static void add(struct buf *b, const char *text)
{
    buf_add(b, text, strlen(text) + 1);
}

static void add_number(struct buf *b, int64_t n)
{
    buf_addf(b, "%lld", (long long)n);
    buf_add(b, "", 1);
}

static void add_phone(struct buf *b, const struct event *e)
{
    const char *p = e->phone;

    while (*p == ' ')
        p++;
    buf_add_str(b, *p == '+' ? "+" : e->country);
    for (; *p != '\0'; p++)
        if (isdigit((unsigned char)*p))
            buf_add(b, p, 1);
    buf_add(b, "", 1);
}

static void add_hash(struct buf *b, const struct event *e)
{
    char text[HASHED_TEXT_BYTES];

    add_number(b, e->hash_kind);
    add_number(b, e->hash_profile);
    add(b, hashed_text(e->hash_profile, e->hash, text) ? text : e->hash);
}

static void content(const struct event *e, const char *email, bool own_time,
                    struct buf *b)
{
    add(b, e->source);
    add_number(b, e->type);
    add(b, email);
    add_phone(b, e);
    add_hash(b, e);
    add_number(b, (int64_t)e->n_controllers);
    for (size_t i = 0; i < e->n_controllers; i++)
        add(b, e->controllers[i]);
    add(b, e->website);
    add_number(b, (int64_t)e->n_scopes);
    for (size_t i = 0; i < e->n_scopes; i++) {
        add(b, e->scopes[i].purpose);
        add_number(b, e->scopes[i].any_channel ? -1 : e->scopes[i].channels);
    }
    add(b, e->via);
    add_number(b, e->bounce_confirmed);
    if (own_time)
        add_number(b, e->time_us);
    else
        add(b, "-");
}

bool content_name(const struct event *e, const char *email, bool own_time,
                  char ret[CONTENT_NAME_BYTES], struct err *err)
{
    uint8_t digest[DIGEST_BYTES];
    struct buf b;
    bool ok;

    buf_init(&b, CONTENT_BYTES);
    content(e, email, own_time, &b);
    ok = digest_sha256(b.data, b.len, NULL, 0, digest, err);
    buf_done(&b);
    if (!ok)
        return false;
    memcpy(ret, CONTENT_NAME_PREFIX, sizeof(CONTENT_NAME_PREFIX));
    hex_print(digest, NAME_DIGEST_BYTES, ret + sizeof(CONTENT_NAME_PREFIX) - 1);
    return true;
}

bool content_named(const struct event *e, const char *email, bool *ret, struct err *err)
{
    char name[CONTENT_NAME_BYTES];

    *ret = false;
    if (strncmp(e->id, CONTENT_NAME_PREFIX, sizeof(CONTENT_NAME_PREFIX) - 1) != 0)
        return true;
    for (int own = 0; own < 2 && !*ret; own++) {
        if (!content_name(e, email, own == 1, name, err))
            return false;
        *ret = strcmp(name, e->id) == 0;
    }
    return true;
}
