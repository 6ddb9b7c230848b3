/*
 * list.h - what a list says of a contact: the decision seen through the list's glasses.
 *
 * "*promotional" on a list asks for every promotional purpose in the register at once:
 * PERMIT when at least one of them is permitted and the person has said no to none of
 * them. So a list for a general stream errs towards silence; finer lists name one
 * purpose.
 */
#ifndef CONSENT_CORE_LIST_H
#define CONSENT_CORE_LIST_H

#include "core/decision/decide.h"

struct list {
    char id[REGISTER_ID_BYTES]; /* "promotional-email" */
    char recipient[REGISTER_ID_BYTES];
    char key_name[REGISTER_ID_BYTES];   /* which recipient key an hmac token uses */
    char sourced_by[REGISTER_ID_BYTES]; /* a party: its own contacts only; "": everybody's
                                         */
    struct period valid;
    int32_t number;
    int16_t controller;
    int16_t purpose;  /* number or PURPOSE_PROMOTIONAL */
    uint16_t channel; /* one bit */
    uint8_t polarity; /* enum list_polarity */
    uint8_t profile;  /* enum token_profile */
};

/*
 * Several contacts may have one token on a list (token_profile_shared). Such a list is
 * folded by token: each of the contacts, a member, has a voice, and the strictest voice
 * speaks for the token. Of a deny list: suppressed while any member is. Of a permit list:
 * permitted only while at least one is permitted and none has said no.
 */
enum list_voice {
    VOICE_SILENT = 0, /* not a member */
    VOICE_NO = 1,     /* suppressed; on a permit list: has said no   */
    VOICE_YES = 2,    /* not suppressed; on a permit list: permitted */
    VOICE_NEITHER = 3 /* on a permit list: not permitted, and has not said no */
};

struct standing {
    enum list_status status;  /* LIST_ABSENT: nothing to say */
    struct decision decision; /* why */
};

/* The decision for (controller, purpose, channel) where purpose may be
 * PURPOSE_PROMOTIONAL; trace may be NULL. */
void decide_any(const struct rulebook *rb, const struct fact *facts, size_t n,
                const struct question *q, struct decision *ret, struct trace *trace);

/* Is the contact the list's to know? A list with sourced_by holds what that party sourced
 * or what was ordered through it: a fact of the contact's own that came from a source of
 * the party, or rests on an agreement with it. A fact stays, so whoever is its contact
 * stays its contact, also when the agreement ends. What came along a link from another
 * contact point does not count, for the party may never have seen this one; nor does what
 * it said of a hash, or it could ask by one whether somebody is known here; nor do
 * deadlines (FACT_REQUEST, FACT_ANCHOR), which facts_prune leaves out. */
bool list_concerns(const struct rulebook *rb, const struct list *list,
                   const struct fact *facts, size_t n);

/* What the list should say now, given what it last said (a contact never suppressed is
 * never "released"). The contact's kind must suit the channel: else LIST_ABSENT. Of a
 * contact that does not concern the list nothing is said, LIST_ABSENT; but whoever once
 * was told of it goes on being told, for silence would let a denial grow stale. */
void list_standing(const struct rulebook *rb, const struct list *list,
                   enum contact_kind kind, const struct fact *facts, size_t n,
                   int64_t at_us, enum list_status last, struct standing *ret);

/* The voice of a contact on such a list, and why. last: the voice it had. A contact of
 * whom a list of its own would say nothing is no member, VOICE_SILENT, unless it has said
 * no on a permit list; whoever once was a member stays one. */
enum list_voice list_member(const struct rulebook *rb, const struct list *list,
                            enum contact_kind kind, const struct fact *facts, size_t n,
                            int64_t at_us, enum list_voice last, struct standing *ret);

/* What the list says of a token whose strictest voice this is. last: what it last said.
 */
enum list_status list_of_voice(const struct list *list, enum list_voice strictest,
                               enum list_status last);

#endif
