/*
 * ingest.h - from the feeds into PostgreSQL.
 *
 *   flow.c      the loop: consumer_next -> intake_add -> commit_send -> commit_settle
 *   intake.c    one record: whose, since when known, one event or several
 *   event.c     one event: decode, identify, admit, add to the batch
 *   commit.c    a batch into PostgreSQL, through every outage, exactly once
 *   lanes.c     what goes first: opt-outs do not wait behind other feeds' backlogs
 *   budget.c    how many consents a source may bring on one day
 *   owner.c     which partitions are ours, from where, and which stand still
 *   anchor.c    is it still the log that our position belongs to?
 *   verify.c    is what was taken in since of the same log?
 *   survey.c    what Kafka says of our partitions beside their records, once a second
 *   database.c  the connection, the register, ledger ids, and their upkeep
 *   measure.c   metrics
 *   ready.c     what /readyz says
 *
 * One thread does all of this. It keeps PostgreSQL busy with one batch while it decodes
 * the next, one for each lane.
 */
#ifndef CONSENT_INGEST_INGEST_H
#define CONSENT_INGEST_INGEST_H

#include "base/backoff.h"
#include "base/log.h"
#include "base/peer.h"
#include "base/watchdog.h"
#include "codec/event/event_json.h"
#include "crypto/contact_key.h"
#include "crypto/event_seal.h"
#include "crypto/seal.h"
#include "intake/identify.h"
#include "kafka/consumer.h"
#include "pg/pg_session.h"
#include "settings.h"
#include "store/event/ingest_store.h"
#include "store/operate/seen_store.h"
#include "store/register/register_store.h"

/* Why a partition stands still. */
enum hold {
    HOLD_NONE = 0,
    HOLD_TAKEN,
    HOLD_OUT_OF_RANGE,
    HOLD_CREATE_TIME,
    HOLD_OTHER_LOG,
    HOLD_DOUBT, /* it may be another log: the next survey tells */
};

/* A partition is in one lane at a time. What the front one has is read, batched and sent
 * first. */
enum lane { LANE_FRONT, LANE_BACK, LANES };

struct lane_state {
    struct ingest_batch *filling; /* gathers records */
    int64_t since_us;             /* when the first of them, or of those before, came */
    bool idle;                    /* nothing more waited when it was last looked at */
    size_t last_part;             /* found last: the next is likely of the same */
};

/* What we know of a partition of ours beside its ingest_part, which has the same index.
 */
struct feed {
    int64_t seen; /* offset last read, -1: none since it was assigned */
    int64_t
        end; /* nothing lies before this offset that has not been read; 0: not known */
    enum lane lane;
    uint32_t read;    /* events since it was assigned, as far as LANES_WEIGHT     */
    double denials;   /* share of events that say no, of the last ones            */
    bool heard;       /* its lane's client has told something since the assignment */
    int64_t last_end; /* of its log, when that was last known                     */
    enum hold hold;
    bool untold;                /* PostgreSQL does not know yet of a hold that lasts */
    bool checking;              /* the first record must be the anchor's */
    int64_t doubt_us;           /* since when HOLD_DOUBT */
    bool committed;             /* Kafka had our position, at the last survey */
    int64_t low, high;          /* of the log, at the last survey; -1: not asked */
    struct ingest_anchor asked; /* our anchor when the look under way began; offset -1 */
    const char *name;           /* of the source: the topic without "feed." */
    bool told_create_time;
    bool told_unknown;
};

#define INGEST_GAPS_MAX 256

struct intake {
    struct event event;
    struct fault fault;
    struct identities who;
    struct admit_input input;
    struct admission admission;
    struct ingest_contact contacts[ADMIT_CONTACTS_MAX];
    uint8_t sealed[ADMIT_CONTACTS_MAX][SEAL_SEALED_BYTES];
    struct ingest_form forms[ADMIT_CONTACTS_MAX][CONTACT_SECRETS_MAX];
    uint8_t forms_sealed[ADMIT_CONTACTS_MAX][CONTACT_SECRETS_MAX][SEAL_SEALED_BYTES];
    struct record_header *headers; /* of the record, that say something of its events */
    size_t cap_headers;
    struct buf header_json;
    struct buf header_bytes; /* the same, as the commitment has them */
    struct buf kept,
        said; /* the event's bytes and headers, sealed; what is asked of it */
};

struct ledger_ids {
    int64_t next, end; /* the block in use */
    int64_t spare;     /* the first of the next one; 0: none */
};

/* Where in a batch the events stand that spend a budget, by their ids. */
struct budget_ids {
    uint32_t *at; /* open addressing: a row's number and 1 */
    size_t cap, n, last;
};

struct ingest {
    const struct settings *set;
    struct consumer *consumer;
    struct pg_session database;
    struct seen seen;
    struct pg *pg;            /* the session's; NULL: away */
    struct pg_session asking; /* a second one, for what a record must know beforehand */
    struct contact_keyer *keyer;
    struct seal *seal;
    struct event_sealer *sealer;
    struct register_snapshot *reg;
    int64_t reg_version;
    struct ledger_ids ids;

