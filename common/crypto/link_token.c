#include "crypto/link_token.h"

#include "base/base64url.h"
#include "crypto/link_keys.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>

#define FORMAT     1
#define HEAD_BYTES 3
#define TAG_BYTES  16
#define OVERHEAD   (HEAD_BYTES + LINK_NONCE_BYTES + TAG_BYTES)
#define RAW_BYTES  (OVERHEAD + LINK_TEXT_MAX_BYTES)
_Static_assert((RAW_BYTES * 4 + 2) / 3 < LINK_TOKEN_BYTES, "the longest token fits");

/* --- the text --- */

/* The fields behind the first two, in their order. */
static const struct {
    size_t at, bytes;
} fields[] = {
#define FIELD(name)                                                                      \
    {                                                                                    \
        offsetof(struct link, name), sizeof(((struct link *)NULL)->name)                 \
    }
    FIELD(address),  FIELD(controller), FIELD(purposes), FIELD(channels),  FIELD(message),
    FIELD(language), FIELD(policy),     FIELD(version),  FIELD(statement), FIELD(form),
#undef FIELD
};
#define N_FIELDS (sizeof(fields) / sizeof(fields[0]))

static bool plain(const char *text, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if ((unsigned char)text[i] < 0x20 || text[i] == 0x7f)
            return false;
    return true;
}

static bool bad_field(struct err *err, const char *what)
{
    return err_set(err, ERR_INPUT, "LINK_FIELD", "a link needs %s", what);
}

static bool check(const struct link *link, struct err *err)
{
    if (link->kind != LINK_OPTOUT && link->kind != LINK_CONFIRM)
        return bad_field(err, "a kind");
    if (link->issued_us < 0 || link->issued_us == INT64_MAX)
        return bad_field(err, "the time at which it is made");
    if (link->address[0] == '\0' || link->controller[0] == '\0')
        return bad_field(err, "an address and a controller");
    for (size_t i = 0; i < N_FIELDS; i++) {
        const char *text = (const char *)link + fields[i].at;

        if (!plain(text, strlen(text)))
            return bad_field(err, "fields without control characters");
    }
    return true;
}

/* The length, or 0: too long. */
static size_t text_write(const struct link *link, char ret[LINK_TEXT_MAX_BYTES + 1])
{
    int n = snprintf(ret, LINK_TEXT_MAX_BYTES + 1, "%c\n%lld", (char)link->kind,
                     (long long)(link->issued_us / 1000000));
    size_t len = (size_t)n, last = 0;

    for (size_t i = 0; i < N_FIELDS; i++)
        if (((const char *)link)[fields[i].at] != '\0')
            last = i;
    for (size_t i = 0; i <= last; i++) {
        const char *text = (const char *)link + fields[i].at;
        size_t more = strlen(text);

        if (len + 1 + more > LINK_TEXT_MAX_BYTES)
            return 0;
        ret[len++] = '\n';
        memcpy(ret + len, text, more);
        len += more;
    }
    return len;
}

/* The next field; false: there is none. */
static bool field_next(const char **at, const char *end, const char **ret, size_t *n)
{
    const char *stop;

    if (*at > end)
        return false;
    stop = memchr(*at, '\n', (size_t)(end - *at));
    if (stop == NULL)
        stop = end;
    *ret = *at;
    *n = (size_t)(stop - *at);
    *at = stop + 1;
    return true;
}

static bool seconds_read(const char *text, size_t n, int64_t *ret_us)
{
    int64_t s = 0;

    if (n == 0 || n > 11)
        return false;
    for (size_t i = 0; i < n; i++) {
        if (text[i] < '0' || text[i] > '9')
            return false;
        s = s * 10 + (text[i] - '0');
    }
    *ret_us = s * 1000000;
    return true;
}

static bool text_read(const char *text, size_t len, struct link *link)
{
    const char *at = text, *end = text + len, *field;
    size_t n;

    if (!field_next(&at, end, &field, &n) || n != 1 || (*field != 'o' && *field != 'c'))
        return false;
    link->kind = *field == 'o' ? LINK_OPTOUT : LINK_CONFIRM;
    if (!field_next(&at, end, &field, &n) || !seconds_read(field, n, &link->issued_us))
        return false;
    for (size_t i = 0; i < N_FIELDS && field_next(&at, end, &field, &n); i++) {
        if (n >= fields[i].bytes || !plain(field, n))
            return false;
        memcpy((char *)link + fields[i].at, field, n);
    }
    return link->address[0] != '\0' && link->controller[0] != '\0';
}

/* --- sealing --- */

