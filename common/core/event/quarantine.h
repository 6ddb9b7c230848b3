/* quarantine.h - an event that could not be used as it is, and waits for a person. */
#ifndef CONSENT_CORE_QUARANTINE_H
#define CONSENT_CORE_QUARANTINE_H

#include "core/fact.h"
#include "kept.h"

enum quarantine_state { QUARANTINE_WAITING, QUARANTINE_REPLAYED, QUARANTINE_DISCARDED };

const char *quarantine_state_name(enum quarantine_state state);

struct quarantined {
    int64_t id;
    int64_t known_us;
    const char *source; /* id, "" when the feed has none */
    const char *topic;
    int32_t partition;
    int64_t offset;
    const char *reason;
    const char *pointer;
    const char *event_id;
    int64_t ledger_id; /* it took effect, or is evidence; 0: not in the ledger */
    enum quarantine_state state;
    int64_t state_at_us; /* WHEN_ALWAYS: not */
    const char *state_by;
    const char *note;
    enum kept kept;
    int64_t forgotten_us; /* WHEN_ALWAYS: not, or nobody knows when */
    const void *raw;      /* NULL: kept says why, or it was not asked for */
    size_t raw_len;
    struct contact_key contact; /* whom it is about, where it could be read */
    bool has_contact;
    const char *headers; /* JSON object, NULL: none */
    size_t headers_len;
};

/* What became of one that was sent again, and which one it is a replay of; 0: none. */
struct quarantine_became {
    int64_t ledger_id;
    enum outcome outcome; /* with a ledger_id */
    int64_t later_id;     /* the same event, in quarantine once more */
    int64_t replay_of;
};

#endif
