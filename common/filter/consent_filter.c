#include "consent_filter.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define HEADER      CONSENT_FILTER_HEADER_BYTES
#define SEGMENT_MAX (UINT32_C(1) << 18)

struct consent_filter {
    struct consent_filter_about about;
    struct consent_filter_shape shape;
    const uint8_t *slots;
    void *owned; /* the file in memory, or NULL */
    void *mapped;
    size_t bytes;
    char *path;
    dev_t device;
    ino_t inode;
};

/* --- numbers and hashes --- */

static uint64_t read_le(const uint8_t *p, int bytes)
{
    uint64_t v = 0;

    for (int i = bytes; i-- > 0;)
        v = v << 8 | p[i];
    return v;
}

static uint64_t rotate(uint64_t x, int by)
{
    return x << by | x >> (64 - by);
}

struct sip {
    uint64_t a, b, c, d;
};

static void sip_round(struct sip *s)
{
    s->a += s->b;
    s->c += s->d;
    s->b = rotate(s->b, 13) ^ s->a;
    s->d = rotate(s->d, 16) ^ s->c;
    s->a = rotate(s->a, 32) + s->d;
    s->c += s->b;
    s->d = rotate(s->d, 21) ^ s->a;
    s->b = rotate(s->b, 17) ^ s->c;
    s->c = rotate(s->c, 32);
}

static void sip_take(struct sip *s, uint64_t word)
{
    s->d ^= word;
    sip_round(s);
    sip_round(s);
    s->a ^= word;
}

/* SipHash-2-4 (Aumasson and Bernstein). */
uint64_t consent_filter_hash(const uint8_t key[16], const void *data, size_t len)
{
    const uint64_t k0 = read_le(key, 8), k1 = read_le(key + 8, 8);
    struct sip s = {k0 ^ UINT64_C(0x736f6d6570736575), k1 ^ UINT64_C(0x646f72616e646f6d),
                    k0 ^ UINT64_C(0x6c7967656e657261), k1 ^ UINT64_C(0x7465646279746573)};
    const uint8_t *p = data;
    size_t left = len;

    for (; left >= 8; p += 8, left -= 8)
        sip_take(&s, read_le(p, 8));
    sip_take(&s, (uint64_t)(len & 0xff) << 56 | (left > 0 ? read_le(p, (int)left) : 0));
    s.c ^= 0xff;
    for (int i = 0; i < 4; i++)
        sip_round(&s);
    return s.a ^ s.b ^ s.c ^ s.d;
}

uint64_t consent_filter_mix(uint64_t hash, uint64_t seed)
{
    uint64_t h = hash + seed;

    h = (h ^ h >> 33) * UINT64_C(0xff51afd7ed558ccd);
    h = (h ^ h >> 33) * UINT64_C(0xc4ceb9fe1a85ec53);
    return h ^ h >> 33;
}

static uint64_t high(uint64_t a, uint64_t b)
{
    const uint64_t al = a & UINT32_MAX, ah = a >> 32, bl = b & UINT32_MAX, bh = b >> 32;
    const uint64_t middle = ah * bl + (al * bl >> 32);
    const uint64_t other = al * bh + (middle & UINT32_MAX);

    return ah * bh + (middle >> 32) + (other >> 32);
}

void consent_filter_places(const struct consent_filter_shape *shape, uint64_t mixed,
                           uint64_t ret[3])
{
    const uint64_t mask = shape->segment - 1;

    ret[0] = high(mixed, (uint64_t)shape->segments * shape->segment);
    ret[1] = (ret[0] + shape->segment) ^ (mixed >> 18 & mask);
    ret[2] = (ret[0] + 2 * (uint64_t)shape->segment) ^ (mixed & mask);
}

/* CRC-64/XZ, eight bytes at a time. */
void consent_filter_crc_init(struct consent_filter_crc *crc)
{
    for (unsigned i = 0; i < 256; i++) {
        uint64_t c = i;

        for (int bit = 0; bit < 8; bit++)
            c = c >> 1 ^ (c & 1 ? UINT64_C(0xc96c5795d7870f42) : 0);
        crc->table[0][i] = c;
    }
    for (unsigned i = 0; i < 256; i++)
        for (int t = 1; t < 8; t++)
            crc->table[t][i] =
                crc->table[t - 1][i] >> 8 ^ crc->table[0][crc->table[t - 1][i] & 0xff];
}

