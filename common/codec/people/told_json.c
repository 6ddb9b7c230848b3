#include "told_json.h"

#include "base/nearest.h"
#include "codec/event/event_write.h"
#include "codec/put.h"

#include <string.h>

static void put_names(struct buf *out, const char *member,
                      const struct lookup_names *names, const char *preset)
{
    put_name(out, member);
    buf_add_str(out, "[");
    for (size_t i = 0; i < names->n; i++) {
        buf_add_str(out, i > 0 ? "," : "");
        put_text(out, names->name[i]);
    }
    if (names->n == 0)
        put_text(out, preset);
    buf_add_str(out, "]");
}

static void put_scope(struct buf *out, const struct lookup_told *t, const char *purpose,
                      bool more)
{
    buf_add_str(out, more ? ",{" : "{");
    put_member(out, "purpose", purpose);
    put_names(out, ",channels", &t->channels, "*");
    buf_add_str(out, "}");
}

static void put_scopes(struct buf *out, const struct told *told)
{
    static const char *const widest[] = {"*promotional", "data.sale", "data.rent"};
    const struct lookup_told *t = told->said;
    const size_t preset =
        told->type == EVENT_OPTOUT_RECORDED && t->channels.n == 0 ? 3 : 1;

    put_name(out, ",scope");
    buf_add_str(out, "[");
    for (size_t i = 0; i < t->purposes.n; i++)
        put_scope(out, t, t->purposes.name[i], i > 0);
    for (size_t i = 0; t->purposes.n == 0 && i < preset; i++)
        put_scope(out, t, widest[i], i > 0);
    buf_add_str(out, "]");
}

static void put_said(struct buf *out, const struct lookup_told *t, const char *how,
                     const char *words)
{
    put_member(out, how, t->via);
    if (t->reference != NULL)
        put_member(out, ",ticket", t->reference);
    if (t->words != NULL)
        put_member(out, words, t->words);
    if (t->language != NULL)
        put_member(out, ",language", t->language);
}

/* The proof of a consent that was told is the note of the call or the letter, which the
 * reference names; the digest binds it to the words. */
static void put_consent(struct buf *out, const struct told *told)
{
    const struct lookup_told *t = told->said;

    put_name(out, ",basis");
    buf_add_str(out, "{\"art6\":\"a\",\"type\":\"expressed\"}");
    put_name(out, ",consent");
    buf_add_str(out, "{");
    put_member(out, "method", t->via);
    put_member(out, ",statement", t->words);
    put_names(out, ",statement_channels", &t->channels, "*");
    put_name(out, ",notice");
    buf_add_str(out, "{");
    put_member(out, "policy_id", t->policy);
    put_member(out, ",version", t->policy_version);
    put_member(out, ",language", t->language);
    put_member(out, ",text_sha256", told->words_sha256);
    buf_add_str(out, "}}");
}

void told_to_event(const struct told *told, int64_t now_us, struct buf *out)
{
    const struct lookup_told *t = told->said;
    const bool grants = told->type == EVENT_CONSENT_GRANTED;
    const struct event_head head = {
        .id = told->event_id,
        .source = told->feed_urn,
        .type = told->type,
        .time_us = t->at_us != WHEN_NEVER ? t->at_us : now_us,
    };

    event_begin(out, &head);
    put_name(out, "contact");
    buf_add_str(out, "{");
    put_member(out, t->contact.kind == CONTACT_PHONE ? "phone" : "email",
               t->contact.text);
    if (t->contact.country[0] != '\0')
        put_member(out, ",country", t->contact.country);
    buf_add_str(out, "}");
    put_names(out, ",controllers", &t->controllers, "*");
    put_scopes(out, told);
    if (grants) {
        put_consent(out, told);
    } else {
        put_name(out, told->type == EVENT_CONSENT_WITHDRAWN ? ",withdrawal" : ",optout");
        buf_add_str(out, "{");
        put_said(out, t, "via", ",verbatim");
        buf_add_str(out, "}");
    }
    put_name(out, ",provenance");
    buf_add_str(out, "{");
    put_member(out, "source_type", source_type_name(told->feed_type));
    put_member(out, ",recorded_by", told->recorded_by);
    put_member_time(out, ",collected_at", head.time_us);
    if (t->reference != NULL)
        put_member(out, ",order_ref", t->reference);
    buf_add_str(out, "}");
    event_end(out);
}

