/* consentctl agreement: how one stands, and its end, termination or breach: first what it
 * would change, then as an event on the road that every event takes. */
#include "commands.h"
#include "impact.h"

#include "base/clock.h"
#include "base/mem.h"
#include "codec/event/event_write.h"
#include "codec/put.h"
#include "crypto/fresh_id.h"
#include "kafka/producer.h"
#include "store/register/register_store.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TIMEOUT_MS 30000

struct act {
    enum event_type type; /* of the event               */
    const char *member;   /* of data.agreement          */
    const char *option;   /* that gives the time        */
    const char *word;     /* "terminated", for people   */
    int64_t time_us;      /* WHEN_ALWAYS: from the beginning */
};

struct agreed {
    struct register_snapshot *s;
    const struct agreement *agreement;
    struct impact impact;
    char event_id[FRESH_ID_BYTES];
    char topic[REGISTER_ID_BYTES + 8];
};

static bool agreed_load(struct ctl *ctl, struct agreed *a, struct err *err)
{
    if (!ctl_pg(ctl, err) || !register_load(ctl->pg, WHEN_NEVER, &a->s, err))
        return false;
    a->agreement = rulebook_agreement(&a->s->book, ctl->args[0]);
    return a->agreement != NULL ||
           err_set(err, ERR_CONFIG, "NO_AGREEMENT",
                   "neither the register nor an event knows the agreement \"%.60s\"",
                   ctl->args[0]);
}

static void agreed_done(struct agreed *a)
{
    impact_done(&a->impact);
    register_free(a->s);
}

/* --- what it would change --- */

static struct agreement_fact said_of(const struct agreed *a, const struct act *act)
{
    struct agreement_fact said = {.from_us = WHEN_ALWAYS,
                                  .until_us = WHEN_NEVER,
                                  .terminated_us = WHEN_NEVER,
                                  .breach_from_us = WHEN_NEVER};

    snprintf(said.id, sizeof(said.id), "%s", a->agreement->id);
    if (strcmp(act->member, "valid_until") == 0)
        said.until_us = act->time_us;
    else if (strcmp(act->member, "terminated_at") == 0)
        said.terminated_us = act->time_us;
    else
        said.breach_from_us = act->time_us;
    return said;
}

/* Through the what-if: the register as it is, and with this agreement changed. */
static bool impact_find(struct ctl *ctl, struct agreed *a, const struct act *act,
                        struct err *err)
{
    const size_t n = a->s->book.n_agreements;
    const struct agreement_fact said = said_of(a, act);
    struct agreement *changed = mem_zalloc(n, sizeof(*changed));
    struct rulebook after = a->s->book;
    struct impact_ask ask = {
        .before = {&a->s->book, a->s->lists, a->s->n_lists},
        .after = {&after, a->s->lists, a->s->n_lists},
        .at_us = clock_wall_us(),
        .agreement = a->agreement->number,
        .n_examples = 3,
    };
    bool ok;

    if (strcmp(act->member, "breach_from") != 0 && act->time_us > ask.at_us)
        ask.at_us = act->time_us; /* an end to come: the lists as they will be then */
    memcpy(changed, a->s->book.agreements, n * sizeof(*changed));
    for (size_t i = 0; i < n; i++)
        if (changed[i].number == a->agreement->number)
            whatif_agreement(&changed[i], &said);
    after.agreements = changed;
    ok = impact_run(ctl, &ask, &a->impact, err);
    free(changed);
    return ok;
}

/* --- the event --- */

static const struct source *contracts_source(const struct rulebook *rb, int64_t at_us)
{
    for (size_t i = 0; i < rb->n_sources; i++)
        if (rb->sources[i].type == SOURCE_CONTRACTS &&
            period_holds(&rb->sources[i].valid, at_us))
            return &rb->sources[i];
    return NULL;
}

