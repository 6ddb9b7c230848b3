/* consentctl agreement: how one stands, and its end, termination or breach: first what it
 * would change, then as an event on the road that every event takes. */
#include "commands.h"
#include "impact_print.h"

#include "base/clock.h"
#include "change/agreement.h"
#include "codec/put.h"
#include "crypto/fresh_id.h"
#include "kafka/producer.h"

#include <stdio.h>
#include <string.h>

#define TIMEOUT_MS 30000

struct act {
    const struct agreement_change *change;
    const char *option; /* that gives the time     */
    const char *word;   /* "terminated", for people */
    int64_t time_us;
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

/* --- the event --- */

static bool event_send(struct ctl *ctl, struct agreed *a, const struct act *act,
                       struct err *err)
{
    const int64_t now_us = clock_wall_us();
    const struct source *source = agreement_feed(&a->s->book, now_us);
    struct buf event;
    bool ok;

    if (source == NULL)
        return err_set(err, ERR_CONFIG, "NO_CONTRACTS",
                       "the register has no source of the type contracts");
    fresh_id("ctl-", a->event_id);
    snprintf(a->topic, sizeof(a->topic), "feed.%s", source->id);
    buf_init(&event, 65536);
    agreement_event_write(&(struct agreement_event){.agreement = a->agreement,
                                                    .change = act->change,
                                                    .id = a->event_id,
                                                    .feed = source,
                                                    .at_us = act->time_us,
                                                    .now_us = now_us,
                                                    .why = ctl_option(ctl, "reason"),
                                                    .recorded_by = "consentctl"},
                          &event);
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
    put_name(&out, act->change->member);
    put_time(&out, act->time_us);
    put_name(&out, ",impact");
    impact_json(&a->impact, &out);
    buf_add_str(&out, "}");
    ctl_say(&out);
}

static bool act_find(struct ctl *ctl, struct act *act, struct agreed *a, struct err *err)
{
    struct impact_ask ask = {.at_us = clock_wall_us(), .n_examples = 3};

    if (!ctl_time(ctl_option(ctl, act->option), WHEN_NEVER, &act->time_us, err) ||
        !agreed_load(ctl, a, err))
        return false;
    act->time_us =
        agreement_change_time(act->change, a->agreement, act->time_us, ask.at_us);
    impact_ask_fill(ctl, &ask);
    return agreement_impact(ctl->pg, a->s, a->agreement, act->change, act->time_us, &ask,
                            &a->impact, err);
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
    return act_run(
        ctl, (struct act){.change = &agreement_ended, .option = "at", .word = "ending"});
}

int agreement_terminate_run(struct ctl *ctl)
{
    return act_run(ctl, (struct act){.change = &agreement_terminated,
                                     .option = "at",
                                     .word = "terminated"});
}

int agreement_breach_run(struct ctl *ctl)
{
    return act_run(ctl, (struct act){.change = &agreement_breached,
                                     .option = "from",
                                     .word = "its warranty not true from"});
}

/* --- show --- */

static void show_json(const struct agreement *a, int64_t now_us)
{
    struct buf out;

    buf_init(&out, CTL_ANSWER_BYTES);
    agreement_to_json(a, now_us, &out);
    ctl_say(&out);
}

static void show_print(const struct agreement *a, int64_t now_us)
{
    char from[WHEN_TEXT_BYTES], until[WHEN_TEXT_BYTES];

    printf("%s with %s: %s\n  term        %s until %s\n", a->id, a->party,
           agreement_state(a, now_us), when_format(a->valid.from_us, from),
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
