/*
 * header_json.h - Kafka headers as the ledger and the quarantine keep them: one JSON
 * object of names and texts, e.g. {"ce_id":"17","content-type":"application/json"}.
 */
#ifndef CONSENT_CODEC_HEADER_JSON_H
#define CONSENT_CODEC_HEADER_JSON_H

#include "base/buf.h"
#include "base/err.h"
#include "event_json.h"

struct header_set {
    size_t n;
    struct record_header *list; /* with texts of json */
    void *json;
};

/* ERR_INPUT when it is no such object: n is 0. Free with headers_done, also after false.
 */
bool headers_from_json(const char *json, size_t len, struct header_set *ret,
                       struct err *err);
void headers_done(struct header_set *set);

/* The other way round: attributes and content-type as that object. out is left empty
 * where the value says everything, in structured mode. False: they are too large for out.
 */
bool headers_to_json(const struct event_input *event, struct buf *out);

/* One of its members, with what stands before it; value NULL: null. */
void header_put_json(bool first, const char *name, size_t name_len, const char *value,
                     size_t value_len, struct buf *out);

#endif
