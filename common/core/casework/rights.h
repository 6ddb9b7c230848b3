/*
 * rights.h - what became of a person's request, folded from the events about it.
 *
 * Pure: no clock, no I/O. A request is never a row that is changed: its state is a
 * function of the set of its events, in whatever order they came. Deadlines are those of
 * GDPR article 12(3), by the rule named in the state, so that it can be proved later
 * which one was applied.
 */
#ifndef CONSENT_CORE_RIGHTS_H
#define CONSENT_CORE_RIGHTS_H

#include "base/err.h"
#include "base/when.h"
#include "core/vocab.h"

#define RIGHTS_BIT(right) ((uint16_t)(1U << (right)))
#define RIGHTS_SOURCES    16 /* that may have used one request id; more are left out */

/* Which right a reason can refuse. No reason refuses an objection to our own marketing
 * (21(3)); a withdrawal (7(3)), an opt-out of sale and a complaint can only be passed on.
 */
#define REFUSAL_ERASE RIGHTS_BIT(RIGHT_ERASE)
#define REFUSAL_COPY  (RIGHTS_BIT(RIGHT_ACCESS) | RIGHTS_BIT(RIGHT_PORTABILITY))
#define REFUSAL_12_5                                                                     \
    (REFUSAL_COPY | REFUSAL_ERASE | RIGHTS_BIT(RIGHT_RECTIFY) |                          \
     RIGHTS_BIT(RIGHT_RESTRICT))
#define REFUSAL_ALL ((uint16_t)(((1U << RIGHT_END) - 1) & ~(1U << RIGHT_OBJECT)))

// clang-format off
#define REFUSALS(X)                                                                        \
    /* num, id, article, rights it can refuse, in words */                                 \
    X(1, ART_17_3_A, "17(3)(a)", REFUSAL_ERASE, "freedom of expression and information")   \
    X(2, ART_17_3_B, "17(3)(b)", REFUSAL_ERASE, "a legal obligation or a public task")     \
    X(3, ART_17_3_C, "17(3)(c)", REFUSAL_ERASE, "public health")                           \
    X(4, ART_17_3_D, "17(3)(d)", REFUSAL_ERASE, "archiving, research or statistics")       \
    X(5, ART_17_3_E, "17(3)(e)", REFUSAL_ERASE, "legal claims")                            \
    X(6, CERTIFICATE_PUBLIC_RECORD, "17(3)(b)", REFUSAL_ERASE,                             \
      "an issued certificate is a public record")                                          \
    X(7, MANIFESTLY_UNFOUNDED, "12(5)", REFUSAL_12_5, "manifestly unfounded")              \
    X(8, EXCESSIVE, "12(5)", REFUSAL_12_5, "excessive, in particular repeated")            \
    X(9, NOT_IDENTIFIED, "12(2)", REFUSAL_12_5 | RIGHTS_BIT(RIGHT_POST_MORTEM_DIRECTIVE),  \
      "we cannot tell whose data is meant")                                                \
    X(10, NOT_CONTROLLER, "4(7)", REFUSAL_ALL, "somebody else is the controller")          \
    X(11, RIGHTS_OF_OTHERS, "15(4), 20(4)", REFUSAL_COPY, "rights and freedoms of others") \
    X(12, NOT_PORTABLE, "20(1)", RIGHTS_BIT(RIGHT_PORTABILITY),                            \
      "neither consent nor a contract is the basis")                                       \
    X(13, DATA_ACCURATE, "16", RIGHTS_BIT(RIGHT_RECTIFY), "the data are accurate")         \
    X(14, NO_GROUND_TO_RESTRICT, "18(1)", RIGHTS_BIT(RIGHT_RESTRICT),                      \
      "no ground for a restriction")                                                       \
    X(15, NOT_IN_FRANCE, "85, French data protection act",                                 \
      RIGHTS_BIT(RIGHT_POST_MORTEM_DIRECTIVE), "directives after death are a French right")
// clang-format on

enum refusal {
    REFUSAL_NONE = 0,
#define X(num, id, article, kinds, text) REFUSAL_##id = num,
    REFUSALS(X)
#undef X
};

const char *refusal_name(enum refusal refusal); /* "ART_17_3_E" */
enum refusal refusal_parse(const char *name);
const char *refusal_article(enum refusal refusal);
const char *refusal_text(enum refusal refusal);
uint16_t refusal_rights(enum refusal refusal); /* bits: what it can refuse */

#define HOLIDAYS_MAX    2048
#define RIGHTS_BY_BYTES 48 /* countries, three bytes each */

/* Public holidays: days since 1970 with the country that rests, in any order. */
struct holidays {
    size_t n;
    int32_t day[HOLIDAYS_MAX];
    char country[HOLIDAYS_MAX][3];
};

