/*
 * tree.h - a log's tree in the database: its tiles, its checkpoints, where rows are in
 * it.
 *
 * Rights: SELECT on proof_seal, proof_tile, proof_range.
 */
#ifndef CONSENT_STORE_PROOF_TREE_H
#define CONSENT_STORE_PROOF_TREE_H

#include "proof/edge.h"
#include "proof/note.h"
#include "store/proof/range.h"

/* What a log said of itself. */
struct proof_seal {
    uint64_t size, leaves;
    int64_t at_us;
    struct merkle_hash root;
    char checkpoint[2048];
};

/* The last seal with at most "size" leaves (WHEN_NEVER: of all), or (least) the first
 * with at least so many. *ret_found false: there is none. */
bool proof_seal_last(struct pg *pg, enum proof_log log, uint64_t size,
                     struct proof_seal *ret, bool *ret_found, struct err *err);
bool proof_seal_least(struct pg *pg, enum proof_log log, uint64_t size,
                      struct proof_seal *ret, bool *ret_found, struct err *err);

/* Sources whose records have become leaves from "first" on; at most so many. */
#define PROOF_SOURCES_MOST 1024
struct proof_sources {
    size_t n;
    int32_t number[PROOF_SOURCES_MOST];
};
bool proof_sources_since(struct pg *pg, uint64_t first, struct proof_sources *ret,
                         struct err *err);

/* How sealing goes, for doctor. */
struct proof_standing {
    int64_t seals;   /* of all logs; 0: nothing has ever been sealed */
    int64_t last_us; /* of the last checkpoint */
    int64_t size;    /* leaves of the events' log */
    int64_t
        waiting; /* partitions whose records of more than a minute ago are in no leaf */
};
bool proof_stand(struct pg *pg, struct proof_standing *ret, struct err *err);

/* The epoch of the last restore that a person has acknowledged; 0: none. */
bool proof_epoch(struct pg *pg, int64_t *ret, struct err *err);

/* Tiles of the tree of n leaves, a tile of each level kept at hand. */
struct proof_tree {
    struct pg *pg;
    enum proof_log log;
    struct tile_source tiles;
    struct {
        int width;
        uint64_t index;
        struct merkle_hash hashes[TILE_HASHES];
    } kept[TILE_LEVELS];
};

/* t must stay where it is while it is used. */
void proof_tree_init(struct proof_tree *t, struct pg *pg, enum proof_log log, uint64_t n);

/* Tile (level, index), its first "width" hashes, borrowed until the next. ERR_INPUT with
 * PROOF_TILE: the tree has no such tile. */
bool proof_tree_tile(struct proof_tree *t, int level, uint64_t index, int width,
                     const struct merkle_hash **ret, struct err *err);

/* The right edge of the last tree, to go on from. */
bool proof_edge_load(struct pg *pg, enum proof_log log, struct edge *ret,
                     struct err *err);

/* The ranges that have "at" (an offset, a version, a transaction) of a place, in the
 * order of the log: more than one when a feed began again. */
bool proof_ranges_at(struct pg *pg, enum proof_log log, const char *topic,
                     int32_t partition, int64_t at, struct proof_ranges *ret,
                     struct err *err);

/* The next ranges of a log from leaf "first" on, at most n. */
bool proof_ranges_from(struct pg *pg, enum proof_log log, uint64_t first, int32_t n,
                       struct proof_ranges *ret, struct err *err);

extern const struct pg_stmt *const proof_tree_statements[];
extern const size_t proof_tree_statements_n;

#endif
