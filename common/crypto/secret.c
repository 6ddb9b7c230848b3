#include "crypto/secret.h"

#include "base/mem.h"

#include <openssl/crypto.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#define HEAP_BYTES  65536 /* what any kernel lets a process lock */
#define LEAST_BYTES 32    /* a key */

static pthread_once_t once = PTHREAD_ONCE_INIT;

static void begin(void)
{
    CRYPTO_secure_malloc_init(HEAP_BYTES, LEAST_BYTES);
}

void secret_ready(void)
{
    pthread_once(&once, begin);
}

void *secret_zalloc(size_t n)
{
    void *p;

    secret_ready();
    p = OPENSSL_secure_zalloc(n);
    return p != NULL ? p : mem_zalloc(1, n);
}

void secret_free(void *p, size_t n)
{
    if (p == NULL)
        return;
    if (CRYPTO_secure_allocated(p)) {
        OPENSSL_secure_clear_free(p, n);
        return;
    }
    OPENSSL_cleanse(p, n);
    free(p);
}

bool secret_same(const char *a, const char *b)
{
    const size_t n = strlen(a);

    return strlen(b) == n && CRYPTO_memcmp(a, b, n) == 0;
}
