#include "crypto/access_token.h"

#include <openssl/crypto.h>
#include <openssl/rand.h>
#include <stdio.h>
#include <string.h>

#define SECRET_BYTES 32
#define PREFIX       "cmq_"

static const char alphabet[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

static void base64url(const uint8_t raw[SECRET_BYTES], char ret[ACCESS_SECRET_CHARS + 1])
{
    uint32_t bits = 0;
    int have = 0;
    size_t n = 0;

    for (size_t i = 0; i < SECRET_BYTES; i++) {
        bits = bits << 8 | raw[i];
        for (have += 8; have >= 6; have -= 6)
            ret[n++] = alphabet[bits >> (have - 6) & 63];
    }
    ret[n++] = alphabet[bits << (6 - have) & 63];
    ret[n] = '\0';
}

/* False: a character that is none, or bits set beyond the last byte. */
static bool base64url_read(const char *text, uint8_t ret[SECRET_BYTES])
{
    uint32_t bits = 0;
    int have = 0;
    size_t n = 0;

    for (size_t i = 0; i < ACCESS_SECRET_CHARS; i++) {
        const char *at = text[i] != '\0' ? strchr(alphabet, text[i]) : NULL;

        if (at == NULL)
            return false;
        bits = bits << 6 | (uint32_t)(at - alphabet);
        have += 6;
        if (have >= 8) {
            have -= 8;
            ret[n++] = (uint8_t)(bits >> have);
        }
    }
    return text[ACCESS_SECRET_CHARS] == '\0' && (bits & ((1U << have) - 1)) == 0;
}

bool access_secret_make(char secret[ACCESS_SECRET_CHARS + 1], uint8_t hash[DIGEST_BYTES],
                        struct err *err)
{
    uint8_t raw[SECRET_BYTES];

    if (RAND_bytes(raw, sizeof(raw)) != 1)
        return err_set(err, ERR_FATAL, "TOKEN_FAILED", "no random bytes to be had");
    base64url(raw, secret);
    if (!digest_sha256(raw, sizeof(raw), NULL, 0, hash, err))
        return false;
    OPENSSL_cleanse(raw, sizeof(raw));
    return true;
}

void access_token_write(int32_t id, const char *secret, char ret[ACCESS_TOKEN_BYTES])
{
    snprintf(ret, ACCESS_TOKEN_BYTES, PREFIX "%d_%s", (int)id, secret);
}

bool access_token_read(const char *token, int32_t *ret_id, uint8_t hash[DIGEST_BYTES])
{
    const char *at = token + strlen(PREFIX);
    uint8_t raw[SECRET_BYTES];
    struct err err;
    int32_t id = 0;
    size_t digits;

    if (strncmp(token, PREFIX, strlen(PREFIX)) != 0)
        return false;
    digits = strspn(at, "0123456789");
    if (digits == 0 || digits > 9 || at[digits] != '_')
        return false;
    for (size_t i = 0; i < digits; i++)
        id = id * 10 + (at[i] - '0');
    if (!base64url_read(at + digits + 1, raw) ||
        !digest_sha256(raw, sizeof(raw), NULL, 0, hash, &err))
        return false;
    OPENSSL_cleanse(raw, sizeof(raw));
    *ret_id = id;
    return true;
}

bool access_hash_same(const uint8_t a[DIGEST_BYTES], const uint8_t b[DIGEST_BYTES])
{
    return CRYPTO_memcmp(a, b, DIGEST_BYTES) == 0;
}
