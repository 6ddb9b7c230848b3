/* settings.h - what an operator may set of consent-publish. */
#ifndef CONSENT_PUBLISH_SETTINGS_H
#define CONSENT_PUBLISH_SETTINGS_H

#include "base/daemon.h"

#include <stdbool.h>

struct settings {
    char kafka_brokers[CONF_TEXT_BYTES];
    char database_url[CONF_TEXT_BYTES];
    char seal_secret_file[CONF_TEXT_BYTES];
    char seal_former[CONF_TEXT_BYTES];
    char recipient_secret_dir[CONF_TEXT_BYTES];
    char http_address[CONF_TEXT_BYTES];
    char plaintext[CONF_TEXT_BYTES];
    char database_password_file[CONF_TEXT_BYTES];
    struct daemon_settings daemon;
    int64_t seal_secret_version;
    int64_t http_port;
    int64_t batch_contacts;
    int64_t poll_ms;
    int64_t lease_ms;
    int64_t deliver_ms;
    int64_t doubt_ms;
    int64_t heartbeat_s;
    int64_t stuck_s;
    bool create_topics;
    struct conf_pass kafka;
};

extern const struct conf_key settings_keys[];
extern const size_t settings_keys_n;

/* The edges (base/edge.h). ERR_CONFIG. */
bool settings_check(void *settings, struct err *err);

#endif
