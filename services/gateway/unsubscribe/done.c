/* The page after a choice: what was recorded of it, for whom, and what to ask by later.
 */
#include "frame.h"

#include <stdio.h>
#include <string.h>

static bool own_alone(const struct visit *v, const struct choice *choice)
{
    const struct known *d = v->known;

    for (size_t i = 0; i < d->n_controllers && i < CHOICE_BRANDS_MAX; i++)
        if (choice->brand[i] && strcmp(d->controllers[i].id, v->link.controller) != 0)
            return false;
    return !choice->group;
}

/* A pause shortens nothing: what had been stopped for good before is taken out of what is
 * said to be paused. What other companies' pauses met is not told here. */
static void stays_stopped(const struct visit *v, struct choice *said)
{
    bool purpose[CHOICE_PURPOSES_MAX], sharing, any = false;

    if (!own_alone(v, said) || !page_stopped(v, true, purpose, &sharing))
        return;
    sharing = sharing && said->sharing;
    for (size_t i = 0; i < CHOICE_PURPOSES_MAX; i++) {
        purpose[i] = purpose[i] && (said->purpose[i] || said->everything);
        said->purpose[i] = said->purpose[i] && !purpose[i];
        any = any || purpose[i];
    }
    said->sharing = said->sharing && !sharing;
    if (any || sharing)
        page_stopped_say(v, purpose, sharing);
}

static bool anything(const struct choice *choice)
{
    bool any = choice->everything || choice->sharing || choice->phone[0] != '\0';

    for (size_t i = 0; i < CHOICE_PURPOSES_MAX; i++)
        any = any || choice->purpose[i];
    for (size_t i = 0; i < CHOICE_CHANNELS; i++)
        any = any || choice->channel[i];
    return any;
}

static void stopped_say(const struct visit *v, const struct choice *choice)
{
    bool phone = choice->phone[0] != '\0';
    char date[FRAME_DATE_BYTES];

    if (choice->until_us != 0)
        frame_paragraph_with(v, TEXT_P_DONE, frame_date(choice->until_us, date));
    else
        frame_paragraph(v, "", TEXT_DONE_SOME);
    buf_add_str(&v->reply->body, "<ul>\n");
    if (choice->everything)
        page_item(v, frame_word(v, TEXT_P_ALL));
    page_items(v, choice->purpose, choice->sharing);
    for (size_t i = 0; i < CHOICE_CHANNELS; i++)
        if (choice->channel[i] || (phone && i > 0))
            page_item(v, frame_word(v, choice_channel_texts[i]));
    if (choice->group)
        page_item(v, frame_word(v, TEXT_ALSO_GROUP));
    buf_add_str(&v->reply->body, "</ul>\n");
}

static void stopped(const struct visit *v, const struct choice *choice)
{
    struct choice said = *choice;

    if (said.until_us != 0)
        stays_stopped(v, &said);
    if (said.until_us == 0 || anything(&said))
        stopped_say(v, &said);
    if (said.until_us != 0)
        frame_paragraph(v, " class=\"soft\"", TEXT_P_STAYS);
    explicit_bzero(&said, sizeof(said));
}

/* Whose contact points these were, so that it can be seen that none is missing. */
static void done_for(const struct visit *v, const struct choice *choice)
{
    const char *address = v->ours ? v->link.address : choice->address;
    char first[FRAME_MASKED_BYTES] = "", second[FRAME_MASKED_BYTES] = "";
    char both[2 * FRAME_MASKED_BYTES + 2];

    if (choice->any && address[0] != '\0')
        frame_masked(address, first);
    if (choice->phone[0] != '\0')
        frame_masked(choice->phone, second);
    snprintf(both, sizeof(both), "%s%s%s", first,
             first[0] != '\0' && second[0] != '\0' ? ", " : "", second);
    frame_paragraph_with(v, TEXT_DONE_FOR, both);
}

/* To ask by, later. */
static void receipt(const struct visit *v)
{
    char at[WHEN_TEXT_BYTES], words[WHEN_TEXT_BYTES + 4];

    frame_paragraph_with(v, TEXT_REFERENCE, v->reference);
    when_format(v->now_us - v->now_us % WHEN_SECOND_US, at);
    snprintf(words, sizeof(words), "%.10s %.8s UTC", at, at + 11);
    frame_paragraph_with(v, TEXT_RECORDED, words);
    frame_paragraph(v, " class=\"soft\"", TEXT_KEEP);
}

void page_done(struct visit *v, const struct choice *choice)
{
    char name[FRAME_NAME_BYTES];

    frame_begin(v, 200, TEXT_DONE, false);
    if (choice->all)
        frame_paragraph_with(v, TEXT_DONE_ALL,
                             v->preferences ? preferences_whose(v, choice, name)
                                            : frame_whose(v, choice->group, name));
    else
        stopped(v, choice);
    if (v->preferences && !choice->all)
        frame_paragraph_with(v, TEXT_DONE_FOR, preferences_whose(v, choice, name));
    done_for(v, choice);
    frame_paragraph(v, "", TEXT_DONE_SOON);
    receipt(v);
    frame_back(v, TEXT_BACK);
    frame_end(v);
}
