#include "crypto/digest.h"

#include <openssl/evp.h>

bool digest_sha256(const void *a, size_t a_len, const void *b, size_t b_len,
                   uint8_t ret[DIGEST_BYTES], struct err *err)
{
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    bool ok = ctx != NULL && EVP_DigestInit_ex(ctx, EVP_sha256(), NULL) == 1 &&
              EVP_DigestUpdate(ctx, a, a_len) == 1 &&
              (b_len == 0 || EVP_DigestUpdate(ctx, b, b_len) == 1) &&
              EVP_DigestFinal_ex(ctx, ret, NULL) == 1;

    EVP_MD_CTX_free(ctx);
    return ok || err_set(err, ERR_FATAL, "DIGEST_FAILED", "SHA-256 is not to be had");
}
