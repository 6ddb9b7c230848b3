/*
 * vocab.h - the words of the domain, each in one table: enum, name and tests expand from
 * it.
 *
 * Numbers are stored in PostgreSQL (smallint): append only, never renumber.
 */
#ifndef CONSENT_CORE_VOCAB_H
#define CONSENT_CORE_VOCAB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* --- event types: name on the wire, and what a fault in one may cost --- */
#define EVENT_TYPES(X)                                                                   \
    X(1, CONSENT_GRANTED, "consent.granted.v1", GRANT)                                   \
    X(2, CONSENT_REFUSED, "consent.refused.v1", DENIAL)                                  \
    X(3, CONSENT_WITHDRAWN, "consent.withdrawn.v1", DENIAL)                              \
    X(4, OPTOUT_RECORDED, "optout.recorded.v1", DENIAL)                                  \
    X(5, OBJECTION_RECORDED, "objection.recorded.v1", DENIAL)                            \
    X(6, LEAD_RECEIVED, "lead.received.v1", LEAD)                                        \
    X(7, AGREEMENT_CHANGED, "agreement.changed.v1", AGREEMENT)                           \
    X(8, AGREEMENT_WARRANTY_BREACHED, "agreement.warranty_breached.v1", AGREEMENT)       \
    X(9, NOTICE_SENT, "notice.sent.v1", NOTICE)                                          \
    X(10, FEEDBACK_BOUNCED, "feedback.bounced.v1", FEEDBACK)                             \
    X(11, FEEDBACK_COMPLAINED, "feedback.complained.v1", DENIAL)                         \
    X(12, RIGHTS_REQUESTED, "rights.requested.v1", RIGHTS)                               \
    X(13, RIGHTS_COMPLETED, "rights.completed.v1", RIGHTS)                               \
    X(14, RETENTION_ANCHORED, "retention.anchored.v1", ANCHOR)                           \
    X(15, FEEDBACK_REACHED, "feedback.reached.v1", FEEDBACK)                             \
    X(16, FEEDBACK_DELIVERED, "feedback.delivered.v1", FEEDBACK)                         \
    X(17, CONTACT_CHANGED, "contact.changed.v1", CHANGE)                                 \
    X(18, CONTACT_ERASED, "contact.erased.v1", ERASED)

enum event_class {
    EVENT_CLASS_NONE = 0,
    EVENT_CLASS_GRANT,
    EVENT_CLASS_DENIAL, /* takes effect although malformed in anything but its contact */
    EVENT_CLASS_LEAD,
    EVENT_CLASS_AGREEMENT,
    EVENT_CLASS_NOTICE,
    EVENT_CLASS_FEEDBACK,
    EVENT_CLASS_RIGHTS,
    EVENT_CLASS_ANCHOR, /* from which retention is counted; changes no decision */
    EVENT_CLASS_CHANGE, /* which contact points are one person's */
    EVENT_CLASS_ERASED, /* the certificate of an erasure; ours alone to say */
};

enum event_type {
    EVENT_NONE = 0,
#define X(num, id, name, class) EVENT_##id = num,
    EVENT_TYPES(X)
#undef X
};

/* --- channels: a bit each --- */
#define CHANNELS(X)                                                                      \
    X(0, EMAIL, "email")                                                                 \
    X(1, PHONE, "phone")                                                                 \
    X(2, SMS, "sms")                                                                     \
    X(3, POST, "post")                                                                   \
    X(4, WEB, "web")                                                                     \
    X(5, SOCIAL, "social")

enum channel {
#define X(bit, id, name) CHANNEL_##id = 1 << bit,
    CHANNELS(X)
#undef X
};
#define CHANNELS_ALL ((uint16_t)0x3f)

/* --- contact kinds --- */
#define CONTACT_KINDS(X)                                                                 \
    X(1, EMAIL, "email")                                                                 \
    X(2, PHONE, "phone")                                                                 \
    X(3, POSTAL, "postal")

enum contact_kind {
    CONTACT_NONE = 0,
#define X(num, id, name) CONTACT_##id = num,
    CONTACT_KINDS(X)
#undef X
};

