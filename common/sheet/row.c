/*
 * parts.h: what a row says. Flags and words about how somebody stands come first: a row
 * that says "subscribed", or doNotEmail=0, is no opt-out whatever list it is on, and one
 * whose word nobody knows is named and not taken for either.
 */
#include "sheet/parts.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

/* --- what its list says --- */

static struct cell cell_of(const struct sheet *s, const struct record *rec,
                           enum sheet_meaning m)
{
    struct cell found = {"", 0};

    for (size_t i = 0; i < s->n_columns; i++)
        if (s->columns[i].meaning == m && rec->cells[i].s != NULL && found.len == 0)
            found = cell_plain(rec->cells[i]);
    return found;
}

static void status_read(const struct sheet *s, const struct record *rec,
                        struct sheet_row *row)
{
    const struct cell c = cell_of(s, rec, SHEET_CODE);

    if (c.len == 0 || c.len >= sizeof(row->status) || !cell_is_code(c))
        return;
    memcpy(row->status, c.s, c.len);
    row->status[c.len] = '\0';
}

static enum saying reason_saying(const struct sheet *s, const struct record *rec,
                                 struct sheet_row *row)
{
    for (size_t i = 0; i < s->n_columns; i++) {
        const struct column *col = &s->columns[i];
        struct cell c;
        enum saying says;

        if (col->meaning != SHEET_REASON || rec->cells[i].s == NULL)
            continue;
        c = cell_plain(rec->cells[i]);
        if (s->o.form == SHEET_FORM_MAUTIC && c.len == 1 && c.s[0] >= '0' &&
            c.s[0] <= '3')
            says = c.s[0] == '0' ? SAYS_NOTHING : c.s[0] == '2' ? SAYS_HARD : SAYS_OPTOUT;
        else
            says = word_saying(c.s, c.len);
        if (says == SAYS_NOTHING)
            silent_set(row, col, c);
        if (says != SAYS_UNKNOWN)
            return says;
    }
    return SAYS_UNKNOWN;
}

static enum saying list_saying(const struct sheet *s, const struct record *rec,
                               struct sheet_row *row)
{
    const struct cell words = cell_of(s, rec, SHEET_WORDS);
    enum saying says = SAYS_UNKNOWN;

    switch (s->kind->rule) {
    case RULE_OPTOUT:
    case RULE_STATUS:
    case RULE_REFUSE: return SAYS_OPTOUT;
    case RULE_COMPLAINT: return SAYS_COMPLAINT;
    case RULE_HARD: return SAYS_HARD;
    case RULE_INVALID: return SAYS_INVALID;
    case RULE_BOUNCE: says = bounce_saying(row->status, words.s, words.len); break;
    case RULE_REASON: says = reason_saying(s, rec, row); break;
    }
    return says != SAYS_UNKNOWN ? says : s->kind->otherwise;
}

static enum saying told_saying(const struct sheet *s, const struct record *rec,
                               const struct sheet_row *row)
{
    const struct cell words = cell_of(s, rec, SHEET_WORDS);
    enum saying says;

    if (s->o.as_block)
        return SAYS_BLOCK;
    if (s->o.as == EVENT_FEEDBACK_COMPLAINED)
        return SAYS_COMPLAINT;
    if (s->o.as != EVENT_FEEDBACK_BOUNCED)
        return SAYS_OPTOUT;
    says = bounce_saying(row->status, words.s, words.len);
    return says != SAYS_UNKNOWN ? says : SAYS_HARD;
}

/* --- into an event's words --- */

static bool saying_put(const struct sheet *s, enum saying says, struct sheet_row *row)
{
    row->type = EVENT_FEEDBACK_BOUNCED;
    row->via = "delivery_report";
    row->confirmed = true;
    switch (says) {
    case SAYS_HARD: row->feedback = "hard"; return true;
    case SAYS_INVALID: row->feedback = "invalid"; return true;
    case SAYS_SOFT:
        row->feedback = "soft";
        row->confirmed = false;
        return true;
    case SAYS_COMPLAINT:
        row->type = EVENT_FEEDBACK_COMPLAINED;
        row->via = "complaint_fbl";
        row->feedback = "complaint";
        return true;
    case SAYS_OPTOUT:
        row->type = EVENT_OPTOUT_RECORDED;
        row->via = s->o.as != EVENT_NONE ? "suppression_file" : s->form->via;
        row->confirmed = false;
        return true;
    case SAYS_BLOCK:
        snprintf(row->silent, sizeof(row->silent),
                 "blocked: about the message or its sender, not the person");
        return false;
    case SAYS_UNKNOWN:
    case SAYS_NOTHING: break;
    }
    if (row->silent[0] == '\0')
        snprintf(row->silent, sizeof(row->silent), "says nothing");
    return false;
}

