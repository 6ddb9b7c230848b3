/* Why a server's certificate is refused: libpq keeps it to itself. */
#include "pg/pg_internal.h"

#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>

#define STEP_MS  100
#define STEPS    50
#define NO_STORE "/nonexistent/no-certificates"

static void option_of(PGconn *conn, const char *keyword, char *ret, size_t cap)
{
    PQconninfoOption *options = PQconninfo(conn);

    ret[0] = '\0';
    for (const PQconninfoOption *p = options; p != NULL && p->keyword != NULL; p++)
        if (strcmp(p->keyword, keyword) == 0 && p->val != NULL)
            snprintf(ret, cap, "%s", p->val);
    PQconninfoFree(options);
}

/* TLS stands, and the next that would be sent is who we are. */
static bool is_greeted(PGconn *conn)
{
    return PQsslInUse(conn) && PQstatus(conn) == CONNECTION_MADE;
}

/* As far as the server's certificate, and no further: before anything is sent that names
 * us, for we do not believe it. */
static PGconn *reach(const char *conninfo)
{
    const char *keys[] = {"dbname", "sslmode", "sslrootcert", "gssencmode", NULL};
    const char *values[] = {conninfo, "require", NO_STORE, "disable", NULL};
    PGconn *conn = PQconnectStartParams(keys, values, 1);
    PostgresPollingStatusType turn = PGRES_POLLING_WRITING;

    for (int i = 0; i < STEPS && PQstatus(conn) != CONNECTION_BAD && !is_greeted(conn);
         i++) {
        struct pollfd fd = {PQsocket(conn),
                            turn == PGRES_POLLING_READING ? POLLIN : POLLOUT, 0};

        if (poll(&fd, 1, STEP_MS) > 0)
            turn = PQconnectPoll(conn);
        if (turn == PGRES_POLLING_FAILED)
            break;
    }
    return conn;
}

static const char *judge(SSL *ssl, const char *roots)
{
    X509 *certificate = SSL_get1_peer_certificate(ssl);
    X509_STORE *store = X509_STORE_new();
    X509_STORE_CTX *ctx = X509_STORE_CTX_new();
    const char *why = NULL;

    if (certificate != NULL && store != NULL && ctx != NULL) {
        if (X509_STORE_load_file(store, roots) != 1)
            why = "sslrootcert cannot be read";
        else if (X509_STORE_CTX_init(ctx, store, certificate,
                                     SSL_get_peer_cert_chain(ssl)) == 1 &&
                 X509_verify_cert(ctx) != 1)
            why = X509_verify_cert_error_string(X509_STORE_CTX_get_error(ctx));
    }
    X509_STORE_CTX_free(ctx);
    X509_STORE_free(store);
    X509_free(certificate);
    return why;
}

bool pg_certificate_why(const char *conninfo, PGconn *failed, char *ret, size_t cap)
{
    char roots[1024];
    const char *why = NULL;
    PGconn *conn;
    SSL *ssl;

    option_of(failed, "sslrootcert", roots, sizeof(roots));
    if (roots[0] == '\0' || strcmp(roots, "system") == 0)
        return false;
    conn = reach(conninfo);
    ssl = is_greeted(conn) ? PQsslStruct(conn, "OpenSSL") : NULL;
    if (ssl != NULL)
        why = judge(ssl, roots);
    if (why != NULL)
        snprintf(ret, cap, "%s", why);
    PQfinish(conn);
    return why != NULL;
}
