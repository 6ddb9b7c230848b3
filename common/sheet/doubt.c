/*
 * parts.h: what leaves open who of the file opted out. A list of opt-outs has nothing but
 * opt-outs, and an export of accounts says of each how they stand; a file that looks like
 * the one and may be the other is refused, with the option that settles it.
 */
#include "sheet/parts.h"

#include "sheet/names.h"

#include <string.h>

/* May the column be what says how somebody stands? alone: nothing else in the file does.
 */
static bool may_stand(const struct sheet *s, const struct column *col, bool alone,
                      const char **ret_what, const char **ret_word)
{
    const size_t len = strlen(col->name);
    const bool splits = col->yeses < col->flags || col->filled < s->n_rows;

    *ret_what = "yes and no";
    *ret_word = "optout";
    /* in the answer to a list of numbers that were asked about, some are on no list */
    if (s->form->numbers && ((col->flags == col->filled && splits) || col->nots > 0 ||
                             (col->nothings > 0 && column_mostly(col->words, col))))
        return true;
    if (col->hint && (column_mostly(col->flags, col) || column_mostly(col->letters, col)))
        return true;
    if (col->flags == col->filled && splits &&
        (alone ? name_of_contacting(col->name, len)
               : name_of_other_script(col->name, len)))
        return true;
    *ret_what = "words such as subscribed or active";
    *ret_word = "status";
    return alone && column_mostly(col->words, col) &&
           (col->nothings > 0 ||
            (col->words < col->filled && name_of_contacting(col->name, len)));
}

/* An account has a time of the opt-out, or none; a list of opt-outs has one for each.
 * *ret_whole: it has. False: the rows that have none may be either. */
static bool times_are_clear(const struct sheet *s, bool *ret_whole, struct err *err)
{
    const struct column *at = NULL;

    for (size_t i = 0; i < s->n_columns; i++) {
        const struct column *col = &s->columns[i];

        if (col->meaning == SHEET_OPTED_AT || col->meaning == SHEET_CLEANED_AT)
            at = at == NULL || col->given ? col : at;
    }
    *ret_whole = at != NULL &&
                 (at->given || (at->hint == SHEET_UNKNOWN ? s->n_undated == 0
                                                          : at->filled == s->n_rows));
    if (at == NULL || *ret_whole || s->o.time_column != NULL)
        return true;
    return err_set(err, ERR_INPUT, "UNSURE_COLUMN",
                   "column \"%s\" is empty in some rows, and nothing else says who opted "
                   "out: --column \"NAME=optout\" takes the rows that have it, --column "
                   "\"NAME=time\" takes all",
                   at->name);
}

/* What speaks for a list of opt-outs: a word about the no in every row. */
static bool speaks_of_no(const struct sheet *s)
{
    for (size_t i = 0; i < s->n_columns; i++) {
        const struct column *col = &s->columns[i];

        if (col->filled - col->voids == s->n_rows && col->meaning != SHEET_POSTAL &&
            (col->hint == SHEET_NO_FLAG || col->meaning == SHEET_REASON))
            return true;
    }
    return false;
}

/* Is one of parts in the name of a column that has something, and that nobody told us? */
static const struct column *named_like(const struct sheet *s, const char *const *parts,
                                       size_t n)
{
    char name[NAME_BYTES];

    for (size_t i = 0; i < s->n_columns; i++) {
        const struct column *col = &s->columns[i];

        name_fold(col->name, strlen(col->name), name);
        for (size_t k = 0; k < n; k++)
            if (!col->given && col->filled > 0 && strstr(name, parts[k]) != NULL)
                return col;
    }
    return NULL;
}

/* "resubscribed_at": who has it came back, whatever stands beside it. */
static bool nobody_came_back(const struct sheet *s, struct err *err)
{
    static const char *const parts[] = {"resub", "reactivat", "rejoin", "reoptin",
                                        "reopted"};
    const struct column *col = named_like(s, parts, sizeof(parts) / sizeof(parts[0]));

    return col == NULL ||
           err_set(err, ERR_INPUT, "UNSURE_COLUMN",
                   "column \"%s\" says that some came back, and nothing who is "
                   "out now: --as unsubscribe takes all rows as opt-outs",
                   col->name);
}

