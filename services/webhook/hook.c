#include "hook.h"

#include "base/clock.h"
#include "base/hex.h"
#include "base/mem.h"
#include "codec/put.h"
#include "crypto/digest.h"
#include "crypto/webhook_key.h"
#include "export/changes.h"
#include "intake/receipts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BODY_BYTES ((size_t)16 << 20)

struct hook *hook_open(const struct webhook *w)
{
    struct hook *h = mem_zalloc(1, sizeof(*h));

    h->w = *w;
    buf_init(&h->body, BODY_BYTES);
    return h;
}

void hook_close(struct hook *h)
{
    buf_done(&h->body);
    free(h);
}

void hook_update(struct hook *h, const struct webhook *w)
{
    h->gone = false;
    if (h->busy)
        return; /* its end is written first */
    if (strcmp(h->w.place, w->place) != 0 || strcmp(h->w.subject, w->subject) != 0)
        h->ready = false;
    h->w = *w;
}

/* --- what comes next --- */

static bool receipts_next(struct hook *h, const struct settings *settings, struct pg *pg,
                          bool *ret, struct err *err)
{
    const char *source = strchr(h->w.subject, ':') + 1;
    const int32_t limit = (int32_t)settings->page_rows;
    struct feed_receipts set;
    struct feed_place place;

    if (!receipts_place(h->w.place, &place))
        return err_set(err, ERR_FATAL, "PLACE", "the webhook %.60s has no place",
                       h->w.id);
    if (!feed_receipts_load(pg, h->w.number, &place, limit, &set, err))
        return false;
    *ret = set.n > 0;
    if (*ret) {
        receipts_put(&h->body, source, &set, limit, &place);
        receipts_place_format(&place, h->to, sizeof(h->to));
    }
    feed_receipts_done(&set);
    return true;
}

static bool changes_next(struct hook *h, const struct settings *settings, struct pg *pg,
                         bool *ret, struct err *err)
{
    const char *list = strchr(h->w.subject, ':') + 1;
    struct change_page page = {0};
    struct cursor after = {{0}};
    bool known = true, ok;

    if (h->w.place[0] != '\0') {
        if (!cursor_parse(h->w.place, strlen(h->w.place), &after))
            return err_set(err, ERR_FATAL, "PLACE", "the webhook %.60s has no place",
                           h->w.id);
        if (!change_cursor_known(pg, h->w.number, &after, &known, err))
            return false;
    }
    /* From before a restore: the target is told all of the list again. */
    if (!known)
        after = (struct cursor){{0}};
    ok = change_page_load(pg, h->w.number, &after, (int32_t)settings->page_rows, &page,
                          err);
    *ret = ok && (page.n > 0 || page.more);
    if (*ret) {
        changes_put(&h->body, list, &page, clock_wall_us());
        cursor_format(&page.next, h->to);
    }
    change_page_done(&page);
    return ok;
}

/* The same for the same content, also after a restart. */
static bool message_name(struct hook *h, struct err *err)
{
    char *text = mem_zalloc(1, 2 * WEBHOOK_PLACE_BYTES + 512);
    uint8_t digest[DIGEST_BYTES];
    char hex[2 * DIGEST_BYTES + 1];
    bool ok;

    snprintf(text, 2 * WEBHOOK_PLACE_BYTES + 512, "%s\n%s\n%s\n%s", h->w.id, h->w.subject,
             h->w.place, h->to);
    ok = digest_sha256(text, strlen(text), h->body.data, h->body.len, digest, err);
    free(text);
    hex_print(digest, sizeof(digest), hex);
    snprintf(h->message, sizeof(h->message), "msg_%.32s", hex);
    return ok;
}

bool hook_look(struct hook *h, const struct settings *settings, struct pg *pg, bool *ret,
               struct err *err)
{
    bool found;

    *ret = false;
    if (h->busy || h->w.parked_us != WHEN_NEVER || h->w.next_us > clock_wall_us() ||
        (!h->ready && h->look_us > clock_mono_us()))
        return true;
    *ret = h->ready;
    if (h->ready)
        return true;
    buf_reset(&h->body);
    buf_add_str(&h->body, "{");
    put_member(&h->body, "type", h->w.of_source ? "receipts" : "list.changes");
    put_name(&h->body, ",data");
    if (!(h->w.of_source ? receipts_next : changes_next)(h, settings, pg, &found, err))
        return false;
    buf_add_str(&h->body, "}\n");
    if (!found)
        h->look_us = clock_mono_us() + settings->poll_ms * 1000;
    else if (!message_name(h, err))
        return false;
    *ret = h->ready = found;
    return true;
}

/* --- the post --- */

static bool key_load(const struct hook *h, const struct settings *settings,
                     struct webhook_key *ret, struct err *err)
{
    char path[CONF_TEXT_BYTES + REGISTER_ID_BYTES + 2], text[128];
    size_t len;
    bool ok;

    snprintf(path, sizeof(path), "%s/%s", settings->webhook_secret_dir, h->w.id);
    if (!conf_read_secret(path, text, sizeof(text) - 1, &len, err))
        return false;
    text[len] = '\0';
    ok = webhook_key_read(text, ret, err);
    explicit_bzero(text, sizeof(text));
    return ok;
}

bool hook_post(struct hook *h, const struct settings *settings, struct poster *poster,
               struct err *err)
{
    const int64_t now_s = clock_wall_us() / WHEN_SECOND_US;
    char id[80], at[64], signature[WEBHOOK_SIGNATURE_BYTES], signed_line[128];
    struct webhook_key key;
    struct post post = {
        .url = h->w.url,
        .headers = {"Content-Type: application/json", id, at, signed_line},
        .body = h->body.data,
        .len = h->body.len,
        .context = h};
    bool ok;

    if (!key_load(h, settings, &key, err))
        return false;
    ok = webhook_sign(&key, h->message, now_s, h->body.data, h->body.len, signature, err);
    explicit_bzero(&key, sizeof(key));
    snprintf(id, sizeof(id), "webhook-id: %s", h->message);
    snprintf(at, sizeof(at), "webhook-timestamp: %lld", (long long)now_s);
    snprintf(signed_line, sizeof(signed_line), "webhook-signature: %s", signature);
    ok = ok && poster_begin(poster, &post, err);
    h->busy = ok;
    h->sent_us = clock_mono_us();
    return ok;
}

int64_t hook_pause_us(const struct hook *h, const struct settings *settings,
                      int64_t retry_after_s)
{
    const int64_t most_us = settings->retry_most_s * WHEN_SECOND_US;
    int64_t us = settings->retry_ms * 1000;

    for (int32_t i = 0; i < h->w.attempts && us < most_us; i++)
        us *= 2;
    if (us < retry_after_s * WHEN_SECOND_US)
        us = retry_after_s * WHEN_SECOND_US;
    return us < most_us ? us : most_us;
}
