/* doctor: PostgreSQL, the migrations, the statements, the clock, the flow of work. */
#include "doctor.h"

#include "store/operate/statements.h"

#include "base/clock.h"
#include "ident/version.h"
#include "store/operate/archive_store.h"
#include "store/operate/partition_store.h"
#include "store/operate/doctor_store.h"
#include "store/lists/epoch_store.h"
#include "store/operate/migrate.h"
#include "store/people/rekey_store.h"
#include "store/operate/reseal_store.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CLOCK_WARN_US  (2 * WHEN_SECOND_US)
#define CLOCK_WRONG_US (60 * WHEN_SECOND_US)
#define DB             "database"

static void clock_say(struct doctor *d, int64_t between_us)
{
    const int64_t off_us = between_us < 0 ? -between_us : between_us;
    const enum finding level = off_us > CLOCK_WRONG_US  ? FINDING_WRONG
                               : off_us > CLOCK_WARN_US ? FINDING_WARN
                                                        : FINDING_OK;

    doctor_say(d, level, "clock",
               level == FINDING_OK ? NULL
                                   : "let both machines follow the same time server",
               "this machine and the database differ by %.3f s", (double)off_us / 1e6);
}

static void server_say(struct doctor *d, const struct doctor_server *s)
{
    if (s->version < 150000)
        doctor_say(d, FINDING_WRONG, DB, "use PostgreSQL 15 or newer",
                   "PostgreSQL %d is too old", (int)s->version / 10000);
    else
        doctor_say(d, FINDING_OK, DB, NULL, "PostgreSQL %d.%d answers",
                   (int)s->version / 10000, (int)s->version % 10000);
    if (s->standby)
        doctor_say(d, FINDING_WRONG, DB, "point database_url at the primary",
                   "this is a standby: nothing can be written");
    if (s->logs_values)
        doctor_say(d, FINDING_WARN, DB, "set log_parameter_max_length = 0",
                   "the server may write values, and so addresses, to its log");
}

static void migrations_say(struct doctor *d)
{
    static struct migrations m;
    char schemas[CONF_TEXT_BYTES];
    char dir[CONF_TEXT_BYTES + 8];
    struct err err;
    size_t missing = 0;
    size_t changed = 0;

    if (!ctl_schemas(d->ctl, schemas, sizeof(schemas), &err)) {
        doctor_say(d, FINDING_WARN, "migrations", "say where they are: --schemas DIR",
                   "%s", err.text);
        return;
    }
    snprintf(dir, sizeof(dir), "%s/sql", schemas);
    if (!migrations_read(dir, &m, &err) || !migrations_compare(d->ctl->pg, &m, &err)) {
        doctor_err(d, "migrations", NULL, &err);
        migrations_done(&m);
        return;
    }
    for (size_t i = 0; i < m.n; i++) {
        missing += m.list[i].state == MIGRATION_MISSING;
        changed += m.list[i].state == MIGRATION_CHANGED;
    }
    if (missing > 0)
        doctor_say(d, FINDING_WRONG, "migrations", "consentctl migrate",
                   "%zu of %zu are missing", missing, m.n);
    if (changed > 0)
        doctor_say(d, FINDING_WRONG, "migrations",
                   "use the files that belong to this installation",
                   "%zu files differ from what was applied", changed);
    if (missing + changed == 0)
        doctor_say(d, FINDING_OK, "migrations", NULL, "all %zu are applied", m.n);
    migrations_done(&m);
}

static void rights_say(struct doctor *d, const struct doctor_server *s)
{
    char fix[192];

    if (s->roles_missing > 0)
        doctor_say(d, FINDING_WRONG, "roles", "consentctl migrate, as a role that may",
                   "%d of the roles consent_* do not exist", (int)s->roles_missing);
    if (s->unreadable > 0)
        doctor_say(d, FINDING_WRONG, "roles",
                   "use a login that is a member of consent_operator",
                   "%d tables or views cannot be read by us", (int)s->unreadable);
    if (s->mighty[0] != '\0')
        doctor_say(d, FINDING_WRONG, "roles",
                   "ALTER ROLE ... NOSUPERUSER NOCREATEROLE "
                   "NOBYPASSRLS NOREPLICATION",
                   "the role %s can do more than its program "
                   "needs",
                   s->mighty);
    if (s->mighty_program[0] != '\0')
        doctor_say(d, FINDING_WRONG, "roles",
                   "give each program its own role in database_url (deploy/README.md)",
                   "%s is connected as the owner of the tables, or as a superuser",
                   s->mighty_program);
    snprintf(fix, sizeof(fix), "REVOKE %s FROM %s, and find out who granted it",
             s->member_of, s->member);
    if (s->member[0] != '\0')
        doctor_say(d, FINDING_WRONG, "roles", fix,
                   "the role %s is a member of %s, so it may do what that may", s->member,
                   s->member_of);
    if (s->roles_missing + s->unreadable == 0 && s->mighty[0] == '\0' &&
        s->mighty_program[0] == '\0' && s->member[0] == '\0')
        doctor_say(d, FINDING_OK, "roles", NULL,
                   "the roles exist, and we may read every table");
}

