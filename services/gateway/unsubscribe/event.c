/* What somebody did on the unsubscribe page, as an event on a web site's feed. */
#include "unsubscribe/event_parts.h"

#include "base/hex.h"
#include "base/when.h"
#include "codec/event/event_write.h"
#include "codec/put.h"
#include "core/event/event.h"
#include "crypto/digest.h"

#include <stdio.h>
#include <string.h>
#include <uuid/uuid.h>

/* The second in which it happened: its last millisecond for a denial, so that it is after
 * whatever went before, its first for a consent. The same act twice within a second is
 * one event, for everything in it is the same. */
int64_t event_second(int64_t now_us, bool end)
{
    int64_t second_us = now_us - now_us % WHEN_SECOND_US;

    return end ? second_us + WHEN_SECOND_US - 1000 : second_us;
}

void event_member(struct buf *out, const char *name, const char *text)
{
    put_name(out, name);
    put_text(out, text);
}

/* The site's feed of the controller, else the one of the settings. */
static const struct link_feed *feed_of(const struct visit *v)
{
    const struct known *d = v->known;
    const struct link_feed *own = NULL, *preset = NULL;

    for (size_t i = 0; i < d->n_feeds; i++) {
        const struct link_feed *f = &d->feeds[i];

        if (strcmp(f->id, v->w->settings->unsubscribe_feed) == 0)
            preset = f;
        if (v->ours && own == NULL && strcmp(f->controller, v->link.controller) == 0)
            own = f;
    }
    if (own == NULL ||
        (preset != NULL && strcmp(preset->controller, own->controller) == 0))
        return preset;
    return own;
}

/* What the register says of the key that the link was made with; NULL: nothing. */
const struct link_right *event_right(const struct visit *v)
{
    const char *system = link_keys_system(v->known->keys, v->link.key);

    for (size_t i = 0; i < v->known->n_rights; i++)
        if (strcmp(v->known->rights[i].system, system) == 0)
            return &v->known->rights[i];
    return NULL;
}

/* In the place of an id, which is a digest of the rest. */
static const char no_id[] = "unsubscribe-00000000000000000000000000000000";

void event_start(const struct visit *v, enum event_type type, const struct link_feed *f,
                 int64_t time_us, const char **feed, struct buf *out)
{
    struct event_head head = {.id = no_id, .type = type, .time_us = time_us};
    char urn[128];

    *feed = f != NULL ? f->id : v->w->settings->unsubscribe_feed;
    /* Without the register: as sites are named. */
    snprintf(urn, sizeof(urn), "urn:consent:src:direct:%.80s", *feed);
    head.source = f != NULL ? f->urn : urn;
    event_begin(out, &head);
}

/* Of a link nobody can guess what it says. An address that was typed might be guessed
 * from such a digest. Without OpenSSL's help the act is another event each time it is
 * sent. */
void event_finish(struct visit *v, struct buf *out)
{
    uint8_t digest[DIGEST_BYTES] = {0}, chance[16] = {0};
    char id[2 * 16 + 1];
    struct err err;

    event_end(out);
    if (!v->ours)
        uuid_generate_random(chance);
    if (!digest_sha256(out->data, out->len, chance, sizeof(chance), digest, &err))
        uuid_generate_random(digest);
    hex_print(digest, 16, id);
    snprintf(v->reference, sizeof(v->reference), "unsubscribe-%s", id);
    event_name(out, no_id, v->reference);
}

bool event_is_digest(const char *text)
{
    return strlen(text) == 2 * DIGEST_BYTES &&
           strspn(text, "0123456789abcdef") == 2 * DIGEST_BYTES;
}

/* Whose key made the link: its word is what the event rests on. */
static const char *party_of(const struct visit *v)
{
    const struct link_right *right = event_right(v);

    return right != NULL ? right->party : link_keys_system(v->known->keys, v->link.key);
}