/* --- time --- */

/* The latest of the first sort of column that has one. */
static void time_read(const struct sheet *s, const struct record *rec,
                      const struct standing *st, struct sheet_row *row)
{
    enum sheet_meaning sort = SHEET_UNKNOWN;

    row->at_us = s->o.file_us;
    if (st->has_time) {
        row->at_us = st->time_us;
        row->own_time = true;
        row->time_of = st->time_of;
    }
    for (size_t i = 0; i < s->n_times; i++) {
        const struct column *col = &s->columns[s->times[i]];
        struct cell c = rec->cells[s->times[i]];
        int64_t us;

        if (row->own_time && col->meaning != sort &&
            !(st->has_time && sort == SHEET_UNKNOWN && col->meaning == SHEET_OPTED_AT))
            return;
        const bool unread = record_fault(rec, s->times[i]) != NULL;

        if (c.s == NULL || (!unread && cell_is_void(c = cell_plain(c))))
            continue;
        if (unread || !cell_is_time(s, col, c, &us)) {
            row->bad_time = true;
            continue;
        }
        sort = col->meaning;
        if (!row->own_time || us > row->at_us) {
            row->at_us = us;
            row->time_of = col->name;
        }
        row->own_time = true;
    }
}

/* --- the row --- */

/* Where all others are whole and it is not, the file was cut, and perhaps the address. */
static bool is_cut_off(const struct sheet *s, const struct record *rec)
{
    return rec->unended && s->named && s->json == NULL && rec->n < s->n_columns &&
           s->n_short == 0 && s->n_rows > 1;
}

static bool fields_fit(const struct sheet *s, const struct record *rec,
                       struct sheet_row *row)
{
    for (size_t i = s->n_columns; i < rec->n && s->n_columns > 1; i++)
        if (cell_plain(rec->cells[i]).len > 0) {
            row_fault(row, "TOO_MANY_FIELDS", "");
            return false;
        }
    return true;
}

/* In a workbook, a cell that decides what the row says holds what nobody can read. */
static bool cells_fit(const struct sheet *s, const struct record *rec,
                      struct sheet_row *row)
{
    const uint64_t deciding =
        BIT(SHEET_STATUS) | BIT(SHEET_REASON) | BIT(SHEET_CODE) | BIT(SHEET_WORDS) |
        BIT(SHEET_NO_FLAG) | BIT(SHEET_YES_FLAG) | BIT(SHEET_HARM_FLAG) |
        BIT(SHEET_CHANNEL) | BIT(SHEET_KIND) | BIT(SHEET_CHANGE) | BIT(SHEET_COUNTRY) |
        BIT(SHEET_AREA) | BIT(SHEET_NO_SALE) | BIT(SHEET_NO_TRACKING);

    for (size_t i = 0; i < rec->n_faults; i++) {
        const struct book_fault *f = &rec->faults[i];

        if (f->column < s->n_columns &&
            (BIT(s->columns[f->column].meaning) & deciding) != 0) {
            row_fault(row, f->code, s->columns[f->column].name);
            return false;
        }
    }
    return true;
}

static bool is_empty(const struct record *rec)
{
    for (size_t i = 0; i < rec->n; i++)
        if (rec->cells[i].s != NULL && cell_plain(rec->cells[i]).len > 0)
            return false;
    return true;
}

/* "# exported on ..." */
static bool is_comment(const struct record *rec)
{
    const struct cell c = cell_plain(rec->cells[0]);

    if (c.s == NULL || c.len == 0 || c.s[0] != '#' || cell_is_error(c))
        return false;
    for (size_t i = 0; i < rec->n; i++)
        if (rec->cells[i].s != NULL &&
            memchr(rec->cells[i].s, '@', rec->cells[i].len) != NULL)
            return false;
    return true;
}

static bool silent_as(struct sheet_row *row, const char *why)
{
    snprintf(row->silent, sizeof(row->silent), "%s", why);
    return false;
}

/* A row of one channel speaks of that alone. False: of none of ours, or of one that
 * nobody knows; row says which. */
static bool channel_read(const struct sheet *s, const struct record *rec,
                         struct standing *st, struct sheet_row *row)
{
    for (size_t i = 0; i < s->n_columns; i++) {
        const struct column *col = &s->columns[i];
        unsigned int kinds;
        struct cell c;

        if (col->meaning != SHEET_CHANNEL)
            continue;
        if (rec->cells[i].s == NULL || (c = cell_plain(rec->cells[i])).len == 0) {
            row->every_channel = col->name;
            continue;
        }
        /* of a list within the row each has a yes or a no of its own */
        if (!word_channels(c.s, c.len, !col->listed, &kinds)) {
            row_fault(row, "CHANNEL_WORD", col->name);
            return false;
        }
        silent_set(row, col, c);
        st->kinds = st->of_all || st->kinds == 0 ? kinds : st->kinds & kinds;
        st->of_all = false;
        st->by_channel = true;
        if (st->kinds == 0)
            return false;
    }
    if (st->by_channel)
        row->every_channel = NULL;
    return true;
}