    struct ingest_part *parts;
    struct feed *feeds;
    size_t n_parts;
    int64_t reclaim_us; /* when to claim again what was taken from us; 0: nothing was */
    bool surveying;     /* consumer_survey_start was called */
    int64_t ask_us;     /* when the next one is due */
    bool verifying;     /* consumer_peek_start was called */
    int64_t verify_us;  /* when the next one is due */
    size_t verify_from; /* the part that it begins with */

    struct ingest_sender *sender; /* what is sent and collected */
    struct ingest_sender *ahead;  /* what will be sent next, encoded meanwhile */
    struct ingest_batch batches[LANES + 1];
    struct lane_state lanes[LANES];
    struct ingest_batch *spare; /* the one in nobody's use; NULL while one is sent */
    struct ingest_batch *sent;  /* in PostgreSQL's hands; NULL: none */
    bool flying;                /* and its answer has not been read */
    int64_t sent_at_us;
    unsigned front_records; /* in a row from the front lane */
    unsigned front_batches; /* the same of batches */
    double row_us;          /* what a row takes PostgreSQL */
    int64_t lanes_us;       /* when lanes_look is due at the latest */
    struct backoff backoff;

    struct ingest_gap gaps[INGEST_GAPS_MAX]; /* that nobody has acknowledged */
    size_t n_gaps;
    struct ingest_budget *budgets; /* each of a source and a day */
    size_t n_budgets, cap_budgets;
    struct budget_ids budget_ids[LANES + 1]; /* of each of batches */
    int64_t upkeep_us;                       /* when it is due */
    int64_t quarantine_us;
    bool hint_due; /* positions have moved since Kafka was told */
    bool assigned;
    struct peer postgresql, kafka; /* for log, metrics, /readyz */
    int64_t opened_us;
    struct intake intake;
};

/* --- flow.c --- */

/* Runs until stop is asked (true), or until something that waiting does not fix. */
bool ingest_run(struct ingest *in, struct err *err);

/* --- intake.c --- */

bool intake_add(struct ingest *in, enum lane lane, const struct consumer_record *rec,
                struct err *err);

/* --- event.c --- */

/* The record as the decoder takes it, into intake.headers: borrowed from both. Of its
 * headers only those that say something of CloudEvents: there may be any number. */
struct event_input intake_input(struct intake *it, const struct consumer_record *rec);

/* The event's headers into intake.header_json, and the digest of both. */
bool event_digest(struct ingest *in, const struct event_input *event,
                  uint8_t ret[INGEST_DIGEST_BYTES], struct err *err);

/* After event_digest, into out->digest. out: slot, offset, last, the times and digests
 * are the caller's, the rest is filled here. fault: the bytes are a record whose frame
 * has this fault, and no event. */
bool event_take(struct ingest *in, const struct event_input *event,
                enum event_fault fault, struct ingest_record *out, struct err *err);

/* --- commit.c --- */

bool commit_send(struct ingest *in, enum lane lane, struct err *err);
/* While another batch is in PostgreSQL's hands: what can be done for a full one. */
void commit_prepare(struct ingest *in, enum lane lane);
bool commit_ready(struct ingest *in);
/* Waits for the batch that was sent, and repeats, divides or drops it as its fate asks.
 * ERR_NONE: stop was asked meanwhile. */
bool commit_settle(struct ingest *in, struct err *err);
/* Waits a little, then forgets it: whether it went in, ingest_position knows. */
void commit_abandon(struct ingest *in);
/* Tells Kafka of our positions, for those who look at the lag there. */
void commit_hint(struct ingest *in);

/* --- budget.c --- */

/* Has the source had its consents and leads of that day? False for all else. */
bool budget_spent(struct ingest *in, const struct source *source, enum event_type type,
                  int64_t known_us);
/* Is the event one that waits for an answer already? False where nobody counts. */
bool budget_repeats(const struct ingest *in, const struct source *source,
                    const struct event *event);
/* One more event of it has come to this. */
void budget_note(struct ingest *in, const struct source *source, enum event_type type,
                 int64_t known_us, enum outcome outcome);
/* The last row of the batch is of a source with a budget: budget_repeats knows it. */
void budget_keep(struct ingest *in, const struct ingest_batch *b);
void budget_done(struct ingest *in);
/* Rows from..to of the batch are in, and this is what they became: what was a duplicate
 * has spent nothing. */
void budget_settle(struct ingest *in, const struct ingest_batch *b, size_t from,
                   size_t to, const struct ingest_done *done);
/* Counts again, with nothing on its way to PostgreSQL. */
bool budget_refresh(struct ingest *in, struct err *err);

/* --- lanes.c --- */

#define LANES_WEIGHT 64 /* so many of the last events count for feed.denials */

