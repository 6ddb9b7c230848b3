#include "crypto/list_digest.h"

#include "base/hex.h"

#include <openssl/evp.h>
#include <string.h>

void list_digest_init(struct list_digest *d)
{
    *d = (struct list_digest){0};
}

void list_digest_done(struct list_digest *d)
{
    EVP_MD_CTX_free(d->hasher);
    d->hasher = NULL;
}

/* The hasher is kept: making one for each token costs as much as the hash. */
static bool hash(struct list_digest *d, const char *token, size_t len,
                 uint8_t ret[DIGEST_BYTES])
{
    const EVP_MD *md = NULL;

    if (d->hasher == NULL) {
        d->hasher = EVP_MD_CTX_new();
        md = digest_md();
        if (d->hasher == NULL)
            return false;
    }
    return EVP_DigestInit_ex(d->hasher, md, NULL) == 1 &&
           EVP_DigestUpdate(d->hasher, token, len) == 1 &&
           EVP_DigestFinal_ex(d->hasher, ret, NULL) == 1;
}

static void xor_into(uint8_t to[DIGEST_BYTES], const uint8_t from[DIGEST_BYTES])
{
    for (int i = 0; i < DIGEST_BYTES; i++)
        to[i] ^= from[i];
}

static bool toggle(struct list_digest *d, const char *token, size_t len, struct err *err)
{
    uint8_t h[DIGEST_BYTES];

    if (!hash(d, token, len, h))
        return err_set(err, ERR_FATAL, "DIGEST_FAILED", "SHA-256 is not available");
    xor_into(d->bucket[h[0] >> 4], h);
    return true;
}

bool list_digest_add(struct list_digest *d, const char *token, size_t len,
                     struct err *err)
{
    d->entries++;
    return toggle(d, token, len, err);
}

bool list_digest_remove(struct list_digest *d, const char *token, size_t len,
                        struct err *err)
{
    d->entries--;
    return toggle(d, token, len, err);
}

void list_digest_format(const struct list_digest *d, char ret[LIST_DIGEST_TEXT_BYTES])
{
    uint8_t sum[DIGEST_BYTES] = {0};

    for (int i = 0; i < LIST_DIGEST_BUCKETS; i++)
        xor_into(sum, d->bucket[i]);
    hex_print(sum, DIGEST_BYTES, ret);
}
