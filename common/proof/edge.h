/*
 * edge.h - the right edge of a tree that grows: all that appending needs.
 *
 * Of every level it holds the tile that is not full yet. A full one is handed out, once,
 * and its hash moves up. Plain memory: 64 KiB, no pointers.
 */
#ifndef CONSENT_PROOF_EDGE_H
#define CONSENT_PROOF_EDGE_H

#include "proof/tile.h"

struct edge {
    uint64_t n; /* leaves */
    struct merkle_hash hash[TILE_LEVELS][TILE_HASHES];
};

/* Where full tiles go. root: the hash over all of the tile. */
struct edge_sink {
    void *context;
    bool (*full)(void *context, int level, uint64_t index,
                 const struct merkle_hash hashes[TILE_HASHES],
                 const struct merkle_hash *root, struct err *err);
};

/* The tree of no leaves. */
void edge_init(struct edge *e);

/* How many hashes of a level are in its partial tile. */
int edge_width(const struct edge *e, int level);

/* One leaf more. After a failure the edge is of no more use. */
bool edge_append(struct edge *e, const struct merkle_hash *leaf,
                 const struct edge_sink *sink, struct err *err);

bool edge_root(const struct edge *e, struct merkle_hash *ret, struct err *err);

#endif
