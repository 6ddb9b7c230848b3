/* listen.h - a listening socket, made by us so that a failure can be told precisely. */
#ifndef CONSENT_HTTP_LISTEN_H
#define CONSENT_HTTP_LISTEN_H

#include "base/err.h"

#include <stdint.h>

/* A non-blocking listening socket and the port it has. Errors as http_server_open. */
bool http_listen(const char *address, uint16_t port, int *ret_fd, uint16_t *ret_port,
                 struct err *err);

#endif
