/*
 * register.h - the register as people write it: entries of a kind, with named fields.
 *
 * The table below is the whole grammar of a register file: codec/register_json reads by
 * it, register_check finds contradictions by it, and a new field is one line here (and
 * one in schemas/register/register.schema.json; a test compares the two).
 *
 * A value is text in its one normal form: instants as when_format writes them, flags
 * "true" or "false", everything else as it was written.
 */
#ifndef CONSENT_CORE_REGISTER_H
#define CONSENT_CORE_REGISTER_H

#include "base/err.h"
#include "rulebook.h"

/* id, name (of the kind in the database), section of the file */
// clang-format off
#define REGISTER_KINDS(X)                                                                  \
    X(CONTROLLER, "controller", "controllers")                                             \
    X(POLICY, "policy", "policies")                                                        \
    X(RETENTION, "retention", "retention")                                                 \
    X(PURPOSE, "purpose", "purposes")                                                      \
    X(WEBSITE, "website", "websites")                                                      \
    X(PARTY, "party", "parties")                                                           \
    X(AGREEMENT, "agreement", "agreements")                                                \
    X(SOURCE, "source", "sources")                                                         \
    X(RECIPIENT, "recipient", "recipients")                                                \
    X(LIST, "list", "lists")                                                               \
    X(WINDOWS, "windows", "windows")                                                       \
    X(AUTHORITY, "authority", "authorities")                                               \
    X(HOLIDAYS, "holidays", "holidays")                                                    \
    X(ARCHIVE, "archive", "archive")                                                       \
    X(LINK_KEY, "link_key", "link_keys")                                                   \
    X(WEBHOOK, "webhook", "webhooks")                                                      \
    X(ADEQUACY, "adequacy", "adequacies")

enum register_kind {
    REGISTER_NONE = 0,
#define X(id, name, section) REGISTER_##id,
    REGISTER_KINDS(X)
#undef X
    REGISTER_KIND_END,
};

enum register_type {
    FIELD_TEXT,    /* 1 to 512 bytes, no control characters                          */
    FIELD_NAME,    /* an id-like word, e.g. the name of a key                        */
    FIELD_DATE,    /* "2026-03-31" (its first instant in UTC) or an RFC 3339 instant */
    FIELD_FLAG,    /* true | false                                                   */
    FIELD_COUNT,   /* a whole number from 1 to 1,000,000,000                         */
    FIELD_LENGTH,  /* "P6M"                                                          */
    FIELD_SPAN,    /* a length without months: "PT5M", "P30D"                        */
    FIELD_COUNTRY, /* ISO 3166-1 alpha-2                                             */
    FIELD_SHA256,  /* 64 lower-case hex digits                                       */
    FIELD_WORD,    /* one of the words in `of`, separated by |                       */
    FIELD_WORDS,   /* an array of such                                               */
    FIELD_REF,     /* the id of an entry of the kind in `of`                         */
    FIELD_REFS,    /* an array of such                                               */
    FIELD_DAYS,    /* an array of days, "2026-12-25"                                 */
    FIELD_TERMS,   /* retention terms, see the schema; values are "event offset"     */
};

