#include "retention.h"

#include <string.h>

#define FOLLOW_MOST 4 /* R05 follows R02; no register needs more steps */

/* --- words --- */

const char *retention_state_name(enum retention_state state)
{
    static const char *const names[] = {"dated", "waiting", "open", "indefinite",
                                        "external"};
    return (size_t)state < sizeof(names) / sizeof(names[0]) ? names[state] : "?";
}

const char *retention_anchor_name(uint8_t event)
{
    return event == ANCHOR_OBTAINED   ? "obtained"
           : event == ANCHOR_ACCOUNT  ? "account"
           : event == ANCHOR_OBJECTED ? "objection"
                                      : anchor_event_name((enum anchor_event)event);
}

bool retention_term_when(const char *word, enum retention_when *ret)
{
    if (word[0] == '\0')
        *ret = TERM_ALWAYS;
    else if (strcmp(word, "any_qualified_certificate") == 0)
        *ret = TERM_ANY_QUALIFIED;
    else if (strcmp(word, "no_qualified_certificate") == 0)
        *ret = TERM_NO_QUALIFIED;
    else
        return false;
    return true;
}

/* --- rows --- */

static const struct retention_rule *rule_at(const struct retention_rule *rules, size_t n,
                                            const char *id, int64_t at_us)
{
    for (size_t i = 0; i < n; i++) {
        if (strcmp(rules[i].id, id) == 0 && period_holds(&rules[i].valid, at_us))
            return &rules[i];
    }
    return NULL;
}

bool retention_resolve(const struct retention_rule *rules, size_t n, const char *id,
                       int64_t at_us, struct retention_rule *ret)
{
    const struct retention_rule *own = rule_at(rules, n, id, at_us);
    const struct retention_rule *terms = own;
    for (int step = 0; terms != NULL && terms->same_as[0] != '\0'; step++)
        terms = step < FOLLOW_MOST ? rule_at(rules, n, terms->same_as, at_us) : NULL;
    if (terms == NULL)
        return false;
    *ret = *own;
    ret->combine = terms->combine;
    ret->n_terms = terms->n_terms;
    memcpy(ret->terms, terms->terms, sizeof(ret->terms));
    ret->indefinite = terms->indefinite;
    ret->open_ended = terms->open_ended;
    ret->has_review = terms->has_review;
    ret->review_every = terms->review_every;
    ret->backup_grace = terms->backup_grace;
    memcpy(ret->external, terms->external, sizeof(ret->external));
    memcpy(ret->external_when_employee, terms->external_when_employee,
           sizeof(ret->external_when_employee));
    return true;
}

/* --- dates --- */

/* Of statements about one thing the last known counts. Each certificate without a
 * reference is one of its own: "the last" of them is what the row asks for. */
static bool superseded(const struct anchor *anchors, size_t n, size_t i)
{
    const struct anchor *a = &anchors[i];
    if (a->event > ANCHOR_EMPLOYMENT_BEGAN || a->ledger_id == 0)
        return false;
    if (a->event == ANCHOR_LAST_CERTIFICATE && a->reference[0] == '\0')
        return false;
    for (size_t k = 0; k < n; k++) {
        const struct anchor *b = &anchors[k];
        if (b->event == a->event && strcmp(b->reference, a->reference) == 0 &&
            b->controller == a->controller &&
            (b->known_us != a->known_us ? b->known_us > a->known_us
                                        : b->ledger_id > a->ledger_id))
            return true;
    }
    return false;
}

/* The anchor of that event which counts: the last one, or the first where the row asks
 * for the earlier. RETENTION_NOT_USED: there is none. */
static size_t pick(const struct anchor *anchors, size_t n, uint8_t event, bool earliest)
{
    size_t found = RETENTION_NOT_USED;
    for (size_t i = 0; i < n; i++) {
        if (anchors[i].event != event || anchors[i].at_us == WHEN_NEVER ||
            superseded(anchors, n, i))
            continue;
        if (found == RETENTION_NOT_USED ||
            (anchors[i].at_us != anchors[found].at_us
                 ? (anchors[i].at_us < anchors[found].at_us) == earliest
                 : anchors[i].ledger_id < anchors[found].ledger_id))
            found = i;
    }
    return found;
}

/* "If any" is asked of all certificates there ever were, also of statements about one
 * that a later statement replaced. */
static bool any_qualified(const struct anchor *anchors, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (anchors[i].event == ANCHOR_LAST_CERTIFICATE && anchors[i].qualified)
            return true;
    }
    return false;
}

static bool term_applies(const struct retention_rule *rule,
                         const struct retention_term *term, const struct anchor *anchors,
                         size_t n)
{
    const bool of_account = term->event == ANCHOR_ACCOUNT_AGREEMENT_END ||
                            term->event == ANCHOR_LEGAL_RIGHTS_WINDOW_END;
    if (term->when != TERM_ALWAYS &&
        any_qualified(anchors, n) != (term->when == TERM_ANY_QUALIFIED))
        return false;
    /* Who never had an account has no agreement that could end. */
    return !rule->open_ended || !of_account ||
           pick(anchors, n, ANCHOR_ACCOUNT, true) != RETENTION_NOT_USED ||
           pick(anchors, n, (uint8_t)term->event, true) != RETENTION_NOT_USED;
}

