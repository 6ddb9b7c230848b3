/* The page of preferences: what holds now with the company of the link, a pause, and back
 * again by a message that asks to confirm. */
#include "frame.h"
#include "stopped.h"

#include "unsubscribe/quota.h"

#include "base/clock.h"
#include "base/hex.h"
#include "crypto/digest.h"

#include <stdio.h>
#include <string.h>

#define BACK_PER_HOUR 3 /* letters to one person, by whichever of their links */

/* --- what holds --- */

static void state_say(const struct visit *v, const struct stopped_list *now, size_t i)
{
    static const enum text words[] = {[TOPIC_OFF] = TEXT_P_OFF,
                                      [TOPIC_ON] = TEXT_P_ON,
                                      [TOPIC_STOPPED] = TEXT_P_STOPPED};
    char date[FRAME_DATE_BYTES];

    if (now->state[i] == TOPIC_PAUSED)
        frame_say_with(v, TEXT_P_PAUSED, "", frame_date(now->until_us[i], date), "");
    else
        frame_say(v, words[now->state[i]]);
}

static void what_holds(const struct visit *v, const struct stopped_list *now)
{
    const struct known *d = v->known;
    struct buf *out = &v->reply->body;

    buf_add_str(out, "<h2>");
    frame_say_with(v, TEXT_P_NOW, "", frame_controller(v), "");
    buf_add_str(out, "</h2>\n");
    if (!now->known) {
        frame_paragraph(v, "", TEXT_P_UNKNOWN);
        return;
    }
    buf_add_str(out, "<table>\n<thead><tr><th scope=\"col\">");
    frame_say(v, TEXT_P_TOPIC);
    buf_add_str(out, "</th><th scope=\"col\">");
    frame_say(v, TEXT_P_STATE);
    buf_add_str(out, "</th></tr></thead>\n<tbody>\n");
    for (size_t i = 0; i < d->n_purposes && i < CHOICE_PURPOSES_MAX; i++) {
        if (!d->purposes[i].marked)
            continue;
        buf_add_str(out, "<tr><th scope=\"row\">");
        frame_text(out, visit_purpose_name(v, &d->purposes[i]));
        buf_add_str(out, "</th><td>");
        state_say(v, now, i);
        buf_add_str(out, "</td></tr>\n");
    }
    buf_add_str(out, "</tbody>\n</table>\n");
}

/* --- what can be chosen --- */

/* Who may confirm a purpose with the link's company by mail: by the register, and with a
 * key of its own; NULL: nobody. */
static const struct link_right *may_ask(const struct visit *v, const char *purpose)
{
    const struct known *d = v->known;

    if (strchr(v->link.address, '@') == NULL || text_purpose_uses_data(purpose))
        return NULL;
    for (size_t i = 0; i < d->n_rights; i++) {
        const struct link_right *r = &d->rights[i];

        if (r->confirms && r->source[0] != '\0' &&
            link_ids_have(r->controllers, v->link.controller) &&
            link_ids_have(r->purposes, purpose) &&
            link_keys_newest(d->keys, r->system) != 0)
            return r;
    }
    return NULL;
}

/* A no of the person's own can be taken back by a confirmation, of who may ask for it;
 * NULL: not so. It gives nothing that is not ticked, to nobody else, and by e-mail alone.
 */
static const struct link_right *comes_back_by(const struct visit *v,
                                              const struct stopped_list *now, size_t i)
{
    const bool no = now->state[i] == TOPIC_STOPPED || now->state[i] == TOPIC_PAUSED;

    return no && v->known->purposes[i].marked ? may_ask(v, v->known->purposes[i].id)
                                              : NULL;
}

static bool anything_back(const struct visit *v, const struct stopped_list *now)
{
    for (size_t i = 0; i < v->known->n_purposes && i < CHOICE_PURPOSES_MAX; i++)
        if (comes_back_by(v, now, i) != NULL)
            return true;
    return false;
}

static bool is_own(const struct visit *v, size_t i)
{
    return strcmp(v->known->controllers[i].id, v->link.controller) == 0;
}

