/*
 * logs.h - what stands where the last heartbeats stood.
 *
 * On a thread of its own: a broker that does not answer keeps whoever asks it waiting for
 * many seconds, and the loop has leases to renew and its trouble to tell.
 */
#ifndef CONSENT_PUBLISH_LOGS_H
#define CONSENT_PUBLISH_LOGS_H

#include "lists.h"
#include "settings.h"

#include "kafka/reader.h"
#include "store/lists/log_store.h"

struct logs_part {
    struct list_mark mark;
    char topic[LIST_TOPIC_BYTES];
    struct topic_bound bound;
    bool told; /* what stands there */
    bool same; /* and it is that heartbeat */
};

struct logs;

/* Begins to look for what the database has noted of the lists that are published now;
 * settings must outlive the process's threads. NULL: the database's error. */
struct logs *logs_begin(struct pg *pg, const struct lists *lists,
                        const struct settings *settings, struct err *err);

/* Has it come to its end? */
bool logs_ended(const struct logs *l);

/* After its end: by list and partition, until logs_done. False: Kafka's error. */
bool logs_found(const struct logs *l, const struct logs_part **ret, size_t *ret_n,
                struct err *err);

/* At any time; NULL is none. */
void logs_done(struct logs *l);

/* The list of this number if it is published now, or NULL. */
const struct published_list *logs_list(const struct lists *lists, int32_t number);

enum logs_verdict {
    LOGS_SAME,
    LOGS_UNSURE,
    LOGS_GONE,    /* the topic is not there */
    LOGS_BEGINS,  /* what stood there has been deleted */
    LOGS_ANOTHER, /* another log, or its end is lost */
};

/* why: of the last two. */
enum logs_verdict logs_judge(const struct logs_part *of, size_t n,
                             const struct logs_part *part, char why[AGAIN_TEXT_BYTES]);

#endif
