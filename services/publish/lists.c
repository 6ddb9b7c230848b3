#include "lists.h"

#include "metrics.h"

#include "base/aside.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/stop.h"
#include "base/watchdog.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define STEP_MS 100

void lists_init(struct lists *l)
{
    *l = (struct lists){.version = -1};
}

void lists_done(struct lists *l)
{
    if (l->lists != NULL)
        explicit_bzero(l->lists, l->n * sizeof(*l->lists));
    free(l->lists);
    register_free(l->snapshot);
    lists_init(l);
}

static bool key_read(struct published_list *p, const struct settings *settings,
                     struct err *err)
{
    char path[CONF_TEXT_BYTES + REGISTER_ID_BYTES + 1];

    if (p->list->profile != TOKEN_HMAC_SHA256)
        return true;
    if (strchr(p->list->key_name, '/') != NULL || p->list->key_name[0] == '\0' ||
        p->list->key_name[0] == '.')
        return err_set(err, ERR_CONFIG, "LIST_KEY", "list %s names no key that can be",
                       p->list->id);
    snprintf(path, sizeof(path), "%s/%s", settings->recipient_secret_dir,
             p->list->key_name);
    return conf_read_secret(path, p->key, sizeof(p->key), &p->key_len, err) ||
           conf_of("recipient_secret_dir", err);
}

static void list_prepare(struct lists *l, struct published_list *p,
                         const struct list *list, const struct settings *settings)
{
    struct err err;

    p->list = list;
    p->shared = token_profile_shared((enum token_profile)list->profile);
    l->shared += p->shared;
    snprintf(p->topic, sizeof(p->topic), "suppression.%s", list->id);
    for (int s = LIST_SUPPRESSED; s <= LIST_PERMITTED; s++) {
        char labels[REGISTER_ID_BYTES + 64];

        snprintf(labels, sizeof(labels), "list=\"%s\",status=\"%s\"", list->id,
                 list_status_name((enum list_status)s));
        p->entries[s] = metrics_child(METRIC_ENTRIES, labels);
    }
    p->keyed = key_read(p, settings, &err);
    l->left_out += !p->keyed;
}

static void load_tell(struct lists *l, const struct settings *settings)
{
    struct err err;

    for (size_t i = 0; i < l->n; i++)
        if (!l->lists[i].keyed && !key_read(&l->lists[i], settings, &err))
            log_write(LOG_LEVEL_ERROR, "list_left_out", "list=%s code=%s text=\"%s\"",
                      l->lists[i].list->id, err.code, err.text);
    log_write(LOG_LEVEL_INFO, "register_loaded", "version=%lld lists=%zu left_out=%d",
              (long long)l->version, l->n, l->left_out);
}

bool lists_load(struct lists *l, struct pg *pg, const struct settings *settings,
                struct err *err)
{
    struct hashed_profile hashed[HASHED_PROFILES_MAX];
    const int64_t former = l->version;
    const int left_out = l->left_out;
    struct register_snapshot *snapshot;
    int64_t version;
    size_t n_hashed;

    /* The version first: what comes between the two is loaded again, not missed. */
    if (!register_version(pg, &version, err) ||
        !hashed_profiles(pg, hashed, &n_hashed, err) ||
        !register_load(pg, WHEN_NEVER, &snapshot, err))
        return false;
    lists_done(l);
    l->snapshot = snapshot;
    l->version = version;
    memcpy(l->hashed, hashed, n_hashed * sizeof(*hashed));
    l->n_hashed = n_hashed;
    l->book = snapshot->book;
    l->book.known_us = WHEN_NEVER;
    l->n = snapshot->n_lists;
    l->lists = mem_zalloc(l->n + 1, sizeof(*l->lists));
    for (size_t i = 0; i < l->n; i++)
        list_prepare(l, &l->lists[i], &snapshot->lists[i], settings);
    metric_set(metrics_child(METRIC_LISTS, "state=\"published\""),
               (double)l->n - l->left_out);
    metric_set(metrics_child(METRIC_LISTS, "state=\"left_out\""), l->left_out);
    /* a missing key is looked for once a second, and told once */
    if (version != former || l->left_out != left_out)
        load_tell(l, settings);
    return true;
}

/* Making topics takes its time when brokers are in trouble: on a thread of its own, with
 * copies of what it needs. */
struct making {
    const struct settings *settings; /* they outlive everything */
    size_t n;
    struct topic_spec *specs;
    char (*names)[LIST_TOPIC_BYTES];
    bool ok;
    struct err err;
};

static void making_work(void *arg)
{
    struct making *m = arg;
    struct admin *admin = NULL;

    m->ok =
        admin_open(m->settings->kafka_brokers, &m->settings->kafka, &admin, &m->err) &&
        admin_topics_make(admin, m->specs, m->n, NULL, &m->err);
    admin_close(admin);
}

static void making_drop(void *arg)
{
    struct making *m = arg;

    free(m->specs);
    free(m->names);
    free(m);
}

static struct making *making_new(const struct settings *settings, size_t n)
{
    struct making *m = mem_zalloc(1, sizeof(*m));

    m->settings = settings;
    m->specs = mem_zalloc(n + 1, sizeof(*m->specs));
    m->names = mem_zalloc(n + 1, sizeof(*m->names));
    return m;
}

/* m is used up. */
static bool topics_make(struct making *m, struct err *err)
{
    struct aside *a = aside_start(making_work, making_drop, m);
    bool ok;

    while (!aside_wait(a, STEP_MS)) {
        watchdog_beat();
        if (stop_asked()) {
            aside_leave(a);
            return err_set(err, ERR_RETRY, "STOPPED", "stopped while making topics");
        }
    }
    aside_take(a);
    ok = m->ok;
    *err = m->err;
    making_drop(m);
    return ok;
}

bool lists_make_topics(const struct lists *l, const struct settings *settings,
                       struct err *err)
{
    struct making *m = making_new(settings, l->n);

    for (; m->n < l->n; m->n++) {
        snprintf(m->names[m->n], sizeof(*m->names), "%s", l->lists[m->n].topic);
        m->specs[m->n] = topic_spec_list(m->names[m->n]);
    }
    return topics_make(m, err);
}

bool lists_make_receipts(const struct lists *l, const struct settings *settings,
                         struct err *err)
{
    const size_t n = l->book.n_sources;
    struct making *m = making_new(settings, n + 1);

    for (; m->n < n; m->n++) {
        snprintf(m->names[m->n], sizeof(*m->names), "receipts.%s",
                 l->book.sources[m->n].id);
        m->specs[m->n] = topic_spec_receipts(m->names[m->n]);
    }
    snprintf(m->names[m->n], sizeof(*m->names), "%s", CHECKPOINTS_TOPIC);
    m->specs[m->n] = topic_spec_checkpoints(m->names[m->n]);
    m->n++;
    return topics_make(m, err);
}
