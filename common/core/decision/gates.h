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

/* One function a gate; gates_state.c has P1 to P8, gates_grant.c the others. */
struct finding gate_p1(const struct gates *s);
struct finding gate_p2(const struct gates *s);
struct finding gate_p3(const struct gates *s);
struct finding gate_p4(const struct gates *s);
struct finding gate_p5(const struct gates *s);
struct finding gate_p6(const struct gates *s);
struct finding gate_p7(const struct gates *s);
struct finding gate_p8(const struct gates *s);
struct finding gate_p9(const struct gates *s);
struct finding gate_p10(const struct gates *s);
struct finding gate_p11(const struct gates *s);
struct finding gate_p12(const struct gates *s);
struct finding gate_p13(const struct gates *s);
struct finding gate_p14(const struct gates *s);
struct finding gate_p15(const struct gates *s);
struct finding gate_p16(const struct gates *s);
struct finding gate_p17(const struct gates *s);
struct finding gate_p18(const struct gates *s);
struct finding gate_p19(const struct gates *s);
struct finding gate_p20(const struct gates *s);
struct finding gate_p21(const struct gates *s);

bool gate_sharing(const struct fold *f); /* P is a sale or a rental */

struct finding gate_deny(enum reason reason, const struct fact *fact);
/* Found, and not deciding. */
struct finding gate_saw(enum reason reason, const struct fact *fact,
                        const struct fact *other);
struct finding gate_nothing(void);

#endif
