/* list_digest: the same on both sides, in any order, and back to nothing. */
#include "crypto/list_digest.h"

#include "base/hex.h"

#include <criterion/criterion.h>
#include <string.h>

/* By python3: XOR over hashlib.sha256(token). */
#define OF_ONE   "b4c9a289323b21a01c3e940f150eb9b8c542587f1abfd8f0e1cc1ffc5e475514"
#define OF_THREE "dac9450763729e62aca78b63cbaae8dc1fa837fa018c71aceb81fc8ad828a7e0"
#define OF_A     "ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb"
#define NOTHING  "0000000000000000000000000000000000000000000000000000000000000000"

static struct err e;

static void put(struct list_digest *d, const char *token, int way)
{
    if (way > 0)
        cr_assert(list_digest_add(d, token, strlen(token), &e), "%s", e.text);
    else
        cr_assert(list_digest_remove(d, token, strlen(token), &e), "%s", e.text);
}

static void check(const struct list_digest *d, const char *digest, int64_t entries)
{
    char text[LIST_DIGEST_TEXT_BYTES];

    list_digest_format(d, text);
    cr_assert_str_eq(text, digest);
    cr_assert_eq(d->entries, entries);
}

Test(list_digest, vectors)
{
    struct list_digest d;

    list_digest_init(&d);
    check(&d, NOTHING, 0);
    put(&d, "user@example.com", 1);
    check(&d, OF_ONE, 1);
    list_digest_done(&d);
}

Test(list_digest, order_and_back)
{
    struct list_digest d, other;

    list_digest_init(&d);
    list_digest_init(&other);
    put(&d, "a", 1), put(&d, "b", 1), put(&d, "c", 1);
    put(&other, "c", 1), put(&other, "x", 1), put(&other, "a", 1), put(&other, "b", 1);
    check(&d, OF_THREE, 3);
    put(&other, "x", -1);
    check(&other, OF_THREE, 3);
    put(&d, "c", -1), put(&d, "a", -1), put(&d, "b", -1);
    check(&d, NOTHING, 0);
    list_digest_done(&d);
    list_digest_done(&other);
}

/* "a" hashes to c..., "b" to 3..., "c" to 2... */
Test(list_digest, buckets)
{
    char text[LIST_DIGEST_TEXT_BYTES];
    struct list_digest d;

    list_digest_init(&d);
    put(&d, "a", 1), put(&d, "b", 1), put(&d, "c", 1);
    hex_print(d.bucket[0xc], DIGEST_BYTES, text);
    cr_assert_str_eq(text, OF_A);
    hex_print(d.bucket[0], DIGEST_BYTES, text);
    cr_assert_str_eq(text, NOTHING);
    list_digest_done(&d);
}
