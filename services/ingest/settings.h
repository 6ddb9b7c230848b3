/* settings.h - what an operator may say to consent-ingest; the table prints its own help.
 */
#ifndef CONSENT_INGEST_SETTINGS_H
#define CONSENT_INGEST_SETTINGS_H

#include "base/daemon.h"

struct settings {
    char database_url[CONF_TEXT_BYTES];
    char kafka_brokers[CONF_TEXT_BYTES];
    char group[CONF_TEXT_BYTES];
    char instance[CONF_TEXT_BYTES];
    char topics[CONF_TEXT_BYTES];
    char owner[CONF_TEXT_BYTES];
    char contact_secret_file[CONF_TEXT_BYTES];
    char contact_former[CONF_TEXT_BYTES];
    char seal_secret_file[CONF_TEXT_BYTES];
    int64_t seal_secret_version;
    char http_address[CONF_TEXT_BYTES];
    char plaintext[CONF_TEXT_BYTES];
    char database_password_file[CONF_TEXT_BYTES];
    struct daemon_settings daemon;
    int64_t batch_events;
    int64_t batch_bytes;
    int64_t linger_ms;
    int64_t http_port;
    int64_t stuck_s;
    bool trust_create_time;
    struct conf_pass kafka;
};

extern const struct conf_key settings_keys[];
extern const size_t settings_keys_n;

/* Fills owner (host:pid:start) when it was not given, and checks what a table cannot. */
bool settings_check(void *settings, struct err *err);

#endif
