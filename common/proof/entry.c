#include "proof/entry.h"

#include "base/mem.h"
#include "crypto/digest.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* Of the flags of a ledger row: 2 (redacted) says what has been done to the row since. */
#define FLAGS_KEPT (~2)
#define ABSENT     0xffffffff

struct writer {
    uint8_t *at;
    const uint8_t *end;
};

static void put(struct writer *w, uint64_t v, int bytes)
{
    assert(w->end - w->at >= bytes);
    for (int i = bytes - 1; i >= 0; i--, v >>= 8)
        w->at[i] = (uint8_t)v;
    w->at += bytes;
}

static void put_bytes(struct writer *w, const void *from, size_t len)
{
    assert((size_t)(w->end - w->at) >= len);
    if (len > 0)
        memcpy(w->at, from, len);
    w->at += len;
}

static void put_i64(struct writer *w, int64_t v)
{
    put(w, (uint64_t)v, 8);
}

static void put_i32(struct writer *w, int32_t v)
{
    put(w, (uint32_t)v, 4);
}

static void put_i16(struct writer *w, int16_t v)
{
    put(w, (uint16_t)v, 2);
}

static void put_text(struct writer *w, const struct entry_bytes *t)
{
    put(w, t->at == NULL ? ABSENT : (uint32_t)t->len, 4);
    put_bytes(w, t->at, t->at == NULL ? 0 : t->len);
}

static struct writer begin(struct entry *e, enum entry_format format)
{
    struct writer w = {e->b, e->b + sizeof(e->b)};

    put(&w, format, 1);
    return w;
}

static void finish(struct entry *e, const struct writer *w)
{
    e->len = (size_t)(w->at - e->b);
}

/* What else the row says, under one hash: columns that nothing changes. */
static bool row_digest(const struct entry_event *e, uint8_t ret[DIGEST_BYTES],
                       struct err *err)
{
    static const char head[] = "consentmq row";
    const struct entry_bytes *texts[] = {&e->topic, &e->event_id, &e->reason, &e->pointer,
                                         &e->digest};
    size_t room = sizeof(head) + 64;
    uint8_t own[512], *bytes = own;
    struct writer w;
    bool ok;

    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        room += 4 + texts[i]->len;
    if (room > sizeof(own))
        bytes = mem_zalloc(room, 1);
    w = (struct writer){bytes, bytes + room};
    put_bytes(&w, head, sizeof(head) - 1);
    put_i64(&w, e->row);
    put_i64(&w, e->ledger_id);
    put_i64(&w, e->occurred_from_us);
    put_i64(&w, e->occurred_to_us);
    put_i32(&w, e->flags & FLAGS_KEPT);
    put_i16(&w, e->variant);
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        put_text(&w, texts[i]);
    ok = digest_sha256(bytes, (size_t)(w.at - bytes), NULL, 0, ret, err);
    if (bytes != own)
        free(bytes);
    return ok;
}

bool entry_event_write(const struct entry_event *e, struct entry *ret, struct err *err)
{
    static const uint8_t none[DIGEST_BYTES];
    struct writer w = begin(ret, e->format);
    uint8_t row[DIGEST_BYTES];

    if (!row_digest(e, row, err))
        return false;
    put_i32(&w, e->source);
    put_i32(&w, e->partition);
    put_i64(&w, e->offset);
    put_i64(&w, e->known_us);
    put_i16(&w, e->type);
    put_i16(&w, e->outcome);
    put_bytes(&w, e->commitment.len == DIGEST_BYTES ? e->commitment.at : none,
              DIGEST_BYTES);
    put_bytes(&w, row, DIGEST_BYTES);
    finish(ret, &w);
    return true;
}

bool entry_range_write(const struct entry_range *g, struct entry *ret, struct err *err)
{
    struct writer w = begin(ret, ENTRY_GAP);
    uint8_t topic[DIGEST_BYTES];

    if (!digest_sha256(g->topic.at, g->topic.len, NULL, 0, topic, err))
        return false;
    put_i32(&w, g->source);
    put_i32(&w, g->partition);
    put_i64(&w, g->from);
    put_i64(&w, g->to);
    put(&w, g->kind, 2);
    put_bytes(&w, topic, DIGEST_BYTES);
    finish(ret, &w);
    return true;
}

bool entry_restored_write(const struct entry_restored *x, struct entry *ret,
                          struct err *err)
{
    struct writer w = begin(ret, ENTRY_RESTORED);
    uint8_t by[DIGEST_BYTES], reason[DIGEST_BYTES];

    if (!digest_sha256(x->by.at, x->by.len, NULL, 0, by, err) ||
        !digest_sha256(x->reason.at, x->reason.len, NULL, 0, reason, err))
        return false;
    put_i64(&w, x->at_us);
    put_i64(&w, x->epoch);
    put_bytes(&w, by, DIGEST_BYTES);
    put_bytes(&w, reason, DIGEST_BYTES);
    finish(ret, &w);
    return true;
}

void entry_list_write(const struct entry_list *l, struct entry *ret)
{
    struct writer w = begin(ret, ENTRY_LIST);

    put_i32(&w, l->list);
    put_i16(&w, l->shard);
    put_i64(&w, l->version);
    put_i64(&w, l->former);
    put_i64(&w, l->at_us);
    put_i64(&w, l->effective_us);
    put_i64(&w, l->known_us);
    put_i64(&w, l->heard_us);
    put_i64(&w, l->decided_by);
    put_i16(&w, l->status);
    put_i16(&w, l->prior);
    put_i16(&w, l->rule);
    put_i16(&w, l->reason);
    put_bytes(&w, l->contact, sizeof(l->contact));
    finish(ret, &w);
}

void entry_lookup_write(const struct entry_lookup *l, struct entry *ret)
{
    static const uint8_t nobody[16];
    struct writer w = begin(ret, ENTRY_LOOKUP);

    put_i64(&w, l->row);
    put_i64(&w, l->at_us);
    put_i32(&w, l->token);
    put_i16(&w, l->route);
    put_i16(&w, l->outcome);
    put_i16(&w, l->controller);
    put_i16(&w, l->purpose);
    put_i16(&w, l->channel);
    put(&w, l->has_contact, 1);
    put_bytes(&w, l->has_contact ? l->contact : nobody, 16);
    finish(ret, &w);
}
