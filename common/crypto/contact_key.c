#include "crypto/contact_key.h"

#include "crypto/secret.h"

#include "base/conf.h"
#include "base/mem.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/params.h>

struct contact_keyer {
    EVP_MAC_CTX *mac; /* keyed: EVP_MAC_init without a key starts it afresh */
    uint8_t mark[CONTACT_MARK_BYTES];
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

/* No key of a contact: those begin with a number of enum contact_kind and a zero. */
static bool mark_make(struct contact_keyer *k, struct err *err)
{
    static const char text[] = "consentmq contact secret";
    uint8_t mac[32];
    size_t n;

    if (EVP_MAC_update(k->mac, (const uint8_t *)text, sizeof(text) - 1) != 1 ||
        EVP_MAC_final(k->mac, mac, &n, sizeof(mac)) != 1 || n != sizeof(mac))
        return err_set(err, ERR_FATAL, "CONTACT_KEY_FAILED", "HMAC-SHA-256 failed");
    memcpy(k->mark, mac, sizeof(k->mark));
    return true;
}

struct contact_keyer *contact_keyer_open(const void *secret, size_t len, struct err *err)
{
    struct contact_keyer *k;
    EVP_MAC_CTX *mac;

    if (len < CONTACT_SECRET_LEAST_BYTES) {
        err_set(err, ERR_CONFIG, "CONTACT_SECRET",
                "the secret for contact keys must have at least %d bytes",
                CONTACT_SECRET_LEAST_BYTES);
        return NULL;
    }
    secret_ready();
    mac = keyed_mac(secret, len);
    if (mac == NULL) {
        err_set(err, ERR_FATAL, "CONTACT_KEY_FAILED", "HMAC-SHA-256 is not available");
        return NULL;
    }
    k = mem_zalloc(1, sizeof(*k));
    k->mac = mac;
    if (mark_make(k, err))
        return k;
    contact_keyer_close(k);
    return NULL;
}

struct contact_keyer *contact_keyer_load(const char *path, struct err *err)
{
    struct contact_keyer *keyer;
    char secret[1024];
    size_t len;

    if (!conf_read_secret(path, secret, sizeof(secret), &len, err))
        return NULL;
    keyer = contact_keyer_open(secret, len, err);
    explicit_bzero(secret, sizeof(secret));
    return keyer;
}

void contact_keyer_close(struct contact_keyer *k)
{
    if (k == NULL)
        return;
    EVP_MAC_CTX_free(k->mac); /* wipes the key */
    free(k);
}

const uint8_t *contact_keyer_mark(const struct contact_keyer *k)
{
    return k->mark;
}

bool contact_key_make(struct contact_keyer *k, enum contact_kind kind,
                      const char *canonical, struct contact_key *ret, struct err *err)
{
    const uint8_t head[2] = {(uint8_t)kind, 0};
    uint8_t mac[32];
    size_t n;

    assert(kind != CONTACT_NONE && canonical[0] != '\0');
    if (EVP_MAC_init(k->mac, NULL, 0, NULL) != 1 ||
        EVP_MAC_update(k->mac, head, sizeof(head)) != 1 ||
        EVP_MAC_update(k->mac, (const uint8_t *)canonical, strlen(canonical)) != 1 ||
        EVP_MAC_final(k->mac, mac, &n, sizeof(mac)) != 1 || n != sizeof(mac))
        return err_set(err, ERR_FATAL, "CONTACT_KEY_FAILED", "HMAC-SHA-256 failed");
    memcpy(ret->b, mac, sizeof(ret->b));
    return true;
}
