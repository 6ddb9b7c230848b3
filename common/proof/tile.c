#include "proof/tile.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

int tile_width(uint64_t n, int level, uint64_t index)
{
    const uint64_t hashes = n >> (8 * level), begin = index * TILE_HASHES;

    if (hashes <= begin)
        return 0;
    return hashes - begin < TILE_HASHES ? (int)(hashes - begin) : TILE_HASHES;
}

void tile_path(int level, uint64_t index, int width, char ret[TILE_PATH_BYTES])
{
    char parts[40];
    size_t at = sizeof(parts);
    uint64_t left = index;
    int n;

    parts[--at] = '\0';
    do {
        char part[8];

        snprintf(part, sizeof(part), "%s%03u", left == index ? "/" : "/x",
                 (unsigned)(left % 1000));
        at -= strlen(part);
        memcpy(parts + at, part, strlen(part));
        left /= 1000;
    } while (left > 0);
    n = level < 0 ? snprintf(ret, TILE_PATH_BYTES, "tile/entries%s", parts + at)
                  : snprintf(ret, TILE_PATH_BYTES, "tile/%d%s", level, parts + at);
    if (width < TILE_HASHES)
        snprintf(ret + n, TILE_PATH_BYTES - (size_t)n, ".p/%d", width);
}

bool tile_parse(const char *path, int *ret_level, uint64_t *ret_index, int *ret_width)
{
    char again[TILE_PATH_BYTES];
    uint64_t index = 0;
    const char *at;
    int level = -1, width = TILE_HASHES;

    if (strncmp(path, "tile/", 5) != 0 || strlen(path) >= TILE_PATH_BYTES)
        return false;
    at = path + 5;
    if (strncmp(at, "entries", 7) == 0) {
        at += 7;
    } else {
        if (at[0] < '0' || at[0] >= '0' + TILE_LEVELS)
            return false;
        level = *at++ - '0';
    }
    while (*at == '/') {
        at += at[1] == 'x' ? 2 : 1;
        if (index > UINT64_MAX / 1000 - 1)
            return false;
        for (int i = 0; i < 3; i++, at++) {
            if (*at < '0' || *at > '9')
                return false;
            index = index * 10 + (uint64_t)(*at - '0');
        }
    }
    if (strncmp(at, ".p/", 3) == 0) {
        width = 0;
        for (at += 3; *at >= '0' && *at <= '9' && width < TILE_HASHES; at++)
            width = width * 10 + (*at - '0');
        if (width < 1 || width >= TILE_HASHES)
            return false;
    }
    tile_path(level, index, width, again);
    *ret_level = level;
    *ret_index = index;
    *ret_width = width;
    return strcmp(path, again) == 0;
}

bool tile_hash(const struct merkle_hash *hashes, int height, size_t at,
               struct merkle_hash *ret, struct err *err)
{
    struct merkle_hash row[TILE_HASHES / 2];
    const size_t n = (size_t)1 << height;

    assert(height <= 8);
    hashes += at * n;
    if (height == 0) {
        *ret = *hashes;
        return true;
    }
    for (size_t i = 0; i < n / 2; i++)
        if (!merkle_node(&hashes[2 * i], &hashes[2 * i + 1], &row[i], err))
            return false;
    for (size_t left = n / 4; left > 0; left /= 2)
        for (size_t i = 0; i < left; i++)
            if (!merkle_node(&row[2 * i], &row[2 * i + 1], &row[i], err))
                return false;
    *ret = row[0];
    return true;
}

static bool get_node(void *context, int level, uint64_t index, struct merkle_hash *ret,
                     struct err *err)
{
    struct tile_source *s = context;
    const int tile = level / 8, height = level % 8;
    const uint64_t first = index << height;
    const struct merkle_hash *hashes;
    int width;

    width = tile_width(s->n, tile, first / TILE_HASHES);
    if (!s->get(s->context, tile, first / TILE_HASHES, width, &hashes, err))
        return false;
    return tile_hash(hashes, height, (size_t)(first % TILE_HASHES) >> height, ret, err);
}

struct merkle_source tile_merkle(struct tile_source *from)
{
    return (struct merkle_source){.context = from, .get = get_node};
}
