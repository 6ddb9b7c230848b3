/* SHA-256 and contact keys. */
#include "golden.h"
#include "hex.h"

#include "crypto/contact_key.h"
#include "crypto/digest.h"

static void expect_digest(const char *a, const char *b, const char *expected)
{
    uint8_t got[DIGEST_BYTES], want[DIGEST_BYTES];
    struct err err;

    hex_bytes(expected, want, sizeof(want));
    cr_assert(digest_sha256(a, strlen(a), b, b != NULL ? strlen(b) : 0, got, &err));
    cr_expect_arr_eq(got, want, DIGEST_BYTES);
}

/* FIPS 180-4's examples. */
Test(crypto_digest, published)
{
    static const char abc[] =
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    static const char two[] =
        "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1";

    expect_digest("abc", NULL, abc);
    expect_digest("a", "bc", abc);
    expect_digest("", "abc", abc);
    expect_digest("", NULL,
                  "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    expect_digest("abcdbcdecdefdefgefghfghighijhijk", "ijkljklmklmnlmnomnopnopq", two);
}

static void check_key(const struct golden_row *row)
{
    uint8_t secret[128], want[16];
    size_t len = hex_bytes(row->field[0], secret, sizeof(secret));
    struct contact_keyer *k;
    struct contact_key got;
    struct err err;

    hex_bytes(row->field[3], want, sizeof(want));
    k = contact_keyer_open(secret, len, &err);
    cr_assert_not_null(k, "line %d: %s", row->line, err.code);
    memset(secret, 0, sizeof(secret)); /* the handle must not need it any more */
    for (int i = 0; i < 2; i++) {      /* a reused context must say the same again */
        cr_expect(contact_key_make(k, contact_kind_parse(row->field[1]), row->field[2],
                                   &got, &err));
        cr_expect_arr_eq(got.b, want, 16, "line %d", row->line);
    }
    contact_keyer_close(k);
}

Test(contact_key, python_agrees)
{
    cr_expect_eq(golden_each("tests/golden/ident/contact_keys.tsv", 4, check_key), 33);
}

Test(contact_key, kind_and_secret_count)
{
    static const uint8_t one[32] = {1}, two[32] = {2};
    struct err err;
    struct contact_keyer *a = contact_keyer_open(one, 32, &err);
    struct contact_keyer *b = contact_keyer_open(two, 32, &err);
    struct contact_key x, y, z;

    cr_assert(contact_key_make(a, CONTACT_PHONE, "+49301234567", &x, &err));
    cr_assert(contact_key_make(a, CONTACT_POSTAL, "+49301234567", &y, &err));
    cr_assert(contact_key_make(b, CONTACT_PHONE, "+49301234567", &z, &err));
    cr_expect_arr_neq(x.b, y.b, 16);
    cr_expect_arr_neq(x.b, z.b, 16);
    cr_expect_arr_neq(contact_keyer_mark(a), contact_keyer_mark(b), CONTACT_MARK_BYTES);
    cr_expect_arr_neq(contact_keyer_mark(a), x.b, CONTACT_MARK_BYTES);
    contact_keyer_close(a);
    contact_keyer_close(b);
    contact_keyer_close(NULL);
}

Test(contact_key, a_short_secret_is_refused)
{
    static const uint8_t secret[32] = {1};
    struct err err = {0};

    cr_expect_null(contact_keyer_open(secret, 31, &err));
    cr_expect_eq(err.kind, ERR_CONFIG);
    cr_expect_str_eq(err.code, "CONTACT_SECRET");
}
