/* admit_case.h - one event and what admit makes of it; for the tests of admit. */
#ifndef CONSENT_TESTS_ADMIT_CASE_H
#define CONSENT_TESTS_ADMIT_CASE_H

#include "core/event/admit.h"
#include "testbook.h"

#include <criterion/criterion.h>
#include <stdio.h>

static struct testbook t;
static struct event ev;
static struct admit_input in;
static struct admission out;

#define KNOWN testbook_time("2026-03-05T07:05:00Z")
#define TIME  testbook_time("2026-03-05T07:00:00Z")

static inline void scope(const char *purpose, uint16_t channels)
{
    struct event_scope *s = &ev.scopes[ev.n_scopes++];
    snprintf(s->purpose, sizeof(s->purpose), "%s", purpose);
    s->channels = channels;
    s->any_channel = channels == CHANNELS_ALL;
}

/* An event of a source by name, about an e-mail address, for Sectigo Limited. */
static inline void begin(const char *source, enum event_type type)
{
    testbook_init(&t);
    memset(&ev, 0, sizeof(ev));
    memset(&in, 0, sizeof(in));
    memset(&out, 0xee, sizeof(out)); /* nothing may be taken over */
    ev.type = type;
    ev.has_time = true;
    ev.time_us = TIME;
    snprintf(ev.controllers[0], EVENT_NAME_BYTES, "sectigo-limited");
    ev.n_controllers = 1;
    ev.basis = BASIS_EXPRESSED;
    in.event = &ev;
    in.known_us = KNOWN;
    in.n_contacts = 1;
    in.contacts[0].kind = CONTACT_EMAIL;
    in.source = rulebook_source(&t.book, source, 0);
    cr_assert_not_null(in.source);
    snprintf(ev.source, sizeof(ev.source), "%s", in.source->urn);
}

/* In place of the testbook's: as many controllers as an event can name, all of them
 * named.
 */
static inline void all_controllers(void)
{
    static struct controller eight[EVENT_CONTROLLERS];

    ev.n_controllers = EVENT_CONTROLLERS;
    for (size_t k = 0; k < EVENT_CONTROLLERS; k++) {
        eight[k] = t.controllers[0];
        eight[k].number = (int16_t)(k + 1);
        snprintf(eight[k].id, sizeof(eight[k].id), "controller-%zu", k);
        snprintf(ev.controllers[k], EVENT_NAME_BYTES, "controller-%zu", k);
    }
    t.book.controllers = eight;
    t.book.n_controllers = EVENT_CONTROLLERS;
}

static inline void play(void)
{
    admit(&t.book, &in, &out);
}

static inline void ends(enum outcome outcome, const char *reason, const char *pointer)
{
    cr_assert_eq(out.outcome, outcome, "%s %s", outcome_name(out.outcome),
                 out.fault.reason);
    cr_assert_str_eq(out.fault.reason, reason);
    cr_assert_str_eq(out.fault.pointer, pointer);
    cr_assert_eq(out.quarantine, outcome == OUTCOME_QUARANTINED);
}

/* How many facts of a kind; *ret is the last of them. */
static inline size_t facts_of(enum fact_kind kind, const struct fact **ret)
{
    size_t n = 0;
    for (size_t i = 0; i < out.n_facts; i++) {
        if (out.facts[i].kind != kind)
            continue;
        n++;
        if (ret != NULL)
            *ret = &out.facts[i];
    }
    return n;
}

#endif