/* --- source types: what a registered party is; rank orders ties (rules, part 1) --- */
#define SOURCE_TYPES(X)                                                                  \
    /* num, id, name, rank (lower speaks louder), direct, may grant */                   \
    X(1, DIRECT, "direct", 0, true, true)                                                \
    X(2, MAILING, "mailing", 0, true, false)                                             \
    X(3, PLATFORM, "platform", 1, false, false)                                          \
    X(4, DPO, "dpo", 2, true, true)                                                      \
    X(5, CONTRACTS, "contracts", 2, false, false)                                        \
    X(6, RESELLER, "reseller", 3, false, true)                                           \
    X(7, WEBHOST, "webhost", 3, false, true)                                             \
    X(8, AFFILIATE, "affiliate", 3, false, true)                                         \
    X(9, ORGANISATION, "organisation", 4, false, false)                                  \
    X(10, LEAD_PROVIDER, "lead_provider", 5, false, true)                                \
    X(11, BUSINESS_CONTACT_PROVIDER, "business_contact_provider", 5, false, true)        \
    X(12, GOVERNMENT_SOURCE, "government_source", 6, false, false)                       \
    X(13, CT_LOG, "ct_log", 6, false, false)                                             \
    X(14, USAGE, "usage", 6, false, false)                                               \
    X(15, REFERENCE, "reference", 6, false, false)                                       \
    X(16, VALIDATION_SOURCE, "validation_source", 6, false, false)                       \
    X(17, EMPLOYER, "employer", 6, false, false)

enum source_type {
    SOURCE_NONE = 0,
#define X(num, id, name, rank, direct, grants) SOURCE_##id = num,
    SOURCE_TYPES(X)
#undef X
};

/* --- purpose classes --- */
#define PURPOSE_CLASSES(X)                                                               \
    X(1, PROMOTIONAL, "promotional")                                                     \
    X(2, SOLICITED, "solicited")                                                         \
    X(3, TRANSACTIONAL, "transactional")                                                 \
    X(4, ADMINISTRATIVE, "administrative")                                               \
    X(5, LEGAL, "legal")                                                                 \
    X(6, SHARING, "sharing")                                                             \
    X(7, WEB, "web")                                                                     \
    X(8, RECRUITMENT, "recruitment")

enum purpose_class {
    PURPOSE_CLASS_NONE = 0,
#define X(num, id, name) PURPOSE_CLASS_##id = num,
    PURPOSE_CLASSES(X)
#undef X
};

/* --- what a fact asserts --- */
#define FACT_KINDS(X)                                                                    \
    /* num, id, name, denial (competes with grants, applies although malformed) */       \
    X(1, GRANT, "grant", false)                                                          \
    X(2, REFUSAL, "refusal", true)                                                       \
    X(3, WITHDRAWAL, "withdrawal", true)                                                 \
    X(4, OPTOUT, "optout", true)                                                         \
    X(5, OBJECTION, "objection", true)                                                   \
    X(6, COMPLAINT, "complaint", true)                                                   \
    X(7, PLATFORM, "platform", true) /* a list such as DROP or a telephone preference */ \
    X(8, LEAD, "lead", false)        /* the contact was offered; starts article 14 */    \
    X(9, NOTICE, "notice", false)    /* the article 14 notice reached the contact */     \
    X(10, BOUNCE, "bounce", false) /* until expires_us; WHEN_NEVER: confirmed invalid */ \
    X(11, MINOR, "minor", false)   /* recorded as under 16 */                            \
    X(12, ADULT, "adult", false)   /* age verified again */                              \
    X(13, RESTRICTION, "restriction", false)                                             \
    X(14, RESTRICTION_LIFTED, "restriction_lifted", false)                               \
    X(15, ERASURE, "erasure", false)                                                     \
    X(16, PROCESSOR, "processor", false) /* known only as a customer's data (S36) */     \
    X(17, RELATIONSHIP, "relationship", false) /* a live customer relationship */        \
    X(18, DEATH, "death", false)               /* post-mortem directive */               \
    X(19, REACHED, "reached", false)           /* fresh verification clears a bounce */  \
    X(20, REQUEST, "request", false) /* a rights request without other effect */         \
    X(21, ERASURE_REFUSED, "erasure_refused",                                            \
      false)                       /* article 17(3): data stay, and                      \
                                      with them what is not marketing */                 \
    X(22, ANCHOR, "anchor", false) /* retention is counted from what it says */          \
    X(23, SOFT_BOUNCE, "soft_bounce", false) /* full, too large, not now: counted */     \
    X(24, DELIVERED, "delivered",                                                        \
      false)                       /* a message got there: begins the count again */     \
    X(25, UNREAD, "unread", true)  /* a letter that nobody has read: taken for a no */   \
    X(26, READ, "read", false)     /* it was read, and holds no longer */                \
    X(27, CHANGE, "change", false) /* it is one person with another contact, or not */   \
    X(28, ERASED, "erased", false) /* a certificate; changes no decision */

enum fact_kind {
    FACT_NONE = 0,
#define X(num, id, name, denial) FACT_##id = num,
    FACT_KINDS(X)
#undef X
};