/* --- names --- */

static bool slip(struct told_slip *ret, const char *pointer, const char *name,
                 const char *near)
{
    *ret = (struct told_slip){pointer, name, near};
    return false;
}

static bool controllers_known(const struct rulebook *rb, const struct lookup_names *names,
                              bool grants, int64_t now_us, struct told_slip *ret)
{
    for (size_t i = 0; i < names->n; i++) {
        const char *name = names->name[i];

        if ((!grants && strcmp(name, "*") == 0) ||
            rulebook_controller(rb, name, now_us) != NULL)
            continue;
        return slip(ret, "/controllers", name, rulebook_near_controller(rb, name));
    }
    return true;
}

static bool purposes_known(const struct rulebook *rb, const struct lookup_names *names,
                           bool grants, int64_t now_us, struct told_slip *ret)
{
    for (size_t i = 0; i < names->n; i++) {
        const char *name = names->name[i];

        if ((!grants && (strcmp(name, "*") == 0 || strcmp(name, "*promotional") == 0)) ||
            rulebook_purpose(rb, name, now_us) != NULL)
            continue;
        return slip(ret, "/purposes", name, rulebook_near_purpose(rb, name));
    }
    return true;
}

bool told_names_known(const struct rulebook *rb, const struct lookup_told *said,
                      bool grants, int64_t now_us, struct told_slip *ret)
{
    static const char *const channels[] = {"email", "phone",  "sms",
                                           "post",  "social", "web"};

    if (!controllers_known(rb, &said->controllers, grants, now_us, ret) ||
        !purposes_known(rb, &said->purposes, grants, now_us, ret))
        return false;
    for (size_t i = 0; i < said->channels.n; i++) {
        const char *name = said->channels.name[i];
        struct nearest near = {0};

        if ((!grants && strcmp(name, "*") == 0) || channel_parse(name) != 0)
            continue;
        for (size_t k = 0; k < sizeof(channels) / sizeof(channels[0]); k++)
            nearest_look(&near, name, channels[k]);
        return slip(ret, "/channels", name, near.name);
    }
    return true;
}

/* --- faults --- */

const char *told_pointer(const char *event_pointer)
{
    static const struct {
        const char *ours, *theirs;
    } members[] = {
        {"/data/contact", "/contact"},
        {"/data/controllers", "/controllers"},
        {"/data/scope", "/purposes"},
        {"/data/optout/via", "/via"},
        {"/data/withdrawal/via", "/via"},
        {"/data/consent/method", "/via"},
        {"/data/optout/verbatim", "/words"},
        {"/data/withdrawal/verbatim", "/words"},
        {"/data/consent/statement", "/words"},
        {"/data/optout/language", "/language"},
        {"/data/withdrawal/language", "/language"},
        {"/data/consent/notice/language", "/language"},
        {"/data/optout/ticket", "/reference"},
        {"/data/withdrawal/ticket", "/reference"},
        {"/data/provenance/order_ref", "/reference"},
        {"/data/consent/notice/policy_id", "/policy"},
        {"/data/consent/notice/version", "/policy_version"},
        {"/data/consent/notice", "/policy_version"},
        {"/time", "/said_at"},
        {"/data/provenance/collected_at", "/said_at"},
    };

    for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++)
        if (strncmp(event_pointer, members[i].ours, strlen(members[i].ours)) == 0)
            return members[i].theirs;
    return NULL;
}
