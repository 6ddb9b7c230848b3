/*
 * gates.h - what each gate looks at and what it may say; for the files of decide only.
 */
#ifndef CONSENT_CORE_GATES_H
#define CONSENT_CORE_GATES_H

#include "fold.h"

/* What one gate has to say, deciding or not. */
struct finding {
    bool decides;
    enum verdict verdict;
    enum reason reason;
    uint32_t obligations;
    int64_t agreement_event;  /* 0: none */
    const struct fact *fact;  /* the deciding one */
    const struct fact *other; /* and what it is weighed against */
};

struct gates {
    struct fold fold;
    struct grants grants;
    bool denied; /* a denial stands that no grant lifts */
};

/* One function a gate, in their order: P1 to P8 (gates_state.c), P9 to P21
 * (gates_grant.c). */
struct finding gate_not_disclosed(const struct gates *s);
struct finding gate_processor_only(const struct gates *s);
struct finding gate_under_16(const struct gates *s);
struct finding gate_erased(const struct gates *s);
struct finding gate_unreachable(const struct gates *s);
struct finding gate_restricted(const struct gates *s);
struct finding gate_service_message(const struct gates *s);
struct finding gate_sale_asked(const struct gates *s);
struct finding gate_direct_denial(const struct gates *s);
struct finding gate_later_grant(const struct gates *s);
struct finding gate_relayed_denial(const struct gates *s);
struct finding gate_third_party(const struct gates *s);
struct finding gate_denial_beats_third_party(const struct gates *s);
struct finding gate_agreement_ended(const struct gates *s);
struct finding gate_expired(const struct gates *s);
struct finding gate_article_14(const struct gates *s);
struct finding gate_not_given(const struct gates *s);
struct finding gate_soft_opt_in(const struct gates *s);
struct finding gate_consent(const struct gates *s);
struct finding gate_sale(const struct gates *s);
struct finding gate_no_grant(const struct gates *s);

bool gate_sharing(const struct fold *f); /* P is a sale or a rental */

struct finding gate_deny(enum reason reason, const struct fact *fact);
/* Found, and not deciding. */
struct finding gate_saw(enum reason reason, const struct fact *fact,
                        const struct fact *other);
struct finding gate_nothing(void);

#endif