/* kind, field, type, required, what it refers to or may say */
#define REGISTER_FIELDS(X)                                                                 \
    X(CONTROLLER, "name", TEXT, true, "")                                                  \
    X(CONTROLLER, "country", COUNTRY, true, "")                                            \
    X(CONTROLLER, "parent", REF, false, "controller")                                      \
    X(CONTROLLER, "address", TEXT, false, "")                                              \
    X(CONTROLLER, "dpo_contact", TEXT, false, "")                                          \
    X(CONTROLLER, "default", FLAG, false, "")                                              \
    X(CONTROLLER, "soft_opt_in", WORDS, false, "AT|BE|BG|CH|CY|CZ|DE|DK|EE|ES|FI|FR|GB|"   \
                                               "GR|HR|HU|IE|IS|IT|LI|LT|LU|LV|MT|NL|NO|"   \
                                               "PL|PT|RO|SE|SI|SK")                        \
    X(POLICY, "policy", NAME, true, "")                                                    \
    X(POLICY, "version", NAME, true, "")                                                   \
    X(POLICY, "title", TEXT, false, "")                                                    \
    X(POLICY, "material", FLAG, true, "")                                                  \
    X(POLICY, "notice", DATE, false, "")                                                   \
    X(POLICY, "notice_by", WORDS, false, "email|website")                                  \
    X(POLICY, "text", TEXT, false, "")                                                     \
    X(POLICY, "text_sha256", SHA256, false, "")                                            \
    X(POLICY, "url", TEXT, false, "")                                                      \
    X(POLICY, "supersedes", REFS, false, "policy")                                         \
    X(RETENTION, "information", TEXT, true, "")                                            \
    X(RETENTION, "policy", REF, true, "policy")                                            \
    X(RETENTION, "combine", WORD, false, "max|min")                                        \
    X(RETENTION, "terms", TERMS, false, "")                                                \
    X(RETENTION, "same_as", REF, false, "retention")                                       \
    X(RETENTION, "external", NAME, false, "")                                              \
    X(RETENTION, "external_when_employee", NAME, false, "")                                \
    X(RETENTION, "indefinite", FLAG, false, "")                                            \
    X(RETENTION, "open_ended", FLAG, false, "")                                            \
    X(RETENTION, "review_every", LENGTH, false, "")                                        \
    X(RETENTION, "backup_grace", LENGTH, false, "")                                        \
    X(RETENTION, "note", TEXT, false, "")                                                  \
    X(RETENTION, "override_on_request", FLAG, false, "")                                   \
    X(RETENTION, "sources", WORDS, false, "direct|mailing|platform|dpo|contracts|"         \
                                          "reseller|webhost|affiliate|organisation|"       \
                                          "lead_provider|business_contact_provider|"       \
                                          "government_source|ct_log|usage|reference|"      \
                                          "validation_source|employer")                    \
    X(RETENTION, "any_purpose", FLAG, false, "")                                           \
    X(RETENTION, "of_customers", FLAG, false, "")                                          \
    X(RETENTION, "automatic", FLAG, false, "")                                             \
    X(PURPOSE, "title", TEXT, false, "")                                                   \
    X(PURPOSE, "class", WORD, true, "promotional|solicited|transactional|administrative|"  \
                                    "legal|sharing|web|recruitment")                       \
    X(PURPOSE, "basis", WORD, true, "legitimate_interests|consent_before_communication|"   \
                                    "third_party_agreement_consent_warranty|"              \
                                    "cookies_policy_consent|explicit_consent|"             \
                                    "legal_obligation|contract")                           \
    X(PURPOSE, "art6", WORD, true, "a|b|c|d|e|f")                                          \
    X(PURPOSE, "policies", REFS, true, "policy")                                           \
    X(PURPOSE, "retention", REFS, false, "retention")                                      \
    X(PURPOSE, "reconsent", DATE, false, "")                                               \
    X(PURPOSE, "despite_restriction", FLAG, false, "")                                     \
    X(WEBSITE, "controller", REF, true, "controller")                                      \
    X(WEBSITE, "brand", NAME, true, "")                                                    \
    X(PARTY, "name", TEXT, true, "")                                                       \
    X(PARTY, "country", COUNTRY, false, "")                                                \
    X(AGREEMENT, "party", REF, true, "party")                                              \
    X(AGREEMENT, "safeguards", TEXT, false, "")                                            \
    X(AGREEMENT, "warranty", FLAG, true, "")                                               \
    X(AGREEMENT, "warranty_clause", TEXT, false, "")                                       \
    X(AGREEMENT, "warranty_survives", FLAG, false, "")                                     \
    X(AGREEMENT, "relay_symmetric", FLAG, false, "")                                       \
    X(AGREEMENT, "terminated", DATE, false, "")                                            \
    X(AGREEMENT, "breach_from", DATE, false, "")                                           \
    X(SOURCE, "type", WORD, true, "direct|mailing|platform|dpo|contracts|reseller|"        \
                                  "webhost|affiliate|organisation|lead_provider|"          \
                                  "business_contact_provider|government_source|ct_log|"    \
                                  "usage|reference|validation_source|employer")            \
    X(SOURCE, "urn", TEXT, true, "")                                                       \
    X(SOURCE, "party", REF, false, "party")                                                \
    X(SOURCE, "suspended_from", DATE, false, "")                                           \
    X(SOURCE, "suspended_until", DATE, false, "")                                          \
    X(SOURCE, "late_after", SPAN, false, "")                                               \
    X(SOURCE, "sandbox", FLAG, false, "")                                                  \
    X(SOURCE, "grants_per_day", COUNT, false, "")                                          \
    X(RECIPIENT, "name", TEXT, true, "")                                                   \
    X(RECIPIENT, "country", COUNTRY, true, "")                                             \
    X(RECIPIENT, "mechanism", WORD, true, "domestic|adequacy|scc|bcr|derogation|none")     \
    X(RECIPIENT, "document", TEXT, false, "")                                              \
    X(RECIPIENT, "mechanism_until", DATE, false, "")                                       \
    X(RECIPIENT, "plain_allowed", FLAG, false, "")                                         \
    X(RECIPIENT, "deletes", FLAG, false, "")                                               \
    X(LIST, "title", TEXT, false, "")                                                      \
    X(LIST, "controller", REF, true, "controller")                                         \
    X(LIST, "purpose", REF, true, "purpose")                                               \
    X(LIST, "channel", WORD, true, "email|phone|sms|post|web|social")                      \
    X(LIST, "polarity", WORD, true, "deny|permit")                                         \
    X(LIST, "recipient", REF, true, "recipient")                                           \
    X(LIST, "profile", WORD, true, "hmac-sha256|sha256-hex|md5-hex|sha1-hex|sha512-hex|"   \
                                   "uid2-b64|drop-b64|plain")                              \
    X(LIST, "sourced_by", REF, false, "party")                                             \
    X(LIST, "key_name", NAME, false, "")                                                   \
    X(WINDOWS, "skew", SPAN, false, "")                                                    \
    X(WINDOWS, "third_party_stale", LENGTH, false, "")                                     \
    X(WINDOWS, "backdated_grant", SPAN, false, "")                                         \
    X(WINDOWS, "art14", LENGTH, false, "")                                                 \
    X(WINDOWS, "sale_reoptin", LENGTH, false, "")                                          \
    X(WINDOWS, "soft_bounce", SPAN, false, "")                                             \
    X(WINDOWS, "direct_reconfirm", LENGTH, false, "")                                      \
    X(WINDOWS, "soft_opt_in", FLAG, false, "")                                             \
    X(WINDOWS, "third_party_evidence", FLAG, false, "")                                    \
    X(WINDOWS, "two_people", WORDS, false, "erase|discard|register")                       \
    X(AUTHORITY, "name", TEXT, true, "")                                                   \
    X(AUTHORITY, "url", TEXT, true, "")                                                    \
    X(ADEQUACY, "document", TEXT, true, "")                                                \
    X(HOLIDAYS, "country", COUNTRY, true, "")                                              \
    X(HOLIDAYS, "days", DAYS, true, "")                                                    \
    X(ARCHIVE, "table", WORD, true, "ledger|quarantine|list_change|lookup_audit|scrub")    \
    X(ARCHIVE, "after", LENGTH, true, "")                                                  \
    X(LINK_KEY, "party", NAME, true, "")                                                   \
    X(LINK_KEY, "kinds", WORDS, true, "optout|confirm")                                    \
    X(LINK_KEY, "controllers", REFS, false, "controller")                                  \
    X(LINK_KEY, "purposes", REFS, false, "purpose")                                        \
    X(LINK_KEY, "source", REF, false, "source")                                            \
    X(WEBHOOK, "url", TEXT, true, "")                                                      \
    X(WEBHOOK, "source", REF, false, "source")                                             \
    X(WEBHOOK, "list", REF, false, "list")
