/*
 * acls.h - what Kafka must allow, as lines of kafka-acls or as Strimzi's KafkaUser, on
 * standard output. A source is a principal of its own name, the reader of a recipient's
 * topics "list-" and its name; programs have their own.
 */
#ifndef CONSENT_CTL_ACLS_H
#define CONSENT_CTL_ACLS_H

#include "store/register/register_store.h"

void acls_programs(bool strimzi);
/* Of a web site of our own also its letters of confirmation, which its mail program
 * sends. */
void acls_source(const struct source *source, bool strimzi);
/* Its lists, and its orders to erase if it takes them; nothing when it has neither today.
 */
void acls_recipient(const struct register_snapshot *s, const struct recipient *recipient,
                    int64_t now_us, bool strimzi);

#endif
