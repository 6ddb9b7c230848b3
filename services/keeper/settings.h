/* settings.h - what an operator may set of consent-keeper. */
#ifndef CONSENT_KEEPER_SETTINGS_H
#define CONSENT_KEEPER_SETTINGS_H

#include "base/daemon.h"

struct settings {
    char database_url[CONF_TEXT_BYTES];
    char http_address[CONF_TEXT_BYTES];
    char plaintext[CONF_TEXT_BYTES];
    char database_password_file[CONF_TEXT_BYTES];
    struct daemon_settings daemon;
    int64_t http_port;
    int64_t poll_ms;
    int64_t step_contacts;
    int64_t backlog_rows;
    int64_t audit_days;
    int64_t retention_hour;
    int64_t delete_overdue_days;
    int64_t stuck_s;
    char proof_key_file[CONF_TEXT_BYTES];
    char proof_dir[CONF_TEXT_BYTES];
    int64_t proof_ms;
};

extern const struct conf_key settings_keys[];
extern const size_t settings_keys_n;

/* The edges (base/edge.h). ERR_CONFIG. */
bool settings_check(void *settings, struct err *err);

#endif