/* True: it speaks of its contacts. False: silent or bad, and why. */
static bool row_speaks(const struct sheet *s, const struct record *rec,
                       struct standing *st, struct sheet_row *row)
{
    const struct cell change = cell_of(s, rec, SHEET_CHANGE);
    enum saying says;

    if (s->unheld != NULL)
        return silent_as(row, s->unheld);
    if (change.len > 0 && (change.s[0] == 'D' || change.s[0] == 'd'))
        return silent_as(row, "taken off their list, which lifts no denial here");
    if (!standing_read(s, rec, st, row))
        return false;
    status_read(s, rec, row);
    if ((st->seen && !st->says_no) || s->only_scopes)
        return false;
    if (s->kind->rule == RULE_STATUS && !st->seen) {
        row_fault(row, "STATUS_WORD", "");
        return false;
    }
    if (s->o.as != EVENT_NONE || s->o.as_block)
        says = told_saying(s, rec, row);
    else if (st->saying == SAYS_SOFT ||
             (st->saying != SAYS_UNKNOWN && s->o.form != SHEET_FORM_PLAIN))
        says = st->saying;
    else
        says = list_saying(s, rec, row);
    return saying_put(s, says, row) && channel_read(s, rec, st, row);
}

static void id_take(const struct sheet *s, const struct record *rec,
                    struct sheet_row *row)
{
    const struct cell c = cell_of(s, rec, SHEET_ID);

    if (c.len == 0 || c.len >= sizeof(row->id))
        return;
    for (size_t i = 0; i < c.len; i++)
        if (!isalnum((unsigned char)c.s[i]))
            return;
    memcpy(row->id, c.s, c.len);
    row->id[c.len] = '\0';
}

/* What came back, or was called spam, is mail: that says nothing of a number. */
static unsigned int kinds_meant(const struct sheet *s, const struct standing *st,
                                const struct sheet_row *row)
{
    if (row->type != EVENT_OPTOUT_RECORDED && s->o.as == EVENT_NONE)
        return 1u << CONTACT_EMAIL;
    return st->of_all ? 0 : st->kinds;
}

/* Its contacts, and what is said of each. */
static void row_take(const struct sheet *s, const struct record *rec,
                     const struct standing *st, bool speaks, struct sheet_row *row)
{
    unsigned int kinds = 0;

    if (speaks)
        kinds = kinds_meant(s, st, row);
    else
        saying_put(s, SAYS_OPTOUT, row);
    time_read(s, rec, st, row);
    row_contacts(s, rec, st->scopes != 0 ? 0 : kinds, row);
    scopes_set(st, speaks, kinds, row);
    if (row->n_said == 0 && row->n_faults == 0 && !st->by_channel)
        row_fault(row, "NO_CONTACT", "");
}

void row_say(struct sheet *s, const struct record *rec, struct sheet_row *row)
{
    struct standing st = {0};

    row->line = rec->line;
    row->n_said = row->n_faults = 0;
    row->silent[0] = row->status[0] = row->id[0] = '\0';
    row->type = EVENT_NONE;
    row->via = row->feedback = row->time_of = NULL;
    row->confirmed = row->own_time = row->bad_time = row->two_numbers = false;
    row->every_channel = NULL;
    row->at_us = s->o.file_us;
    row->verdict = SHEET_BAD;
    if (rec->fault != NULL || (rec->what == RECORD_ROW && is_cut_off(s, rec))) {
        row_fault(row, rec->fault != NULL ? rec->fault : "CUT_OFF", "");
        return;
    }
    if (rec->what != RECORD_ROW || is_empty(rec)) {
        row->verdict = rec->what == RECORD_HEADER ? SHEET_HEADER : SHEET_BLANK;
        return;
    }
    id_take(s, rec, row);
    if (s->json == NULL && is_comment(rec))
        silent_as(row, "a comment");
    else if (fields_fit(s, rec, row) && cells_fit(s, rec, row)) {
        const bool speaks = row_speaks(s, rec, &st, row);

        if (row->n_faults == 0 && (speaks || st.scopes != 0))
            row_take(s, rec, &st, speaks, row);
    }
    if (row->n_said > 0)
        row->verdict = SHEET_SAYS;
    else if (row->n_faults == 0)
        row->verdict = SHEET_SILENT;
}
