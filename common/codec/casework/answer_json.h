/*
 * answer_json.h - the answer to a person's request as an event, and what a letter turned
 * out to ask for. Whoever gives it, consentctl or an officer at the console, sends the
 * same.
 */
#ifndef CONSENT_CODEC_ANSWER_JSON_H
#define CONSENT_CODEC_ANSWER_JSON_H

#include "base/buf.h"
#include "core/casework/rights.h"
#include "core/event/event.h"

#define ANSWER_TEXT_BYTES 1024 /* of a reason in somebody's own words */

/* Everything is borrowed. */
struct rights_reply {
    const char *request;                /* its id                                  */
    const char *source;                 /* the id of whose feed it came on         */
    const struct rights_request *about; /* as it stands                            */
    struct rights_answer answer;
    uint16_t kinds;          /* what it is about                                   */
    uint16_t found;          /* of a letter that was read: what it asks for        */
    const char *reason, *to; /* NULL: not said                                     */
    const char *feed_urn;    /* of the source that answers                         */
    enum source_type feed_type;
    const char *authority_country, *authority_name, *authority_url; /* of a refusal */
    const char *asked; /* one JSON object with the contact; personal data    */
    const char *event_id;
    const char *recorded_by; /* which program                                      */
};

/* The event, as CloudEvents JSON. type: EVENT_RIGHTS_COMPLETED, the answer; or
 * EVENT_RIGHTS_REQUESTED, what the letter asks for. */
void rights_reply_to_event(const struct rights_reply *reply, enum event_type type,
                           int64_t at_us, struct buf *out);

/* ,"refusal":{"reason":..,"explanation":..,"authority":{..}} */
void rights_refusal_to_json(const struct rights_reply *reply, struct buf *out);

#endif
