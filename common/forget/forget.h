/*
 * forget.h - erasing what is held of a contact: what core/casework/erasure.h says must
 * go, in one transaction, with its certificate. For consent-keeper and consentctl alike.
 *
 *   forget_init   the rows in force, and the feed on which certificates go
 *   forget_look   what would go, and what would stay and why
 *   forget_preview  the same, and how many events, facts and letters
 *   forget_do     the same under a lock, carried out: salts, facts, identifiers, and in
 * the outbox the certificate (contact.erased.v1) and the journal's record
 *
 * Nothing is lost between: what goes, its certificate and the journal's record are of one
 * commit, and consent-publish sends both until Kafka has them.
 */
#ifndef CONSENT_FORGET_FORGET_H
#define CONSENT_FORGET_FORGET_H

#include "base/buf.h"
#include "core/casework/erasure.h"
#include "store/casework/erasure_store.h"
#include "store/casework/retention_store.h"
#include "store/people/fact_store.h"
#include "store/register/register_store.h"

/* Of what is to go. */
struct forget_wish {
    const char *by;     /* a person's name, or a program's */
    const char *ground; /* "request", "minor", "retention" */
    int64_t ledger_id;  /* the event that asks; 0: none */
    int64_t before_us;  /* what is due before then; WHEN_ALWAYS: what was asked for */
    const char *row;    /* of what is due only this row; NULL: all */
    int16_t controller; /* and only this one's; CONTROLLER_ANY: everybody's */
    bool automatic;     /* and only rows that say so */
    bool minor;
    bool as_asked; /* of forget_look and forget_preview: as if a request were granted */
};

struct forget {
    const struct register_snapshot *s; /* borrowed */
    const struct source *dpo;          /* its feed takes the certificates */
    int64_t at_us;
    struct retention_rules given;
    struct retention_rule *rules; /* resolved, in force at at_us */
    size_t n_rules;
    struct fact_set facts;
    struct anchor_set said;
    struct erasure_past past;
    size_t cap_facts, cap_said;
    struct erasure_plan plan; /* what forget_look has found */
    struct buf rows, event;
};

/* ERR_CONFIG when the register has no feed of an officer (source type dpo). Call
 * forget_done either way. */
bool forget_init(struct forget *f, struct pg *pg, const struct register_snapshot *s,
                 int64_t at_us, struct err *err);
void forget_done(struct forget *f);

bool forget_look(struct forget *f, struct pg *pg, const struct contact_key *key,
                 const struct forget_wish *wish, struct err *err);

/* The same, and how much that is: carried out and taken back, so that it cannot differ
 * from what forget_do would take. Needs no right to erase. */
bool forget_preview(struct forget *f, struct pg *pg, const struct contact_key *key,
                    const struct forget_wish *wish, struct erasure_preview *ret,
                    struct err *err);

/* What a preview says, as an object's members. */
void forget_preview_put(const struct forget *f, const struct erasure_preview *p,
                        struct buf *out);

/* Room in f->plan for a contact of so many facts and anchors. */
void forget_room(struct forget *f, size_t n_facts, size_t n_said);

/* In a transaction of its own. ret->erasure 0: there was nothing to erase. Free ret with
 * erasure_done_free. ERR_RETRY with FORGET_TOO_EARLY: the lists have not
 * said yet what is known of the contact, and could not afterwards. */
#define FORGET_TOO_EARLY "TOO_EARLY"

bool forget_do(struct forget *f, struct pg *pg, const struct contact_key *key,
               const struct forget_wish *wish, struct erasure_done *ret, struct err *err);

/* The rows of the plan as JSON: [{"controller", "row", "goes", "why", "article", ...}] */
void forget_rows(const struct forget *f, struct buf *out);

#endif
