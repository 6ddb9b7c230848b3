/*
 * admit.h - an event under the register: which facts it asserts, or why it cannot be
 * used.
 *
 * Pure. Scope of a denial by the rules' part 3, times by part 4, what a source type may
 * say by S10 to S26. A denial with a fault still gives facts, in the widest scope that
 * its readable part allows, beside the fault.
 */
#ifndef CONSENT_CORE_ADMIT_H
#define CONSENT_CORE_ADMIT_H

#include "event.h"
#include "core/register/rulebook.h"

#define ADMIT_FACTS_MAX    256
#define ADMIT_CONTACTS_MAX 6 /* of contact.changed: three old, three new */

/* The usable contact points of the event, made by the caller from ident and crypto. */
struct admit_contact {
    enum contact_kind kind;
    struct contact_key key;
    bool doubtful; /* one of two readings: only a no is taken for it */
    bool old;      /* of contact.changed: the point that was */
};

struct admit_input {
    const struct event *event;
    struct fault fault;          /* of decoding; reason "" when whole */
    const struct source *source; /* owner of the feed the record came from; NULL: nobody
                                    knows, so that no rule can weigh the event */
    struct admit_contact contacts[ADMIT_CONTACTS_MAX];
    size_t n_contacts;
    struct fault contact_fault; /* why a contact point was left out; "" when none was */
    bool contact_doubt; /* it was not: the fault says that there are two readings */
    int64_t known_us;   /* broker append time */
    int extra;          /* fields that were dropped (admit_extra)   */
    bool over_budget;   /* the source has brought its grants of that day */
    bool told; /* a mailing system has told the event's message_id, about this contact */
};

/* What an agreement event says, for store/register_store. */
struct agreement_fact {
    char id[REGISTER_ID_BYTES];
    char party[REGISTER_ID_BYTES];
    int64_t from_us, until_us, terminated_us, breach_from_us; /* WHEN_NEVER: not said
                                                                 (from_us: WHEN_ALWAYS) */
};

// clang-format off
struct admission {
    enum outcome outcome;  /* accepted, quarantined or refused (a duplicate is the store's) */
    struct fault fault;    /* reason of quarantine or refusal; a note when accepted */
    bool keep;             /* goes to the ledger: it takes effect or is evidence */
    bool redact;           /* of a minor: what is stored of the contact must go too */
    bool keep_bytes;       /* false: refused, a minor's, a payment card number, or more than
                              its source may bring: neither bytes nor headers are kept */
    bool quarantine;       /* a person must look (may be true beside effects) */
    bool sandbox;              /* only tried: what it would come to, and nothing comes of it */
    bool late;
    enum event_change change;  /* ties each old contact to each that is not */
    struct when_span occurred; /* as the facts have it: clamped for future denials */
    size_t n_facts;
    struct fact facts[ADMIT_FACTS_MAX];     /* ledger_id 0: the caller's to fill */
    uint8_t fact_contact[ADMIT_FACTS_MAX];  /* index into contacts */
    bool has_agreement;
    struct agreement_fact agreement;
};
// clang-format on

/* How many of the contact's fields the source may not bring (S18: an organisation gives
 * names and the company's address of its people, and no more). They are dropped before
 * the event is admitted, and its bytes with them. A denial keeps its fields: whom it is
 * about must not be lost. */
int admit_extra(const struct source *source, const struct event *event);

/* Does such an event count against its source's grants_per_day, if it is accepted? */
bool admit_spends(enum event_type type);

/* Always succeeds: bad input is an outcome. Reasons are listed in schemas/README.md. */
void admit(const struct rulebook *rb, const struct admit_input *in,
           struct admission *ret);

/* The channels that the words of a consent statement name, in the languages of the
 * websites; 0 when none is named. UTF-8, len bytes. */
uint16_t statement_channels(const char *text, size_t len);

#endif
