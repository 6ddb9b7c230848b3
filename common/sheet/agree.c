/*
 * parts.h: names against cells. Where the two leave a doubt it is an error, with the
 * option that settles it.
 */
#include "sheet/parts.h"

#include "sheet/names.h"

#include <string.h>

bool column_mostly(int64_t n, const struct column *col)
{
    return n > 0 && 2 * n >= col->filled;
}

bool column_unsure(const struct column *col, const char *what, const char *word,
                   struct err *err)
{
    return err_set(err, ERR_INPUT, "UNSURE_COLUMN",
                   "column \"%s\" holds %s, and nothing says whose: --column "
                   "\"NAME=%s\" takes it, \"NAME=-\" leaves it alone",
                   col->name, what, word);
}

/* Without names the cells alone must say it. */
static bool unnamed_decide(struct sheet *s, struct column *col, struct err *err)
{
    const bool alone = s->n_columns == 1;

    if (col->filled == 0) {
        col->meaning = SHEET_OTHER;
    } else if (s->form->hashes) {
        if (alone || column_mostly(col->hashes, col))
            col->meaning = SHEET_HASH;
    } else if (alone) {
        col->meaning = SHEET_CONTACT;
    } else if (column_mostly(col->ats, col)) {
        col->meaning = SHEET_EMAIL;
    } else if (column_mostly(col->plus, col)) {
        col->meaning = SHEET_PHONE;
    } else if (s->form->numbers && column_mostly(col->changes, col)) {
        col->meaning = SHEET_CHANGE;
    } else if (s->form->numbers && col->times == 0 && column_mostly(col->numbers, col)) {
        col->meaning = SHEET_PHONE;
    } else if (column_mostly(col->words, col) && s->o.form != SHEET_FORM_PLAIN &&
               !s->form->numbers) {
        col->meaning = SHEET_REASON;
    } else if (column_mostly(col->words, col) && !s->form->numbers) {
        return column_unsure(col, "words such as unsubscribed or bounce", "status", err);
    } else if (column_mostly(col->times, col)) {
        col->meaning = s->form->accounts ? SHEET_OTHER : SHEET_ENTRY_AT;
        col->note = s->form->accounts ? "a time of what? --time-column takes it" : NULL;
    } else if (col->ats > 0) {
        return column_unsure(col, "some addresses", "email", err);
    } else if (column_mostly(col->numbers, col)) {
        return column_unsure(col, "what may be telephone numbers", "phone", err);
    }
    return true;
}

/* "202,5551234" of the American registry: the area code stands in a column of its own. */
static void area_find(struct sheet *s)
{
    if (s->o.form != SHEET_FORM_DNC || s->named || s->n_columns < 2 ||
        s->columns[0].meaning != SHEET_UNKNOWN || s->columns[1].meaning != SHEET_PHONE ||
        s->columns[0].given)
        return;
    s->columns[0].meaning = SHEET_AREA;
}

static void named_decide(struct sheet *s, struct column *col)
{
    switch ((int)col->meaning) {
    case SHEET_STATUS:
        if (column_mostly(col->words, col) || col->filled == 0 ||
            s->o.form == SHEET_FORM_LISTMONK)
            return;
        if (col->words == 0 && !column_mostly(col->flags, col) &&
            !column_mostly(col->letters, col)) {
            col->meaning = SHEET_OTHER;
            /* it may say so all the same; a "State" is one of the fifty */
            if (strcasestr(col->name, "statu") != NULL)
                col->hint = SHEET_YES_FLAG;
            col->note = "none of its words is known";
        }
        return;
    case SHEET_UNKNOWN:
        if (scope_decide(col))
            return;
        if (name_of_post(col->name, strlen(col->name)) &&
            (col->hint != SHEET_UNKNOWN || col->flags == col->filled)) {
            col->meaning = SHEET_POSTAL;
        } else if (col->hint != SHEET_UNKNOWN && col->filled > 0 &&
                   column_mostly(col->times, col) && col->flags < col->filled &&
                   !name_is_turned(col->name, strlen(col->name))) {
            col->meaning = col->hint == SHEET_NO_FLAG ? SHEET_OPTED_AT : SHEET_JOINED_AT;
            col->note = "by its cells";
        } else if (col->hint && col->flags == col->filled && col->filled > 0 &&
                   !name_is_turned(col->name, strlen(col->name))) {
            col->meaning = col->hint;
            col->note = "by its cells";
        } else if (col->words == col->filled &&
                   (col->softs > 0 ||
                    (col->nothings > 0 && col->nothings < col->words))) {
            col->meaning = SHEET_STATUS; /* some are subscribed, some are not */
            col->note = "by its cells";
        }
        return;
    case SHEET_YES_FLAG: /* "subscribed", with the day on which: says nothing of a no */
        if (col->filled > 0 && column_mostly(col->times, col)) {
            col->meaning = SHEET_JOINED_AT;
            col->note = "times, and no yes or no";
        } else if (col->listed && col->flags < col->filled) {
            col->meaning = SHEET_OTHER; /* "lists[].optin": single or double */
        } else if (col->filled > 0 && col->flags == 0 && col->words == 0) {
            col->meaning = SHEET_OTHER; /* "Newsletter": which */
            col->hint = SHEET_YES_FLAG;
            col->note = "no yes or no in it";
        }
        return;
    case SHEET_HARM_FLAG:
        if (col->flags + col->times < col->filled) {
            col->meaning = SHEET_OTHER;
            col->note = "no yes or no in it";
        }
        return;
    case SHEET_NO_FLAG:
        if (col->listed && col->flags < col->filled)
            col->meaning = SHEET_UNKNOWN;
        return;
    case SHEET_CHANNEL:
        if (s->form->hashes)
            col->meaning = SHEET_UNKNOWN;
        return;
    case SHEET_OPTED_AT:
    case SHEET_CLEANED_AT:
    case SHEET_UPDATED_AT:
    case SHEET_ENTRY_AT:
    case SHEET_CREATED_AT:
        if (col->filled > 0 && !column_mostly(col->times, col)) {
            if (col->meaning == SHEET_OPTED_AT || col->meaning == SHEET_CLEANED_AT)
                col->hint = SHEET_NO_FLAG;
            col->meaning = SHEET_OTHER;
            col->note = "there is no time in it";
        }
        return;
    case SHEET_EMAIL:
        if (s->form->hashes) {
            col->meaning = SHEET_EMAIL_HASH;
            col->kind = CONTACT_EMAIL;
        }
        return;
    case SHEET_PHONE:
        if (s->form->hashes) {
            col->meaning = SHEET_PHONE_HASH;
            col->kind = CONTACT_PHONE;
        }
        return;
    default: return;
    }
}