/* Every company of the register, and of none what holds there. */
static void brands(const struct visit *v, const struct choice *choice)
{
    const struct known *d = v->known;
    bool any = choice_brands(choice) > 0;

    if (d->n_controllers < 2)
        return;
    buf_add_str(&v->reply->body, "<fieldset>\n<legend>");
    frame_say(v, TEXT_P_BRANDS);
    buf_add_str(&v->reply->body, "</legend>\n");
    for (size_t i = 0; i < d->n_controllers && i < CHOICE_BRANDS_MAX; i++)
        page_box(v, "of", d->controllers[i].id, d->controllers[i].title,
                 any ? choice->brand[i] : is_own(v, i));
    buf_add_str(&v->reply->body, "</fieldset>\n");
}

static void topics(const struct visit *v, const struct choice *choice)
{
    const struct known *d = v->known;

    buf_add_str(&v->reply->body, "<fieldset>\n<legend>");
    frame_say(v, TEXT_P_TOPICS);
    buf_add_str(&v->reply->body, "</legend>\n");
    for (size_t i = 0; i < d->n_purposes && i < CHOICE_PURPOSES_MAX; i++)
        if (d->purposes[i].marked)
            page_box(v, "about", d->purposes[i].id,
                     visit_purpose_name(v, &d->purposes[i]), choice->purpose[i]);
    buf_add_str(&v->reply->body, "</fieldset>\n");
}

static void hint(const struct visit *v, enum text text, const char *what)
{
    buf_add_str(&v->reply->body, "<p class=\"soft\">");
    frame_say_with(v, text, "", what, "");
    buf_add_str(&v->reply->body, "</p>\n");
}

static void page(struct visit *v, const struct choice *choice, enum page_fault fault,
                 const struct stopped_list *now)
{
    char masked[FRAME_MASKED_BYTES], date[FRAME_DATE_BYTES];

    frame_begin(v, fault != FAULT_NONE ? 422 : 200, TEXT_P_TITLE, true);
    if (fault != FAULT_NONE)
        page_alert(v, fault);
    frame_paragraph_with(v, TEXT_FOR, frame_masked(v->link.address, masked));
    what_holds(v, now);
    buf_add_str(&v->reply->body, "<h2>");
    frame_say(v, TEXT_P_CHANGE);
    buf_add_str(&v->reply->body, "</h2>\n");
    frame_form(v);
    topics(v, choice);
    brands(v, choice);
    frame_button(v, "pause", " class=\"second\"", TEXT_P_PAUSE);
    hint(v, TEXT_P_PAUSE_HINT, frame_date(choice_pause_end(v), date));
    frame_button(v, "choose", " class=\"second\"", TEXT_SAVE);
    if (anything_back(v, now)) {
        frame_button(v, "back", " class=\"second\"", TEXT_P_BACK);
        hint(v, TEXT_P_BACK_HINT, masked);
    }
    frame_button(v, "all", " class=\"second\"", TEXT_ALL);
    buf_add_str(&v->reply->body, "</form>\n");
    frame_paragraph(v, " class=\"soft\"", TEXT_SERVICE);
    frame_end(v);
}

void preferences_page(struct visit *v, const struct choice *choice, enum page_fault fault)
{
    struct stopped_list now;

    stopped_find(v->w->stopped, v, &now);
    page(v, choice, fault, &now);
}

const char *preferences_whose(const struct visit *v, const struct choice *choice,
                              char *ret)
{
    const struct known *d = v->known;
    size_t at = 0;

    if (choice_brands(choice) == 0)
        return frame_whose(v, false, ret);
    ret[0] = '\0';
    for (size_t i = 0; i < d->n_controllers && i < CHOICE_BRANDS_MAX; i++)
        if (choice->brand[i] && at < FRAME_NAME_BYTES)
            at += (size_t)snprintf(ret + at, FRAME_NAME_BYTES - at, "%s%s",
                                   at > 0 ? ", " : "", d->controllers[i].title);
    return ret;
}

/* --- back again --- */

static void add(char *list, size_t cap, const char *with, const char *word)
{
    size_t at = strlen(list);

    snprintf(list + at, cap - at, "%s%s", at > 0 ? with : "", word);
}

static void policy_of(const struct visit *v, struct link *back)
{
    const struct rulebook *book = &v->known->reg->book;

    for (size_t i = 0; i < book->n_policies; i++) {
        if (!period_holds(&book->policies[i].valid, v->now_us))
            continue;
        snprintf(back->policy, sizeof(back->policy), "%s", book->policies[i].id);
        snprintf(back->version, sizeof(back->version), "%s", book->policies[i].version);
        return;
    }
}

/* "Yes, Sectigo Limited may write to me by e-mail about: news, surveys". False: it does
 * not fit, and words that are cut are nobody's consent. */
