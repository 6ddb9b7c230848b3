#include "agreement.h"

#include "base/mem.h"
#include "codec/event/event_write.h"
#include "codec/put.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const struct agreement_change agreement_ended = {"ended", EVENT_AGREEMENT_CHANGED,
                                                 "valid_until"};
const struct agreement_change agreement_terminated = {
    "terminated", EVENT_AGREEMENT_CHANGED, "terminated_at"};
const struct agreement_change agreement_breached = {
    "breached", EVENT_AGREEMENT_WARRANTY_BREACHED, "breach_from"};

const struct agreement_change *agreement_change_of(const char *word)
{
    static const struct agreement_change *const all[] = {
        &agreement_ended, &agreement_terminated, &agreement_breached};

    for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
        if (strcmp(all[i]->word, word) == 0)
            return all[i];
    return NULL;
}

/* A warranty that was never true was not true from the agreement's first day on; no event
 * is older than the times that are admitted. */
int64_t agreement_change_time(const struct agreement_change *change,
                              const struct agreement *a, int64_t time_us, int64_t now_us)
{
    if (time_us != WHEN_NEVER)
        return time_us;
    if (change != &agreement_breached)
        return now_us;
    return a->valid.from_us != WHEN_ALWAYS ? a->valid.from_us
                                           : when_day_of(1995, 1, 1) * WHEN_DAY_US;
}

/* --- what it would change --- */

static struct agreement_fact said_of(const struct agreement *a,
                                     const struct agreement_change *change,
                                     int64_t time_us)
{
    struct agreement_fact said = {.from_us = WHEN_ALWAYS,
                                  .until_us = WHEN_NEVER,
                                  .terminated_us = WHEN_NEVER,
                                  .breach_from_us = WHEN_NEVER};

    snprintf(said.id, sizeof(said.id), "%s", a->id);
    if (change == &agreement_ended)
        said.until_us = time_us;
    else if (change == &agreement_terminated)
        said.terminated_us = time_us;
    else
        said.breach_from_us = time_us;
    return said;
}

/* Through the what-if: the register as it is, and with this agreement changed. */
bool agreement_impact(struct pg *pg, const struct register_snapshot *s,
                      const struct agreement *a, const struct agreement_change *change,
                      int64_t time_us, struct impact_ask *ask, struct impact *ret,
                      struct err *err)
{
    const size_t n = s->book.n_agreements;
    const struct agreement_fact said = said_of(a, change, time_us);
    struct agreement *changed = mem_zalloc(n, sizeof(*changed));
    struct rulebook after = s->book;
    bool ok;

    ask->before = (struct impact_side){&s->book, s->lists, s->n_lists};
    ask->after = (struct impact_side){&after, s->lists, s->n_lists};
    ask->agreement = a->number;
    if (change != &agreement_breached && time_us > ask->at_us)
        ask->at_us = time_us;
    memcpy(changed, s->book.agreements, n * sizeof(*changed));
    for (size_t i = 0; i < n; i++)
        if (changed[i].number == a->number)
            whatif_agreement(&changed[i], &said);
    after.agreements = changed;
    ok = impact_run(pg, ask, ret, err);
    free(changed);
    return ok;
}

/* --- the event --- */

const struct source *agreement_feed(const struct rulebook *rb, int64_t now_us)
{
    for (size_t i = 0; i < rb->n_sources; i++)
        if (rb->sources[i].type == SOURCE_CONTRACTS &&
            period_holds(&rb->sources[i].valid, now_us))
            return &rb->sources[i];
    return NULL;
}

void agreement_event_write(const struct agreement_event *e, struct buf *out)
{
    const struct event_head head = {.id = e->id,
                                    .source = e->feed->urn,
                                    .type = e->change->type,
                                    .time_us = e->now_us};

    event_begin(out, &head);
    put_name(out, "agreement");
    buf_add_str(out, "{");
    put_member(out, "agreement_id", e->agreement->id);
    if (e->agreement->party[0] != '\0')
        put_member(out, ",party_id", e->agreement->party);
    buf_add_str(out, ",");
    put_member_time(out, e->change->member, e->at_us);
    if (e->why != NULL)
        put_member(out, ",reason", e->why);
    buf_add_str(out, "}");
    put_name(out, ",provenance");
    buf_add_str(out, "{\"source_type\":\"contracts\"");
    put_member(out, ",recorded_by", e->recorded_by);
    buf_add_str(out, "}");
    event_end(out);
}

/* --- how one stands --- */

const char *agreement_state(const struct agreement *a, int64_t now_us)
{
    if (a->breach_from_us != WHEN_NEVER)
        return "its warranty is breached";
    if (a->terminated_us <= now_us)
        return "terminated";
    if (a->valid.until_us <= now_us)
        return "ended";
    return a->valid.from_us <= now_us ? "in force" : "not yet in force";
}

void agreement_to_json(const struct agreement *a, int64_t now_us, struct buf *out)
{
    buf_add_str(out, "{");
    put_member(out, "agreement", a->id);
    put_member(out, ",party", a->party);
    put_member(out, ",state", agreement_state(a, now_us));
    put_member_time(out, ",from", a->valid.from_us);
    put_member_time(out, ",until", a->valid.until_us);
    put_member_time(out, ",terminated", a->terminated_us);
    put_member_bool(out, ",breached", a->breach_from_us != WHEN_NEVER);
    put_member_time(out, ",breach_from", a->breach_from_us);
    put_member_bool(out, ",warranty", a->warranty);
    put_member_bool(out, ",warranty_survives", a->warranty_survives);
    put_member_bool(out, ",relay_symmetric", a->relay_symmetric);
    put_member_int(out, ",ledger_id", a->evidence_ledger_id);
    buf_add_str(out, "}");
}
