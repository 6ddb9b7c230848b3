/* settings.h - what an operator may set of consent-lookup. */
#ifndef CONSENT_LOOKUP_SETTINGS_H
#define CONSENT_LOOKUP_SETTINGS_H

#include "base/daemon.h"

struct settings {
    char database_url[CONF_TEXT_BYTES];
    char contact_secret_file[CONF_TEXT_BYTES];
    char contact_former[CONF_TEXT_BYTES];
    char seal_secret_file[CONF_TEXT_BYTES];
    int64_t seal_secret_version;
    char seal_former[CONF_TEXT_BYTES];
    char http_address[CONF_TEXT_BYTES];
    char spool_folder[CONF_TEXT_BYTES];
    char evidence_key_file[CONF_TEXT_BYTES];
    char snapshot_dir[CONF_TEXT_BYTES];
    int64_t snapshot_age_s;
    char plaintext[CONF_TEXT_BYTES];
    char database_password_file[CONF_TEXT_BYTES];
    char tls_certificate_file[CONF_TEXT_BYTES];
    char tls_key_file[CONF_TEXT_BYTES];
    char trusted_proxies[CONF_TEXT_BYTES];
    char client_header[CONF_TEXT_BYTES];
    struct daemon_settings daemon;
    char kafka_brokers[CONF_TEXT_BYTES];
    char oidc_issuer[CONF_TEXT_BYTES];
    char oidc_client_id[CONF_TEXT_BYTES];
    char oidc_client_secret_file[CONF_TEXT_BYTES];
    char oidc_redirect_url[CONF_TEXT_BYTES];
    char oidc_scope[CONF_TEXT_BYTES];
    char oidc_role_claim[CONF_TEXT_BYTES];
    char oidc_roles[CONF_TEXT_BYTES];
    int64_t oidc_hours;
    int64_t http_port;
    int64_t workers;
    int64_t heavy_workers;
    int64_t connections;
    int64_t connections_per_address;
    int64_t parked;
    int64_t streamers;
    int64_t spool_bytes;
    int64_t body_bytes;
    int64_t bodies_bytes;
    int64_t idle_s;
    int64_t deadline_ms;
    int64_t token_cache_ms;
    int64_t stuck_s;
    bool audit_durable;
    struct conf_pass kafka;
};

extern const struct conf_key settings_keys[];
extern const size_t settings_keys_n;

/* https, or http to this very machine. */
bool sign_in_url(const char *url);

/* The edges (base/edge.h). ERR_CONFIG. */
bool settings_check(void *settings, struct err *err);

#endif
