#include "crypto/hashed_key.h"

#include "crypto/digest.h"

#include <ctype.h>
#include <string.h>

#define B64_CHARS 44 /* of 32 bytes: 43 and one '=' */

static size_t hex_digits(enum token_profile profile)
{
    switch (profile) {
    case TOKEN_MD5_HEX: return 32;
    case TOKEN_SHA1_HEX: return 40;
    case TOKEN_SHA256_HEX:
    case TOKEN_GOOGLE_SHA256:
    case TOKEN_META_SHA256: return 64;
    case TOKEN_SHA512_HEX: return 128;
    case TOKEN_NONE:
    case TOKEN_HMAC_SHA256:
    case TOKEN_UID2_B64:
    case TOKEN_DROP_B64:
    case TOKEN_PLAIN: break;
    }
    return 0;
}

bool hashed_text(enum token_profile profile, const char *raw, char ret[HASHED_TEXT_BYTES])
{
    const bool b64 = profile == TOKEN_UID2_B64 || profile == TOKEN_DROP_B64;
    const size_t n = b64 ? B64_CHARS : hex_digits(profile);

    if (n == 0 || strlen(raw) != n || (b64 && raw[n - 1] != '='))
        return false;
    for (size_t i = 0; i < n - b64; i++) {
        const unsigned char c = (unsigned char)raw[i];

        if (b64 ? !isalnum(c) && c != '+' && c != '/' : !isxdigit(c))
            return false;
        ret[i] = b64 ? raw[i] : (char)tolower(c);
    }
    if (b64)
        ret[n - 1] = '=';
    ret[n] = '\0';
    return true;
}

bool hashed_key_make(enum contact_kind kind, enum token_profile profile,
                     const char *token, struct contact_key *ret, struct err *err)
{
    const char of[8] = {'h', 'a', 's', 'h', 'e', 'd', (char)kind, (char)profile};
    uint8_t digest[DIGEST_BYTES];

    if (!digest_sha256(of, sizeof(of), token, strlen(token), digest, err))
        return false;
    memcpy(ret->b, digest, sizeof(ret->b));
    return true;
}

bool token_key_make(int32_t list, const char *token, struct contact_key *ret,
                    struct err *err)
{
    const uint32_t n = (uint32_t)list;
    const char of[10] = {'t',
                         'o',
                         'k',
                         'e',
                         'n',
                         '\0',
                         (char)(n >> 24),
                         (char)(n >> 16 & 0xff),
                         (char)(n >> 8 & 0xff),
                         (char)(n & 0xff)};
    uint8_t digest[DIGEST_BYTES];

    if (!digest_sha256(of, sizeof(of), token, strlen(token), digest, err))
        return false;
    memcpy(ret->b, digest, sizeof(ret->b));
    return true;
}