/* Address and the like: an e-mail address where most of its cells are, or where nothing
 * else in the file is one. */
static bool weak_decide(struct sheet *s, struct err *err)
{
    bool strong = false, some = false;

    for (size_t i = 0; i < s->n_columns; i++) {
        const struct column *col = &s->columns[i];

        strong =
            strong || ((col->meaning == SHEET_EMAIL || col->meaning == SHEET_CONTACT ||
                        col->meaning == SHEET_PHONE) &&
                       (col->ats > 0 || col->numbers > 0));
        some = some || (col->meaning == SHEET_ADDRESS && col->ats > 0);
    }
    for (size_t i = 0; i < s->n_columns; i++) {
        struct column *col = &s->columns[i];

        if (col->meaning != SHEET_ADDRESS)
            continue;
        if (s->form->hashes && column_mostly(col->hashes, col)) {
            col->meaning = SHEET_HASH;
        } else if (!strong && col->ats > 0 && col->numbers > 0 &&
                   column_mostly(col->ats + col->numbers, col)) {
            col->meaning = SHEET_CONTACT; /* addresses and numbers under each other */
        } else if (strong && column_mostly(col->ats, col)) {
            return column_unsure(col, "e-mail addresses beside those of another column",
                                 "email", err);
        } else if (column_mostly(col->ats, col) || (!strong && (col->ats > 0 || !some))) {
            col->meaning = SHEET_EMAIL;
            col->kind = CONTACT_EMAIL;
        } else if (column_mostly(col->plus, col)) {
            col->meaning = SHEET_PHONE;
            col->kind = CONTACT_PHONE;
        } else {
            col->meaning = SHEET_OTHER;
            col->note = col->filled > 0 ? "no e-mail address in it" : NULL;
        }
    }
    return true;
}

static bool is_known(enum sheet_meaning m)
{
    return m != SHEET_UNKNOWN && m != SHEET_OTHER;
}

static bool names_contact(enum sheet_meaning m)
{
    return m == SHEET_EMAIL || m == SHEET_PHONE || m == SHEET_CONTACT ||
           m == SHEET_HASH || m == SHEET_EMAIL_HASH || m == SHEET_PHONE_HASH;
}

/* "From" of a mailbox's export is whoever asks to be left alone; beside a column of the
 * recipients it is who wrote to them. */
static bool nobody_else(const struct sheet *s)
{
    for (size_t i = 0; i < s->n_columns; i++) {
        enum contact_kind kind;
        const struct column *col = &s->columns[i];

        if (names_contact(col->meaning) && col->filled > 0 &&
            (col->given || name_meaning(s->o.form, col->name, strlen(col->name), &kind) !=
                               SHEET_ADDRESS))
            return false;
    }
    return true;
}

