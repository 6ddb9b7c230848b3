/* What was ticked and typed on a page, and whether it will do. */
#include "unsubscribe/unsubscribe.h"

#include "unsubscribe/quota.h"

#include "base/clock.h"
#include "crypto/digest.h"
#include "ident/email.h"
#include "ident/phone.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>

#define PAUSE_MONTHS 3

static bool ticked(const struct visit *v, const char *group, const char *name)
{
    char field[REGISTER_ID_BYTES + 8], value[8];

    snprintf(field, sizeof(field), "%s.%s", group, name);
    return http_form_value(v->rq, field, value, sizeof(value));
}

/* Without blanks around it. */
static void typed(const struct visit *v, const char *field, char ret[CHOICE_TYPED_BYTES])
{
    char value[CHOICE_TYPED_BYTES] = "";
    const char *at = value;
    size_t n;

    http_form_value(v->rq, field, value, sizeof(value));
    at += strspn(at, " \t\r\n");
    n = strlen(at);
    while (n > 0 && strchr(" \t\r\n", at[n - 1]) != NULL)
        n--;
    memcpy(ret, at, n);
    ret[n] = '\0';
    explicit_bzero(value, sizeof(value));
}

int64_t choice_pause_end(const struct visit *v)
{
    return when_add_months(v->now_us - v->now_us % WHEN_SECOND_US, PAUSE_MONTHS);
}

size_t choice_brands(const struct choice *choice)
{
    size_t n = 0;

    for (size_t i = 0; i < CHOICE_BRANDS_MAX; i++)
        n += choice->brand[i] ? 1 : 0;
    return n;
}

static bool asks_pause(const struct visit *v)
{
    char act[16] = "";

    http_form_value(v->rq, "do", act, sizeof(act));
    return v->preferences && strcmp(act, "pause") == 0;
}

void choice_read(const struct visit *v, bool all, struct choice *ret)
{
    const struct known *d = v->known;

    *ret = (struct choice){.all = all,
                           .until_us = !all && asks_pause(v) ? choice_pause_end(v) : 0};
    for (size_t i = 0; v->preferences && i < d->n_controllers && i < CHOICE_BRANDS_MAX;
         i++)
        ret->brand[i] = ticked(v, "of", d->controllers[i].id);
    if (choice_may_type_phone(v) && !v->preferences)
        typed(v, "phone", ret->phone);
    if (!v->ours)
        typed(v, "address", ret->address);
    ret->group = v->ours && ticked(v, "for", "group");
    ret->sharing = !all && ticked(v, "about", "sharing");
    ret->any = all || ret->sharing;
    for (size_t i = 0; i < d->n_purposes && i < CHOICE_PURPOSES_MAX; i++) {
        ret->purpose[i] =
            !all && d->purposes[i].marked && ticked(v, "about", d->purposes[i].id);
        ret->any = ret->any || ret->purpose[i];
    }
    for (size_t i = 0; i < CHOICE_CHANNELS; i++) {
        ret->channel[i] =
            !all && choice_suits(v, i) && ticked(v, "by", choice_channels[i]);
        ret->any = ret->any || ret->channel[i];
    }
    if (ret->until_us != 0 && !ret->any)
        ret->everything = ret->any = true;
}

enum page_fault choice_fault(const struct visit *v, const struct choice *choice)
{
    bool phone = choice->phone[0] != '\0', address = choice->address[0] != '\0';
    char canonical[IDENT_EMAIL_BYTES];
    enum page_fault fault = FAULT_NONE;
    struct ident_phones phones;
    struct err err;

    if (!choice->any && (!phone || address))
        fault = FAULT_NOTHING;
    else if (!v->ours && !phone && !address)
        fault = FAULT_ADDRESS;
    else if (address && !ident_email(choice->address, canonical, &err))
        fault = FAULT_ADDRESS;
    else if (phone && !ident_phones(choice->phone, "", &phones, &err))
        fault = FAULT_PHONE;
    explicit_bzero(canonical, sizeof(canonical));
    explicit_bzero(&phones, sizeof(phones));
    return fault;
}

/* One visitor must not spend everybody's minute. The digest's first bytes choose where
 * the count is kept, so those of an address that differ come first. */
static bool network_room(const struct visit *v)
{
    uint8_t digest[32] = {0};

    if (!v->rq->client_known)
        return true;
    for (size_t i = 0; i < HTTP_CLIENT_BYTES; i++)
        digest[HTTP_CLIENT_BYTES - 1 - i] = v->rq->client[i];
    digest[sizeof(digest) - 1] = 'n';
    return quota_take(digest, v->w->settings->unsigned_per_network, clock_mono_us());
}

/* What is typed about one address, by whomever and however it is spelt, has the room of
 * one link: what was said before stands. Not so a no to everything: nobody else's choices
 * may keep a person from that. */
static bool typed_room(const struct visit *v, const char *canonical)
{
    uint8_t digest[DIGEST_BYTES];
    struct err err;

    return !digest_sha256("typed", 5, canonical, strlen(canonical), digest, &err) ||
           quota_take(digest, v->w->settings->link_events_per_hour, clock_mono_us());
}

static bool typed_rooms(const struct visit *v, const struct choice *choice)
{
    char canonical[IDENT_EMAIL_BYTES];
    struct ident_phones phones;
    struct err err;
    bool room = true;

    if (choice->all)
        return true;
    if (choice->address[0] != '\0' && ident_email(choice->address, canonical, &err))
        room = typed_room(v, canonical);
    if (room && choice->phone[0] != '\0' &&
        ident_phones(choice->phone, "", &phones, &err))
        room = typed_room(v, phones.e164[0]);
    explicit_bzero(canonical, sizeof(canonical));
    explicit_bzero(&phones, sizeof(phones));
    return room;
}

/* Anybody may opt anybody out by typing an address, as by writing to us: failing safe.
 * Not by the million. The count is the process's. */
static bool unsigned_room(const struct visit *v)
{
    static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
    static int64_t minute, count;
    int64_t now = clock_mono_us() / WHEN_MINUTE_US;
    bool room;

    pthread_mutex_lock(&lock);
    if (minute != now) {
        minute = now;
        count = 0;
    }
    room = count < v->w->settings->unsigned_per_minute;
    count += room ? 1 : 0;
    pthread_mutex_unlock(&lock);
    return room;
}

bool choice_room(const struct visit *v, const struct choice *choice)
{
    bool by_typing = !v->ours || choice->phone[0] != '\0';

    return !by_typing || (typed_rooms(v, choice) && network_room(v) && unsigned_room(v));
}