void event_provenance(const struct visit *v, const char *kind, int64_t time_us,
                      struct buf *out)
{
    char digest[2 * DIGEST_BYTES + 1], uri[128];

    buf_add_str(out, ",\"provenance\":{\"source_type\":\"direct\"");
    if (v->ours)
        event_member(out, ",party_id", party_of(v));
    put_name(out, ",collected_at");
    put_time(out, time_us);
    buf_add_str(out, ",\"evidence\":[{");
    event_member(out, "kind", kind);
    if (v->ours) {
        hex_print(v->link.digest, DIGEST_BYTES, digest);
        snprintf(uri, sizeof(uri), "urn:consent:link:%d-%s", (int)v->link.key,
                 link_keys_system(v->known->keys, v->link.key));
        event_member(out, ",uri", uri);
        event_member(out, ",sha256", digest);
    }
    buf_add_str(out, "}");
    if (v->ours && event_is_digest(v->link.form)) {
        buf_add_str(out, ",{\"kind\":\"form_capture\"");
        event_member(out, ",sha256", v->link.form);
        buf_add_str(out, "}");
    }
    buf_add_str(out, "]}");
}

/* --- scopes --- */

void event_scope(struct buf *out, const char *purpose)
{
    if (out->data[out->len - 1] != '[')
        buf_add_str(out, ",");
    buf_add_str(out, "{");
    event_member(out, "purpose", purpose);
    buf_add_str(out, ",\"channels\":[");
}

/* The next of "a,b,c"; false: no more, or longer than any word of the register. */
bool event_word(const char **at, char *ret, size_t cap)
{
    size_t n;

    *at += strspn(*at, ", ");
    n = strcspn(*at, ",");
    if (n == 0 || n >= cap)
        return false;
    memcpy(ret, *at, n);
    ret[n] = '\0';
    *at += n;
    return true;
}

/* The channels of the link that there are; e-mail if there is none. */
void event_link_channels(const struct visit *v, struct buf *out)
{
    const char *at = v->link.channels;
    char word[16];
    bool any = false;

    while (event_word(&at, word, sizeof(word))) {
        if (channel_parse(word) == 0)
            continue;
        buf_add_str(out, any ? "," : "");
        put_text(out, word);
        any = true;
    }
    if (!any)
        put_text(out, "email");
    buf_add_str(out, "]}");
}

const struct link_name *event_purpose(const struct visit *v, const char *id)
{
    for (size_t i = 0; i < v->known->n_purposes; i++)
        if (strcmp(v->known->purposes[i].id, id) == 0)
            return &v->known->purposes[i];
    return NULL;
}

/* Whatever is promotional; and what the message was about, if that is something else. */
static void scopes_one_click(const struct visit *v, struct buf *out)
{
    const char *at = v->link.purposes;
    char id[REGISTER_ID_BYTES];

    event_scope(out, "*promotional");
    event_link_channels(v, out);
    while (event_word(&at, id, sizeof(id))) {
        const struct link_name *p = event_purpose(v, id);

        if (p == NULL || p->marked)
            continue;
        event_scope(out, id);
        event_link_channels(v, out);
    }
}

/* Whatever is sold or rented out, which is not promotion (rules Q1). Without the register
 * by the names that the policy gives it. */
static void scopes_sharing(const struct visit *v, struct buf *out)
{
    static const char *const names[] = {"data.rent", "data.sale"};

    for (size_t i = 0; !v->known->heard && i < sizeof(names) / sizeof(names[0]); i++) {
        event_scope(out, names[i]);
        buf_add_str(out, "\"*\"]}");
    }
    for (size_t i = 0; i < v->known->n_purposes; i++) {
        if (!v->known->purposes[i].sharing)
            continue;
        event_scope(out, v->known->purposes[i].id);
        buf_add_str(out, "\"*\"]}");
    }
}

