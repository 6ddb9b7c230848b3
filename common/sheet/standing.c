/* parts.h: flags and words about how somebody stands. */
#include "sheet/parts.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

void silent_set(struct sheet_row *row, const struct column *col, struct cell c)
{
    char value[25];
    size_t n = c.len < sizeof(value) - 1 ? c.len : sizeof(value) - 1;
    bool utf8;

    while (n < c.len && n > 0 && ((unsigned char)c.s[n] & 0xc0) == 0x80)
        n--; /* not half a character */
    utf8 = charset_is_utf8(c.s, n);
    for (size_t i = 0; i < n; i++)
        value[i] = (unsigned char)c.s[i] < 0x20 || c.s[i] == 0x7f ||
                           ((unsigned char)c.s[i] >= 0x80 && !utf8)
                       ? '?'
                       : c.s[i];
    value[n] = '\0';
    if (row->silent[0] == '\0')
        snprintf(row->silent, sizeof(row->silent), n > 0 ? "%s=%s" : "%s is empty%s",
                 col->name, value);
}

/* ["USER_SUPPRESSED","HARD_BOUNCE"], or what is left of it. */
static bool is_list(struct cell c)
{
    return c.len > 2 && c.s[c.len - 1] == ']' && (c.s[0] == '[' || c.s[0] == '"') &&
           memchr(c.s, '"', c.len) != NULL;
}

bool cell_next(const struct column *col, struct cell *rest, struct cell *ret)
{
    const char *comma;

    if (rest->s == NULL)
        return false;
    comma = col->listed || is_list(*rest) ? memchr(rest->s, ',', rest->len) : NULL;
    *ret = comma != NULL ? (struct cell){rest->s, (size_t)(comma - rest->s)} : *rest;
    *rest = comma != NULL
                ? (struct cell){comma + 1, rest->len - (size_t)(comma + 1 - rest->s)}
                : (struct cell){NULL, 0};
    *ret = cell_plain(*ret);
    return true;
}

bool cell_is_void(struct cell c)
{
    size_t i = 0;
    enum saying says;

    if (c.len > 0 && c.s[0] >= '1' && c.s[0] <= '9')
        return false; /* nearly every time */
    while (i < c.len && strchr("0-/:.[]{} T", c.s[i]) != NULL)
        i++; /* 0000-00-00 00:00:00, [], 0 */
    return i == c.len || word_flag(c.s, c.len, &says) == 0;
}

/* Mautic's API: a list of {"reason": 1, "channel": "sms"}. Bits of the kinds that it is
 * of; 0: it does not say. */
static unsigned int kinds_listed(struct cell c)
{
    static const char mail[] = "\"channel\":\"email\"", text[] = "\"channel\":\"sms\"";

    return (memmem(c.s, c.len, mail, sizeof(mail) - 1) != NULL ? 1u << CONTACT_EMAIL
                                                               : 0) |
           (memmem(c.s, c.len, text, sizeof(text) - 1) != NULL ? 1u << CONTACT_PHONE : 0);
}

static bool flag_take(const struct sheet *s, const struct column *col, struct cell c,
                      struct standing *st, struct sheet_row *row)
{
    const bool yes_column = col->meaning == SHEET_YES_FLAG;
    unsigned int listed = 0;
    enum saying says;
    int flag;

    c = cell_plain(c);
    flag = word_flag(c.s, c.len, &says);
    if (c.len > 0 && c.s[0] == '{' && s->json != NULL) {
        flag = 1;
        listed = kinds_listed(c);
    }
    /* "unsubscribed" is a no under "consent", too */
    if (yes_column && says == SAYS_OPTOUT)
        flag = 0;
    else if (yes_column && says == SAYS_NOTHING)
        flag = 1;
    st->seen = true;
    if (flag < 0 && cell_is_void(c))
        flag = 0;
    if (flag < 0 && !yes_column && cell_is_time(s, col, c, &st->time_us)) {
        st->has_time = true; /* "unsubscribed" with the time at which */
        st->time_of = col->name;
        flag = 1;
    }
    if (flag < 0 && !yes_column &&
        (says == SAYS_HARD || says == SAYS_COMPLAINT || says == SAYS_INVALID))
        flag = 1; /* suppressed, and why */
    if (flag < 0) {
        row_fault(row, "FLAG_WORD", col->name);
        return false;
    }
    if (yes_column ? flag == 1 || c.len == 0 : flag == 0) {
        silent_set(row, col, c);
        return true;
    }
    st->says_no = true;
    if (listed != 0)
        st->kinds |= listed;
    else if (col->kind == CONTACT_NONE)
        st->of_all = true;
    else
        st->kinds |= 1u << col->kind;
    return true;
}

bool cell_is_code(struct cell c)
{
    for (size_t i = 0; i < c.len; i++)
        if (!isdigit((unsigned char)c.s[i]) && c.s[i] != '.')
            return false;
    return c.len >= 3;
}

