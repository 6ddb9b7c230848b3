/* tls.h - the server's certificate, and another one while it runs; for the server's
 * files. By GnuTLS, which libmicrohttpd speaks TLS with. */
#ifndef CONSENT_HTTP_TLS_H
#define CONSENT_HTTP_TLS_H

#include "base/err.h"

#include <gnutls/abstract.h>
#include <gnutls/gnutls.h>

/* TLS 1.2 and 1.3, what GnuTLS thinks good today. */
#define TLS_PRIORITIES "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2:%SERVER_PRECEDENCE"

struct tls;

/* Two PEM files: a certificate with its chain, and its key, which is a secret (conf.h).
 * The paths must outlive it. *ret is NULL when neither is given (NULL or "").
 * ERR_CONFIG TLS_CERTIFICATE, TLS_KEY, CONF_SECRET. */
bool tls_open(const char *certificate, const char *key, struct tls **ret,
              struct err *err);

/* Reads both again, from one thread. On an error the former pair stays. */
bool tls_reload(struct tls *t, struct err *err);

/* The calling thread, which runs libmicrohttpd, shows this one's certificate. */
void tls_serve(struct tls *t);

void tls_close(struct tls *t); /* NULL is fine */

/* For libmicrohttpd: gnutls_certificate_retrieve_function3. */
int tls_certificate(gnutls_session_t session, const struct gnutls_cert_retr_st *info,
                    gnutls_pcert_st **chain, unsigned *n, gnutls_ocsp_data_st **ocsp,
                    unsigned *n_ocsp, gnutls_privkey_t *key, unsigned *flags);

#endif
