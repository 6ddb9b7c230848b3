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
#include "kafka/topic_spec.h"

#include <stddef.h>
#include <stdint.h>

#define ADMIN_TOPIC_BYTES 250

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
    int32_t leaderless; /* partitions that nobody can write to or read now            */
    int32_t behind;     /* partitions of which a copy is not in step with its leader  */
    int32_t in_step;    /* copies that are, leader included: of the worst partition   */
};

/* Every topic that begins with prefix, by name; free() the array. */
bool admin_topics_list(struct admin *a, const char *prefix, struct topic_info **ret,
                       size_t *ret_n, struct err *err);

struct topic_value {
    const char *name;
    char value[128]; /* "": the broker has no such setting */
};

/* The values of a topic's settings, all at once. *ret_known false: the broker does not
 * tell (no Admin API). ERR_CONFIG: no such topic. */
bool admin_topic_settings(struct admin *a, const char *topic, struct topic_value *values,
                          size_t n, bool *ret_known, struct err *err);

#endif
