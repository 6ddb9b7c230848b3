/* SHA-256 and contact keys. */
#include "golden.h"
#include "hex.h"

#include "crypto/contact_key.h"
#include "crypto/digest.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

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
    struct contact_key got[CONTACT_SECRETS_MAX];
    struct err err;

    hex_bytes(row->field[3], want, sizeof(want));
    k = contact_keyer_open(secret, len, &err);
    cr_assert_not_null(k, "line %d: %s", row->line, err.code);
    memset(secret, 0, sizeof(secret)); /* the handle must not need it any more */
    for (int i = 0; i < 2; i++) {      /* a reused context must say the same again */
        cr_expect(contact_keys_make(k, contact_kind_parse(row->field[1]), row->field[2],
                                    got, &err));
        cr_expect_arr_eq(got[0].b, want, 16, "line %d", row->line);
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
    struct contact_key x[CONTACT_SECRETS_MAX], y[CONTACT_SECRETS_MAX];
    struct contact_key z[CONTACT_SECRETS_MAX];

    cr_assert(contact_keys_make(a, CONTACT_PHONE, "+49301234567", x, &err));
    cr_assert(contact_keys_make(a, CONTACT_POSTAL, "+49301234567", y, &err));
    cr_assert(contact_keys_make(b, CONTACT_PHONE, "+49301234567", z, &err));
    cr_expect_arr_neq(x[0].b, y[0].b, 16);
    cr_expect_arr_neq(x[0].b, z[0].b, 16);
    cr_expect_arr_neq(contact_keyer_marks(a)->b[0], contact_keyer_marks(b)->b[0],
                      CONTACT_MARK_BYTES);
    cr_expect_arr_neq(contact_keyer_marks(a)->b[0], x[0].b, CONTACT_MARK_BYTES);
    contact_keyer_close(a);
    contact_keyer_close(b);
    contact_keyer_close(NULL);
}

Test(contact_key, a_key_under_each_secret)
{
    static const uint8_t one[32] = {1}, two[32] = {2};
    struct err err;
    struct contact_keyer *a = contact_keyer_open(one, 32, &err);
    struct contact_keyer *b = contact_keyer_open(two, 32, &err);
    struct contact_key x[CONTACT_SECRETS_MAX], y[CONTACT_SECRETS_MAX];
    const struct contact_marks *marks = contact_keyer_marks(b);

    cr_assert(contact_keyer_add(b, one, 32, &err));
    cr_assert(contact_keys_make(a, CONTACT_EMAIL, "a@example.com", x, &err));
    cr_assert(contact_keys_make(b, CONTACT_EMAIL, "a@example.com", y, &err));
    cr_expect_arr_neq(y[0].b, x[0].b, 16);
    cr_expect_arr_eq(y[1].b, x[0].b, 16);
    cr_expect_eq(marks->n, 2);
    cr_expect_arr_eq(marks->b[1], contact_keyer_marks(a)->b[0], CONTACT_MARK_BYTES);
    contact_keyer_close(a);
    contact_keyer_close(b);
}

Test(contact_key, a_secret_is_given_once_and_not_too_many_are)
{
    uint8_t secret[32] = {0};
    struct err err;
    struct contact_keyer *k = contact_keyer_open(secret, 32, &err);

    cr_expect_not(contact_keyer_add(k, secret, 32, &err));
    cr_expect_str_eq(err.code, "CONTACT_SECRET");
    contact_keyer_close(k);
    k = contact_keyer_open(secret, 32, &err);
    for (secret[0] = 1; secret[0] < CONTACT_SECRETS_MAX; secret[0]++)
        cr_expect(contact_keyer_add(k, secret, 32, &err));
    cr_expect_not(contact_keyer_add(k, secret, 32, &err));
    cr_expect_str_eq(err.code, "CONTACT_SECRET");
    cr_expect_eq(contact_keyer_marks(k)->n, CONTACT_SECRETS_MAX);
    contact_keyer_close(k);
}

static void secret_write(const char *path, char first)
{
    FILE *f = fopen(path, "wx");

    cr_assert_not_null(f);
    cr_assert_eq(fchmod(fileno(f), 0600), 0);
    fprintf(f, "%c%031d\n", first, 0);
    fclose(f);
}

Test(contact_key, the_files_of_the_settings)
{
    char dir[] = "/tmp/contact_key.XXXXXX", one[64], two[64], three[64], former[160];
    struct contact_keyer *k, *of;
    struct err err;

    cr_assert_not_null(mkdtemp(dir));
    snprintf(one, sizeof(one), "%s/one", dir);
    snprintf(two, sizeof(two), "%s/two", dir);
    snprintf(three, sizeof(three), "%s/three", dir);
    secret_write(one, '1');
    secret_write(two, '2');
    secret_write(three, '3');
    snprintf(former, sizeof(former), "  %s\t%s ", two, three);
    k = contact_keyer_load(one, former, &err);
    cr_assert_not_null(k, "%s", err.text);
    cr_expect_eq(contact_keyer_marks(k)->n, 3);
    of = contact_keyer_load(three, "", &err);
    cr_assert_not_null(of);
    cr_expect_arr_eq(contact_keyer_marks(k)->b[2], contact_keyer_marks(of)->b[0],
                     CONTACT_MARK_BYTES);
    contact_keyer_close(k);
    contact_keyer_close(of);
    cr_expect_null(contact_keyer_load(one, one, &err), "the same twice");
    snprintf(former, sizeof(former), "%s/none", dir);
    cr_expect_null(contact_keyer_load(one, former, &err), "a file that is not there");
    snprintf(former, sizeof(former), "%s $CREDENTIALS_DIRECTORY/two", three);
    unsetenv("CREDENTIALS_DIRECTORY");
    cr_expect_null(contact_keyer_load(one, former, &err));
    setenv("CREDENTIALS_DIRECTORY", dir, 1);
    k = contact_keyer_load(one, former, &err);
    cr_assert_not_null(k, "%s", err.text);
    contact_keyer_close(k);
    unlink(one);
    unlink(two);
    unlink(three);
    rmdir(dir);
}

Test(contact_key, a_short_secret_is_refused)
{
    static const uint8_t secret[32] = {1};
    struct err err = {0};

    cr_expect_null(contact_keyer_open(secret, 31, &err));
    cr_expect_eq(err.kind, ERR_CONFIG);
    cr_expect_str_eq(err.code, "CONTACT_SECRET");
}