static bool statement_of(const struct visit *v, const char *names, struct link *back)
{
    const char *words = frame_word(v, TEXT_P_STATEMENT), *at = strstr(words, "{}");
    int before = at != NULL ? (int)(at - words) : (int)strlen(words);

    const int n =
        snprintf(back->statement, sizeof(back->statement), "%.*s%s%s %s", before, words,
                 at != NULL ? frame_controller(v) : "", at != NULL ? at + 2 : "", names);

    return n > 0 && (size_t)n < sizeof(back->statement);
}

/* What was shown and ticked, by this link, in this second: UNSUBSCRIBE.md says how, so
 * that it can be worked out again from the event and the link. */
static bool form_of(const struct visit *v, struct link *back)
{
    char text[2048], link[2 * DIGEST_BYTES + 1], at[WHEN_TEXT_BYTES];
    uint8_t digest[DIGEST_BYTES];
    struct err err;

    hex_print(v->link.digest, DIGEST_BYTES, link);
    when_format(back->issued_us, at);
    snprintf(text, sizeof(text), "consent-preferences-1\n%s\n%s\n%s\n%s\n%s\n%s",
             back->controller, back->purposes, back->language, back->statement, at, link);
    if (!digest_sha256(text, strlen(text), NULL, 0, digest, &err))
        return false;
    hex_print(digest, DIGEST_BYTES, back->form);
    return true;
}

/* The topics that are ticked, stopped, and confirmed by the links of one site; NULL:
 * none.
 */
static const struct link_right *back_of(const struct visit *v,
                                        const struct choice *choice,
                                        const struct stopped_list *now, struct link *ret)
{
    const struct known *d = v->known;
    const struct link_right *right = NULL;
    char names[sizeof(ret->statement)] = "";

    *ret = (struct link){.kind = LINK_CONFIRM, .channels = "email"};
    ret->issued_us = v->now_us - v->now_us % WHEN_SECOND_US;
    snprintf(ret->address, sizeof(ret->address), "%s", v->link.address);
    snprintf(ret->controller, sizeof(ret->controller), "%s", v->link.controller);
    snprintf(ret->message, sizeof(ret->message), "preferences");
    snprintf(ret->language, sizeof(ret->language), "%s", language_tag(v->language));
    for (size_t i = 0; i < d->n_purposes && i < CHOICE_PURPOSES_MAX; i++) {
        const struct link_right *who =
            choice->purpose[i] ? comes_back_by(v, now, i) : NULL;

        if (who == NULL || (right != NULL && who != right) ||
            strlen(ret->purposes) + strlen(d->purposes[i].id) + 2 > sizeof(ret->purposes))
            continue;
        right = who;
        add(ret->purposes, sizeof(ret->purposes), ",", d->purposes[i].id);
        add(names, sizeof(names), ", ", visit_purpose_name(v, &d->purposes[i]));
    }
    if (right == NULL)
        return NULL;
    ret->key = link_keys_newest(d->keys, right->system);
    policy_of(v, ret);
    return statement_of(v, names, ret) ? right : NULL;
}

static bool letter_room(const struct visit *v)
{
    uint8_t digest[DIGEST_BYTES];
    struct err err;

    return digest_sha256("back", 4, v->link.address, strlen(v->link.address), digest,
                         &err) &&
           quota_take(digest, BACK_PER_HOUR, clock_mono_us());
}

static void asked_page(struct visit *v)
{
    char masked[FRAME_MASKED_BYTES];

    frame_begin(v, 200, TEXT_P_ASKED, false);
    frame_paragraph_with(v, TEXT_P_ASKED_WHY, frame_masked(v->link.address, masked));
    frame_back(v, TEXT_BACK);
    frame_end(v);
}

bool preferences_back(struct visit *v)
{
    const struct link_right *right;
    struct stopped_list now;
    struct choice choice;
    struct link back;
    bool took = false;

    choice_read(v, false, &choice);
    stopped_find(v->w->stopped, v, &now);
    right = now.known ? back_of(v, &choice, &now, &back) : NULL;
    if (!now.known)
        page_later(v);
    else if (right == NULL)
        page(v, &choice, FAULT_BACK, &now);
    else if (!letter_room(v) || !form_of(v, &back) || !record_back(v, &back, right))
        page_later(v);
    else
        took = true;
    if (took)
        asked_page(v);
    explicit_bzero(&back, sizeof(back));
    return took;
}