static bool encrypt(const uint8_t *key, uint8_t *raw, const char *text, size_t len)
{
    EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
    uint8_t *out = raw + HEAD_BYTES + LINK_NONCE_BYTES;
    int n;
    bool ok =
        ctx != NULL &&
        EVP_EncryptInit_ex(ctx, EVP_aes_256_gcm(), NULL, key, raw + HEAD_BYTES) == 1 &&
        EVP_EncryptUpdate(ctx, NULL, &n, raw, HEAD_BYTES) == 1 &&
        EVP_EncryptUpdate(ctx, out, &n, (const uint8_t *)text, (int)len) == 1 &&
        EVP_EncryptFinal_ex(ctx, out + len, &n) == 1 &&
        EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_GCM_GET_TAG, TAG_BYTES, out + len) == 1;

    EVP_CIPHER_CTX_free(ctx);
    return ok;
}

static bool decrypt(const uint8_t *key, uint8_t *raw, size_t raw_len, char *text)
{
    EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
    const uint8_t *in = raw + HEAD_BYTES + LINK_NONCE_BYTES;
    size_t len = raw_len - OVERHEAD;
    uint8_t *out = (uint8_t *)text;
    int n;
    bool ok =
        ctx != NULL &&
        EVP_DecryptInit_ex(ctx, EVP_aes_256_gcm(), NULL, key, raw + HEAD_BYTES) == 1 &&
        EVP_DecryptUpdate(ctx, NULL, &n, raw, HEAD_BYTES) == 1 &&
        EVP_DecryptUpdate(ctx, out, &n, in, (int)len) == 1 &&
        EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_GCM_SET_TAG, TAG_BYTES,
                            raw + raw_len - TAG_BYTES) == 1 &&
        EVP_DecryptFinal_ex(ctx, out + len, &n) == 1;

    EVP_CIPHER_CTX_free(ctx);
    return ok;
}

bool link_token_make(const struct link_keys *keys, struct link *link,
                     const uint8_t nonce[LINK_NONCE_BYTES], char ret[LINK_TOKEN_BYTES],
                     struct err *err)
{
    const uint8_t *key = link_key_find(keys, link->key);
    char text[LINK_TEXT_MAX_BYTES + 1];
    uint8_t raw[RAW_BYTES];
    size_t len;
    bool ok;

    if (!check(link, err))
        return false;
    if (key == NULL)
        return err_set(err, ERR_CONFIG, "LINK_KEYS", "there is no link key %d",
                       (int)link->key);
    len = text_write(link, text);
    if (len == 0)
        return err_set(err, ERR_INPUT, "LINK_TOO_LONG",
                       "the fields of a link have at most %d bytes together",
                       LINK_TEXT_MAX_BYTES);
    raw[0] = FORMAT;
    raw[1] = (uint8_t)(link->key >> 8);
    raw[2] = (uint8_t)link->key;
    if (nonce != NULL)
        memcpy(raw + HEAD_BYTES, nonce, LINK_NONCE_BYTES);
    ok = (nonce != NULL || RAND_bytes(raw + HEAD_BYTES, LINK_NONCE_BYTES) == 1) &&
         encrypt(key, raw, text, len) &&
         digest_sha256(raw, len + OVERHEAD, NULL, 0, link->digest, err);
    OPENSSL_cleanse(text, sizeof(text));
    if (!ok)
        return err_set(err, ERR_FATAL, "LINK_FAILED", "a link cannot be sealed");
    base64url_write(raw, len + OVERHEAD, ret);
    return true;
}

bool link_token_read(const struct link_keys *keys, const char *token, struct link *ret,
                     struct err *err)
{
    struct link link = {0};
    char text[LINK_TEXT_MAX_BYTES + 1];
    uint8_t raw[RAW_BYTES];
    const uint8_t *key = NULL;
    size_t n;
    bool ok = base64url_read(token, strlen(token), raw, sizeof(raw), &n) &&
              n > OVERHEAD && raw[0] == FORMAT;

    if (ok) {
        link.key = (uint16_t)(raw[1] << 8 | raw[2]);
        key = link_key_find(keys, link.key);
    }
    ok = ok && key != NULL && decrypt(key, raw, n, text) &&
         text_read(text, n - OVERHEAD, &link) &&
         digest_sha256(raw, n, NULL, 0, link.digest, err);
    OPENSSL_cleanse(text, sizeof(text));
    if (!ok)
        return err_set(err, ERR_INPUT, "LINK_BAD", "this link cannot be read");
    *ret = link;
    OPENSSL_cleanse(&link, sizeof(link));
    return true;
}
