/* consentctl migrate */
#include "commands.h"

#include "base/when.h"
#include "codec/put.h"
#include "store/operate/migrate.h"

#include <stdio.h>

static int report(const struct ctl *ctl, const struct migrations *m, bool dry)
{
    struct buf out;
    size_t n = 0;

    buf_init(&out, CTL_ANSWER_BYTES);
    buf_addf(&out, "{\"dry_run\":%s,\"applied\":[", dry ? "true" : "false");
    for (size_t i = 0; i < m->n; i++) {
        if (m->list[i].state != MIGRATION_MISSING)
            continue;
        buf_add_str(&out, n++ > 0 ? "," : "");
        put_text(&out, m->list[i].name);
        if (!ctl->json)
            printf("%s %s%s%s\n", dry ? "would apply" : "applied", m->list[i].name,
                   m->list[i].alone ? ", outside a transaction" : "",
                   m->list[i].breaks ? ", which earlier programs cannot work with" : "");
    }
    buf_add_str(&out, "]}");
    if (ctl->json)
        return ctl_say(&out);
    buf_done(&out);
    if (n == 0)
        puts("the tables are up to date");
    return CTL_DONE;
}

/* --- how it stands --- */

static const struct migration_applied *applied_find(const struct migration_applied *list,
                                                    size_t n, int32_t number)
{
    for (size_t i = 0; i < n; i++)
        if (list[i].number == number)
            return &list[i];
    return NULL;
}

static void status_say(const struct ctl *ctl, struct buf *out, size_t nth,
                       const char *name, const char *state,
                       const struct migration_applied *a)
{
    char at[WHEN_TEXT_BYTES] = "";

    if (a != NULL)
        when_format(a->applied_us, at);
    buf_add_str(out, nth > 0 ? ",{" : "{");
    put_name(out, "name");
    put_text(out, name);
    put_name(out, ",state");
    put_text(out, state);
    put_name(out, ",applied");
    put_text(out, at);
    put_name(out, ",by");
    put_text(out, a != NULL ? a->by : "");
    buf_add_str(out, "}");
    if (!ctl->json)
        printf("%-8s %-32s %s%s%s\n", state, name, at, a != NULL ? " by " : "",
               a != NULL ? a->by : "");
}

/* Done when the database is of these files and of no others. */
static int status(struct ctl *ctl, const struct migrations *m)
{
    static const char *const states[] = {"missing", "applied", "changed"};
    static struct migration_applied done[MIGRATIONS_MAX];
    size_t n, said = 0, other = 0;
    struct buf out;
    struct err err;

    if (!migrations_list(ctl->pg, done, MIGRATIONS_MAX, &n, &err))
        return ctl_fail(ctl, &err);
    buf_init(&out, CTL_ANSWER_BYTES);
    buf_add_str(&out, "{\"migrations\":[");
    for (size_t i = 0; i < m->n; i++) {
        status_say(ctl, &out, said++, m->list[i].name, states[m->list[i].state],
                   applied_find(done, n, m->list[i].number));
        other += m->list[i].state != MIGRATION_APPLIED;
    }
    for (size_t i = 0; i < n; i++) {
        bool ours = false;

        for (size_t k = 0; k < m->n; k++)
            ours = ours || m->list[k].number == done[i].number;
        if (!ours)
            status_say(ctl, &out, said++, done[i].name, "unknown", &done[i]);
        other += !ours;
    }
    buf_addf(&out, "],\"current\":%s}", other == 0 ? "true" : "false");
    if (ctl->json)
        ctl_say(&out);
    else
        buf_done(&out);
    return other == 0 ? CTL_DONE : CTL_FAILED;
}

static bool work(struct ctl *ctl, bool dry, struct migrations *m, struct err *err)
{
    char schemas[CONF_TEXT_BYTES];
    char dir[CONF_TEXT_BYTES + 8];

    if (!ctl_schemas(ctl, schemas, sizeof(schemas), err))
        return false;
    snprintf(dir, sizeof(dir), "%s/sql", schemas);
    if (!migrations_read(dir, m, err) || !ctl_pg(ctl, err))
        return false;
    return dry ? migrations_compare(ctl->pg, m, err) : migrations_apply(ctl->pg, m, err);
}

int migrate_run(struct ctl *ctl)
{
    const bool dry = ctl_option(ctl, "dry-run") != NULL;
    const bool standing = ctl_option(ctl, "status") != NULL;
    static struct migrations m;
    struct err err;
    int code;

    if (!work(ctl, dry || standing, &m, &err))
        code = ctl_fail(ctl, &err);
    else
        code = standing ? status(ctl, &m) : report(ctl, &m, dry);

    migrations_done(&m);
    return code;
}
