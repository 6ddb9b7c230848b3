/* listen.h - a listening socket, made by us so that a failure can be told precisely. */
#ifndef CONSENT_HTTP_LISTEN_H
#define CONSENT_HTTP_LISTEN_H

#include "base/err.h"

#include <stdint.h>

struct listen_at {
    const char *address;
    uint16_t port;
    /* what the operator would change, for errors; NULL: http_address, http_port */
    const char *address_setting, *port_setting;
};

/* A non-blocking listening socket and the port it has. Errors as http_server_open. */
bool http_listen(const struct listen_at *at, int *ret_fd, uint16_t *ret_port,
                 struct err *err);

#endif
