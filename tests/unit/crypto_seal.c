/* Sealing: blobs made by Python open, ours open again, and nothing else does. */
#include "golden.h"
#include "hex.h"

#include "crypto/seal.h"

#include <sys/stat.h>
#include <unistd.h>

static const struct contact_key ana = {{1, 2, 3}}, ben = {{1, 2, 4}};

/* A key file with these bytes; the path is good until the next call but three. */
static const char *key_file(const void *bytes, size_t n, mode_t mode)
{
    static char paths[4][64];
    static int next;
    char *path = paths[next++ % 4];
    int fd;

    snprintf(path, sizeof(paths[0]), "/tmp/consent-seal-XXXXXX");
    fd = mkstemp(path);
    cr_assert_geq(fd, 0);
    cr_assert_eq(write(fd, bytes, n), (ssize_t)n);
    cr_assert_eq(fchmod(fd, mode), 0);
    close(fd);
    return path;
}

static struct seal *open_with(uint8_t fill, uint8_t version)
{
    uint8_t key[32];
    struct err err = {0};
    const char *path;
    struct seal *s;

    memset(key, fill, sizeof(key));
    path = key_file(key, sizeof(key), 0600);
    s = seal_open(path, version, &err);
    unlink(path);
    cr_assert_not_null(s, "%s", err.text);
    return s;
}

static void check_python(const struct golden_row *row)
{
    uint8_t wrapped[SEAL_WRAPPED_BYTES], sealed[SEAL_SEALED_BYTES];
    struct contact_key contact;
    size_t wrapped_len, sealed_len;
    char got[SEAL_TEXT_MAX_BYTES + 1];
    struct err err = {0};
    const char *path = key_file(row->field[0], strlen(row->field[0]), 0600);
    struct seal *s = seal_open(path, (uint8_t)strtoul(row->field[1], NULL, 10), &err);

    unlink(path);
    cr_assert_not_null(s, "line %d: %s", row->line, err.text);
    hex_bytes(row->field[2], contact.b, sizeof(contact.b));
    wrapped_len = hex_bytes(row->field[3], wrapped, sizeof(wrapped));
    sealed_len = hex_bytes(row->field[4], sealed, sizeof(sealed));
    cr_assert(unseal_identifier(s, &contact, wrapped, wrapped_len, sealed, sealed_len,
                                got, &err),
              "line %d: %s", row->line, err.code);
    cr_expect_str_eq(got, row->field[5]);
    seal_close(s);
}

Test(crypto_seal, python_agrees)
{
    cr_expect_eq(golden_each("tests/golden/ident/seal.tsv", 6, check_python), 11);
}

Test(crypto_seal, round_trip)
{
    struct seal *s = open_with(1, 1);
    uint8_t wrapped[2][SEAL_WRAPPED_BYTES], sealed[2][SEAL_SEALED_BYTES];
    char text[SEAL_TEXT_MAX_BYTES + 1] = "", got[SEAL_TEXT_MAX_BYTES + 1];
    struct err err = {0};
    size_t n;

    /* every length, sealing and unsealing by turns, over several refills of the pool */
    for (size_t len = 1; len <= SEAL_TEXT_MAX_BYTES; len++) {
        text[len - 1] = (char)('a' + len % 26);
        cr_assert(
            seal_identifier(s, &ana, text, wrapped[len % 2], sealed[len % 2], &n, &err));
        cr_assert_eq(n, len + SEAL_OVERHEAD_BYTES);
        cr_assert(unseal_identifier(s, &ana, wrapped[len % 2], SEAL_WRAPPED_BYTES,
                                    sealed[len % 2], n, got, &err));
        cr_assert_str_eq(got, text);
        if (len > 1) /* neither nonces nor data keys come twice */
            cr_assert_arr_neq(wrapped[0] + 2, wrapped[1] + 2, 44);
    }
    seal_close(s);
    seal_close(NULL);
}

static const char *unseal_code(struct seal *s, const struct contact_key *contact,
                               const uint8_t *wrapped, size_t wrapped_len,
                               const uint8_t *sealed, size_t sealed_len)
{
    static struct err err;
    char got[SEAL_TEXT_MAX_BYTES + 1] = "untouched";

    err_clear(&err);
    if (unseal_identifier(s, contact, wrapped, wrapped_len, sealed, sealed_len, got,
                          &err))
        return "";
    cr_expect_str_eq(got, "untouched");
    return err.code;
}

Test(crypto_seal, nothing_altered_opens)
{
    struct seal *s = open_with(1, 1);
    uint8_t wrapped[SEAL_WRAPPED_BYTES], sealed[SEAL_SEALED_BYTES];
    struct err err;
    size_t n;

    cr_assert(seal_identifier(s, &ana, "user@example.com", wrapped, sealed, &n, &err));
    for (size_t bit = 0; bit < 8 * SEAL_WRAPPED_BYTES; bit++) {
        const char *want = bit / 8 == 1 ? "SEAL_KEY_UNKNOWN" : "SEAL_BROKEN";

        wrapped[bit / 8] ^= (uint8_t)(1 << bit % 8);
        cr_expect_str_eq(unseal_code(s, &ana, wrapped, SEAL_WRAPPED_BYTES, sealed, n),
                         want, "bit %zu of the wrapped key", bit);
        wrapped[bit / 8] ^= (uint8_t)(1 << bit % 8);
    }
    for (size_t bit = 0; bit < 8 * n; bit++) {
        sealed[bit / 8] ^= (uint8_t)(1 << bit % 8);
        cr_expect_str_eq(unseal_code(s, &ana, wrapped, SEAL_WRAPPED_BYTES, sealed, n),
                         "SEAL_BROKEN", "bit %zu of the text", bit);
        sealed[bit / 8] ^= (uint8_t)(1 << bit % 8);
    }
    for (size_t len = 0; len < n; len++)
        cr_expect_str_eq(unseal_code(s, &ana, wrapped, SEAL_WRAPPED_BYTES, sealed, len),
                         "SEAL_BROKEN", "%zu bytes of the text", len);
    cr_expect_str_eq(unseal_code(s, &ana, wrapped, SEAL_WRAPPED_BYTES - 1, sealed, n),
                     "SEAL_BROKEN");
    cr_expect_str_eq(unseal_code(s, &ana, wrapped, 0, sealed, n), "SEAL_BROKEN");
    cr_expect_str_eq(unseal_code(s, &ana, wrapped, SEAL_WRAPPED_BYTES, sealed, 4000),
                     "SEAL_BROKEN");
    cr_expect_str_eq(unseal_code(s, &ana, wrapped, SEAL_WRAPPED_BYTES, sealed, n), "");
    seal_close(s);
}

