/*
 * Each token has three slots and a fingerprint that the three must add up to. A slot that
 * only one token has is that token's to fill: it is taken away, with its token, and so on
 * until no token is left; then, in the opposite order, every token finds its slot still
 * empty. That fails only by rare chance, and then another seed is tried.
 */
#include "filter/filter_build.h"

#include "base/mem.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define TRIES       100
#define SEGMENT_MAX (UINT32_C(1) << 18)
#define HEADER      CONSENT_FILTER_HEADER_BYTES

struct filter_builder {
    uint8_t key[16];
    size_t n, cap;
    uint64_t *hashes;
};

struct filter_builder *filter_builder_open(const uint8_t key[16])
{
    struct filter_builder *b = mem_zalloc(1, sizeof(*b));

    memcpy(b->key, key, sizeof(b->key));
    return b;
}

void filter_builder_close(struct filter_builder *b)
{
    if (b == NULL)
        return;
    free(b->hashes);
    free(b);
}

void filter_builder_add(struct filter_builder *b, const void *token, size_t len)
{
    if (b->n == b->cap) {
        b->cap = b->cap > 0 ? b->cap + b->cap / 2 : 65536;
        b->hashes = mem_resize(b->hashes, b->cap, sizeof(*b->hashes));
    }
    b->hashes[b->n++] = consent_filter_hash(b->key, token, len);
}

/* --- the arrangement --- */

static int compare(const void *a, const void *b)
{
    const uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

    return x < y ? -1 : x > y;
}

static size_t unique(uint64_t *hashes, size_t n)
{
    size_t kept = 0;

    if (n > 0)
        qsort(hashes, n, sizeof(*hashes), compare);
    for (size_t i = 0; i < n; i++)
        if (kept == 0 || hashes[i] != hashes[kept - 1])
            hashes[kept++] = hashes[i];
    return kept;
}

/* Sizes as the paper found them to succeed nearly always. */
static struct consent_filter_shape shape_for(size_t n)
{
    struct consent_filter_shape s = {.segment = 4, .segments = 1};
    const double size = (double)(n > 1 ? n : 2);
    double slots = size * fmax(1.125, 0.875 + 0.25 * log(1000000.0) / log(size));
    int bits = (int)floor(log(size) / log(3.33) + 2.25);

    s.segment = bits >= 18 ? SEGMENT_MAX : UINT32_C(1) << bits;
    slots = ceil(slots / s.segment);
    s.segments = slots > 3 ? (uint32_t)slots - 2 : 1;
    s.slots = ((uint64_t)s.segments + 2) * s.segment;
    return s;
}

/* count[i]: tokens of the slot, xor_of[i]: of these the mixed hashes. */
struct peel {
    struct consent_filter_shape shape;
    uint8_t *count;
    uint64_t *xor_of;
    uint64_t *queue;   /* slots with one token, not yet looked at */
    uint64_t *order;   /* the tokens; then as they were taken away, ... */
    uint8_t *order_at; /* ... and which of the three slots is theirs */
};

/* In the order of the mixed hashes, which is nearly that of their slots: the memory is
 * walked through instead of jumped about in. *ret_n: without what came twice. */
static bool peel_fill(struct peel *p, const uint64_t *hashes, size_t n, size_t *ret_n)
{
    memset(p->count, 0, p->shape.slots);
    memset(p->xor_of, 0, p->shape.slots * sizeof(*p->xor_of));
    for (size_t i = 0; i < n; i++)
        p->order[i] = consent_filter_mix(hashes[i], p->shape.seed);
    *ret_n = unique(p->order, n);
    for (size_t i = 0; i < *ret_n; i++) {
        uint64_t at[3];

        consent_filter_places(&p->shape, p->order[i], at);
        for (int k = 0; k < 3; k++) {
            if (++p->count[at[k]] == UINT8_MAX)
                return false;
            p->xor_of[at[k]] ^= p->order[i];
        }
    }
    return true;
}

static bool peel_away(struct peel *p, size_t n)
{
    size_t waiting = 0, taken = 0;

    for (uint64_t i = 0; i < p->shape.slots; i++)
        if (p->count[i] == 1)
            p->queue[waiting++] = i;
    while (waiting > 0) {
        uint64_t slot = p->queue[--waiting], h = p->xor_of[slot], at[3];

        if (p->count[slot] != 1)
            continue; /* its token went by another of its slots */
        consent_filter_places(&p->shape, h, at);
        p->order[taken] = h;
        for (int k = 0; k < 3; k++) {
            if (at[k] == slot)
                p->order_at[taken] = (uint8_t)k;
            p->xor_of[at[k]] ^= h;
            if (--p->count[at[k]] == 1)
                p->queue[waiting++] = at[k];
        }
        taken++;
    }
    return taken == n;
}

