#include "crypto/contact_key.h"

#include "crypto/secret.h"

#include "base/conf.h"
#include "base/mem.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/params.h>

struct contact_keyer {
    /* keyed, one a secret: EVP_MAC_init without a key starts it afresh */
    EVP_MAC_CTX *mac[CONTACT_SECRETS_MAX];
    struct contact_marks marks;
};

static EVP_MAC_CTX *keyed_mac(const void *secret, size_t len)
{
    char digest[] = "SHA256";
    OSSL_PARAM params[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0),
        OSSL_PARAM_construct_end(),
    };
    EVP_MAC *hmac = EVP_MAC_fetch(NULL, "HMAC", NULL);
    EVP_MAC_CTX *ctx = hmac != NULL ? EVP_MAC_CTX_new(hmac) : NULL;

    EVP_MAC_free(hmac); /* the context holds its own reference */
    if (ctx != NULL && EVP_MAC_init(ctx, secret, len, params) != 1) {
        EVP_MAC_CTX_free(ctx);
        ctx = NULL;
    }
    return ctx;
}

static bool failed(struct err *err)
{
    return err_set(err, ERR_FATAL, "CONTACT_KEY_FAILED", "HMAC-SHA-256 failed");
}

/* No key of a contact: those begin with a number of enum contact_kind and a zero. */
static bool mark_make(EVP_MAC_CTX *ctx, uint8_t ret[CONTACT_MARK_BYTES], struct err *err)
{
    static const char text[] = "consentmq contact secret";
    uint8_t mac[32];
    size_t n;

    if (EVP_MAC_update(ctx, (const uint8_t *)text, sizeof(text) - 1) != 1 ||
        EVP_MAC_final(ctx, mac, &n, sizeof(mac)) != 1 || n != sizeof(mac))
        return failed(err);
    memcpy(ret, mac, CONTACT_MARK_BYTES);
    return true;
}

bool contact_keyer_add(struct contact_keyer *k, const void *secret, size_t len,
                       struct err *err)
{
    struct contact_marks *m = &k->marks;

    if (len < CONTACT_SECRET_LEAST_BYTES)
        return err_set(err, ERR_CONFIG, "CONTACT_SECRET",
                       "the secret for contact keys must have at least %d bytes",
                       CONTACT_SECRET_LEAST_BYTES);
    if (m->n == CONTACT_SECRETS_MAX)
        return err_set(err, ERR_CONFIG, "CONTACT_SECRET",
                       "there are more than %d contact secrets", CONTACT_SECRETS_MAX);
    k->mac[m->n] = keyed_mac(secret, len);
    if (k->mac[m->n] == NULL)
        return err_set(err, ERR_FATAL, "CONTACT_KEY_FAILED",
                       "HMAC-SHA-256 is not available");
    m->n++;
    if (!mark_make(k->mac[m->n - 1], m->b[m->n - 1], err))
        return false;
    for (size_t i = 0; i + 1 < m->n; i++)
        if (memcmp(m->b[i], m->b[m->n - 1], CONTACT_MARK_BYTES) == 0)
            return err_set(err, ERR_CONFIG, "CONTACT_SECRET",
                           "a contact secret is given twice");
    return true;
}

struct contact_keyer *contact_keyer_open(const void *secret, size_t len, struct err *err)
{
    struct contact_keyer *k;

    secret_ready();
    k = mem_zalloc(1, sizeof(*k));
    if (contact_keyer_add(k, secret, len, err))
        return k;
    contact_keyer_close(k);
    return NULL;
}

/* k NULL: the first one. */
static struct contact_keyer *load(struct contact_keyer *k, const char *path,
                                  struct err *err)
{
    char secret[1024];
    size_t len;
    bool ok;

    if (!conf_read_secret(path, secret, sizeof(secret), &len, err)) {
        contact_keyer_close(k);
        return NULL;
    }
    ok = k == NULL ? (k = contact_keyer_open(secret, len, err)) != NULL
                   : contact_keyer_add(k, secret, len, err);
    explicit_bzero(secret, sizeof(secret));
    if (ok)
        return k;
    contact_keyer_close(k);
    return NULL;
}

struct contact_keyer *contact_keyer_load(const char *path, const char *former,
                                         struct err *err)
{
    struct contact_keyer *k = load(NULL, path, err);

    if (k == NULL)
        conf_of("contact_secret_file", err);
    while (k != NULL && *(former += strspn(former, " \t")) != '\0') {
        const size_t n = strcspn(former, " \t");
        char text[CONF_TEXT_BYTES], full[CONF_TEXT_BYTES];
        const char *file;

        snprintf(text, sizeof(text), "%.*s", (int)n, former);
        if (conf_credential("contact_former", text, full, &file, err)) {
            k = load(k, file, err);
        } else {
            contact_keyer_close(k);
            k = NULL;
        }
        if (k == NULL)
            conf_of("contact_former", err);
        former += n;
    }
    return k;
}

void contact_keyer_close(struct contact_keyer *k)
{
    if (k == NULL)
        return;
    for (size_t i = 0; i < CONTACT_SECRETS_MAX; i++)
        EVP_MAC_CTX_free(k->mac[i]); /* wipes the key */
    free(k);
}

const struct contact_marks *contact_keyer_marks(const struct contact_keyer *k)
{
    return &k->marks;
}

static bool key_make(EVP_MAC_CTX *ctx, enum contact_kind kind, const char *canonical,
                     struct contact_key *ret, struct err *err)
{
    const uint8_t head[2] = {(uint8_t)kind, 0};
    uint8_t mac[32];
    size_t n;

    if (EVP_MAC_init(ctx, NULL, 0, NULL) != 1 ||
        EVP_MAC_update(ctx, head, sizeof(head)) != 1 ||
        EVP_MAC_update(ctx, (const uint8_t *)canonical, strlen(canonical)) != 1 ||
        EVP_MAC_final(ctx, mac, &n, sizeof(mac)) != 1 || n != sizeof(mac))
        return failed(err);
    memcpy(ret->b, mac, sizeof(ret->b));
    return true;
}

bool contact_keys_make(struct contact_keyer *k, enum contact_kind kind,
                       const char *canonical, struct contact_key ret[CONTACT_SECRETS_MAX],
                       struct err *err)
{
    assert(kind != CONTACT_NONE && canonical[0] != '\0');
    for (size_t i = 0; i < k->marks.n; i++)
        if (!key_make(k->mac[i], kind, canonical, &ret[i], err))
            return false;
    return true;
}
