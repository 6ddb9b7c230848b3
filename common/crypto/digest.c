#include "crypto/digest.h"

#include <openssl/evp.h>
#include <pthread.h>

static EVP_MD *found; /* set once, then only read */
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void find(void)
{
    found = EVP_MD_fetch(NULL, "SHA256", NULL);
}

const struct evp_md_st *digest_md(void)
{
    pthread_once(&once, find);
    return found;
}

bool digest_sha256(const void *a, size_t a_len, const void *b, size_t b_len,
                   uint8_t ret[DIGEST_BYTES], struct err *err)
{
    const EVP_MD *md = digest_md();
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    bool ok = md != NULL && ctx != NULL && EVP_DigestInit_ex2(ctx, md, NULL) == 1 &&
              EVP_DigestUpdate(ctx, a, a_len) == 1 &&
              (b_len == 0 || EVP_DigestUpdate(ctx, b, b_len) == 1) &&
              EVP_DigestFinal_ex(ctx, ret, NULL) == 1;

    EVP_MD_CTX_free(ctx);
    return ok || err_set(err, ERR_FATAL, "DIGEST_FAILED", "SHA-256 is not available");
}
