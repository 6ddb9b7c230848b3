#include "crypto/verp.h"

#include "crypto/link_keys.h"

#include "base/ascii.h"
#include "base/hex.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define VERP_MAC_BYTES 16
#define VERP_BEGIN     "v1-"

bool verp_make(const struct link_keys *keys, uint16_t key, const char *canonical,
               char ret[VERP_BYTES], struct err *err)
{
    const uint8_t *bytes = link_key_find(keys, key);
    unsigned char mac[EVP_MAX_MD_SIZE];
    char text[400], digits[2 * VERP_MAC_BYTES + 1];
    unsigned mac_len = sizeof(mac);
    int len = snprintf(text, sizeof(text), "consent-verp-1\n%s", canonical);

    if (bytes == NULL)
        return err_set(err, ERR_CONFIG, "LINK_KEYS", "there is no link key %d", (int)key);
    if (len < 0 || (size_t)len >= sizeof(text))
        return err_set(err, ERR_INPUT, "LINK_FIELD", "the address is too long");
    if (HMAC(EVP_sha256(), bytes, LINK_KEY_BYTES, (const unsigned char *)text,
             (size_t)len, mac, &mac_len) == NULL)
        return err_set(err, ERR_FATAL, "DIGEST_FAILED", "no HMAC could be made");
    hex_print(mac, VERP_MAC_BYTES, digits);
    snprintf(ret, VERP_BYTES, VERP_BEGIN "%d-%s", (int)key, digits);
    return true;
}

bool verp_fits(const struct link_keys *keys, const char *text, const char *canonical)
{
    char small[VERP_BYTES], made[VERP_BYTES];
    size_t n = strlen(text);
    struct err ignored;
    long key;
    char *end;

    if (n >= sizeof(small))
        return false;
    for (size_t i = 0; i <= n; i++)
        small[i] = ascii_lower(text[i]);
    if (strncmp(small, VERP_BEGIN, strlen(VERP_BEGIN)) != 0)
        return false;
    key = strtol(small + strlen(VERP_BEGIN), &end, 10);
    return *end == '-' && key > 0 && key <= UINT16_MAX &&
           verp_make(keys, (uint16_t)key, canonical, made, &ignored) &&
           strlen(made) == n && CRYPTO_memcmp(made, small, n) == 0;
}
