/* admin_parts.h - what an admin is made of, for admin.c, admin_look.c and copies.c. */
#ifndef CONSENT_KAFKA_ADMIN_PARTS_H
#define CONSENT_KAFKA_ADMIN_PARTS_H

#include "kafka/admin.h"
#include "kafka/conf.h"

#define ADMIN_TIMEOUT_MS 10000

struct admin {
    rd_kafka_t *rk;
    rd_kafka_queue_t *queue;
};

/* Of all topics; to be destroyed. */
bool admin_metadata(struct admin *a, const struct rd_kafka_metadata **ret,
                    struct err *err);

/* Waits for the event of a request; NULL when there is none of that type. */
rd_kafka_event_t *admin_answer(struct admin *a, rd_kafka_event_type_t type,
                               rd_kafka_resp_err_t *ret_code);

/* Of its partitions into info, which is zero: leaders, and copies in step (copies.c). */
void admin_copies_count(struct topic_info *info, const struct rd_kafka_metadata_topic *t);

bool admin_is_mock(struct admin *a);
bool admin_no_api(rd_kafka_resp_err_t code);

#endif
