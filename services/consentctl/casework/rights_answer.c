/* consentctl rights read, extend, complete, refuse: an answer, sent as an event like any
 * other. */
#include "rights.h"

#include "commands.h"
#include "who.h"

#include "base/clock.h"
#include "codec/casework/answer_json.h"
#include "codec/put.h"
#include "crypto/fresh_id.h"
#include "kafka/producer.h"
#include "vault/vault.h"
#include "audit.h"
#include "store/access/second_store.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TIMEOUT_MS 30000

struct reply {
    const char *id; /* of the request */
    struct rights_answer answer;
    struct rights_request request;
    uint16_t kinds; /* what it is about */
    uint16_t found; /* of a letter that was read: what it asks for; 0: nothing */
    const char *reason, *to;
    const struct source *feed;
    struct authority authority;
    char *asked; /* JSON, heap: holds the person */
    char event_id[FRESH_ID_BYTES];
};

/* The feed of the DPO's mailbox, or of the source that --feed names. */
static bool feed_find(struct ctl *ctl, const struct register_snapshot *s,
                      struct reply *reply, struct err *err)
{
    const char *wanted = ctl_option(ctl, "feed");
    const int64_t now_us = clock_wall_us();

    for (size_t i = 0; i < s->book.n_sources; i++) {
        const struct source *one = &s->book.sources[i];

        if (!period_holds(&one->valid, now_us) ||
            (one->type != SOURCE_DPO && (wanted == NULL || one->type != SOURCE_DIRECT)) ||
            (wanted != NULL && strcmp(one->id, wanted) != 0))
            continue;
        if (reply->feed != NULL)
            return err_set(err, ERR_CONFIG, "SEVERAL",
                           "the register has several sources of the type dpo: say which, "
                           "--feed");
        reply->feed = one;
    }
    return reply->feed != NULL ||
           err_set(err, ERR_CONFIG, "NO_DPO",
                   "the register has no source that may answer requests");
}

static bool authority_find(struct ctl *ctl, const struct register_snapshot *s,
                           struct reply *reply, const char *controller_country,
                           struct err *err)
{
    const struct controller *by =
        rulebook_controller_n(&s->book, s->book.default_controller, clock_wall_us());
    const char *const countries[] = {reply->request.country, controller_country,
                                     by != NULL ? by->country : ""};

    return rights_authority(ctl->pg, countries, 3, &reply->authority, err);
}

/* What the event that asks says of the person. */
static bool asked_find(struct ctl *ctl, int64_t ledger_id, char **ret, char country[3],
                       struct err *err)
{
    struct rights_said said;
    struct buf bytes;
    bool ok;

    buf_init(&bytes, CTL_ANSWER_BYTES);
    ok = ctl_vault(ctl, err) &&
         vault_rights(ctl->vault, ctl->pg, ledger_id, &bytes, &said, err) &&
         rights_asked(ctl->pg, &said, ret, country, err);
    buf_done(&bytes);
    return ok;
}

/* A certificate that nobody has is no public record. */
static bool certificate_look(struct ctl *ctl, struct reply *reply, struct err *err)
{
    struct rights_person person = {0};
    struct rights_said said;
    struct who who;
    struct buf bytes;
    bool ok, found = true;

    if (reply->answer.refusal != REFUSAL_CERTIFICATE_PUBLIC_RECORD)
        return true;
    buf_init(&bytes, CTL_ANSWER_BYTES);
    ok =
        ctl_vault(ctl, err) &&
        vault_rights(ctl->vault, ctl->pg, reply->request.ledger_id, &bytes, &said, err) &&
        rights_person_load(ctl->pg, &said, &person, err);
    if (ok && (person.email[0] != '\0' || person.phone[0] != '\0')) {
        const bool mails = person.email[0] != '\0';

        ok =
            who_of(ctl, mails ? person.email : NULL, mails ? NULL : person.phone,
                   person.country, &who, err)
                ? rights_certificate(ctl->pg, &who.key, 1, &found, err)
                : err->kind == ERR_INPUT; /* a contact that cannot be read says nothing */
    }
    reply->answer.without_certificate = !found;
    rights_person_done(&person);
    buf_done(&bytes);
    return ok;
}

static bool reply_check(struct ctl *ctl, const struct register_snapshot *s,
                        struct rights_set *set, struct reply *reply, struct err *err)
{
    const bool reads = reply->answer.outcome == RIGHTS_READ;
    const char *kinds = reads ? NULL : ctl_option(ctl, "kind");
    char country[3];

