#include "settings.h"

#include "base/edge.h"
#include "core/access.h"
#include "kafka/edge.h"
#include "pg/pg.h"
#include "proof/note.h"

#include <stdio.h>
#include <string.h>

#define AT(member) offsetof(struct settings, member)

const struct conf_key settings_keys[] = {
    PG_KEYS,
    {"contact_secret_file", NULL, CONF_FILE, AT(contact_secret_file), NULL, 0, 0,
     "the secret of the contact keys, at least 32 bytes"},
    {"contact_former", NULL, CONF_TEXT, AT(contact_former), "", 0, 0,
     "the contact secrets of before, each in a file, blanks between them"},
    {"seal_secret_file", NULL, CONF_FILE, AT(seal_secret_file), "", 0, 0,
     "the key that events are sealed under; empty: their words stay locked here"},
    {"seal_secret_version", NULL, CONF_INT, AT(seal_secret_version), "1", 1, 255,
     "which version of that key it is"},
    {"seal_former", NULL, CONF_TEXT, AT(seal_former), "", 0, 0,
     "former keys, until consentctl reseal is done: VERSION=FILE, blanks between them"},
    {"http_address", NULL, CONF_TEXT, AT(http_address), "127.0.0.1", 0, 0,
     "where to listen; beyond loopback only with a certificate, or plaintext = http"},
    {"http_port", NULL, CONF_INT, AT(http_port), "9104", 0, 65535,
     "its port; 0: a free one"},
    {"tls_certificate_file", NULL, CONF_FILE, AT(tls_certificate_file), "", 0, 0,
     "the certificate that clients see, PEM with its chain; read again on SIGHUP; empty: "
     "plain HTTP"},
    {"tls_key_file", NULL, CONF_FILE, AT(tls_key_file), "", 0, 0,
     "the certificate's key, PEM"},
    {"plaintext", NULL, CONF_TEXT, AT(plaintext), "", 0, 0, EDGE_PLAINTEXT_HELP},
    {"oidc_issuer", NULL, CONF_TEXT, AT(oidc_issuer), "", 0, 0,
     "the OpenID provider whose people may sign in to the console, as "
     "https://login.example.com; empty: tokens alone"},
    {"oidc_client_id", NULL, CONF_TEXT, AT(oidc_client_id), "", 0, 0, "our name there"},
    {"oidc_client_secret_file", NULL, CONF_FILE, AT(oidc_client_secret_file), "", 0, 0,
     "our secret there; empty: a client without one"},
    {"oidc_redirect_url", NULL, CONF_TEXT, AT(oidc_redirect_url), "", 0, 0,
     "where it leads back to: https://<this service>/v1/sign-in/callback"},
    {"oidc_scope", NULL, CONF_TEXT, AT(oidc_scope), "openid profile", 0, 0,
     "what it is asked for"},
    {"oidc_role_claim", NULL, CONF_TEXT, AT(oidc_role_claim), "groups", 0, 0,
     "the claim that has a person's groups"},
    {"oidc_roles", NULL, CONF_TEXT, AT(oidc_roles), "", 0, 0,
     "group=role, with blanks between, as privacy-team=dpo; roles: dpo, auditor, "
     "operator; the first that fits counts"},
    {"oidc_hours", NULL, CONF_INT, AT(oidc_hours), "8", 1, 24,
     "how long somebody stays signed in, hours"},
    DAEMON_KEYS,
    {"workers", NULL, CONF_INT, AT(workers), "4", 1, 64,
     "threads that answer, each with a connection to PostgreSQL"},
    {"heavy_workers", NULL, CONF_INT, AT(heavy_workers), "3", 1, 16,
     "threads of their own for what may take long (provenance, records, exports, "
     "figures), "
     "so that no decision waits for it; each with a connection to PostgreSQL"},
    {"connections", NULL, CONF_INT, AT(connections), "2500", 8, 60000,
     "open HTTP connections, at most (the process needs as many file descriptors)"},
    {"parked", NULL, CONF_INT, AT(parked), "1500", 0, 60000,
     "of these, requests put aside until a list changes, at most; 0: half of them"},
    {"connections_per_address", NULL, CONF_INT, AT(connections_per_address), "2000", 1,
     60000, "of these, from one address; behind a trusted proxy: requests of one client"},
    {"trusted_proxies", NULL, CONF_TEXT, AT(trusted_proxies), "", 0, 0,
     "addresses or networks (10.0.0.0/8) of proxies that say for whom they ask, with "
     "blanks between"},
    {"client_header", NULL, CONF_TEXT, AT(client_header), "X-Forwarded-For", 0, 0,
     "the header field they say it in, as addresses alone; not Forwarded (RFC 7239)"},
    {"body_bytes", NULL, CONF_INT, AT(body_bytes), "8388608", 4096, 1073741824,
     "a request's body, at most, bytes"},
    {"bodies_bytes", NULL, CONF_INT, AT(bodies_bytes), "134217728", 4096, 17179869184,
     "all bodies being read or answered together, at most, bytes"},
    {"streamers", NULL, CONF_INT, AT(streamers), "2", 1, 16,
     "threads for bodies of any size, each with a connection to PostgreSQL"},
    {"snapshot_dir", NULL, CONF_DIR, AT(snapshot_dir), "", 0, 0,
     "where snapshots of lists lie and are made; may be shared, also with the schedule "
     "that makes them; empty: none are served"},
    {"snapshot_age_s", NULL, CONF_INT, AT(snapshot_age_s), "10", 0, 31622400,
     "a snapshot that is older, and not what the list says now, is made again, s"},
    {"spool_folder", NULL, CONF_DIR, AT(spool_folder), "/var/tmp", 0, 0,
     "where bodies of any size and their answers lie meanwhile, in files without a name; "
     "they hold personal data, so an encrypted disk is best"},
    {"spool_bytes", NULL, CONF_INT, AT(spool_bytes), "4294967296", 1048576, 1099511627776,
     "all of these together, at most, bytes"},
    {"evidence_key_file", NULL, CONF_FILE, AT(evidence_key_file), "", 0, 0,
     "the key that evidence packs are signed with, from consentctl proof key; empty: "
     "they "
     "are not signed"},
    {"idle_s", NULL, CONF_INT, AT(idle_s), "15", 1, 3600,
     "a connection that says nothing is closed after so long, s"},
    {"deadline_ms", NULL, CONF_INT, AT(deadline_ms), "20000", 100, 600000,
     "from a request's beginning, or the answer before it, to its answer's end, ms"},
    {"token_cache_ms", NULL, CONF_INT, AT(token_cache_ms), "1000", 0, 60000,
     "how long a token is believed before it is looked up again, ms"},
    {"audit_durable", NULL, CONF_BOOL, AT(audit_durable), "true", 0, 0,
     "false: answer before the audit is on disk; a crash of PostgreSQL's machine may "
     "lose the last half second of it"},
    {"kafka_brokers", "KAFKA_BROKERS", CONF_TEXT, AT(kafka_brokers), "", 0, 0,
     "Kafka's bootstrap servers, host:port[,host:port], to replay what waited in "
     "quarantine; empty: nothing is replayed here"},
    {"stuck_s", NULL, CONF_INT, AT(stuck_s), "120", 30, 3600,
     "the process ends itself when its loop does not turn for so long, s"},
};
const size_t settings_keys_n = sizeof(settings_keys) / sizeof(settings_keys[0]);

