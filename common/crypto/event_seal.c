#include "crypto/event_seal.h"

#include "base/mem.h"
#include "crypto/event_pack.h"
#include "crypto/seal_key.h"
#include "crypto/digest.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#define NONCE_BYTES 12
#define TAG_BYTES   16
#define AAD_BYTES   18

struct event_sealer {
    struct seal *seal;
    struct event_pack *pack;
    EVP_MAC *hmac;
    EVP_MAC_CTX *mac[256]; /* by version, made at first use: keyed */
    EVP_CIPHER *gcm;
    EVP_CIPHER_CTX *ctx;
};

static bool failed(struct err *err)
{
    return err_set(err, ERR_FATAL, "SEAL_FAILED", "an event could not be sealed");
}

static bool broken(struct err *err)
{
    return err_set(err, ERR_INPUT, "SEAL_BROKEN", "a sealed event does not open");
}

struct event_sealer *event_sealer_open(struct seal *seal, struct err *err)
{
    struct event_sealer *s = mem_zalloc(1, sizeof(*s));

    s->seal = seal;
    s->pack = event_pack_open();
    s->hmac = EVP_MAC_fetch(NULL, "HMAC", NULL);
    s->gcm = EVP_CIPHER_fetch(NULL, "AES-256-GCM", NULL);
    s->ctx = EVP_CIPHER_CTX_new();
    if (s->pack != NULL && s->hmac != NULL && s->gcm != NULL && s->ctx != NULL)
        return s;
    event_sealer_close(s);
    failed(err);
    return NULL;
}

void event_sealer_close(struct event_sealer *s)
{
    if (s == NULL)
        return;
    for (size_t i = 0; i < 256; i++)
        EVP_MAC_CTX_free(s->mac[i]);
    EVP_MAC_free(s->hmac);
    EVP_CIPHER_CTX_free(s->ctx);
    EVP_CIPHER_free(s->gcm);
    event_pack_close(s->pack);
    free(s);
}

/* --- keys --- */

static EVP_MAC_CTX *mac_of(struct event_sealer *s, uint8_t version, const uint8_t *key)
{
    char digest[] = "SHA256";
    OSSL_PARAM params[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0),
        OSSL_PARAM_construct_end(),
    };

    if (s->mac[version] == NULL) {
        s->mac[version] = EVP_MAC_CTX_new(s->hmac);
        if (s->mac[version] != NULL &&
            EVP_MAC_init(s->mac[version], key, SEAL_KEY_BYTES, params) != 1) {
            EVP_MAC_CTX_free(s->mac[version]);
            s->mac[version] = NULL;
        }
    }
    return s->mac[version];
}

static bool event_key(struct event_sealer *s, uint8_t version, const uint8_t *key,
                      const uint8_t salt[EVENT_SALT_BYTES], uint8_t ret[SEAL_KEY_BYTES])
{
    static const uint8_t name[] = {'e', 'v', 'e', 'n', 't'};
    EVP_MAC_CTX *mac = mac_of(s, version, key);
    size_t len;

    return mac != NULL && EVP_MAC_init(mac, NULL, 0, NULL) == 1 &&
           EVP_MAC_update(mac, name, sizeof(name)) == 1 &&
           EVP_MAC_update(mac, salt, EVENT_SALT_BYTES) == 1 &&
           EVP_MAC_final(mac, ret, &len, SEAL_KEY_BYTES) == 1 && len == SEAL_KEY_BYTES;
}

static void put_be(uint8_t *out, uint64_t v, int bytes)
{
    for (int i = 0; i < bytes; i++)
        out[i] = (uint8_t)(v >> 8 * (bytes - 1 - i));
}

static void aad_make(const struct event_place *place, enum event_part part,
                     uint8_t version, uint8_t ret[AAD_BYTES])
{
    ret[0] = (uint8_t)part;
    ret[1] = version;
    put_be(ret + 2, (uint32_t)place->source, 4);
    put_be(ret + 6, (uint32_t)place->partition, 4);
    put_be(ret + 10, (uint64_t)place->offset, 8);
}

bool event_salt_make(struct event_sealer *s, uint8_t ret[EVENT_SALT_BYTES],
                     struct err *err)
{
    return seal_random(s->seal, ret, EVENT_SALT_BYTES) || failed(err);
}

/* --- sealing --- */

static bool encrypt(struct event_sealer *s, const uint8_t key[SEAL_KEY_BYTES],
                    const uint8_t aad[AAD_BYTES], const void *text, size_t n,
                    uint8_t *out)
{
    const uint8_t nonce[NONCE_BYTES] = {aad[0]};
    int len;

    return EVP_EncryptInit_ex2(s->ctx, s->gcm, key, nonce, NULL) == 1 &&
           EVP_EncryptUpdate(s->ctx, NULL, &len, aad, AAD_BYTES) == 1 &&
           EVP_EncryptUpdate(s->ctx, out, &len, text, (int)n) == 1 && len == (int)n &&
           EVP_EncryptFinal_ex(s->ctx, out + n, &len) == 1 &&
           EVP_CIPHER_CTX_ctrl(s->ctx, EVP_CTRL_AEAD_GET_TAG, TAG_BYTES, out + n) == 1;
}

