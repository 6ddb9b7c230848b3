#include "settings.h"

#include "base/edge.h"
#include "http/metrics.h"
#include "pg/pg.h"

#define AT(member) offsetof(struct settings, member)

const struct conf_key settings_keys[] = {
    PG_KEYS,
    {"contact_secret_file", NULL, CONF_FILE, AT(contact_secret_file), NULL, 0, 0,
     "the secret of the contact keys, at least 32 bytes"},
    {"contact_former", NULL, CONF_TEXT, AT(contact_former), "", 0, 0,
     "the contact secrets of before, each in a file, blanks between them"},
    {"socket", NULL, CONF_TEXT, AT(socket), "127.0.0.1:9109", 0, 0,
     "where Postfix asks: a loopback address and port, or unix:/path; who reaches it may "
     "ask about anybody"},
    {"refusal", NULL, CONF_TEXT, AT(refusal),
     "550 5.7.1 this recipient is not to be sent this mail", 0, 0,
     "the action for who is not to be mailed, as access(5) has them"},
    {"recipient_delimiter", NULL, CONF_TEXT, AT(recipient_delimiter), "+", 0, 0,
     "what parts user+tag: on a deny list the user's no counts for every tag; empty: it "
     "does not"},
    HTTP_METRICS_KEYS("9107"),
    {"plaintext", NULL, CONF_TEXT, AT(plaintext), "", 0, 0, EDGE_PLAINTEXT_HELP},
    DAEMON_KEYS,
    {"workers", NULL, CONF_INT, AT(workers), "2", 1, 16,
     "threads that answer, each with a connection to PostgreSQL"},
    {"answer_ms", NULL, CONF_INT, AT(answer_ms), "5000", 100, 60000,
     "how long PostgreSQL may take; then the answer is TIMEOUT, and the mail is "
     "deferred"},
    {"audit_one_of", NULL, CONF_INT, AT(audit_one_of), "100", 1, 1000000,
     "one look-up of so many stands whole in the audit; all are counted there"},
    {"stuck_s", NULL, CONF_INT, AT(stuck_s), "120", 90, 3600,
     "the process ends itself when its loop does not turn for so long, s"},
};
const size_t settings_keys_n = sizeof(settings_keys) / sizeof(settings_keys[0]);

bool settings_check(void *settings, struct err *err)
{
    const struct settings *s = settings;

    return edge_http("http_address", s->http_address, false, s->plaintext, err) &&
           pg_edge(s->database_url, s->plaintext, err);
}
