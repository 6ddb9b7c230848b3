/*
 * batch.h - one batch: dirty contacts in, entries on the lists out, one transaction.
 *
 * batch_publish in batch.c reads top to bottom as the story of README.md.
 */
#ifndef CONSENT_PUBLISH_BATCH_H
#define CONSENT_PUBLISH_BATCH_H

#include "judge.h"

#include "base/backoff.h"
#include "kafka/producer.h"

/* Versions handed to us by the database, not yet used. */
struct versions {
    int64_t next;
    int64_t left;
    int64_t highest; /* the last block that was taken; the next is higher, always */
};

struct batch {
    struct dirty_batch dirty;
    struct judge judge;
    int64_t versions_used;
    struct list_writer writer;
    struct list_row *rows; /* of the changes */
    size_t rows_cap;
    struct buf value;
    bool sent; /* something was handed to Kafka: if the batch fails, its contacts are in
                  doubt */
};

struct batch_result {
    size_t contacts;
    size_t marks, denials; /* taken of dirty, and how many of them say no */
    size_t entries;
    int lost;      /* shards that were not ours any more */
    bool outdated; /* the register has changed: load it and come again */
    bool older;    /* versions were given out a second time: the database went back */
};

void batch_init(struct batch *b, const struct lists *lists, struct seal *seal);
void batch_done(struct batch *b);

/* The connection that the next batch gets is a new one. */
void batch_connected(struct batch *b);

/* limit: as dirty_ask's; version: the first of as many versions as dirty_most(limit)
 * times the lists, all higher than any of these shards has had. On failure everything is
 * rolled back; if b->sent, the producer must be closed and the contacts of b->dirty
 * published once more. */
bool batch_publish(struct batch *b, struct pg *pg, struct producer *producer,
                   struct lease *lease, const struct dirty_limit *limit, int64_t version,
                   int32_t deliver_ms, struct batch_result *ret, struct err *err);

#endif
