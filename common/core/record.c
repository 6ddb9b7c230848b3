#include "core/record.h"

#include <stddef.h>

const char *consent_state_name(enum consent_state state)
{
    static const char *const names[] = {
#define X(num, id, name, valid) [num] = name,
        CONSENT_STATES(X)
#undef X
    };

    return (size_t)state < sizeof(names) / sizeof(names[0]) && names[state] ? names[state]
                                                                            : "?";
}

/* What stops mail for a while, or is paper, and says nothing of the consent. */
static bool is_beside(uint8_t kind)
{
    return kind == FACT_BOUNCE || kind == FACT_REACHED || kind == FACT_RESTRICTION ||
           kind == FACT_RESTRICTION_LIFTED;
}

static enum consent_state state_of(const struct fact *grant, enum reason reason,
                                   bool refused)
{
    switch (reason) {
    case REASON_CONSENT:
    case REASON_SOFT_OPT_IN:
    case REASON_NOT_PROMOTIONAL: return CONSENT_STATE_GIVEN;
    case REASON_OBJECTION:
    case REASON_OPTOUT:
    case REASON_WITHDRAWN:
    case REASON_COMPLAINT:
    case REASON_PLATFORM_LIST:
    case REASON_SALE_OPTED_OUT:
    case REASON_DIRECT_OPTOUT_BEATS_THIRD_PARTY: return CONSENT_STATE_WITHDRAWN;
    case REASON_AGREEMENT_EXPIRED:
    case REASON_TERMINATED: return CONSENT_STATE_REVOKED;
    case REASON_INVALIDATED:
    case REASON_UNDER_16: return CONSENT_STATE_INVALIDATED;
    case REASON_EXPIRED:
    case REASON_STALE: return CONSENT_STATE_EXPIRED;
    case REASON_ERASED:
    case REASON_DECEASED: return CONSENT_STATE_TERMINATED;
    case REASON_NOT_GIVEN:
        if (refused)
            return CONSENT_STATE_REFUSED;
        return (grant->flags & FACT_IS_CONFIRM_PENDING) != 0 ? CONSENT_STATE_REQUESTED
                                                             : CONSENT_STATE_UNKNOWN;
    case REASON_NONE: /* the proof has a hole: nobody may rely on it */
    case REASON_PURPOSE_NOT_DISCLOSED:
    case REASON_PROCESSOR_ONLY:
    case REASON_UNREACHABLE:
    case REASON_RESTRICTED:
    case REASON_NO_AGREEMENT:
    case REASON_NO_WARRANTY:
    case REASON_CONTROLLER_NOT_NAMED:
    case REASON_CHANNEL_NOT_IN_STATEMENT:
    case REASON_EVIDENCE_MISSING:
    case REASON_SOURCE_SUSPENDED:
    case REASON_ART14_OVERDUE:
    case REASON_SALE_DEFAULT:
    case REASON_NO_GRANT:
    case REASON_PURPOSE_INCOMPATIBLE_WITH_SOURCE: break;
    }
    return CONSENT_STATE_UNKNOWN;
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
        if (facts[i].kind == FACT_REFUSAL && d->n_evidence > 0 &&
            facts[i].ledger_id == d->evidence[0])
            return true;
    return false;
}

static int64_t least(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* When the agreement behind it ended. */
static int64_t agreement_end(const struct rulebook *rb, int32_t number, int64_t at_us)
{
    int64_t end_us = WHEN_NEVER;

    for (size_t i = 0; i < rb->n_agreements; i++)
        if (rb->agreements[i].number == number)
            end_us =
                least(rb->agreements[i].terminated_us, rb->agreements[i].valid.until_us);
    return end_us <= at_us ? end_us : WHEN_ALWAYS;
}

static int64_t since(const struct rulebook *rb, const struct fact *grant,
                     const struct record_state *s, const struct decision *d,
                     int64_t at_us)
{
    int64_t since_us = WHEN_ALWAYS;

    switch ((int)s->state) {
    case CONSENT_STATE_WITHDRAWN:
    case CONSENT_STATE_REFUSED:
    case CONSENT_STATE_TERMINATED: since_us = d->since_us; break;
    case CONSENT_STATE_EXPIRED:
        since_us = grant->expires_us <= at_us ? grant->expires_us : WHEN_ALWAYS;
        break;
    case CONSENT_STATE_REVOKED:
        since_us = agreement_end(rb, grant->agreement, at_us);
        break;
    default: break;
    }
    return since_us != WHEN_ALWAYS && since_us != WHEN_NEVER ? since_us : s->given_us;
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
    s->decided_by = d.n_evidence > 0 ? d.evidence[0] : 0;
}

size_t record_states(const struct rulebook *rb, const struct fact *facts, size_t n,
                     int64_t ledger_id, int64_t at_us, struct fact *scratch,
                     struct record_state *ret, size_t cap)
{
    size_t n_only = 0, found = 0;

    for (size_t i = 0; i < n; i++)
        if (!is_beside(facts[i].kind) &&
            (facts[i].kind != FACT_GRANT || facts[i].ledger_id == ledger_id))
            scratch[n_only++] = facts[i];
    for (size_t i = 0; i < n; i++) {
        const struct fact *grant = &facts[i];

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
            judge(rb, scratch, n_only, grant, at_us, s);
            if (s->state == CONSENT_STATE_GIVEN && renews(facts, n, grant, s))
                s->state = CONSENT_STATE_RENEWED;
            found++;
        }
    }
    return found;
}