    reply->answer.now_us = clock_wall_us();
    reply->answer.has_reason = reply->reason != NULL;
    reply->answer.has_customer = reply->to != NULL;
    if (reply->reason != NULL && strlen(reply->reason) > ANSWER_TEXT_BYTES)
        return err_set(err, ERR_CONFIG, "TOO_LONG", "a reason has at most %d bytes",
                       ANSWER_TEXT_BYTES);
    if (reply->to != NULL && (reply->to[0] == '\0' || strlen(reply->to) > 64))
        return err_set(err, ERR_CONFIG, "TOO_LONG",
                       "a customer's name has 1 to 64 bytes");
    return (kinds == NULL || rights_kinds_parse(kinds, &reply->answer.kinds, err)) &&
           ctl_time(ctl_option(ctl, "at"), reply->answer.now_us, &reply->answer.at_us,
                    err) &&
           rights_find(ctl, s, reply->id, set, &reply->request, err) &&
           certificate_look(ctl, reply, err) &&
           rights_answer_check(&reply->request, &reply->answer, &reply->kinds, err) &&
           feed_find(ctl, s, reply, err) &&
           asked_find(ctl, reply->request.ledger_id, &reply->asked, country, err) &&
           (reply->answer.outcome != RIGHTS_REFUSED ||
            authority_find(ctl, s, reply, country, err));
}

/* --- the event --- */

static struct rights_reply reply_of(const struct register_snapshot *s,
                                    const struct reply *reply)
{
    return (struct rights_reply){
        .request = reply->id,
        .source = register_source_name(s, reply->request.source),
        .about = &reply->request,
        .answer = reply->answer,
        .kinds = reply->kinds,
        .found = reply->found,
        .reason = reply->reason,
        .to = reply->to,
        .feed_urn = reply->feed->urn,
        .feed_type = (enum source_type)reply->feed->type,
        .authority_country = reply->authority.country,
        .authority_name = reply->authority.name,
        .authority_url = reply->authority.url,
        .asked = reply->asked,
        .event_id = reply->event_id,
        .recorded_by = "consentctl",
    };
}

static bool event_put(const struct register_snapshot *s, struct reply *reply,
                      enum event_type type, int64_t at_us, struct producer *producer,
                      int topic, struct err *err)
{
    struct rights_reply whole;
    struct buf event;
    bool ok;

    fresh_id("ctl-", reply->event_id);
    buf_init(&event, 65536);
    whole = reply_of(s, reply);
    rights_reply_to_event(&whole, type, at_us, &event);
    ok = (!event.overrun ||
          err_set(err, ERR_INPUT, "TOO_LARGE", "the answer would be over 64 KiB")) &&
         producer_put(producer, topic, reply->event_id, strlen(reply->event_id),
                      event.data, event.len, TIMEOUT_MS, err);
    explicit_bzero(event.data, event.len);
    buf_done(&event);
    return ok;
}

static void asked_free(struct reply *reply)
{
    if (reply->asked != NULL)
        explicit_bzero(reply->asked, strlen(reply->asked));
    free(reply->asked);
    reply->asked = NULL;
}

/* A letter may be of several people, an event each. First what it asks for, then that it
 * was read: what holds must not end before what follows has begun. */
static bool reading_put(struct ctl *ctl, const struct register_snapshot *s,
                        const struct rights_set *set, struct reply *reply,
                        struct producer *producer, int topic, struct err *err)
{
    char country[3];

    for (size_t i = 0; i < set->n; i++) {
        const struct rights_event *e = &set->events[i];

        if (!e->request || e->source != reply->request.source ||
            (e->kinds & RIGHTS_BIT(RIGHT_UNCLASSIFIED)) == 0)
            continue;
        asked_free(reply);
        if (!asked_find(ctl, e->ledger_id, &reply->asked, country, err) ||
            (reply->found != 0 && !event_put(s, reply, EVENT_RIGHTS_REQUESTED, e->at_us,
                                             producer, topic, err)) ||
            !event_put(s, reply, EVENT_RIGHTS_COMPLETED, reply->answer.at_us, producer,
                       topic, err))
            return false;
    }
    return true;
}

static bool events_send(struct ctl *ctl, const struct register_snapshot *s,
                        const struct rights_set *set, struct reply *reply,
                        struct err *err)
{
    char name[REGISTER_ID_BYTES + 8];
    struct producer *producer = NULL;
    int topic;
    bool ok;

    snprintf(name, sizeof(name), "feed.%s", reply->feed->id);
    ok = ctl_kafka(ctl, err) &&
         producer_open(ctl->settings.kafka_brokers, &ctl->kafka, &producer, err) &&
         producer_topic(producer, name, &topic, err) &&
         (reply->answer.outcome == RIGHTS_READ
              ? reading_put(ctl, s, set, reply, producer, topic, err)
              : event_put(s, reply, EVENT_RIGHTS_COMPLETED, reply->answer.at_us, producer,
                          topic, err)) &&
         producer_flush(producer, TIMEOUT_MS, err);
    producer_close(producer);
    return ok;
}

/* --- saying --- */

