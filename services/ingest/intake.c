#include "ingest.h"

#include "base/clock.h"
#include "crypto/content_name.h"
#include "crypto/digest.h"

#include <stdio.h>
#include <string.h>

/* When the broker took the record. Only where it does not stamp is the producer's clock
 * taken, and never a time to come. False: the partition is held. */
static bool known_of(struct ingest *in, const struct consumer_record *rec, size_t part,
                     int64_t *ret_us)
{
    struct feed *f = &in->feeds[part];
    int64_t now_us;
    char topic[CONSUMER_TOPIC_BYTES + 4];

    *ret_us = rec->time_us;
    if (rec->stamp == CONSUMER_STAMP_APPEND)
        return true;
    if (!f->told_create_time) {
        f->told_create_time = true;
        log_write(in->set->trust_create_time ? LOG_LEVEL_WARN : LOG_LEVEL_ERROR,
                  "feed_without_append_time",
                  "topic=%s partition=%d trusted=%d "
                  "text=\"set message.timestamp.type=LogAppendTime on this topic\"",
                  log_quote(rec->topic, topic, sizeof(topic)), (int)rec->partition,
                  in->set->trust_create_time);
    }
    if (!in->set->trust_create_time)
        return false;
    measure_create_time(rec->topic);
    now_us = clock_wall_us();
    if (rec->stamp == CONSUMER_STAMP_NONE || *ret_us > now_us)
        *ret_us = now_us;
    return true;
}

/* Without the feed's owner nothing can take effect: a person must register it. */
static void refuse_owner(struct ingest *in, struct feed *f, const char *topic)
{
    struct admission *a = &in->intake.admission;
    char quoted[CONSUMER_TOPIC_BYTES + 4];

    memset(a, 0, offsetof(struct admission, facts));
    a->has_agreement = false;
    a->outcome = OUTCOME_QUARANTINED;
    a->quarantine = true;
    snprintf(a->fault.reason, sizeof(a->fault.reason), "UNKNOWN_SOURCE");
    snprintf(a->fault.pointer, sizeof(a->fault.pointer), "/source");
    measure_unknown_source(topic);
    if (f->told_unknown)
        return;
    f->told_unknown = true;
    log_write(LOG_LEVEL_ERROR, "unknown_source",
              "topic=%s text=\"a feed whose source is not in the register: its records, "
              "opt-outs too, wait in quarantine\"",
              log_quote(topic, quoted, sizeof(quoted)));
}

static void decode(struct intake *it, const struct consumer_record *rec)
{
    struct event_input input = {.value = rec->value,
                                .value_len = rec->value_len,
                                .has_value = rec->value != NULL,
                                .headers = it->headers,
                                .n_headers = rec->n_headers};

    for (size_t i = 0; i < rec->n_headers; i++)
        it->headers[i] = (struct event_header){rec->headers[i].key, rec->headers[i].value,
                                               rec->headers[i].value_len};
    memset(&it->fault, 0, sizeof(it->fault));
    event_from_json(&input, &it->event, &it->fault);
}

/* The identifiers of what goes to the ledger, sealed. */
static bool seal_all(struct ingest *in, struct err *err)
{
    struct intake *it = &in->intake;

    _Static_assert(SEAL_WRAPPED_BYTES <= INGEST_WRAPPED_BYTES, "room for a wrapped key");
    for (size_t i = 0; i < it->who.n; i++) {
        struct ingest_contact *c = &it->contacts[i];

        c->key = it->who.admit[i].key;
        c->kind = it->who.admit[i].kind;
        c->doubtful = it->who.admit[i].doubtful;
        c->wrapped_len = c->sealed_len = 0;
        c->sealed = it->sealed[i];
        if (!it->admission.keep)
            continue;
        if (it->who.hashed[0] != 0) {
            memcpy(it->sealed[i], it->who.hashed, sizeof(it->who.hashed));
            c->sealed_len = sizeof(it->who.hashed);
            continue;
        }
        if (!seal_identifier(in->seal, &c->key, it->who.text[i], c->wrapped,
                             it->sealed[i], &c->sealed_len, err))
            return false;
        c->wrapped_len = SEAL_WRAPPED_BYTES;
    }
    return true;
}