static bool cells_agree(struct sheet *s, struct err *err)
{
    int64_t ats = 0;

    for (size_t i = 0; i < s->n_columns; i++)
        ats += s->columns[i].ats;
    for (size_t i = 0; i < s->n_columns; i++) {
        struct column *col = &s->columns[i];

        if (col->given)
            continue;
        if (!names_contact(col->meaning) && column_mostly(col->ats, col) &&
            (col->meaning != SHEET_SOMEBODY || nobody_else(s)))
            return column_unsure(col, "e-mail addresses", "email", err);
        if (col->meaning == SHEET_STATUS && col->words == 0 &&
            column_mostly(col->flags, col))
            return column_unsure(col, "yes and no", "optout", err);
        if (col->meaning == SHEET_STATUS && col->words == 0 &&
            column_mostly(col->letters, col))
            return column_unsure(col, "single letters or figures", "optout", err);
        if (s->form->numbers && col->filled > 0 &&
            (col->meaning == SHEET_STATUS || col->meaning == SHEET_YES_FLAG))
            return column_unsure(col, "words about how somebody stands", "optout", err);
        if (!is_known(col->meaning) && column_mostly(col->numbers, col) &&
            name_hint(col->name, strlen(col->name)) == SHEET_PHONE)
            return column_unsure(col, "telephone numbers", "phone", err);
        if (!is_known(col->meaning) && column_mostly(col->plus, col) &&
            !column_mostly(col->times, col))
            return column_unsure(col, "telephone numbers", "phone", err);
        if (!is_known(col->meaning) && s->form->hashes &&
            column_mostly(col->hashes, col) && col->meaning != SHEET_ID)
            return column_unsure(col, "hashes", "email-hash", err);
        if (col->meaning == SHEET_EMAIL && col->ats == 0 &&
            column_mostly(col->hashes, col))
            return err_set(err, ERR_INPUT, "HASHES",
                           "column \"%s\" holds hashes: --format hashed", col->name);
        if (col->meaning == SHEET_EMAIL && col->ats == 0 && col->filled > 0 && ats > 0)
            return err_set(err, ERR_INPUT, "UNSURE_COLUMN",
                           "column \"%s\" holds no address, and another does: --column "
                           "\"NAME=-\" leaves it alone",
                           col->name);
    }
    return true;
}

/* "phone, <hash>": which of the two a hash is of stands in a column beside it. */
static void kinds_find(struct sheet *s)
{
    bool plain = false;

    for (size_t i = 0; i < s->n_columns; i++)
        plain = plain || s->columns[i].meaning == SHEET_HASH;
    for (size_t i = 0; i < s->n_columns && plain; i++) {
        struct column *col = &s->columns[i];

        if (!col->given && col->filled > 0 && column_mostly(col->kinds, col) &&
            !is_known(col->meaning)) {
            col->meaning = SHEET_KIND;
            col->note = "by its cells";
        }
    }
}

/* Of which channel a column says how somebody stands, by its name alone. */
static enum contact_kind channel_of(const struct column *col)
{
    static const char *const call[] = {"sms",    "phone", "whatsapp", "mobile", "call",
                                       "text",   "telef", "anruf",    "handy",  "mobil",
                                       "cellul", "puhel", "appel",    "звон"};
    char name[NAME_BYTES];
    bool phone = false;

    name_fold(col->name, strlen(col->name), name);
    for (size_t i = 0; i < sizeof(call) / sizeof(call[0]); i++)
        phone = phone || strstr(name, call[i]) != NULL;
    if (strstr(name, "mail") != NULL)
        return phone ? CONTACT_NONE : CONTACT_EMAIL;
    return phone ? CONTACT_PHONE : CONTACT_NONE;
}

static bool says_standing(const struct column *col)
{
    return col->meaning == SHEET_STATUS || col->meaning == SHEET_NO_FLAG ||
           col->meaning == SHEET_YES_FLAG;
}

/* "email_status, sms_status": where a file says it of each channel apart, a column is of
 * its own alone. Where it does not, a no is of everything. */
static void channels_part(struct sheet *s)
{
    unsigned int kinds = 0;

    for (size_t i = 0; i < s->n_columns; i++)
        if (says_standing(&s->columns[i]))
            kinds |= 1u << channel_of(&s->columns[i]);
    if ((kinds & 1u << CONTACT_EMAIL) == 0 || (kinds & 1u << CONTACT_PHONE) == 0)
        return;
    for (size_t i = 0; i < s->n_columns; i++)
        if (says_standing(&s->columns[i]) && s->columns[i].kind == CONTACT_NONE &&
            !s->columns[i].given)
            s->columns[i].kind = channel_of(&s->columns[i]);
}

bool columns_agree(struct sheet *s, struct err *err)
{
    for (size_t i = 0; i < s->n_columns; i++) {
        struct column *col = &s->columns[i];

        if (col->given)
            continue;
        if (s->named)
            named_decide(s, col);
        else if (!unnamed_decide(s, col, err))
            return false;
    }
    area_find(s);
    if (!weak_decide(s, err))
        return false;
    kinds_find(s);
    channels_part(s);
    return cells_agree(s, err);
}
