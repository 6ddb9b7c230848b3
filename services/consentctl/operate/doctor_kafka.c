/* doctor: the brokers, and where ingest stands in its topics. */
#include "doctor.h"

#include "base/mem.h"
#include "kafka/admin.h"
#include "kafka/reader.h"
#include "store/operate/doctor_store.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define KAFKA "kafka"

/* --- positions --- */

static void missed_say(struct doctor *d, const struct doctor_position *p)
{
    if (p->missed > 0)
        doctor_say(d, FINDING_WRONG, "positions",
                   "consentctl feed gaps names them; ask the source to send them again, "
                   "opt-outs first, then: consentctl feed acknowledge GAP --reason '...'",
                   "%s, partition %d: %lld records were gone before ingest read them",
                   p->topic, (int)p->partition, (long long)p->missed);
}

static void held_say(struct doctor *d, const struct doctor_position *p)
{
    static const char *const held[][3] = {
        {"other_log",
         "its records are not the ones of before: the topic was made again, "
         "or this is another cluster",
         "beginning"},
        {"out_of_range",
         "its place is not in the topic, which was made again, or this is "
         "another cluster",
         "beginning"},
        {"create_time", "its records have their producers' times", "end"},
    };
    const char *source = strchr(p->topic, '.');
    const char *why = p->held, *from = "beginning";
    char fix[160 + sizeof(p->topic)];

    for (size_t i = 0; i < sizeof(held) / sizeof(held[0]); i++)
        if (strcmp(p->held, held[i][0]) == 0) {
            why = held[i][1];
            from = held[i][2];
        }
    snprintf(
        fix, sizeof(fix), "%s, then: consentctl feed reset %s --from %s --reason '...'",
        strcmp(from, "end") == 0 ? "set message.timestamp.type=LogAppendTime on the topic"
                                 : "see that kafka_brokers is right",
        source != NULL ? source + 1 : p->topic, from);
    doctor_say(d, FINDING_WRONG, "positions", fix,
               "%s, partition %d: ingest stands still at %lld (%s): %s", p->topic,
               (int)p->partition, (long long)p->next_offset, p->held, why);
}

static size_t position_say(struct doctor *d, const struct doctor_position *p,
                           const struct topic_bound *b)
{
    missed_say(d, p);
    if (p->held[0] != '\0')
        held_say(d, p);
    else if (!b->known)
        doctor_say(d, FINDING_WARN, "positions", "was the topic deleted?",
                   "ingest has a position in %s, partition %d, which is not there",
                   p->topic, (int)p->partition);
    else if (p->next_offset < b->first)
        doctor_say(
            d, FINDING_WRONG, "positions",
            "records were deleted before ingest took them: it goes on at the beginning "
            "and says what was missed, once it runs",
            "%s, partition %d: ingest stands at %lld, the topic begins at %lld", p->topic,
            (int)p->partition, (long long)p->next_offset, (long long)b->first);
    else if (p->next_offset > b->next)
        doctor_say(
            d, FINDING_WRONG, "positions",
            "the topic was made again, or another cluster is meant: put it right, or say "
            "where to go on: consentctl feed reset",
            "%s, partition %d: ingest stands at %lld, the topic ends at %lld", p->topic,
            (int)p->partition, (long long)p->next_offset, (long long)b->next);
    else
        return 1;
    return 0;
}

static void positions_look(struct doctor *d)
{
    struct doctor_position *p;
    struct topic_bound *b;
    struct err err;
    int64_t lag = 0;
    size_t good = 0;
    size_t n;

    if (!doctor_positions(d->ctl->pg, &p, &n, &err)) {
        doctor_err(d, "positions", NULL, &err);
        return;
    }
    b = mem_zalloc(n, sizeof(*b));
    for (size_t i = 0; i < n; i++)
        b[i] = (struct topic_bound){.topic = p[i].topic, .partition = p[i].partition};
    if (!topic_bounds(d->ctl->settings.kafka_brokers, &d->ctl->kafka, b, n, &err)) {
        doctor_err(d, "positions", NULL, &err);
        n = 0;
    }
    for (size_t i = 0; i < n; i++) {
        const size_t one = position_say(d, &p[i], &b[i]);

        good += one;
        lag += one ? b[i].next - p[i].next_offset : 0;
    }
    doctor_ages(d, p, b, n);
    if (good > 0)
        doctor_say(
            d, FINDING_OK, "positions", NULL,
            "%zu partitions stand within their topics; %lld records are not yet in", good,
            (long long)lag);
    free(b);
    free(p);
}

void doctor_kafka(struct doctor *d)
{
    struct topic_info *list = NULL;
    struct admin *admin = NULL;
    struct err err;
    size_t n;

    if (!ctl_kafka(d->ctl, &err) ||
        !admin_open(d->ctl->settings.kafka_brokers, &d->ctl->kafka, &admin, &err)) {
        doctor_err(d, KAFKA, "look at kafka_brokers and the kafka.* settings", &err);
        return;
    }
    if (!admin_topics_list(admin, "", &list, &n, &err)) {
        doctor_err(d, KAFKA, "does a broker run there, and may we talk to it?", &err);
    } else {
        doctor_say(d, FINDING_OK, KAFKA, NULL, "the brokers answer, with %zu topics", n);
        if (d->s != NULL) {
            doctor_topics(d, admin, list, n);
            positions_look(d);
            doctor_epochs(d);
            doctor_logs(d);
        }
    }
    free(list);
    admin_close(admin);
}
