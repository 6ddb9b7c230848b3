/* admin_look.c - which topics are there, and how they are. */
#include "kafka/admin_parts.h"

#include "base/mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int by_name(const void *a, const void *b)
{
    return strcmp(((const struct topic_info *)a)->name,
                  ((const struct topic_info *)b)->name);
}

bool admin_topics_list(struct admin *a, const char *prefix, struct topic_info **ret,
                       size_t *ret_n, struct err *err)
{
    const struct rd_kafka_metadata *md;
    size_t n = 0;

    if (!admin_metadata(a, &md, err))
        return false;
    *ret = mem_zalloc((size_t)md->topic_cnt + 1, sizeof(**ret));
    for (int i = 0; i < md->topic_cnt; i++) {
        const struct rd_kafka_metadata_topic *t = &md->topics[i];

        if (strncmp(t->topic, prefix, strlen(prefix)) != 0)
            continue;
        admin_copies_count(&(*ret)[n], t);
        snprintf((*ret)[n++].name, sizeof((*ret)[0].name), "%s", t->topic);
    }
    rd_kafka_metadata_destroy(md);
    qsort(*ret, n, sizeof(**ret), by_name);
    *ret_n = n;
    return true;
}

static void settings_find(const rd_kafka_event_t *ev, struct topic_value *values,
                          size_t n)
{
    size_t n_resources, n_entries;
    const rd_kafka_ConfigResource_t **resources =
        rd_kafka_DescribeConfigs_result_resources(
            rd_kafka_event_DescribeConfigs_result((rd_kafka_event_t *)(uintptr_t)ev),
            &n_resources);
    const rd_kafka_ConfigEntry_t **entries;

    if (n_resources != 1)
        return;
    entries = rd_kafka_ConfigResource_configs(resources[0], &n_entries);
    for (size_t i = 0; i < n_entries; i++) {
        const char *name = rd_kafka_ConfigEntry_name(entries[i]);
        const char *text = rd_kafka_ConfigEntry_value(entries[i]);

        for (size_t k = 0; text != NULL && k < n; k++)
            if (strcmp(values[k].name, name) == 0)
                snprintf(values[k].value, sizeof(values[k].value), "%s", text);
    }
}

static rd_kafka_resp_err_t resource_error(rd_kafka_event_t *ev)
{
    size_t n;
    const rd_kafka_ConfigResource_t **resources =
        rd_kafka_DescribeConfigs_result_resources(
            rd_kafka_event_DescribeConfigs_result(ev), &n);

    return n == 1 ? rd_kafka_ConfigResource_error(resources[0])
                  : RD_KAFKA_RESP_ERR__BAD_MSG;
}

bool admin_topic_settings(struct admin *a, const char *topic, struct topic_value *values,
                          size_t n, bool *ret_known, struct err *err)
{
    rd_kafka_ConfigResource_t *resource;
    rd_kafka_AdminOptions_t *options;
    rd_kafka_resp_err_t code;
    rd_kafka_event_t *ev;

    for (size_t i = 0; i < n; i++)
        values[i].value[0] = '\0';
    *ret_known = false;
    if (admin_is_mock(a))
        return true;
    resource = rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, topic);
    options = rd_kafka_AdminOptions_new(a->rk, RD_KAFKA_ADMIN_OP_DESCRIBECONFIGS);
    rd_kafka_AdminOptions_set_request_timeout(options, ADMIN_TIMEOUT_MS, NULL, 0);
    rd_kafka_DescribeConfigs(a->rk, &resource, 1, options, a->queue);
    rd_kafka_AdminOptions_destroy(options);
    rd_kafka_ConfigResource_destroy(resource);
    ev = admin_answer(a, RD_KAFKA_EVENT_DESCRIBECONFIGS_RESULT, &code);
    if (code == RD_KAFKA_RESP_ERR_NO_ERROR)
        code = resource_error(ev);
    *ret_known = code == RD_KAFKA_RESP_ERR_NO_ERROR;
    if (*ret_known)
        settings_find(ev, values, n);
    if (ev != NULL)
        rd_kafka_event_destroy(ev);
    if (code == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART)
        return err_set(err, ERR_CONFIG, "KAFKA_TOPIC", "there is no topic %s", topic);
    return *ret_known || admin_no_api(code) ||
           kafka_err_set(err, code, "a topic's settings cannot be read");
}
