/* settings.h - what an operator may set of consent-gateway. */
#ifndef CONSENT_GATEWAY_SETTINGS_H
#define CONSENT_GATEWAY_SETTINGS_H

#include "base/daemon.h"

struct settings {
    char database_url[CONF_TEXT_BYTES];
    char kafka_brokers[CONF_TEXT_BYTES];
    char link_secret_dir[CONF_TEXT_BYTES];
    char unsubscribe_feed[CONF_TEXT_BYTES];
    char contact_secret_file[CONF_TEXT_BYTES];
    char contact_former[CONF_TEXT_BYTES];
    char public_address[CONF_TEXT_BYTES];
    char http_address[CONF_TEXT_BYTES];
    char plaintext[CONF_TEXT_BYTES];
    char database_password_file[CONF_TEXT_BYTES];
    char tls_certificate_file[CONF_TEXT_BYTES];
    char tls_key_file[CONF_TEXT_BYTES];
    char trusted_proxies[CONF_TEXT_BYTES];
    char client_header[CONF_TEXT_BYTES];
    struct daemon_settings daemon;
    int64_t public_port;
    int64_t http_port;
    int64_t workers;
    int64_t source_workers;
    int64_t source_events_per_minute;
    int64_t source_body_bytes;
    int64_t connections;
    int64_t connections_per_address;
    int64_t idle_s;
    int64_t deadline_ms;
    int64_t deliver_ms;
    int64_t confirm_days;
    int64_t unsigned_per_minute;
    int64_t unsigned_per_network;
    int64_t link_events_per_hour;
    int64_t stuck_s;
    struct conf_pass kafka;
};

extern const struct conf_key settings_keys[];
extern const size_t settings_keys_n;

/* The edges (base/edge.h). ERR_CONFIG. */
bool settings_check(void *settings, struct err *err);

#endif
