/* The tree of RFC 6962: its known vectors, and every proof of small trees. */
#include "base/hex.h"
#include "base/mem.h"
#include "proof/edge.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

/* The tree that the tests of Certificate Transparency have used since 2012. */
static const char *const leaves[] = {
    "",
    "00",
    "10",
    "2021",
    "3031",
    "40414243",
    "5051525354555657",
    "606162636465666768696a6b6c6d6e6f",
};
static const char *const roots[] = {
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
};

#define MANY 70000

/* A tree in memory: what its edge handed out, and the edge itself. */
struct forest {
    struct edge edge;
    struct merkle_hash *full[3]; /* tiles of a level, one behind the other */
    struct tile_source source;
};

static bool keep(void *context, int level, uint64_t index,
                 const struct merkle_hash hashes[TILE_HASHES],
                 const struct merkle_hash *root, struct err *err)
{
    struct forest *f = context;

    (void)root;
    (void)err;
    cr_assert_lt(level, 3);
    memcpy(f->full[level] + index * TILE_HASHES, hashes, TILE_BYTES);
    return true;
}

static bool get(void *context, int level, uint64_t index, int width,
                const struct merkle_hash **ret, struct err *err)
{
    struct forest *f = context;
    uint64_t full = (f->edge.n >> (8 * level)) / TILE_HASHES;

    (void)err;
    (void)width;
    *ret = index < full ? f->full[level] + index * TILE_HASHES : f->edge.hash[level];
    return true;
}

static struct forest *grow(uint64_t n)
{
    struct forest *f = mem_zalloc(1, sizeof(*f));
    const struct edge_sink sink = {f, keep};
    struct err err;

    for (int i = 0; i < 3; i++)
        f->full[i] = mem_zalloc(MANY + TILE_HASHES, MERKLE_BYTES);
    edge_init(&f->edge);
    for (uint64_t i = 0; i < n; i++) {
        struct merkle_hash leaf;
        uint8_t bytes[32];
        size_t len = 8;

        memcpy(bytes, &i, sizeof(i));
        if (n <= 8) {
            len = strlen(leaves[i]) / 2;
            cr_assert(hex_read(leaves[i], len, bytes));
        }
        cr_assert(merkle_leaf(bytes, len, &leaf, &err));
        cr_assert(edge_append(&f->edge, &leaf, &sink, &err));
    }
    f->source = (struct tile_source){f, get, n};
    return f;
}

static void fell(struct forest *f)
{
    for (int i = 0; i < 3; i++)
        free(f->full[i]);
    free(f);
}

Test(proof_merkle, known_roots)
{
    for (uint64_t n = 0; n <= 8; n++) {
        struct forest *f = grow(n);
        struct merkle_source from = tile_merkle(&f->source);
        struct merkle_hash edge, tiles;
        char text[2 * MERKLE_BYTES + 1];
        struct err err;

        cr_assert(edge_root(&f->edge, &edge, &err));
        cr_assert(merkle_root(&from, n, &tiles, &err));
        hex_print(edge.b, MERKLE_BYTES, text);
        cr_expect_str_eq(text, roots[n]);
        cr_expect(merkle_equal(&edge, &tiles));
        fell(f);
    }
}

static struct merkle_hash leaf_of(struct forest *f, uint64_t i)
{
    struct merkle_source from = tile_merkle(&f->source);
    struct merkle_hash ret;
    struct err err;

    cr_assert(from.get(from.context, 0, i, &ret, &err));
    return ret;
}

Test(proof_merkle, known_paths)
{
    static const char *const path[] = {
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    };
    struct forest *f = grow(8);
    struct merkle_source from = tile_merkle(&f->source);
    struct merkle_proof proof;
    struct err err;

    cr_assert(merkle_inclusion(&from, 5, 8, &proof, &err));
    cr_assert_eq(proof.n, 3);
    for (size_t i = 0; i < 3; i++) {
        char text[2 * MERKLE_BYTES + 1];

        hex_print(proof.hash[i].b, MERKLE_BYTES, text);
        cr_expect_str_eq(text, path[i]);
    }
    fell(f);
}

/* Every leaf of every tree up to 300 is in it, and nowhere else. */
Test(proof_merkle, every_leaf)
{
    struct forest *f = grow(300);
    struct merkle_source from = tile_merkle(&f->source);
    struct err err;

    for (uint64_t n = 1; n <= 300; n += n < 40 ? 1 : 13) {
        struct merkle_hash root;

        cr_assert(merkle_root(&from, n, &root, &err));
        for (uint64_t i = 0; i < n; i++) {
            struct merkle_hash leaf = leaf_of(f, i), other = leaf_of(f, (i + 1) % n);
            struct merkle_proof proof;

            cr_assert(merkle_inclusion(&from, i, n, &proof, &err));
            cr_assert(merkle_included(&leaf, i, n, &proof, &root));
            cr_assert(n == 1 || !merkle_included(&other, i, n, &proof, &root));
            cr_assert(n == 1 || !merkle_included(&leaf, (i + 1) % n, n, &proof, &root));
            cr_assert_not(merkle_included(&leaf, i + n, n, &proof, &root));
            if (proof.n > 0) {
                proof.hash[proof.n - 1].b[7] ^= 1;
                cr_assert_not(merkle_included(&leaf, i, n, &proof, &root));
                proof.hash[proof.n - 1].b[7] ^= 1;
                proof.n--;
                cr_assert_not(merkle_included(&leaf, i, n, &proof, &root));
                proof.n += 2;
                cr_assert_not(merkle_included(&leaf, i, n, &proof, &root));
            }
        }
    }
    fell(f);
}

