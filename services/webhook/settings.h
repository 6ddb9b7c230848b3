/* settings.h - what an operator may set of consent-webhook. */
#ifndef CONSENT_WEBHOOK_SETTINGS_H
#define CONSENT_WEBHOOK_SETTINGS_H

#include "base/daemon.h"

struct settings {
    char database_url[CONF_TEXT_BYTES];
    char database_password_file[CONF_TEXT_BYTES];
    char webhook_secret_dir[CONF_TEXT_BYTES];
    char http_address[CONF_TEXT_BYTES];
    char plaintext[CONF_TEXT_BYTES];
    struct daemon_settings daemon;
    bool private_targets;
    int64_t http_port;
    int64_t poll_ms;
    int64_t page_rows;
    int64_t answer_ms;
    int64_t retry_ms, retry_most_s, give_up_s;
    int64_t stuck_s;
};

extern const struct conf_key settings_keys[];
extern const size_t settings_keys_n;

/* The edges (base/edge.h). ERR_CONFIG. */
bool settings_check(void *settings, struct err *err);

#endif
