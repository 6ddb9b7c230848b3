/*
 * story.h - the language of tests/golden/decisions, as far as single words go; for
 * decisions.c. The README there explains it.
 */
#ifndef CONSENT_TESTS_STORY_H
#define CONSENT_TESTS_STORY_H

#include "core/event/admit.h"
#include "testbook.h"

#include <stdio.h>
#include <string.h>

#define WORDS_MAX 64

struct line {
    const char *file;
    int number;
    size_t n;
    char *word[WORDS_MAX];
    size_t expect; /* the words behind "=>"; n: none */
};

/* --- words --- */

/* "2026-03-01", "2026-03-01T10:00Z" and everything of RFC 3339; "now" is never. */
static bool read_time(const char *text, int64_t *ret)
{
    char full[48];
    size_t len = strlen(text);
    if (len == 10)
        snprintf(full, sizeof(full), "%sT00:00:00Z", text);
    else if (len == 17 && text[16] == 'Z')
        snprintf(full, sizeof(full), "%.16s:00Z", text);
    else
        snprintf(full, sizeof(full), "%s", text);
    return when_parse(full, strlen(full), ret) == WHEN_OK;
}

/* The value of "name=value", or NULL. */
static const char *value_of(const char *word, const char *name)
{
    size_t len = strlen(name);
    return strncmp(word, name, len) == 0 && word[len] == '=' ? word + len + 1 : NULL;
}

static uint16_t read_channels(const char *text, bool *any)
{
    uint16_t found = 0;
    char copy[128];
    snprintf(copy, sizeof(copy), "%s", text);
    char *rest = copy, *one;
    while ((one = strsep(&rest, ",")) != NULL) {
        if (strcmp(one, "*") == 0) {
            *any = true;
            found = CHANNELS_ALL;
        }
        found |= channel_parse(one);
    }
    return found;
}

/* Splits at blanks; "..." keeps its blanks. */
static void split(char *text, struct line *ret)
{
    ret->n = 0;
    char *s = text;
    while (ret->n < WORDS_MAX) {
        s += strspn(s, " \t\n");
        if (*s == '\0' || *s == '#')
            break;
        ret->word[ret->n++] = s;
        bool quoted = false;
        char *out = s;
        for (; *s != '\0' && (quoted || strchr(" \t\n", *s) == NULL); s++) {
            if (*s == '"')
                quoted = !quoted;
            else
                *out++ = *s;
        }
        bool end = *s == '\0';
        *out = '\0';
        if (end)
            break;
        s++;
    }
    ret->expect = ret->n;
    for (size_t i = 0; i < ret->n; i++) {
        if (strcmp(ret->word[i], "=>") == 0) {
            ret->expect = i + 1;
            break;
        }
    }
}

static size_t words_before(const struct line *l)
{
    return l->expect == l->n ? l->n : l->expect - 1;
}

/* --- events --- */

static void add_scope(struct event *ev, const char *word)
{
    const char *colon = strchr(word, ':');
    struct event_scope *s = &ev->scopes[ev->n_scopes++];
    snprintf(s->purpose, sizeof(s->purpose), "%.*s",
             (int)(colon == NULL ? strlen(word) : (size_t)(colon - word)), word);
    if (colon != NULL)
        s->channels = read_channels(colon + 1, &s->any_channel);
    else {
        s->any_channel = true;
        s->channels = CHANNELS_ALL;
    }
}