// clang-format on

struct register_rule {
    enum register_kind kind;
    const char *name;
    enum register_type type;
    bool required;
    const char *of;
};

#define REGISTER_FIELDS_MAX 16

struct register_value {
    const struct register_rule *rule;
    size_t n;
    char **text; /* n of them, heap, owned by the entry */
};

struct register_entry {
    enum register_kind kind;
    char id[REGISTER_ID_BYTES];
    char origin[REGISTER_ID_BYTES]; /* name of the register file */
    struct period valid;            /* as written: until_us WHEN_NEVER when not said */
    char *body;                     /* normal JSON without id and from, heap */
    size_t n_values;
    struct register_value values[REGISTER_FIELDS_MAX];
};

extern const struct register_rule register_rules[];
extern const size_t register_rules_n;

const char *register_kind_name(enum register_kind kind);
const char *register_kind_section(enum register_kind kind);
enum register_kind register_kind_parse(const char *name);
enum register_kind register_section_parse(const char *section);

const struct register_rule *register_rule_find(enum register_kind kind, const char *name);

/* The field's first text, NULL when it is not given; the instant of a date field, or
 * preset; a flag, false when not given. */
const char *register_text(const struct register_entry *e, const char *field);
int64_t register_time(const struct register_entry *e, const char *field,
                      int64_t preset_us);
bool register_flag(const struct register_entry *e, const char *field);

/* As many lists as a round of consent-publish can set versions aside for. */
#define REGISTER_LISTS_MAX 500

/* True when the entries together contradict neither each other nor the policy; else
 * ERR_INPUT and a sentence that names the entry. Each is of sound shape already. */
bool register_check(const struct register_entry *entries, size_t n, struct err *err);

#endif
