/* doctor: every topic, whether it is whole, and the settings its meaning rests upon. */
#include "doctor.h"

#include "kafka/admin.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TOPICS    "topics"
#define WEEK_DAYS 7

struct topics {
    struct doctor *d;
    struct admin *admin;
    const struct topic_info *list;
    size_t n;
    bool mute; /* the broker does not tell settings */
    size_t good;
    int copies_one; /* topics with min.insync.replicas 1                 */
    int behind;     /* topics of which a copy is not in step             */
    const char *behind_first;
};

enum { POLICY, STAMPS, IN_SYNC, UNCLEAN, RETENTION, RETENTION_BYTES, SETTINGS };

static const struct topic_info *find(const struct topics *t, const char *name)
{
    for (size_t i = 0; i < t->n; i++)
        if (strcmp(t->list[i].name, name) == 0)
            return &t->list[i];
    return NULL;
}

/* False when a finding was made. */
static bool must_be(struct topics *t, const char *topic, const struct topic_value *v,
                    const char *wanted, enum finding level)
{
    char fix[256];

    if (v->value[0] == '\0' || strcmp(v->value, wanted) == 0)
        return true;
    snprintf(fix, sizeof(fix), "set %s=%s on it", v->name, wanted);
    doctor_say(t->d, level, TOPICS, fix, "%s has %s=%s%s", topic, v->name, v->value,
               strcmp(v->name, "unclean.leader.election.enable") == 0
                   ? ": what was acknowledged may be lost with a broker"
                   : "");
    return false;
}

/* A feed must keep what came until it was read, also after a bad week; a restore reads
 * again from there. */
static bool feed_keeps(struct topics *t, const char *topic, const struct topic_value *v)
{
    int64_t us = strtoll(v[RETENTION].value, NULL, 10);
    bool good = true;

    if (v[RETENTION].value[0] != '\0') {
        us = us < 0 || us > INT64_MAX / 1000 ? INT64_MAX : us * 1000;
        if (t->d->retention_us == 0 || us < t->d->retention_us)
            t->d->retention_us = us;
        good = us >= WEEK_DAYS * WHEN_DAY_US;
    }
    if (!good)
        doctor_say(
            t->d, FINDING_WARN, TOPICS,
            "set retention.ms=2592000000 on it, a month, or more than the age of the "
            "oldest backup you would use",
            "%s keeps records for %lld hours: what is not read by then is lost", topic,
            (long long)(us / WHEN_HOUR_US));
    if (strtoll(v[RETENTION_BYTES].value, NULL, 10) > 0) {
        doctor_say(
            t->d, FINDING_WARN, TOPICS, "set retention.bytes=-1 on it",
            "%s keeps %s bytes: whoever sends much drives out what is not yet read",
            topic, v[RETENTION_BYTES].value);
        good = false;
    }
    return good;
}

/* By what the brokers say of its copies. */
static bool whole(struct topics *t, const struct topic_info *info, int64_t in_sync)
{
    if (info->behind > 0 && t->behind++ == 0)
        t->behind_first = info->name;
    if (info->leaderless > 0)
        doctor_say(t->d, FINDING_WRONG, TOPICS,
                   "start the broker that has it: kafka-topics --describe "
                   "--unavailable-partitions",
                   "%s: %d of %d partitions have no leader: nobody can write to them, or "
                   "read them",
                   info->name, (int)info->leaderless, (int)info->partitions);
    else if (info->in_step < in_sync)
        doctor_say(t->d, FINDING_WRONG, TOPICS,
                   "start the brokers that are missing, or lower min.insync.replicas",
                   "%s takes no records: of a partition %d copies are in step, and "
                   "min.insync.replicas is %lld",
                   info->name, (int)info->in_step, (long long)in_sync);
    else
        return true;
    return false;
}

static void topic_look(struct topics *t, const char *prefix, const char *id,
                       const char *policy, const char *fix)
{
    struct topic_value v[SETTINGS] = {
        [POLICY] = {.name = "cleanup.policy"},
        [STAMPS] = {.name = "message.timestamp.type"},
        [IN_SYNC] = {.name = "min.insync.replicas"},
        [UNCLEAN] = {.name = "unclean.leader.election.enable"},
        [RETENTION] = {.name = "retention.ms"},
        [RETENTION_BYTES] = {.name = "retention.bytes"},
    };
    const bool feed = strcmp(prefix, "feed") == 0;
    const struct topic_info *info;
    char name[ADMIN_TOPIC_BYTES];
    struct err err;
    bool good, known = false;

    snprintf(name, sizeof(name), "%s.%s", prefix, id);
    info = find(t, name);
    if (info == NULL) {
        doctor_say(t->d, FINDING_WRONG, TOPICS, fix, "%s is not there", name);
        return;
    }
    if (!t->mute && !admin_topic_settings(t->admin, name, v, SETTINGS, &known, &err)) {
        doctor_err(t->d, TOPICS, "may we describe the topic's configuration?", &err);
        return;
    }
    t->mute = !known;
    good = whole(t, info, strtoll(v[IN_SYNC].value, NULL, 10));
    good = must_be(t, name, &v[POLICY], policy, FINDING_WRONG) && good;
    /* a feed's stamp is the clock of record */
    good = must_be(t, name, &v[STAMPS], "LogAppendTime",
                   feed ? FINDING_WRONG : FINDING_WARN) &&
           good;
    good = must_be(t, name, &v[UNCLEAN], "false", FINDING_WRONG) && good;
    t->copies_one += strcmp(v[IN_SYNC].value, "1") == 0;
    good = (!feed || feed_keeps(t, name, v)) && good;
    t->good += good;
}

/* A feed that the register does not know is read, and everything on it is quarantined. */
static void strangers_look(const struct topics *t)
{
    for (size_t i = 0; i < t->n; i++) {
        const char *name = t->list[i].name;

        if (strncmp(name, "feed.", 5) == 0 &&
            rulebook_source(&t->d->s->book, name + 5, t->d->now_us) == NULL)
            doctor_say(t->d, FINDING_WARN, TOPICS,
                       "add its source to the register, or delete the topic",
                       "%s belongs to no source", name);
    }
}

static void each_look(struct topics *t)
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
}

void doctor_topics(struct doctor *d, struct admin *admin, const struct topic_info *list,
                   size_t n)
{
    struct topics t = {.d = d, .admin = admin, .list = list, .n = n};

    each_look(&t);
    strangers_look(&t);
    if (t.good > 0)
        doctor_say(d, FINDING_OK, TOPICS, NULL, "%zu are there%s", t.good,
                   t.mute ? "" : ", with the settings they need");
    if (t.mute)
        doctor_say(d, FINDING_NOTE, TOPICS, NULL,
                   "the broker does not tell their settings (no Admin API): fine to try "
                   "things out, not for anything that matters");
    if (t.behind > 0)
        doctor_say(d, FINDING_WARN, TOPICS,
                   "see which broker is away or slow: kafka-topics --describe "
                   "--under-replicated-partitions",
                   "of %d topics, %s first, not all copies are in step", t.behind,
                   t.behind_first);
    if (t.copies_one > 0)
        doctor_say(
            d, FINDING_WARN, TOPICS,
            "three replicas and min.insync.replicas=2, where there are brokers enough",
            "%d topics are acknowledged by a single broker", t.copies_one);
}
