/* settings.h - what an operator may set of consent-mail. */
#ifndef CONSENT_MAIL_SETTINGS_H
#define CONSENT_MAIL_SETTINGS_H

#include "base/daemon.h"

struct settings {
    char kafka_brokers[CONF_TEXT_BYTES];
    char feed[CONF_TEXT_BYTES];
    char source[CONF_TEXT_BYTES];
    char mailbox[CONF_TEXT_BYTES];
    char address[CONF_TEXT_BYTES];
    char link_secret_dir[CONF_TEXT_BYTES];
    char plaintext[CONF_TEXT_BYTES];
    struct daemon_settings daemon;
    int64_t deliver_ms;
    int64_t message_bytes;
};

extern const struct conf_key settings_keys[];
extern const size_t settings_keys_n;

bool settings_check(void *settings, struct err *err);

#endif
