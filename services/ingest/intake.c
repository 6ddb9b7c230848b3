#include "ingest.h"

#include "base/clock.h"
#include "base/mem.h"
#include "codec/event/event_batch.h"
#include "codec/event/event_mode.h"

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

static void grow_headers(struct intake *it, size_t n)
{
    if (n <= it->cap_headers)
        return;
    it->cap_headers = n;
    it->headers = mem_resize(it->headers, n, sizeof(*it->headers));
}

struct event_input intake_input(struct intake *it, const struct consumer_record *rec)
{
    struct event_input ret = {.value = rec->value,
                              .value_len = rec->value_len,
                              .has_value = rec->value != NULL};
    const bool dashes = event_other_binding(rec->headers, rec->n_headers);

    grow_headers(it, rec->n_headers);
    for (size_t i = 0; i < rec->n_headers; i++) {
        const struct record_header *h = &rec->headers[i];

        if ((event_is_attribute(h) && (dashes || h->key[2] == '_')) ||
            event_is_content_type(h))
            it->headers[ret.n_headers++] = *h;
    }
    ret.headers = it->headers;
    return ret;
}

/* The events of one record, each to its end. */
static bool add_batch(struct ingest *in, const struct event_input *record,
                      struct ingest_record *out, struct err *err)
{
    struct event_batch batch;
    struct event_input event[2];
    enum event_fault fault[2];
    size_t n = 0;

    event_batch_open(&batch, record->value, record->value_len, EVENT_SALVAGE_BYTES);
    out->last = !event_batch_next(&batch, &event[0], &fault[0]);
    while (!out->last) { /* one ahead, to know the last */
        size_t i = n++ % 2;

        out->last = !event_batch_next(&batch, &event[1 - i], &fault[1 - i]);
        if (fault[i] != EVENT_FAULT_NONE)
            event[i] = *record;
        if (!event_digest(in, &event[i], out->digest, err) ||
            !event_take(in, &event[i], fault[i], out, err))
            return false;
    }
    return true;
}

bool intake_add(struct ingest *in, enum lane lane, const struct consumer_record *rec,
                struct err *err)
{
    size_t part = owner_find(in, lane, rec->topic, rec->partition);
    struct ingest_record out = {.slot = (int32_t)part, .offset = rec->offset};
    struct event_input record;
    struct feed *feed;

    if (part == in->n_parts || in->feeds[part].hold != HOLD_NONE)
        return true; /* fetched before we let go of it */
    feed = &in->feeds[part];
    if (feed->lane != lane)
        return true; /* it comes once more from where it is read now */
    feed->heard = true;
    record = intake_input(&in->intake, rec);
    if (!event_digest(in, &record, out.record_digest, err))
        return false;
    if (feed->checking)
        return anchor_check(in, part, rec, out.record_digest, err);
    if (rec->offset <= feed->seen)
        return anchor_doubt(in, part, "its offsets went back", err);
    feed->seen = rec->offset;
    if (rec->offset < in->parts[part].next)
        return true; /* between the anchor and the position: it is in */
    if (!known_of(in, rec, part, &out.known_us))
        return owner_hold(in, part, HOLD_CREATE_TIME, err);
    out.record_us = rec->time_us;
    if (record.value_len > 0 && event_mode_of(&record) == EVENT_MODE_BATCH)
        return add_batch(in, &record, &out, err);
    memcpy(out.digest, out.record_digest, sizeof(out.digest));
    out.last = true;
    return event_take(in, &record, EVENT_FAULT_NONE, &out, err);
}
