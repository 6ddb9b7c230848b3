/*
 * topic_spec.h - what each kind of topic needs to mean what it says.
 */
#ifndef CONSENT_KAFKA_TOPIC_SPEC_H
#define CONSENT_KAFKA_TOPIC_SPEC_H

#include <stdint.h>

#define TOPIC_SETTINGS_MAX 12

struct topic_setting {
    const char *name; /* "cleanup.policy"; NULL: the end */
    const char *value;
};

struct topic_spec {
    const char *name;
    int32_t partitions;
    int32_t copies; /* replication factor; 0: the broker's default */
    struct topic_setting settings[TOPIC_SETTINGS_MAX];
};

/* suppression.<list>, receipts.<source>, feed.<source>: the settings that their meaning
 * rests upon. name must outlive the spec. feed: the broker recompresses (a producer's
 * zstd could stall a partition) and stamps its own append time. */
struct topic_spec topic_spec_list(const char *name);
struct topic_spec topic_spec_receipts(const char *name);
/* confirmations.SOURCE: letters to be sent, with a link that confirms; kept for a day. */
struct topic_spec topic_spec_letters(const char *name);
struct topic_spec topic_spec_checkpoints(const char *name); /* kept for ever */
/* consent.erasures: the last record of every key, for ever, in one order. */
struct topic_spec topic_spec_journal(const char *name);
struct topic_spec topic_spec_feed(const char *name, int32_t partitions);

#endif