static void assign(const struct peel *p, size_t n, uint16_t *slots)
{
    for (size_t i = n; i-- > 0;) {
        uint64_t h = p->order[i], at[3];
        uint16_t sum = (uint16_t)(h ^ h >> 32);
        int own = p->order_at[i];

        consent_filter_places(&p->shape, h, at);
        sum ^= slots[at[(own + 1) % 3]];
        sum ^= slots[at[(own + 2) % 3]];
        slots[at[own]] = sum;
    }
}

static bool arrange(const struct filter_builder *b, struct consent_filter_shape *shape,
                    uint16_t *slots, size_t *ret_n)
{
    struct peel p = {.shape = *shape};
    bool ok = false;

    p.count = mem_zalloc(p.shape.slots, 1);
    p.xor_of = mem_zalloc(p.shape.slots, sizeof(*p.xor_of));
    p.queue = mem_zalloc(p.shape.slots, sizeof(*p.queue));
    p.order = mem_zalloc(b->n + 1, sizeof(*p.order));
    p.order_at = mem_zalloc(b->n + 1, 1);
    for (uint64_t i = 0; i < TRIES && !ok; i++) {
        p.shape.seed = consent_filter_mix(i + 1, UINT64_C(0x9e3779b97f4a7c15));
        ok = peel_fill(&p, b->hashes, b->n, ret_n) && peel_away(&p, *ret_n);
    }
    if (ok)
        assign(&p, *ret_n, slots);
    *shape = p.shape;
    free(p.count);
    free(p.xor_of);
    free(p.queue);
    free(p.order);
    free(p.order_at);
    return ok;
}

/* --- the file --- */

static void put_le(uint8_t *p, uint64_t v, int bytes)
{
    for (int i = 0; i < bytes; i++, v >>= 8)
        p[i] = (uint8_t)v;
}

static void header_make(const struct consent_filter_shape *s,
                        const struct consent_filter_about *about, uint64_t slots_crc,
                        const struct consent_filter_crc *crc, uint8_t d[HEADER])
{
    static const uint8_t magic[8] = {0x89, 'C', 'M', 'Q', 'F', 0x0d, 0x0a, 0x1a};

    memset(d, 0, HEADER);
    memcpy(d, magic, sizeof(magic));
    put_le(d + 8, CONSENT_FILTER_VERSION, 2);
    d[10] = 16;
    d[11] = about->permit;
    put_le(d + 12, HEADER, 4);
    put_le(d + 16, about->entries, 8);
    put_le(d + 24, HEADER + 2 * s->slots, 8);
    memcpy(d + 32, s->key, sizeof(s->key));
    put_le(d + 48, s->seed, 8);
    put_le(d + 56, s->segment, 4);
    put_le(d + 60, s->segments, 4);
    put_le(d + 64, s->slots, 8);
    put_le(d + 72, (uint64_t)about->made_us, 8);
    memcpy(d + 80, about->list, strnlen(about->list, sizeof(about->list) - 1));
    memcpy(d + 144, about->profile, strnlen(about->profile, sizeof(about->profile) - 1));
    memcpy(d + 176, about->cursor, strnlen(about->cursor, sizeof(about->cursor) - 1));
    put_le(d + 1008, slots_crc, 8);
    put_le(d + 1016, consent_filter_crc_add(crc, 0, d, 1016), 8);
}

bool filter_builder_write(struct filter_builder *b, struct consent_filter_about *about,
                          bool (*write)(void *arg, const void *data, size_t len,
                                        struct err *err),
                          void *arg, struct err *err)
{
    struct consent_filter_crc crc;
    struct consent_filter_shape shape;
    uint8_t header[HEADER];
    uint16_t *slots;
    size_t bytes, n;
    bool ok;

    shape = shape_for(b->n);
    memcpy(shape.key, b->key, sizeof(shape.key));
    bytes = shape.slots * sizeof(*slots);
    slots = mem_zalloc(shape.slots, sizeof(*slots));
    ok = arrange(b, &shape, slots, &n) ||
         err_set(err, ERR_FATAL, "FILTER_BUILD", "the filter does not come out");
    if (ok) {
        about->entries = n;
        for (uint64_t i = 0; i < shape.slots; i++) { /* little-endian, wherever we are */
            uint16_t v = slots[i];

            put_le((uint8_t *)&slots[i], v, 2);
        }
        consent_filter_crc_init(&crc);
        header_make(&shape, about, consent_filter_crc_add(&crc, 0, slots, bytes), &crc,
                    header);
        ok = write(arg, header, sizeof(header), err) && write(arg, slots, bytes, err);
    }
    free(slots);
    b->n = 0;
    return ok;
}
