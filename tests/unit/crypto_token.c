/* List tokens: published vectors, vectors by Python's hashlib, and what is refused. */
#include "golden.h"
#include "hex.h"

#include "core/vocab.h"
#include "crypto/token.h"

static void check(const struct golden_row *row, const char *key_hex, const char *expected)
{
    enum token_profile profile = token_profile_parse(row->field[0]);
    enum contact_kind kind = contact_kind_parse(row->field[1]);
    uint8_t key[128];
    size_t key_len = hex_bytes(key_hex, key, sizeof(key));
    char got[TOKEN_BYTES] = "";
    struct err err = {0};

    cr_assert_neq(profile, TOKEN_NONE, "line %d", row->line);
    cr_assert_neq(kind, CONTACT_NONE, "line %d", row->line);
    cr_expect(token_make(profile, kind, row->field[2], key, key_len, got, &err),
              "line %d: %s", row->line, err.code);
    cr_expect_str_eq(got, expected, "line %d: %s", row->line, got);
}

static void check_published(const struct golden_row *row)
{
    check(row, "", row->field[3]);
}

static void check_python(const struct golden_row *row)
{
    check(row, row->field[3], row->field[4]);
}

Test(crypto_token, published)
{
    cr_expect_eq(
        golden_each("tests/golden/ident/token_published.tsv", 4, check_published), 7);
}

Test(crypto_token, python_agrees)
{
    cr_expect_eq(golden_each("tests/golden/ident/tokens.tsv", 5, check_python), 143);
}

static void check_profile(enum token_profile profile, const char *name)
{
    static const uint8_t key[32] = {1};
    char got[TOKEN_BYTES] = "";
    struct err err;

    cr_expect(token_make(profile, CONTACT_EMAIL, "user@example.com", key, 32, got, &err),
              "%s", name);
    cr_expect_neq(got[0], '\0', "%s", name);
}

Test(crypto_token, every_profile_makes_a_token)
{
#define X(num, id, name) check_profile(TOKEN_##id, name);
    TOKEN_PROFILES(X)
#undef X
}

static const char *code_of(enum token_profile profile, const char *text, const void *key,
                           size_t key_len)
{
    static struct err err;
    char got[TOKEN_BYTES] = "untouched";

    err_clear(&err);
    if (token_make(profile, CONTACT_POSTAL, text, key, key_len, got, &err))
        return "";
    cr_expect_str_eq(got, "untouched");
    return err.code;
}

Test(crypto_token, refusals)
{
    static const uint8_t key[32] = {0};
    char text[300];

    cr_expect_str_eq(code_of(TOKEN_HMAC_SHA256, "x", NULL, 0), "TOKEN_KEY");
    cr_expect_str_eq(code_of(TOKEN_HMAC_SHA256, "x", key, 15), "TOKEN_KEY");
    cr_expect_str_eq(code_of(TOKEN_HMAC_SHA256, "x", key, 16), "");
    cr_expect_str_eq(code_of(TOKEN_NONE, "x", key, 16), "TOKEN_PROFILE");
    cr_expect_str_eq(code_of((enum token_profile)99, "x", key, 16), "TOKEN_PROFILE");
    memset(text, 'a', sizeof(text));
    text[TOKEN_BYTES] = '\0';
    cr_expect_str_eq(code_of(TOKEN_PLAIN, text, NULL, 0), "TOKEN_TOO_LONG");
    cr_expect_str_eq(code_of(TOKEN_SHA256_HEX, text, NULL, 0), "");
    text[TOKEN_BYTES - 1] = '\0';
    cr_expect_str_eq(code_of(TOKEN_PLAIN, text, NULL, 0), "");
}

Test(crypto_token, two_recipients_cannot_join_their_lists)
{
    char one[TOKEN_BYTES], two[TOKEN_BYTES];
    struct err err;

    cr_assert(token_make(TOKEN_HMAC_SHA256, CONTACT_EMAIL, "user@example.com",
                         "0123456789abcdef", 16, one, &err));
    cr_assert(token_make(TOKEN_HMAC_SHA256, CONTACT_EMAIL, "user@example.com",
                         "0123456789abcdeg", 16, two, &err));
    cr_expect_str_neq(one, two);
}
