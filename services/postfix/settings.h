/* settings.h - what an operator may set of consent-postfix. */
#ifndef CONSENT_POSTFIX_SETTINGS_H
#define CONSENT_POSTFIX_SETTINGS_H

#include "base/daemon.h"

struct settings {
    char database_url[CONF_TEXT_BYTES];
    char contact_secret_file[CONF_TEXT_BYTES];
    char contact_former[CONF_TEXT_BYTES];
    char socket[CONF_TEXT_BYTES];
    char refusal[CONF_TEXT_BYTES];
    char recipient_delimiter[CONF_TEXT_BYTES];
    char http_address[CONF_TEXT_BYTES];
    char plaintext[CONF_TEXT_BYTES];
    char database_password_file[CONF_TEXT_BYTES];
    struct daemon_settings daemon;
    int64_t http_port;
    int64_t workers;
    int64_t answer_ms;
    int64_t audit_one_of;
    int64_t stuck_s;
};

extern const struct conf_key settings_keys[];
extern const size_t settings_keys_n;

/* The edges (base/edge.h). ERR_CONFIG. */
bool settings_check(void *settings, struct err *err);

#endif
