/*
 * erasure.h - what of a contact's data goes, what stays, and why.
 *
 * Pure: no clock, no I/O. The unit is a row of retention for one controller (rows R01 to
 * R15): marketing may go while a certificate stays. An event goes when every unit that it
 * falls under lets it go; what falls under none goes with a request, or with the last
 * unit. Denials stay as facts, without their words: GDPR articles 17(3)(b) and 21(3).
 */
#ifndef CONSENT_CORE_ERASURE_H
#define CONSENT_CORE_ERASURE_H

#include "retention.h"

// clang-format off
#define ERASURE_WHYS(X)                                                                    \
    /* num, id, name, goes, article of the GDPR, in words */                               \
    X(1, DUE, "due", true, "5(1)(e)", "its time is over")                                  \
    X(2, REQUESTED, "requested", true, "17(1)", "the person asked for it")                 \
    X(3, MINOR, "minor", true, "8, 17(1)(f)", "the person is under 16")                    \
    X(4, BEFORE, "before", true, "", "it had gone before")                                 \
    X(5, HELD, "held", false, "17(3)(e)", "it is held for a legal matter")                 \
    X(6, CERTIFICATE, "certificate", false, "17(3)(b)",                                    \
      "a certificate rests on it, and the law has it kept")                                \
    X(7, AGREEMENT, "agreement", false, "17(1)(a)",                                        \
      "an agreement, or the time for claims from it, is not over")                         \
    X(8, APPLICATION, "application", false, "17(3)(e)",                                    \
      "the time for claims from an application is not over")                               \
    X(9, PUBLIC, "public", false, "17(3)(b)", "it stands in a public record")              \
    X(10, EXTERNAL, "external", false, "5(1)(e)", "another document says how long")        \
    X(11, NOT_DUE, "not_due", false, "5(1)(e)", "its time is not over")
// clang-format on

enum erasure_why {
    ERASURE_NONE = 0,
#define X(num, id, name, goes, article, text) ERASURE_##id = num,
    ERASURE_WHYS(X)
#undef X
};

const char *erasure_why_name(enum erasure_why why); /* "certificate" */
enum erasure_why erasure_why_parse(const char *name);
const char *erasure_why_article(enum erasure_why why);
const char *erasure_why_text(enum erasure_why why);
bool erasure_why_goes(enum erasure_why why);

/* What a person has said must stay. controller CONTROLLER_ANY, row "": every one. */
struct erasure_hold {
    int16_t controller;
    char row[REGISTER_ID_BYTES];
};

/* What had been let go before: events from until then. */
struct erasure_released {
    int16_t controller;
    char row[REGISTER_ID_BYTES];
    int64_t until_us;
};

struct erasure_input {
    const struct retention_rule *rules; /* resolved, in force */
    size_t n_rules;
    const struct fact
        *facts;     /* of the contact; those that came along a link are passed */
    size_t n_facts; /* over, for they are another's */
    const struct anchor *said;
    size_t n_said;
    enum contact_kind kind;
    const struct erasure_hold *holds; /* of this contact, or of everybody */
    size_t n_holds;
    const struct erasure_released *released;
    size_t n_released;
    const int64_t *gone; /* events that have gone before */
    size_t n_gone;
    int64_t at_us;       /* now */
    int64_t before_us;   /* what was due before then goes; WHEN_ALWAYS: only what was
                            asked for */
    const char *row;     /* of what is due, only this row; NULL: all */
    int16_t controller;  /* and only this one's; CONTROLLER_ANY: everybody's */
    bool automatic;      /* and only rows that say so */
    bool minor;          /* everything goes */
    int64_t if_asked_us; /* as if the person's request to erase were granted then, by
                            every company: to look, never to erase by; 0: as it is */
};

/* One unit. */
struct erasure_unit {
    int16_t controller;
    const struct retention_rule *rule;
    enum erasure_why why;
    int64_t until_us; /* its events from until then go; WHEN_NEVER: all */
    struct retention_result date;
};

#define ERASURE_UNITS 128 /* more than there are rows and controllers */

/* The arrays are the caller's: own, events and by_request have room for n_facts each,
 * anchors for n_said and five more. */
struct erasure_plan {
    size_t n_units;
    struct erasure_unit units[ERASURE_UNITS];
    bool asked;             /* an erasure was carried out, or the person is under 16 */
    bool whole;             /* nothing is left: the identifier goes too */
    size_t n_staying;       /* events that stay */
    size_t n_events;        /* that go, each once */
    int64_t *events;        /* their ledger ids */
    bool *by_request;       /* of each: whatever other contacts it names */
    struct anchor *anchors; /* room to work in, as is own */
    struct fact *own;
};

void erasure_plan_make(const struct erasure_input *in, struct erasure_plan *ret);

/* Does anything go that had not gone before? */
bool erasure_plan_any(const struct erasure_plan *plan);

/* Does this fact go with its event? What denies, limits or proves an act stays. */
bool erasure_fact_goes(uint8_t kind);

#endif