bool sign_in_url(const char *url)
{
    char host[256];

    if (strncmp(url, "https://", 8) == 0)
        return true;
    if (strncmp(url, "http://", 7) != 0)
        return false;
    snprintf(host, sizeof(host), "%.*s", (int)strcspn(url + 7, ":/?#@"), url + 7);
    return strpbrk(url, "@[") == NULL && edge_is_near(host);
}

static bool bad_url(const char *name, struct err *err)
{
    return err_set(err, ERR_CONFIG, "OIDC",
                   "%s: begins with https://, or with http:// and a loopback address",
                   name);
}

/* "privacy-team=dpo ops=operator": as session_role reads them. */
static bool roles_check(const char *at, struct err *err)
{
    while (*(at += strspn(at, " ,")) != '\0') {
        const size_t len = strcspn(at, " ,"), group = strcspn(at, "=");
        enum access_role role = ACCESS_NONE;
        char word[32];

        if (group > 0 && group < len) {
            snprintf(word, sizeof(word), "%.*s", (int)(len - group - 1), at + group + 1);
            role = access_role_parse(word);
        }
        if (role == ACCESS_NONE)
            return err_set(
                err, ERR_CONFIG, "OIDC",
                "oidc_roles: is group=role, with blanks between, and the roles "
                "are dpo, auditor and operator");
        at += len;
    }
    return true;
}

/* What signing in would only find out when somebody wants to. */
static bool secret_check(const struct settings *s, struct err *err)
{
    char secret[256];
    size_t len;
    bool ok = s->oidc_client_secret_file[0] == '\0' ||
              conf_read_secret(s->oidc_client_secret_file, secret, sizeof(secret) - 1,
                               &len, err);

    explicit_bzero(secret, sizeof(secret));
    return ok || conf_of("oidc_client_secret_file", err);
}

/* All or nothing, and not in plain text. */
static bool sign_in_check(const struct settings *s, struct err *err)
{
    const struct {
        const char *name, *value;
        bool needed, url;
    } rest[] = {
        {"oidc_client_id", s->oidc_client_id, true, false},
        {"oidc_client_secret_file", s->oidc_client_secret_file, false, false},
        {"oidc_redirect_url", s->oidc_redirect_url, true, true},
        {"oidc_roles", s->oidc_roles, true, false},
    };
    const bool on = s->oidc_issuer[0] != '\0';

    if (on && !sign_in_url(s->oidc_issuer))
        return bad_url("oidc_issuer", err);
    for (size_t i = 0; i < sizeof(rest) / sizeof(rest[0]); i++) {
        const bool given = rest[i].value[0] != '\0';

        if (!on && given)
            return err_set(err, ERR_CONFIG, "OIDC",
                           "%s: is given, and oidc_issuer is not: nobody could sign in",
                           rest[i].name);
        if (on && rest[i].needed && !given)
            return err_set(err, ERR_CONFIG, "OIDC", "oidc_issuer: needs %s beside it",
                           rest[i].name);
        if (on && rest[i].url && !sign_in_url(rest[i].value))
            return bad_url(rest[i].name, err);
    }
    return !on || (roles_check(s->oidc_roles, err) && secret_check(s, err));
}

bool settings_check(void *settings, struct err *err)
{
    const struct settings *s = settings;
    struct note_signer signer;

    if (s->evidence_key_file[0] != '\0') {
        if (!note_signer_load(s->evidence_key_file, &signer, err))
            return conf_of("evidence_key_file", err);
        note_signer_forget(&signer);
    }
    if (!sign_in_check(s, err))
        return false;
    return edge_http("http_address", s->http_address, s->tls_certificate_file[0] != '\0',
                     s->plaintext, err) &&
           pg_edge(s->database_url, s->plaintext, err) &&
           kafka_edge(s->kafka_brokers, &s->kafka, s->plaintext, err);
}
