#include "settings.h"

#include "base/clock.h"
#include "base/edge.h"
#include "http/metrics.h"
#include "kafka/edge.h"
#include "pg/pg.h"

#include <regex.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

// clang-format off
#define AT(member) offsetof(struct settings, member)
const struct conf_key settings_keys[] = {
    PG_KEYS,
    {"kafka_brokers", "KAFKA_BROKERS", CONF_TEXT, AT(kafka_brokers), NULL, 0, 0,
     "Kafka: host:port, several with commas"},
    {"group", NULL, CONF_TEXT, AT(group), "consent-ingest", 0, 0,
     "consumer group: its processes share the feeds"},
    {"instance", NULL, CONF_TEXT, AT(instance), "", 0, 0,
     "static member of the group under this name, no rebalance at a restart; empty: not"},
    {"topics", NULL, CONF_TEXT, AT(topics), "^feed\\.", 0, 0,
     "pattern of the feeds' topics"},
    {"owner", NULL, CONF_TEXT, AT(owner), "", 0, 0,
     "name in ingest_position; empty: host:pid:start"},
    {"contact_secret_file", NULL, CONF_FILE, AT(contact_secret_file), NULL, 0, 0,
     "secret that contact keys are made with"},
    {"contact_former", NULL, CONF_TEXT, AT(contact_former), "", 0, 0,
     "the contact secrets of before, each in a file, blanks between them"},
    {"seal_secret_file", NULL, CONF_FILE, AT(seal_secret_file), NULL, 0, 0,
     "key that wraps the keys of the identifiers"},
    {"seal_secret_version", NULL, CONF_INT, AT(seal_secret_version), "1", 1, 255,
     "which key that is: publish must know it by the same number"},
    {"batch_events", NULL, CONF_INT, AT(batch_events), "5000", 1, 20000,
     "a batch is committed at this many records"},
    {"batch_bytes", NULL, CONF_INT, AT(batch_bytes), "1048576", 65536, 67108864,
     "a batch is committed at this many bytes"},
    {"linger_ms", NULL, CONF_INT, AT(linger_ms), "10", 0, 10000,
     "while records keep coming, a batch waits this long for more, in ms"},
    HTTP_METRICS_KEYS("9461"),
    {"stuck_s", NULL, CONF_INT, AT(stuck_s), "180", 30, 3600,
     "the process ends itself when its loop does not turn for so long, s"},
    {"trust_create_time", NULL, CONF_BOOL, AT(trust_create_time), "true", 0, 0,
     "take the producer's clock where a topic does not stamp (true), or hold it (false)"},
    {"plaintext", NULL, CONF_TEXT, AT(plaintext), "", 0, 0, EDGE_PLAINTEXT_HELP},
    DAEMON_KEYS,
};
// clang-format on
const size_t settings_keys_n = sizeof(settings_keys) / sizeof(settings_keys[0]);

/* As librdkafka does, but before a broker is there. */
static bool is_pattern(const char *text)
{
    regex_t pattern;

    if (regcomp(&pattern, text, REG_EXTENDED | REG_NOSUB) != 0)
        return false;
    regfree(&pattern);
    return true;
}

bool settings_check(void *settings, struct err *err)
{
    struct settings *ret = settings;

    if (ret->topics[0] != '^' || !is_pattern(ret->topics))
        return err_set(err, ERR_CONFIG, "CONF_TOPICS",
                       "topics: must be a regular expression that begins with ^");
    if (ret->group[0] == '\0')
        return err_set(err, ERR_CONFIG, "CONF_GROUP",
                       "group: must not be empty: it names the consumer group");
    if (ret->owner[0] == '\0') {
        char host[64] = "";

        gethostname(host, sizeof(host) - 1);
        snprintf(ret->owner, sizeof(ret->owner), "%s:%ld:%lld", host, (long)getpid(),
                 (long long)(clock_wall_us() / 1000000));
    }
    return edge_http("http_address", ret->http_address, false, ret->plaintext, err) &&
           pg_edge(ret->database_url, ret->plaintext, err) &&
           kafka_edge(ret->kafka_brokers, &ret->kafka, ret->plaintext, err);
}
