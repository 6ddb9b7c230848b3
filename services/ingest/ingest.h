/*
 * ingest.h - from the feeds into PostgreSQL.
 *
 *   flow.c      the loop: consumer_next -> intake_add -> commit_send -> commit_settle
 *   intake.c    one record: whose, since when known, one event or several
 *   event.c     one event: decode, identify, admit, add to the batch
 *   commit.c    a batch into PostgreSQL, through every outage, exactly once
 *   owner.c     which partitions are ours, from where, and which stand still
 *   headers.c   the attributes of binary mode, as text for the ledger
 *   database.c  the connection, the register, ledger ids, and their upkeep
 *   measure.c   metrics
 *   ready.c     what /readyz says
 *
 * One thread does all of this. It keeps PostgreSQL busy with one batch while it decodes
 * the next; there are never more than these two.
 */
#ifndef CONSENT_INGEST_INGEST_H
#define CONSENT_INGEST_INGEST_H

#include "base/backoff.h"
#include "base/log.h"
#include "base/peer.h"
#include "base/watchdog.h"
#include "codec/event/event_json.h"
#include "crypto/contact_key.h"
#include "crypto/seal.h"
#include "intake/identify.h"
#include "kafka/consumer.h"
#include "pg/pg_session.h"
#include "settings.h"
#include "store/event/ingest_store.h"
#include "store/register/register_store.h"

/* Why a partition stands still. */
enum hold { HOLD_NONE = 0, HOLD_TAKEN, HOLD_OUT_OF_RANGE, HOLD_CREATE_TIME };

/* What we know of a partition of ours beside its ingest_part, which has the same index.
 */
struct feed {
    int64_t seen; /* offset last read, -1: none since it was assigned */
    enum hold hold;
    const char *name; /* of the source: the topic without "feed." */
    bool told_create_time;
    bool told_unknown;
};

struct intake {
    struct event event;
    struct fault fault;
    struct identities who;
    struct admit_input input;
    struct admission admission;
    struct ingest_contact contacts[ADMIT_CONTACTS_MAX];
    uint8_t sealed[ADMIT_CONTACTS_MAX][SEAL_SEALED_BYTES];
    struct event_header *headers; /* of the record, that say something of its events */
    size_t cap_headers;
    struct buf header_json;
};

struct ledger_ids {
    int64_t next, end; /* the block in use */
    int64_t spare;     /* the first of the next one; 0: none */
};

struct ingest {
    const struct settings *set;
    struct consumer *consumer;
    struct pg_session database;
    struct pg *pg;            /* the session's; NULL: away */
    struct pg_session asking; /* a second one, for what a record must know beforehand */
    struct contact_keyer *keyer;
    struct seal *seal;
    struct register_snapshot *reg;
    int64_t reg_version;
    struct ledger_ids ids;

    struct ingest_part *parts;
    struct feed *feeds;
    size_t n_parts;
    size_t last_part;   /* of the last record: the next is likely of the same */
    int64_t reclaim_us; /* when to claim anew what was taken from us; 0: nothing was */

    struct ingest_sender *sender;
    struct ingest_batch batches[2];
    struct ingest_batch *filling; /* gathers records */
    struct ingest_batch *sent;    /* in PostgreSQL's hands; NULL: none */
    bool flying;                  /* and its answer has not been read */
    int64_t filling_since_us;
    int64_t sent_at_us;
    struct backoff backoff;

    int64_t upkeep_us; /* when it is due */
    int64_t quarantine_us;
    bool hint_due; /* positions have moved since Kafka was told */
    bool assigned;
    struct peer postgresql, kafka; /* for log, metrics, /readyz */
    int64_t opened_us;
    struct intake intake;
};

/* --- flow.c --- */

/* Runs until stop is asked (true), or until something that waiting does not mend. */
bool ingest_run(struct ingest *in, struct err *err);

/* --- intake.c --- */

bool intake_add(struct ingest *in, const struct consumer_record *rec, struct err *err);

/* --- event.c --- */

/* out: slot, offset, last and known_us are the caller's, the rest is filled here. fault:
 * the bytes are a record whose frame has this fault, and no event. */
bool event_take(struct ingest *in, const struct event_input *event,
                enum event_fault fault, struct ingest_record *out, struct err *err);

/* --- headers.c --- */

/* The headers (attributes and content-type) as a JSON object; out is left empty where the
 * value says everything, in structured mode. False: they are too large. */
bool headers_print(const struct event_input *event, struct buf *out);

/* --- commit.c --- */

bool commit_send(struct ingest *in, struct err *err);
bool commit_ready(struct ingest *in);
/* Waits for the batch that was sent, and repeats, divides or drops it as its fate asks.
 * ERR_NONE: stop was asked meanwhile. */
bool commit_settle(struct ingest *in, struct err *err);
/* Waits a little, then forgets it: whether it went in, ingest_position knows. */
void commit_abandon(struct ingest *in);
/* Tells Kafka of our positions, for those who look at the lag there. */
void commit_hint(struct ingest *in);

/* --- owner.c --- */

bool owner_assign(struct ingest *in, struct err *err);
bool owner_revoke(struct ingest *in, struct err *err);
/* Index of the partition among ours, or n_parts. */
size_t owner_find(struct ingest *in, const char *topic, int32_t partition);
bool owner_hold(struct ingest *in, size_t part, enum hold why, struct err *err);
/* Claims anew what was taken from us a while ago, should Kafka still say it is ours. */
bool owner_reclaim(struct ingest *in, struct err *err);
const char *hold_name(enum hold why);

/* --- database.c --- */

/* Connects unless connected, until it succeeds. The register and ledger ids are there
 * afterwards. ERR_NONE: stop was asked. */
bool database_await(struct ingest *in, struct err *err);
void database_init(struct ingest *in);
void database_close(struct ingest *in);
/* Whether a mailing system has told the Message-ID of a bounce. Without an answer, no:
 * the bounce waits in quarantine, and can be replayed. */
bool database_told(struct ingest *in, const struct contact_key *contact,
                   const char *message_id);
/* Notes the trouble in log and metrics, once a change of state. */
void database_trouble(struct ingest *in, const struct err *e);
void database_fine(struct ingest *in);
bool database_register(struct ingest *in, int64_t version, struct err *err);
bool database_ids(struct ingest *in, struct err *err);
int64_t ledger_id_take(struct ledger_ids *ids);
/* What is looked after about once a second while PostgreSQL has nothing else to do. */
bool database_upkeep(struct ingest *in, struct err *err);

/* --- measure.c --- */

void measure_open(void);
void measure_batch(const struct ingest *in, const struct ingest_batch *b, size_t from,
                   size_t to, const struct ingest_done *done);
void measure_commit(int64_t took_us, size_t rows);
void measure_retry(const struct err *e);
void measure_create_time(const char *topic);
void measure_unknown_source(const char *topic);
void measure_dropped(const char *source, int fields);
void measure_quarantine(const struct ingest_waiting *w);
void measure_feeds(const struct ingest *in);
void measure_state(const struct ingest *in);

/* --- ready.c --- */

void ready_note(const struct ingest *in);
bool ready_answer(void *context, char *why, size_t why_bytes);

#endif
