#include "crypto/access_token.h"

#include "base/base64url.h"

#include <openssl/crypto.h>
#include <openssl/rand.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#define SECRET_BYTES 32
#define PREFIX       "cmq_"

bool access_secret_make(char secret[ACCESS_SECRET_CHARS + 1], uint8_t hash[DIGEST_BYTES],
                        struct err *err)
{
    uint8_t raw[SECRET_BYTES];

    if (RAND_bytes(raw, sizeof(raw)) != 1)
        return err_set(err, ERR_FATAL, "TOKEN_FAILED", "no random bytes are available");
    base64url_write(raw, sizeof(raw), secret);
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
    size_t digits, n;

    if (strncmp(token, PREFIX, strlen(PREFIX)) != 0)
        return false;
    digits = strspn(at, "0123456789");
    if (digits == 0 || digits > 9 || at[digits] != '_')
        return false;
    for (size_t i = 0; i < digits; i++)
        id = id * 10 + (at[i] - '0');
    at += digits + 1;
    if (!base64url_read(at, strlen(at), raw, sizeof(raw), &n) || n != sizeof(raw) ||
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

const char *access_bearer(const char *authorization)
{
    if (strncasecmp(authorization, "Bearer ", 7) != 0)
        return NULL;
    return authorization + 7 + strspn(authorization + 7, " ");
}