uint64_t consent_filter_crc_add(const struct consent_filter_crc *crc, uint64_t before,
                                const void *data, size_t len)
{
    const uint8_t *p = data;
    uint64_t c = ~before;

    for (; len >= 8; p += 8, len -= 8) {
        c ^= read_le(p, 8);
        c = crc->table[7][c & 0xff] ^ crc->table[6][c >> 8 & 0xff] ^
            crc->table[5][c >> 16 & 0xff] ^ crc->table[4][c >> 24 & 0xff] ^
            crc->table[3][c >> 32 & 0xff] ^ crc->table[2][c >> 40 & 0xff] ^
            crc->table[1][c >> 48 & 0xff] ^ crc->table[0][c >> 56];
    }
    for (; len > 0; p++, len--)
        c = c >> 8 ^ crc->table[0][(c ^ *p) & 0xff];
    return ~c;
}

/* --- loading --- */

static bool text_read(const uint8_t *p, size_t bytes, char *ret)
{
    const uint8_t *end = memchr(p, '\0', bytes);

    memcpy(ret, p, bytes);
    for (; end != NULL && end < p + bytes; end++)
        if (*end != '\0')
            return false;
    return end != NULL;
}

static bool shape_holds(const struct consent_filter_shape *s, uint64_t entries,
                        uint64_t bytes)
{
    return s->segment > 0 && s->segment <= SEGMENT_MAX &&
           (s->segment & (s->segment - 1)) == 0 && s->segments > 0 &&
           s->slots == ((uint64_t)s->segments + 2) * s->segment &&
           s->slots <= UINT64_C(1) << 40 && bytes == HEADER + 2 * s->slots &&
           entries <= s->slots;
}

static enum consent_filter_error header_read(const uint8_t *d, size_t len,
                                             struct consent_filter *f)
{
    static const uint8_t magic[8] = {0x89, 'C', 'M', 'Q', 'F', 0x0d, 0x0a, 0x1a};
    struct consent_filter_crc *crc;
    bool sound;

    if (len < sizeof(magic) || memcmp(d, magic, sizeof(magic)) != 0)
        return CONSENT_FILTER_FOREIGN;
    if (len < HEADER)
        return CONSENT_FILTER_DAMAGED;
    crc = malloc(sizeof(*crc));
    if (crc == NULL)
        return CONSENT_FILTER_MEMORY;
    consent_filter_crc_init(crc);
    sound = read_le(d + 1016, 8) == consent_filter_crc_add(crc, 0, d, 1016);
    if (sound && (read_le(d + 8, 2) != CONSENT_FILTER_VERSION || d[10] != 16 ||
                  read_le(d + 12, 4) != HEADER)) {
        free(crc);
        return CONSENT_FILTER_NEWER;
    }
    f->about.permit = d[11] == 1;
    f->about.entries = read_le(d + 16, 8);
    memcpy(f->shape.key, d + 32, sizeof(f->shape.key));
    f->shape.seed = read_le(d + 48, 8);
    f->shape.segment = (uint32_t)read_le(d + 56, 4);
    f->shape.segments = (uint32_t)read_le(d + 60, 4);
    f->shape.slots = read_le(d + 64, 8);
    f->about.made_us = (int64_t)read_le(d + 72, 8);
    sound =
        sound && d[11] <= 1 && read_le(d + 24, 8) == len &&
        shape_holds(&f->shape, f->about.entries, len) &&
        text_read(d + 80, sizeof(f->about.list), f->about.list) &&
        text_read(d + 144, sizeof(f->about.profile), f->about.profile) &&
        text_read(d + 176, sizeof(f->about.cursor), f->about.cursor) &&
        read_le(d + 1008, 8) == consent_filter_crc_add(crc, 0, d + HEADER, len - HEADER);
    free(crc);
    return sound ? CONSENT_FILTER_OK : CONSENT_FILTER_DAMAGED;
}

enum consent_filter_error consent_filter_load(const void *data, size_t len,
                                              struct consent_filter **ret)
{
    struct consent_filter *f = calloc(1, sizeof(*f));
    enum consent_filter_error error;

    if (f == NULL)
        return CONSENT_FILTER_MEMORY;
    f->slots = (const uint8_t *)data + HEADER;
    error = header_read(data, len, f);
    if (error == CONSENT_FILTER_OK)
        *ret = f;
    else
        free(f);
    return error;
}

