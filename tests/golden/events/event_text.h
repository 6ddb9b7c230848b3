/*
 * event_text.h - a decoded event as plain lines, for golden files: "name value", only
 * what is set, in the order of struct event. A fault comes first.
 */
#ifndef CONSENT_TESTS_EVENT_TEXT_H
#define CONSENT_TESTS_EVENT_TEXT_H

#include "base/buf.h"
#include "base/hex.h"
#include "codec/event/event_json.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void text_line(struct buf *b, const char *name, const char *value)
{
    if (value[0] != '\0')
        buf_addf(b, "%s %s\n", name, value);
}

static void text_time(struct buf *b, const char *name, bool has, int64_t us)
{
    char text[WHEN_TEXT_BYTES];
    if (has)
        buf_addf(b, "%s %s\n", name, when_format(us, text));
}

static void text_channels(struct buf *b, const char *name, uint16_t bits)
{
    buf_add_str(b, name);
    for (uint16_t bit = 1; bit <= CHANNELS_ALL; bit = (uint16_t)(bit << 1))
        if (bits & bit)
            buf_addf(b, " %s", channel_name(bit));
    buf_add_str(b, "\n");
}

static void event_text(const struct event *e, const struct fault *fault, struct buf *b)
{
    static const char *const ages[] = {"unknown", "under_16", "16_or_over"};
    static const char *const bases[] = {"none", "unknown", "implied", "expressed",
                                        "explicit"};
    static const char *const confirms[] = {"none", "pending", "done"};
    static const char *const bounces[] = {"unclear", "sender", "mailbox", "address"};
    static const char *const ties[] = {"none", "token", "verp", "message", "person"};
    const struct {
        const char *name;
        bool set;
    } flags[] = {{"bundled", e->bundled},
                 {"solicited_by_us", e->solicited_by_us},
                 {"soft_opt_in", e->soft_opt_in},
                 {"limited_by_subject", e->limited_by_subject},
                 {"warranty", e->warranty},
                 {"verified", e->verified},
                 {"bounce_confirmed", e->bounce_confirmed},
                 {"unverified", e->unverified},
                 {"processor", e->processor}};

    if (fault->reason[0] != '\0')
        buf_addf(b, "fault %s %s\n", fault->reason, fault->pointer);
    if (e->type != EVENT_NONE)
        text_line(b, "type", event_type_name(e->type));
    text_line(b, "id", e->id);
    text_line(b, "source", e->source);
    text_time(b, "time", e->has_time, e->time_us);
    text_time(b, "recorded", e->has_recorded, e->recorded_us);
    text_line(b, "sequence", e->sequence);
    text_line(b, "import_batch", e->import_batch);
    text_line(b, "email", e->email);
    text_line(b, "phone", e->phone);
    text_line(b, "postal", e->postal);
    text_line(b, "country", e->country);
    text_line(b, "old_email", e->old_email);
    text_line(b, "old_phone", e->old_phone);
    text_line(b, "old_postal", e->old_postal);
    text_line(b, "old_country", e->old_country);
    text_line(b, "change", event_change_name(e->change));
    text_line(b, "told_by", e->told_by);
    if (e->erased_kind != CONTACT_NONE) {
        char key[UUID_TEXT_BYTES];
        buf_addf(b, "erased %s %s\n", contact_kind_name(e->erased_kind),
                 uuid_print(e->erased_key, key));
    }
    if (e->hash[0] != '\0')
        buf_addf(b, "hashed %s %s %s\n", contact_kind_name(e->hash_kind),
                 token_profile_name(e->hash_profile), e->hash);
    if (e->age != AGE_UNKNOWN)
        text_line(b, "age", ages[e->age]);
    if (e->has_birth_day)
        buf_addf(b, "birth_day %d\n", (int)e->birth_day);
    for (size_t i = 0; i < e->n_controllers; i++)
        text_line(b, "controller", e->controllers[i]);
    text_line(b, "website", e->website);
    for (size_t i = 0; i < e->n_scopes; i++) {
        buf_addf(b, "scope %s%s", e->scopes[i].purpose,
                 e->scopes[i].any_channel ? " *" : "");
        text_channels(b, "", e->scopes[i].channels);
    }
    if (e->type == EVENT_FEEDBACK_BOUNCED)
        text_line(b, "bounce", bounces[e->bounce]);
    if (e->tie != TIE_NONE)
        text_line(b, "tie", ties[e->tie]);
    text_line(b, "message_id", e->message_id);
    if (e->basis != BASIS_NONE)
        text_line(b, "basis", bases[e->basis]);
    if (e->art6 != 0)
        buf_addf(b, "art6 %c\n", e->art6);
    text_line(b, "method", e->method);
    if (e->stated_channels != 0)
        text_channels(b, "stated", e->stated_channels);
    if (e->confirm != CONFIRM_NONE)
        text_line(b, "confirm", confirms[e->confirm]);
    text_time(b, "confirmed_at", e->has_confirmed_at, e->confirmed_us);
    if (e->has_valid_for)
        buf_addf(b, "valid_for %d months %d days %lld us\n", (int)e->valid_for.months,
                 (int)e->valid_for.days, (long long)e->valid_for.us);
    text_line(b, "notice_policy", e->notice_policy);
    text_line(b, "notice_version", e->notice_version);
    text_line(b, "via", e->via);
    text_time(b, "effective_from", e->has_effective_from, e->effective_from_us);
    if (e->stated_source_type != SOURCE_NONE)
        text_line(b, "source_type", source_type_name(e->stated_source_type));
    text_line(b, "party", e->party);
    text_line(b, "agreement", e->agreement);
    for (size_t i = 0; i < e->n_named; i++)
        text_line(b, "named", e->named[i]);
    text_time(b, "collected_from", e->has_collected, e->collected.from_us);
    text_time(b, "collected_to", e->has_collected, e->collected.to_us);
    if (e->n_evidence > 0)
        buf_addf(b, "evidence %u\n", (unsigned)e->n_evidence);
    text_time(b, "agreement_from", e->has_agreement_from, e->agreement_from_us);
    text_time(b, "agreement_until", e->has_agreement_until, e->agreement_until_us);
    text_time(b, "terminated", e->has_terminated, e->terminated_us);
    text_time(b, "breach_from", e->has_breach_from, e->breach_from_us);
    if (e->n_anchors > 0)
        buf_addf(b, "anchors %u\n", (unsigned)e->n_anchors);
    text_line(b, "customer", e->customer);
    text_line(b, "request_id", e->request_id);
    for (size_t i = 0; i < e->n_rights; i++)
        text_line(b, "right", e->rights[i]);
    text_time(b, "received", e->has_received, e->received_us);
    text_line(b, "rights_outcome", e->rights_outcome);
    for (size_t i = 0; i < sizeof flags / sizeof flags[0]; i++)
        if (flags[i].set)
            buf_addf(b, "%s\n", flags[i].name);
}