Test(crypto_seal, blobs_stay_with_their_contact)
{
    struct seal *s = open_with(1, 1), *other = open_with(2, 1);
    uint8_t w1[SEAL_WRAPPED_BYTES], s1[SEAL_SEALED_BYTES];
    uint8_t w2[SEAL_WRAPPED_BYTES], s2[SEAL_SEALED_BYTES];
    struct err err;
    size_t n;

    cr_assert(seal_identifier(s, &ana, "ana@example.com", w1, s1, &n, &err));
    cr_assert(seal_identifier(s, &ben, "ben@example.com", w2, s2, &n, &err));
    cr_expect_str_eq(unseal_code(s, &ben, w1, SEAL_WRAPPED_BYTES, s1, n), "SEAL_BROKEN");
    cr_expect_str_eq(unseal_code(s, &ana, w2, SEAL_WRAPPED_BYTES, s1, n), "SEAL_BROKEN");
    cr_expect_str_eq(unseal_code(s, &ana, w1, SEAL_WRAPPED_BYTES, s2, n), "SEAL_BROKEN");
    cr_expect_str_eq(unseal_code(other, &ana, w1, SEAL_WRAPPED_BYTES, s1, n),
                     "SEAL_BROKEN");
    cr_expect_str_eq(unseal_code(s, &ana, w1, SEAL_WRAPPED_BYTES, s1, n), "");
    seal_close(s);
    seal_close(other);
}

Test(crypto_seal, keys_rotate)
{
    struct seal *old = open_with(1, 1), *new = open_with(2, 2);
    uint8_t wrapped[SEAL_WRAPPED_BYTES], sealed[SEAL_SEALED_BYTES], key[32];
    struct err err = {0};
    const char *path;
    size_t n;

    cr_assert(seal_identifier(old, &ana, "ana@example.com", wrapped, sealed, &n, &err));
    cr_expect_str_eq(unseal_code(new, &ana, wrapped, SEAL_WRAPPED_BYTES, sealed, n),
                     "SEAL_KEY_UNKNOWN");
    memset(key, 1, sizeof(key));
    path = key_file(key, sizeof(key), 0600);
    cr_expect_not(seal_add_former(new, path, 2, &err), "a version given twice");
    cr_expect_not(seal_add_former(new, path, 0, &err), "version 0");
    cr_assert(seal_add_former(new, path, 1, &err), "%s", err.text);
    unlink(path);
    cr_expect_str_eq(unseal_code(new, &ana, wrapped, SEAL_WRAPPED_BYTES, sealed, n), "");
    cr_assert(seal_identifier(new, &ana, "ana@example.com", wrapped, sealed, &n, &err));
    cr_expect_eq(wrapped[1], 2, "new blobs must name the new key");
    seal_close(old);
    seal_close(new);
}

static bool opens(const char *bytes, size_t n, mode_t mode)
{
    struct err err = {0};
    const char *path = key_file(bytes, n, mode);
    struct seal *s = seal_open(path, 1, &err);
    bool ok = s != NULL;

    if (!ok) {
        cr_expect_eq(err.kind, ERR_CONFIG);
        cr_expect_str_eq(err.code, "SEAL_KEY_FILE");
    }
    unlink(path);
    seal_close(s);
    return ok;
}

Test(crypto_seal, key_files)
{
    static const char hex[] = "00112233445566778899aabbccddeeff"
                              "00112233445566778899AABBCCDDEEFF\r\n";
    char bad[64];
    struct err err = {0};

    cr_expect(opens(hex, 64, 0600), "hexadecimal");
    cr_expect(opens("00112233445566778899aabbccddeeff"
                    "00112233445566778899aabbccddeeff\n",
                    65, 0600),
              "with a line end");
    cr_expect(opens(hex, 66, 0600), "with CR LF");
    cr_expect(opens(hex, 32, 0640), "raw, for a group");
    cr_expect(opens("0123456789abcdef0123456789abcde\n", 32, 0600),
              "raw, ends like a line");
    cr_expect_not(opens(hex, 32, 0604), "readable by everybody");
    cr_expect_not(opens(hex, 0, 0600), "empty");
    cr_expect_not(opens(hex, 31, 0600), "31 bytes");
    cr_expect_not(opens(hex, 33, 0600), "33 bytes");
    cr_expect_not(opens(hex, 63, 0600), "63 digits");
    cr_expect_not(opens("00112233445566778899aabbccddeeff"
                        "00112233445566778899aabbccddeeff\n\n",
                        66, 0600),
                  "two line ends");
    memcpy(bad, hex, 64);
    bad[40] = 'g';
    cr_expect_not(opens(bad, 64, 0600), "not a digit");
    cr_expect_null(seal_open("/nonexistent/key", 1, &err));
    cr_expect_str_eq(err.code, "SEAL_KEY_FILE");
}