static void event_write(struct ctl *ctl, struct agreed *a, const struct act *act,
                        const char *source, struct buf *out)
{
    const char *reason = ctl_option(ctl, "reason");
    const struct event_head head = {
        .id = a->event_id,
        .source = source,
        .type = act->type,
        .time_us = clock_wall_us(),
    };

    event_begin(out, &head);
    put_name(out, "agreement");
    buf_add_str(out, "{");
    put_name(out, "agreement_id");
    put_text(out, a->agreement->id);
    if (a->agreement->party[0] != '\0') {
        put_name(out, ",party_id");
        put_text(out, a->agreement->party);
    }
    buf_add_str(out, ",");
    put_name(out, act->member);
    put_time(out, act->time_us);
    if (reason != NULL) {
        put_name(out, ",reason");
        put_text(out, reason);
    }
    buf_add_str(out, "},\"provenance\":{\"source_type\":\"contracts\","
                     "\"recorded_by\":\"consentctl\"}");
    event_end(out);
}

static bool event_send(struct ctl *ctl, struct agreed *a, const struct act *act,
                       struct err *err)
{
    const struct source *source = contracts_source(&a->s->book, clock_wall_us());
    struct buf event;
    bool ok;

    if (source == NULL)
        return err_set(err, ERR_CONFIG, "NO_CONTRACTS",
                       "the register has no source of the type contracts");
    fresh_id("ctl-", a->event_id);
    snprintf(a->topic, sizeof(a->topic), "feed.%s", source->id);
    buf_init(&event, 65536);
    event_write(ctl, a, act, source->urn, &event);
    ok = ctl_kafka(ctl, err) &&
         producer_send(ctl->settings.kafka_brokers, &ctl->kafka, a->topic,
                       a->agreement->id, event.data, event.len, TIMEOUT_MS, err);
    buf_done(&event);
    return ok;
}

/* --- saying --- */

static void say(const struct ctl *ctl, const struct agreed *a, const struct act *act)
{
    char when[WHEN_TEXT_BYTES];
    struct buf out;

    if (!ctl->json) {
        impact_print(&a->impact);
        printf("%s, %s %s%s", a->agreement->id, act->word,
               when_format(act->time_us, when), a->event_id[0] ? "" : ": a dry run\n");
        if (a->event_id[0])
            printf(": sent as event %s to %s.\nThe lists follow when it is taken in.\n",
                   a->event_id, a->topic);
        return;
    }
    buf_init(&out, CTL_ANSWER_BYTES);
    buf_addf(&out, "{\"dry_run\":%s", a->event_id[0] ? "false" : "true");
    if (a->event_id[0]) {
        put_name(&out, ",event_id");
        put_text(&out, a->event_id);
        put_name(&out, ",topic");
        put_text(&out, a->topic);
    }
    put_name(&out, ",agreement");
    put_text(&out, a->agreement->id);
    buf_add_str(&out, ",");
    put_name(&out, act->member);
    put_time(&out, act->time_us);
    put_name(&out, ",impact");
    impact_json(&a->impact, &out);
    buf_add_str(&out, "}");
    ctl_say(&out);
}

static bool act_time(struct ctl *ctl, struct act *act, struct err *err)
{
    const bool breach = strcmp(act->member, "breach_from") == 0;

    return ctl_time(ctl_option(ctl, act->option), breach ? WHEN_ALWAYS : clock_wall_us(),
                    &act->time_us, err);
}

/* A warranty that was never true was not true from the agreement's first day on; no event
 * is older than the times that are admitted. */
static void act_begin(struct act *act, const struct agreement *a)
{
    if (act->time_us == WHEN_ALWAYS)
        act->time_us = a->valid.from_us != WHEN_ALWAYS
                           ? a->valid.from_us
                           : when_day_of(1995, 1, 1) * WHEN_DAY_US;
}

static bool act_find(struct ctl *ctl, struct act *act, struct agreed *a, struct err *err)
{
    if (!act_time(ctl, act, err) || !agreed_load(ctl, a, err))
        return false;
    act_begin(act, a->agreement);
    return impact_find(ctl, a, act, err);
}

static int act_run(struct ctl *ctl, struct act act)
{
    const bool dry = ctl_option(ctl, "dry-run") != NULL;
    struct agreed a = {0};
    struct err err;
    int code = CTL_DONE;

    if (dry == (ctl_option(ctl, "yes") != NULL))
        return ctl_wrong("this cannot be taken back: see what it changes with --dry-run, "
                         "then say --yes");
    if (act_find(ctl, &act, &a, &err) && (dry || event_send(ctl, &a, &act, &err)))
        say(ctl, &a, &act);
    else
        code = ctl_fail(ctl, &err);
    agreed_done(&a);
    return code;
}