/* A row of an import says the same again in another file, with other bytes: then it is no
 * reuse of an id, but a duplicate (crypto/content_name.h). */
static bool named_by_content(const struct intake *it, bool *ret, struct err *err)
{
    const bool email = it->who.n > 0 && it->who.admit[0].kind == CONTACT_EMAIL &&
                       it->event.email[0] != '\0';

    *ret = false;
    return it->event.import_batch[0] == '\0' || it->fault.reason[0] != '\0' ||
           content_named(&it->event, email ? it->who.text[0] : "", ret, err);
}

bool intake_add(struct ingest *in, const struct consumer_record *rec, struct err *err)
{
    struct intake *it = &in->intake;
    size_t part = owner_find(in, rec->topic, rec->partition);
    struct ingest_record out = {.slot = (int32_t)part, .offset = rec->offset};
    struct feed *feed;
    const struct source *source;
    bool card, named;
    int extra;

    if (part == in->n_parts || in->feeds[part].hold != HOLD_NONE)
        return true; /* fetched before we let go of it */
    feed = &in->feeds[part];
    if (rec->offset <= feed->seen || rec->offset < in->parts[part].next)
        return err_set(err, ERR_FATAL, "OFFSET_FELL",
                       "a partition's offsets went back: nothing is safe to assume");
    if (!known_of(in, rec, part, &out.known_us))
        return owner_hold(in, part, HOLD_CREATE_TIME, err);
    feed->seen = rec->offset;

    decode(it, rec);
    source = rulebook_source(&in->reg->book, feed->name, out.known_us);
    extra = source != NULL ? admit_extra(source, &it->event) : 0;
    if (extra > 0) {
        it->event.phone[0] = it->event.postal[0] = '\0';
        measure_dropped(source->id, extra);
    }
    if (!headers_print(rec, &it->header_json) ||
        !identify(&it->event, in->keyer, &it->who, err) ||
        !named_by_content(it, &named, err))
        return it->header_json.overrun ? err_set(err, ERR_FATAL, "HEADERS",
                                                 "a record's headers are too large")
                                       : false;
    it->input = (struct admit_input){
        .event = &it->event,
        .fault = it->fault,
        .source = source,
        .n_contacts = it->who.n,
        .contact_fault = it->who.fault,
        .contact_doubt = it->who.doubt,
        .known_us = out.known_us,
    };
    memcpy(it->input.contacts, it->who.admit, sizeof(it->input.contacts));
    if (it->input.source != NULL)
        admit(&in->reg->book, &it->input, &it->admission);
    else
        refuse_owner(in, feed, rec->topic);

    /* nothing of a payment card number may be kept */
    card = strcmp(it->admission.fault.reason, "CARD_NUMBER") == 0 ||
           strcmp(it->fault.reason, "CARD_NUMBER") == 0;
    out.headers = it->header_json.len && !card ? it->header_json.data : NULL;
    out.headers_len = out.headers ? it->header_json.len : 0;
    out.raw = card || extra > 0 ? NULL : rec->value;
    out.raw_len = rec->value_len;
    if (!digest_sha256(it->header_json.data, it->header_json.len, rec->value,
                       rec->value_len, out.digest, err) ||
        !seal_all(in, err))
        return false;
    if (it->admission.keep) {
        out.ledger_id = ledger_id_take(&in->ids);
        /* what took effect although its id could not be read gets one from its bytes, so
         * that the same bytes again are a duplicate */
        _Static_assert(sizeof(it->event.id) >= INGEST_NAME_BYTES, "room for it");
        if (it->event.id[0] == '\0')
            ingest_digest_name(out.digest, it->event.id);
    }
    out.source = it->input.source ? it->input.source->number : 0;
    out.type = it->event.type;
    out.flags = (it->header_json.len ? INGEST_BINARY : 0u) |
                (it->event.import_batch[0] ? INGEST_IMPORTED : 0u) |
                (named ? INGEST_NAMED : 0u) | (card || extra > 0 ? INGEST_REDACTED : 0u);
    out.event_id = it->event.id;
    out.admission = &it->admission;
    out.contacts = it->contacts;
    out.n_contacts = it->who.n;
    ingest_batch_add(in->filling, &out);
    return true;
}