/* Gives each lane an empty batch. */
void lanes_init(struct ingest *in);
/* The next record, or what else there is, of which lane. */
bool lanes_next(struct ingest *in, int32_t wait_ms, enum lane *ret,
                enum consumer_event *event, struct consumer_record *rec, struct err *err);
/* An event of the partition has been read. */
void lanes_note(struct feed *f, const struct admission *a);
/* Which lane's batch is to be sent now; LANES: neither. */
enum lane lanes_due(const struct ingest *in);
/* A batch of it has been sent. */
void lanes_sent(struct ingest *in, enum lane lane);
/* So many rows took PostgreSQL so long. */
void lanes_took(struct ingest *in, int64_t took_us, size_t rows);
/* How many rows a new batch should have at most. */
size_t lanes_rows(const struct ingest *in);
/* Forgets what has been gathered, of all partitions or of one. */
void lanes_forget(struct ingest *in);
void lanes_drop(struct ingest *in, size_t part);
/* After a batch was sent: which partitions should be in the other lane? They go on there
 * where they were. */
bool lanes_look(struct ingest *in, struct err *err);
/* Offset after the last record, as last heard; -1: not yet. */
int64_t lanes_end(const struct ingest *in, size_t part);

/* --- owner.c --- */

bool owner_assign(struct ingest *in, struct err *err);
bool owner_revoke(struct ingest *in, struct err *err);
/* Index of the partition among ours, or n_parts; sought from the one that was found last
 * for the lane. */
size_t owner_find(struct ingest *in, enum lane lane, const char *topic,
                  int32_t partition);
bool owner_hold(struct ingest *in, size_t part, enum hold why, struct err *err);
/* Claims again what was taken from us a while ago, should Kafka still say it is ours. */
bool owner_reclaim(struct ingest *in, struct err *err);
/* Claims again when a person has set a position of ours, and tells PostgreSQL of holds.
 * While it has nothing else to do. */
bool owner_watch(struct ingest *in, struct err *err);
const char *hold_name(enum hold why);
/* Until a person does something? */
bool hold_lasts(enum hold why);

/* --- anchor.c --- */

/* The first record after a claim: is it the one that was taken in last? */
bool anchor_check(struct ingest *in, size_t part, const struct consumer_record *rec,
                  const uint8_t digest[INGEST_DIGEST_BYTES], struct err *err);
/* Nothing lies before this offset that has not been read. */
bool anchor_end(struct ingest *in, size_t part, int64_t offset, struct err *err);
/* It may be another log: nothing more of it is taken until that is known. */
bool anchor_doubt(struct ingest *in, size_t part, const char *why, struct err *err);
/* After a survey: what those in doubt are. */
bool anchor_settle(struct ingest *in, struct err *err);
/* Positions pass what holds no record, so that the lag returns to 0. */
bool anchor_pass(struct ingest *in, struct err *err);

/* --- verify.c --- */

/* Looks once a second, by reading it again, whether what was taken in is all of one log.
 */
bool verify_look(struct ingest *in, struct err *err);

/* --- survey.c --- */

/* Asks once a second and when positions have moved, and does what the answers ask for.
 * While PostgreSQL has nothing else to do. */
bool survey_look(struct ingest *in, struct err *err);
/* By what the records bring with them of their log's end. */
bool survey_ends(struct ingest *in, struct err *err);

/* --- database.c --- */

/* Connects unless connected, until it succeeds. The register and ledger ids are there
 * afterwards. ERR_NONE: stop was asked. */
bool database_await(struct ingest *in, struct err *err);
void database_init(struct ingest *in);
void database_close(struct ingest *in);
/* Whether a mailing system has told the Message-ID of a bounce, of the contact by one of
 * its keys. Without an answer, no: the bounce waits in quarantine, and can be replayed.
 */
bool database_told(struct ingest *in, const struct contact_key *keys,
                   const char *message_id);
/* How many were there of the source and day; what it says stays when nobody answers. */
void database_granted(struct ingest *in, struct ingest_budget *budget);
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
/* What alerts look at is 0 for every source before it is more: of a series that begins
 * with its first thousand, Prometheus sees no increase. */
void measure_register(const struct ingest *in);
void measure_batch(const struct ingest *in, const struct ingest_batch *b, size_t from,
                   size_t to, const struct ingest_done *done);
void measure_commit(int64_t took_us, size_t rows);
void measure_retry(const struct err *e);
void measure_create_time(const char *topic);
void measure_unknown_source(const char *topic);
void measure_dropped(const char *source, int fields);
void measure_quarantine(const struct ingest_waiting *w);
void measure_gaps(const struct ingest *in);
void measure_feeds(const struct ingest *in);
void measure_state(const struct ingest *in);

/* --- ready.c --- */

void ready_note(const struct ingest *in);
bool ready_answer(void *context, char *why, size_t why_bytes);

#endif
