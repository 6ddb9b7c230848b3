#include "settings.h"

#include "base/edge.h"
#include "kafka/edge.h"
#include "kafka/producer.h"
#include "http/metrics.h"
#include "pg/pg.h"

#define AT(member) offsetof(struct settings, member)

const struct conf_key settings_keys[] = {
    {"kafka_brokers", "KAFKA_BROKERS", CONF_TEXT, AT(kafka_brokers), NULL, 0, 0,
     "Kafka's bootstrap servers, host:port[,host:port]"},
    PG_KEYS,
    {"seal_secret_file", NULL, CONF_FILE, AT(seal_secret_file), NULL, 0, 0,
     "the outer key of sealed identifiers"},
    {"seal_secret_version", NULL, CONF_INT, AT(seal_secret_version), "1", 1, 255,
     "which version of that key it is"},
    {"seal_former", NULL, CONF_TEXT, AT(seal_former), "", 0, 0,
     "former keys, until consentctl reseal is done: VERSION=FILE, blanks between them"},
    {"recipient_secret_dir", NULL, CONF_TEXT, AT(recipient_secret_dir), "", 0, 0,
     "a directory with a file for the key of each recipient"},
    HTTP_METRICS_KEYS("9102"),
    {"plaintext", NULL, CONF_TEXT, AT(plaintext), "", 0, 0, EDGE_PLAINTEXT_HELP},
    DAEMON_KEYS,
    {"batch_contacts", NULL, CONF_INT, AT(batch_contacts), "4000", 16, 20000,
     "dirty marks taken in one transaction, at most"},
    {"poll_ms", NULL, CONF_INT, AT(poll_ms), "10", 1, 100,
     "pause between two looks for dirty contacts when there were none, ms"},
    {"lease_ms", NULL, CONF_INT, AT(lease_ms), "6000", 2000, 60000,
     "how long a shard is ours without a sign of life, ms"},
    {"deliver_ms", NULL, CONF_INT, AT(deliver_ms), "3000", 100, 4000,
     "how long a batch waits for Kafka's confirmation, ms"},
    {"doubt_ms", NULL, CONF_INT, AT(doubt_ms), "60000", 1000, 3600000,
     "when contacts in doubt are published once more, ms"},
    {"heartbeat_s", NULL, CONF_INT, AT(heartbeat_s), "60", 1, 86400,
     "how often every list says on its topic that it is alive, s"},
    {"stuck_s", NULL, CONF_INT, AT(stuck_s), "120", 30, 3600,
     "the process ends itself when its loop does not turn for so long, s"},
    {"create_topics", NULL, CONF_BOOL, AT(create_topics), "true", 0, 0,
     "create missing topics of lists and receipts"},
};
const size_t settings_keys_n = sizeof(settings_keys) / sizeof(settings_keys[0]);

bool settings_check(void *settings, struct err *err)
{
    const struct settings *s = settings;

    return edge_http("http_address", s->http_address, false, s->plaintext, err) &&
           pg_edge(s->database_url, s->plaintext, err) &&
           kafka_edge(s->kafka_brokers, &s->kafka, s->plaintext, err) &&
           producer_settings_check(s->kafka_brokers, &s->kafka, err);
}
