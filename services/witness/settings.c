#include "settings.h"

#include <string.h>

#define AT(member) offsetof(struct settings, member)

const struct conf_key settings_keys[] = {
    {"log_url", NULL, CONF_TEXT, AT(log_url), NULL, 0, 0,
     "where the logs are: https://HOST/v1/proof, or file:///DIR; below it events, ..."},
    {"log_key_file", NULL, CONF_FILE, AT(log_key_file), NULL, 0, 0,
     "the logs' public key, as consentctl proof key has printed it"},
    {"logs", NULL, CONF_TEXT, AT(logs), "events lists lookups", 0, 0,
     "which of them to watch"},
    {"witness_key_file", NULL, CONF_FILE, AT(witness_key_file), NULL, 0, 0,
     "this witness's private key (consentctl proof key --witness)"},
    {"state_dir", NULL, CONF_DIR, AT(state_dir), NULL, 0, 0,
     "directory for the last checkpoint of each log, co-signed"},
    {"token_file", NULL, CONF_FILE, AT(token_file), "", 0, 0,
     "a token for consent-lookup; empty: none is sent"},
    {"every_s", NULL, CONF_INT, AT(every_s), "60", 0, 86400,
     "pause between two looks, s; 0: one look, and the exit code says what was seen"},
    DAEMON_KEYS,
    {"stuck_s", NULL, CONF_INT, AT(stuck_s), "900", 300, 7200,
     "the process ends itself when it does not turn for so long, s"},
};
const size_t settings_keys_n = sizeof(settings_keys) / sizeof(settings_keys[0]);

bool settings_check(void *settings, struct err *err)
{
    static const char *const known[] = {"events", "lists", "lookups"};
    const struct settings *s = settings;
    const char *at = s->logs;
    size_t n = 0;

    if (strncmp(s->log_url, "https://", 8) != 0 &&
        strncmp(s->log_url, "http://", 7) != 0 && strncmp(s->log_url, "file:///", 8) != 0)
        return err_set(err, ERR_CONFIG, "LOG_URL",
                       "log_url: begins with https://, http:// or file:///");
    for (; *(at += strspn(at, " ,")) != '\0'; n++) {
        const size_t len = strcspn(at, " ,");
        bool found = false;

        for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
            found = found || (len == strlen(known[i]) && strncmp(at, known[i], len) == 0);
        if (!found)
            break;
        at += len;
    }
    return (*at == '\0' && n > 0) ||
           err_set(err, ERR_CONFIG, "LOGS",
                   "logs: are of events, lists and lookups, with blanks between");
}