/* Reads len bytes; a file that has become shorter is damaged. */
static bool read_all(int fd, uint8_t *to, size_t len)
{
    while (len > 0) {
        ssize_t n = read(fd, to, len);

        if (n == 0 || (n < 0 && errno != EINTR))
            return false;
        to += n > 0 ? n : 0;
        len -= n > 0 ? (size_t)n : 0;
    }
    return true;
}

static enum consent_filter_error file_open(int fd, const struct stat *st, bool map,
                                           struct consent_filter **ret)
{
    const size_t len = (size_t)st->st_size;
    enum consent_filter_error error;
    uint8_t *data;

    if (!S_ISREG(st->st_mode) || len < HEADER)
        return CONSENT_FILTER_FOREIGN;
    if (map) {
        data = mmap(NULL, len, PROT_READ, MAP_SHARED, fd, 0);
        if (data == MAP_FAILED)
            return CONSENT_FILTER_MEMORY;
    } else {
        data = malloc(len);
        if (data == NULL)
            return CONSENT_FILTER_MEMORY;
    }
    error = map || read_all(fd, data, len) ? consent_filter_load(data, len, ret)
                                           : CONSENT_FILTER_DAMAGED;
    if (error == CONSENT_FILTER_OK) {
        (*ret)->owned = map ? NULL : data;
        (*ret)->mapped = map ? data : NULL;
        (*ret)->bytes = len;
        (*ret)->device = st->st_dev;
        (*ret)->inode = st->st_ino;
    } else if (map) {
        munmap(data, len);
    } else {
        free(data);
    }
    return error;
}

static enum consent_filter_error path_open(const char *path, bool map,
                                           struct consent_filter **ret)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    enum consent_filter_error error = CONSENT_FILTER_NO_FILE;
    struct stat st;

    if (fd < 0)
        return error;
    if (fstat(fd, &st) == 0)
        error = file_open(fd, &st, map, ret);
    close(fd);
    if (error == CONSENT_FILTER_OK) {
        (*ret)->path = strdup(path);
        if ((*ret)->path == NULL) {
            consent_filter_close(*ret);
            *ret = NULL;
            error = CONSENT_FILTER_MEMORY;
        }
    }
    return error;
}

enum consent_filter_error consent_filter_open(const char *path,
                                              struct consent_filter **ret)
{
    return path_open(path, false, ret);
}

enum consent_filter_error consent_filter_map(const char *path,
                                             struct consent_filter **ret)
{
    return path_open(path, true, ret);
}

void consent_filter_close(struct consent_filter *f)
{
    if (f == NULL)
        return;
    if (f->mapped != NULL)
        munmap(f->mapped, f->bytes);
    free(f->owned);
    free(f->path);
    free(f);
}

/* --- asking --- */

static uint16_t slot(const struct consent_filter *f, uint64_t at)
{
    return (uint16_t)(f->slots[2 * at] | f->slots[2 * at + 1] << 8);
}

bool consent_filter_has(const struct consent_filter *f, const void *token, size_t len)
{
    uint64_t h, at[3];

    if (f->about.entries == 0)
        return false;
    h = consent_filter_mix(consent_filter_hash(f->shape.key, token, len), f->shape.seed);
    consent_filter_places(&f->shape, h, at);
    return (slot(f, at[0]) ^ slot(f, at[1]) ^ slot(f, at[2])) == (uint16_t)(h ^ h >> 32);
}

const struct consent_filter_about *consent_filter_about(const struct consent_filter *f)
{
    return &f->about;
}

bool consent_filter_stale(const struct consent_filter *f)
{
    struct stat st;

    return f->path != NULL && stat(f->path, &st) == 0 &&
           (st.st_ino != f->inode || st.st_dev != f->device);
}

const char *consent_filter_error_text(enum consent_filter_error error)
{
    switch (error) {
    case CONSENT_FILTER_OK: return "it is good";
    case CONSENT_FILTER_NO_FILE: return "it cannot be read";
    case CONSENT_FILTER_FOREIGN: return "it is no filter";
    case CONSENT_FILTER_NEWER: return "it is of a version that is not known here";
    case CONSENT_FILTER_DAMAGED: return "it is damaged: fetch it again";
    case CONSENT_FILTER_MEMORY: return "there is not enough memory for it";
    }
    return "it cannot be used";
}
