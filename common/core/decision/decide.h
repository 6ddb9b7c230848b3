/*
 * decide.h - may this controller send this purpose over this channel to this contact?
 *
 * Pure: no clock, no I/O, no allocation. The answer depends only on the set of facts
 * given, never on their order or repetition. The gates are numbered P1 to P21 as in
 * common/core/README.md, where each names its source; the first that matches decides.
 */
#ifndef CONSENT_CORE_DECIDE_H
#define CONSENT_CORE_DECIDE_H

#include "core/register/rulebook.h"

// clang-format off
enum rule {
    RULE_NONE = 0, RULE_P1, RULE_P2, RULE_P3, RULE_P4, RULE_P5, RULE_P6, RULE_P7, RULE_P8,
    RULE_P9, RULE_P10, RULE_P11, RULE_P12, RULE_P13, RULE_P14, RULE_P15, RULE_P16, RULE_P17,
    RULE_P18, RULE_P19, RULE_P20, RULE_P21, RULE_END,
};

#define REASONS(X)                                                                         \
    X(1, CONSENT) X(2, SOFT_OPT_IN) X(3, NOT_PROMOTIONAL)                                  \
    X(4, PURPOSE_NOT_DISCLOSED) X(5, PROCESSOR_ONLY) X(6, UNDER_16) X(7, ERASED)           \
    X(8, UNREACHABLE) X(9, RESTRICTED) X(10, OBJECTION) X(11, OPTOUT) X(12, WITHDRAWN)     \
    X(13, COMPLAINT) X(14, DIRECT_OPTOUT_BEATS_THIRD_PARTY) X(15, NO_AGREEMENT)            \
    X(16, NO_WARRANTY) X(17, CONTROLLER_NOT_NAMED) X(18, CHANNEL_NOT_IN_STATEMENT)         \
    X(19, EVIDENCE_MISSING) X(20, STALE) X(21, SOURCE_SUSPENDED) X(22, AGREEMENT_EXPIRED)  \
    X(23, TERMINATED) X(24, INVALIDATED) X(25, EXPIRED) X(26, ART14_OVERDUE)               \
    X(27, NOT_GIVEN) X(28, SALE_DEFAULT) X(29, SALE_OPTED_OUT) X(30, NO_GRANT)             \
    X(31, PURPOSE_INCOMPATIBLE_WITH_SOURCE) X(32, PLATFORM_LIST) X(33, DECEASED)
// clang-format on

enum reason {
    REASON_NONE = 0,
#define X(num, id) REASON_##id = num,
    REASONS(X)
#undef X
};

// clang-format off
#define OBLIGATIONS(X)                                                                     \
    X(0, OPT_OUT_LINK) X(1, ART14_NOTICE) X(2, ART21_4_STATEMENT)                          \
    X(3, NO_PROMOTIONAL_CONTENT) X(4, VERIFY_RELATIONSHIP) X(5, COMPLAINT_RISK)
// clang-format on

enum obligation {
#define X(bit, id) OBLIGATION_##id = 1 << bit,
    OBLIGATIONS(X)
#undef X
};

enum verdict { VERDICT_DENY = 0, VERDICT_PERMIT = 1 };

struct question {
    int16_t controller; /* register number; anything unknown is P1 */
    int16_t purpose;    /* register number, or PURPOSE_PROMOTIONAL: see list.h */
    uint16_t channel;   /* one bit */
    int64_t at_us;      /* T */
    int64_t known_us;   /* K: facts known later are not looked at */
};

#define DECISION_EVIDENCE_MAX 8

// clang-format off
struct decision {
    enum verdict verdict;
    enum rule rule;
    enum reason reason;
    uint32_t obligations;     /* bits */
    int64_t since_us;         /* the deciding fact's occurred; WHEN_ALWAYS: no fact decides */
    int64_t valid_until_us;   /* the answer may change then although nothing happens */
    int64_t known_us;         /* when the youngest evidence became known; 0: none */
    size_t n_evidence;
    int64_t evidence[DECISION_EVIDENCE_MAX]; /* ledger ids, rising */
};
// clang-format on

/* The rules tried, in order, for explain: what each saw. */
#define TRACE_STEPS_MAX 32

struct trace_step {
    enum rule rule;
    bool decided;       /* this gate gave the answer; the steps go on to P21 */
    enum reason reason; /* what it found, also when a former gate already decides */
    size_t n_evidence;
    int64_t evidence[DECISION_EVIDENCE_MAX];
};

struct trace {
    size_t n;
    struct trace_step step[TRACE_STEPS_MAX];
};

/* facts: of one contact, and the wide denials of contacts linked to it; any order. trace
 * may be NULL. */
void decide(const struct rulebook *rb, const struct fact *facts, size_t n,
            const struct question *q, struct decision *ret, struct trace *trace);

const char *rule_name(enum rule rule);       /* "P9" */
const char *rule_source(enum rule rule);     /* "GDPR Art 21(3), 7(3); policy S28" */
const char *reason_name(enum reason reason); /* "OPTOUT" */
const char *obligation_name(uint32_t bit);
const char *verdict_name(enum verdict verdict);

/* The same for a person (decide_plain.c). */
const char *reason_brief(enum reason reason);    /* "opted out" */
const char *reason_sentence(enum reason reason); /* "The person has opted out ..." */
const char *rule_question(enum rule rule);       /* "Erased?" */
const char *obligation_text(enum obligation obligation); /* after "the message must" */

#endif
