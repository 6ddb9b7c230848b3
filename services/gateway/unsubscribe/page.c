/* The pages. They work without scripts, load nothing, and say nothing about
 * what is known of anybody. */
#include "frame.h"
#include "stopped.h"

#include <stdio.h>
#include <string.h>

#define RETRY_S 30

/* --- choices --- */

const char *const choice_channels[CHOICE_CHANNELS] = {"email", "phone", "sms"};
const enum text choice_channel_texts[CHOICE_CHANNELS] = {TEXT_EMAIL, TEXT_PHONE,
                                                         TEXT_SMS};

static bool by_number(const struct visit *v)
{
    return v->ours && strchr(v->link.address, '@') == NULL;
}

bool choice_suits(const struct visit *v, size_t channel)
{
    return by_number(v) == (channel > 0);
}

bool choice_may_type_phone(const struct visit *v)
{
    return !by_number(v);
}

void page_box(const struct visit *v, const char *group, const char *name,
              const char *words, bool ticked)
{
    struct buf *out = &v->reply->body;

    buf_addf(out, "<label class=\"box\"><input type=\"checkbox\" name=\"%s.", group);
    frame_text(out, name);
    buf_addf(out, "\" value=\"stop\"%s><span>", ticked ? " checked" : "");
    frame_text(out, words);
    buf_add_str(out, "</span></label>\n");
}

static void group_begin(const struct visit *v, enum text legend)
{
    buf_add_str(&v->reply->body, "<fieldset>\n<legend>");
    frame_say(v, legend);
    buf_add_str(&v->reply->body, "</legend>\n");
}

static void group_end(const struct visit *v)
{
    buf_add_str(&v->reply->body, "</fieldset>\n");
}

/* The promotional purposes of one heading. */
static void purposes(const struct visit *v, const struct choice *choice, bool uses_data)
{
    const struct known *d = v->known;

    for (size_t i = 0; i < d->n_purposes && i < CHOICE_PURPOSES_MAX; i++)
        if (d->purposes[i].marked &&
            text_purpose_uses_data(d->purposes[i].id) == uses_data)
            page_box(v, "about", d->purposes[i].id,
                     visit_purpose_name(v, &d->purposes[i]), choice->purpose[i]);
}

static void boxes(const struct visit *v, const struct choice *choice)
{
    if (v->known->heard) {
        group_begin(v, TEXT_ABOUT);
        purposes(v, choice, false);
        group_end(v);
        group_begin(v, TEXT_USE);
        page_box(v, "about", "sharing", frame_word(v, TEXT_SALE), choice->sharing);
        purposes(v, choice, true);
        group_end(v);
    }
    group_begin(v, TEXT_BY);
    for (size_t i = 0; i < CHOICE_CHANNELS; i++)
        if (choice_suits(v, i))
            page_box(v, "by", choice_channels[i], frame_word(v, choice_channel_texts[i]),
                     choice->channel[i]);
    group_end(v);
}

/* what: its name and id */
static void field(const struct visit *v, const char *what, const char *type,
                  const char *more, enum text label, const char *value, bool wrong)
{
    struct buf *out = &v->reply->body;

    buf_addf(out, "<label class=\"line\" for=\"%s\">", what);
    frame_say(v, label);
    buf_addf(out, "</label>\n<input type=\"%s\" id=\"%s\" name=\"%s\" %s%s value=\"",
             type, what, what, more,
             wrong ? " aria-invalid=\"true\" aria-describedby=\"wrong\"" : "");
    frame_text(out, value);
    buf_add_str(out, "\">\n");
}

static void ask_phone(const struct visit *v, const struct choice *choice, bool wrong)
{
    field(v, "phone", "tel", "autocomplete=\"tel\" maxlength=\"40\"", TEXT_ASK_PHONE,
          choice->phone, wrong);
    frame_paragraph(v, " class=\"soft\"", TEXT_PHONE_WHY);
}

void page_alert(const struct visit *v, enum page_fault fault)
{
    static const enum text words[] = {[FAULT_NOTHING] = TEXT_NOTHING,
                                      [FAULT_ADDRESS] = TEXT_BAD_ADDRESS,
                                      [FAULT_PHONE] = TEXT_BAD_PHONE,
                                      [FAULT_BACK] = TEXT_P_NOT_BACK};
    struct buf *out = &v->reply->body;

    buf_add_str(out, "<p class=\"bad\" role=\"alert\" id=\"wrong\">");
    frame_say(v, words[fault]);
    buf_add_str(out, "</p>\n");
}

void page_item(const struct visit *v, const char *words)
{
    buf_add_str(&v->reply->body, "<li>");
    frame_text(&v->reply->body, words);
    buf_add_str(&v->reply->body, "</li>\n");
}

void page_items(const struct visit *v, const bool *purpose, bool sharing)
{
    const struct known *d = v->known;

    for (size_t i = 0; i < d->n_purposes && i < CHOICE_PURPOSES_MAX; i++)
        if (purpose[i])
            page_item(v, visit_purpose_name(v, &d->purposes[i]));
    if (sharing)
        page_item(v, frame_word(v, TEXT_SALE));
}

/* What the person has stopped for good with the link's company, as far as that is known.
 */
bool page_stopped(const struct visit *v, bool for_good, bool purpose[CHOICE_PURPOSES_MAX],
                  bool *sharing)
{
    const struct known *d = v->known;
    struct stopped_list list;
    bool any = false;

    *sharing = false;
    stopped_find(v->w->stopped, v, &list);
    for (size_t i = 0; i < CHOICE_PURPOSES_MAX; i++) {
        const bool is = i < d->n_purposes && list.state[i] == TOPIC_STOPPED &&
                        (!for_good || list.until_us[i] == WHEN_NEVER);

        any = any || is;
        purpose[i] = is && d->purposes[i].marked;
        *sharing = *sharing || (is && d->purposes[i].sharing);
    }
    return any;
}

