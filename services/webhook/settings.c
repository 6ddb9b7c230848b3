#include "settings.h"

#include "base/edge.h"
#include "http/metrics.h"
#include "pg/pg.h"

#define AT(member) offsetof(struct settings, member)

const struct conf_key settings_keys[] = {
    PG_KEYS,
    {"webhook_secret_dir", NULL, CONF_DIR, AT(webhook_secret_dir), NULL, 0, 0,
     "directory with a file for each webhook, named by its id: whsec_ and 24 to 64 bytes "
     "in Base64"},
    {"private_targets", NULL, CONF_BOOL, AT(private_targets), "false", 0, 0,
     "also post to addresses that are not public (loopback, private, link-local), and "
     "there also by http: for targets in your own network"},
    HTTP_METRICS_KEYS("9108"),
    {"plaintext", NULL, CONF_TEXT, AT(plaintext), "", 0, 0, EDGE_PLAINTEXT_HELP},
    DAEMON_KEYS,
    {"poll_ms", NULL, CONF_INT, AT(poll_ms), "500", 10, 60000,
     "pause between two looks at what is new, ms"},
    {"page_rows", NULL, CONF_INT, AT(page_rows), "500", 1, 10000,
     "receipts or changes in one post, at most"},
    {"answer_ms", NULL, CONF_INT, AT(answer_ms), "15000", 100, 120000,
     "how long a target may take to answer, ms"},
    {"retry_ms", NULL, CONF_INT, AT(retry_ms), "1000", 10, 3600000,
     "pause after the first attempt that failed, ms; it doubles with each"},
    {"retry_most_s", NULL, CONF_INT, AT(retry_most_s), "3600", 1, 86400,
     "the longest pause, s"},
    {"give_up_s", NULL, CONF_INT, AT(give_up_s), "259200", 1, 2592000,
     "a webhook that has failed for so long is parked until a person resumes it, s"},
    {"stuck_s", NULL, CONF_INT, AT(stuck_s), "300", 90, 3600,
     "the process ends itself when its loop does not turn for so long, s"},
};
const size_t settings_keys_n = sizeof(settings_keys) / sizeof(settings_keys[0]);

bool settings_check(void *settings, struct err *err)
{
    const struct settings *s = settings;

    return edge_http("http_address", s->http_address, false, s->plaintext, err) &&
           pg_edge(s->database_url, s->plaintext, err);
}
