#include "crypto/seal.h"

#include "base/conf.h"
#include "base/mem.h"
#include "crypto/secret.h"
#include "crypto/seal_key.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>

#define FORMAT      1
#define NONCE_BYTES 12
#define TAG_BYTES   16
#define AAD_BYTES   (sizeof(struct contact_key) + 2)
#define POOL_BYTES  4096

struct seal {
    EVP_CIPHER *gcm;
    EVP_CIPHER_CTX *wrap; /* keyed with the current key */
    EVP_CIPHER_CTX *text; /* keyed again for each text   */
    uint8_t version;
    uint8_t *keys[256];       /* by version; NULL: not known */
    uint8_t pool[POOL_BYTES]; /* random bytes, each used once and wiped */
    size_t pool_left;
};

static bool failed(struct err *err)
{
    return err_set(err, ERR_FATAL, "SEAL_FAILED",
                   "AES-256-GCM or its random bytes failed");
}

bool seal_random(struct seal *s, uint8_t *ret, size_t n)
{
    if (s->pool_left < n) {
        if (RAND_priv_bytes(s->pool, POOL_BYTES) != 1)
            return false;
        s->pool_left = POOL_BYTES;
    }
    s->pool_left -= n;
    memcpy(ret, s->pool + s->pool_left, n);
    OPENSSL_cleanse(s->pool + s->pool_left, n);
    return true;
}

const uint8_t *seal_key_current(const struct seal *s, uint8_t *ret_version)
{
    *ret_version = s->version;
    return s->keys[s->version];
}

const uint8_t *seal_key_of(const struct seal *s, uint8_t version)
{
    return s->keys[version];
}

/* What binds a blob to its contact and its place: 'k' the wrapped key, 't' the text. */
static void make_aad(const struct contact_key *contact, char part, uint8_t version,
                     uint8_t ret[AAD_BYTES])
{
    ret[0] = (uint8_t)part;
    ret[1] = version;
    memcpy(ret + 2, contact->b, sizeof(contact->b));
}

/* nonce, cipher text and tag, in a row at out; key NULL: the one ctx has. */
static bool encrypt(EVP_CIPHER_CTX *ctx, const uint8_t *key, const uint8_t *nonce,
                    const uint8_t aad[AAD_BYTES], const void *text, size_t n,
                    uint8_t *out)
{
    int len;

    memcpy(out, nonce, NONCE_BYTES);
    out += NONCE_BYTES;
    return EVP_EncryptInit_ex2(ctx, NULL, key, nonce, NULL) == 1 &&
           EVP_EncryptUpdate(ctx, NULL, &len, aad, (int)AAD_BYTES) == 1 &&
           EVP_EncryptUpdate(ctx, out, &len, text, (int)n) == 1 && len == (int)n &&
           EVP_EncryptFinal_ex(ctx, out + n, &len) == 1 &&
           EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_GET_TAG, TAG_BYTES, out + n) == 1;
}

/* in: nonce, n bytes of cipher text, tag. */
static bool decrypt(EVP_CIPHER_CTX *ctx, const uint8_t *key, const uint8_t *in,
                    const uint8_t aad[AAD_BYTES], size_t n, uint8_t *ret)
{
    uint8_t tag[TAG_BYTES];
    int len;

    memcpy(tag, in + NONCE_BYTES + n, TAG_BYTES);
    return EVP_DecryptInit_ex2(ctx, NULL, key, in, NULL) == 1 &&
           EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_SET_TAG, TAG_BYTES, tag) == 1 &&
           EVP_DecryptUpdate(ctx, NULL, &len, aad, (int)AAD_BYTES) == 1 &&
           EVP_DecryptUpdate(ctx, ret, &len, in + NONCE_BYTES, (int)n) == 1 &&
           EVP_DecryptFinal_ex(ctx, ret + n, &len) == 1;
}

struct seal *seal_open(const char *path, uint8_t version, struct err *err)
{
    struct seal *s = mem_zalloc(1, sizeof(*s));

