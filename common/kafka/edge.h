/* edge.h - is the way to Kafka as base/edge.h wants it? */
#ifndef CONSENT_KAFKA_EDGE_H
#define CONSENT_KAFKA_EDGE_H

#include "base/conf.h"

/* True with no broker, brokers of this machine, or TLS that looks at the brokers' names
 * and certificates. ERR_CONFIG KAFKA_BROKERS (not host:port,host:port), PLAINTEXT. */
bool kafka_edge(const char *brokers, const struct conf_pass *pass, const char *plaintext,
                struct err *err);

/* Can a topic's name end with it (feed.NAME)? ERR_CONFIG KAFKA_TOPIC. */
bool kafka_feed_check(const char *setting, const char *name, struct err *err);

#endif
