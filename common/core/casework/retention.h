/*
 * retention.h - until when may what we hold of a contact be kept? (rows R01 to R15)
 *
 * Pure: no clock, no I/O. The rows are entries of the register (kind retention), dates
 * are never stored: they are computed from the anchors known, so that a renewal, a
 * correction or a new version of a row moves them, and what was said before can be
 * computed again.
 */
#ifndef CONSENT_CORE_RETENTION_H
#define CONSENT_CORE_RETENTION_H

#include "core/register/rulebook.h"

#define RETENTION_TERMS    8
#define RETENTION_PURPOSES 32

/* Anchors that we find among the facts ourselves, beside those of vocab.h. */
enum {
    ANCHOR_OBTAINED = 100, /* we have had the data since: yearly reviews count from it */
    ANCHOR_ACCOUNT,        /* there is, or was, a customer's account */
    ANCHOR_OBJECTED,       /* to direct marketing: GDPR article 21(2) */
};

struct anchor {
    int64_t at_us;       /* WHEN_NEVER: what was said of it before no longer holds */
    int64_t known_us;    /* of one reference, what was known last counts */
    int64_t ledger_id;   /* which event says so */
    int16_t controller;  /* register number or CONTROLLER_ANY */
    uint8_t source_type; /* enum source_type */
    uint8_t event;       /* enum anchor_event, or one of the above */
    bool qualified;      /* of a certificate */
    char reference[65];  /* certificate, agreement, application; "": the only one */
};

enum retention_when { TERM_ALWAYS, TERM_ANY_QUALIFIED, TERM_NO_QUALIFIED };

struct retention_term {
    enum anchor_event event;
    enum retention_when when;
    struct when_length offset;
    char offset_text[24]; /* "P7Y", for people */
};

enum retention_combine { COMBINE_NONE, COMBINE_MAX, COMBINE_MIN };

// clang-format off
struct retention_rule {
    char id[REGISTER_ID_BYTES];      /* "R02" */
    struct period valid;             /* of this version of the row (S9) */
    char same_as[REGISTER_ID_BYTES]; /* the row whose terms it has */
    char external[REGISTER_ID_BYTES];              /* another document says how long */
    char external_when_employee[REGISTER_ID_BYTES];
    enum retention_combine combine;
    size_t n_terms;
    struct retention_term terms[RETENTION_TERMS];
    bool indefinite;
    bool open_ended;                 /* may never end: a person looks, every ... */
    bool has_review;
    struct when_length review_every;
    struct when_length backup_grace; /* copies go so much later */
    bool override_on_request;        /* GDPR 21(3), 17(1): ends on request, whatever the terms */
    uint32_t sources;                /* 1 << enum source_type: where the data is from; 0: any */
    bool any_purpose;                /* the source alone makes data fall under it */
    bool of_customers;               /* also data of whoever ordered something */
    bool automatic;                  /* what is due goes every day, and nobody is asked */
    size_t n_purposes;
    int16_t purposes[RETENTION_PURPOSES];      /* register numbers of what it is kept for */
    uint8_t classes[RETENTION_PURPOSES];       /* enum purpose_class of each */
};
// clang-format on

enum retention_state {
    RETENTION_DATED,      /* effective_us says when */
    RETENTION_WAITING,    /* something has not happened yet, or was not told */
    RETENTION_OPEN,       /* may never happen: review_us */
    RETENTION_INDEFINITE, /* public for ever (R08) */
    RETENTION_EXTERNAL,   /* another document says it */
};

#define RETENTION_NOT_USED ((size_t)-1)

struct retention_result {
    enum retention_state state;
    int64_t literal_us;   /* by the row's words; WHEN_NEVER: none yet */
    int64_t effective_us; /* by the row and the law; WHEN_NEVER: none */
    int64_t backup_us;    /* gone from the last backup too */
    int64_t review_us;    /* a person must look; WHEN_NEVER: no need */
    bool overridden;      /* effective_us comes before literal_us by a request */
    const char *external;
    uint32_t missing;             /* 1 << enum anchor_event: what it waits for */
    size_t used[RETENTION_TERMS]; /* of each term its anchor, or RETENTION_NOT_USED */
    size_t override_by;           /* the anchor of the request */
};

const char *retention_state_name(enum retention_state state);
const char *retention_anchor_name(uint8_t event); /* also of those above */
bool retention_term_when(const char *word, enum retention_when *ret);

/* Row id as it is at at_us, with the terms of the row it follows. False: there is none,
 * or it follows nothing. */
bool retention_resolve(const struct retention_rule *rules, size_t n, const char *id,
                       int64_t at_us, struct retention_rule *ret);

/* Does what we hold of this contact for this controller fall under the (resolved) row? */
bool retention_concerns(const struct retention_rule *rule, const struct fact *facts,
                        size_t n_facts, const struct anchor *said, size_t n_said,
                        int16_t controller);

/* The anchors of the row for that controller: those that were sent, and those that follow
 * from the facts. Writes at most cap, which should be n_said + 5; returns how many. kind
 * is the contact's. */
size_t retention_anchors(const struct retention_rule *rule, const struct fact *facts,
                         size_t n_facts, const struct anchor *said, size_t n_said,
                         int16_t controller, enum contact_kind kind, struct anchor *ret,
                         size_t cap);

/* The dates of a resolved row. at_us: the reviews asked for are those after it. */
void retention_date(const struct retention_rule *rule, const struct anchor *anchors,
                    size_t n, int64_t at_us, struct retention_result *ret);

#endif