/* --- how two contact points are one person's --- */
#define CHANGES(X)                                                                       \
    /* num, id, name in events (4: only consentctl rekey says so) */                     \
    X(1, CHANGED, "changed")         /* the one has taken the place of the other */      \
    X(2, SAME_PERSON, "same_person") /* both are in use */                               \
    X(3, MISTAKEN, "mistaken")       /* neither, as it turned out */                     \
    X(4, RESPELT, "respelt")         /* one address, by our rules then and now */

enum event_change {
    CHANGE_NONE = 0,
#define X(num, id, name) CHANGE_##id = num,
    CHANGES(X)
#undef X
};

/* --- what retention is counted from (rows R01 to R15) --- */
#define ANCHORS(X)                                                                       \
    /* num, id, name in events and in the register's terms */                            \
    X(1, SUBSCRIBER_AGREEMENT_END, "subscriber_agreement_end")                           \
    X(2, LEGAL_RIGHTS_WINDOW_END, "legal_rights_window_end") /* the DPO says when */     \
    X(3, LAST_CERTIFICATE, "last_certificate_expired_or_revoked")                        \
    X(4, ACCOUNT_DELETION_REQUESTED, "account_deletion_requested")                       \
    X(5, AGREEMENT_END, "agreement_end")                                                 \
    X(6, ACCOUNT_AGREEMENT_END, "account_agreement_end")                                 \
    X(7, DELETION_REQUESTED, "deletion_requested")                                       \
    X(8, CONSENT_WITHDRAWN, "consent_withdrawn")                                         \
    X(9, HIRING_PROCESS_CONCLUDED, "hiring_process_concluded")                           \
    X(10, EMPLOYMENT_BEGAN, "employment_began")

enum anchor_event {
    ANCHOR_NONE = 0,
#define X(num, id, name) ANCHOR_##id = num,
    ANCHORS(X)
#undef X
};

/* --- rights of a person (S33), and other spellings that senders use --- */
#define RIGHTS(X)                                                                        \
    X(1, ACCESS, "access", "")                                                           \
    X(2, RECTIFY, "rectify", "rectification")                                            \
    X(3, ERASE, "erase", "erasure")                                                      \
    X(4, RESTRICT, "restrict", "restriction")                                            \
    X(5, PORTABILITY, "portability", "")                                                 \
    X(6, WITHDRAW, "withdraw", "withdraw_consent")                                       \
    X(7, OBJECT, "object", "objection")                                                  \
    X(8, OPT_OUT_SALE, "opt_out_sale", "optout_sale")                                    \
    X(9, POST_MORTEM_DIRECTIVE, "post_mortem_directive", "death")                        \
    X(10, COMPLAINT, "complaint", "")                                                    \
    X(11, UNCLASSIFIED, "unclassified", "") /* a letter that a person has to read */

enum right {
    RIGHT_NONE = 0, /* a word we do not know */
#define X(num, id, name, other) RIGHT_##id = num,
    RIGHTS(X)
#undef X
        RIGHT_END,
};

/* What a rights.completed.v1 says of the rights it names. */
#define RIGHTS_OUTCOMES(X)                                                               \
    /* num, id, name, other spelling, closes the request */                              \
    X(1, DONE, "done", "completed", true)                                                \
    X(2, REFUSED, "refused", "rejected", true)                                           \
    X(3, LIFTED, "lifted", "ended", true) /* a restriction, a directive: no longer */    \
    X(4, REFERRED, "referred", "", true)  /* to the customer who is controller     */    \
    X(5, EXTENDED, "extended", "", false) /* by two months (article 12(3))         */    \
    X(6, IDENTITY_REQUESTED, "identity_requested", "",                                   \
      false) /* the clock stops (12(6)) */                                               \
    X(7, IDENTITY_CONFIRMED, "identity_confirmed", "", false) /* and goes on */          \
    X(8, ACKNOWLEDGED, "acknowledged", "",                                               \
      false)                     /* a complaint: we have it, and look */                 \
    X(9, READ, "read", "", true) /* of an unclassified letter: what it asks is known */

enum rights_outcome {
    RIGHTS_OUTCOME_NONE = 0, /* not said, or a word we do not know: as done */
#define X(num, id, name, other, closes) RIGHTS_##id = num,
    RIGHTS_OUTCOMES(X)
#undef X
};

/* --- what became of an event --- */
#define OUTCOMES(X)                                                                      \
    X(1, ACCEPTED, "accepted")                                                           \
    X(2, DUPLICATE, "duplicate")                                                         \
    X(3, QUARANTINED, "quarantined")                                                     \
    X(4, REFUSED, "refused") /* under 16: only the token and the reason are kept */