    if (!seal_add_former(s, path, version, err)) {
        conf_of("seal_secret_file", err);
        seal_close(s);
        return NULL;
    }
    s->version = version;
    s->gcm = EVP_CIPHER_fetch(NULL, "AES-256-GCM", NULL);
    s->wrap = EVP_CIPHER_CTX_new();
    s->text = EVP_CIPHER_CTX_new();
    if (s->gcm == NULL || s->wrap == NULL || s->text == NULL ||
        EVP_EncryptInit_ex2(s->wrap, s->gcm, s->keys[version], NULL, NULL) != 1 ||
        EVP_EncryptInit_ex2(s->text, s->gcm, NULL, NULL, NULL) != 1) {
        failed(err);
        seal_close(s);
        return NULL;
    }
    return s;
}

void seal_close(struct seal *s)
{
    if (s == NULL)
        return;
    EVP_CIPHER_CTX_free(s->text);
    EVP_CIPHER_CTX_free(s->wrap);
    EVP_CIPHER_free(s->gcm);
    for (size_t i = 0; i < 256; i++)
        secret_free(s->keys[i], SEAL_KEY_BYTES);
    OPENSSL_cleanse(s, sizeof(*s));
    free(s);
}

bool seal_add_former(struct seal *s, const char *path, uint8_t version, struct err *err)
{
    if (version == 0 || s->keys[version] != NULL)
        return err_set(err, ERR_CONFIG, "SEAL_KEY_FILE",
                       "key versions are 1 to 255, each given once; %d is not", version);
    s->keys[version] = secret_zalloc(SEAL_KEY_BYTES);
    if (seal_key_read(path, s->keys[version], err))
        return true;
    secret_free(s->keys[version], SEAL_KEY_BYTES);
    s->keys[version] = NULL;
    return false;
}

bool seal_add_formers(struct seal *s, const char *text, struct err *err)
{
    while (*(text += strspn(text, " \t")) != '\0') {
        const size_t n = strcspn(text, " \t");
        char path[1024], *end;
        const long version = strtol(text, &end, 10);

        if (end == text || *end != '=' || version < 1 || version > 255 ||
            n - (size_t)(end + 1 - text) >= sizeof(path))
            return err_set(
                err, ERR_CONFIG, "SEAL_FORMER",
                "seal_former: is VERSION=FILE, for each former key one, VERSION from "
                "1 to 255");
        snprintf(path, sizeof(path), "%.*s", (int)(n - (size_t)(end + 1 - text)),
                 end + 1);
        if (!seal_add_former(s, path, (uint8_t)version, err))
            return conf_of("seal_former", err);
        text += n;
    }
    return true;
}

bool seal_identifier(struct seal *s, const struct contact_key *contact, const char *text,
                     uint8_t wrapped[SEAL_WRAPPED_BYTES], uint8_t *sealed,
                     size_t *ret_len, struct err *err)
{
    uint8_t random[SEAL_KEY_BYTES + 2 * NONCE_BYTES], aad[AAD_BYTES];
    const uint8_t *data_key = random;
    size_t n = strlen(text);
    bool ok;

    assert(n > 0 && n <= SEAL_TEXT_MAX_BYTES);
    if (!seal_random(s, random, sizeof(random)))
        return failed(err);
    wrapped[0] = FORMAT;
    wrapped[1] = s->version;
    make_aad(contact, 'k', s->version, aad);
    ok = encrypt(s->wrap, NULL, random + SEAL_KEY_BYTES, aad, data_key, SEAL_KEY_BYTES,
                 wrapped + 2);
    sealed[0] = FORMAT;
    make_aad(contact, 't', 0, aad);
    ok = ok && encrypt(s->text, data_key, random + SEAL_KEY_BYTES + NONCE_BYTES, aad,
                       text, n, sealed + 1);
    OPENSSL_cleanse(random, sizeof(random));
    *ret_len = n + SEAL_OVERHEAD_BYTES;
    return ok || failed(err);
}