/* The one rule for deadlines so far: the same day number of the next month, its last day
 * where there is none; from a Saturday, Sunday or public holiday on to the next working
 * day (Regulation 1182/71, article 3(4)). The day of receipt is the day the count begins
 * with. Due is the end of that day in UTC. by: the countries of the establishments that
 * must answer, "FR" or "FR GB"; where there are several, a day is a holiday only when it
 * rests in all of them. off: NULL when no holidays are known, which errs towards
 * answering sooner. */
#define RIGHTS_DUE_RULE "calendar-month:last-day-if-absent:next-working-day:utc"
int64_t rights_due(int32_t received_day, int32_t months, int32_t paused_days,
                   const struct holidays *off, const char *by);

/* A complaint under the law of the United Kingdom is acknowledged within 30 days,
 * whatever their weekdays: Data (Use and Access) Act 2025, section 103, in force 19 June
 * 2026. Due is the end of the thirtieth day in UTC. */
#define RIGHTS_ACKNOWLEDGE_DAYS 30

/* One event about a request, from the ledger. */
struct rights_event {
    bool request;      /* it asks; else it answers */
    int64_t ledger_id; /* with at_us: its place among the others */
    int64_t known_us;
    int64_t at_us;            /* when it happened, as its sender says */
    int32_t received_day;     /* of a request: days since 1970, as stated */
    bool has_received;        /* else the day it happened, or was known */
    int32_t source;           /* whose feed it came on */
    int32_t about;            /* an answer: the source of the request, 0: not said */
    uint16_t kinds;           /* RIGHTS_BIT each; bit 0: a word we do not know */
    uint8_t outcome;          /* enum rights_outcome, of an answer */
    uint8_t refusal;          /* enum refusal */
    bool has_reason;          /* of an extension */
    bool has_notified;        /* the person was told of the extension at ... */
    int64_t notified_us;      /* ... else when the event happened */
    bool processor;           /* a customer's data (S36) */
    char customer[65];        /* that customer, "" not named */
    char country[3];          /* of the person */
    char by[RIGHTS_BY_BYTES]; /* countries of the controllers that it names: "FR GB" */
};

enum rights_state { RIGHTS_OPEN, RIGHTS_PAUSED, RIGHTS_CLOSED };

const char *rights_state_name(enum rights_state state); /* "open" */

struct rights_request {
    enum rights_state state;
    int32_t source;
    int64_t ledger_id;          /* of the first event that asks */
    uint16_t kinds;             /* all that was asked */
    uint16_t open;              /* and not yet answered */
    uint8_t outcome[RIGHT_END]; /* of each right, enum rights_outcome, 0: open */
    uint8_t refusal[RIGHT_END];
    int32_t received_day;
    int64_t first_due_us; /* without an extension */
    int64_t due_us;       /* from then on it is late; WHEN_NEVER while paused */
    bool extended;
    int64_t extended_us;     /* when the person was told */
    bool extension_void;     /* one was said, but too late or without a reason */
    int64_t paused_since_us; /* while identity is awaited; 0: it is not */
    int32_t paused_days;     /* whole days the clock stood */
    int64_t closed_us;       /* of the last answer, when closed */
    bool answered_late;
    bool processor;
    bool customer_wanted;    /* whose data it is was not said: ask (S36) */
    int64_t acknowledge_us;  /* of a complaint: late from then on; WHEN_NEVER: no need */
    int64_t acknowledged_us; /* when it was, or was answered; 0: not yet */
    bool not_in_france;      /* a directive after death, which only France has */
    char customer[65];
    char country[3];
    char by[RIGHTS_BY_BYTES]; /* where it must be answered from: "FR GB" */
};

/* The requests among the events of one request id: one for each source that used it. An
 * answer belongs to the source that it names, else to its own source's request, else to
 * the only one there is. Returns how many; answers to nothing give none. */
size_t rights_fold(const struct rights_event *events, size_t n,
                   const struct holidays *off, struct rights_request ret[RIGHTS_SOURCES]);

/* Whole days until the last day on which to answer; negative when overdue. */
int32_t rights_days_left(const struct rights_request *r, int64_t at_us);

/* May this answer be given at at_us? kinds: 0 means all that it suits; *ret_kinds is what
 * it is then about. ERR_INPUT and a sentence that names the article when not. */
struct rights_answer {
    enum rights_outcome outcome;
    enum refusal refusal;
    uint16_t kinds;
    bool has_reason;
    bool has_customer;        /* a referral says to whom */
    bool without_certificate; /* it was looked for: none was ever issued to the person */
    int64_t at_us;
    int64_t now_us; /* no answer is given later than that */
};
bool rights_answer_check(const struct rights_request *r, const struct rights_answer *a,
                         uint16_t *ret_kinds, struct err *err);

/* Does such an answer let consent-keeper erase? That cannot be undone. */
bool rights_erases(enum rights_outcome outcome, uint16_t kinds);

#endif
