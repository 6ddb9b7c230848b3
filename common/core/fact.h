/*
 * fact.h - what one event asserts about one contact in one scope.
 *
 * The answer for a contact is a pure function of the set of its facts. A fact is a plain
 * value; names of controllers, purposes, sources and agreements are the register's
 * numbers.
 */
#ifndef CONSENT_CORE_FACT_H
#define CONSENT_CORE_FACT_H

#include "core/vocab.h"

/* 16 bytes of HMAC-SHA-256 over kind and canonical identifier; PostgreSQL's uuid. */
struct contact_key {
    uint8_t b[16];
};

/* What tells the secrets of those keys apart, and nothing of them: the secret of
 * contact_secret_file first, then the former ones. */
#define CONTACT_SECRETS_MAX 8
#define CONTACT_MARK_BYTES  8
struct contact_marks {
    size_t n;
    uint8_t b[CONTACT_SECRETS_MAX][CONTACT_MARK_BYTES];
};

/* Wild cards of a scope, allowed in denials only. */
// clang-format off
#define CONTROLLER_ANY      ((int16_t)0)  /* every controller of the shared policy       */
#define PURPOSE_ANY         ((int16_t)0)  /* every purpose a denial can stop             */
#define PURPOSE_PROMOTIONAL ((int16_t)-1) /* "*promotional": every purpose of that class */
// clang-format on

// clang-format off
#define FACT_FLAGS(X)                                                                      \
    X(0, DIRECT, "direct")             /* obtained from the person by ourselves          */ \
    X(1, WARRANTY, "warranty")         /* the agreement's consent warranty is asserted   */ \
    X(2, NAMED, "named")               /* controllers_named holds this controller        */ \
    X(3, EVIDENCE, "evidence")         /* at least one piece of evidence with a digest   */ \
    X(4, VERIFIED, "verified")         /* evidence independent of the warranty           */ \
    X(5, CONFIRM_PENDING, "confirm_pending") /* double opt-in asked, not confirmed       */ \
    X(6, CONFIRMED, "confirmed")       /* double opt-in confirmed; an erasure: done      */ \
    X(7, BUNDLED, "bundled")           /* tied to something else, or a pre-ticked box    */ \
    X(8, SOLICITED_BY_US, "solicited_by_us") /* asked for by promotional mail            */ \
    X(9, ONE_CLICK, "one_click")       /* RFC 8058                                       */ \
    X(10, WIDE, "wide")                /* a denial for all channels: follows links       */ \
    X(11, LATE, "late")                /* known - occurred beyond the source's promise   */ \
    X(12, FAILSAFE, "failsafe")        /* taken from a malformed denial                  */ \
    X(13, STATE_UNKNOWN, "state_unknown") /* basis type unknown, requested only          */ \
    X(14, SOFT_OPT_IN, "soft_opt_in")  /* obtained in a sale, opt-out offered (P18)      */ \
    X(15, INCOMPATIBLE, "incompatible")/* the source type may not grant (P12)            */ \
    X(16, EXPLICIT, "explicit")        /* explicit, not only expressed consent           */ \
    X(17, DATE_ONLY, "date_only")      /* occurred is known to the day only              */ \
    X(18, IMPORTED, "imported")        /* carried importbatch                            */ \
    X(19, HASHED, "hashed")            /* said of a hash, not of the contact itself      */ \
    X(20, SOFT_ELSEWHERE, "soft_elsewhere") /* no soft opt-in of this controller there   */ \
    X(21, BY_LINK, "by_link")          /* confirmed by a link: needs the form it names   */
// clang-format on

enum fact_flag {
#define X(bit, id, name) FACT_IS_##id = 1 << bit,
    FACT_FLAGS(X)
#undef X
};

// clang-format off
struct fact {
    int64_t ledger_id;    /* which event says so                                          */
    int64_t known_us;     /* broker's append time                                         */
    int64_t gone_us;      /* known from here on to be no longer so; 0: it still is        */
    int64_t from_us;      /* occurred: the earliest instant it can have been ...          */
    int64_t to_us;        /* ... and the latest; equal when precise                       */
    int64_t effective_us; /* legal effect from (confirmation, effective_from); 0: from it */
    int64_t expires_us;   /* own end (valid_for, bounce, pause); WHEN_NEVER: none         */
    int64_t form;         /* of a grant: of the captured form's digest; 0: none; of an
                             unread letter, and of its reading: of the request's id       */
    int32_t source;       /* register number                                              */
    int32_t agreement;    /* register number, 0: none                                     */
    int16_t controller;   /* register number or CONTROLLER_ANY                            */
    int16_t purpose;      /* register number, PURPOSE_ANY or PURPOSE_PROMOTIONAL          */
    uint16_t channels;    /* bits of enum channel                                         */
    uint16_t stated;      /* the channels the statement itself names (grants)             */
    uint32_t flags;       /* bits of enum fact_flag                                       */
    uint8_t kind;         /* enum fact_kind                                               */
    uint8_t source_type;  /* enum source_type when it was admitted                        */
    uint8_t part;         /* number of this fact within its event: 0, 1, ...              */
    bool linked;          /* not its own: came along a link (fact_store)                  */
};
// clang-format on

/* Is the fact among those known at K? */
static inline bool fact_known(const struct fact *f, int64_t at_us)
{
    return f->known_us <= at_us && (f->gone_us == 0 || at_us < f->gone_us);
}

#endif