static bool open_blobs(struct seal *s, const struct contact_key *contact,
                       const uint8_t *wrapped, const uint8_t *sealed, size_t n,
                       uint8_t *ret)
{
    uint8_t data_key[SEAL_KEY_BYTES], aad[AAD_BYTES];
    bool ok;

    make_aad(contact, 'k', wrapped[1], aad);
    ok =
        decrypt(s->text, s->keys[wrapped[1]], wrapped + 2, aad, SEAL_KEY_BYTES, data_key);
    make_aad(contact, 't', 0, aad);
    ok = ok && decrypt(s->text, data_key, sealed + 1, aad, n, ret);
    OPENSSL_cleanse(data_key, sizeof(data_key));
    return ok;
}

bool unseal_identifier(struct seal *s, const struct contact_key *contact,
                       const void *wrapped, size_t wrapped_len, const void *sealed,
                       size_t sealed_len, char ret[SEAL_TEXT_MAX_BYTES + 1],
                       struct err *err)
{
    const uint8_t *w = wrapped, *t = sealed;
    char text[SEAL_TEXT_MAX_BYTES];
    size_t n;

    if (wrapped_len != SEAL_WRAPPED_BYTES || sealed_len <= SEAL_OVERHEAD_BYTES ||
        sealed_len > SEAL_SEALED_BYTES || w[0] != FORMAT || t[0] != FORMAT)
        return err_set(err, ERR_INPUT, "SEAL_BROKEN",
                       "a sealed identifier does not open");
    if (s->keys[w[1]] == NULL)
        return err_set(err, ERR_CONFIG, "SEAL_KEY_UNKNOWN",
                       "an identifier is sealed under key version %d, which is not given",
                       w[1]);
    n = sealed_len - SEAL_OVERHEAD_BYTES;
    if (!open_blobs(s, contact, w, t, n, (uint8_t *)text)) {
        OPENSSL_cleanse(text, sizeof(text));
        return err_set(err, ERR_INPUT, "SEAL_BROKEN",
                       "a sealed identifier does not open");
    }
    memcpy(ret, text, n);
    ret[n] = '\0';
    OPENSSL_cleanse(text, sizeof(text));
    return true;
}

bool seal_rewrap(struct seal *s, const struct contact_key *contact, const void *wrapped,
                 size_t wrapped_len, uint8_t ret[SEAL_WRAPPED_BYTES], bool *ret_same,
                 struct err *err)
{
    uint8_t random[SEAL_KEY_BYTES + NONCE_BYTES], aad[AAD_BYTES];
    const uint8_t *w = wrapped;
    bool ok;

    *ret_same = false;
    if (wrapped_len != SEAL_WRAPPED_BYTES || w[0] != FORMAT)
        return err_set(err, ERR_INPUT, "SEAL_BROKEN", "a wrapped key does not open");
    if (s->keys[w[1]] == NULL)
        return err_set(err, ERR_CONFIG, "SEAL_KEY_UNKNOWN",
                       "an identifier is sealed under key version %d, which is not given",
                       w[1]);
    *ret_same = w[1] == s->version;
    if (*ret_same)
        return true;
    make_aad(contact, 'k', w[1], aad);
    if (!decrypt(s->text, s->keys[w[1]], w + 2, aad, SEAL_KEY_BYTES, random))
        return err_set(err, ERR_INPUT, "SEAL_BROKEN", "a wrapped key does not open");
    ret[0] = FORMAT;
    ret[1] = s->version;
    make_aad(contact, 'k', s->version, aad);
    ok = seal_random(s, random + SEAL_KEY_BYTES, NONCE_BYTES) &&
         encrypt(s->wrap, NULL, random + SEAL_KEY_BYTES, aad, random, SEAL_KEY_BYTES,
                 ret + 2);
    OPENSSL_cleanse(random, sizeof(random));
    return ok || failed(err);
}
