#include "settings.h"

#include "base/edge.h"
#include "http/metrics.h"
#include "pg/pg.h"

#define AT(member) offsetof(struct settings, member)

const struct conf_key settings_keys[] = {
    PG_KEYS,
    HTTP_METRICS_KEYS("9103"),
    {"plaintext", NULL, CONF_TEXT, AT(plaintext), "", 0, 0, EDGE_PLAINTEXT_HELP},
    DAEMON_KEYS,
    {"poll_ms", NULL, CONF_INT, AT(poll_ms), "200", 10, 60000,
     "pause between two looks at what has fallen due when there was nothing, ms"},
    {"step_contacts", NULL, CONF_INT, AT(step_contacts), "2000", 1, 100000,
     "contacts woken in one transaction, at most"},
    {"backlog_rows", NULL, CONF_INT, AT(backlog_rows), "4000", 1, 10000000,
     "wake nobody while so many dirty marks wait: new events would queue behind them"},
    {"delete_overdue_days", NULL, CONF_INT, AT(delete_overdue_days), "30", 1, 3650,
     "when a deletion that nobody has carried out counts as overdue, days"},
    {"audit_days", NULL, CONF_INT, AT(audit_days), "1096", 365, 36500,
     "look-ups (the table lookup_audit) are kept so long, days"},
    {"proof_key_file", NULL, CONF_FILE, AT(proof_key_file), "", 0, 0,
     "signs the logs of events, lists and look-ups (consentctl proof key); empty: no "
     "logs"},
    {"proof_dir", NULL, CONF_TEXT, AT(proof_dir), "", 0, 0,
     "directory for their tiles and checkpoints, to be fetched by others; empty: none"},
    {"proof_ms", NULL, CONF_INT, AT(proof_ms), "1000", 50, 3600000,
     "pause between two checkpoints of a log while there is something new, ms"},
    {"retention_hour", NULL, CONF_INT, AT(retention_hour), "3", -1, 23,
     "from this hour (UTC) on, once a day, what is due under rows of the register that "
     "say "
     "automatic is erased; -1: never"},
    {"stuck_s", NULL, CONF_INT, AT(stuck_s), "300", 90, 3600,
     "the process ends itself when its loop does not turn for so long, s"},
};
const size_t settings_keys_n = sizeof(settings_keys) / sizeof(settings_keys[0]);

bool settings_check(void *settings, struct err *err)
{
    const struct settings *s = settings;

    if (s->proof_dir[0] != '\0' && s->proof_key_file[0] == '\0')
        return err_set(err, ERR_CONFIG, "PROOF_DIR",
                       "proof_dir: is given, and proof_key_file is not: nothing would be "
                       "written there");
    return edge_http("http_address", s->http_address, false, s->plaintext, err) &&
           pg_edge(s->database_url, s->plaintext, err);
}
