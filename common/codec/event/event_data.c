#include "event_parts.h"
#include "base/hex.h"
#include "core/event/admit.h"
#include "core/casework/rights.h"

#include <string.h>

#define WORDS(...)                                                                       \
    (const char *const[]){__VA_ARGS__},                                                  \
        sizeof(const char *const[]){__VA_ARGS__} / sizeof(char *)

/* What the fields that are checked but not kept may hold, in bytes with the NUL. */
#define NAME_CAP  EVENT_NAME_BYTES
#define LINE_CAP  257
#define URI_CAP   2049
#define WORDS_CAP 8193

static void read_basis(struct reader *r, struct value *data, const struct at *at,
                       bool needed)
{
    struct at here = {at, "basis", 0};
    struct value *o = read_object(r, data, at, "basis", needed);

    if (o == NULL)
        return;
    int art6 =
        read_word(r, o, &here, "art6", needed, WORDS("a", "b", "c", "d", "e", "f"));
    if (art6 >= 0)
        r->ev->art6 = (char)('a' + art6);
    int type = read_word(r, o, &here, "type", needed,
                         WORDS("none", "unknown", "implied", "expressed", "explicit"));
    if (type >= 0)
        r->ev->basis = (enum event_basis)(BASIS_NONE + type);
}

static void read_notice(struct reader *r, struct value *o, const struct at *up)
{
    struct at here = {up, "notice", 0};
    struct value *notice = read_object(r, o, up, "notice", false);

    if (notice == NULL)
        return;
    read_text(r, notice, &here, "policy_id", READ_PLAIN, r->ev->notice_policy, NAME_CAP);
    read_text(r, notice, &here, "version", READ_PLAIN, r->ev->notice_version, NAME_CAP);
    read_text(r, notice, &here, "language", READ_PLAIN, NULL, 36);
    read_digest(r, notice, &here, "text_sha256");
}

static void read_double_opt_in(struct reader *r, struct value *consent,
                               const struct at *at)
{
    struct event *ev = r->ev;
    struct at here = {at, "double_opt_in", 0};
    struct value *o = read_object(r, consent, at, "double_opt_in", false);

    if (o == NULL)
        return;
    int state = read_word(r, o, &here, "state", true,
                          WORDS("none", "requested", "pending", "confirmed"));
    int64_t at_us;
    bool has_at = read_instant(r, o, &here, "at", false, &at_us);

    if (state == 3) {
        ev->confirm = CONFIRM_DONE;
        ev->has_confirmed_at = has_at;
        ev->confirmed_us = has_at ? at_us : 0;
    } else if (state > 0) {
        ev->confirm = CONFIRM_PENDING;
    }
}

/* The channels that the consent was worded for: said outright, or found in the words. */
static void read_stated_channels(struct reader *r, struct value *consent,
                                 const struct at *at)
{
    struct at here = {at, "statement_channels", 0};
    struct value *list = read_array(r, consent, at, "statement_channels", false, 16);
    struct value *words = value_get(consent, "statement");
    bool any, whole;

    bool readable =
        read_text(r, consent, at, "statement", READ_FREE, NULL, WORDS_CAP) && words;
    if (list)
        r->ev->stated_channels = event_read_channels(r, list, &here, false, &any, &whole);
    else if (readable)
        r->ev->stated_channels =
            statement_channels(value_text(words), value_text_bytes(words));
}

static void read_consent(struct reader *r, struct value *data, const struct at *at,
                         bool needed)
{
    struct event *ev = r->ev;
    struct at here = {at, "consent", 0};
    struct value *o = read_object(r, data, at, "consent", needed);

    if (o == NULL)
        return;
    read_text(r, o, &here, "method", needed ? READ_NEEDED : READ_PLAIN, ev->method,
              NAME_CAP);
    read_stated_channels(r, o, &here);
    read_notice(r, o, &here);
    read_double_opt_in(r, o, &here);
    read_bool(r, o, &here, "bundled", &ev->bundled);
    read_bool(r, o, &here, "solicited_by_us", &ev->solicited_by_us);
    read_bool(r, o, &here, "soft_opt_in", &ev->soft_opt_in);

    char text[32];
    if (read_text(r, o, &here, "valid_for", READ_PLAIN, text, sizeof text)) {
        ev->has_valid_for = when_parse_length(text, strlen(text), &ev->valid_for);
        if (!ev->has_valid_for)
            read_fault_in(r, &here, "valid_for", EVENT_FAULT_BAD_VALUE);
    }
}

