/*
 * outbox.h - what others have laid down for a topic: certificates of erasures, the
 * journal consent.erasures, orders to other systems. At least once: a record leaves the
 * database in the transaction that ends after Kafka has it.
 */
#ifndef CONSENT_PUBLISH_OUTBOX_H
#define CONSENT_PUBLISH_OUTBOX_H

#include "settings.h"

#include "kafka/producer.h"
#include "pg/pg.h"

struct outbox {
    struct producer *producer; /* NULL: opened when it is needed */
    int64_t next_us;
};

void outbox_done(struct outbox *o);

/* When there is something (dirty_any), a few times a second: another may be at it.
 * *ret_more: some was sent. */
bool outbox_send(struct outbox *o, struct pg *pg, const struct settings *settings,
                 bool *ret_more, struct err *err);

#endif