static bool decrypt(struct event_sealer *s, const uint8_t key[SEAL_KEY_BYTES],
                    const uint8_t aad[AAD_BYTES], const uint8_t *in, size_t n,
                    uint8_t *ret)
{
    const uint8_t nonce[NONCE_BYTES] = {aad[0]};
    uint8_t tag[TAG_BYTES];
    int len;

    memcpy(tag, in + n, TAG_BYTES);
    return EVP_DecryptInit_ex2(s->ctx, s->gcm, key, nonce, NULL) == 1 &&
           EVP_CIPHER_CTX_ctrl(s->ctx, EVP_CTRL_AEAD_SET_TAG, TAG_BYTES, tag) == 1 &&
           EVP_DecryptUpdate(s->ctx, NULL, &len, aad, AAD_BYTES) == 1 &&
           EVP_DecryptUpdate(s->ctx, ret, &len, in, (int)n) == 1 &&
           EVP_DecryptFinal_ex(s->ctx, ret + n, &len) == 1;
}

bool event_seal(struct event_sealer *s, const struct event_place *place,
                const uint8_t salt[EVENT_SALT_BYTES], enum event_part part,
                const void *data, size_t len, struct buf *out, struct err *err)
{
    uint8_t key[SEAL_KEY_BYTES], aad[AAD_BYTES], version;
    const uint8_t *outer = seal_key_current(s->seal, &version);
    const void *packed;
    size_t n, at = out->len;
    bool ok;

    if (!event_pack(s->pack, data, len, &packed, &n) ||
        !buf_room(out, 1 + n + TAG_BYTES) || !event_key(s, version, outer, salt, key))
        return failed(err);
    aad_make(place, part, version, aad);
    out->data[at] = (char)version;
    ok = encrypt(s, key, aad, packed, n, (uint8_t *)out->data + at + 1);
    OPENSSL_cleanse(key, sizeof(key));
    if (!ok) {
        out->len = at;
        return failed(err);
    }
    return true;
}

bool event_unseal(struct event_sealer *s, const struct event_place *place,
                  const uint8_t salt[EVENT_SALT_BYTES], enum event_part part,
                  const void *sealed, size_t len, struct buf *out, struct err *err)
{
    uint8_t key[SEAL_KEY_BYTES], aad[AAD_BYTES];
    const uint8_t *in = sealed;
    const uint8_t *outer;
    uint8_t *packed;
    size_t n;
    bool ok;

    if (len <= 1 + TAG_BYTES)
        return broken(err);
    outer = seal_key_of(s->seal, in[0]);
    if (outer == NULL)
        return err_set(err, ERR_CONFIG, "SEAL_KEY_UNKNOWN",
                       "an event is sealed under key version %d, which is not given",
                       in[0]);
    if (!event_key(s, in[0], outer, salt, key))
        return failed(err);
    n = len - 1 - TAG_BYTES;
    packed = mem_zalloc(n, 1);
    aad_make(place, part, in[0], aad);
    ok = decrypt(s, key, aad, in + 1, n, packed) && event_unpack(s->pack, packed, n, out);
    OPENSSL_cleanse(key, sizeof(key));
    OPENSSL_cleanse(packed, n);
    free(packed);
    return ok || broken(err);
}

/* --- the commitment --- */

bool event_commit(const uint8_t salt[EVENT_SALT_BYTES], const void *raw, size_t raw_len,
                  const void *headers, size_t headers_len,
                  uint8_t ret[EVENT_COMMITMENT_BYTES], struct err *err)
{
    static const char name[] = "consentmq event";
    static const uint8_t no_headers[4] = {0};
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    uint8_t length[8];
    unsigned int n;
    bool ok;

    put_be(length, raw == NULL ? UINT64_MAX : (uint64_t)raw_len, 8);
    if (headers_len == 0) {
        headers = no_headers;
        headers_len = sizeof(no_headers);
    }
    ok = ctx != NULL && EVP_DigestInit_ex(ctx, digest_md(), NULL) == 1 &&
         EVP_DigestUpdate(ctx, name, sizeof(name) - 1) == 1 &&
         EVP_DigestUpdate(ctx, salt, EVENT_SALT_BYTES) == 1 &&
         EVP_DigestUpdate(ctx, length, sizeof(length)) == 1 &&
         (raw == NULL || EVP_DigestUpdate(ctx, raw, raw_len) == 1) &&
         EVP_DigestUpdate(ctx, headers, headers_len) == 1 &&
         EVP_DigestFinal_ex(ctx, ret, &n) == 1 && n == EVENT_COMMITMENT_BYTES;
    EVP_MD_CTX_free(ctx);
    return ok || failed(err);
}
