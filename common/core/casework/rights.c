#include "rights.h"

#include <stdio.h>
#include <string.h>

#define COUNT(a)        (sizeof(a) / sizeof((a)[0]))
#define ANSWER_MONTHS   1 /* GDPR article 12(3) ... */
#define EXTENDED_MONTHS 3 /* ... and two further months */

/* --- refusals --- */

static const struct {
    const char *name;
    const char *article;
    uint16_t kinds;
    const char *text;
} refusals[] = {{"?", "", 0, ""},
#define X(num, id, article, kinds, text) [num] = {#id, article, kinds, text},
                REFUSALS(X)
#undef X
};

static size_t refusal_index(enum refusal refusal)
{
    return (size_t)refusal < COUNT(refusals) ? (size_t)refusal : 0;
}

const char *refusal_name(enum refusal refusal)
{
    return refusals[refusal_index(refusal)].name;
}

enum refusal refusal_parse(const char *name)
{
    for (size_t i = 1; i < COUNT(refusals); i++) {
        if (strcmp(refusals[i].name, name) == 0)
            return (enum refusal)i;
    }
    return REFUSAL_NONE;
}

const char *refusal_article(enum refusal refusal)
{
    return refusals[refusal_index(refusal)].article;
}

const char *refusal_text(enum refusal refusal)
{
    return refusals[refusal_index(refusal)].text;
}

uint16_t refusal_rights(enum refusal refusal)
{
    return refusals[refusal_index(refusal)].kinds;
}

/* --- deadlines --- */

static int32_t day_of(int64_t us)
{
    return (int32_t)(us / WHEN_DAY_US - (us % WHEN_DAY_US < 0));
}

static bool rests_in(int32_t day, const struct holidays *off, const char *country)
{
    for (size_t i = 0; i < off->n; i++) {
        if (off->day[i] == day && strncmp(off->country[i], country, 2) == 0)
            return true;
    }
    return false;
}

/* A holiday moves what is due only where all who must answer rest. */
static bool rests(int32_t day, const struct holidays *off, const char *by)
{
    if (off == NULL || by[0] == '\0')
        return false;
    for (;; by += 3) {
        if (!rests_in(day, off, by))
            return false;
        if (by[2] == '\0')
            return true;
    }
}

static int32_t working_day(int32_t day, const struct holidays *off, const char *by)
{
    for (;; day++) {
        const int32_t weekday = ((day % 7) + 7 + 4) % 7; /* 1970-01-01: a Thursday, 4 */
        if (weekday != 6 && weekday != 0 && !rests(day, off, by))
            return day;
    }
}

const char *rights_state_name(enum rights_state state)
{
    static const char *const names[] = {"open", "paused", "closed"};

    return names[state];
}

int64_t rights_due(int32_t received_day, int32_t months, int32_t paused_days,
                   const struct holidays *off, const char *by)
{
    const int64_t same_us = when_add_months(received_day * WHEN_DAY_US, months);
    return (working_day(day_of(same_us) + paused_days, off, by) + INT64_C(1)) *
           WHEN_DAY_US;
}

int32_t rights_days_left(const struct rights_request *r, int64_t at_us)
{
    return day_of(r->due_us - 1) - day_of(at_us);
}

/* --- the fold --- */

struct group {
    const struct rights_event *e;
    size_t n;
    int32_t source;
    bool only; /* no other source used the id */
    const struct holidays *off;
};

static bool later(const struct rights_event *a, const struct rights_event *b)
{
    return a->at_us != b->at_us ? a->at_us > b->at_us : a->ledger_id > b->ledger_id;
}

static bool is_answer(const struct group *g, const struct rights_event *e)
{
    if (e->request)
        return false;
    if (e->about != 0)
        return e->about == g->source;
    return e->source == g->source || g->only;
}

/* The countries of one more event, each once, in the order of the alphabet: whichever of
 * the events comes first. What is beyond the room is left out; no event names so many. */
