#include "record.h"

#include "core/decision/prune.h"

#include <stddef.h>

static const char *const names[] = {
#define X(num, id, name, valid) [num] = name,
    CONSENT_STATES(X)
#undef X
};
#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

const char *consent_state_name(enum consent_state state)
{
    return state != CONSENT_STATE_NONE && (size_t)state < COUNT(names) ? names[state]
                                                                       : "?";
}

/* What stops mail for a while, or is paper, and says nothing of the consent. */
static bool is_beside(uint8_t kind)
{
    return kind == FACT_BOUNCE || kind == FACT_REACHED || kind == FACT_RESTRICTION ||
           kind == FACT_RESTRICTION_LIFTED;
}

/* What is not here has a hole in its proof: nobody may rely on it. */
static const enum consent_state by_reason[] = {
    [REASON_CONSENT] = CONSENT_STATE_GIVEN,
    [REASON_SOFT_OPT_IN] = CONSENT_STATE_GIVEN,
    [REASON_NOT_PROMOTIONAL] = CONSENT_STATE_GIVEN,
    [REASON_OBJECTION] = CONSENT_STATE_WITHDRAWN,
    [REASON_OPTOUT] = CONSENT_STATE_WITHDRAWN,
    [REASON_WITHDRAWN] = CONSENT_STATE_WITHDRAWN,
    [REASON_COMPLAINT] = CONSENT_STATE_WITHDRAWN,
    [REASON_PLATFORM_LIST] = CONSENT_STATE_WITHDRAWN,
    [REASON_SALE_OPTED_OUT] = CONSENT_STATE_WITHDRAWN,
    [REASON_DIRECT_OPTOUT_BEATS_THIRD_PARTY] = CONSENT_STATE_WITHDRAWN,
    [REASON_AGREEMENT_EXPIRED] = CONSENT_STATE_REVOKED,
    [REASON_TERMINATED] = CONSENT_STATE_REVOKED,
    [REASON_INVALIDATED] = CONSENT_STATE_INVALIDATED,
    [REASON_UNDER_16] = CONSENT_STATE_INVALIDATED,
    [REASON_EXPIRED] = CONSENT_STATE_EXPIRED,
    [REASON_STALE] = CONSENT_STATE_EXPIRED,
    [REASON_ERASED] = CONSENT_STATE_TERMINATED,
    [REASON_DECEASED] = CONSENT_STATE_TERMINATED,
    [REASON_NOT_GIVEN] = CONSENT_STATE_REFUSED, /* or something else: see below */
};

_Static_assert(REASON_DECEASED == 33 && COUNT(by_reason) == 34, "every reason fits");

static enum consent_state state_of(const struct fact *grant, enum reason reason,
                                   bool refused)
{
    enum consent_state state = by_reason[reason];

    if (state == CONSENT_STATE_REFUSED && !refused)
        state = (grant->flags & FACT_IS_CONFIRM_PENDING) != 0 ? CONSENT_STATE_REQUESTED
                                                              : CONSENT_STATE_NONE;
    return state != CONSENT_STATE_NONE ? state : CONSENT_STATE_UNKNOWN;
}

static bool same_scope(const struct fact *f, const struct record_state *s)
{
    return f->controller == s->controller && f->purpose == s->purpose &&
           (f->channels & s->channel) != 0;
}

/* Was the same given before? Then this is a renewal. */
static bool renews(const struct fact *facts, size_t n, const struct fact *grant,
                   const struct record_state *s)
{
    for (size_t i = 0; i < n; i++)
        if (facts[i].kind == FACT_GRANT && facts[i].ledger_id != grant->ledger_id &&
            facts[i].to_us < grant->from_us && same_scope(&facts[i], s))
            return true;
    return false;
}

/* Is a refusal what stands against it? */
static bool is_refused(const struct fact *facts, size_t n, const struct decision *d)
{
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < d->n_evidence; k++)
            if (facts[i].kind == FACT_REFUSAL && facts[i].ledger_id == d->evidence[k])
                return true;
    return false;
}

static int64_t least(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* When the agreement behind it ended. */
static int64_t agreement_end(const struct rulebook *rb, int32_t number)
{
    int64_t end_us = WHEN_NEVER;

    for (size_t i = 0; i < rb->n_agreements; i++)
        if (rb->agreements[i].number == number)
            end_us =
                least(rb->agreements[i].terminated_us, rb->agreements[i].valid.until_us);
    return end_us;
}

/* Never before it was given, and never ahead of us: then nobody can tell. */
static int64_t since(const struct rulebook *rb, const struct fact *grant,
                     const struct record_state *s, const struct decision *d,
                     int64_t at_us)
{
    int64_t since_us = d->since_us;

    if (s->state == CONSENT_STATE_EXPIRED)
        since_us = grant->expires_us;
    if (s->state == CONSENT_STATE_REVOKED)
        since_us = agreement_end(rb, grant->agreement);
    return since_us > s->given_us && since_us <= at_us ? since_us : s->given_us;
}

static void judge(const struct rulebook *rb, const struct fact *only, size_t n_only,
                  const struct fact *grant, int64_t at_us, struct record_state *s)
{
    const struct question q = {
        .controller = s->controller,
        .purpose = s->purpose,
        .channel = s->channel,
        .at_us = at_us,
        .known_us = WHEN_NEVER,
    };
    struct decision d;

    decide(rb, only, n_only, &q, &d, NULL);
    s->rule = d.rule;
    s->reason = d.reason;
    s->state = state_of(grant, d.reason, is_refused(only, n_only, &d));
    s->since_us = since(rb, grant, s, &d, at_us);
}

void record_facts_begin(struct record_facts *f, const struct rulebook *rb)
{
    size_t n = 0;

    for (size_t i = 0; i < f->n; i++)
        if (!is_beside(f->facts[i].kind) && f->facts[i].kind != FACT_GRANT)
            f->room[n++] = f->facts[i];
    f->n_rest = facts_prune(rb, f->room, n, f->at_us);
}

size_t record_states(const struct rulebook *rb, struct record_facts *f, size_t first,
                     size_t end, int64_t ledger_id, struct record_state *ret, size_t cap)
{
    size_t n_only = f->n_rest, found = 0;

    for (size_t i = first; i < end; i++)
        if (f->facts[i].kind == FACT_GRANT && f->facts[i].ledger_id == ledger_id)
            f->room[n_only++] = f->facts[i];
    for (size_t i = first; i < end; i++) {
        const struct fact *grant = &f->facts[i];

        if (grant->kind != FACT_GRANT || grant->ledger_id != ledger_id || grant->linked)
            continue;
        for (uint16_t bit = 1; bit <= CHANNELS_ALL; bit = (uint16_t)(bit << 1)) {
            struct record_state *s = &ret[found];

            if ((grant->channels & bit) == 0 || found == cap)
                continue;
            *s = (struct record_state){
                .controller = grant->controller,
                .purpose = grant->purpose,
                .channel = bit,
                .given_us = grant->effective_us != 0 ? grant->effective_us : grant->to_us,
                .expires_us = grant->expires_us,
                .agreement = grant->agreement,
                .source_type = grant->source_type,
                .explicitly = (grant->flags & FACT_IS_EXPLICIT) != 0,
            };
            judge(rb, f->room, n_only, grant, f->at_us, s);
            if (s->state == CONSENT_STATE_GIVEN && renews(f->facts, f->n, grant, s))
                s->state = CONSENT_STATE_RENEWED;
            found++;
        }
    }
    return found;
}