/* "whitelisted_at": a list of those who get mail in any case is no list of opt-outs. */
static bool is_no_allow_list(const struct sheet *s, struct err *err)
{
    static const char *const parts[] = {"allowlist",   "whitelist",   "safelist",
                                        "allowedlist", "welcomelist", "positivliste",
                                        "listablanca", "listeblanche"};
    const struct column *col = named_like(s, parts, sizeof(parts) / sizeof(parts[0]));

    return col == NULL ||
           err_set(err, ERR_INPUT, "UNSURE_COLUMN",
                   "column \"%s\" is of a list of those who may get mail, and nothing "
                   "says who opted out: --as unsubscribe takes all rows as opt-outs",
                   col->name);
}

/* Columns about post alone, about how somebody joined, or with words that nobody knows
 * under a name that sounds like a yes or a no: the file is about accounts. */
static bool is_no_account(const struct sheet *s, struct err *err)
{
    for (size_t i = 0; i < s->n_columns; i++) {
        const struct column *col = &s->columns[i];
        const bool known = col->meaning != SHEET_UNKNOWN && col->meaning != SHEET_OTHER;

        if (col->given || col->filled == 0)
            continue;
        if (col->meaning == SHEET_POSTAL && col->flags == col->filled)
            return err_set(err, ERR_INPUT, "UNSURE_COLUMN",
                           "column \"%s\" is about post, and nothing says who opted out "
                           "of e-mail: --as unsubscribe takes all rows, --column "
                           "\"NAME=optout\" those where it is true",
                           col->name);
        if (col->meaning == SHEET_JOINED_AT)
            return err_set(err, ERR_INPUT, "UNSURE_COLUMN",
                           "column \"%s\" says that they joined, and nothing that they "
                           "opted out: --as unsubscribe takes all rows as opt-outs",
                           col->name);
        if (!known && col->nos > 0 && col->nos < s->n_rows &&
            !name_of_reason(col->name, strlen(col->name)))
            return column_unsure(col, "words such as unsubscribed in some rows", "status",
                                 err);
        if (col->meaning == SHEET_HARM_FLAG ||
            (!known &&
             (col->hint == SHEET_YES_FLAG ||
              (col->hint == SHEET_NO_FLAG && col->filled - col->voids < s->n_rows))))
            return err_set(err, ERR_INPUT, "UNSURE_COLUMN",
                           "column \"%s\" may say who opted out, and nothing that all "
                           "did: --column \"NAME=-\" leaves it alone",
                           col->name);
    }
    return true;
}

bool standing_is_clear(struct sheet *s, struct err *err)
{
    const bool told = standing_is_told(s);
    const char *what, *word;
    bool whole;

    if ((!s->named && !s->form->numbers) || s->kind->rule != RULE_OPTOUT ||
        s->o.as != EVENT_NONE || s->o.as_block)
        return true;
    for (size_t i = 0; i < s->n_columns; i++) {
        const struct column *col = &s->columns[i];

        if ((col->meaning == SHEET_UNKNOWN || col->meaning == SHEET_OTHER) &&
            col->filled > 0 && may_stand(s, col, !told, &what, &word))
            return column_unsure(col, what, word, err);
    }
    if (told || s->o.form != SHEET_FORM_PLAIN)
        return true;
    if (!nobody_came_back(s, err) || !is_no_allow_list(s, err) ||
        !times_are_clear(s, &whole, err))
        return false;
    s->only_scopes = !whole && !speaks_of_no(s) &&
                     (s->meanings & (BIT(SHEET_NO_SALE) | BIT(SHEET_NO_TRACKING))) != 0;
    return whole || s->only_scopes || speaks_of_no(s) || is_no_account(s, err);
}
