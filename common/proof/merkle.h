/*
 * merkle.h - the tree of RFC 6962 (and RFC 9162): hashes, roots, proofs, and their
 * checks.
 *
 * A leaf is SHA-256(0x00 | entry), a node SHA-256(0x01 | left | right), and the root of n
 * leaves has the greatest power of two below n on its left. Whoever makes roots and
 * proofs says where the hash of a complete subtree is available (struct merkle_source):
 * out of tiles, files, a table. Whoever checks them needs nothing of us.
 */
#ifndef CONSENT_PROOF_MERKLE_H
#define CONSENT_PROOF_MERKLE_H

#include "base/err.h"

#include <stddef.h>
#include <stdint.h>

#define MERKLE_BYTES     32
#define MERKLE_PATH_MOST 64 /* hashes in an inclusion proof ... */
#define MERKLE_LINK_MOST 65 /* ... and in a consistency proof, at most */

struct merkle_hash {
    uint8_t b[MERKLE_BYTES];
};

/* Hashes of one proof. */
struct merkle_proof {
    size_t n;
    struct merkle_hash hash[MERKLE_LINK_MOST];
};

/* The hash of the complete subtree of 2^level leaves, the index-th from the left. */
struct merkle_source {
    void *context;
    bool (*get)(void *context, int level, uint64_t index, struct merkle_hash *ret,
                struct err *err);
};

/* ERR_FATAL with DIGEST_FAILED, here and below; and whatever the source says. */
bool merkle_leaf(const void *entry, size_t len, struct merkle_hash *ret, struct err *err);
bool merkle_node(const struct merkle_hash *left, const struct merkle_hash *right,
                 struct merkle_hash *ret, struct err *err);

/* Of the tree's first n leaves; of none it is SHA-256 of nothing. */
bool merkle_root(const struct merkle_source *from, uint64_t n, struct merkle_hash *ret,
                 struct err *err);

/* That leaf "index" stands in the first n leaves: RFC 6962, 2.1.1. index < n. */
bool merkle_inclusion(const struct merkle_source *from, uint64_t index, uint64_t n,
                      struct merkle_proof *ret, struct err *err);

/* That the first "old" leaves of the first n are what they were: RFC 6962, 2.1.2.
 * old <= n; the proof of 0 and of n leaves is empty. */
bool merkle_consistency(const struct merkle_source *from, uint64_t old, uint64_t n,
                        struct merkle_proof *ret, struct err *err);

/* RFC 9162, 2.1.3.2 and 2.1.4.2. False: it does not prove that. */
bool merkle_included(const struct merkle_hash *leaf, uint64_t index, uint64_t n,
                     const struct merkle_proof *proof, const struct merkle_hash *root);
bool merkle_consistent(uint64_t old, const struct merkle_hash *old_root, uint64_t n,
                       const struct merkle_hash *root, const struct merkle_proof *proof);

bool merkle_equal(const struct merkle_hash *a, const struct merkle_hash *b);

#endif
