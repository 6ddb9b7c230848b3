#include "kafka/edge.h"

#include "base/edge.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

static const char *given(const struct conf_pass *pass, const char *name)
{
    for (size_t i = 0; pass != NULL && i < pass->n; i++)
        if (strcmp(pass->item[i].name, name) == 0)
            return pass->item[i].value;
    return "";
}

/* "host:port", "[::1]:9092", "PROTOCOL://host:port": the host. */
static void host_of(const char *broker, size_t len, char *ret, size_t cap)
{
    const char *end = broker + len, *slashes = memmem(broker, len, "://", 3), *colon;

    if (slashes != NULL)
        broker = slashes + 3;
    colon = memrchr(broker, ':', (size_t)(end - broker));
    if (colon != NULL && (*broker != '[' || colon[-1] == ']'))
        end = colon;
    snprintf(ret, cap, "%.*s", (int)(end - broker), broker);
}

/* The first that is not near. */
static bool all_near(const char *brokers, char *ret, size_t cap)
{
    while (*(brokers += strspn(brokers, ", \t")) != '\0') {
        const size_t len = strcspn(brokers, ", \t");

        host_of(brokers, len, ret, cap);
        if (!edge_is_near(ret))
            return false;
        brokers += len;
    }
    return true;
}

/* Encrypted, and with whom one means to speak: librdkafka's own defaults but for the
 * first. */
static bool is_safe(const struct conf_pass *pass)
{
    const char *protocol = given(pass, "security.protocol");
    const char *looks = given(pass, "enable.ssl.certificate.verification");
    const char *names = given(pass, "ssl.endpoint.identification.algorithm");

    return (strcasecmp(protocol, "ssl") == 0 || strcasecmp(protocol, "sasl_ssl") == 0) &&
           (looks[0] == '\0' || strcasecmp(looks, "true") == 0) &&
           (names[0] == '\0' || strcasecmp(names, "https") == 0);
}

bool kafka_edge(const char *brokers, const struct conf_pass *pass, const char *plaintext,
                struct err *err)
{
    char host[128] = "";

    if (!edge_words(plaintext, err))
        return false;
    return is_safe(pass) || edge_said(plaintext, EDGE_KAFKA) ||
           (all_near(brokers, host, sizeof(host)) &&
            all_near(given(pass, "bootstrap.servers"), host, sizeof(host)) &&
            all_near(given(pass, "metadata.broker.list"), host, sizeof(host))) ||
           err_set(err, ERR_CONFIG, "PLAINTEXT",
                   "Kafka at %.60s would be in plain text or unknown company: set "
                   "kafka.security.protocol = sasl_ssl (or ssl), leave certificates and "
                   "names to be checked, or say plaintext = kafka",
                   host);
}