void page_stopped_say(const struct visit *v, const bool *purpose, bool sharing)
{
    frame_paragraph(v, "", TEXT_STOPPED);
    buf_add_str(&v->reply->body, "<ul>\n");
    page_items(v, purpose, sharing);
    buf_add_str(&v->reply->body, "</ul>\n");
}

static void already(const struct visit *v)
{
    bool purpose[CHOICE_PURPOSES_MAX], sharing;

    if (page_stopped(v, false, purpose, &sharing))
        page_stopped_say(v, purpose, sharing);
}

void page_choices(struct visit *v, const struct choice *choice, enum page_fault fault)
{
    struct buf *out = &v->reply->body;
    char name[FRAME_NAME_BYTES], short_address[FRAME_MASKED_BYTES];

    if (v->preferences) {
        preferences_page(v, choice, fault);
        return;
    }
    frame_begin(v, fault != FAULT_NONE ? 422 : v->ours ? 200 : 404, TEXT_TITLE, true);
    if (fault != FAULT_NONE)
        page_alert(v, fault);
    if (v->ours)
        frame_paragraph_with(v, TEXT_FOR, frame_masked(v->link.address, short_address));
    else
        frame_paragraph(v, "", TEXT_ASK_WHY);
    already(v);
    frame_form(v);
    if (!v->ours) {
        field(v, "address", "email", "autocomplete=\"email\" maxlength=\"254\"", TEXT_ASK,
              choice->address, fault == FAULT_ADDRESS);
        ask_phone(v, choice, fault == FAULT_PHONE || fault == FAULT_ADDRESS);
    }
    if (v->ours)
        page_box(v, "for", "group", frame_word(v, TEXT_ALSO_GROUP), choice->group);
    frame_button(v, "all", "", TEXT_ALL);
    buf_add_str(out, "<p class=\"soft\">");
    frame_say_with(v, TEXT_ALL_HINT, "", frame_whose(v, false, name), "");
    buf_add_str(out, "</p>\n<h2>");
    frame_say(v, TEXT_CHOOSE);
    buf_add_str(out, "</h2>\n");
    boxes(v, choice);
    if (v->ours && choice_may_type_phone(v))
        ask_phone(v, choice, fault == FAULT_PHONE);
    frame_button(v, "choose", " class=\"second\"", TEXT_SAVE);
    buf_add_str(out, "</form>\n");
    if (v->ours) {
        buf_addf(out, "<p><a href=\"?lang=%s&amp;view=preferences\">",
                 language_tag(v->language));
        frame_say(v, TEXT_P_LINK);
        buf_add_str(out, "</a></p>\n");
    }
    frame_paragraph(v, " class=\"soft\"", TEXT_SERVICE);
    frame_end(v);
}

void page_later(struct visit *v)
{
    frame_begin(v, 503, TEXT_LATER, false);
    v->reply->retry_after_s = RETRY_S;
    buf_add_str(&v->reply->body, "<div role=\"alert\">\n");
    frame_paragraph(v, "", TEXT_LATER_WHY);
    frame_contact(v, TEXT_WRITE);
    buf_add_str(&v->reply->body, "</div>\n");
    frame_back(v, TEXT_AGAIN);
    frame_end(v);
}

/* --- confirmation --- */

static void confirm_purposes(const struct visit *v)
{
    struct buf *out = &v->reply->body;

    frame_paragraph(v, "", TEXT_C_ABOUT);
    buf_add_str(out, "<ul>\n");
    for (const char *at = v->link.purposes; *at != '\0'; at += strspn(at, ", ")) {
        size_t n = strcspn(at, ",");
        char id[sizeof(v->link.purposes)];
        const char *name;

        memcpy(id, at, n);
        id[n] = '\0';
        at += n;
        name = text_purpose(v->language, id);
        for (size_t i = 0; name == NULL && i < v->known->n_purposes; i++)
            if (strcmp(v->known->purposes[i].id, id) == 0)
                name = v->known->purposes[i].title;
        buf_add_str(out, "<li>");
        frame_text(out, name != NULL ? name : id);
        buf_add_str(out, "</li>\n");
    }
    buf_add_str(out, "</ul>\n");
}

void page_confirm(struct visit *v)
{
    struct buf *out = &v->reply->body;
    char short_address[FRAME_MASKED_BYTES];

    frame_begin(v, 200, TEXT_C_TITLE, true);
    frame_paragraph_with(v, TEXT_C_INTRO, frame_masked(v->link.address, short_address));
    buf_add_str(out, "<blockquote");
    if (v->link.language[0] != '\0') {
        buf_add_str(out, " lang=\"");
        frame_text(out, v->link.language);
        buf_add_str(out, "\"");
    }
    buf_add_str(out, "><p>");
    frame_text(out, v->link.statement);
    buf_add_str(out, "</p></blockquote>\n");
    confirm_purposes(v);
    frame_form(v);
    frame_button(v, "confirm", "", TEXT_C_YES);
    buf_add_str(out, "</form>\n");
    frame_paragraph(v, " class=\"soft\"", TEXT_C_NO);
    frame_end(v);
}

void page_confirmed(struct visit *v)
{
    frame_begin(v, 200, TEXT_C_DONE, false);
    frame_paragraph(v, "", TEXT_C_DONE_WHY);
    frame_end(v);
}

void page_over(struct visit *v)
{
    frame_begin(v, 200, TEXT_C_OVER, true);
    frame_paragraph(v, "", TEXT_C_OVER_WHY);
    frame_end(v);
}