static bool read_flag(struct event *ev, const char *word)
{
    static const struct {
        const char *word;
        size_t offset;
    } flags[] = {
        {"warranty", offsetof(struct event, warranty)},
        {"verified", offsetof(struct event, verified)},
        {"bundled", offsetof(struct event, bundled)},
        {"asked-by-us", offsetof(struct event, solicited_by_us)},
        {"soft", offsetof(struct event, soft_opt_in)},
        {"limited", offsetof(struct event, limited_by_subject)},
        {"order", offsetof(struct event, ordered)},
        {"processor", offsetof(struct event, processor)},
    };
    static const char *const bases[] = {"nobasis", "unknown", "implied", "expressed",
                                        "explicit"};
    for (size_t i = 0; i < COUNT_OF(flags); i++) {
        if (strcmp(word, flags[i].word) == 0) {
            *(bool *)((char *)ev + flags[i].offset) = true;
            if (ev->soft_opt_in && ev->country[0] == '\0')
                snprintf(ev->country, sizeof(ev->country), "GB");
            return true;
        }
    }
    for (size_t i = 0; i < COUNT_OF(bases); i++) {
        if (strcmp(word, bases[i]) == 0) {
            ev->basis = (enum event_basis)i;
            return true;
        }
    }
    if (strcmp(word, "evidence") == 0)
        ev->n_evidence = 1;
    else if (strcmp(word, "named") == 0)
        snprintf(ev->named[ev->n_named++], 129, "SECTIGO limited");
    else if (strcmp(word, "proof") == 0)
        return read_flag(ev, "warranty") && read_flag(ev, "evidence") &&
               read_flag(ev, "named");
    else if (strcmp(word, "pending") == 0)
        ev->confirm = CONFIRM_PENDING;
    else if (strcmp(word, "confirmed") == 0)
        ev->confirm = CONFIRM_DONE;
    else if (strcmp(word, "bylink") == 0)
        ev->by_link = true;
    else if (strncmp(word, "form:", 5) == 0)
        ev->form = word[5];
    else if (strcmp(word, "import") == 0)
        snprintf(ev->import_batch, sizeof(ev->import_batch), "batch-1");
    else if (strcmp(word, "hard") == 0)
        ev->bounce = bounce_told("invalid", "", "", &ev->bounce_confirmed);
    else if (strcmp(word, "notime") == 0)
        ev->has_time = false;
    else
        return false;
    return true;
}

static bool read_moment(struct event *ev, const char *word)
{
    const struct {
        const char *name;
        bool *has;
        int64_t *us;
    } moments[] = {
        {"from", &ev->has_effective_from, &ev->effective_from_us},
        {"until", &ev->has_until, &ev->until_us},
        {"received", &ev->has_received, &ev->received_us},
        {"begins", &ev->has_agreement_from, &ev->agreement_from_us},
        {"ends", &ev->has_agreement_until, &ev->agreement_until_us},
        {"terminated", &ev->has_terminated, &ev->terminated_us},
        {"breach", &ev->has_breach_from, &ev->breach_from_us},
        {"confirmed", &ev->has_confirmed_at, &ev->confirmed_us},
    };
    for (size_t i = 0; i < COUNT_OF(moments); i++) {
        const char *v = value_of(word, moments[i].name);
        if (v == NULL)
            continue;
        if (moments[i].has == &ev->has_confirmed_at)
            ev->confirm = CONFIRM_DONE;
        *moments[i].has = true;
        return read_time(v, moments[i].us);
    }
    return false;
}

static bool read_list(struct event *ev, const char *word)
{
    const char *v;
    char copy[512], *rest = copy, *one;
    if ((v = value_of(word, "k")) != NULL) {
        snprintf(copy, sizeof(copy), "%s", v);
        ev->n_controllers = 0;
        while ((one = strsep(&rest, ",")) != NULL)
            snprintf(ev->controllers[ev->n_controllers++], EVENT_NAME_BYTES, "%s", one);
        if (strcmp(v, "-") == 0)
            ev->n_controllers = 0;
        return true;
    }
    if ((v = value_of(word, "rights")) != NULL) {
        snprintf(copy, sizeof(copy), "%s", v);
        while ((one = strsep(&rest, ",")) != NULL)
            snprintf(ev->rights[ev->n_rights++], 32, "%s", one);
        return true;
    }
    return false;
}

