/* doctor on topics that are not whole: what the brokers would say of them is made here,
 * and what doctor says is caught. */
#include "../../services/consentctl/operate/doctor_topics.c"

#include "kafka/admin_parts.h"

#include <criterion/criterion.h>
#include <stdarg.h>

#define COUNT(a) (sizeof(a) / sizeof(*(a)))

/* --- what doctor_topics.c asks and tells --- */

static struct {
    enum finding level;
    char text[256], fix[256];
} said[32];
static size_t n_said;
static const char *min_in_sync;

void doctor_say(struct doctor *d, enum finding level, const char *check, const char *fix,
                const char *fmt, ...)
{
    va_list ap;

    (void)d;
    cr_assert_str_eq(check, TOPICS);
    cr_assert_lt(n_said, COUNT(said));
    said[n_said].level = level;
    va_start(ap, fmt);
    vsnprintf(said[n_said].text, sizeof(said[0].text), fmt, ap);
    va_end(ap);
    snprintf(said[n_said++].fix, sizeof(said[0].fix), "%s", fix != NULL ? fix : "");
}

void doctor_err(struct doctor *d, const char *check, const char *fix,
                const struct err *err)
{
    (void)d, (void)check, (void)fix, (void)err;
    cr_assert_fail("all settings can be read");
}

/* All as it should be, but for copies. */
bool admin_topic_settings(struct admin *a, const char *topic, struct topic_value *values,
                          size_t n, bool *ret_known, struct err *err)
{
    const char *const good[] = {
        [POLICY] = "delete", [STAMPS] = "LogAppendTime", [IN_SYNC] = min_in_sync,
        [UNCLEAN] = "false", [RETENTION] = "2592000000", [RETENTION_BYTES] = "-1",
    };

    (void)a;
    err_clear(err);
    cr_assert_eq(n, COUNT(good));
    for (size_t i = 0; i < n; i++)
        snprintf(values[i].value, sizeof(values[i].value), "%s",
                 i == POLICY && strcmp(topic, "consent.erasures") == 0 ? "compact"
                                                                       : good[i]);
    *ret_known = true;
    return true;
}

/* --- the cluster: three brokers, a source with its feed --- */

enum { FEED, RECEIPTS, ERASURES, N_TOPICS };

static struct rd_kafka_metadata_partition partitions[N_TOPICS][2];
static struct source source = {.id = "shop", .valid = {WHEN_ALWAYS, WHEN_NEVER}};

static void cluster(void)
{
    n_said = 0;
    min_in_sync = "2";
    for (int i = 0; i < N_TOPICS; i++)
        for (int k = 0; k < 2; k++)
            partitions[i][k] = (struct rd_kafka_metadata_partition){
                .id = k, .leader = k, .replica_cnt = 3, .isr_cnt = 3};
}

static void look(void)
{
    static const char *const names[] = {[FEED] = "feed.shop",
                                        [RECEIPTS] = "receipts.shop",
                                        [ERASURES] = "consent.erasures"};
    struct register_snapshot s = {.book = {.sources = &source, .n_sources = 1}};
    struct doctor d = {.s = &s};
    struct topic_info list[N_TOPICS] = {0};

    for (int i = 0; i < N_TOPICS; i++) {
        const struct rd_kafka_metadata_topic t = {.partition_cnt = 2,
                                                  .partitions = partitions[i]};

        snprintf(list[i].name, sizeof(list[i].name), "%s", names[i]);
        admin_copies_count(&list[i], &t);
    }
    doctor_topics(&d, NULL, list, N_TOPICS);
}

/* The findings beside "N are there": only this one. */
static void only(enum finding level, const char *text, const char *fix)
{
    size_t others = 0;

    for (size_t i = 0; i < n_said; i++) {
        if (said[i].level == FINDING_OK)
            continue;
        others++;
        cr_assert_eq(said[i].level, level, "%s", said[i].text);
        cr_assert_str_eq(said[i].text, text);
        cr_assert(strstr(said[i].fix, fix), "%s", said[i].fix);
    }
    cr_assert_eq(others, 1, "%zu findings", others);
}

Test(doctor_topics, whole, .init = cluster)
{
    look();
    cr_assert_eq(n_said, 1);
    cr_assert_eq(said[0].level, FINDING_OK);
    cr_assert_str_eq(said[0].text, "3 are there, with the settings they need");
}

Test(doctor_topics, a_partition_has_no_leader, .init = cluster)
{
    partitions[FEED][1].leader = -1;
    look();
    only(FINDING_WRONG,
         "feed.shop: 1 of 2 partitions have no leader: nobody can write to them, or read "
         "them",
         "--unavailable-partitions");
    cr_assert(strstr(said[n_said - 1].text, "2 are there"), "the others are good");
}

Test(doctor_topics, a_copy_is_behind, .init = cluster)
{
    partitions[RECEIPTS][0].isr_cnt = 2;
    look();
    only(FINDING_WARN, "of 1 topics, receipts.shop first, not all copies are in step",
         "--under-replicated-partitions");
    cr_assert(strstr(said[0].text, "3 are there"), "it still takes records");
}

Test(doctor_topics, too_few_copies_to_write_to, .init = cluster)
{
    partitions[ERASURES][1].isr_cnt = 1;
    look();
    cr_assert_eq(said[0].level, FINDING_WRONG);
    cr_assert_str_eq(said[0].text,
                     "consent.erasures takes no records: of a partition 1 copies are in "
                     "step, and min.insync.replicas is 2");
    cr_assert_eq(said[n_said - 1].level, FINDING_WARN);
    cr_assert_str_eq(said[n_said - 1].text,
                     "of 1 topics, consent.erasures first, not all copies are in step");
}

Test(doctor_topics, a_single_broker_acknowledges, .init = cluster)
{
    min_in_sync = "1";
    look();
    only(FINDING_WARN, "3 topics are acknowledged by a single broker",
         "min.insync.replicas=2");
}