/* optout, objection, withdrawal, feedback: how somebody's no, or a bounce, came to us. */
static void read_denial(struct reader *r, struct value *data, const struct at *at,
                        const char *name)
{
    struct event *ev = r->ev;
    struct at here = {at, name, 0};
    struct value *o = read_object(r, data, at, name, false);

    if (o == NULL)
        return;
    read_text(r, o, &here, "via", READ_PLAIN, ev->via, NAME_CAP);
    read_text(r, o, &here, "list_id", READ_PLAIN, ev->list_id, sizeof ev->list_id);
    read_text(r, o, &here, "message_id", READ_PLAIN, ev->message_id,
              sizeof ev->message_id);
    read_text(r, o, &here, "as_sent_to", READ_PLAIN, NULL, sizeof ev->email);
    read_text(r, o, &here, "ticket", READ_PLAIN, NULL, LINE_CAP);
    read_text(r, o, &here, "verbatim", READ_FREE, NULL, WORDS_CAP);
    read_text(r, o, &here, "language", READ_PLAIN, NULL, 36);
    read_bool(r, o, &here, "limited_by_subject", &ev->limited_by_subject);
    if (read_span(r, o, &here, "effective_from", NULL, &ev->effective_from_us))
        ev->has_effective_from = true;
    if (read_span(r, o, &here, "until", NULL, &ev->until_us))
        ev->has_until = true;
}

static enum event_tie tie_of(const char *name)
{
    static const char *const names[] = {"", "link_token", "verp", "message_id", "person"};

    for (size_t i = 1; i < sizeof names / sizeof names[0]; i++)
        if (strcmp(name, names[i]) == 0)
            return (enum event_tie)i;
    return TIE_NONE;
}

static void read_feedback(struct reader *r, struct value *data, const struct at *at)
{
    struct event *ev = r->ev;
    struct at here = {at, "feedback", 0};
    struct value *o = value_get(data, "feedback");
    char kind[NAME_CAP] = "", status[33] = "", words[LINE_CAP] = "", tie[NAME_CAP] = "";

    read_denial(r, data, at, "feedback");
    if (value_is(o, VALUE_OBJECT)) {
        read_text(r, o, &here, "kind", READ_PLAIN, kind, sizeof kind);
        read_text(r, o, &here, "status", READ_PLAIN, status, sizeof status);
        read_text(r, o, &here, "diagnostic", READ_PLAIN, words, sizeof words);
        read_text(r, o, &here, "tie", READ_PLAIN, tie, sizeof tie);
        read_bool(r, o, &here, "confirmed", &ev->bounce_confirmed);
    }
    ev->tie = tie_of(tie);
    if (ev->type == EVENT_FEEDBACK_BOUNCED)
        ev->bounce = bounce_told(kind, status, words, &ev->bounce_confirmed);
}

static void read_agreement(struct reader *r, struct value *data, const struct at *at)
{
    struct event *ev = r->ev;
    struct at here = {at, "agreement", 0};
    struct value *o = read_object(r, data, at, "agreement", true);

    if (o == NULL)
        return;
    read_text(r, o, &here, "agreement_id", READ_NEEDED, ev->agreement, NAME_CAP);
    read_text(r, o, &here, "party_id", READ_PLAIN, ev->party, NAME_CAP);
    read_text(r, o, &here, "reason", READ_FREE, NULL, WORDS_CAP);
    ev->has_agreement_from =
        read_span(r, o, &here, "valid_from", NULL, &ev->agreement_from_us);
    ev->has_agreement_until =
        read_span(r, o, &here, "valid_until", NULL, &ev->agreement_until_us);
    ev->has_terminated =
        read_span(r, o, &here, "terminated_at", NULL, &ev->terminated_us);
    ev->has_breach_from =
        read_span(r, o, &here, "breach_from", NULL, &ev->breach_from_us);
}

