/*
 * fold.h - what the facts say about one question; shared by the files of decide, by
 * nobody else.
 *
 * Everything kept here is a minimum, a maximum, a union or the first of a total order, so
 * that neither the order nor the repetition of facts can show.
 */
#ifndef CONSENT_CORE_FOLD_H
#define CONSENT_CORE_FOLD_H

#include "decide.h"

struct fold {
    const struct rulebook *rb;
    const struct question *q;
    const struct fact *facts;
    size_t n;
    const struct controller *controller; /* in force at T, or NULL */
    const struct purpose *purpose;       /* in force at T, or NULL */
    enum purpose_class class;
    int64_t reconsent_us; /* grants from before do not count; WHEN_ALWAYS: all do */
    uint32_t seen;        /* 1 << kind of every fact known at K */
    int64_t next_us;      /* the earliest instant after T that may change the answer */

    /* Denials in force at T that cover (K, P, C), refusals apart. */
    const struct fact *direct;  /* the latest one from the person or a platform's list */
    const struct fact *relayed; /* the latest one passed on by somebody else */
    int64_t clear_us;           /* a grant counts from here on; WHEN_ALWAYS: no denial */
    int32_t relay;              /* the one source of all of them; 0: several, or direct */
    bool confirm;               /* one of them asks for a confirmed grant */
    const struct fact *complaint; /* to this controller over this channel, any purpose */

    const struct fact *refusal; /* consent refused: the latest that covers (K, P, C) */
    int64_t refusal_clear_us;

    const struct fact *erasure; /* in force at T: the latest; NULL: none */
    int64_t void_us;            /* what was given before no longer counts */
};

/* What the grants naming (K, P, C) come to. */
enum grant_gate {
    GATE_THIRD_PARTY,
    GATE_AGREEMENT_ENDED,
    GATE_EXPIRED,
    GATE_ARTICLE_14,
    GATE_NOT_GIVEN,
    GRANT_GATES
};

struct grants {
    const struct fact *lifter;  /* lifts the denials (P10) */
    const struct fact *rival;   /* third-party, later than the denial (P13) */
    const struct fact *passing; /* nothing wrong with it (P19) */
    const struct fact *soft;    /* nothing wrong with it (P18) */
    struct {
        enum reason reason;
        const struct fact *fact;
        int64_t agreement_event; /* 0: none */
    } stopped[GRANT_GATES];  /* the first fault of the others, the worst for each gate */
    const struct fact *lead; /* article 14: the lead without notice, if it is needed */
    bool notice_due;         /* the passing grant needs the notice in its message */
    bool notice_sent;
};

void fold_facts(struct fold *f, const struct rulebook *rb, const struct fact *facts,
                size_t n, const struct question *q);

/* Looks at the grants. all: also at those that a standing denial outweighs (for explain,
 * when the denial has decided already). Lowers f->next_us. */
void fold_grants(struct fold *f, bool all, struct grants *ret);

/* The next fact of a kind, known at K, from *i on; NULL: no more. */
const struct fact *fold_next(const struct fold *f, size_t *i, enum fact_kind kind);

/* A total order: later by occurrence, then denial before grant, louder source, smaller
 * ledger id, smaller part. Any fact is later than none: b may be NULL. */
bool fact_later(const struct fact *a, const struct fact *b);

void fold_change(struct fold *f, int64_t at_us);  /* the answer may change there */
int64_t fact_clear_us(const struct fact *denial); /* see fold.clear_us */
int64_t fact_start_us(const struct fact *f);      /* in force from */
bool fact_controller(const struct fact *f, int16_t controller); /* covers it */
bool fold_service(const struct fold *f); /* P is no marketing at all (P7) */
bool grant_direct(const struct fact *g);
/* Given, unambiguous, affirmative and naming the channel: what P10 asks of a direct one.
 */
bool grant_clear(const struct fold *f, const struct fact *g);
/* Confirmed by a link although nobody filled in the form that it names: no pending grant
 * of that form on the same feed. Whoever holds a key of links can make such a link; the
 * form is the site's own. */
bool grant_unproven(const struct fold *f, const struct fact *g);
bool grant_names(const struct fold *f, const struct fact *g); /* (K, P, C) */

#endif
