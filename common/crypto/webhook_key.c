#include "webhook_key.h"

#include "base/mem.h"
#include "crypto/base64.h"
#include "crypto/digest.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/evp.h>
#include <openssl/hmac.h>

#define LEAST_BYTES 24

bool webhook_key_read(const char *text, struct webhook_key *ret, struct err *err)
{
    static const char mark[] = "whsec_";
    const char *at = text + sizeof(mark) - 1;

    if (strncmp(text, mark, sizeof(mark) - 1) == 0 &&
        base64_read(at, strlen(at), ret->bytes, sizeof(ret->bytes), &ret->len) &&
        ret->len >= LEAST_BYTES)
        return true;
    explicit_bzero(ret, sizeof(*ret));
    return err_set(err, ERR_CONFIG, "WEBHOOK_KEY",
                   "the secret must be whsec_ and 24 to 64 bytes as Base64");
}

bool webhook_sign(const struct webhook_key *key, const char *id, int64_t sent_s,
                  const char *body, size_t len, char ret[WEBHOOK_SIGNATURE_BYTES],
                  struct err *err)
{
    uint8_t digest[DIGEST_BYTES];
    char head[128], *whole;
    unsigned n = sizeof(digest);
    size_t head_len;
    bool ok;

    snprintf(head, sizeof(head), "%.80s.%lld.", id, (long long)sent_s);
    head_len = strlen(head);
    whole = mem_zalloc(1, head_len + len);
    memcpy(whole, head, head_len);
    memcpy(whole + head_len, body, len);
    ok = HMAC(EVP_sha256(), key->bytes, (int)key->len, (const unsigned char *)whole,
              head_len + len, digest, &n) != NULL;
    free(whole);
    if (!ok)
        return err_set(err, ERR_FATAL, "WEBHOOK_KEY", "HMAC is not available");
    memcpy(ret, "v1,", 3);
    base64_write(digest, sizeof(digest), ret + 3);
    return true;
}
