#include "certificate.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <stdio.h>
#include <time.h>

static bool end_of(const X509 *x, int64_t *ret_us)
{
    struct tm tm = {0};

    if (ASN1_TIME_to_tm(X509_get0_notAfter(x), &tm) != 1)
        return false;
    *ret_us = (int64_t)timegm(&tm) * 1000000;
    return true;
}

bool certificate_end(const char *path, int64_t *ret_us, struct err *err)
{
    FILE *f = fopen(path, "rb");
    bool first = true;
    X509 *x;

    if (f == NULL)
        return err_set(err, ERR_CONFIG, "CERTIFICATE", "cannot read the certificate %s",
                       path);
    while ((x = PEM_read_X509(f, NULL, NULL, NULL)) != NULL) {
        int64_t end_us;

        if (end_of(x, &end_us) && (first || end_us < *ret_us)) {
            *ret_us = end_us;
            first = false;
        }
        X509_free(x);
    }
    ERR_clear_error();
    fclose(f);
    return !first ||
           err_set(err, ERR_CONFIG, "CERTIFICATE", "there is no certificate in %s", path);
}
