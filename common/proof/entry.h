/*
 * entry.h - what a leaf of our logs is the hash of: fixed binary layouts, all numbers
 * big-endian. schemas/proof/README.md describes them for whoever checks a proof; the two
 * must not differ.
 *
 * Nothing of a person is in an entry but commitments (whose salt can be destroyed) and
 * keyed hashes.
 */
#ifndef CONSENT_PROOF_ENTRY_H
#define CONSENT_PROOF_ENTRY_H

#include "base/err.h"

#include <stddef.h>
#include <stdint.h>

#define ENTRY_BYTES_MOST 93

enum entry_format {
    ENTRY_LEDGER = 1,     /* a row of the ledger                             */
    ENTRY_QUARANTINE = 2, /* a row of the quarantine                         */
    ENTRY_GAP = 3,        /* offsets of a feed that left no row              */
    ENTRY_RESTORED = 4,   /* the log goes on after the database was restored */
    ENTRY_LIST = 16,      /* a word of a list                                */
    ENTRY_LOOKUP = 32,    /* a look-up                                       */
};

enum entry_gap {
    ENTRY_NOTHING = 1, /* read, and nothing new: duplicates, marks of Kafka itself */
    ENTRY_LOST = 2,    /* never read: gone from the feed, or stepped over          */
};

struct entry {
    size_t len;
    uint8_t b[ENTRY_BYTES_MOST];
};

struct entry_bytes {
    const void *at; /* NULL: the column has no value */
    size_t len;
};

/* A row of ledger or quarantine. */
struct entry_event {
    enum entry_format format;
    int32_t source, partition;
    int64_t offset, known_us;
    int16_t type, outcome; /* quarantine: 0 and 3 */
    struct entry_bytes commitment;
    /* what is in the digest of the row; quarantine: occurred_*, flags, variant are 0 */
    int64_t row, ledger_id;
    int64_t occurred_from_us, occurred_to_us;
    int32_t flags;
    int16_t variant;
    struct entry_bytes topic, event_id, reason, pointer, digest;
};

struct entry_range {
    int32_t source, partition;
    int64_t from, to; /* without "to" */
    enum entry_gap kind;
    struct entry_bytes topic;
};

struct entry_list {
    int32_t list;
    int16_t shard;
    int64_t version, former, at_us, effective_us, known_us;
    int64_t heard_us; /* WHEN_ALWAYS: no event brought it */
    int64_t decided_by;
    int16_t status, prior, rule, reason;
    uint8_t contact[16];
};

struct entry_lookup {
    int64_t row, at_us;
    int32_t token;
    int16_t route, outcome, controller, purpose, channel;
    bool has_contact;
    uint8_t contact[16];
};

/* The database was restored; the log goes on. What the operator says, and who says it. */
struct entry_restored {
    int64_t at_us, epoch; /* of the lists (schemas/sql/131_restore.sql) that began */
    struct entry_bytes by, reason;
};

/* ERR_FATAL with DIGEST_FAILED. */
bool entry_event_write(const struct entry_event *e, struct entry *ret, struct err *err);
bool entry_range_write(const struct entry_range *g, struct entry *ret, struct err *err);
bool entry_restored_write(const struct entry_restored *x, struct entry *ret,
                          struct err *err);
void entry_list_write(const struct entry_list *w, struct entry *ret);
void entry_lookup_write(const struct entry_lookup *l, struct entry *ret);

#endif
