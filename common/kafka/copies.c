/* copies.c - how whole a topic is, by what the brokers say of its partitions. */
#include "kafka/admin_parts.h"

void admin_copies_count(struct topic_info *info, const struct rd_kafka_metadata_topic *t)
{
    info->partitions = t->partition_cnt;
    for (int i = 0; i < t->partition_cnt; i++) {
        const struct rd_kafka_metadata_partition *p = &t->partitions[i];

        info->leaderless += p->leader < 0;
        info->behind += p->isr_cnt < p->replica_cnt;
        if (i == 0 || p->isr_cnt < info->in_step)
            info->in_step = p->isr_cnt;
    }
}
