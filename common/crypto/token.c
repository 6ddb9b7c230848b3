#include "crypto/token.h"

#include "base/hex.h"
#include "crypto/digest.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

#include <openssl/crypto.h>
#include <openssl/evp.h>

#define GMAIL      "@gmail.com"
#define GOOGLEMAIL "@googlemail.com"
#define DROP_PHONE 10

static bool failed(struct err *err)
{
    return err_set(err, ERR_FATAL, "TOKEN_FAILED",
                   "the digest of a token is not available");
}

/* RFC 2104 over SHA-256, by two digests: HMAC() finds both algorithms again each time,
 * which takes five times as long. */
static bool hmac_sha256(const char *text, const void *key, size_t key_len,
                        uint8_t ret[DIGEST_BYTES])
{
    enum { BLOCK = 64 };
    uint8_t inner[BLOCK] = {0}, outer[BLOCK];
    struct err ignored;
    bool ok = true;

    if (key_len > BLOCK)
        ok = digest_sha256(key, key_len, NULL, 0, inner, &ignored);
    else
        memcpy(inner, key, key_len);
    for (int i = 0; i < BLOCK; i++) {
        outer[i] = inner[i] ^ 0x5c;
        inner[i] ^= 0x36;
    }
    ok = ok && digest_sha256(inner, BLOCK, text, strlen(text), ret, &ignored) &&
         digest_sha256(outer, BLOCK, ret, DIGEST_BYTES, ret, &ignored);
    OPENSSL_cleanse(inner, BLOCK);
    OPENSSL_cleanse(outer, BLOCK);
    return ok;
}

static bool hash_hex(const EVP_MD *md, const char *text, char *ret, struct err *err)
{
    uint8_t hash[EVP_MAX_MD_SIZE];
    unsigned int n;

    if (EVP_Digest(text, strlen(text), hash, &n, md, NULL) != 1)
        return failed(err);
    hex_print(hash, n, ret);
    return true;
}

static bool hash_b64(const char *text, char *ret, struct err *err)
{
    uint8_t hash[EVP_MAX_MD_SIZE];
    unsigned int n;

    if (EVP_Digest(text, strlen(text), hash, &n, digest_md(), NULL) != 1)
        return failed(err);
    EVP_EncodeBlock((unsigned char *)ret, hash, (int)n);
    return true;
}

static bool hmac_hex(const char *text, const void *key, size_t key_len, char *ret,
                     struct err *err)
{
    uint8_t mac[DIGEST_BYTES];

    if (key == NULL || key_len < TOKEN_KEY_LEAST_BYTES || key_len > INT_MAX)
        return err_set(err, ERR_CONFIG, "TOKEN_KEY",
                       "a recipient's key must have at least %d bytes",
                       TOKEN_KEY_LEAST_BYTES);
    if (!hmac_sha256(text, key, key_len, mac))
        return failed(err);
    hex_print(mac, sizeof(mac), ret);
    return true;
}

/* At gmail.com: without dots, and without what follows the first '+'. */
static bool uid2_b64(enum contact_kind kind, const char *canonical, char *ret,
                     struct err *err)
{
    const char *at = strrchr(canonical, '@');
    char text[TOKEN_BYTES];
    size_t n = 0;

    if (kind != CONTACT_EMAIL || at == NULL || strcmp(at, GMAIL) != 0)
        return hash_b64(canonical, ret, err);
    for (const char *p = canonical; p < at && *p != '+'; p++) {
        if (*p == '.')
            continue;
        if (n == sizeof(text) - sizeof(GMAIL))
            return hash_b64(canonical, ret, err); /* longer than any canonical address */
        text[n++] = *p;
    }
    memcpy(text + n, GMAIL, sizeof(GMAIL));
    return hash_b64(text, ret, err);
}

/* At gmail.com and googlemail.com without dots. */
static bool google_hex(enum contact_kind kind, const char *canonical, char *ret,
                       struct err *err)
{
    const char *at = strrchr(canonical, '@');
    char text[TOKEN_BYTES];
    size_t n = 0;

    if (kind != CONTACT_EMAIL || at == NULL || strlen(canonical) >= sizeof(text) ||
        (strcmp(at, GMAIL) != 0 && strcmp(at, GOOGLEMAIL) != 0))
        return hash_hex(digest_md(), canonical, ret, err);
    for (const char *p = canonical; *p != '\0'; p++)
        if (p >= at || *p != '.')
            text[n++] = *p;
    text[n] = '\0';
    return hash_hex(digest_md(), text, ret, err);
}

static bool meta_hex(enum contact_kind kind, const char *canonical, char *ret,
                     struct err *err)
{
    return hash_hex(digest_md(),
                    canonical + (kind == CONTACT_PHONE && canonical[0] == '+'), ret, err);
}

static bool drop_b64(enum contact_kind kind, const char *canonical, char *ret,
                     struct err *err)
{
    const char *text = canonical;
    size_t n = strlen(text);

    if (kind == CONTACT_PHONE) {
        text += *text == '+';
        n = strlen(text);
        text += n > DROP_PHONE ? n - DROP_PHONE : 0;
    }
    return hash_b64(text, ret, err);
}

static bool plain(const char *canonical, char *ret, struct err *err)
{
    size_t n = strlen(canonical);

    if (n >= TOKEN_BYTES)
        return err_set(err, ERR_INPUT, "TOKEN_TOO_LONG",
                       "an identifier of %zu bytes is too long for a plain token", n);
    memcpy(ret, canonical, n + 1);
    return true;
}

bool token_make(enum token_profile profile, enum contact_kind kind, const char *canonical,
                const void *key, size_t key_len, char ret[TOKEN_BYTES], struct err *err)
{
    switch (profile) {
    case TOKEN_HMAC_SHA256: return hmac_hex(canonical, key, key_len, ret, err);
    case TOKEN_SHA256_HEX: return hash_hex(digest_md(), canonical, ret, err);
    case TOKEN_MD5_HEX: return hash_hex(EVP_md5(), canonical, ret, err);
    case TOKEN_SHA1_HEX: return hash_hex(EVP_sha1(), canonical, ret, err);
    case TOKEN_SHA512_HEX: return hash_hex(EVP_sha512(), canonical, ret, err);
    case TOKEN_UID2_B64: return uid2_b64(kind, canonical, ret, err);
    case TOKEN_DROP_B64: return drop_b64(kind, canonical, ret, err);
    case TOKEN_PLAIN: return plain(canonical, ret, err);
    case TOKEN_GOOGLE_SHA256: return google_hex(kind, canonical, ret, err);
    case TOKEN_META_SHA256: return meta_hex(kind, canonical, ret, err);
    case TOKEN_NONE: break;
    }
    return err_set(err, ERR_CONFIG, "TOKEN_PROFILE", "there is no such token profile");
}