static void say(const struct ctl *ctl, const struct register_snapshot *s,
                const struct reply *reply)
{
    const enum rights_outcome outcome = reply->answer.outcome;
    const int64_t days =
        reply->answer.now_us / WHEN_DAY_US - reply->answer.at_us / WHEN_DAY_US;
    char kinds[160];
    struct buf out;

    if (!ctl->json) {
        rights_kinds_text(outcome == RIGHTS_READ ? reply->found : reply->kinds, kinds,
                          sizeof(kinds));
        if (outcome == RIGHTS_READ && reply->found == 0)
            snprintf(kinds, sizeof(kinds), "nothing");
        printf("%s, %s: %s, sent as event %s to feed.%s.\n"
               "It holds as soon as it is taken in.\n",
               reply->id, kinds, rights_outcome_name(outcome), reply->event_id,
               reply->feed->id);
        if (days > 0)
            printf("It is recorded %lld day%s after the day that it claims.\n",
                   (long long)days, days == 1 ? "" : "s");
        if (outcome == RIGHTS_REFUSED)
            printf("Tell the person why (%s, article %s) and that they may complain to "
                   "%s, %s.\n",
                   refusal_text(reply->answer.refusal),
                   refusal_article(reply->answer.refusal), reply->authority.name,
                   reply->authority.url);
        return;
    }
    buf_init(&out, CTL_ANSWER_BYTES);
    buf_add_str(&out, "{");
    put_member(&out, "event_id", reply->event_id);
    put_member(&out, ",feed", reply->feed->id);
    put_member(&out, ",request", reply->id);
    put_member(&out, ",outcome", rights_outcome_name(outcome));
    if (outcome == RIGHTS_REFUSED) {
        const struct rights_reply whole = reply_of(s, reply);

        rights_refusal_to_json(&whole, &out);
    }
    buf_add_str(&out, "}");
    ctl_say(&out);
}

static bool second_look(struct ctl *ctl, const struct reply *reply, struct err *err)
{
    char subject[SECOND_SUBJECT_BYTES];

    if (!rights_erases(reply->answer.outcome, reply->kinds))
        return true;
    second_subject(subject, SECOND_REQUEST, reply->request.ledger_id);
    return ctl_second(ctl, SECOND_ERASE, subject, err);
}

static int reply_run(struct ctl *ctl, struct reply *reply)
{
    struct register_snapshot *s = NULL;
    struct rights_set set = {0};
    struct err err;
    int code = CTL_DONE;

    reply->id = ctl->args[0];
    if (!ctl_pg(ctl, &err) || !register_load(ctl->pg, WHEN_NEVER, &s, &err) ||
        !reply_check(ctl, s, &set, reply, &err) || !second_look(ctl, reply, &err) ||
        !events_send(ctl, s, &set, reply, &err))
        code = ctl_fail(ctl, &err);
    else
        say(ctl, s, reply);
    asked_free(reply);
    rights_set_done(&set);
    register_free(s);
    return code;
}

/* "--as nothing", or the rights that the letter uses. */
int rights_read_run(struct ctl *ctl)
{
    const char *as = ctl_option(ctl, "as");
    struct reply reply = {.answer = {.outcome = RIGHTS_READ}};
    struct err err;

    if (as == NULL)
        return ctl_wrong("say what the letter asks for: --as object, --as access,erase, "
                         "or --as nothing");
    if (strcmp(as, "nothing") != 0 && !rights_kinds_parse(as, &reply.found, &err))
        return ctl_fail(ctl, &err);
    if ((reply.found & RIGHTS_BIT(RIGHT_UNCLASSIFIED)) != 0)
        return ctl_wrong("a letter that was read asks for something, or for nothing");
    return reply_run(ctl, &reply);
}

int rights_extend_run(struct ctl *ctl)
{
    struct reply reply = {.answer = {.outcome = RIGHTS_EXTENDED},
                          .reason = ctl_option(ctl, "reason")};

    if (reply.reason == NULL)
        return ctl_wrong("say why it takes longer, with --reason: GDPR article 12(3) "
                         "asks for the reasons");
    return reply_run(ctl, &reply);
}

int rights_complete_run(struct ctl *ctl)
{
    const char *word = ctl_option(ctl, "outcome");
    struct reply reply = {.answer = {.outcome = RIGHTS_DONE},
                          .to = ctl_option(ctl, "to")};

    if (word != NULL)
        reply.answer.outcome = rights_outcome_parse(word);
    if (reply.answer.outcome == RIGHTS_OUTCOME_NONE ||
        reply.answer.outcome == RIGHTS_REFUSED || reply.answer.outcome == RIGHTS_EXTENDED)
        return ctl_wrong(
            "an outcome is done, lifted, referred, acknowledged, identity_requested "
            "or identity_confirmed; for others there is extend and refuse");
    if (reply.to != NULL && reply.answer.outcome != RIGHTS_REFERRED)
        return ctl_wrong("--to goes with --outcome referred");
    return reply_run(ctl, &reply);
}

int rights_refuse_run(struct ctl *ctl)
{
    const char *word = ctl_option(ctl, "reason");
    struct reply reply = {.answer = {.outcome = RIGHTS_REFUSED},
                          .reason = ctl_option(ctl, "explanation")};

    if (word != NULL)
        reply.answer.refusal = refusal_parse(word);
    if (reply.answer.refusal == REFUSAL_NONE) {
        fputs("consentctl: a refusal needs --reason, one of\n", stderr);
        for (int i = 1; i <= REFUSAL_NOT_IN_FRANCE; i++)
            fprintf(stderr, "  %-26s article %s: %s\n", refusal_name((enum refusal)i),
                    refusal_article((enum refusal)i), refusal_text((enum refusal)i));
        return CTL_USAGE;
    }
    return reply_run(ctl, &reply);
}
