/*
 * entry_json.h - the value of a record on suppression.<list>.
 *
 *   {"list":"promotional-email","token":"b4c9...","status":"suppressed","reason":"OPTOUT",
 *    "effective_at":"2026-04-01T06:30:00Z","known_at":"...","version":2,"epoch":0,
 *    "entry":65537}
 *
 * Nothing personal beyond the token, which is what the list's profile makes of the
 * contact.
 */
#ifndef CONSENT_CODEC_ENTRY_JSON_H
#define CONSENT_CODEC_ENTRY_JSON_H

#include "base/buf.h"
#include "core/lists/cursor.h"
#include "core/decision/decide.h"

struct entry_text {
    const char *list;
    const char *token;
    enum list_status status;
    enum reason reason;
    int64_t effective_us; /* WHEN_ALWAYS: no fact decides; written as null */
    int64_t known_us;     /* of the youngest evidence */
    int64_t version;      /* rises per token; its epoch is written beside it */
    int64_t entry;        /* the ledger id that decides, 0: none */
};

/* Appends to out; false when it is full. */
bool entry_to_json(const struct entry_text *entry, struct buf *out);

/*
 * Now and then each partition of a list's topic gets a sign of life: it says that all the
 * list had said up to the version, a cursor, stands before it.
 *
 *   {"list":"promotional-email","status":"heartbeat","at":"...","version":"0.0. ...",
 *    "epoch":0}
 *
 * Its key is this and the partition's number, which no profile's token can be.
 */
#define HEARTBEAT_KEY       "heartbeat-"
#define HEARTBEAT_KEY_BYTES 24

bool heartbeat_to_json(const char *list, int64_t at_us, const struct cursor *version,
                       int64_t epoch, struct buf *out);
void heartbeat_key(int32_t partition, char ret[HEARTBEAT_KEY_BYTES]);
bool heartbeat_key_is(const void *key, size_t len);

#endif