static void functions_say(struct doctor *d)
{
    struct err err;

    if (doctor_functions(d->ctl->pg, &err))
        return;
    d->no_functions = strcmp(err.code, DOCTOR_NO_FUNCTIONS) == 0;
    doctor_say(d, FINDING_WRONG, "functions",
               "restart PostgreSQL: after an upgrade of its package the server that "
               "still runs cannot load the new libraries",
               "the database's functions do not run, so nothing is taken in or "
               "published: %s",
               err.text);
}

static void statements_say(struct doctor *d)
{
    struct err err;
    size_t n;

    if (statements_check(d->ctl->pg, &n, &err))
        doctor_say(d, FINDING_OK, "statements", NULL, "all %zu fit the tables", n);
    else
        doctor_err(d, "statements",
                   "program and tables are of different versions: consentctl migrate",
                   &err);
}

/* Of the newest million of each: what a key change has left behind lies among all. */
static void seal_say(struct doctor *d)
{
    const int64_t now = d->ctl->settings.seal_secret_version;
    struct reseal_count counts[16];
    struct pg_result *result;
    int64_t left = 0, plain = 0, files;
    struct err err;
    size_t n;

    if (!archive_other_keys(d->ctl->pg, (int16_t)now, &files, &err) ||
        !reseal_counts(d->ctl->pg, 1000000, counts, 16, &n, &result, &err)) {
        doctor_err(d, "seal", NULL, &err);
        return;
    }
    for (size_t i = 0; i < n; i++) {
        plain += counts[i].version == 0 ? counts[i].n : 0;
        left += counts[i].version != 0 && counts[i].version != now ? counts[i].n : 0;
    }
    pg_result_free(result);
    if (plain > 0)
        doctor_say(d, FINDING_WRONG, "seal", "consentctl reseal, as the tables' owner",
                   "%lld events are in plain text", (long long)plain);
    if (left > 0)
        doctor_say(d, FINDING_WRONG, "seal", "consentctl reseal, as the tables' owner",
                   "%lld events and identifiers are under another key than version %lld",
                   (long long)left, (long long)now);
    if (plain + left == 0 && files > 0)
        doctor_say(d, FINDING_OK, "seal", NULL,
                   "all is sealed, and nothing but %lld archives is under a former key: "
                   "keep it",
                   (long long)files);
    else if (plain + left == 0)
        doctor_say(d, FINDING_OK, "seal", NULL,
                   "all is sealed, and nothing is under a former key");
}

static void normalisation_say(struct doctor *d)
{
    struct err err;
    int32_t version;

    if (!normalisation_get(d->ctl->pg, &version, &err))
        doctor_err(d, "spelling", NULL, &err);
    else if (version < IDENT_VERSION)
        doctor_say(
            d, FINDING_WRONG, "spelling", "consentctl rekey",
            "some contacts' keys may be of an earlier spelling, so that a no to the "
            "other misses them");
    else
        doctor_say(d, FINDING_OK, "spelling", NULL, "keys are of today's rules");
}

static void register_say(struct doctor *d)
{
    struct err err;

    if (!register_load(d->ctl->pg, WHEN_NEVER, &d->s, &err))
        doctor_err(d, "register", NULL, &err);
    else if (d->s->book.n_sources == 0 || d->s->book.n_purposes == 0)
        doctor_say(d, FINDING_WRONG, "register", "consentctl register apply FILE...",
                   "the register has no sources or no purposes");
    else
        doctor_say(d, FINDING_OK, "register", NULL,
                   "version %lld: %zu purposes, %zu sources, %zu lists",
                   (long long)d->s->book.version, d->s->book.n_purposes,
                   d->s->book.n_sources, d->s->n_lists);
}