static void take_countries(char by[RIGHTS_BY_BYTES], const char *more)
{
    for (size_t n = strlen(more); n >= 2; more += n < 3 ? 2 : 3, n = strlen(more)) {
        size_t at = 0, len = strlen(by);
        while (by[at] != '\0' && strncmp(by + at, more, 2) < 0)
            at += at + 2 < len ? 3 : 2;
        if (strncmp(by + at, more, 2) == 0 || len + 4 > RIGHTS_BY_BYTES)
            continue;
        if (at == len) {
            snprintf(by + len, RIGHTS_BY_BYTES - len, "%s%.2s", len > 0 ? " " : "", more);
        } else {
            memmove(by + at + 3, by + at, len - at + 1);
            memcpy(by + at, more, 2);
            by[at + 2] = ' ';
        }
    }
}

static void take_request(struct rights_request *r, const struct rights_event *e)
{
    int32_t day = day_of(e->known_us);
    if (day_of(e->at_us) < day)
        day = day_of(e->at_us);
    if (e->has_received && e->received_day < day)
        day = e->received_day;
    if (day < r->received_day)
        r->received_day = day;
    if (r->ledger_id == 0 || e->ledger_id < r->ledger_id) {
        r->ledger_id = e->ledger_id;
        memcpy(r->country, e->country, sizeof(r->country));
    }
    if (e->customer[0] != '\0' &&
        (r->customer[0] == '\0' || strcmp(e->customer, r->customer) < 0))
        memcpy(r->customer, e->customer, sizeof(r->customer));
    take_countries(r->by, e->by);
    r->processor = r->processor || e->processor;
    r->kinds |= e->kinds;
}

/* The next event of that outcome which is no earlier than at_us; the first of several. */
static const struct rights_event *next_of(const struct group *g,
                                          enum rights_outcome outcome, int64_t at_us)
{
    const struct rights_event *found = NULL;
    for (size_t i = 0; i < g->n; i++) {
        const struct rights_event *e = &g->e[i];
        if (is_answer(g, e) && e->outcome == outcome && e->at_us >= at_us &&
            (found == NULL || later(found, e)))
            found = e;
    }
    return found;
}

/* The clock stands from the question who somebody is to the answer; but what has run out
 * cannot be stopped any more. */
static void take_pauses(const struct group *g, struct rights_request *r)
{
    const struct rights_event *asked = next_of(g, RIGHTS_IDENTITY_REQUESTED, WHEN_ALWAYS);
    int64_t paused_us = 0;
    while (asked != NULL &&
           asked->at_us < rights_due(r->received_day, ANSWER_MONTHS,
                                     (int32_t)(paused_us / WHEN_DAY_US), g->off, r->by)) {
        const struct rights_event *told =
            next_of(g, RIGHTS_IDENTITY_CONFIRMED, asked->at_us);
        if (told == NULL) {
            r->paused_since_us = asked->at_us;
            break;
        }
        paused_us += told->at_us - asked->at_us;
        asked = next_of(g, RIGHTS_IDENTITY_REQUESTED, told->at_us + 1);
    }
    r->paused_days = (int32_t)(paused_us / WHEN_DAY_US);
}

/* Article 12(3): the person must be told within the first month, with the reasons. */
static void take_extensions(const struct group *g, struct rights_request *r)
{
    for (size_t i = 0; i < g->n; i++) {
        const struct rights_event *e = &g->e[i];
        if (!is_answer(g, e) || e->outcome != RIGHTS_EXTENDED)
            continue;
        const int64_t told_us = e->has_notified ? e->notified_us : e->at_us;
        if (!e->has_reason || told_us >= r->first_due_us) {
            r->extension_void = true;
        } else if (!r->extended || told_us < r->extended_us) {
            r->extended = true;
            r->extended_us = told_us;
        }
    }
}

static void take_answers(const struct group *g, struct rights_request *r)
{
    const struct rights_event *last[RIGHT_END] = {NULL};
    for (size_t i = 0; i < g->n; i++) {
        const struct rights_event *e = &g->e[i];
        if (!is_answer(g, e) || !rights_outcome_closes((enum rights_outcome)e->outcome))
            continue;
        for (int kind = 0; kind < RIGHT_END; kind++) {
            if ((e->kinds & RIGHTS_BIT(kind)) != 0 &&
                (last[kind] == NULL || later(e, last[kind])))
                last[kind] = e;
        }
    }
    r->open = r->kinds;
    for (int kind = 0; kind < RIGHT_END; kind++) {
        if (last[kind] == NULL || (r->kinds & RIGHTS_BIT(kind)) == 0)
            continue;
        const uint8_t outcome = last[kind]->outcome;
        r->open &= (uint16_t)~RIGHTS_BIT(kind);
        r->outcome[kind] = outcome == RIGHTS_OUTCOME_NONE ? RIGHTS_DONE : outcome;
        r->refusal[kind] = last[kind]->refusal;
        if (r->closed_us < last[kind]->at_us)
            r->closed_us = last[kind]->at_us;
    }
}