int agreement_end_run(struct ctl *ctl)
{
    return act_run(ctl, (struct act){.type = EVENT_AGREEMENT_CHANGED,
                                     .member = "valid_until",
                                     .option = "at",
                                     .word = "ending"});
}

int agreement_terminate_run(struct ctl *ctl)
{
    return act_run(ctl, (struct act){.type = EVENT_AGREEMENT_CHANGED,
                                     .member = "terminated_at",
                                     .option = "at",
                                     .word = "terminated"});
}

int agreement_breach_run(struct ctl *ctl)
{
    return act_run(ctl, (struct act){.type = EVENT_AGREEMENT_WARRANTY_BREACHED,
                                     .member = "breach_from",
                                     .option = "from",
                                     .word = "its warranty not true from"});
}

/* --- show --- */

static const char *state_of(const struct agreement *a, int64_t now_us)
{
    if (a->breach_from_us != WHEN_NEVER)
        return "its warranty is breached";
    if (a->terminated_us <= now_us)
        return "terminated";
    if (a->valid.until_us <= now_us)
        return "ended";
    return a->valid.from_us <= now_us ? "in force" : "not yet in force";
}

static void show_json(const struct agreement *a, int64_t now_us)
{
    struct buf out;

    buf_init(&out, CTL_ANSWER_BYTES);
    buf_add_str(&out, "{");
    put_name(&out, "agreement");
    put_text(&out, a->id);
    put_name(&out, ",party");
    put_text(&out, a->party);
    put_name(&out, ",state");
    put_text(&out, state_of(a, now_us));
    put_name(&out, ",from");
    put_time(&out, a->valid.from_us);
    put_name(&out, ",until");
    put_time(&out, a->valid.until_us);
    put_name(&out, ",terminated");
    put_time(&out, a->terminated_us);
    put_name(&out, ",breached");
    buf_add_str(&out, a->breach_from_us != WHEN_NEVER ? "true" : "false");
    put_name(&out, ",breach_from");
    put_time(&out, a->breach_from_us);
    buf_addf(&out, ",\"warranty\":%s,\"warranty_survives\":%s,\"relay_symmetric\":%s",
             a->warranty ? "true" : "false", a->warranty_survives ? "true" : "false",
             a->relay_symmetric ? "true" : "false");
    put_name(&out, ",ledger_id");
    put_int(&out, a->evidence_ledger_id);
    buf_add_str(&out, "}");
    ctl_say(&out);
}

static void show_print(const struct agreement *a, int64_t now_us)
{
    char from[WHEN_TEXT_BYTES], until[WHEN_TEXT_BYTES];

    printf("%s with %s: %s\n  term        %s until %s\n", a->id, a->party,
           state_of(a, now_us), when_format(a->valid.from_us, from),
           when_format(a->valid.until_us, until));
    if (a->terminated_us != WHEN_NEVER)
        printf("  terminated  %s\n", when_format(a->terminated_us, from));
    if (a->breach_from_us != WHEN_NEVER)
        printf("  warranty    not true from %s on\n",
               a->breach_from_us == WHEN_ALWAYS ? "the beginning"
                                                : when_format(a->breach_from_us, from));
    else
        printf("  warranty    %s%s\n", a->warranty ? "given" : "none",
               a->warranty_survives ? ", and outlives the end" : "");
    if (a->relay_symmetric)
        puts("  its party's later grant may lift its own denial");
    if (a->evidence_ledger_id != 0)
        printf("  event       ledger %lld\n", (long long)a->evidence_ledger_id);
}

int agreement_show_run(struct ctl *ctl)
{
    const int64_t now_us = clock_wall_us();
    struct agreed a = {0};
    struct err err;
    int code = CTL_DONE;

    if (!agreed_load(ctl, &a, &err))
        code = ctl_fail(ctl, &err);
    else if (ctl->json)
        show_json(a.agreement, now_us);
    else
        show_print(a.agreement, now_us);
    agreed_done(&a);
    return code;
}