static void partitions_say(struct doctor *d)
{
    struct partitions_view v;
    struct err err;

    if (!partitions_look(d->ctl->pg, &v, &err))
        doctor_err(d, "partitions", NULL, &err);
    else if (v.late > 0)
        doctor_say(d, FINDING_WARN, "partitions",
                   "start consent-keeper, which makes them",
                   "of %lld tables none was made ahead", (long long)v.late);
    else
        doctor_say(d, FINDING_OK, "partitions", NULL, "%lld, of %lld tables",
                   (long long)v.partitions, (long long)v.tables);
}

void doctor_database(struct doctor *d)
{
    struct doctor_server s;
    struct err err;
    int64_t before_us;

    if (!ctl_pg(d->ctl, &err)) {
        doctor_err(d, DB, "look at database_url, the server and its pg_hba.conf", &err);
        return;
    }
    before_us = clock_wall_us();
    if (!doctor_server(d->ctl->pg, &s, &err)) {
        doctor_err(d, DB, NULL, &err);
        return;
    }
    server_say(d, &s);
    clock_say(d, s.clock_us - (before_us + clock_wall_us()) / 2);
    migrations_say(d);
    rights_say(d, &s);
    doctor_excess(d);
    functions_say(d);
    if (!doctor_reconnect(d))
        return;
    statements_say(d);
    if (!doctor_reconnect(d))
        return;
    partitions_say(d);
    seal_say(d);
    normalisation_say(d);
    register_say(d);
}

/* --- the flow of work --- */

static void publish_say(struct doctor *d, const struct doctor_work *w)
{
    const int64_t waits_us = w->dirty > 0 ? w->now_us - w->dirty_oldest_us : 0;

    if (w->publishers == 0 || w->shards_held == 0)
        doctor_say(d, FINDING_WRONG, "publish", "start consent-publish",
                   "no publisher is alive; %lld contacts wait", (long long)w->dirty);
    else if (w->shards_held < 16)
        doctor_say(d, FINDING_WARN, "publish",
                   "wait for the leases to run out, then look again",
                   "%d of 16 shards have a publisher", (int)w->shards_held);
    else
        doctor_say(d, FINDING_OK, "publish", NULL, "%d publishers hold all 16 shards",
                   (int)w->publishers);
    if (waits_us > 60 * WHEN_SECOND_US)
        doctor_say(d, FINDING_WRONG, "publish",
                   "look at consent-publish's log and metrics: a no may be among them",
                   "%lld contacts wait to be published, the oldest for %lld s",
                   (long long)w->dirty, (long long)(waits_us / WHEN_SECOND_US));
}

static void hold_say(struct doctor *d)
{
    struct epoch_state state;
    struct err err;

    if (!epoch_look(d->ctl->pg, &state, &err))
        doctor_err(d, "restore", NULL, &err);
    else if (state.held)
        doctor_say(d, FINDING_WRONG, "restore",
                   "if the database was restored: consentctl restored --dry-run, then "
                   "with --reason; "
                   "if not, see which database this is (deploy/OPERATIONS.md, Backup and "
                   "restore)",
                   "nothing is published, for the database is older than its topics: %s",
                   state.why);
}

void doctor_flow(struct doctor *d)
{
    const struct doctor_work *w = &d->work;
    struct err err;

    if (d->s == NULL)
        return;
    if (!doctor_work(d->ctl->pg, &d->work, &err)) {
        doctor_err(d, "work", NULL, &err);
        return;
    }
    d->has_work = true;
    hold_say(d);
    publish_say(d, w);
    if (w->overdue > 0)
        doctor_say(d, FINDING_WARN, "keeper", "start consent-keeper, or look at its log",
                   "%lld contacts fell due more than a minute ago, the first %lld s ago",
                   (long long)w->overdue,
                   (long long)((w->now_us - w->overdue_oldest_us) / WHEN_SECOND_US));
    else
        doctor_say(d, FINDING_OK, "keeper", NULL, "nothing is overdue");
    if (w->quarantined > 0)
        doctor_say(d, FINDING_NOTE, "quarantine", "consentctl quarantine list",
                   "%lld events wait for a person, the oldest for %lld h",
                   (long long)w->quarantined,
                   (long long)((w->now_us - w->quarantined_oldest_us) / WHEN_HOUR_US));
    if (w->newest_known_us != WHEN_ALWAYS &&
        w->newest_known_us > w->now_us + CLOCK_WARN_US)
        doctor_say(d,
                   w->newest_known_us > w->now_us + CLOCK_WRONG_US ? FINDING_WRONG
                                                                   : FINDING_WARN,
                   "clock", "let the broker follow the same time server",
                   "the broker stamped an event %.3f s ahead of the database",
                   (double)(w->newest_known_us - w->now_us) / 1e6);
}
