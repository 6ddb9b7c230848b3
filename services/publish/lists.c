#include "lists.h"

#include "metrics.h"

#include "base/log.h"
#include "base/mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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
    return conf_read_secret(path, p->key, sizeof(p->key), &p->key_len, err);
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
    if (p->keyed)
        return;
    l->left_out++;
    log_write(LOG_LEVEL_ERROR, "list_left_out", "list=%s code=%s", list->id, err.code);
}

bool lists_load(struct lists *l, struct pg *pg, const struct settings *settings,
                struct err *err)
{
    struct hashed_profile hashed[HASHED_PROFILES_MAX];
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
    log_write(LOG_LEVEL_INFO, "register_loaded", "version=%lld lists=%zu left_out=%d",
              (long long)version, l->n, l->left_out);
    return true;
}

static bool topics_make(const struct settings *settings, const struct topic_spec *specs,
                        size_t n, struct err *err)
{
    struct admin *admin = NULL;
    bool ok = admin_open(settings->kafka_brokers, &settings->kafka, &admin, err) &&
              admin_topics_make(admin, specs, n, NULL, err);

    admin_close(admin);
    return ok;
}

bool lists_make_topics(const struct lists *l, const struct settings *settings,
                       struct err *err)
{
    struct topic_spec *specs = mem_zalloc(l->n + 1, sizeof(*specs));
    bool ok;

    for (size_t i = 0; i < l->n; i++)
        specs[i] = topic_spec_list(l->lists[i].topic);
    ok = topics_make(settings, specs, l->n, err);
    free(specs);
    return ok;
}

bool lists_make_receipts(const struct lists *l, const struct settings *settings,
                         struct err *err)
{
    size_t n = l->book.n_sources;
    struct topic_spec *specs = mem_zalloc(n + 1, sizeof(*specs));
    char(*names)[LIST_TOPIC_BYTES] = mem_zalloc(n + 1, sizeof(*names));
    bool ok;

    for (size_t i = 0; i < n; i++) {
        snprintf(names[i], sizeof(names[i]), "receipts.%s", l->book.sources[i].id);
        specs[i] = topic_spec_receipts(names[i]);
    }
    ok = topics_make(settings, specs, n, err);
    free(names);
    free(specs);
    return ok;
}
