/*
 * record.h - what has become of one grant, in the words of a consent record.
 *
 * A record is about one act of consent, not about today's answer: a consent that was
 * withdrawn stays withdrawn when the person gives another. So each grant is judged by the
 * rules as if it were the only one; what stops mail without touching the consent (a
 * bounce, a restriction) is left aside. The states are those of the Data Privacy
 * Vocabulary: withdrawn is the person's act, revoked another party's (an agreement
 * ended), invalidated a consent that never was one (a warranty proved false, a child).
 *
 * Pure: no clock, no I/O, no heap.
 */
#ifndef CONSENT_CORE_RECORD_H
#define CONSENT_CORE_RECORD_H

#include "core/decision/decide.h"

#define CONSENT_STATES(X)                                                                \
    /* num, id, name in DPV, may be relied upon */                                       \
    X(1, GIVEN, "ConsentGiven", true)                                                    \
    X(2, RENEWED, "RenewedConsentGiven", true)                                           \
    X(3, UNKNOWN, "ConsentUnknown", false)                                               \
    X(4, REQUESTED, "ConsentRequested", false) /* awaits its confirmation */             \
    X(5, REFUSED, "ConsentRefused", false)                                               \
    X(6, WITHDRAWN, "ConsentWithdrawn", false)                                           \
    X(7, REVOKED, "ConsentRevoked", false)                                               \
    X(8, EXPIRED, "ConsentExpired", false)                                               \
    X(9, TERMINATED, "ConsentTerminated", false) /* erased, or the person has died */    \
    X(10, INVALIDATED, "ConsentInvalidated", false)

enum consent_state {
    CONSENT_STATE_NONE = 0,
#define X(num, id, name, valid) CONSENT_STATE_##id = num,
    CONSENT_STATES(X)
#undef X
};

const char *consent_state_name(enum consent_state state); /* "?" when unknown */

struct record_state {
    int16_t controller;
    int16_t purpose;
    uint16_t channel; /* one bit */
    enum consent_state state;
    enum rule rule; /* that says so */
    enum reason reason;
    int64_t given_us;    /* when it began to count                        */
    int64_t since_us;    /* of the state; given_us when nobody can tell   */
    int64_t expires_us;  /* WHEN_NEVER: no end of its own                 */
    int32_t agreement;   /* register number; 0: none                      */
    uint8_t source_type; /* enum source_type                              */
    bool explicitly;
};

#define RECORD_STATES_MAX 128

/* What several events of one contact are asked about with. */
struct record_facts {
    const struct fact *facts; /* all of the contact's, known by K */
    size_t n;
    struct fact *room; /* for n; the caller's */
    size_t n_rest;     /* of them in use: what stands beside any grant */
    int64_t at_us;
};

/* facts, n, room and at_us are there. One pass. */
void record_facts_begin(struct record_facts *f, const struct rulebook *rb);

/* One for each controller, purpose and channel that the event grants to this contact, at
 * most cap, in the order of its facts. The event's own facts are among those from first
 * up to end. */
size_t record_states(const struct rulebook *rb, struct record_facts *f, size_t first,
                     size_t end, int64_t ledger_id, struct record_state *ret, size_t cap);

#endif
