#include "crypto/ed25519.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>

static bool failed(struct err *err)
{
    return err_set(err, ERR_FATAL, "ED25519_FAILED", "Ed25519 is not available");
}

bool ed25519_make(uint8_t ret_seed[ED25519_SEED_BYTES], struct err *err)
{
    return RAND_priv_bytes(ret_seed, ED25519_SEED_BYTES) == 1 || failed(err);
}

bool ed25519_public(const uint8_t seed[ED25519_SEED_BYTES],
                    uint8_t ret[ED25519_PUBLIC_BYTES], struct err *err)
{
    EVP_PKEY *key =
        EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, seed, ED25519_SEED_BYTES);
    size_t len = ED25519_PUBLIC_BYTES;
    bool ok = key != NULL && EVP_PKEY_get_raw_public_key(key, ret, &len) == 1;

    EVP_PKEY_free(key);
    return ok || failed(err);
}

bool ed25519_sign(const uint8_t seed[ED25519_SEED_BYTES], const void *text, size_t len,
                  uint8_t ret[ED25519_SIGNATURE_BYTES], struct err *err)
{
    EVP_PKEY *key =
        EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, seed, ED25519_SEED_BYTES);
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    size_t n = ED25519_SIGNATURE_BYTES;
    bool ok = key != NULL && ctx != NULL &&
              EVP_DigestSignInit(ctx, NULL, NULL, NULL, key) == 1 &&
              EVP_DigestSign(ctx, ret, &n, text, len) == 1;

    EVP_MD_CTX_free(ctx);
    EVP_PKEY_free(key);
    return ok || failed(err);
}

bool ed25519_verify(const uint8_t key[ED25519_PUBLIC_BYTES], const void *text, size_t len,
                    const uint8_t signature[ED25519_SIGNATURE_BYTES])
{
    EVP_PKEY *pkey =
        EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, NULL, key, ED25519_PUBLIC_BYTES);
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    bool ok = pkey != NULL && ctx != NULL &&
              EVP_DigestVerifyInit(ctx, NULL, NULL, NULL, pkey) == 1 &&
              EVP_DigestVerify(ctx, signature, ED25519_SIGNATURE_BYTES, text, len) == 1;

    EVP_MD_CTX_free(ctx);
    EVP_PKEY_free(pkey);
    return ok;
}

void ed25519_forget(uint8_t seed[ED25519_SEED_BYTES])
{
    OPENSSL_cleanse(seed, ED25519_SEED_BYTES);
}
