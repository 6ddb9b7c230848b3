/*
 * ingest_batch.h - records of the feeds and what became of each, gathered for one commit.
 *
 * Plain memory, no PostgreSQL: rows are added in the order of arrival, and texts and
 * bytes lie in one arena, so that a batch can be sent again, in parts, or without a
 * partition that was taken from us.
 */
#ifndef CONSENT_STORE_INGEST_BATCH_H
#define CONSENT_STORE_INGEST_BATCH_H

#include "base/buf.h"
#include "core/event/admit.h"

#define INGEST_DIGEST_BYTES  32
#define INGEST_SALT_BYTES    16
#define INGEST_WRAPPED_BYTES 64                  /* room for a wrapped data key       */
#define INGEST_ARENA_BYTES   ((size_t)256 << 20) /* never reached: see bytes_max */
#define INGEST_NAME_BYTES    (sizeof("sha256:") + 2 * (size_t)INGEST_DIGEST_BYTES)

/* How much of a row PostgreSQL is asked to take; it gets less each time its data are
 * refused (ingest_batch_reduce). */
enum ingest_extent {
    INGEST_WHOLE,
    INGEST_BARE,  /* a denial's facts, and in the ledger none of the record's texts */
    INGEST_ASIDE, /* quarantine alone, with event id and headers                    */
    INGEST_BYTES, /* quarantine alone, with nothing but the bytes                   */
};

/* A contact point's key under one of several contact secrets, and its identifier sealed
 * for it. */
struct ingest_form {
    struct contact_key key;
    uint8_t wrapped[INGEST_WRAPPED_BYTES];
    size_t wrapped_len; /* 0: nothing to keep */
    const void *sealed;
    size_t sealed_len;
};

/* A contact point of one record, with its identifier sealed. */
struct ingest_contact {
    struct contact_key key;
    enum contact_kind kind;
    bool doubtful; /* perhaps another person's: it is linked with nobody */
    bool old;      /* of contact.changed: the point that was */
    uint8_t wrapped[INGEST_WRAPPED_BYTES];
    size_t wrapped_len; /* 0: nothing to keep */
    const void *sealed; /* alone: kind and profile of a contact known by a hash */
    size_t sealed_len;
    /* With several contact secrets, one form each, of which ingest_send takes one in the
     * place of what stands above; 0: it has no other. */
    const struct ingest_form *forms;
    size_t n_forms;
};

/* What the caller knows of one record; everything is borrowed for the call. */
struct ingest_record {
    int32_t slot; /* the caller's number for the partition */
    int64_t offset;
    bool last;         /* of the events of its record in Kafka */
    bool repeated;     /* one with its id waits for PostgreSQL's answer as well */
    int64_t record_us; /* Kafka's time stamp of that record, and its digest: the anchor */
    uint8_t record_digest[INGEST_DIGEST_BYTES];
    int64_t known_us;
    int64_t ledger_id; /* when admission->keep */
    int32_t source;    /* register number, 0: none */
    enum event_type type;
    uint32_t flags;       /* of enum ledger_flag, as far as the caller knows */
    const char *event_id; /* "": could not be read */
    const void *raw;      /* sealed; NULL: a tombstone */
    size_t raw_len;
    const void *headers; /* sealed; NULL: none */
    size_t headers_len;
    uint8_t digest[INGEST_DIGEST_BYTES];
    uint8_t commitment[INGEST_DIGEST_BYTES];
    uint8_t salt[INGEST_SALT_BYTES]; /* that raw and headers are sealed with */
    const char *said;                /* JSON, as codec/event/event_said; "": nothing */
    const struct admission *admission;
    const struct ingest_contact *contacts;
    size_t n_contacts;
};

/* A run of bytes in the arena; texts there are followed by a NUL. */
struct ingest_bytes {
    uint32_t at;
    uint32_t len;
    bool null;
};

#define INGEST_DROPPED ((int32_t)-1)

struct ingest_row {
    int32_t slot; /* INGEST_DROPPED: no longer ours, passed over */
    int64_t offset;
    bool last, repeated;
    int64_t record_us;
    uint8_t record_digest[INGEST_DIGEST_BYTES];
    int64_t known_us;
    struct when_span occurred;
    int64_t ledger_id; /* 0: quarantine only */
    int32_t source;
    uint32_t flags;
    uint8_t type;
    uint8_t outcome;
    uint8_t extent; /* enum ingest_extent */
    uint8_t change; /* enum event_change: ties old points to new, and links none */
    bool quarantine;
    bool redact;
    struct ingest_bytes event_id, reason, pointer, headers, raw;
    struct ingest_bytes salt; /* null: the bytes are not kept */
    struct ingest_bytes said;
    uint8_t digest[INGEST_DIGEST_BYTES];
    uint8_t commitment[INGEST_DIGEST_BYTES];
    size_t fact, n_facts;
    size_t contact, n_contacts;
    size_t agreement, n_agreements; /* 0 or 1 */
};

struct ingest_fact {
    struct contact_key contact; /* of the point */
    struct fact fact;
    uint32_t row, point;
};

struct ingest_point_form { /* a form, stored */
    struct contact_key key;
    struct ingest_bytes wrapped, sealed;
};

struct ingest_point { /* a contact point, stored */
    struct contact_key key;
    uint8_t kind;
    bool wide;     /* a denial that follows links */
    bool says_no;  /* has a fact by which somebody says no: judged before others */
    bool doubtful; /* gets no links */
    bool old;
    int64_t known_us;
    struct ingest_bytes wrapped, sealed;
    size_t form, n_forms; /* of the batch's */
};

struct ingest_batch {
    size_t rows_max, bytes_max;
    uint64_t edition; /* another one with every change */
    size_t n_rows, n_facts, n_points, n_forms, n_agreements;
    size_t cap_rows, cap_facts, cap_points, cap_forms, cap_agreements;
    struct ingest_row *rows;
    struct ingest_fact *facts;
    struct ingest_point *points;
    struct ingest_point_form *forms;
    struct agreement_fact *agreements;
    struct buf arena;
};

/* full when one of the bounds is reached. */
void ingest_batch_init(struct ingest_batch *b, size_t rows_max, size_t bytes_max);
void ingest_batch_done(struct ingest_batch *b);
void ingest_batch_reset(struct ingest_batch *b);
bool ingest_batch_full(const struct ingest_batch *b);

void ingest_batch_add(struct ingest_batch *b, const struct ingest_record *r);

/* Marks all rows of a slot as dropped: they will be read again, by whoever owns it then.
 */
void ingest_batch_drop(struct ingest_batch *b, int32_t slot);

/* PostgreSQL has refused this row for its data: the next time it gets less of it, and
 * what waits for a person says POISON. False: there is nothing less to try. */
bool ingest_batch_reduce(struct ingest_batch *b, size_t row);

/* An event id made of a record's digest, for where the record's own cannot be used:
 * "sha256:" and 64 digits. */
void ingest_digest_name(const uint8_t digest[INGEST_DIGEST_BYTES],
                        char ret[INGEST_NAME_BYTES]);

/* Of an event whose id was used before for another (ID_REUSE), or that PostgreSQL does
 * not take as it is, only such facts apply. */
bool ingest_fact_safe(uint8_t kind);

/* Where its partition stands once a row is in: not behind its record as long as that has
 * more events. */
static inline int64_t ingest_row_next(const struct ingest_row *r)
{
    return r->offset + (r->last ? 1 : 0);
}

static inline const char *ingest_batch_text(const struct ingest_batch *b,
                                            struct ingest_bytes t)
{
    return t.null ? NULL : b->arena.data + t.at;
}

#endif
