#include "ingest.h"

#include "base/clock.h"
#include "codec/event/event_mode.h"
#include "codec/event/event_said.h"
#include "codec/event/header_bytes.h"
#include "codec/event/header_json.h"
#include "crypto/content_name.h"
#include "crypto/digest.h"

#include <stdio.h>
#include <string.h>

/* --- what it says --- */

/* fault: of the record that holds it, whose bytes are then no event. */
static void decode(struct intake *it, const struct event_input *event,
                   enum event_fault fault)
{
    if (fault == EVENT_FAULT_NONE) {
        event_from_json(event, &it->event, &it->fault);
        return;
    }
    memset(&it->event, 0, sizeof(it->event));
    memset(&it->fault, 0, sizeof(it->fault));
    snprintf(it->fault.reason, sizeof(it->fault.reason), "%s", event_fault_name(fault));
}

/* Fields that the source may not bring are gone before anybody looks at them. */
static int drop_extra(struct event *event, const struct source *source)
{
    int extra = source != NULL ? admit_extra(source, event) : 0;

    if (extra > 0) {
        event->phone[0] = event->postal[0] = '\0';
        measure_dropped(source->id, extra);
    }
    return extra;
}

static void note_unknown_source(struct ingest *in, size_t part)
{
    struct feed *f = &in->feeds[part];
    const char *topic = in->parts[part].topic;
    char quoted[CONSUMER_TOPIC_BYTES + 4];

    measure_unknown_source(topic);
    if (f->told_unknown)
        return;
    f->told_unknown = true;
    log_write(LOG_LEVEL_ERROR, "unknown_source",
              "topic=%s text=\"a feed whose source is not in the register: its records, "
              "opt-outs too, wait in quarantine\"",
              log_quote(topic, quoted, sizeof(quoted)));
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

/* What becomes of it, by the rules. */
static bool weigh(struct ingest *in, struct ingest_record *out, bool *ret_named,
                  struct err *err)
{
    struct intake *it = &in->intake;
    const struct source *source =
        rulebook_source(&in->reg->book, in->feeds[out->slot].name, out->known_us);
    int extra = drop_extra(&it->event, source);

    if (!identify(&it->event, in->keyer, &it->who, err) ||
        !named_by_content(it, ret_named, err))
        return false;
    out->repeated = budget_repeats(in, source, &it->event);
    it->input = (struct admit_input){
        .event = &it->event,
        .fault = it->fault,
        .source = source,
        .n_contacts = it->who.n,
        .contact_fault = it->who.fault,
        .contact_doubt = it->who.doubt,
        .known_us = out->known_us,
        .extra = extra,
        .over_budget =
            !out->repeated && budget_spent(in, source, it->event.type, out->known_us),
    };
    memcpy(it->input.contacts, it->who.admit, sizeof(it->input.contacts));
    if (source != NULL && source->type == SOURCE_DPO && it->who.n > 0 &&
        it->event.type == EVENT_FEEDBACK_BOUNCED && it->event.tie == TIE_MESSAGE)
        it->input.told = database_told(in, it->who.keys[0], it->event.message_id);
    admit(&in->reg->book, &it->input, &it->admission);
    if (!out->repeated)
        budget_note(in, source, it->event.type, out->known_us, it->admission.outcome);
    if (source != NULL && source->sandbox)
        it->who.n = 0; /* whom it names is nobody here */
    if (source == NULL)
        note_unknown_source(in, (size_t)out->slot);
    return true;
}

/* --- how it is kept --- */

/* With several contact secrets it is known only when a batch goes in by which key the
 * database knows a contact: the same under each. */
static bool forms_seal(struct ingest *in, size_t i, struct err *err)
{
    struct intake *it = &in->intake;
    struct ingest_contact *c = &it->contacts[i];

    c->forms = it->forms[i];
    c->n_forms = contact_keyer_marks(in->keyer)->n;
    for (size_t k = 0; k < c->n_forms; k++) {
        struct ingest_form *f = &it->forms[i][k];

        f->key = it->who.keys[i][k];
        f->wrapped_len = f->sealed_len = 0;
        f->sealed = it->forms_sealed[i][k];
        if (c->wrapped_len > 0 &&
            !seal_identifier(in->seal, &f->key, it->who.text[i], f->wrapped,
                             it->forms_sealed[i][k], &f->sealed_len, err))
            return false;
        f->wrapped_len = c->wrapped_len;
    }
    return true;
}

static bool forms_all(struct ingest *in, struct err *err)
{
    struct intake *it = &in->intake;

    if (it->event.type == EVENT_CONTACT_ERASED || it->who.hashed[0] != 0)
        return true; /* known by what the event says */
    for (size_t i = 0; i < it->who.n; i++)
        if (!forms_seal(in, i, err))
            return false;
    return true;
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
        c->old = it->who.admit[i].old;
        c->wrapped_len = c->sealed_len = c->n_forms = 0;
        c->sealed = it->sealed[i];
        if (!it->admission.keep || it->event.type == EVENT_CONTACT_ERASED)
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
    return contact_keyer_marks(in->keyer)->n == 1 || forms_all(in, err);
}

/* The ledger's number; and a name made of the bytes for what took effect although its id
 * could not be read, so that the same bytes again are a duplicate. */
static void number(struct ingest *in, struct ingest_record *out)
{
    struct event *event = &in->intake.event;

    _Static_assert(sizeof(event->id) >= INGEST_NAME_BYTES, "room for it");
    out->ledger_id = 0;
    if (!in->intake.admission.keep)
        return;
    out->ledger_id = ledger_id_take(&in->ids);
    if (event->id[0] == '\0')
        ingest_digest_name(out->digest, event->id);
}

bool event_digest(struct ingest *in, const struct event_input *event,
                  uint8_t ret[INGEST_DIGEST_BYTES], struct err *err)
{
    struct buf *headers = &in->intake.header_json;

    buf_reset(headers);
    if (!headers_to_json(event, headers) ||
        !headers_to_bytes(event, &in->intake.header_bytes)) {
        buf_reset(headers); /* more than there is room for is no event's */
        buf_reset(&in->intake.header_bytes);
    }
    return digest_sha256(headers->data, headers->len, event->value, event->value_len, ret,
                         err);
}

/* Its bytes as they are kept: the commitment to them, and both sealed under a fresh salt,
 * in a row in kept. */
static bool seal_bytes(struct ingest *in, const struct event_input *event,
                       struct ingest_record *out, struct err *err)
{
    struct intake *it = &in->intake;
    const struct buf *headers = &it->header_bytes;
    const struct event_place place = {out->source, in->parts[out->slot].partition,
                                      out->offset};
    size_t raw_len;

    _Static_assert(EVENT_SALT_BYTES == INGEST_SALT_BYTES &&
                       EVENT_COMMITMENT_BYTES == INGEST_DIGEST_BYTES,
                   "the store has them as bytes of its own");
    out->raw = out->headers = NULL;
    buf_reset(&it->kept);
    if (!event_salt_make(in->sealer, out->salt, err) ||
        !event_commit(out->salt, event->value, event->value_len, headers->data,
                      headers->len, out->commitment, err))
        return false;
    if (!it->admission.keep_bytes)
        return true;
    if (event->value != NULL &&
        !event_seal(in->sealer, &place, out->salt, EVENT_PART_RAW, event->value,
                    event->value_len, &it->kept, err))
        return false;
    raw_len = it->kept.len;
    if (headers->len > 0 && !event_seal(in->sealer, &place, out->salt, EVENT_PART_HEADERS,
                                        headers->data, headers->len, &it->kept, err))
        return false;
    out->raw = event->value != NULL ? it->kept.data : NULL;
    out->raw_len = raw_len;
    out->headers = headers->len > 0 ? it->kept.data + raw_len : NULL;
    out->headers_len = it->kept.len - raw_len;
    return true;
}

bool event_take(struct ingest *in, const struct event_input *event,
                enum event_fault fault, struct ingest_record *out, struct err *err)
{
    struct intake *it = &in->intake;
    struct feed *feed = &in->feeds[out->slot];
    struct lane_state *lane = &in->lanes[feed->lane];
    bool named;

    decode(it, event, fault);
    if (!weigh(in, out, &named, err) || !seal_all(in, err))
        return false;
    number(in, out);
    out->source = it->input.source ? it->input.source->number : 0;
    out->type = it->event.type;
    out->flags = (event_mode_of(event) == EVENT_MODE_BINARY ? LEDGER_BINARY : 0u) |
                 (it->event.import_batch[0] ? LEDGER_IMPORTED : 0u) |
                 (named ? LEDGER_NAMED : 0u);
    out->event_id = it->event.id;
    buf_reset(&it->said);
    if (it->admission.keep && it->admission.keep_bytes)
        event_said(&it->event, event->value, event->value_len,
                   (out->flags & LEDGER_BINARY) != 0, &it->said);
    out->said = it->said.len > 0 ? it->said.data : "";
    if (!seal_bytes(in, event, out, err))
        return false;
    out->admission = &it->admission;
    out->contacts = it->contacts;
    out->n_contacts = it->who.n;
    if (lane->filling->n_rows == 0)
        lane->since_us = clock_mono_us();
    lanes_note(feed, &it->admission);
    ingest_batch_add(lane->filling, out);
    if (it->input.source != NULL && it->input.source->grants_per_day > 0)
        budget_keep(in, lane->filling);
    return true;
}
