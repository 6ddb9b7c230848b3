/* consentctl migrate */
#include "commands.h"

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
            printf("%s %s\n", dry ? "would apply" : "applied", m->list[i].name);
    }
    buf_add_str(&out, "]}");
    if (ctl->json)
        return ctl_say(&out);
    buf_done(&out);
    if (n == 0)
        puts("the tables are up to date");
    return CTL_DONE;
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
    static struct migrations m;
    struct err err;
    const int code =
        work(ctl, dry, &m, &err) ? report(ctl, &m, dry) : ctl_fail(ctl, &err);

    migrations_done(&m);
    return code;
}
