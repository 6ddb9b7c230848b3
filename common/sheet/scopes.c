/*
 * parts.h: columns about something else than promotion: their data is not to be sold or
 * shared, they are not to be followed on the web. Such a no is of that alone, and its
 * column says nothing of who opted out.
 */
#include "sheet/parts.h"

#include "sheet/names.h"

#include <stdio.h>
#include <string.h>

/* A part of the name, folded. "Sales e-mails" are no sale: none is a single "sale". */
static const struct {
    const char *part;
    enum sheet_meaning meaning;
} about[] = {
    {"trade", SHEET_NO_SALE},
    {"donotsell", SHEET_NO_SALE},
    {"dontsell", SHEET_NO_SALE},
    {"nosell", SHEET_NO_SALE},
    {"selldata", SHEET_NO_SALE},
    {"sellmy", SHEET_NO_SALE},
    {"sellor", SHEET_NO_SALE},
    {"sellperson", SHEET_NO_SALE},
    {"datasale", SHEET_NO_SALE},
    {"datasell", SHEET_NO_SALE},
    {"datashar", SHEET_NO_SALE},
    {"saleof", SHEET_NO_SALE},
    {"sellingof", SHEET_NO_SALE},
    {"sharingof", SHEET_NO_SALE},
    {"donotshare", SHEET_NO_SALE},
    {"dontshare", SHEET_NO_SALE},
    {"noshar", SHEET_NO_SALE},
    {"sharedata", SHEET_NO_SALE},
    {"sharemy", SHEET_NO_SALE},
    {"sharingoptout", SHEET_NO_SALE},
    {"saleoptout", SHEET_NO_SALE},
    {"optoutofsharing", SHEET_NO_SALE},
    {"optoutofsale", SHEET_NO_SALE},
    {"optoutsale", SHEET_NO_SALE},
    {"optoutsharing", SHEET_NO_SALE},
    {"thirdpart", SHEET_NO_SALE},
    {"3rdpart", SHEET_NO_SALE},
    {"weitergabe", SHEET_NO_SALE},
    {"datenverkauf", SHEET_NO_SALE},
    {"ventededonnees", SHEET_NO_SALE},
    {"partagededonnees", SHEET_NO_SALE},
    {"cessiondedonnees", SHEET_NO_SALE},
    {"cessionedati", SHEET_NO_SALE},
    {"cesiondedatos", SHEET_NO_SALE},
    {"donottrack", SHEET_NO_TRACKING},
    {"donttrack", SHEET_NO_TRACKING},
    {"notrack", SHEET_NO_TRACKING},
    {"tracking", SHEET_NO_TRACKING},
    {"cookie", SHEET_NO_TRACKING},
    {"analytics", SHEET_NO_TRACKING},
};

/* Of messages as well: then it is read as a no to these. */
static bool is_of_messages(const char *name)
{
    static const char *const parts[] = {"mail", "market", "contact", "sms",  "newsletter",
                                        "call", "phone",  "promo",   "offer"};

    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
        if (strstr(name, parts[i]) != NULL)
            return true;
    return false;
}

enum sheet_meaning name_scope(const char *s, size_t len)
{
    char name[NAME_BYTES];

    name_fold(s, len, name);
    for (size_t i = 0; i < sizeof(about) / sizeof(about[0]); i++)
        if (strstr(name, about[i].part) != NULL)
            return is_of_messages(name) ? SHEET_UNKNOWN : about[i].meaning;
    return SHEET_UNKNOWN;
}

bool meaning_is_scope(enum sheet_meaning m)
{
    return m == SHEET_NO_SALE || m == SHEET_NO_TRACKING;
}

bool scope_decide(struct column *col)
{
    const enum sheet_meaning m = name_scope(col->name, strlen(col->name));

    if (col->meaning != SHEET_UNKNOWN || m == SHEET_UNKNOWN ||
        col->hint == SHEET_UNKNOWN || col->filled == 0 ||
        col->flags + col->times < col->filled ||
        name_is_turned(col->name, strlen(col->name)))
        return false;
    col->meaning = m;
    col->note = "by its cells";
    return true;
}

bool scope_take(const struct sheet *s, const struct column *col, struct cell c,
                struct standing *st, struct sheet_row *row)
{
    const bool yes_column = col->hint == SHEET_YES_FLAG;
    enum saying says;
    int64_t us;
    int flag;

    c = cell_plain(c);
    flag = word_flag(c.s, c.len, &says);
    if (flag < 0 && cell_is_void(c))
        flag = 0;
    if (flag < 0 && cell_is_time(s, col, c, &us))
        flag = 1; /* when they said it; the event has the row's own time */
    if (flag < 0) {
        row_fault(row, "FLAG_WORD", col->name);
        return false;
    }
    if (yes_column ? flag == 1 || c.len == 0 : flag == 0)
        silent_set(row, col, c);
    else
        st->scopes |= col->meaning == SHEET_NO_SALE ? SHEET_OF_SALE : SHEET_OF_TRACKING;
    return true;
}

enum event_type sheet_said_type(const struct sheet_row *row,
                                const struct sheet_said *said)
{
    return (said->scopes & SHEET_OF_PROMOTION) != 0 ? row->type : EVENT_OPTOUT_RECORDED;
}

/* Some ways are of promotion by themselves, as an unsubscribe link is. */
const char *sheet_said_via(const struct sheet_row *row, const struct sheet_said *said)
{
    return (said->scopes & SHEET_OF_PROMOTION) != 0 ? row->via : "suppression_file";
}

/* Where a row speaks of promotion by a word about a bounce or a complaint, the rest is an
 * event of its own. */
static bool said_again(struct sheet_row *row, size_t i, unsigned int scopes)
{
    if (row->n_said == SHEET_SAID)
        return false;
    row->said[row->n_said] = row->said[i];
    row->said[row->n_said++].scopes = scopes;
    return true;
}

void scopes_set(const struct standing *st, bool speaks, unsigned int kinds,
                struct sheet_row *row)
{
    const size_t n = row->n_said;

    for (size_t i = 0; i < n; i++) {
        struct sheet_said *said = &row->said[i];
        const bool promotion =
            speaks && (kinds == 0 || (kinds & (1u << said->kind)) != 0);

        said->scopes = promotion ? SHEET_OF_PROMOTION : st->scopes;
        if (!promotion || st->scopes == 0)
            continue;
        if (row->type == EVENT_OPTOUT_RECORDED)
            said->scopes |= st->scopes;
        else if (!said_again(row, i, st->scopes))
            row_fault(row, "TOO_MANY_ADDRESSES", "");
    }
}