/* "inactive", with the day on which they unsubscribed beside it, or under a flag. */
static bool has_opted_at(const struct sheet *s, const struct record *rec)
{
    for (size_t i = 0; i < s->n_columns; i++)
        if ((s->columns[i].meaning == SHEET_OPTED_AT ||
             s->columns[i].meaning == SHEET_NO_FLAG) &&
            rec->cells[i].s != NULL && !cell_is_void(cell_plain(rec->cells[i])))
            return true;
    return false;
}

enum saying status_saying(const struct sheet *s, struct cell c)
{
    static const char *const figures[] = {"unconfirmed", "active", "unsubscribed",
                                          "bounced"};

    if (s->o.form == SHEET_FORM_ACTIVECAMPAIGN && c.len == 1 && c.s[0] >= '0' &&
        c.s[0] <= '3') {
        const char *word = figures[c.s[0] - '0'];

        return word_saying(word, strlen(word));
    }
    return word_saying(c.s, c.len);
}

static bool status_take(const struct sheet *s, const struct record *rec,
                        const struct column *col, struct cell c, struct standing *st,
                        struct sheet_row *row)
{
    enum saying says;

    c = cell_plain(c);
    if (cell_is_code(c))
        return true; /* a mail server's */
    if (c.len == 0 && col->kind != CONTACT_NONE)
        return true; /* of a channel that they have not; another column says the rest */
    says = status_saying(s, c);
    if (says == SAYS_UNKNOWN && has_opted_at(s, rec))
        says = SAYS_OPTOUT;
    if (says == SAYS_UNKNOWN) {
        row_fault(row, "STATUS_WORD", col->name);
        return false;
    }
    st->seen = true;
    if (says == SAYS_NOTHING) {
        silent_set(row, col, c);
        return true;
    }
    st->says_no = true;
    if (col->kind != CONTACT_NONE && says == SAYS_OPTOUT)
        st->kinds |= 1u << col->kind;
    else
        st->of_all = true;
    if (st->saying == SAYS_UNKNOWN || says == SAYS_OPTOUT)
        st->saying = says == SAYS_BLOCK ? SAYS_OPTOUT : says;
    return true;
}

bool standing_is_told(const struct sheet *s)
{
    return (s->meanings &
            (BIT(SHEET_STATUS) | BIT(SHEET_NO_FLAG) | BIT(SHEET_YES_FLAG))) != 0;
}

/* Among accounts, true in a column of bounces or complaints is a no; false says nothing.
 * In a list of opt-outs all are out anyway, by telephone too. */
static bool harm_take(const struct sheet *s, const struct column *col, struct cell c,
                      struct standing *st, struct sheet_row *row)
{
    enum saying says;
    int64_t us;
    int flag;

    if (!standing_is_told(s))
        return true;
    c = cell_plain(c);
    flag = word_flag(c.s, c.len, &says);
    if (flag == 0 || cell_is_void(c))
        return true;
    if (flag < 0 && !cell_is_time(s, col, c, &us)) {
        row_fault(row, "FLAG_WORD", col->name);
        return false;
    }
    st->seen = st->says_no = true;
    st->kinds |= 1u << CONTACT_EMAIL;
    return true;
}

/* A column that sounds like a no, of whose words nobody knows what they say, has one in a
 * row that says nothing else: "Email Suppressions" with a list of reasons. */
static bool nothing_doubtful(const struct sheet *s, const struct record *rec,
                             struct sheet_row *row)
{
    for (size_t i = 0; i < s->n_columns; i++) {
        const struct column *col = &s->columns[i];

        if (col->hint != SHEET_NO_FLAG || col->meaning != SHEET_UNKNOWN ||
            col->filled == s->n_rows || rec->cells[i].s == NULL ||
            cell_is_void(cell_plain(rec->cells[i])))
            continue;
        row_fault(row, "FLAG_WORD", col->name);
        return false;
    }
    return true;
}

bool standing_read(const struct sheet *s, const struct record *rec, struct standing *st,
                   struct sheet_row *row)
{
    for (size_t i = 0; i < s->n_columns; i++) {
        const struct column *col = &s->columns[i];
        const bool flag = col->meaning == SHEET_NO_FLAG || col->meaning == SHEET_YES_FLAG;
        struct cell rest = rec->cells[i], c;

        if (!flag && col->meaning != SHEET_STATUS && col->meaning != SHEET_HARM_FLAG &&
            !meaning_is_scope(col->meaning))
            continue;
        if (rest.s == NULL && s->json == NULL) {
            row_fault(row, "TOO_FEW_FIELDS", col->name);
            return false;
        }
        if (rest.s == NULL && (s->o.form == SHEET_FORM_SPARKPOST || col->listed))
            continue; /* its rows have the one flag or the other, or neither */
        if (rest.s == NULL)
            rest = (struct cell){"", 0};
        while (cell_next(col, &rest, &c))
            if (flag                              ? !flag_take(s, col, c, st, row)
                : col->meaning == SHEET_HARM_FLAG ? !harm_take(s, col, c, st, row)
                : meaning_is_scope(col->meaning)  ? !scope_take(s, col, c, st, row)
                                                  : !status_take(s, rec, col, c, st, row))
                return false;
    }
    return !st->seen || st->says_no || nothing_doubtful(s, rec, row);
}
