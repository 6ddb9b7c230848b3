/*
 * event.h - one CloudEvents message as a typed value, names still as its sender wrote
 * them.
 *
 * Filled by codec/event_json whole or with a fault; nobody past the codec sees JSON. The
 * bounds are those of schemas/events.
 */
#ifndef CONSENT_CORE_EVENT_H
#define CONSENT_CORE_EVENT_H

#include "base/when.h"
#include "bounce.h"
#include "core/vocab.h"

#define EVENT_ID_BYTES      257 /* 256 and a NUL, UTF-8 */
#define EVENT_SOURCE_BYTES  257
#define EVENT_MESSAGE_BYTES 999
#define EVENT_NAME_BYTES    65 /* purposes, controllers, agreements, parties: 64 */
#define EVENT_CONTROLLERS   8
#define EVENT_SCOPES        16
#define EVENT_NAMED         16
#define EVENT_RIGHTS        8
#define EVENT_ANCHORS       16
#define EVENT_POINTER_BYTES 128
#define EVENT_REASON_BYTES  48

/* What the JSON or the meaning of an event has wrong: stable code, RFC 6901 pointer. */
struct fault {
    char reason[EVENT_REASON_BYTES];   /* "TYPE_MISMATCH"; empty: none */
    char pointer[EVENT_POINTER_BYTES]; /* "/data/contact/email" */
};

enum event_age { AGE_UNKNOWN = 0, AGE_UNDER_16, AGE_16_OR_OVER };
enum event_confirm { CONFIRM_NONE = 0, CONFIRM_PENDING, CONFIRM_DONE };
/* What says that a report is about a message of ours. */
enum event_tie {
    TIE_NONE = 0,
    TIE_TOKEN,   /* our link token in it: nobody else can make one       */
    TIE_VERP,    /* it came to an address that we made for one recipient */
    TIE_MESSAGE, /* its Message-ID, if a mailing system has told it      */
    TIE_PERSON,  /* somebody has looked into it                          */
};
enum event_basis {
    BASIS_NONE = 0,
    BASIS_UNKNOWN,
    BASIS_IMPLIED,
    BASIS_EXPRESSED,
    BASIS_EXPLICIT
};

struct event_scope {
    char purpose[EVENT_NAME_BYTES]; /* "*", "*promotional" in denials */
    uint16_t channels;              /* bits; CHANNELS_ALL with any_channel for "*" */
    bool any_channel;
};

struct event {
    /* CloudEvents */
    char id[EVENT_ID_BYTES];
    char source[EVENT_SOURCE_BYTES];
    enum event_type type;
    bool has_time;
    int64_t time_us;
    bool has_recorded;
    int64_t recorded_us;
    char sequence[65];
    char import_batch[65];

    /* the contact, as written */
    char email[512]; /* canonicalised by common/ident */
    char phone[80];
    char postal[1024]; /* one line, parts joined by ", " */
    char country[3];
    char hash[136]; /* in their place, in denials: a token of this kind and profile */
    enum contact_kind hash_kind;
    enum token_profile hash_profile;
    int extra_fields;   /* members of the contact beside name, address and what is no data
                         */
    enum event_age age; /* as stated, or from birth_date at occurred */
    bool has_birth_day;
    int32_t birth_day; /* days since 1970-01-01; never stored */

    /* the scope */
    size_t n_controllers;
    char controllers[EVENT_CONTROLLERS][EVENT_NAME_BYTES];
    char website[254];
    size_t n_scopes;
    struct event_scope scopes[EVENT_SCOPES];

    /* basis and consent */
    enum event_basis basis;
    char art6; /* 'a'..'f', 0: none */
    char method[EVENT_NAME_BYTES];
    uint16_t stated_channels; /* named by the statement's words; 0: names none */
    enum event_confirm confirm;
    bool by_link; /* the confirmation was a click on a link of ours */
    int64_t form; /* the first bytes of the captured form's digest; 0: none */
    bool has_confirmed_at;
    int64_t confirmed_us;
    bool has_valid_for;
    struct when_length valid_for;
    bool bundled;
    bool solicited_by_us;
    bool soft_opt_in;
    char notice_policy[EVENT_NAME_BYTES];
    char notice_version[EVENT_NAME_BYTES];

    /* how a denial reached us */
    char via[EVENT_NAME_BYTES];
    bool limited_by_subject; /* the person named the limits themselves */
    bool has_effective_from;
    int64_t effective_from_us;
    bool has_until; /* a pause: the opt-out ends by itself */
    int64_t until_us;

    /* provenance */
    enum source_type stated_source_type; /* the weaker of it and the feed's counts */
    char party[EVENT_NAME_BYTES];
    char agreement[EVENT_NAME_BYTES];
    bool warranty;
    size_t n_named;
    char named[EVENT_NAMED][129];
    bool has_collected;
    struct when_span collected;
    uint32_t n_evidence; /* pieces with a digest */
    bool ordered;        /* provenance.order_ref is given: a customer */
    bool processor;      /* data.role is "processor": a customer's data (S36) */
    bool verified;       /* warranty.evidence_state is sampled or verified */

    /* agreement.* */
    bool has_agreement_from, has_agreement_until, has_terminated, has_breach_from;
    int64_t agreement_from_us, agreement_until_us, terminated_us, breach_from_us;

    /* feedback.bounced */
    enum bounce bounce;
    bool bounce_confirmed; /* BOUNCE_ADDRESS without doubt: else it lapses */
    enum event_tie tie;
    char list_id[257]; /* of the message's list, as a denial's sender calls it */
    char message_id[EVENT_MESSAGE_BYTES]; /* of the message that came back; feedback.* and
                                             optout have it, too, where a sender tells it
                                           */

    /* contact.changed: the contact point that was, as written */
    char old_email[512];
    char old_phone[80];
    char old_postal[1024];
    char old_country[3];
    enum event_change change;
    char told_by[EVENT_NAME_BYTES];

    /* contact.erased: whose data have gone; no address stands in it */
    uint8_t erased_key[16];
    enum contact_kind erased_kind;

    /* retention.anchored: what they say is read from the ledger, by store/retention */
    uint32_t n_anchors;

    /* rights.*; the rest of them is read from the ledger, by store/rights */
    char request_id[EVENT_NAME_BYTES];
    char customer[EVENT_NAME_BYTES]; /* data.customer_id: the controller, if processor */
    size_t n_rights;
    char rights[EVENT_RIGHTS][32]; /* "object", "erase", "restrict", ... */
    bool has_received;
    int64_t received_us;
    bool unverified; /* by mail, say: erases and restricts only once it is answered */
    char rights_outcome[32]; /* completed: "done", "refused", "lifted", ... */
};

#endif
