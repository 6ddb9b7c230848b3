#include "proof/merkle.h"

#include "crypto/digest.h"

#include <assert.h>
#include <string.h>

bool merkle_leaf(const void *entry, size_t len, struct merkle_hash *ret, struct err *err)
{
    return digest_sha256("\0", 1, entry, len, ret->b, err);
}

bool merkle_node(const struct merkle_hash *left, const struct merkle_hash *right,
                 struct merkle_hash *ret, struct err *err)
{
    uint8_t head[1 + MERKLE_BYTES];

    head[0] = 1;
    memcpy(head + 1, left->b, MERKLE_BYTES);
    return digest_sha256(head, sizeof(head), right->b, MERKLE_BYTES, ret->b, err);
}

bool merkle_equal(const struct merkle_hash *a, const struct merkle_hash *b)
{
    return memcmp(a->b, b->b, MERKLE_BYTES) == 0;
}

/* --- making --- */

/* The greatest power of two below n, as its exponent; n > 1. */
static int split_level(uint64_t n)
{
    int level = 0;

    while (level < 63 && (UINT64_C(2) << level) < n)
        level++;
    return level;
}

/* The hash of n > 0 leaves from "begin": MTH of RFC 6962. begin is a multiple of the
 * least power of two that is not below n, as all subtrees of a tree begin. */
static bool hash_of(const struct merkle_source *from, uint64_t begin, uint64_t n,
                    struct merkle_hash *ret, struct err *err)
{
    struct merkle_hash part[64];
    int parts = 0;

    while (n > 0) {
        int level = 63 - __builtin_clzll(n);

        if (!from->get(from->context, level, begin >> level, &part[parts++], err))
            return false;
        begin += UINT64_C(1) << level;
        n -= UINT64_C(1) << level;
    }
    *ret = part[--parts];
    while (parts-- > 0)
        if (!merkle_node(&part[parts], ret, ret, err))
            return false;
    return true;
}

bool merkle_root(const struct merkle_source *from, uint64_t n, struct merkle_hash *ret,
                 struct err *err)
{
    if (n == 0)
        return digest_sha256("", 0, NULL, 0, ret->b, err);
    return hash_of(from, 0, n, ret, err);
}

/* What a proof skips on its way down, the highest first. */
struct skipped {
    uint64_t begin, n;
};

/* Proofs name the hashes from below upwards. */
static bool collect(const struct merkle_source *from, const struct skipped *s, size_t n,
                    struct merkle_proof *ret, struct err *err)
{
    while (n-- > 0)
        if (!hash_of(from, s[n].begin, s[n].n, &ret->hash[ret->n++], err))
            return false;
    return true;
}

bool merkle_inclusion(const struct merkle_source *from, uint64_t index, uint64_t n,
                      struct merkle_proof *ret, struct err *err)
{
    struct skipped skipped[MERKLE_PATH_MOST];
    uint64_t begin = 0;
    size_t depth = 0;

    assert(index < n);
    ret->n = 0;
    while (n > 1) {
        uint64_t k = UINT64_C(1) << split_level(n);

        if (index - begin < k) {
            skipped[depth++] = (struct skipped){begin + k, n - k};
            n = k;
        } else {
            skipped[depth++] = (struct skipped){begin, k};
            begin += k;
            n -= k;
        }
    }
    return collect(from, skipped, depth, ret, err);
}

bool merkle_consistency(const struct merkle_source *from, uint64_t old, uint64_t n,
                        struct merkle_proof *ret, struct err *err)
{
    struct skipped skipped[MERKLE_PATH_MOST];
    uint64_t begin = 0, m = old;
    size_t depth = 0;

    assert(old <= n);
    ret->n = 0;
    if (old == 0 || old == n)
        return true;
    while (m != n) {
        uint64_t k = UINT64_C(1) << split_level(n);

        if (m <= k) {
            skipped[depth++] = (struct skipped){begin + k, n - k};
            n = k;
        } else {
            skipped[depth++] = (struct skipped){begin, k};
            begin += k;
            m -= k;
            n -= k;
        }
    }
    /* begin 0: the old root itself, which the asker has */
    if (begin > 0 && !hash_of(from, begin, m, &ret->hash[ret->n++], err))
        return false;
    return collect(from, skipped, depth, ret, err);
}

/* --- checking --- */

bool merkle_included(const struct merkle_hash *leaf, uint64_t index, uint64_t n,
                     const struct merkle_proof *proof, const struct merkle_hash *root)
{
    struct merkle_hash r = *leaf;
    uint64_t fn = index, sn = n - 1;
    struct err err;

    if (index >= n)
        return false;
    for (size_t i = 0; i < proof->n; i++) {
        const struct merkle_hash *p = &proof->hash[i];

        if (sn == 0)
            return false;
        if ((fn & 1) != 0 || fn == sn) {
            if (!merkle_node(p, &r, &r, &err))
                return false;
            while ((fn & 1) == 0 && fn != 0) {
                fn >>= 1;
                sn >>= 1;
            }
        } else if (!merkle_node(&r, p, &r, &err)) {
            return false;
        }
        fn >>= 1;
        sn >>= 1;
    }
    return sn == 0 && merkle_equal(&r, root);
}

bool merkle_consistent(uint64_t old, const struct merkle_hash *old_root, uint64_t n,
                       const struct merkle_hash *root, const struct merkle_proof *proof)
{
    struct merkle_hash fr, sr;
    uint64_t fn = old - 1, sn = n - 1;
    struct err err;
    size_t i = 0;

    if (old > n)
        return false;
    if (old == n)
        return proof->n == 0 && merkle_equal(old_root, root);
    if (old == 0)
        return proof->n == 0;
    while ((fn & 1) != 0) {
        fn >>= 1;
        sn >>= 1;
    }
    if (fn != 0) {
        if (proof->n == 0)
            return false;
        fr = proof->hash[i++];
    } else {
        fr = *old_root;
    }
    sr = fr;
    for (; i < proof->n; i++) {
        const struct merkle_hash *c = &proof->hash[i];

        if (sn == 0)
            return false;
        if ((fn & 1) != 0 || fn == sn) {
            if (!merkle_node(c, &fr, &fr, &err) || !merkle_node(c, &sr, &sr, &err))
                return false;
            while ((fn & 1) == 0 && fn != 0) {
                fn >>= 1;
                sn >>= 1;
            }
        } else if (!merkle_node(&sr, c, &sr, &err)) {
            return false;
        }
        fn >>= 1;
        sn >>= 1;
    }
    return sn == 0 && merkle_equal(&fr, old_root) && merkle_equal(&sr, root);
}
