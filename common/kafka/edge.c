#include "kafka/edge.h"

#include "base/edge.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
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

/* What librdkafka would pass over without a word, or try for ever. */
static bool is_broker(const char *broker, size_t len)
{
    const char *end = broker + len, *colon = memrchr(broker, ':', len);
    const char *other =
        colon != NULL ? memrchr(broker, ':', (size_t)(colon - broker)) : NULL;
    char port[8];
    long number;

    if (memmem(broker, len, "://", 3) != NULL || memchr(broker, '@', len) != NULL)
        return false;
    if (colon == NULL || colon[1] == ']' || (other != NULL && broker[0] != '['))
        return true; /* a name or an address of IPv6 alone: the port is 9092 */
    if (broker[0] == '[' && colon[-1] != ']')
        return end[-1] == ']';
    snprintf(port, sizeof(port), "%.*s", (int)(end - colon - 1), colon + 1);
    number = strtol(port, NULL, 10);
    return colon > broker && end - colon - 1 < (ptrdiff_t)sizeof(port) &&
           strspn(port, "0123456789") == strlen(port) && number >= 1 && number <= 65535;
}

static bool brokers_check(const char *brokers, struct err *err)
{
    for (int n = 1; *(brokers += strspn(brokers, ", \t")) != '\0'; n++) {
        const size_t len = strcspn(brokers, ", \t");

        if (!is_broker(brokers, len))
            return err_set(
                err, ERR_CONFIG, "KAFKA_BROKERS",
                "kafka_brokers: number %d is not host:port: no scheme (://), no "
                "name or password (@), and a port from 1 to 65535",
                n);
        brokers += len;
    }
    return true;
}

bool kafka_edge(const char *brokers, const struct conf_pass *pass, const char *plaintext,
                struct err *err)
{
    char host[128] = "";

    if (!edge_words(plaintext, err) || !brokers_check(brokers, err))
        return false;
    return is_safe(pass) || edge_said(plaintext, EDGE_KAFKA) ||
           (all_near(brokers, host, sizeof(host)) &&
            all_near(given(pass, "bootstrap.servers"), host, sizeof(host)) &&
            all_near(given(pass, "metadata.broker.list"), host, sizeof(host))) ||
           err_set(err, ERR_CONFIG, "PLAINTEXT",
                   "kafka_brokers: Kafka at %.60s would be in plain text or unknown "
                   "company: set "
                   "kafka.security.protocol = sasl_ssl (or ssl), leave certificates and "
                   "names to be checked, or say plaintext = kafka",
                   host);
}

bool kafka_feed_check(const char *setting, const char *name, struct err *err)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyz"
                                  "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";

    return (name[0] != '\0' && name[strspn(name, letters)] == '\0') ||
           err_set(err, ERR_CONFIG, "KAFKA_TOPIC",
                   "%s: is the name of a source, of letters, digits, . _ and -", setting);
}
