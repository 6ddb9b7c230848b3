#include "kafka/topic_spec.h"

struct topic_spec topic_spec_list(const char *name)
{
    /* A reader may be away for 30 days and still see every tombstone. Within a minute of
     * compaction lag a reader at the end sees every change. */
    return (struct topic_spec){
        .name = name,
        .partitions = 4, /* for life: a token stays where it is */
        .settings = {{"cleanup.policy", "compact"},
                     {"min.compaction.lag.ms", "60000"},
                     {"max.compaction.lag.ms", "86400000"},
                     {"delete.retention.ms", "2592000000"},
                     {"segment.ms", "3600000"},
                     {"segment.bytes", "134217728"},
                     {"min.cleanable.dirty.ratio", "0.3"},
                     {"message.timestamp.type", "LogAppendTime"},
                     {"compression.type", "producer"}},
    };
}

struct topic_spec topic_spec_journal(const char *name)
{
    struct topic_spec spec = topic_spec_list(name);

    spec.partitions = 1;
    return spec;
}

struct topic_spec topic_spec_receipts(const char *name)
{
    return (struct topic_spec){
        .name = name,
        .partitions = 4,
        .settings = {{"cleanup.policy", "delete"},
                     {"retention.ms", "2592000000"},
                     {"message.timestamp.type", "LogAppendTime"},
                     {"compression.type", "producer"}},
    };
}

struct topic_spec topic_spec_letters(const char *name)
{
    return (struct topic_spec){
        .name = name,
        .partitions = 1,
        .settings = {{"cleanup.policy", "delete"}, {"retention.ms", "86400000"}},
    };
}

struct topic_spec topic_spec_checkpoints(const char *name)
{
    return (struct topic_spec){
        .name = name,
        .partitions = 1,
        .settings = {{"cleanup.policy", "delete"},
                     {"retention.ms", "-1"},
                     {"message.timestamp.type", "LogAppendTime"},
                     {"compression.type", "producer"}},
    };
}

struct topic_spec topic_spec_feed(const char *name, int32_t partitions)
{
    return (struct topic_spec){
        .name = name,
        .partitions = partitions,
        .settings = {{"cleanup.policy", "delete"},
                     {"retention.ms", "2592000000"},
                     {"message.timestamp.type", "LogAppendTime"},
                     {"compression.type", "lz4"},
                     {"max.message.bytes", "1048576"}},
    };
}