/* The whole file, or NULL. */
static char *file_read(const char *path, size_t *ret_len)
{
    FILE *f = fopen(path, "rb");
    if (f == NULL)
        return NULL;
    char *bytes = calloc(1, 2 * EVENT_SALVAGE_BYTES);
    *ret_len = bytes ? fread(bytes, 1, 2 * EVENT_SALVAGE_BYTES - 1, f) : 0;
    fclose(f);
    return bytes;
}

/* Decodes STEM.json, with the headers of STEM.headers ("key: value" lines) if there, and
 * appends its text. */
static bool event_file_text(const char *path, struct buf *b)
{
    static struct event event;
    struct fault fault;
    struct record_header headers[16];
    struct event_input in = {.headers = headers};
    char beside[512];
    size_t len;
    char *value = file_read(path, &in.value_len);

    if (value == NULL)
        return false;
    in.value = value;
    in.has_value = true;
    snprintf(beside, sizeof beside, "%.*s.headers", (int)(strlen(path) - 5), path);
    char *lines = file_read(beside, &len), *rest = lines, *line;
    while (lines && in.n_headers < 16 && (line = strsep(&rest, "\n")) && *line) {
        char *colon = strstr(line, ": ");
        if (colon == NULL)
            break;
        *colon = '\0';
        headers[in.n_headers++] =
            (struct record_header){line, colon + 2, strlen(colon + 2)};
    }
    event_from_json(&in, &event, &fault);
    event_text(&event, &fault, b);
    free(value);
    free(lines);
    return true;
}

#endif
