/* settings.h - what an operator may set of consent-witness. */
#ifndef CONSENT_WITNESS_SETTINGS_H
#define CONSENT_WITNESS_SETTINGS_H

#include "base/daemon.h"

struct settings {
    struct daemon_settings daemon;
    char log_url[CONF_TEXT_BYTES];
    char log_key_file[CONF_TEXT_BYTES];
    char logs[CONF_TEXT_BYTES];
    char witness_key_file[CONF_TEXT_BYTES];
    char state_dir[CONF_TEXT_BYTES];
    char token_file[CONF_TEXT_BYTES];
    int64_t every_s;
    int64_t stuck_s;
};

extern const struct conf_key settings_keys[];
extern const size_t settings_keys_n;

bool settings_check(void *settings, struct err *err);

#endif