/* The row's own words. Returns the date as far as its anchors are known. */
static int64_t combine(const struct retention_rule *rule, const struct anchor *anchors,
                       size_t n, struct retention_result *ret)
{
    const bool earlier = rule->combine == COMBINE_MIN;
    int64_t date_us = WHEN_NEVER;
    bool any = false;
    for (size_t t = 0; t < rule->n_terms; t++) {
        const struct retention_term *term = &rule->terms[t];
        if (!term_applies(rule, term, anchors, n))
            continue;
        const bool first = earlier && term->event != ANCHOR_LAST_CERTIFICATE;
        const size_t i = pick(anchors, n, (uint8_t)term->event, first);
        if (i == RETENTION_NOT_USED) {
            ret->missing |= 1U << term->event;
            continue;
        }
        const int64_t us = when_add(anchors[i].at_us, term->offset);
        ret->used[t] = i;
        if (!any || (us < date_us) == earlier)
            date_us = us;
        any = true;
    }
    return any ? date_us : WHEN_NEVER;
}

/* The first anniversary after at_us. */
static int64_t next_review(int64_t base_us, struct when_length every, int64_t at_us)
{
    struct when_length sum = every;
    int64_t us = when_add(base_us, sum);
    while (us <= at_us && every.months + every.days > 0) {
        sum.months += every.months;
        sum.days += every.days;
        us = when_add(base_us, sum); /* from the base: 29 February comes back */
    }
    return us;
}

static void set_review(const struct retention_rule *rule, const struct anchor *anchors,
                       size_t n, int64_t at_us, int64_t known_part_us,
                       struct retention_result *ret)
{
    const size_t base = pick(anchors, n, ANCHOR_OBTAINED, true);
    if (rule->has_review)
        ret->review_us =
            next_review(base != RETENTION_NOT_USED ? anchors[base].at_us : at_us,
                        rule->review_every, at_us);
    else if (rule->combine == COMBINE_MAX)
        ret->review_us = known_part_us; /* not before; and somebody must say the rest */
}

/* GDPR articles 21(3) and 17(1): a request ends what was held for marketing, although the
 * row would let it wait for the later of its terms. Both dates are kept. */
static void override(const struct anchor *anchors, size_t n, struct retention_result *ret)
{
    const uint8_t requests[] = {ANCHOR_OBJECTED, ANCHOR_DELETION_REQUESTED};
    for (size_t r = 0; r < sizeof(requests); r++) {
        const size_t i = pick(anchors, n, requests[r], true);
        if (i == RETENTION_NOT_USED || anchors[i].at_us >= ret->effective_us)
            continue;
        ret->effective_us = anchors[i].at_us;
        ret->override_by = i;
        ret->overridden = true;
        ret->state = RETENTION_DATED;
    }
}

void retention_date(const struct retention_rule *rule, const struct anchor *anchors,
                    size_t n, int64_t at_us, struct retention_result *ret)
{
    memset(ret, 0, sizeof(*ret));
    ret->literal_us = ret->effective_us = WHEN_NEVER;
    ret->backup_us = ret->review_us = WHEN_NEVER;
    ret->override_by = RETENTION_NOT_USED;
    for (size_t t = 0; t < RETENTION_TERMS; t++)
        ret->used[t] = RETENTION_NOT_USED;
    const bool employed =
        rule->external_when_employee[0] != '\0' &&
        pick(anchors, n, ANCHOR_EMPLOYMENT_BEGAN, true) != RETENTION_NOT_USED;
    if (rule->indefinite || rule->external[0] != '\0' || employed) {
        ret->state = rule->indefinite ? RETENTION_INDEFINITE : RETENTION_EXTERNAL;
        ret->external = rule->indefinite ? ""
                        : employed       ? rule->external_when_employee
                                         : rule->external;
        return;
    }
    ret->external = "";
    const int64_t known_part_us = combine(rule, anchors, n, ret);
    if (known_part_us != WHEN_NEVER &&
        (rule->combine == COMBINE_MIN || ret->missing == 0)) {
        ret->state = RETENTION_DATED;
        ret->literal_us = ret->effective_us = known_part_us;
    } else {
        ret->state = rule->open_ended ? RETENTION_OPEN : RETENTION_WAITING;
        set_review(rule, anchors, n, at_us, known_part_us, ret);
    }
    if (rule->override_on_request)
        override(anchors, n, ret);
    if (ret->state == RETENTION_DATED) {
        ret->backup_us = when_add(ret->effective_us, rule->backup_grace);
        ret->review_us = WHEN_NEVER;
    }
}
