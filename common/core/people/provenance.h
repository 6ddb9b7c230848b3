/*
 * provenance.h - where a contact is from: its events, and what each did to the answer.
 *
 * The effect of an event is the decision for each (controller, purpose, channel) it
 * touches, with what was known just before it, and with it.
 */
#ifndef CONSENT_CORE_PROVENANCE_H
#define CONSENT_CORE_PROVENANCE_H

#include "core/decision/decide.h"
#include "core/event/kept.h"

/* One event. Texts and bytes are borrowed. */
struct trace_event {
    int64_t ledger_id; /* 0: only in quarantine */
    int64_t known_us;
    struct when_span occurred; /* of the quarantined: always, never */
    const char *topic;
    int32_t partition;
    int64_t offset;
    int32_t source;
    int32_t flags; /* enum ledger_flag */
    enum event_type type;
    enum outcome outcome;
    int16_t variant;
    const char *event_id;
    const char *reason;
    const char *pointer;
    enum kept kept;
    int64_t forgotten_us; /* WHEN_ALWAYS: not, or nobody knows when */
    const char *raw;      /* NULL: kept says why */
    size_t raw_len;
    const char *headers; /* a JSON object, or NULL */
    size_t headers_len;
    bool linked;           /* about a contact point named together with this one */
    int64_t quarantine_id; /* a person is to look, or has looked; 0: no */
    int16_t quarantine_state;
};

struct effect_place {
    int64_t ledger_id;
    size_t at;
};

/* The facts before an event, without those that matter no more. It makes asking what each
 * of many events did, in their order, a matter of one pass. */
struct effect_walk {
    struct fact *room; /* for n_facts; the caller's */
    size_t n;          /* of them in use */
    size_t taken;      /* how many of the facts they stand for */
    size_t pruned;     /* n after the last pruning */
    /* The facts by ledger id, for n_facts; the caller's. For events that came along a
     * link: they stand at another time than their facts. */
    struct effect_place *places;
};

/* For n facts in the order of effect_sort; room and places are there. */
void effect_walk_begin(struct effect_walk *w, const struct fact *facts, size_t n);

struct provenance {
    enum contact_kind kind;
    struct contact_key key;
    int64_t now_us; /* for the answers of today */
    const struct rulebook *rb;
    const struct fact *facts; /* by effect_sort */
    size_t n_facts;
    const struct trace_event *events; /* by known, then ledger id */
    size_t n_events;
    struct effect_walk *walk; /* NULL: every event is weighed against all facts */
};

/* The event's own facts are among those from *ret_first up to the answer, which may have
 * others among them: of its ledger id are those that count. */
size_t provenance_facts(const struct provenance *p, const struct trace_event *e,
                        size_t *ret_first);

const struct source *provenance_source(const struct provenance *p,
                                       const struct trace_event *e);

/* The agreement that the event's facts rest upon; NULL: none. */
const struct agreement *provenance_agreement(const struct provenance *p,
                                             const struct trace_event *e);

#define EFFECTS_MAX 192 /* ten companies, six channels, three purposes, and room */

struct effect {
    int16_t controller;
    int16_t purpose; /* PURPOSE_PROMOTIONAL: any of them */
    uint16_t channel;
    struct decision before, after;
    bool changed; /* verdict or reason */
};

/* Gives how many it wrote: one for each touched triple, at most EFFECTS_MAX; *ret_part:
 * there are more. With a walk, events are best asked about in their order. */
size_t provenance_effects(const struct provenance *p, const struct trace_event *e,
                          struct effect ret[EFFECTS_MAX], bool *ret_part);

/* Every triple that the contact's facts touch, with today's decision in after. */
size_t provenance_answers(const struct provenance *p, struct effect ret[EFFECTS_MAX],
                          bool *ret_part);

/* By known, then ledger id. */
void effect_sort(struct fact *facts, size_t n);

#endif