static void scopes_chosen(const struct visit *v, const struct choice *choice,
                          struct buf *out)
{
    if (choice->all || choice->everything) {
        event_scope(out, "*promotional");
        buf_add_str(out, "\"*\"]}");
    }
    if (choice->all || choice->sharing)
        scopes_sharing(v, out);
    for (size_t i = 0; i < v->known->n_purposes && i < CHOICE_PURPOSES_MAX; i++) {
        if (!choice->purpose[i])
            continue;
        event_scope(out, v->known->purposes[i].id);
        buf_add_str(out, "\"*\"]}");
    }
}

static void scopes_channels(const struct choice *choice, struct buf *out)
{
    for (size_t i = 0; i < CHOICE_CHANNELS; i++) {
        if (!choice->channel[i])
            continue;
        event_scope(out, "*promotional");
        put_text(out, choice_channels[i]);
        buf_add_str(out, "]}");
    }
}

/* Whoever names a number wants no more calls, whatever else was ticked. */
static void scopes_phone(const struct choice *choice, struct buf *out)
{
    if (choice->all)
        return;
    event_scope(out, "*promotional");
    buf_add_str(out, "\"phone\",\"sms\"]}");
}

/* --- events --- */

/* The companies that are ticked; more than an event may name are all of them. */
static void controllers(const struct visit *v, const struct choice *choice,
                        struct buf *out)
{
    const struct known *d = v->known;
    const size_t n = choice != NULL ? choice_brands(choice) : 0;

    if (n == 0 || n > EVENT_CONTROLLERS) {
        bool own = v->ours && n == 0 && (choice == NULL || !choice->group);

        event_controller(out, own ? v->link.controller : "*");
        return;
    }
    put_name(out, ",controllers");
    for (size_t i = 0; i < d->n_controllers && i < CHOICE_BRANDS_MAX; i++) {
        if (!choice->brand[i])
            continue;
        buf_add_str(out, out->data[out->len - 1] == ':' ? "[" : ",");
        put_text(out, d->controllers[i].id);
    }
    buf_add_str(out, "]");
}

static const char *optout(struct visit *v, const struct choice *choice,
                          const char *address, struct buf *out)
{
    bool by_link = address == v->link.address;
    bool phone = choice != NULL && address == choice->phone;
    int64_t time_us = event_second(v->now_us, true);
    const char *feed;

    event_start(v, EVENT_OPTOUT_RECORDED, feed_of(v), time_us, &feed, out);
    event_contact(out, address);
    controllers(v, choice, out);
    buf_add_str(out, ",\"scope\":[");
    if (choice == NULL)
        scopes_one_click(v, out);
    else
        scopes_chosen(v, choice, out);
    if (phone)
        scopes_phone(choice, out);
    else if (choice != NULL)
        scopes_channels(choice, out);
    buf_add_str(out, "],\"optout\":{");
    event_member(out, "via", choice == NULL ? "rfc8058_one_click" : "preference_centre");
    if (by_link && v->link.message[0] != '\0')
        event_member(out, ",message_id", v->link.message);
    if (by_link)
        event_member(out, ",as_sent_to", address);
    if (choice != NULL)
        event_member(out, ",language", language_tag(v->language));
    if (choice != NULL && choice->until_us != 0)
        put_member_time(out, ",until", choice->until_us);
    buf_add_str(out, "}");
    event_provenance(v,
                     !by_link                      ? "opt_out_page"
                     : v->standing == LINK_DOUBTED ? "opt_out_link_of_revoked_key"
                                                   : "opt_out_link",
                     time_us, out);
    event_finish(v, out);
    return feed;
}

const char *event_optout(struct visit *v, const struct choice *choice, struct buf *out)
{
    return optout(v, choice, v->ours ? v->link.address : choice->address, out);
}

const char *event_optout_phone(struct visit *v, const struct choice *choice,
                               struct buf *out)
{
    return optout(v, choice, choice->phone, out);
}