/* The rest of a request and of its answers: checked here, read from the ledger. */
static void read_answer(struct reader *r, struct value *rights, const struct at *at)
{
    static const char *const reasons[] = {
#define X(num, id, article, kinds, text) #id,
        REFUSALS(X)
#undef X
    };
    struct at extension = {at, "extension", 0};
    struct at refusal = {at, "refusal", 0};
    struct at authority = {&refusal, "authority", 0};
    struct at referral = {at, "referral", 0};

    read_text(r, rights, at, "source", READ_PLAIN, NULL, NAME_CAP);
    read_text(r, rights, at, "due_rule", READ_PLAIN, NULL, LINE_CAP);
    struct value *o = read_object(r, rights, at, "extension", false);
    if (o != NULL) {
        read_text(r, o, &extension, "reason", READ_FREE, NULL, WORDS_CAP);
        read_span(r, o, &extension, "notified_at", NULL, NULL);
    }
    o = read_object(r, rights, at, "refusal", false);
    if (o != NULL) {
        read_word(r, o, &refusal, "reason", true, reasons,
                  sizeof reasons / sizeof reasons[0]);
        read_text(r, o, &refusal, "explanation", READ_FREE, NULL, WORDS_CAP);
        struct value *who = read_object(r, o, &refusal, "authority", false);
        if (who != NULL) {
            read_text(r, who, &authority, "country", READ_PLAIN, NULL, 3);
            read_text(r, who, &authority, "name", READ_PLAIN, NULL, LINE_CAP);
            read_text(r, who, &authority, "url", READ_PLAIN, NULL, URI_CAP);
        }
    }
    o = read_object(r, rights, at, "referral", false);
    if (o != NULL) {
        read_text(r, o, &referral, "to", READ_NEEDED, NULL, LINE_CAP);
        read_span(r, o, &referral, "at", NULL, NULL);
    }
}

static void read_rights(struct reader *r, struct value *data, const struct at *at,
                        bool needed)
{
    struct event *ev = r->ev;
    struct at here = {at, "rights", 0};
    struct at kinds = {&here, "kinds", 0};
    struct value *o = read_object(r, data, at, "rights", needed);

    if (o == NULL)
        return;
    read_text(r, o, &here, "request_id", needed ? READ_NEEDED : READ_PLAIN,
              ev->request_id, NAME_CAP);
    struct value *list = read_array(r, o, &here, "kinds", needed, EVENT_RIGHTS);
    if (list && value_elements(list) == 0)
        read_fault(r, &kinds, EVENT_FAULT_BAD_VALUE);
    for (size_t i = 0; i < value_elements(list); i++) {
        struct at item = {&kinds, NULL, i};
        if (read_text_value(r, value_element(list, i), &item, READ_NEEDED,
                            ev->rights[ev->n_rights], sizeof ev->rights[0]))
            ev->n_rights++;
    }
    ev->has_received = read_span(r, o, &here, "received_at", NULL, &ev->received_us);
    read_span(r, o, &here, "due_at", NULL, NULL);
    read_bool(r, o, &here, "unverified", &ev->unverified);
    read_text(r, o, &here, "subject", READ_FREE, NULL, LINE_CAP);
    read_text(r, o, &here, "verbatim", READ_FREE, NULL, WORDS_CAP);
    read_text(r, o, &here, "reply_to", READ_PLAIN, NULL, 512);
    read_text(r, o, &here, "outcome", READ_PLAIN, ev->rights_outcome,
              sizeof ev->rights_outcome);
    read_answer(r, o, &here);
}

static void read_anchors(struct reader *r, struct value *data, const struct at *at)
{
    static const char *const events[] = {
#define X(num, id, name) name,
        ANCHORS(X)
#undef X
    };
    struct at here = {at, "anchors", 0};
    struct value *list = read_array(r, data, at, "anchors", true, EVENT_ANCHORS);
    bool qualified;

    if (list && value_elements(list) == 0)
        read_fault(r, &here, EVENT_FAULT_BAD_VALUE);
    for (size_t i = 0; i < value_elements(list); i++) {
        struct at item = {&here, NULL, i};
        struct value *o = value_element(list, i);
        if (!value_is(o, VALUE_OBJECT)) {
            read_fault(r, &item, EVENT_FAULT_TYPE_MISMATCH);
            continue;
        }
        read_word(r, o, &item, "event", true, events, sizeof events / sizeof events[0]);
        read_span(r, o, &item, "at", NULL, NULL);
        read_text(r, o, &item, "reference", READ_PLAIN, NULL, NAME_CAP);
        read_bool(r, o, &item, "qualified", &qualified);
        r->ev->n_anchors++;
    }
}

/* Whose data it is: ours, or a customer's that we process (S36). */
static void read_role(struct reader *r, struct value *data, const struct at *at)
{
    r->ev->processor =
        read_word(r, data, at, "role", false, WORDS("controller", "processor")) == 1;
    read_text(r, data, at, "customer_id", READ_PLAIN, r->ev->customer, NAME_CAP);
}

