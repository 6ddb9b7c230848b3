/* The pages. They work without scripts, load nothing, and say nothing about
 * what is known of anybody. */
#include "frame.h"

#include <stdio.h>
#include <string.h>

#define RETRY_S 30

/* --- choices -------------------------------------------------------------------------
 */

const char *const choice_channels[CHOICE_CHANNELS] = {"email", "phone", "sms"};
const enum text choice_channel_texts[CHOICE_CHANNELS] = {TEXT_EMAIL, TEXT_PHONE,
                                                         TEXT_SMS};

bool choice_suits(const struct visit *v, size_t channel)
{
    bool number = v->ours && strchr(v->link.address, '@') == NULL;

    return number == (channel > 0);
}

static void box(const struct visit *v, const char *group, const char *name,
                const char *words, bool ticked)
{
    struct buf *out = &v->reply->body;

    buf_addf(out, "<label class=\"box\"><input type=\"checkbox\" name=\"%s.", group);
    frame_text(out, name);
    buf_addf(out, "\" value=\"stop\"%s><span>", ticked ? " checked" : "");
    frame_text(out, words);
    buf_add_str(out, "</span></label>\n");
}

static void boxes(const struct visit *v, const struct choice *choice)
{
    const struct known *d = v->known;
    struct buf *out = &v->reply->body;
    bool any = false;

    for (size_t i = 0; i < d->n_purposes && i < CHOICE_PURPOSES_MAX; i++) {
        if (!d->purposes[i].marked)
            continue;
        if (!any) {
            buf_add_str(out, "<fieldset>\n<legend>");
            frame_say(v, TEXT_ABOUT);
            buf_add_str(out, "</legend>\n");
        }
        any = true;
        box(v, "about", d->purposes[i].id, visit_purpose_name(v, &d->purposes[i]),
            choice->purpose[i]);
    }
    if (any)
        buf_add_str(out, "</fieldset>\n");
    buf_add_str(out, "<fieldset>\n<legend>");
    frame_say(v, TEXT_BY);
    buf_add_str(out, "</legend>\n");
    for (size_t i = 0; i < CHOICE_CHANNELS; i++)
        if (choice_suits(v, i))
            box(v, "by", choice_channels[i], frame_word(v, choice_channel_texts[i]),
                choice->channel[i]);
    buf_add_str(out, "</fieldset>\n");
}

static void ask_address(const struct visit *v, const struct choice *choice, bool wrong)
{
    struct buf *out = &v->reply->body;

    frame_paragraph(v, "", TEXT_ASK_WHY);
    buf_add_str(out, "<label class=\"line\" for=\"address\">");
    frame_say(v, TEXT_ASK);
    buf_addf(out,
             "</label>\n<input type=\"email\" id=\"address\" name=\"address\" required "
             "autocomplete=\"email\" maxlength=\"254\"%s value=\"",
             wrong ? " aria-invalid=\"true\" aria-describedby=\"wrong\"" : "");
    frame_text(out, choice->address);
    buf_add_str(out, "\">\n");
}

void page_choices(struct visit *v, const struct choice *choice, enum page_fault fault)
{
    struct buf *out = &v->reply->body;
    char short_address[FRAME_MASKED_BYTES];

    frame_begin(v, fault != FAULT_NONE ? 422 : v->ours ? 200 : 404, TEXT_TITLE, true);
    if (fault != FAULT_NONE) {
        buf_add_str(out, "<p class=\"bad\" role=\"alert\" id=\"wrong\">");
        frame_say(v, fault == FAULT_NOTHING ? TEXT_NOTHING : TEXT_BAD_ADDRESS);
        buf_add_str(out, "</p>\n");
    }
    if (v->ours)
        frame_paragraph_with(v, TEXT_FOR, frame_masked(v->link.address, short_address));
    frame_form(v);
    if (!v->ours)
        ask_address(v, choice, fault == FAULT_ADDRESS);
    frame_button(v, "all", "", TEXT_ALL);
    buf_add_str(out, "<p class=\"soft\">");
    frame_say_with(v, TEXT_ALL_HINT, "", frame_controller(v), "");
    buf_add_str(out, "</p>\n<h2>");
    frame_say(v, TEXT_CHOOSE);
    buf_add_str(out, "</h2>\n");
    boxes(v, choice);
    frame_button(v, "choose", " class=\"second\"", TEXT_SAVE);
    buf_add_str(out, "</form>\n");
    frame_paragraph(v, " class=\"soft\"", TEXT_SERVICE);
    frame_end(v);
}

static void stopped(const struct visit *v, const struct choice *choice)
{
    const struct known *d = v->known;
    struct buf *out = &v->reply->body;

    frame_paragraph(v, "", TEXT_DONE_SOME);
    buf_add_str(out, "<ul>\n");
    for (size_t i = 0; i < d->n_purposes && i < CHOICE_PURPOSES_MAX; i++) {
        if (!choice->purpose[i])
            continue;
        buf_add_str(out, "<li>");
        frame_text(out, visit_purpose_name(v, &d->purposes[i]));
        buf_add_str(out, "</li>\n");
    }
    for (size_t i = 0; i < CHOICE_CHANNELS; i++) {
        if (!choice->channel[i])
            continue;
        buf_add_str(out, "<li>");
        frame_say(v, choice_channel_texts[i]);
        buf_add_str(out, "</li>\n");
    }
    buf_add_str(out, "</ul>\n");
}

void page_done(struct visit *v, const struct choice *choice)
{
    frame_begin(v, 200, TEXT_DONE, false);
    if (choice->all)
        frame_paragraph_with(v, TEXT_DONE_ALL, frame_controller(v));
    else
        stopped(v, choice);
    frame_paragraph(v, "", TEXT_DONE_SOON);
    frame_back(v, TEXT_BACK);
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

/* --- confirmation --------------------------------------------------------------------
 */

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
