/* consentctl optout|consent|withdraw record: what somebody told a person at a desk, as an
 * event on the feed of the source of the type dpo. */
#include "commands.h"
#include "who.h"

#include "base/clock.h"
#include "base/hex.h"
#include "codec/people/told_json.h"
#include "codec/put.h"
#include "core/event/fault_codes.h"
#include "crypto/digest.h"
#include "crypto/fresh_id.h"
#include "ident/phone.h"
#include "intake/check.h"
#include "kafka/producer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TIMEOUT_MS  30000
#define EVENT_BYTES 65536
#define LISTS_BYTES 1024

struct telling {
    struct lookup_told said;
    char text[3][LISTS_BYTES]; /* of controllers, purposes, channels */
    char id[FRESH_ID_BYTES], who[96], digest[2 * DIGEST_BYTES + 1];
    struct told told;
    bool two; /* it may be either of two numbers, and is taken for both */
    const struct source *feed;
    struct buf event;
};

/* "a,b" as names. */
static bool names(struct ctl *ctl, const char *option, char text[LISTS_BYTES],
                  struct lookup_names *ret, struct err *err)
{
    const char *given = ctl_option(ctl, option);
    char *rest, *name;

    if (given == NULL)
        return true;
    if ((size_t)snprintf(text, LISTS_BYTES, "%s", given) >= LISTS_BYTES)
        return err_set(err, ERR_CONFIG, "TOO_LONG", "--%s is too long", option);
    for (name = strtok_r(text, ",", &rest); name != NULL;
         name = strtok_r(NULL, ",", &rest)) {
        if (ret->n == LOOKUP_NAMES_MAX)
            return err_set(err, ERR_CONFIG, "TOO_MANY", "--%s has too many names",
                           option);
        ret->name[ret->n++] = name;
    }
    return true;
}

/* What the help says, and nothing mistyped: it is kept for ever. */
static bool via_known(const char *via, struct err *err)
{
    static const char *const words[] = {"telephone", "letter", "in_person", "email"};

    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        if (via != NULL && strcmp(via, words[i]) == 0)
            return true;
    return err_set(err, ERR_CONFIG, via == NULL ? "MISSING" : "NO_NAME",
                   via == NULL ? "--via is needed: telephone, letter, in_person or email"
                               : "--via is telephone, letter, in_person or email");
}

static bool needed(const char *option, bool given, struct err *err)
{
    return given || err_set(err, ERR_CONFIG, "MISSING", "--%s is needed", option);
}

/* The register's names only: a slip is no word of a person's. */
static bool said_read(struct ctl *ctl, struct telling *t, bool grants, struct err *err)
{
    struct lookup_told *s = &t->said;
    const char *email, *phone, *country = ctl_option(ctl, "country");

    if (!ctl_person(ctl, "email", &email, err) || !ctl_person(ctl, "phone", &phone, err))
        return false;
    if ((email == NULL) == (phone == NULL))
        return err_set(err, ERR_CONFIG, "NO_CONTACT",
                       "say who: --email ADDRESS or --phone NUMBER");
    s->contact.kind = email != NULL ? CONTACT_EMAIL : CONTACT_PHONE;
    s->contact.text = email != NULL ? email : phone;
    s->contact.country = country != NULL ? country : "";
    s->via = ctl_option(ctl, "via");
    s->words = ctl_option(ctl, "words");
    s->language = ctl_option(ctl, "language");
    s->reference = ctl_option(ctl, "reference");
    s->policy = ctl_option(ctl, "policy");
    s->policy_version = ctl_option(ctl, "policy-version");
    if (!ctl_time(ctl_option(ctl, "at"), WHEN_NEVER, &s->at_us, err) ||
        !names(ctl, "controller", t->text[0], &s->controllers, err) ||
        !names(ctl, "purpose", t->text[1], &s->purposes, err) ||
        !names(ctl, "channel", t->text[2], &s->channels, err) || !via_known(s->via, err))
        return false;
    if (s->at_us != WHEN_NEVER && s->at_us > clock_wall_us())
        return err_set(err, ERR_CONFIG, "FUTURE", "--at: nobody has said it yet");
    return !grants || (needed("controller", s->controllers.n > 0, err) &&
                       needed("purpose", s->purposes.n > 0, err) &&
                       needed("channel", s->channels.n > 0, err) &&
                       needed("words", s->words != NULL, err) &&
                       needed("language", s->language != NULL, err) &&
                       needed("reference", s->reference != NULL, err) &&
                       needed("policy", s->policy != NULL, err) &&
                       needed("policy-version", s->policy_version != NULL, err));
}

/* Is it a contact at all? Who hears of a slip at once can ask again. */
static bool contact_check(struct telling *t, struct err *err)
{
    const struct lookup_told *s = &t->said;
    struct ident_phones phones = {.n = 1};
    char canonical[IDENT_EMAIL_BYTES];
    const bool ok = s->contact.kind == CONTACT_EMAIL
                        ? ident_email(s->contact.text, canonical, err)
                        : ident_phones(s->contact.text, s->contact.country, &phones, err);

    if (!ok)
        err->kind = ERR_CONFIG;
    t->two = ok && phones.n > 1;
    return ok;
}