Test(proof_merkle, every_growth)
{
    struct forest *f = grow(300);
    struct merkle_source from = tile_merkle(&f->source);
    struct err err;

    for (uint64_t n = 0; n <= 300; n += n < 40 ? 1 : 13) {
        struct merkle_hash root;

        cr_assert(merkle_root(&from, n, &root, &err));
        for (uint64_t m = 0; m <= n; m++) {
            struct merkle_hash old, wrong;
            struct merkle_proof proof;

            cr_assert(merkle_root(&from, m, &old, &err));
            cr_assert(merkle_consistency(&from, m, n, &proof, &err));
            cr_assert(merkle_consistent(m, &old, n, &root, &proof));
            wrong = old;
            wrong.b[0] ^= 1;
            cr_assert(m == 0 || !merkle_consistent(m, &wrong, n, &root, &proof));
            wrong = root;
            wrong.b[31] ^= 1;
            cr_assert(m == 0 || !merkle_consistent(m, &old, n, &wrong, &proof));
            cr_assert_not(merkle_consistent(n + 1, &old, n, &root, &proof));
            proof.n++;
            cr_assert_not(merkle_consistent(m, &old, n, &root, &proof));
        }
    }
    fell(f);
}

/* Three levels of tiles. */
Test(proof_merkle, large)
{
    struct forest *f = grow(MANY);
    struct merkle_source from = tile_merkle(&f->source);
    struct merkle_hash root, edge, old;
    struct merkle_proof proof;
    struct err err;

    cr_assert(edge_root(&f->edge, &edge, &err));
    cr_assert(merkle_root(&from, MANY, &root, &err));
    cr_assert(merkle_equal(&root, &edge));
    for (uint64_t i = 3; i < MANY; i += 6871) {
        struct merkle_hash leaf = leaf_of(f, i);

        cr_assert(merkle_inclusion(&from, i, MANY, &proof, &err));
        cr_assert(merkle_included(&leaf, i, MANY, &proof, &root));
        cr_assert(merkle_root(&from, i, &old, &err));
        cr_assert(merkle_consistency(&from, i, MANY, &proof, &err));
        cr_assert(merkle_consistent(i, &old, MANY, &root, &proof));
    }
    fell(f);
}

/* --- names of tiles --- */

Test(proof_tile, paths)
{
    static const struct {
        int level;
        uint64_t index;
        int width;
        const char *path;
    } rows[] = {
        {0, 0, 256, "tile/0/000"},
        {0, 5, 17, "tile/0/005.p/17"},
        {1, 1234067, 256, "tile/1/x001/x234/067"},
        {2, 999, 1, "tile/2/999.p/1"},
        {0, 1000, 256, "tile/0/x001/000"},
        {-1, 1000, 3, "tile/entries/x001/000.p/3"},
    };
    static const char *const wrong[] = {
        "tile/0/00",      "tile/0/0000",      "tile/0/x000/000",  "tile/8/000",
        "tile/0/000.p/0", "tile/0/000.p/256", "tile/0/000.p/017", "tile/0/001/000",
        "tile/0/x001",    "tile/0/000/",      "tile//000",        "tile/0",
        "tile/00/000",    "tile/0/000.p/-1",  "../tile/0/000",    "tile/entries",
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char path[TILE_PATH_BYTES];
        uint64_t index;
        int level, width;

        tile_path(rows[i].level, rows[i].index, rows[i].width, path);
        cr_expect_str_eq(path, rows[i].path);
        cr_expect(tile_parse(path, &level, &index, &width));
        cr_expect(level == rows[i].level && index == rows[i].index &&
                  width == rows[i].width);
    }
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        uint64_t index;
        int level, width;

        cr_expect_not(tile_parse(wrong[i], &level, &index, &width), "%s", wrong[i]);
    }
}

Test(proof_tile, widths)
{
    cr_expect_eq(tile_width(0, 0, 0), 0);
    cr_expect_eq(tile_width(255, 0, 0), 255);
    cr_expect_eq(tile_width(256, 0, 0), 256);
    cr_expect_eq(tile_width(256, 0, 1), 0);
    cr_expect_eq(tile_width(257, 0, 1), 1);
    cr_expect_eq(tile_width(257, 1, 0), 1);
    cr_expect_eq(tile_width(70000, 1, 0), 256);
    cr_expect_eq(tile_width(70000, 1, 1), 17);
    cr_expect_eq(tile_width(70000, 2, 0), 1);
}
