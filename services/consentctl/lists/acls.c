/*
 * consentctl feed create --print-acls FORM: who may do what in Kafka, and nobody more.
 *
 * The rows of our programs stand here; those of sources, and of recipients that read
 * their lists from Kafka, follow from the register. Write needs no IdempotentWrite since
 * Kafka 3.0. consent-keeper, consent-postfix, consent-webhook and consent-witness do not
 * talk to Kafka.
 */
#include "acls.h"

#include <stdio.h>
#include <string.h>

#define NO_GROUP "consentctl-reads-without-a-group" /* kafka/reader.c */

enum resource { TOPIC, TOPICS, GROUP }; /* TOPICS: all that begin so */

struct acl {
    const char *principal;
    enum resource resource;
    const char *name;
    const char *operations; /* with blanks between them */
};

/* By principal. */
static const struct acl programs[] = {
    {"consent-ingest", TOPICS, "feed.", "Read Describe"},
    {"consent-ingest", GROUP, "consent-ingest", "Read"},
    /* what its lists and the journal hold, for it may be older than they are */
    {"consent-publish", TOPICS, "suppression.", "Read Write Describe Create"},
    {"consent-publish", TOPICS, "receipts.", "Write Describe Create"},
    {"consent-publish", TOPICS, "deletion.", "Write Describe Create"},
    {"consent-publish", TOPIC, "consent.checkpoints", "Write Describe Create"},
    {"consent-publish", TOPIC, "consent.erasures", "Read Write Describe"},
    {"consent-publish", GROUP, NO_GROUP, "Describe"},
    /* what people do on its pages, and what sources send over HTTP */
    {"consent-gateway", TOPICS, "feed.", "Write Describe"},
    {"consent-gateway", TOPICS, "confirmations.", "Read Write Describe"},
    {"consent-gateway", GROUP, NO_GROUP, "Describe"},
    {"consent-mail", TOPICS, "feed.", "Write Describe"},
    /* what waited in quarantine, and answers to requests */
    {"consent-lookup", TOPICS, "feed.", "Write Describe"},
    {"consentctl", TOPICS, "feed.", "Read Write Describe Create DescribeConfigs"},
    {"consentctl", TOPICS, "suppression.", "Read Write Describe Create DescribeConfigs"},
    {"consentctl", TOPICS, "receipts.", "Describe Create DescribeConfigs"},
    {"consentctl", TOPICS, "deletion.", "Describe Create DescribeConfigs"},
    {"consentctl", TOPICS, "confirmations.", "Describe Create DescribeConfigs"},
    {"consentctl", TOPIC, "consent.checkpoints", "Read Describe DescribeConfigs"},
    {"consentctl", TOPIC, "consent.erasures",
     "Read Write Describe Create DescribeConfigs"},
    {"consentctl", GROUP, NO_GROUP, "Describe"},
};

/* --- as lines for a shell --- */

static void kafka_line(const struct acl *a)
{
    char operations[128];
    char *rest;

    printf("kafka-acls \"$@\" --add --allow-principal 'User:%s'", a->principal);
    snprintf(operations, sizeof(operations), "%s", a->operations);
    for (char *one = strtok_r(operations, " ", &rest); one != NULL;
         one = strtok_r(NULL, " ", &rest))
        printf(" --operation %s", one);
    printf(" --%s '%s'%s\n", a->resource == GROUP ? "group" : "topic", a->name,
           a->resource == TOPICS ? " --resource-pattern-type prefixed" : "");
}

/* --- as resources of Strimzi --- */

static void strimzi_user(const char *principal)
{
    printf("---\n"
           "apiVersion: kafka.strimzi.io/v1beta2\n"
           "kind: KafkaUser\n"
           "metadata:\n"
           "  name: %s\n"
           "  labels: {strimzi.io/cluster: kafka}\n"
           "spec:\n"
           "  authentication: {type: scram-sha-512}\n"
           "  authorization:\n"
           "    type: simple\n"
           "    acls:\n",
           principal);
}

static void strimzi_acl(const struct acl *a)
{
    char operations[128];
    char *rest;
    bool first = true;

    printf("      - resource: {type: %s, name: \"%s\", patternType: %s}\n"
           "        operations: [",
           a->resource == GROUP ? "group" : "topic", a->name,
           a->resource == TOPICS ? "prefix" : "literal");
    snprintf(operations, sizeof(operations), "%s", a->operations);
    for (char *one = strtok_r(operations, " ", &rest); one != NULL;
         one = strtok_r(NULL, " ", &rest), first = false)
        printf("%s%s", first ? "" : ", ", one);
    puts("]");
}

/* --- all of it --- */

/* begins: the first of its principal. */
static void say_one(const struct acl *a, bool begins, bool strimzi)
{
    if (!strimzi) {
        kafka_line(a);
        return;
    }
    if (begins)
        strimzi_user(a->principal);
    strimzi_acl(a);
}

static void say(const struct acl *acls, size_t n, bool strimzi)
{
    for (size_t i = 0; i < n; i++)
        say_one(&acls[i], i == 0 || strcmp(acls[i].principal, acls[i - 1].principal) != 0,
                strimzi);
}

void acls_programs(bool strimzi)
{
    say(programs, sizeof(programs) / sizeof(programs[0]), strimzi);
}

void acls_source(const struct source *source, bool strimzi)
{
    const char *id = source->id;
    char feed[REGISTER_ID_BYTES + 16], receipts[REGISTER_ID_BYTES + 16];
    char letters[REGISTER_ID_BYTES + 16];
    const struct acl acls[] = {
        {id, TOPIC, feed, "Write Describe"},
        {id, TOPIC, receipts, "Read Describe"},
        {id, GROUP, id, "Read"},
        {id, TOPIC, letters, "Read Describe"}, /* a site's own */
    };
    const size_t n =
        sizeof(acls) / sizeof(acls[0]) - (source->type == SOURCE_DIRECT ? 0 : 1);

    snprintf(feed, sizeof(feed), "feed.%s", id);
    snprintf(receipts, sizeof(receipts), "receipts.%s", id);
    snprintf(letters, sizeof(letters), "confirmations.%s", id);
    say(acls, n, strimzi);
}

void acls_recipient(const struct register_snapshot *s, const struct recipient *recipient,
                    int64_t now_us, bool strimzi)
{
    char topic[REGISTER_ID_BYTES + 16];
    char principal[REGISTER_ID_BYTES + 8];
    struct acl acl = {principal, TOPIC, topic, "Read Describe"};
    bool any = false;

    snprintf(principal, sizeof(principal), "list-%s", recipient->id);
    for (size_t i = 0; i < s->n_lists; i++) {
        const struct list *l = &s->lists[i];

        if (!period_holds(&l->valid, now_us) || strcmp(l->recipient, recipient->id) != 0)
            continue;
        snprintf(topic, sizeof(topic), "suppression.%s", l->id);
        say_one(&acl, !any, strimzi);
        any = true;
    }
    if (recipient->deletes && period_holds(&recipient->valid, now_us)) {
        snprintf(topic, sizeof(topic), "deletion.%s", recipient->id);
        say_one(&acl, !any, strimzi);
        any = true;
    }
    acl = (struct acl){principal, GROUP, principal, "Read"};
    if (any)
        say_one(&acl, false, strimzi);
}
