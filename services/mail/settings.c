#include "settings.h"

#include "base/edge.h"
#include "kafka/edge.h"

#include <string.h>

#define AT(member) offsetof(struct settings, member)

const struct conf_key settings_keys[] = {
    {"kafka_brokers", "KAFKA_BROKERS", CONF_TEXT, AT(kafka_brokers), NULL, 0, 0,
     "Kafka's bootstrap servers, host:port[,host:port]"},
    {"feed", NULL, CONF_TEXT, AT(feed), "privacy-mailbox", 0, 0,
     "the source of the register whose feed the events go to, of the type dpo"},
    {"source", NULL, CONF_TEXT, AT(source), "urn:consent:src:dpo:privacy-mailbox", 0, 0,
     "that source's urn, as the register has it"},
    {"mailbox", NULL, CONF_TEXT, AT(mailbox), "", 0, 0,
     "optout or privacy: whose mail it is, when --mailbox does not say"},
    {"address", NULL, CONF_TEXT, AT(address), "", 0, 0,
     "the mailbox's own address: mail from it is a loop and ignored"},
    {"link_secret_dir", NULL, CONF_TEXT, AT(link_secret_dir), "", 0, 0,
     "the keys of link tokens, NUMBER-SYSTEM, as consent-lookup has them; empty: no "
     "token is known"},
    {"deliver_ms", NULL, CONF_INT, AT(deliver_ms), "20000", 100, 600000,
     "how long to wait for Kafka's confirmation before the mail is deferred, ms"},
    {"message_bytes", NULL, CONF_INT, AT(message_bytes), "67108864", 65536, 1073741824,
     "of a larger message only the beginning is read, bytes"},
    {"plaintext", NULL, CONF_TEXT, AT(plaintext), "", 0, 0, EDGE_PLAINTEXT_HELP},
    DAEMON_KEYS,
};
const size_t settings_keys_n = sizeof(settings_keys) / sizeof(settings_keys[0]);

bool settings_check(void *settings, struct err *err)
{
    static const char urn[] = "urn:consent:src:";
    const struct settings *s = settings;

    if (strncmp(s->source, urn, strlen(urn)) != 0)
        return err_set(err, ERR_CONFIG, "CONF_SOURCE",
                       "source: is urn:consent:src:TYPE:NAME, as the register has it");
    if (s->address[0] != '\0' && strchr(s->address, '@') == NULL)
        return err_set(err, ERR_CONFIG, "CONF_ADDRESS",
                       "address: is an address of mail, name@host");
    return kafka_feed_check("feed", s->feed, err);
}
