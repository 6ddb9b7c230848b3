#include "crypto/digest_stream.h"

#include "base/hex.h"
#include "base/mem.h"

#include <openssl/evp.h>
#include <stdlib.h>

struct digest_stream {
    EVP_MD_CTX *ctx;
};

static bool failed(struct err *err)
{
    return err_set(err, ERR_FATAL, "DIGEST_FAILED", "SHA-256 is not available");
}

bool digest_stream_open(struct digest_stream **ret, struct err *err)
{
    struct digest_stream *d = mem_zalloc(1, sizeof(*d));

    d->ctx = EVP_MD_CTX_new();
    if (d->ctx == NULL || EVP_DigestInit_ex(d->ctx, digest_md(), NULL) != 1) {
        digest_stream_close(d);
        return failed(err);
    }
    *ret = d;
    return true;
}

void digest_stream_close(struct digest_stream *d)
{
    if (d == NULL)
        return;
    EVP_MD_CTX_free(d->ctx);
    free(d);
}

bool digest_stream_add(struct digest_stream *d, const void *data, size_t len,
                       struct err *err)
{
    return EVP_DigestUpdate(d->ctx, data, len) == 1 || failed(err);
}

bool digest_stream_end(struct digest_stream *d, char ret[DIGEST_HEX_BYTES],
                       struct err *err)
{
    uint8_t raw[DIGEST_BYTES];

    if (EVP_DigestFinal_ex(d->ctx, raw, NULL) != 1)
        return failed(err);
    hex_print(raw, sizeof(raw), ret);
    return true;
}
