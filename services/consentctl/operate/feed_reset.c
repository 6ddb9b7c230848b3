/*
 * consentctl feed reset SOURCE --from beginning|end --reason TEXT: where ingest goes on
 * reading after a feed's topic was made again, or cut off. What is read twice is known to
 * the ledger as a duplicate; what is skipped is kept as an acknowledged gap. Ingest finds
 * out within seconds.
 */
#include "commands.h"

#include "codec/put.h"
#include "kafka/reader.h"
#include "store/event/intake_store.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PARTITIONS_MAX 1000

struct resetting {
    char topic[250];
    bool to_end;
    long only; /* this partition; -1: all of them */
    size_t n;
    struct topic_bound bounds[PARTITIONS_MAX];
    int64_t was[PARTITIONS_MAX];
};

/* By the source's name, or by the topic's. */
static bool read_options(const struct ctl *ctl, struct resetting *r, struct err *err)
{
    const char *feed = ctl->args[0], *from = ctl_option(ctl, "from");
    const char *only = ctl_option(ctl, "partition");
    char *end = NULL;

    snprintf(r->topic, sizeof(r->topic), "%s%.240s",
             strncmp(feed, "feed.", 5) == 0 ? "" : "feed.", feed);
    if (from == NULL || (strcmp(from, "beginning") != 0 && strcmp(from, "end") != 0))
        return err_set(err, ERR_CONFIG, "BAD_FROM", "say --from beginning or --from end");
    r->to_end = strcmp(from, "end") == 0;
    if (ctl_option(ctl, "reason") == NULL || ctl_option(ctl, "reason")[0] == '\0')
        return err_set(err, ERR_CONFIG, "NO_REASON", "say why, with --reason");
    r->only = only != NULL ? strtol(only, &end, 10) : -1;
    if (only != NULL && (*end != '\0' || end == only || r->only < 0))
        return err_set(err, ERR_CONFIG, "BAD_PARTITION", "--partition is a number");
    return true;
}

static bool wanted(const struct resetting *r, size_t i)
{
    return r->only < 0 || r->bounds[i].partition == r->only;
}

static bool reset_all(struct ctl *ctl, struct resetting *r, struct err *err)
{
    bool any = false;

    for (size_t i = 0; i < r->n; i++) {
        const struct topic_bound *b = &r->bounds[i];
        const struct intake_reset one = {
            .topic = r->topic,
            .partition = b->partition,
            .next = r->to_end ? b->next : b->first,
            .from = r->to_end ? b->first : 0,
            .to = r->to_end ? b->next : b->first,
            .reason = ctl_option(ctl, "reason"),
        };

        if (!wanted(r, i))
            continue;
        any = true;
        if (!intake_reset(ctl->pg, &one, &r->was[i], err))
            return false;
    }
    return any || err_set(err, ERR_CONFIG, "NO_PARTITION", "%s has no partition %ld",
                          r->topic, r->only);
}

static void report(const struct ctl *ctl, const struct resetting *r)
{
    const char *comma = "";
    struct buf out;

    buf_init(&out, CTL_ANSWER_BYTES);
    buf_add_str(&out, "{");
    put_member(&out, "topic", r->topic);
    buf_add_str(&out, ",\"partitions\":[");
    for (size_t i = 0; i < r->n; i++) {
        const int64_t next = r->to_end ? r->bounds[i].next : r->bounds[i].first;

        if (!wanted(r, i))
            continue;
        buf_addf(&out, "%s{\"partition\":%d,\"was\":%lld,\"next\":%lld}", comma,
                 (int)r->bounds[i].partition, (long long)r->was[i], (long long)next);
        comma = ",";
        if (!ctl->json)
            printf("%s, partition %d: from %lld to %lld; the topic holds %lld..%lld\n",
                   r->topic, (int)r->bounds[i].partition, (long long)r->was[i],
                   (long long)next, (long long)r->bounds[i].first,
                   (long long)r->bounds[i].next);
    }
    buf_add_str(&out, "]}");
    if (ctl->json)
        ctl_say(&out);
    buf_done(&out);
}

int feed_reset_run(struct ctl *ctl)
{
    static struct resetting r;
    struct err err;

    if (!read_options(ctl, &r, &err))
        return ctl_wrong("%s", err.text);
    if (!ctl_kafka(ctl, &err) || !ctl_pg(ctl, &err) ||
        !topic_ends(ctl->settings.kafka_brokers, &ctl->kafka, r.topic, r.bounds,
                    PARTITIONS_MAX, &r.n, &err) ||
        !reset_all(ctl, &r, &err))
        return ctl_fail(ctl, &err);
    report(ctl, &r);
    return CTL_DONE;
}
