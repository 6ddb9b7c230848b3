#include "pg/pg_internal.h"

#include "base/edge.h"

#include <libpq-fe.h>
#include <stdio.h>
#include <string.h>

/* libpq's complaint about a malformed string may quote a password; those of a name that
 * it does not know quote the name. */
static void conninfo_refuse(char *why, struct err *err)
{
    static const char *const harmless[] = {"invalid URI query parameter: ",
                                           "invalid connection option "};
    bool told = false;

    for (size_t i = 0; why != NULL && i < sizeof(harmless) / sizeof(harmless[0]); i++)
        told = told || strncmp(why, harmless[i], strlen(harmless[i])) == 0;
    if (told)
        err_set(err, ERR_CONFIG, "PG_CONNINFO", "database_url: %.*s",
                (int)strcspn(why, "\n"), why);
    else
        err_set(err, ERR_CONFIG, "PG_CONNINFO",
                "database_url: neither a URL (postgresql://...) nor in libpq's "
                "key=value form");
    PQfreemem(why);
}

PQconninfoOption *pg_conninfo_parse(const char *conninfo, struct err *err)
{
    char *why = NULL;
    PQconninfoOption *options = PQconninfoParse(conninfo, &why);
    bool at = false;

    if (options == NULL) {
        conninfo_refuse(why, err);
        return NULL;
    }
    for (const PQconninfoOption *p = options; p->keyword != NULL; p++)
        if (strcmp(p->keyword, "host") == 0 && p->val != NULL)
            at = strchr(p->val, '@') != NULL && p->val[0] != '@';
    if (!at)
        return options;
    PQconninfoFree(options);
    err_set(err, ERR_CONFIG, "PG_CONNINFO",
            "database_url: the host has an @ in it: write an @ of the password as %%40");
    return NULL;
}

/* What libpq would take: of the text, else of the environment. */
static void effective(const PQconninfoOption *given, const PQconninfoOption *presets,
                      const char *keyword, char *ret, size_t cap)
{
    ret[0] = '\0';
    for (; presets != NULL && presets->keyword != NULL; presets++)
        if (strcmp(presets->keyword, keyword) == 0 && presets->val != NULL)
            snprintf(ret, cap, "%s", presets->val);
    for (; given->keyword != NULL; given++)
        if (strcmp(given->keyword, keyword) == 0 && given->val != NULL)
            snprintf(ret, cap, "%s", given->val);
}

/* Of a list, the first that is not near; an empty one is the socket. */
static bool all_near(const char *hosts, char *ret, size_t cap)
{
    for (;;) {
        const size_t len = strcspn(hosts, ",");

        snprintf(ret, cap, "%.*s", (int)len, hosts);
        if (len > 0 && !edge_is_near(ret))
            return false;
        if (hosts[len] == '\0')
            return true;
        hosts += len + 1;
    }
}

/* Has every host of the list an address? */
static bool is_full(const char *addresses)
{
    const size_t len = strlen(addresses);

    return len > 0 && addresses[0] != ',' && addresses[len - 1] != ',' &&
           strstr(addresses, ",,") == NULL;
}

static bool judge(const PQconninfoOption *given, const char *plaintext, struct err *err)
{
    PQconninfoOption *presets = PQconndefaults();
    char hosts[512], addresses[512], mode[32], service[64], host[128];
    bool near;

    effective(given, presets, "host", hosts, sizeof(hosts));
    effective(given, presets, "hostaddr", addresses, sizeof(addresses));
    effective(given, presets, "sslmode", mode, sizeof(mode));
    effective(given, NULL, "service", service, sizeof(service));
    PQconninfoFree(presets);
    snprintf(host, sizeof(host), "the service %s", service);
    /* A service of libpq's file may lead anywhere. */
    near = service[0] == '\0' && all_near(addresses, host, sizeof(host)) &&
           (is_full(addresses) || all_near(hosts, host, sizeof(host)));
    return near || strcmp(mode, "verify-full") == 0 ||
           edge_said(plaintext, EDGE_POSTGRESQL) ||
           err_set(err, ERR_CONFIG, "PLAINTEXT",
                   "database_url: PostgreSQL at %.60s would be in plain text or unknown "
                   "company: put "
                   "sslmode=verify-full (and sslrootcert) into database_url, or say "
                   "plaintext = postgresql",
                   host);
}

bool pg_edge(const char *conninfo, const char *plaintext, struct err *err)
{
    PQconninfoOption *given;
    bool ok;

    if (!edge_words(plaintext, err))
        return false;
    given = pg_conninfo_parse(conninfo, err);
    if (given == NULL)
        return false;
    ok = judge(given, plaintext, err);
    PQconninfoFree(given);
    return ok;
}
