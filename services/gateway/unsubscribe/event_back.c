/* A consent that a link confirms, and one that waits for such a link. */
#include "unsubscribe/event_parts.h"

#include "codec/event/event_write.h"
#include "codec/put.h"

#include <stdio.h>
#include <string.h>

/* The site whose forms a key confirms; NULL: there is none. */
static const struct link_feed *site_of(const struct visit *v,
                                       const struct link_right *right)
{
    for (size_t i = 0; right != NULL && i < v->known->n_feeds; i++)
        if (strcmp(v->known->feeds[i].id, right->source) == 0)
            return &v->known->feeds[i];
    return NULL;
}

/* The words and the policy; begins the object. */
static void agreed(const struct link *link, struct buf *out)
{
    buf_add_str(out, ",\"consent\":{\"method\":\"web_form\"");
    if (link->statement[0] != '\0')
        event_member(out, ",statement", link->statement);
    if (link->policy[0] != '\0' && link->version[0] != '\0') {
        buf_add_str(out, ",\"notice\":{");
        event_member(out, "policy_id", link->policy);
        event_member(out, ",version", link->version);
        if (link->language[0] != '\0')
            event_member(out, ",language", link->language);
        buf_add_str(out, "}");
    }
}

static void consent(const struct visit *v, struct buf *out)
{
    agreed(&v->link, out);
    buf_add_str(out, ",\"double_opt_in\":{\"state\":\"confirmed\"");
    put_name(out, ",at");
    put_time(out, event_second(v->now_us, false));
    buf_add_str(out, "}}");
}

bool event_can_confirm(const struct visit *v)
{
    const struct link_right *right = event_right(v);
    const char *at = v->link.purposes;
    char id[REGISTER_ID_BYTES];
    size_t named = 0;

    if (!v->known->heard)
        return true;
    if (right == NULL || !right->confirms || site_of(v, right) == NULL ||
        visit_controller(v) == NULL || !event_is_digest(v->link.form) ||
        !link_ids_have(right->controllers, v->link.controller))
        return false;
    for (; event_word(&at, id, sizeof(id)); named++)
        if (event_purpose(v, id) == NULL || !link_ids_have(right->purposes, id))
            return false;
    return named > 0 && *at == '\0';
}

/* A consent counts from the form, which the link was made for, and begins with the
 * confirmation. */
const char *event_confirmed(struct visit *v, struct buf *out)
{
    const char *at = v->link.purposes, *feed;
    char id[REGISTER_ID_BYTES];

    event_start(v, EVENT_CONSENT_GRANTED, site_of(v, event_right(v)), v->link.issued_us,
                &feed, out);
    event_contact(out, v->link.address);
    event_controller(out, v->ours ? v->link.controller : "*");
    buf_add_str(out, ",\"scope\":[");
    while (event_word(&at, id, sizeof(id))) {
        event_scope(out, id);
        event_link_channels(v, out);
    }
    buf_add_str(out, "],\"basis\":{\"art6\":\"a\",\"type\":\"expressed\"}");
    consent(v, out);
    event_provenance(v, "confirmation_link", v->link.issued_us, out);
    event_finish(v, out);
    return feed;
}

/* --- asked for on the page of preferences --- */

static void asked_scopes(const struct link *back, struct buf *out)
{
    const char *at = back->purposes;
    char id[REGISTER_ID_BYTES];

    buf_add_str(out, ",\"scope\":[");
    while (event_word(&at, id, sizeof(id))) {
        event_scope(out, id);
        buf_add_str(out, "\"email\"]}");
    }
    buf_add_str(out, "],\"basis\":{\"art6\":\"a\",\"type\":\"expressed\"}");
}

const char *event_asked(struct visit *v, const struct link *back,
                        const struct link_right *right, struct buf *out)
{
    int64_t time_us = back->issued_us;
    const char *feed;

    event_start(v, EVENT_CONSENT_GRANTED, site_of(v, right), time_us, &feed, out);
    event_contact(out, back->address);
    event_controller(out, back->controller);
    asked_scopes(back, out);
    agreed(back, out);
    buf_add_str(out, ",\"double_opt_in\":{\"state\":\"pending\"}}");
    buf_add_str(out, ",\"provenance\":{\"source_type\":\"direct\"");
    event_member(out, ",party_id", right->party);
    put_name(out, ",collected_at");
    put_time(out, time_us);
    buf_add_str(out, ",\"evidence\":[{\"kind\":\"form_capture\"");
    event_member(out, ",sha256", back->form);
    buf_add_str(out, "}]}");
    event_finish(v, out);
    return feed;
}

void event_letter(const struct visit *v, const struct link *back, const char *token,
                  struct buf *out)
{
    char path[LINK_TOKEN_BYTES + 4];
    const char *at = back->purposes;
    char id[REGISTER_ID_BYTES];

    snprintf(path, sizeof(path), "/u/%s", token);
    buf_add_str(out, "{");
    event_member(out, "id", v->reference);
    event_member(out, ",address", back->address);
    event_member(out, ",language", back->language);
    event_member(out, ",controller", back->controller);
    buf_add_str(out, ",\"purposes\":[");
    while (event_word(&at, id, sizeof(id))) {
        buf_add_str(out, out->data[out->len - 1] == '[' ? "" : ",");
        put_text(out, id);
    }
    buf_add_str(out, "]");
    event_member(out, ",statement", back->statement);
    event_member(out, ",path", path);
    put_member_time(out, ",until",
                    back->issued_us + v->w->settings->confirm_days * WHEN_DAY_US);
    buf_add_str(out, "}");
}
