/*
 * access.h - who may look up what: roles of tokens, routes, and the table between them.
 *
 * Numbers are stored in PostgreSQL (smallint): append only, never renumber.
 */
#ifndef CONSENT_CORE_ACCESS_H
#define CONSENT_CORE_ACCESS_H

#include <stdbool.h>
#include <stdint.h>

#define ACCESS_ROLES(X)                                                                  \
    X(1, MAILING, "mailing")   /* decisions, and its recipient's lists            */     \
    X(2, RESELLER, "reseller") /* provenance of what its own source brought       */     \
    X(3, DPO, "dpo")           /* everything                                      */     \
    X(4, AUDITOR, "auditor")   /* everything, without what the events' data say   */     \
    X(5, OPERATOR, "operator") /* metrics and readiness, nothing about a contact  */     \
    X(6, SOURCE, "source")     /* of consent-gateway: its feed's events, receipts */

enum access_role {
    ACCESS_NONE = 0,
#define X(num, id, name) ACCESS_##id = num,
    ACCESS_ROLES(X)
#undef X
};

#define LOOKUP_ROUTES(X)                                                                 \
    X(1, DECISIONS, "decisions")                                                         \
    X(2, PROVENANCE, "provenance")                                                       \
    X(3, LISTS, "lists")                                                                 \
    X(4, CHANGES, "changes")                                                             \
    X(5, SNAPSHOT, "snapshot")                                                           \
    X(6, ACKNOWLEDGEMENTS, "acknowledgements")                                           \
    X(7, SCRUB, "scrub")                                                                 \
    X(8, FILTER, "filter")                                                               \
    X(9, RECEIPTS, "receipts")                                                           \
    X(10, QUALITY, "quality")                                                            \
    X(11, EXPORT, "export")                                                              \
    X(12, RECORDS, "records")                                                            \
    X(13, QUARANTINE, "quarantine")                                                      \
    X(14, FEEDS, "feeds")                                                                \
    X(15, RIGHTS, "rights")                                                              \
    X(16, ME, "me")                                                                      \
    X(17, PROOF, "proof")                                                                \
    X(18, TOLD, "told")                                                                  \
    X(19, DESK, "desk")                                                                  \
    X(20, EVIDENCE, "evidence")                                                          \
    X(21, DELETION, "deletion")                                                          \
    X(22, ERASURE, "erasure")                                                            \
    X(23, REGISTER, "register")                                                          \
    X(24, AGREEMENT, "agreement")                                                        \
    X(25, TOKENS, "tokens")                                                              \
    X(26, HOLDS, "holds")

enum lookup_route {
    LOOKUP_NONE = 0,
#define X(num, id, name) LOOKUP_##id = num,
    LOOKUP_ROUTES(X)
#undef X
};

/* What the audit says of a look-up. */
#define LOOKUP_OUTCOMES(X)                                                               \
    X(1, PERMIT, "permit")                                                               \
    X(2, DENY, "deny")                                                                   \
    X(3, SHOWN, "shown")                                                                 \
    X(4, OVER_BUDGET, "over_budget")                                                     \
    X(5, FORBIDDEN, "forbidden")                                                         \
    X(6, SETTLED, "settled") /* changed something: replayed, discarded */

enum lookup_outcome {
    LOOKUP_OUTCOME_NONE = 0,
#define X(num, id, name) LOOKUP_##id = num,
    LOOKUP_OUTCOMES(X)
#undef X
};

bool access_allows(enum access_role role, enum lookup_route route);

/* May it see what the events' data say, which can name a person? */
bool access_sees_data(enum access_role role);

/* May it settle what waits in quarantine? */
bool access_settles(enum access_role role);

const char *access_role_name(enum access_role role); /* "?" when unknown */
enum access_role access_role_parse(const char *name);
const char *lookup_route_name(enum lookup_route route);

#endif
