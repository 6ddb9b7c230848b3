/*
 * tile.h - the tree in pieces of 256 hashes: the layout of C2SP tlog-tiles.
 *
 * Tile (level, index) holds the hashes of the subtrees of 256^level leaves, 256 of them
 * from the index * 256-th; a tile at the tree's right edge is partial and holds fewer. A
 * tile that is full never changes.
 */
#ifndef CONSENT_PROOF_TILE_H
#define CONSENT_PROOF_TILE_H

#include "proof/merkle.h"

#define TILE_HASHES     256
#define TILE_BYTES      (TILE_HASHES * MERKLE_BYTES)
#define TILE_LEVELS     8
#define TILE_PATH_BYTES 64

/* Hashes of tile (level, index) in a tree of n leaves: 0 to 256. */
int tile_width(uint64_t n, int level, uint64_t index);

/* "tile/0/x001/x234/067", of a partial one with ".p/17" behind it; level -1: of the
 * bundle of entries, "tile/entries/...". */
void tile_path(int level, uint64_t index, int width, char ret[TILE_PATH_BYTES]);

/* The path back into its parts, "tile/" and all. False: it is none, or not written so. */
bool tile_parse(const char *path, int *ret_level, uint64_t *ret_index, int *ret_width);

/* The hash over 2^height of the tile's hashes, the at-th such run: within one tile. */
bool tile_hash(const struct merkle_hash *hashes, int height, size_t at,
               struct merkle_hash *ret, struct err *err);

/* A tree of n leaves that stands in tiles. get hands over the hashes of a tile, borrowed
 * until the next call. */
struct tile_source {
    void *context;
    bool (*get)(void *context, int level, uint64_t index, int width,
                const struct merkle_hash **ret, struct err *err);
    uint64_t n;
};

/* For merkle_root, merkle_inclusion, merkle_consistency: from must stay where it is. */
struct merkle_source tile_merkle(struct tile_source *from);

#endif
