#include "http/tls.h"

#include "base/conf.h"
#include "base/mem.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#define CHAIN_MOST 8
#define KEY_BYTES  32768

struct pair {
    gnutls_pcert_st chain[CHAIN_MOST];
    unsigned n;
    gnutls_privkey_t key;
    struct pair *former; /* a handshake may still use it: kept to the end */
};

struct tls {
    const char *certificate, *key;
    _Atomic(struct pair *) now;
};

/* libmicrohttpd hands its callback nothing of ours. */
static _Thread_local struct tls *serving;

static void pair_free(struct pair *p)
{
    for (unsigned i = 0; i < p->n; i++)
        gnutls_pcert_deinit(&p->chain[i]);
    if (p->key != NULL)
        gnutls_privkey_deinit(p->key);
    free(p);
}

static bool chain_read(struct pair *p, const char *path, struct err *err)
{
    unsigned n = CHAIN_MOST;
    int code = gnutls_pcert_list_import_x509_file(p->chain, &n, path, GNUTLS_X509_FMT_PEM,
                                                  NULL, NULL, 0);

    if (code < 0)
        return err_set(err, ERR_CONFIG, "TLS_CERTIFICATE",
                       "tls_certificate_file: %.120s is no certificate in PEM: %s", path,
                       gnutls_strerror(code));
    p->n = n;
    return true;
}

static bool key_read(struct pair *p, const char *path, struct err *err)
{
    char *text = mem_zalloc(KEY_BYTES, 1);
    gnutls_datum_t data = {(unsigned char *)text, 0};
    size_t len = 0;
    bool ok = conf_read_secret(path, text, KEY_BYTES, &len, err);
    int code;

    data.size = (unsigned)len;
    if (!ok)
        conf_of("tls_key_file", err);
    if (ok && ((code = gnutls_privkey_init(&p->key)) < 0 ||
               (code = gnutls_privkey_import_x509_raw(p->key, &data, GNUTLS_X509_FMT_PEM,
                                                      NULL, 0)) < 0))
        ok = err_set(err, ERR_CONFIG, "TLS_KEY",
                     "tls_key_file: %.120s is no key in PEM: %s", path,
                     gnutls_strerror(code));
    explicit_bzero(text, KEY_BYTES);
    free(text);
    return ok;
}

/* Else every handshake would fail, and nobody would know why. */
static bool belong_together(const struct pair *p, struct err *err)
{
    unsigned char of_certificate[64], of_key[64];
    size_t n = sizeof(of_certificate), m = sizeof(of_key);
    gnutls_pubkey_t public;
    bool same;

    if (gnutls_pubkey_init(&public) < 0)
        return err_set(err, ERR_FATAL, "TLS_KEY", "GnuTLS has no memory");
    same = gnutls_pubkey_import_privkey(public, p->key, 0, 0) >= 0 &&
           gnutls_pubkey_get_key_id(public, GNUTLS_KEYID_USE_SHA256, of_key, &m) >= 0 &&
           gnutls_pubkey_get_key_id(p->chain[0].pubkey, GNUTLS_KEYID_USE_SHA256,
                                    of_certificate, &n) >= 0 &&
           n == m && memcmp(of_key, of_certificate, n) == 0;
    gnutls_pubkey_deinit(public);
    return same || err_set(err, ERR_CONFIG, "TLS_KEY",
                           "tls_key_file: the key is not that of the certificate in "
                           "tls_certificate_file");
}

static struct pair *pair_read(const struct tls *t, struct err *err)
{
    struct pair *p = mem_zalloc(1, sizeof(*p));

    if (chain_read(p, t->certificate, err) && key_read(p, t->key, err) &&
        belong_together(p, err))
        return p;
    pair_free(p);
    return NULL;
}

static bool given(const char *path)
{
    return path != NULL && path[0] != '\0';
}

bool tls_open(const char *certificate, const char *key, struct tls **ret, struct err *err)
{
    struct tls *t;
    struct pair *first;

    *ret = NULL;
    if (!given(certificate) && !given(key))
        return true;
    if (!given(certificate) || !given(key))
        return err_set(err, ERR_CONFIG, "TLS_KEY", "%s: is given, and %s is not",
                       given(key) ? "tls_key_file" : "tls_certificate_file",
                       given(key) ? "tls_certificate_file" : "tls_key_file");
    t = mem_zalloc(1, sizeof(*t));
    t->certificate = certificate;
    t->key = key;
    first = pair_read(t, err);
    if (first == NULL) {
        free(t);
        return false;
    }
    atomic_init(&t->now, first);
    *ret = t;
    return true;
}

bool tls_reload(struct tls *t, struct err *err)
{
    struct pair *next = pair_read(t, err);

    if (next == NULL)
        return false;
    next->former = atomic_load(&t->now);
    atomic_store(&t->now, next);
    return true;
}

void tls_serve(struct tls *t)
{
    serving = t;
}

void tls_close(struct tls *t)
{
    if (t == NULL)
        return;
    for (struct pair *p = atomic_load(&t->now), *former; p != NULL; p = former) {
        former = p->former;
        pair_free(p);
    }
    free(t);
}

int tls_certificate(gnutls_session_t session, const struct gnutls_cert_retr_st *info,
                    gnutls_pcert_st **chain, unsigned *n, gnutls_ocsp_data_st **ocsp,
                    unsigned *n_ocsp, gnutls_privkey_t *key, unsigned *flags)
{
    struct pair *p = serving != NULL ? atomic_load(&serving->now) : NULL;

    (void)session, (void)info;
    if (p == NULL)
        return -1;
    *chain = p->chain;
    *n = p->n;
    *ocsp = NULL;
    *n_ocsp = 0;
    *key = p->key;
    *flags = 0; /* all of it stays ours */
    return 0;
}
