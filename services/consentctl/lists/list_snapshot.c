/*
 * consentctl list snapshot LIST...: the whole list as a file, with a manifest that says
 * how to go on from it. common/export/snapshot.h has the order of things; here Kafka is
 * asked.
 */
#include "commands.h"
#include "progress.h"
#include "unknown.h"

#include "base/clock.h"
#include "export/snapshot.h"
#include "kafka/reader.h"
#include "store/register/register_store.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define LOCK_MS   60000
#define SETTLE_MS 60000

struct snapshot_run {
    struct ctl *ctl;
    struct register_snapshot *s;
    struct snapshot_job job;
    struct progress progress;
    struct buf json;
    int made;
};

static bool offsets_ask(void *arg, struct manifest *m, struct err *err)
{
    const struct snapshot_run *r = arg;
    static struct topic_bound bounds[MANIFEST_PARTITIONS_MAX];

    snprintf(m->topic, sizeof(m->topic), "suppression.%s", m->list);
    if (!topic_ends(r->ctl->settings.kafka_brokers, &r->ctl->kafka, m->topic, bounds,
                    MANIFEST_PARTITIONS_MAX, &m->n_offsets, err))
        return false;
    for (size_t i = 0; i < m->n_offsets; i++)
        m->offset[i] = (struct manifest_offset){bounds[i].partition, bounds[i].next};
    return true;
}

static void step(void *arg, int64_t rows)
{
    struct snapshot_run *r = arg;

    progress_step(&r->progress, rows - r->progress.done, rows, 0);
}

static void say(struct snapshot_run *r, const struct manifest *m)
{
    if (r->ctl->json) {
        buf_add_str(&r->json, r->made > 0 ? "," : "");
        manifest_to_json(m, &r->json);
        return;
    }
    printf("%s: %lld entries, %lld of them on the list, in %s/%s (%lld bytes)\n", m->list,
           (long long)(m->suppressed + m->released + m->permitted), (long long)m->count,
           r->job.dir, m->file, (long long)m->bytes);
}

/* What the snapshot before had is a good guess at how much there is to come. */
static int64_t guess(const struct snapshot_run *r)
{
    struct manifest m;
    struct err ignored;
    bool found;

    if (!snapshot_look(r->job.dir, r->job.list->id, r->job.format, r->job.packing, &m,
                       &found, &ignored) ||
        !found)
        return 0;
    return m.suppressed + m.released + m.permitted;
}

static bool one(struct snapshot_run *r, const struct list *list, struct err *err)
{
    struct manifest m;

    r->job.list = list;
    if (!ctl_pg(r->ctl, err))
        return false;
    progress_begin_count(&r->progress, guess(r), "entries", "left out");
    if (!snapshot_write(r->ctl->pg, &r->job, &m, err))
        return false;
    progress_end(&r->progress, m.suppressed + m.released + m.permitted, 0);
    say(r, &m);
    r->made++;
    return true;
}

/* A list that fails does not keep the others from being written. */
static int all(struct snapshot_run *r)
{
    const int64_t now_us = clock_wall_us();
    int worst = CTL_DONE;

    for (size_t i = 0; i < r->s->n_lists; i++) {
        struct err err;

        if (!period_holds(&r->s->lists[i].valid, now_us))
            continue;
        if (one(r, &r->s->lists[i], &err))
            continue;
        fprintf(stderr, "consentctl: %s: %s\n", r->s->lists[i].id, err.text);
        worst = err.kind == ERR_CONFIG && worst != CTL_FAILED ? CTL_USAGE : CTL_FAILED;
        if (strcmp(err.code, "STOPPED") == 0)
            break;
        if (r->ctl->pg != NULL && pg_broken(r->ctl->pg)) {
            pg_close(r->ctl->pg);
            r->ctl->pg = NULL;
        }
    }
    return worst;
}

static bool named(struct snapshot_run *r, struct err *err)
{
    const int64_t now_us = clock_wall_us();

    for (int i = 0; i < r->ctl->n_args; i++)
        if (register_list(r->s, r->ctl->args[i], now_us) == NULL)
            return unknown_name(r->s, UNKNOWN_LIST, r->ctl->args[i], err);
    for (int i = 0; i < r->ctl->n_args; i++)
        if (!one(r, register_list(r->s, r->ctl->args[i], now_us), err))
            return false;
    return true;
}

static int options_read(struct ctl *ctl, struct snapshot_job *job)
{
    const char *dir = ctl_option(ctl, "dir");
    const char *format = ctl_option(ctl, "format");
    const char *packing = ctl_option(ctl, "compress");

    if ((ctl->n_args == 0) == (ctl_option(ctl, "all") == NULL))
        return ctl_wrong("name the lists, or say --all");
    job->dir = dir != NULL                             ? dir
               : ctl->settings.snapshot_dir[0] != '\0' ? ctl->settings.snapshot_dir
                                                       : ".";
    job->format = format != NULL ? list_format_parse(format) : LIST_CSV;
    if (job->format == LIST_FORMAT_NONE)
        return ctl_wrong("--format is csv, ndjson or plain");
    job->packing = LIST_PACK_NONE;
    if (packing != NULL && !list_packing_parse(packing, &job->packing))
        return ctl_wrong("--compress is none, gzip or zstd");
    job->lock_ms = LOCK_MS;
    job->settle_ms = SETTLE_MS;
    return CTL_DONE;
}

/* Before a list is read for it. */
static bool is_there(const struct ctl *ctl, const char *dir, struct err *err)
{
    return access(dir, R_OK | X_OK) == 0 ||
           err_set(err, ERR_CONFIG, "SNAPSHOT_DIR", "%s: cannot read %.120s: %s",
                   dir == ctl->settings.snapshot_dir ? "snapshot_dir" : "--dir", dir,
                   strerror(errno));
}

int list_snapshot_run(struct ctl *ctl)
{
    static struct snapshot_run r;
    struct err err;
    int code = options_read(ctl, &r.job);

    if (code != CTL_DONE)
        return code;
    if (!is_there(ctl, r.job.dir, &err))
        return ctl_fail(ctl, &err);
    r.ctl = ctl;
    r.job.step = step;
    r.job.arg = &r;
    if (ctl->settings.kafka_brokers[0] != '\0')
        r.job.offsets = offsets_ask;
    else
        fputs("consentctl: no kafka_brokers, so the manifest cannot say from where to go "
              "on in the topic\n",
              stderr);
    buf_init(&r.json, CTL_ANSWER_BYTES);
    buf_add_str(&r.json, "{\"snapshots\":[");
    if (!ctl_pg(ctl, &err) || !register_load(ctl->pg, WHEN_NEVER, &r.s, &err))
        code = ctl_fail(ctl, &err);
    else if (ctl->n_args == 0)
        code = all(&r);
    else if (!named(&r, &err))
        code = ctl_fail(ctl, &err);
    if (ctl->json && r.s != NULL && (code == CTL_DONE || ctl->n_args == 0)) {
        buf_add_str(&r.json, "]}");
        ctl_say(&r.json);
    }
    buf_done(&r.json);
    register_free(r.s);
    return code;
}
