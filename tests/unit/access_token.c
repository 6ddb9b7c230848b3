/* access_token: what is written can be read, and nothing else. */
#include "crypto/access_token.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

static struct err e;

Test(access_token, round_trip)
{
    char secret[ACCESS_SECRET_CHARS + 1], other[ACCESS_SECRET_CHARS + 1];
    char token[ACCESS_TOKEN_BYTES];
    uint8_t made[DIGEST_BYTES], read[DIGEST_BYTES];
    int32_t id;

    for (int i = 1; i < 2000; i++) {
        cr_assert(access_secret_make(secret, made, &e), "%s", e.text);
        access_token_write(i, secret, token);
        cr_assert(access_token_read(token, &id, read));
        cr_assert_eq(id, i);
        cr_assert(access_hash_same(made, read));
        read[i % DIGEST_BYTES] ^= 1;
        cr_assert_not(access_hash_same(made, read));
    }
    cr_assert(access_secret_make(other, made, &e));
    cr_assert_str_neq(secret, other);
}

/* 32 zero bytes, and the SHA-256 of them. */
Test(access_token, vector)
{
    static const uint8_t first[] = {0x66, 0x68, 0x7a, 0xad};
    uint8_t hash[DIGEST_BYTES];
    int32_t id;

    cr_assert(access_token_read("cmq_7_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", &id,
                                hash));
    cr_assert_eq(id, 7);
    cr_assert_eq(memcmp(hash, first, sizeof(first)), 0);
}

Test(access_token, refusals)
{
    static const char *const bad[] = {
        "",
        "cmq_",
        "cmq_1",
        "cmq_1_",
        "cmq__AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        "cmq_1_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        "cmq_1_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        "cmq_1_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAB", /* bits past the end */
        "cmq_1_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA+",
        "cmq_-1_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        "cmq_9999999999_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        "xmq_1_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
    };
    uint8_t hash[DIGEST_BYTES];
    int32_t id;

    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        cr_assert_not(access_token_read(bad[i], &id, hash), "row %zu", i);
}