enum outcome {
    OUTCOME_NONE = 0,
#define X(num, id, name) OUTCOME_##id = num,
    OUTCOMES(X)
#undef X
};

/* --- what is remembered of an event beside its outcome: a bit each --- */
#define LEDGER_FLAGS(X)                                                                  \
    X(0, LATE, "late")                                                                   \
    X(1, REDACTED, "redacted") /* its bytes were not kept */                             \
    X(2, IMPORTED, "imported")                                                           \
    X(3, BINARY, "binary")   /* CloudEvents in binary mode: the value is the data */     \
    X(4, NAMED, "named")     /* its id is made of its content */                         \
    X(5, SANDBOX, "sandbox") /* of a source for trying: nothing comes of it */

enum ledger_flag {
#define X(bit, id, name) LEDGER_##id = 1 << bit,
    LEDGER_FLAGS(X)
#undef X
};

/* --- lists --- */
#define LIST_STATUSES(X)                                                                 \
    X(1, SUPPRESSED, "suppressed")                                                       \
    X(2, RELEASED, "released")                                                           \
    X(3, PERMITTED, "permitted")

enum list_status {
    LIST_ABSENT = 0, /* nothing was ever said of this contact on this list */
#define X(num, id, name) LIST_##id = num,
    LIST_STATUSES(X)
#undef X
};

enum list_polarity { LIST_DENY = 0, LIST_PERMIT = 1 };

#define TOKEN_PROFILES(X)                                                                \
    X(1, HMAC_SHA256, "hmac-sha256")                                                     \
    X(2, SHA256_HEX, "sha256-hex")                                                       \
    X(3, MD5_HEX, "md5-hex")                                                             \
    X(4, SHA1_HEX, "sha1-hex")                                                           \
    X(5, SHA512_HEX, "sha512-hex")                                                       \
    X(6, UID2_B64, "uid2-b64")                                                           \
    X(7, DROP_B64, "drop-b64")                                                           \
    X(8, PLAIN, "plain")                                                                 \
    /* of imported hashes alone, never of a list of ours */                              \
    X(9, GOOGLE_SHA256, "google-sha256")                                                 \
    X(10, META_SHA256, "meta-sha256")

enum token_profile {
    TOKEN_NONE = 0,
#define X(num, id, name) TOKEN_##id = num,
    TOKEN_PROFILES(X)
#undef X
};

/* Names by number ("?" when unknown) and numbers by name (0 when unknown). */
const char *event_type_name(enum event_type type);
enum event_type event_type_parse(const char *name);
enum event_class event_type_class(enum event_type type);
const char *channel_name(uint16_t channel_bit);
uint16_t channel_parse(const char *name); /* one bit, or 0 */
const char *contact_kind_name(enum contact_kind kind);
enum contact_kind contact_kind_parse(const char *name);
enum contact_kind channel_contact_kind(uint16_t channel_bit); /* e-mail for EMAIL, ... */
uint16_t contact_kind_channels(enum contact_kind kind);       /* and all its channels */
const char *source_type_name(enum source_type type);
enum source_type source_type_parse(const char *name);
int source_type_rank(enum source_type type);
bool source_type_direct(enum source_type type);
bool source_type_grants(enum source_type type);
const char *purpose_class_name(enum purpose_class class);
enum purpose_class purpose_class_parse(const char *name);
const char *anchor_event_name(enum anchor_event event);
enum anchor_event anchor_event_parse(const char *name);
const char *right_name(enum right right);
enum right right_parse(const char *name); /* in either spelling */
const char *rights_outcome_name(enum rights_outcome outcome);
enum rights_outcome rights_outcome_parse(const char *name); /* in either spelling */
bool rights_outcome_closes(enum rights_outcome outcome);
const char *fact_kind_name(enum fact_kind kind);
bool fact_kind_denial(enum fact_kind kind);
const char *event_change_name(enum event_change change);
const char *outcome_name(enum outcome outcome);
const char *list_status_name(enum list_status status);
const char *token_profile_name(enum token_profile profile);
enum token_profile token_profile_parse(const char *name);
bool token_profile_shared(enum token_profile profile); /* may contacts have one token? */

/* The same for a person at a desk: "Consent given", "Marketing", "e-mail", "erasure (art.
 * 17)"; "?" when unknown. */
const char *event_type_title(enum event_type type);
const char *purpose_class_title(enum purpose_class class);
const char *channel_title(enum channel channel);
const char *right_title(enum right right);

#endif