/* A complaint of somebody in the United Kingdom, or who does not say where. */
static void take_acknowledgement(const struct group *g, struct rights_request *r)
{
    const uint16_t complaint = RIGHTS_BIT(RIGHT_COMPLAINT);
    const int32_t in_force = when_day_of(2026, 6, 19);
    r->acknowledge_us = WHEN_NEVER;
    if ((r->kinds & complaint) == 0 || r->received_day < in_force ||
        (r->country[0] != '\0' && strcmp(r->country, "GB") != 0))
        return;
    r->acknowledge_us =
        (r->received_day + RIGHTS_ACKNOWLEDGE_DAYS + INT64_C(1)) * WHEN_DAY_US;
    for (size_t i = 0; i < g->n; i++) {
        const struct rights_event *e = &g->e[i];
        const bool answered = rights_outcome_closes((enum rights_outcome)e->outcome) &&
                              (e->kinds & complaint) != 0;
        if (is_answer(g, e) && (e->outcome == RIGHTS_ACKNOWLEDGED || answered) &&
            (r->acknowledged_us == 0 || e->at_us < r->acknowledged_us))
            r->acknowledged_us = e->at_us;
    }
}

static void fold_one(const struct group *g, struct rights_request *r)
{
    memset(r, 0, sizeof(*r));
    r->source = g->source;
    r->received_day = INT32_MAX;
    for (size_t i = 0; i < g->n; i++) {
        if (g->e[i].request && g->e[i].source == g->source)
            take_request(r, &g->e[i]);
    }
    take_pauses(g, r);
    r->first_due_us =
        rights_due(r->received_day, ANSWER_MONTHS, r->paused_days, g->off, r->by);
    take_extensions(g, r);
    take_answers(g, r);
    take_acknowledgement(g, r);
    const int64_t due_us = r->extended ? rights_due(r->received_day, EXTENDED_MONTHS,
                                                    r->paused_days, g->off, r->by)
                                       : r->first_due_us;
    r->state = r->open == 0              ? RIGHTS_CLOSED
               : r->paused_since_us != 0 ? RIGHTS_PAUSED
                                         : RIGHTS_OPEN;
    if (r->state != RIGHTS_CLOSED)
        r->closed_us = 0;
    r->answered_late = r->state == RIGHTS_CLOSED && r->closed_us >= due_us;
    r->due_us = r->state == RIGHTS_PAUSED ? WHEN_NEVER : due_us;
    r->customer_wanted = r->processor && r->customer[0] == '\0';
    r->not_in_france = (r->kinds & RIGHTS_BIT(RIGHT_POST_MORTEM_DIRECTIVE)) != 0 &&
                       strcmp(r->country, "FR") != 0;
}

size_t rights_fold(const struct rights_event *events, size_t n,
                   const struct holidays *off, struct rights_request ret[RIGHTS_SOURCES])
{
    int32_t sources[RIGHTS_SOURCES];
    size_t n_sources = 0;
    for (size_t i = 0; i < n; i++) {
        bool known = !events[i].request;
        for (size_t k = 0; k < n_sources && !known; k++)
            known = sources[k] == events[i].source;
        if (!known && n_sources < RIGHTS_SOURCES)
            sources[n_sources++] = events[i].source;
    }
    for (size_t i = 1; i < n_sources; i++) { /* by number, whatever came first */
        for (size_t k = i; k > 0 && sources[k - 1] > sources[k]; k--) {
            const int32_t source = sources[k];
            sources[k] = sources[k - 1];
            sources[k - 1] = source;
        }
    }
    for (size_t i = 0; i < n_sources; i++) {
        const struct group g = {events, n, sources[i], n_sources == 1, off};
        fold_one(&g, &ret[i]);
    }
    return n_sources;
}
