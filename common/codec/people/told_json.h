/*
 * told_json.h - what somebody told a person at a desk, as an event for a feed.
 *
 * An opt-out without a purpose is the widest that people mean: everything promotional,
 * and sale and rental with it (the policy names optout@ for exactly that). A no to a
 * channel alone is a no to everything promotional by it; a no to a purpose alone is one
 * by every channel.
 */
#ifndef CONSENT_CODEC_TOLD_JSON_H
#define CONSENT_CODEC_TOLD_JSON_H

#include "base/buf.h"
#include "codec/people/lookup_json.h"
#include "core/register/rulebook.h"
#include "core/vocab.h"

struct told {
    enum event_type type; /* OPTOUT_RECORDED, CONSENT_GRANTED, CONSENT_WITHDRAWN */
    const char *event_id;
    const char *feed_urn;
    enum source_type feed_type;
    const char *recorded_by;  /* who wrote it down */
    const char *words_sha256; /* of a consent's words, hexadecimal */
    const struct lookup_told *said;
};

/* Does the register have every name of it? "*" and "*promotional" stand for several where
 * somebody says no. */
struct told_slip {
    const char *pointer; /* "/controllers", "/purposes", "/channels" */
    const char *name;    /* as it was written */
    const char *near;    /* what may be meant; NULL: nothing is near */
};
bool told_names_known(const struct rulebook *rb, const struct lookup_told *said,
                      bool grants, int64_t now_us, struct told_slip *ret);

/* Look at out's overrun. */
void told_to_event(const struct told *told, int64_t now_us, struct buf *out);

/* Where in what was said a fault of the event lies: "/data/optout/via" is its "/via".
 * NULL: nowhere that the person at the desk has written. */
const char *told_pointer(const char *event_pointer);

#endif
