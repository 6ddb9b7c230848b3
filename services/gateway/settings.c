#include "settings.h"

#include "base/edge.h"
#include "http/metrics.h"
#include "kafka/edge.h"
#include "kafka/producer.h"
#include "pg/pg.h"

#define AT(member) offsetof(struct settings, member)

const struct conf_key settings_keys[] = {
    {"database_url", "DATABASE_URL", CONF_TEXT, AT(database_url), NULL, 0, 0,
     "PostgreSQL, as a URL or in libpq's key=value form; asked for names and revoked "
     "links "
     "only"},
    {"database_password_file", NULL, CONF_FILE, AT(database_password_file), "", 0, 0,
     "the password of PostgreSQL, when it is not in database_url"},
    {"kafka_brokers", "KAFKA_BROKERS", CONF_TEXT, AT(kafka_brokers), NULL, 0, 0,
     "Kafka's bootstrap servers, host:port[,host:port]"},
    {"link_secret_dir", NULL, CONF_TEXT, AT(link_secret_dir), NULL, 0, 0,
     "a directory with the keys of opt-out links, NUMBER-SYSTEM"},
    {"unsubscribe_feed", NULL, CONF_TEXT, AT(unsubscribe_feed), NULL, 0, 0,
     "whose feed the events of links go to, as sectigo.com; a controller with a site and "
     "feed of its own has them there"},
    {"contact_secret_file", NULL, CONF_FILE, AT(contact_secret_file), "", 0, 0,
     "the secret of the contact keys, to show people what they have stopped already; "
     "empty: that is not shown"},
    {"contact_former", NULL, CONF_TEXT, AT(contact_former), "", 0, 0,
     "the contact secrets of before, each in a file, blanks between them"},
    {"public_address", NULL, CONF_TEXT, AT(public_address), "127.0.0.1", 0, 0,
     "where to listen for the world; beyond loopback with a certificate, or plaintext = "
     "http"},
    {"public_port", NULL, CONF_INT, AT(public_port), "9106", 0, 65535,
     "its port; 0: a free one"},
    {"tls_certificate_file", NULL, CONF_FILE, AT(tls_certificate_file), "", 0, 0,
     "the certificate that clients see, PEM with its chain; read again on SIGHUP; empty: "
     "plain HTTP"},
    {"tls_key_file", NULL, CONF_FILE, AT(tls_key_file), "", 0, 0,
     "the certificate's key, PEM"},
    HTTP_METRICS_KEYS("9105"),
    {"plaintext", NULL, CONF_TEXT, AT(plaintext), "", 0, 0, EDGE_PLAINTEXT_HELP},
    DAEMON_KEYS,
    {"workers", NULL, CONF_INT, AT(workers), "8", 1, 64,
     "threads that answer, each with a producer to Kafka"},
    {"source_workers", NULL, CONF_INT, AT(source_workers), "2", 1, 16,
     "threads for the events and receipts of sources, apart from those of people"},
    {"source_events_per_minute", NULL, CONF_INT, AT(source_events_per_minute), "60000", 1,
     100000000, "events of one source over HTTP, at most, by one process"},
    {"source_body_bytes", NULL, CONF_INT, AT(source_body_bytes), "8388608", 65536,
     134217728, "a batch of events, at most, bytes"},
    {"connections", NULL, CONF_INT, AT(connections), "2500", 8, 60000,
     "open HTTP connections, at most (the process needs as many file descriptors)"},
    {"connections_per_address", NULL, CONF_INT, AT(connections_per_address), "2000", 1,
     60000, "of these, from one address; behind a trusted proxy: requests of one client"},
    {"trusted_proxies", NULL, CONF_TEXT, AT(trusted_proxies), "", 0, 0,
     "addresses or networks (10.0.0.0/8) of proxies that say for whom they ask, with "
     "blanks between"},
    {"client_header", NULL, CONF_TEXT, AT(client_header), "X-Forwarded-For", 0, 0,
     "the header field they say it in, as addresses alone; not Forwarded (RFC 7239)"},
    {"idle_s", NULL, CONF_INT, AT(idle_s), "15", 1, 3600,
     "a connection that says nothing is closed after so long, s"},
    {"deadline_ms", NULL, CONF_INT, AT(deadline_ms), "20000", 100, 600000,
     "from a request's beginning, or the answer before it, to its answer's end, ms"},
    {"deliver_ms", NULL, CONF_INT, AT(deliver_ms), "4000", 100, 15000,
     "how long a person waits for Kafka's acknowledgement, ms"},
    {"confirm_days", NULL, CONF_INT, AT(confirm_days), "14", 1, 30,
     "how long a consent may be confirmed by its link, days"},
    {"unsigned_per_minute", NULL, CONF_INT, AT(unsigned_per_minute), "600", 1, 1000000,
     "opt-outs of typed addresses, without a link of ours, at most"},
    {"unsigned_per_network", NULL, CONF_INT, AT(unsigned_per_network), "60", 1, 1000000,
     "of these, from one network (an IPv4 address, an IPv6 /64) in an hour"},
    {"link_events_per_hour", NULL, CONF_INT, AT(link_events_per_hour), "60", 1, 1000000,
     "what one link may say in an hour, at most; what is over it is told to try later"},
    {"stuck_s", NULL, CONF_INT, AT(stuck_s), "120", 30, 3600,
     "the process ends itself when its loop does not turn for so long, s"},
};
const size_t settings_keys_n = sizeof(settings_keys) / sizeof(settings_keys[0]);

bool settings_check(void *settings, struct err *err)
{
    const struct settings *s = settings;

    return edge_http("http_address", s->http_address, false, s->plaintext, err) &&
           edge_http("public_address", s->public_address,
                     s->tls_certificate_file[0] != '\0', s->plaintext, err) &&
           kafka_feed_check("unsubscribe_feed", s->unsubscribe_feed, err) &&
           pg_edge(s->database_url, s->plaintext, err) &&
           kafka_edge(s->kafka_brokers, &s->kafka, s->plaintext, err) &&
           producer_settings_check(s->kafka_brokers, &s->kafka, err);
}