static bool read_value(struct event *ev, const char *word)
{
    const char *v;
    if ((v = value_of(word, "via")) != NULL)
        snprintf(ev->via, sizeof(ev->via), "%s", v);
    else if ((v = value_of(word, "kind")) != NULL)
        ev->bounce = bounce_told(v, "", "", &ev->bounce_confirmed);
    else if ((v = value_of(word, "status")) != NULL)
        ev->bounce = bounce_told("hard", v, "", &ev->bounce_confirmed);
    else if ((v = value_of(word, "stated")) != NULL)
        ev->stated_source_type = source_type_parse(v);
    else if ((v = value_of(word, "party")) != NULL)
        snprintf(ev->party, sizeof(ev->party), "%s", v);
    else if ((v = value_of(word, "tie")) != NULL)
        ev->tie = strcmp(v, "token") == 0 ? TIE_TOKEN : TIE_MESSAGE;
    else if ((v = value_of(word, "country")) != NULL)
        snprintf(ev->country, sizeof(ev->country), "%.2s", v);
    else if ((v = value_of(word, "site")) != NULL) {
        snprintf(ev->website, sizeof(ev->website), "%s", v);
        ev->n_controllers = 0;
    } else if ((v = value_of(word, "named")) != NULL)
        snprintf(ev->named[ev->n_named++], 129, "%s", v);
    else if ((v = value_of(word, "agreement")) != NULL)
        snprintf(ev->agreement, sizeof(ev->agreement), "%s", v);
    else if ((v = value_of(word, "request")) != NULL)
        snprintf(ev->request_id, sizeof(ev->request_id), "%s", v);
    else if ((v = value_of(word, "outcome")) != NULL)
        snprintf(ev->rights_outcome, sizeof(ev->rights_outcome), "%s", v);
    else if ((v = value_of(word, "policy")) != NULL) {
        snprintf(ev->notice_policy, sizeof(ev->notice_policy), "sectigo-privacy");
        snprintf(ev->notice_version, sizeof(ev->notice_version), "%s", v);
    } else if ((v = value_of(word, "words")) != NULL)
        ev->stated_channels = statement_channels(v, strlen(v));
    else if ((v = value_of(word, "art6")) != NULL)
        ev->art6 = v[0];
    else if ((v = value_of(word, "age")) != NULL)
        ev->age = strcmp(v, "16+") == 0 ? AGE_16_OR_OVER : AGE_UNDER_16;
    else if ((v = value_of(word, "valid")) != NULL)
        return ev->has_valid_for = when_parse_length(v, strlen(v), &ev->valid_for);
    else if ((v = value_of(word, "collected")) != NULL)
        return ev->has_collected =
                   when_parse_span(v, strlen(v), &ev->collected) == WHEN_OK;
    else
        return read_moment(ev, word) || read_list(ev, word);
    return true;
}

static void read_contacts(struct admit_input *in, const char *text)
{
    in->n_contacts = 0;
    for (int k = CONTACT_EMAIL; k <= CONTACT_POSTAL; k++) {
        if (strstr(text, contact_kind_name((enum contact_kind)k)) != NULL)
            in->contacts[in->n_contacts++].kind = (enum contact_kind)k;
    }
}

static enum event_type type_of(const char *word)
{
    static const struct {
        const char *word;
        enum event_type type;
    } types[] = {
        {"grant", EVENT_CONSENT_GRANTED},
        {"refuse", EVENT_CONSENT_REFUSED},
        {"withdraw", EVENT_CONSENT_WITHDRAWN},
        {"optout", EVENT_OPTOUT_RECORDED},
        {"object", EVENT_OBJECTION_RECORDED},
        {"lead", EVENT_LEAD_RECEIVED},
        {"agree", EVENT_AGREEMENT_CHANGED},
        {"breach", EVENT_AGREEMENT_WARRANTY_BREACHED},
        {"notice", EVENT_NOTICE_SENT},
        {"bounce", EVENT_FEEDBACK_BOUNCED},
        {"reached", EVENT_FEEDBACK_REACHED},
        {"delivered", EVENT_FEEDBACK_DELIVERED},
        {"complain", EVENT_FEEDBACK_COMPLAINED},
        {"request", EVENT_RIGHTS_REQUESTED},
        {"complete", EVENT_RIGHTS_COMPLETED},
    };
    for (size_t i = 0; i < COUNT_OF(types); i++) {
        if (strcmp(word, types[i].word) == 0)
            return types[i].type;
    }
    return EVENT_NONE;
}

#endif
