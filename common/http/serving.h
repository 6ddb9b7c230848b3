/* serving.h - the server itself, and what libmicrohttpd calls; for the files of the
 * server. */
#ifndef CONSENT_HTTP_SERVING_H
#define CONSENT_HTTP_SERVING_H

#include "http/client.h"
#include "http/exchange.h"
#include "http/stream.h"
#include "http/tls.h"

#include <pthread.h>

struct http_server {
    struct http_service service;
    struct http_limits limits;
    uint16_t port;
    struct MHD_Daemon *daemon;
    struct pool *workers, *heavies, *streamers; /* NULL: none of them */
    struct park *park;                          /* with workers */
    struct spool spool;
    struct tls *tls; /* NULL: plain */
    struct proxies proxies;
    pthread_t thread;
    atomic_bool closing;
    int wake; /* an eventfd: a worker has answered */

    /* The socket thread's own. */
    struct conn *first;
    int64_t cut_us, gone_us;
    size_t bodies_bytes;
    unsigned n_connections;
    size_t waiting; /* handed to the workers and not yet sent */
};

/* Called with the headers, then with each piece of a body, then to answer; and again each
 * time another thread has given the connection back. */
enum MHD_Result serving_request(void *cls, struct MHD_Connection *connection,
                                const char *path, const char *method, const char *version,
                                const char *upload_data, size_t *upload_size,
                                void **request);

/* A request has ended, however it did. */
void serving_completed(void *cls, struct MHD_Connection *connection, void **request,
                       enum MHD_RequestTerminationCode code);

/* What workers and streamers do, and do not any more: see pool_open. */
void serving_ask(void *owner, void *context, struct exchange *x);
void serving_stop(struct exchange *x);

#endif
