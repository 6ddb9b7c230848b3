#include "settings.h"

#define AT(member) offsetof(struct settings, member)

const struct conf_key settings_keys[] = {
    {"log_url", NULL, CONF_TEXT, AT(log_url), NULL, 0, 0,
     "where the logs are: https://HOST/v1/proof, or file:///DIR; below it events, ..."},
    {"log_key_file", NULL, CONF_TEXT, AT(log_key_file), NULL, 0, 0,
     "the logs' public key, as consentctl proof key has printed it"},
    {"logs", NULL, CONF_TEXT, AT(logs), "events lists lookups", 0, 0,
     "which of them to watch"},
    {"witness_key_file", NULL, CONF_TEXT, AT(witness_key_file), NULL, 0, 0,
     "this witness's private key (consentctl proof key --witness)"},
    {"state_dir", NULL, CONF_TEXT, AT(state_dir), NULL, 0, 0,
     "directory for the last checkpoint of each log, co-signed"},
    {"token_file", NULL, CONF_TEXT, AT(token_file), "", 0, 0,
     "a token for consent-lookup; empty: none is sent"},
    {"every_s", NULL, CONF_INT, AT(every_s), "60", 0, 86400,
     "pause between two looks, s; 0: one look, and the exit code says what was seen"},
    DAEMON_KEYS,
    {"stuck_s", NULL, CONF_INT, AT(stuck_s), "900", 300, 7200,
     "the process ends itself when it does not turn for so long, s"},
};
const size_t settings_keys_n = sizeof(settings_keys) / sizeof(settings_keys[0]);