static bool feed_find(struct ctl *ctl, const struct register_snapshot *s,
                      const struct source **ret, struct err *err)
{
    const char *id = ctl_option(ctl, "feed");
    const int64_t now_us = clock_wall_us();

    *ret = NULL;
    for (size_t i = 0; i < s->book.n_sources; i++) {
        const struct source *one = &s->book.sources[i];

        if (!period_holds(&one->valid, now_us) ||
            (id != NULL ? strcmp(one->id, id) != 0 : one->type != SOURCE_DPO))
            continue;
        if (*ret != NULL)
            return err_set(err, ERR_CONFIG, "SEVERAL_FEEDS",
                           "several sources are of the type dpo: say which, --feed ID");
        *ret = one;
    }
    return *ret != NULL || err_set(err, ERR_CONFIG, "NO_FEED",
                                   "the register has no such source; one of the type dpo "
                                   "is needed");
}

static bool event_make(struct ctl *ctl, const struct register_snapshot *s,
                       enum event_type type, struct telling *t, struct err *err)
{
    const bool grants = type == EVENT_CONSENT_GRANTED;
    const char *user = getenv("SUDO_USER") != NULL ? getenv("SUDO_USER") : getenv("USER");
    uint8_t digest[DIGEST_BYTES];
    struct told_slip slip;

    if (!told_names_known(&s->book, &t->said, grants, clock_wall_us(), &slip))
        return err_set(err, ERR_CONFIG, "NO_NAME",
                       "the register has no \"%.60s\"%s%.60s%s", slip.name,
                       slip.near != NULL ? "; did you mean " : "",
                       slip.near != NULL ? slip.near : "", slip.near != NULL ? "?" : "");
    if (!feed_find(ctl, s, &t->feed, err))
        return false;
    if (t->said.words != NULL) {
        if (!digest_sha256(t->said.words, strlen(t->said.words), NULL, 0, digest, err))
            return false;
        hex_print(digest, sizeof(digest), t->digest);
    }
    fresh_id("desk-", t->id);
    snprintf(t->who, sizeof(t->who), "consentctl %.60s", user != NULL ? user : "");
    t->told = (struct told){.type = type,
                            .event_id = t->id,
                            .feed_urn = t->feed->urn,
                            .feed_type = (enum source_type)t->feed->type,
                            .recorded_by = t->who,
                            .words_sha256 = t->digest,
                            .said = &t->said};
    told_to_event(&t->told, clock_wall_us(), &t->event);
    return !t->event.overrun ||
           err_set(err, ERR_INPUT, "TOO_LARGE", "it would be over 64 KiB");
}

/* What is taken here is never found wrong afterwards: who said it has gone by then. */
static bool event_sound(const struct register_snapshot *s, const struct telling *t,
                        struct err *err)
{
    struct check *check;
    struct fault fault;
    const char *place;
    bool ok;

    if (!check_open(&check, err))
        return false;
    ok = check_made(check, &s->book, t->feed, &t->event, &fault, err);
    check_close(check);
    if (!ok || fault.reason[0] == '\0')
        return ok;
    place = told_pointer(fault.pointer);
    return err_set(err, ERR_CONFIG, "UNSOUND", "%s%s%s %s", place != NULL ? place : "",
                   place != NULL ? ": " : "", fault_sentence(fault.reason),
                   fault_advice(fault.reason));
}

static bool event_send(struct ctl *ctl, const struct telling *t, struct err *err)
{
    char topic[REGISTER_ID_BYTES + 8];

    snprintf(topic, sizeof(topic), "feed.%s", t->feed->id);
    return ctl_kafka(ctl, err) &&
           producer_send(ctl->settings.kafka_brokers, &ctl->kafka, topic, t->id,
                         t->event.data, t->event.len, TIMEOUT_MS, err);
}

static void say(const struct ctl *ctl, const struct telling *t, bool dry)
{
    struct buf out;

    if (!ctl->json && !dry) {
        printf("Sent as event %s to feed.%s. It holds as soon as it is taken in.\n%s",
               t->id, t->feed->id,
               t->two ? "The number could be either of two: it holds for both.\n" : "");
        return;
    }
    buf_init(&out, CTL_ANSWER_BYTES);
    buf_add_str(&out, "{");
    put_member(&out, "event_id", t->id);
    put_member(&out, ",feed", t->feed->id);
    put_name(&out, ",event");
    buf_add(&out, t->event.data, t->event.len);
    if (t->two)
        put_member(&out, ",note", "PHONE_TWO_READINGS");
    buf_add_str(&out, "}");
    ctl_say(&out);
}

static int record(struct ctl *ctl, enum event_type type)
{
    static struct telling t;
    const bool dry = ctl_option(ctl, "dry-run") != NULL;
    struct register_snapshot *s = NULL;
    struct err err;
    int code = CTL_DONE;

    buf_init(&t.event, EVENT_BYTES);
    if (!said_read(ctl, &t, type == EVENT_CONSENT_GRANTED, &err) ||
        !contact_check(&t, &err) || !ctl_pg(ctl, &err) ||
        !register_load(ctl->pg, WHEN_NEVER, &s, &err) ||
        !event_make(ctl, s, type, &t, &err) || !event_sound(s, &t, &err) ||
        (!dry && !event_send(ctl, &t, &err)))
        code = ctl_fail(ctl, &err);
    else
        say(ctl, &t, dry);
    explicit_bzero(t.event.data, t.event.len);
    buf_done(&t.event);
    register_free(s);
    return code;
}

int optout_record_run(struct ctl *ctl)
{
    return record(ctl, EVENT_OPTOUT_RECORDED);
}

int consent_record_run(struct ctl *ctl)
{
    return record(ctl, EVENT_CONSENT_GRANTED);
}

int withdraw_record_run(struct ctl *ctl)
{
    return record(ctl, EVENT_CONSENT_WITHDRAWN);
}
