/* entry_read.h - a record of suppression.<list> read back: what a recipient would see. */
#ifndef CONSENT_CODEC_ENTRY_READ_H
#define CONSENT_CODEC_ENTRY_READ_H

#include "core/lists/cursor.h"
#include "core/vocab.h"

#define ENTRY_TOKEN_BYTES 512 /* more than any profile makes */

struct entry_seen {
    enum list_status status;
    int64_t version;
    char token[ENTRY_TOKEN_BYTES];
};

/* False when the value is no entry (a heartbeat, say, or garbage). */
bool entry_from_json(const char *value, size_t len, struct entry_seen *ret);

/* A heartbeat; one from before there were epochs has 0. */
bool heartbeat_from_json(const char *value, size_t len, struct cursor *ret,
                         int64_t *ret_epoch);

#endif
