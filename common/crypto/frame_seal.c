#include "crypto/frame_seal.h"

#include "base/mem.h"
#include "crypto/seal_key.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <zstd.h>

#define NONCE_BYTES 12
#define TAG_BYTES   16
#define NAME_BYTES  5
#define LEVEL       6 /* written once, kept for years */

struct frame_sealer {
    uint8_t key[SEAL_KEY_BYTES];
    EVP_CIPHER_CTX *ctx;
};

static bool failed(struct err *err)
{
    return err_set(err, ERR_FATAL, "SEAL_FAILED",
                   "a piece of a file could not be sealed");
}

static bool broken(struct err *err)
{
    return err_set(err, ERR_INPUT, "SEAL_BROKEN",
                   "a sealed piece of a file does not open");
}

static struct frame_sealer *make(const uint8_t *key, const uint8_t salt[FRAME_SALT_BYTES],
                                 struct err *err)
{
    struct frame_sealer *f = mem_zalloc(1, sizeof(*f));
    uint8_t said[NAME_BYTES + FRAME_SALT_BYTES] = {'f', 'r', 'a', 'm', 'e'};
    unsigned int n = 0;

    memcpy(said + NAME_BYTES, salt, FRAME_SALT_BYTES);
    f->ctx = EVP_CIPHER_CTX_new();
    if (f->ctx != NULL &&
        HMAC(EVP_sha256(), key, SEAL_KEY_BYTES, said, sizeof(said), f->key, &n) != NULL &&
        n == SEAL_KEY_BYTES)
        return f;
    frame_sealer_close(f);
    failed(err);
    return NULL;
}

struct frame_sealer *frame_sealer_new(struct seal *seal, uint8_t salt[FRAME_SALT_BYTES],
                                      uint8_t *ret_version, struct err *err)
{
    const uint8_t *key = seal_key_current(seal, ret_version);

    if (seal_random(seal, salt, FRAME_SALT_BYTES))
        return make(key, salt, err);
    failed(err);
    return NULL;
}

struct frame_sealer *frame_sealer_open(struct seal *seal,
                                       const uint8_t salt[FRAME_SALT_BYTES],
                                       uint8_t version, struct err *err)
{
    const uint8_t *key = seal_key_of(seal, version);

    if (key != NULL)
        return make(key, salt, err);
    err_set(err, ERR_CONFIG, "SEAL_KEY_UNKNOWN",
            "a file is under version %d of the sealing key, which was not given: name it "
            "in seal_former",
            (int)version);
    return NULL;
}

void frame_sealer_close(struct frame_sealer *f)
{
    if (f == NULL)
        return;
    EVP_CIPHER_CTX_free(f->ctx);
    OPENSSL_cleanse(f->key, sizeof(f->key));
    free(f);
}

size_t frame_sealed_most(size_t len)
{
    return ZSTD_compressBound(len) + TAG_BYTES;
}

static void nonce_make(uint64_t number, uint8_t ret[NONCE_BYTES])
{
    memset(ret, 0, NONCE_BYTES);
    for (int i = 0; i < 8; i++)
        ret[NONCE_BYTES - 1 - i] = (uint8_t)(number >> 8 * i);
}

bool frame_seal(struct frame_sealer *f, uint64_t number, const void *aad, size_t aad_len,
                const void *text, size_t len, struct buf *out, struct err *err)
{
    uint8_t nonce[NONCE_BYTES];
    uint8_t *packed;
    size_t n;
    int done, last;
    bool ok;

    if (len > FRAME_TEXT_BYTES)
        return failed(err);
    packed = mem_zalloc(1, frame_sealed_most(len));
    n = ZSTD_compress(packed, ZSTD_compressBound(len), text, len, LEVEL);
    nonce_make(number, nonce);
    ok = !ZSTD_isError(n) &&
         EVP_EncryptInit_ex2(f->ctx, EVP_aes_256_gcm(), f->key, nonce, NULL) == 1 &&
         EVP_EncryptUpdate(f->ctx, NULL, &done, aad, (int)aad_len) == 1 &&
         EVP_EncryptUpdate(f->ctx, packed, &done, packed, (int)n) == 1 &&
         EVP_EncryptFinal_ex(f->ctx, packed + done, &last) == 1 &&
         EVP_CIPHER_CTX_ctrl(f->ctx, EVP_CTRL_AEAD_GET_TAG, TAG_BYTES, packed + n) == 1 &&
         buf_add(out, packed, n + TAG_BYTES);
    free(packed);
    return ok || failed(err);
}

static bool unpack(const uint8_t *packed, size_t len, struct buf *out)
{
    const unsigned long long n = ZSTD_getFrameContentSize(packed, len);
    uint8_t *text;
    bool ok;

    if (n > FRAME_TEXT_BYTES) /* also what says that it does not know */
        return false;
    text = mem_zalloc(1, (size_t)n + 1);
    ok = ZSTD_decompress(text, (size_t)n, packed, len) == (size_t)n &&
         buf_add(out, text, (size_t)n);
    free(text);
    return ok;
}

bool frame_unseal(struct frame_sealer *f, uint64_t number, const void *aad,
                  size_t aad_len, const void *sealed, size_t len, struct buf *out,
                  struct err *err)
{
    uint8_t nonce[NONCE_BYTES], tag[TAG_BYTES];
    uint8_t *packed;
    int done, last;
    bool ok;

    if (len < TAG_BYTES || len > frame_sealed_most(FRAME_TEXT_BYTES))
        return broken(err);
    len -= TAG_BYTES;
    memcpy(tag, (const uint8_t *)sealed + len, TAG_BYTES);
    packed = mem_zalloc(1, len + 1);
    nonce_make(number, nonce);
    ok = EVP_DecryptInit_ex2(f->ctx, EVP_aes_256_gcm(), f->key, nonce, NULL) == 1 &&
         EVP_DecryptUpdate(f->ctx, NULL, &done, aad, (int)aad_len) == 1 &&
         EVP_DecryptUpdate(f->ctx, packed, &done, sealed, (int)len) == 1 &&
         EVP_CIPHER_CTX_ctrl(f->ctx, EVP_CTRL_AEAD_SET_TAG, TAG_BYTES, tag) == 1 &&
         EVP_DecryptFinal_ex(f->ctx, packed + done, &last) == 1 &&
         unpack(packed, len, out);
    free(packed);
    return ok || broken(err);
}
