#include "crypto/event_pack.h"

#include "base/embed.h"
#include "base/mem.h"

#include <stdlib.h>
#include <string.h>

#include <zstd.h>

#define LEVEL     1 /* with the dictionary as small as 3, in four fifths of the time */
#define DICTS_MAX 4

/* A line a dictionary, in their order. */
#define DICTIONARIES(X) X(40001)

#define X(number) EMBED(event_dict_##number, "schemas/events/dict-" #number ".zstd");
DICTIONARIES(X)
#undef X

static const struct {
    unsigned number;
    const char *begin, *end;
} dicts[] = {
#define X(number) {number, event_dict_##number, event_dict_##number##_end},
    DICTIONARIES(X)
#undef X
};
#define N_DICTS (sizeof(dicts) / sizeof(dicts[0]))

struct event_pack {
    ZSTD_CCtx *in;
    ZSTD_DCtx *out;
    ZSTD_CDict *writing;
    ZSTD_DDict *reading[N_DICTS];
    size_t cap;
    void *packed;
};

struct event_pack *event_pack_open(void)
{
    struct event_pack *p = mem_zalloc(1, sizeof(*p));
    bool ok;

    p->in = ZSTD_createCCtx();
    p->out = ZSTD_createDCtx();
    p->writing = ZSTD_createCDict(
        dicts[N_DICTS - 1].begin,
        (size_t)(dicts[N_DICTS - 1].end - dicts[N_DICTS - 1].begin), LEVEL);
    ok = p->in != NULL && p->out != NULL && p->writing != NULL;
    for (size_t i = 0; i < N_DICTS; i++) {
        p->reading[i] =
            ZSTD_createDDict(dicts[i].begin, (size_t)(dicts[i].end - dicts[i].begin));
        ok = ok && p->reading[i] != NULL &&
             ZSTD_getDictID_fromDDict(p->reading[i]) == dicts[i].number;
    }
    if (ok)
        return p;
    event_pack_close(p);
    return NULL;
}

void event_pack_close(struct event_pack *p)
{
    if (p == NULL)
        return;
    for (size_t i = 0; i < N_DICTS; i++)
        ZSTD_freeDDict(p->reading[i]);
    ZSTD_freeCDict(p->writing);
    ZSTD_freeDCtx(p->out);
    ZSTD_freeCCtx(p->in);
    free(p->packed);
    free(p);
}

bool event_pack(struct event_pack *p, const void *data, size_t len, const void **ret,
                size_t *ret_len)
{
    const size_t most = ZSTD_compressBound(len);

    if (most > p->cap) {
        p->cap = most;
        p->packed = mem_resize(p->packed, most, 1);
    }
    *ret = p->packed;
    *ret_len = ZSTD_compress_usingCDict(p->in, p->packed, p->cap, data, len, p->writing);
    return ZSTD_isError(*ret_len) == 0;
}

bool event_unpack(struct event_pack *p, const void *packed, size_t len, struct buf *out)
{
    const unsigned number = ZSTD_getDictID_fromFrame(packed, len);
    const unsigned long long most = ZSTD_getFrameContentSize(packed, len);
    const size_t at = out->len;
    size_t i = 0, n;

    while (i < N_DICTS && dicts[i].number != number)
        i++;
    if (i == N_DICTS || most == ZSTD_CONTENTSIZE_UNKNOWN ||
        most == ZSTD_CONTENTSIZE_ERROR || most > out->limit_bytes ||
        !buf_room(out, (size_t)most))
        return false;
    n = ZSTD_decompress_usingDDict(p->out, out->data + at, (size_t)most, packed, len,
                                   p->reading[i]);
    if (ZSTD_isError(n) == 0 && n == (size_t)most)
        return true;
    out->len = at;
    out->data[at] = '\0';
    return false;
}
