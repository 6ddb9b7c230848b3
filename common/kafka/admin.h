/*
 * admin.h - topics: make them with their settings, look what is there.
 *
 * A broker without the Admin API (the embedded one) makes a topic when a producer asks
 * for its metadata, with its own number of partitions and without settings;
 * admin_topics_make falls back to that and says so.
 */
#ifndef CONSENT_KAFKA_ADMIN_H
#define CONSENT_KAFKA_ADMIN_H

#include "base/conf.h"
#include "base/err.h"

#include <stddef.h>
#include <stdint.h>

#define ADMIN_SETTINGS_MAX 12
#define ADMIN_TOPIC_BYTES  250

struct topic_setting {
    const char *name; /* "cleanup.policy"; NULL: the end */
    const char *value;
};

struct topic_spec {
    const char *name;
    int32_t partitions;
    int32_t copies; /* replication factor; 0: the broker's default */
    struct topic_setting settings[ADMIN_SETTINGS_MAX];
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

enum topic_made {
    TOPIC_MADE,      /* with its settings */
    TOPIC_EXISTED,   /* left as it is     */
    TOPIC_BY_BROKER, /* no Admin API: by the broker, as the broker makes them */
};

struct admin;

bool admin_open(const char *brokers, const struct conf_pass *pass, struct admin **ret,
                struct err *err);
void admin_close(struct admin *a); /* NULL is fine */

/* Makes those that are not there. made (one a spec) may be NULL. ERR_CONFIG: not allowed,
 * or a setting is refused. */
bool admin_topics_make(struct admin *a, const struct topic_spec *specs, size_t n,
                       enum topic_made *made, struct err *err);

struct topic_info {
    char name[ADMIN_TOPIC_BYTES];
    int32_t partitions;
};

/* Every topic that begins with prefix, by name; free() the array. */
bool admin_topics_list(struct admin *a, const char *prefix, struct topic_info **ret,
                       size_t *ret_n, struct err *err);

/* The value of a topic's setting. *ret_known false: the broker does not tell (no Admin
 * API); then value is "". value has room for 128 bytes. ERR_CONFIG: no such topic. */
bool admin_topic_setting(struct admin *a, const char *topic, const char *setting,
                         char value[128], bool *ret_known, struct err *err);

#endif
