/* edge.h - is the way to Kafka as base/edge.h wants it? */
#ifndef CONSENT_KAFKA_EDGE_H
#define CONSENT_KAFKA_EDGE_H

#include "base/conf.h"

/* True with no broker, brokers of this machine, or TLS that looks at the brokers' names
 * and certificates. ERR_CONFIG PLAINTEXT. */
bool kafka_edge(const char *brokers, const struct conf_pass *pass, const char *plaintext,
                struct err *err);

#endif
