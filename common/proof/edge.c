#include "proof/edge.h"

#include "crypto/digest.h"

void edge_init(struct edge *e)
{
    e->n = 0;
}

int edge_width(const struct edge *e, int level)
{
    return (int)((e->n >> (8 * level)) % TILE_HASHES);
}

bool edge_append(struct edge *e, const struct merkle_hash *leaf,
                 const struct edge_sink *sink, struct err *err)
{
    struct merkle_hash up = *leaf;

    for (int level = 0; level < TILE_LEVELS; level++) {
        const uint64_t at = e->n >> (8 * level);

        e->hash[level][at % TILE_HASHES] = up;
        if ((at + 1) % TILE_HASHES != 0)
            break;
        if (!tile_hash(e->hash[level], 8, 0, &up, err) ||
            !sink->full(sink->context, level, at / TILE_HASHES, e->hash[level], &up, err))
            return false;
    }
    e->n++;
    return true;
}

bool edge_root(const struct edge *e, struct merkle_hash *ret, struct err *err)
{
    bool any = false;

    if (e->n == 0)
        return digest_sha256("", 0, NULL, 0, ret->b, err);
    /* Small subtrees stand on the right: from there, each joins what is right of it. */
    for (int level = 0; level < TILE_LEVELS; level++) {
        size_t left = (size_t)edge_width(e, level);

        for (int height = 0; height < 8; height++) {
            struct merkle_hash part;

            if ((left >> height & 1) == 0)
                continue;
            left -= (size_t)1 << height;
            if (!tile_hash(e->hash[level], height, left >> height, &part, err))
                return false;
            if (!any)
                *ret = part;
            else if (!merkle_node(&part, ret, ret, err))
                return false;
            any = true;
        }
    }
    return true;
}
