/* doctor: the brokers, every topic with the settings its meaning rests upon, positions.
 */
#include "doctor.h"

#include "base/mem.h"
#include "kafka/admin.h"
#include "kafka/reader.h"
#include "store/operate/doctor_store.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define KAFKA "kafka"

struct topics {
    struct doctor *d;
    struct admin *admin;
    struct topic_info *list;
    size_t n;
    bool mute; /* the broker does not tell settings */
    size_t good;
    int copies_one; /* topics with min.insync.replicas 1 */
};

static bool there(const struct topics *t, const char *name)
{
    for (size_t i = 0; i < t->n; i++)
        if (strcmp(t->list[i].name, name) == 0)
            return true;
    return false;
}

/* False when a finding was made. */
static bool setting_is(struct topics *t, const char *topic, const char *setting,
                       const char *wanted, enum finding level)
{
    char value[128];
    char fix[256];
    struct err err;
    bool known;

    if (t->mute)
        return true;
    if (!admin_topic_setting(t->admin, topic, setting, value, &known, &err)) {
        doctor_err(t->d, "topics", "may we describe the topic's configuration?", &err);
        return false;
    }
    t->mute = !known;
    if (!known || strcmp(value, wanted) == 0)
        return true;
    snprintf(fix, sizeof(fix), "set %s=%s on it", setting, wanted);
    doctor_say(t->d, level, "topics", fix, "%s has %s=%s", topic, setting, value);
    return false;
}

static void in_sync_look(struct topics *t, const char *topic)
{
    char value[128];
    struct err err;
    bool known;

    if (!t->mute &&
        admin_topic_setting(t->admin, topic, "min.insync.replicas", value, &known,
                            &err) &&
        known && strcmp(value, "1") == 0)
        t->copies_one++;
}

/* The shortest retention of the feeds: a restore reads again from there. */
static void retention_look(struct topics *t, const char *topic)
{
    char value[128];
    struct err err;
    int64_t us;
    bool known;

    if (t->mute ||
        !admin_topic_setting(t->admin, topic, "retention.ms", value, &known, &err) ||
        !known)
        return;
    us = strtoll(value, NULL, 10);
    us = us < 0 || us > INT64_MAX / 1000 ? INT64_MAX : us * 1000;
    if (t->d->retention_us == 0 || us < t->d->retention_us)
        t->d->retention_us = us;
}

static void topic_look(struct topics *t, const char *prefix, const char *id,
                       const char *policy, const char *fix)
{
    char name[ADMIN_TOPIC_BYTES];
    bool good;

    snprintf(name, sizeof(name), "%s.%s", prefix, id);
    if (!there(t, name)) {
        doctor_say(t->d, FINDING_WRONG, "topics", fix, "%s is not there", name);
        return;
    }
    good = setting_is(t, name, "cleanup.policy", policy, FINDING_WRONG);
    /* a feed's stamp is the clock of record */
    good = setting_is(t, name, "message.timestamp.type", "LogAppendTime",
                      strcmp(prefix, "feed") == 0 ? FINDING_WRONG : FINDING_WARN) &&
           good;
    in_sync_look(t, name);
    if (strcmp(prefix, "feed") == 0)
        retention_look(t, name);
    t->good += good;
}

/* A feed that the register does not know is read, and everything on it is quarantined. */
static void strangers_look(const struct topics *t)
{
    for (size_t i = 0; i < t->n; i++) {
        const char *name = t->list[i].name;

        if (strncmp(name, "feed.", 5) == 0 &&
            rulebook_source(&t->d->s->book, name + 5, t->d->now_us) == NULL)
            doctor_say(t->d, FINDING_WARN, "topics",
                       "add its source to the register, or delete the topic",
                       "%s belongs to no source", name);
    }
}

static void topics_look(struct topics *t)
{
    const struct register_snapshot *s = t->d->s;

    for (size_t i = 0; i < s->book.n_sources; i++) {
        if (!period_holds(&s->book.sources[i].valid, t->d->now_us))
            continue;
        topic_look(t, "feed", s->book.sources[i].id, "delete",
                   "consentctl feed create --all");
        topic_look(t, "receipts", s->book.sources[i].id, "delete",
                   "consentctl feed create --all");
    }
    for (size_t i = 0; i < s->n_lists; i++)
        if (period_holds(&s->lists[i].valid, t->d->now_us))
            topic_look(t, "suppression", s->lists[i].id, "compact",
                       "consentctl list create --all");
    topic_look(t, "consent", "erasures", "compact", "consentctl feed create --all");
    strangers_look(t);
    if (t->good > 0)
        doctor_say(t->d, FINDING_OK, "topics", NULL, "%zu are there%s", t->good,
                   t->mute ? "" : ", with the settings they need");
    if (t->mute)
        doctor_say(t->d, FINDING_NOTE, "topics", NULL,
                   "the broker does not tell their settings (no Admin API): fine to try "
                   "things out, not for anything that matters");
    if (t->copies_one > 0)
        doctor_say(
            t->d, FINDING_WARN, "topics",
            "three replicas and min.insync.replicas=2, where there are brokers enough",
            "%d topics are acknowledged by a single broker", t->copies_one);
}

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
    struct topics t = {.d = d};
    struct err err;

    if (!ctl_kafka(d->ctl, &err) ||
        !admin_open(d->ctl->settings.kafka_brokers, &d->ctl->kafka, &t.admin, &err)) {
        doctor_err(d, KAFKA, "look at kafka_brokers and the kafka.* settings", &err);
        return;
    }
    if (!admin_topics_list(t.admin, "", &t.list, &t.n, &err)) {
        doctor_err(d, KAFKA, "does a broker run there, and may we talk to it?", &err);
    } else {
        doctor_say(d, FINDING_OK, KAFKA, NULL, "the brokers answer, with %zu topics",
                   t.n);
        if (d->s != NULL) {
            topics_look(&t);
            positions_look(d);
            doctor_epochs(d);
        }
    }
    free(t.list);
    admin_close(t.admin);
}
