/*
 * lookup_json.h - requests to consent-lookup into values, whole or with a fault.
 *
 *   {"queries":[{"contact":{"email":...},"controller":...,"purpose":...,"channel":...,
 *                "at"?:...,"known"?:...}]}
 *   {"contact":{"phone":...,"country"?:...}}
 *   {"contact":{...},"format"?:"kantara"}
 *   {"note":"why"}
 *   {"outcome":"refused","kinds"?:[...],"as"?:[...],"reason"?:...,"explanation"?:...,
 *    "to"?:...,"at"?:...}
 *   {"matter":"2026/17","reason":"...","contact"?:{...},"controller"?:...,"row"?:...}
 *
 * A contact names one contact point. Members that this version does not know are a fault:
 * a question that was misspelt must not be answered as another.
 */
#ifndef CONSENT_CODEC_LOOKUP_JSON_H
#define CONSENT_CODEC_LOOKUP_JSON_H

#include "base/err.h"
#include "core/event/event.h"

#include <stdint.h>

#define LOOKUP_QUERIES_MAX 10000
#define LOOKUP_NOTE_MAX    1000 /* bytes */

/* Texts are borrowed from the request. */
struct lookup_contact {
    enum contact_kind kind;
    const char *text;    /* as written */
    const char *country; /* "" when not given */
};

struct lookup_query {
    struct lookup_contact contact;
    const char *controller, *purpose, *channel;
    int64_t at_us;    /* WHEN_ALWAYS: not given */
    int64_t known_us; /* WHEN_NEVER: not given  */
};

struct lookup_request {
    size_t n;
    size_t cap;
    struct lookup_query *queries; /* of provenance: one, with its contact only */
    void *json;
};

/* A zeroed request to begin with; reading again reuses it. False: *fault has the reason
 * (BAD_JSON; MISSING, BAD_TYPE, BAD_VALUE, BAD_TIME, UNKNOWN_MEMBER, TOO_MANY) and the
 * pointer ("" for the whole), which quotes nothing of the request but array indexes. */
bool lookup_decisions_read(const char *body, size_t len, struct lookup_request *ret,
                           struct fault *fault);
/* ret_proofs: "proofs", false when not given; NULL: it may not be given. */
bool lookup_provenance_read(const char *body, size_t len, struct lookup_request *ret,
                            bool *ret_proofs, struct fault *fault);

/* The contact as of provenance; *ret_format is borrowed, NULL when there is none. */
bool lookup_records_read(const char *body, size_t len, struct lookup_request *ret,
                         const char **ret_format, struct fault *fault);

/* {"contact":...,"from":...,"to":...,"language":...}: the times are WHEN_ALWAYS and
 * WHEN_NEVER when not given. */
bool lookup_evidence_read(const char *body, size_t len, struct lookup_request *ret,
                          int64_t *ret_from_us, int64_t *ret_to_us,
                          const char **ret_language, struct fault *fault);

/* {"note":...}; *ret_note is borrowed, NULL when there is none. */
bool lookup_note_read(const char *body, size_t len, bool needed,
                      struct lookup_request *ret, const char **ret_note,
                      struct fault *fault);

/* An answer to a person's request. Texts are borrowed, NULL when not given. */
#define LOOKUP_KINDS_MAX 16

struct lookup_kinds {
    bool given;
    size_t n;
    const char *word[LOOKUP_KINDS_MAX];
};

struct lookup_answer {
    const char *outcome; /* "read", "done" ... */
    const char *reason, *explanation, *to;
    int64_t at_us; /* WHEN_NEVER: now */
    struct lookup_kinds kinds, as;
};

bool lookup_answer_read(const char *body, size_t len, struct lookup_request *ret,
                        struct lookup_answer *ret_answer, struct fault *fault);

/* {"orders":["id", ...]}: orders that a system has carried out; borrowed. */
#define LOOKUP_ORDERS_MAX 1000

struct lookup_orders {
    size_t n;
    const char *id[LOOKUP_ORDERS_MAX];
};

bool lookup_orders_read(const char *body, size_t len, struct lookup_request *ret,
                        struct lookup_orders *ret_orders, struct fault *fault);

/* What somebody told a person at a desk: by telephone, in a letter, face to face. Texts
 * are borrowed, NULL when not given. */
#define LOOKUP_NAMES_MAX 16

struct lookup_names {
    size_t n;
    const char *name[LOOKUP_NAMES_MAX];
};

struct lookup_told {
    struct lookup_contact contact; /* an address or a number */
    struct lookup_names controllers, purposes, channels;
    const char *via;       /* "telephone", "letter", "in_person", "email" */
    const char *words;     /* the person's own, or what they agreed to */
    const char *language;  /* of these */
    const char *reference; /* the number of the letter, call, ticket */
    const char *policy, *policy_version;
    int64_t at_us; /* WHEN_NEVER: now */
};

/* grants: of a consent, which needs controllers, purposes, channels and the words. */
bool lookup_told_read(const char *body, size_t len, bool grants,
                      struct lookup_request *ret, struct lookup_told *ret_told,
                      struct fault *fault);

/* What must not be erased, and why. Texts are borrowed, NULL when not given. */
struct lookup_hold {
    struct lookup_contact contact; /* kind CONTACT_NONE: everybody */
    const char *controller, *row;  /* NULL: every one */
    const char *matter, *reason;
};

bool lookup_hold_read(const char *body, size_t len, struct lookup_request *ret,
                      struct lookup_hold *ret_hold, struct fault *fault);

/* That what was counted as due by retention may go; of which count. */
bool lookup_due_read(const char *body, size_t len, struct lookup_request *ret,
                     int64_t *ret_counted_us, struct fault *fault);

/* "MISSING" as a sentence. */
const char *lookup_fault_words(const char *reason);

void lookup_request_clear(struct lookup_request *rq); /* forgets the texts */
void lookup_request_done(struct lookup_request *rq);

#endif
