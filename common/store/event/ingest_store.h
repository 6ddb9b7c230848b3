/*
 * ingest_store.h - where ingest stands, and one batch of records into PostgreSQL.
 *
 * The position in Kafka is committed with its effects: a batch names, per partition, the
 * epoch of our ownership and the offset it expects to find, and PG_CQ001 says that
 * somebody else has moved it. Then, and after a lost connection, ingest_positions tells
 * what is true.
 */
#ifndef CONSENT_STORE_INGEST_STORE_H
#define CONSENT_STORE_INGEST_STORE_H

#include "pg/pg.h"
#include "ingest_batch.h"

#define INGEST_TOPIC_BYTES 250
#define INGEST_BLOCK       65536 /* ledger ids in one block */

/* err.code when a position is not where it was expected. */
#define INGEST_MOVED "PG_CQ001"

/* err.code when another contact secret counts than the batch was sent under: it is to be
 * sent again. */
#define INGEST_SECRET "PG_CQ007"

/* The last record that was taken in: it tells this log from another under its name. */
struct ingest_anchor {
    int64_t offset;  /* -1: there is none */
    int64_t time_us; /* Kafka's time stamp */
    uint8_t digest[INGEST_DIGEST_BYTES];
};

/* A partition of ours; a batch's slots index an array of these. */
struct ingest_part {
    char topic[INGEST_TOPIC_BYTES];
    int32_t partition;
    int64_t epoch;
    int64_t next; /* committed: the first offset not yet in; 0: none is */
    struct ingest_anchor anchor;
    struct ingest_anchor sure; /* an earlier one that is of the same log for certain */
    bool reset; /* ingest_positions: a person has set it, and nobody has claimed it since
                 */
};

/* Takes ownership: fills epoch (risen), next, anchor and sure of every part. */
bool ingest_claim(struct pg *pg, const char *owner, struct ingest_part *parts, size_t n,
                  struct err *err);

/* What PostgreSQL holds now, into epoch, next, anchor and sure; a part without a row gets
 * epoch 0. */
bool ingest_positions(struct pg *pg, struct ingest_part *parts, size_t n,
                      struct err *err);

/* The first of INGEST_BLOCK ledger ids that nobody else gets. */
bool ingest_block(struct pg *pg, int64_t *ret, struct err *err);

/* What a batch became. */
struct ingest_done {
    int64_t register_version;
    size_t n_reuses;
    /* By row from the first that was sent: DUPLICATE, or QUARANTINED for an ID_REUSE; 0:
     * as the row says. Borrowed from the sender until its next send. */
    const uint8_t *became;
};

/* Sends rows from..to of the batch as one transaction; collect with ingest_collect. The
 * batch must stay as it is until then, for it may have to be sent again. With several
 * contact secrets each contact gets the form that it is known by: one question more. */
struct ingest_sender;
/* marks, borrowed: of the contact secrets under which the batches' contacts have forms.
 */
struct ingest_sender *ingest_sender_new(const struct contact_marks *marks);
void ingest_sender_free(struct ingest_sender *s);

/* Once for every new connection, before the first send. */
bool ingest_sender_bind(struct ingest_sender *s, struct pg *pg, struct err *err);

/* Does beforehand what ingest_send of all rows needs beside the positions, while
 * PostgreSQL is at work on others. In vain when the batch changes before it is sent. */
void ingest_encode(struct ingest_sender *s, const struct ingest_batch *b,
                   const struct ingest_part *parts, size_t n_parts);
/* Has that been done for the batch as it is? */
bool ingest_encoded(const struct ingest_sender *s, const struct ingest_batch *b);

bool ingest_send(struct ingest_sender *s, struct pg *pg, struct ingest_batch *b,
                 size_t from, size_t to, const struct ingest_part *parts, size_t n_parts,
                 struct err *err);
bool ingest_collect(struct ingest_sender *s, struct pg *pg, struct ingest_done *ret,
                    struct err *err);

/* Where a slot stands once rows from..to are in; -1: it has none there. */
int64_t ingest_next(const struct ingest_batch *b, size_t from, size_t to, int32_t slot);

/* Moves positions to to[i] where that is beyond parts[i].next, over offsets that hold no
 * record: marks of transactions, and what they took back. PG_CQ001 as above. */
bool ingest_pass(struct ingest_sender *s, struct pg *pg, const struct ingest_part *parts,
                 const int64_t *to, size_t n, struct err *err);

/* The log begins at to: reading goes on there. What is skipped is kept as an intake_gap.
 * PG_CQ001 as above. */
bool ingest_skip(struct pg *pg, const struct ingest_part *part, int64_t to,
                 struct err *err);

/* The anchor as it was before: what has been taken in since may be another log's. */
bool ingest_set_anchor(struct pg *pg, const struct ingest_part *part,
                       const struct ingest_anchor *anchor, struct err *err);

/* For people and consentctl: why a partition of ours stands still. */
bool ingest_note_held(struct pg *pg, const struct ingest_part *part, const char *why,
                      struct err *err);

/* Records of a partition that nobody has read, as long as no person has acknowledged it.
 */
struct ingest_gap {
    char topic[INGEST_TOPIC_BYTES];
    int32_t partition;
    int64_t records;
};

/* At most most of them; *ret_n is how many there are. */
bool ingest_gaps(struct pg *pg, struct ingest_gap *ret, size_t most, size_t *ret_n,
                 struct err *err);

struct ingest_waiting {
    int64_t n;         /* of quarantine, not yet looked at by a person */
    int64_t oldest_us; /* known of the oldest; 0: none */
};
bool ingest_quarantine_waiting(struct pg *pg, struct ingest_waiting *ret,
                               struct err *err);

/* Has a mailing system told this Message-ID, in an event about this contact? */
bool ingest_told(struct pg *pg, const struct contact_key *contact, const char *message_id,
                 bool *ret, struct err *err);

/* How many consents and leads of a source were accepted that became known on a day. */
struct ingest_budget {
    int32_t source;
    int32_t day; /* since 1970, in UTC */
    int64_t used;
    uint32_t idle; /* the caller's: how often it was counted again, and not asked about */
};
bool ingest_granted(struct pg *pg, struct ingest_budget *budgets, size_t n,
                    struct err *err);

/* All statements of this file, for the test that prepares them. */
extern const struct pg_stmt *const ingest_statements[];
extern const size_t n_ingest_statements;
extern const struct pg_stmt *const ingest_move_statements[];
extern const size_t ingest_move_statements_n;

#endif