static void read_warranty(struct reader *r, struct value *provenance, const struct at *at)
{
    struct event *ev = r->ev;
    struct at here = {at, "warranty", 0};
    struct at named = {&here, "controllers_named", 0};
    struct value *o = read_object(r, provenance, at, "warranty", false);

    if (o == NULL)
        return;
    read_bool(r, o, &here, "asserted", &ev->warranty);
    read_text(r, o, &here, "clause", READ_PLAIN, NULL, LINE_CAP);
    ev->verified = read_word(r, o, &here, "evidence_state", false,
                             WORDS("none", "asserted", "sampled", "verified")) >= 2;
    struct value *list = read_array(r, o, &here, "controllers_named", false, EVENT_NAMED);
    for (size_t i = 0; i < value_elements(list); i++) {
        struct at item = {&named, NULL, i};
        if (read_text_value(r, value_element(list, i), &item, READ_NEEDED,
                            ev->named[ev->n_named], sizeof ev->named[0]))
            ev->n_named++;
    }
}

/* Enough of a digest to tell forms apart; never 0. */
static int64_t form_of(const char *digits)
{
    uint8_t bytes[8];
    int64_t form = 0;

    if (!hex_read(digits, sizeof bytes, bytes))
        return 0;
    for (size_t i = 0; i < sizeof bytes; i++)
        form = (int64_t)((uint64_t)form << 8 | bytes[i]);
    return form != 0 ? form : 1;
}

static void read_evidence(struct reader *r, struct value *provenance, const struct at *at)
{
    struct at here = {at, "evidence", 0};
    struct value *list = read_array(r, provenance, at, "evidence", false, 32);

    for (size_t i = 0; i < value_elements(list); i++) {
        struct at item = {&here, NULL, i};
        struct value *o = value_element(list, i);
        if (!value_is(o, VALUE_OBJECT)) {
            read_fault(r, &item, EVENT_FAULT_TYPE_MISMATCH);
            continue;
        }
        char kind[NAME_CAP] = "";
        read_text(r, o, &item, "kind", READ_PLAIN, kind, sizeof kind);
        read_text(r, o, &item, "uri", READ_PLAIN, NULL, URI_CAP);
        bool digest = read_digest(r, o, &item, "sha256");
        r->ev->n_evidence += digest;
        if (strcmp(kind, "confirmation_link") == 0)
            r->ev->by_link = true;
        if (strcmp(kind, "form_capture") == 0 && digest)
            r->ev->form = form_of(value_text(value_get(o, "sha256")));
    }
}

static void read_provenance(struct reader *r, struct value *data, const struct at *at,
                            bool needed)
{
    static const char *const types[] = {
#define X(num, id, name, rank, direct, grants) name,
        SOURCE_TYPES(X)
#undef X
    };
    struct event *ev = r->ev;
    struct at here = {at, "provenance", 0};
    struct value *o = read_object(r, data, at, "provenance", needed);

    if (o == NULL)
        return;
    int type = read_word(r, o, &here, "source_type", needed, types,
                         sizeof types / sizeof types[0]);
    if (type >= 0)
        ev->stated_source_type = source_type_parse(types[type]);
    read_text(r, o, &here, "party_id", READ_PLAIN, ev->party, NAME_CAP);
    read_text(r, o, &here, "agreement_id", READ_PLAIN, ev->agreement, NAME_CAP);
    ev->ordered = read_text(r, o, &here, "order_ref", READ_PLAIN, NULL, LINE_CAP) &&
                  value_get(o, "order_ref");
    read_text(r, o, &here, "recorded_by", READ_PLAIN, NULL, LINE_CAP);
    ev->has_collected = read_span(r, o, &here, "collected_at", &ev->collected, NULL);
    read_warranty(r, o, &here);
    read_evidence(r, o, &here);
}

void event_read_data(struct reader *r, struct value *data, const struct at *at,
                     uint32_t twice)
{
    enum event_type type = r->ev->type;
    bool grant = type == EVENT_CONSENT_GRANTED;
    bool agreement = r->class == EVENT_CLASS_AGREEMENT;

    event_read_contact(r, data, at, !agreement && r->class != EVENT_CLASS_ERASED);
    if (r->class == EVENT_CLASS_ERASED)
        event_read_erased(r, data, at);
    event_read_change(r, data, at, r->class == EVENT_CLASS_CHANGE);
    event_read_scope(r, data, at, twice);
    read_basis(r, data, at, grant);
    read_consent(r, data, at, grant);
    read_notice(r, data, at);
    read_denial(r, data, at, "withdrawal");
    read_denial(r, data, at, "objection");
    read_denial(r, data, at, "optout");
    read_feedback(r, data, at);
    read_rights(r, data, at, r->class == EVENT_CLASS_RIGHTS);
    read_provenance(r, data, at, grant || r->class == EVENT_CLASS_LEAD);
    read_role(r, data, at);
    if (r->class == EVENT_CLASS_ANCHOR)
        read_anchors(r, data, at);
    if (agreement)
        read_agreement(r, data, at);
}
