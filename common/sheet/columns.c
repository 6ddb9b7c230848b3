/*
 * parts.h: which column is taken as what. A name says it, an option decides it, and the
 * cells must agree: a column called Address is a postal one unless addresses are in it,
 * one called Status is of no use unless its words are known. Where a column holds
 * addresses and nothing says whose, that is an error and not a column left alone.
 */
#include "sheet/parts.h"

#include "sheet/names.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* --- names and options --- */

bool column_is(const struct column *col, const char *name, size_t len)
{
    const size_t n = strlen(col->name);

    return (n == len || (n < len && n + 4 >= COLUMN_NAME_BYTES)) &&
           strncasecmp(col->name, name, n) == 0;
}

static bool column_find(const struct sheet *s, const char *name, size_t *ret)
{
    char *end;
    unsigned long number;

    for (size_t i = 0; i < s->n_columns; i++)
        if (s->named && column_is(&s->columns[i], name, strlen(name))) {
            *ret = i;
            return true;
        }
    number = strtoul(name, &end, 10);
    if (*name == '\0' || *end != '\0' || number < 1 || number > s->n_columns)
        return false;
    *ret = number - 1;
    return true;
}

static bool no_column(const char *name, struct err *err)
{
    return err_set(err, ERR_CONFIG, "NO_COLUMN",
                   "there is no column \"%.80s\": give a name of the first line, or a "
                   "number from 1",
                   name);
}

static bool options_apply(struct sheet *s, struct err *err)
{
    bool chosen = false;

    for (size_t i = 0; i < s->o.n_given; i++)
        chosen = chosen || s->o.given[i].meaning == SHEET_CONTACT;
    for (size_t i = 0; i < s->n_columns && chosen; i++) {
        struct column *col = &s->columns[i];

        if (col->meaning != SHEET_EMAIL && col->meaning != SHEET_ADDRESS &&
            col->meaning != SHEET_PHONE && col->meaning != SHEET_HASH &&
            col->meaning != SHEET_EMAIL_HASH && col->meaning != SHEET_PHONE_HASH)
            continue;
        col->meaning = SHEET_LEFT;
        col->given = true;
        col->note = "--column names another";
    }
    for (size_t i = 0; i < s->o.n_given; i++) {
        const struct sheet_given *g = &s->o.given[i];
        size_t at;

        if (!column_find(s, g->column, &at))
            return no_column(g->column, err);
        s->columns[at].meaning = g->meaning;
        s->columns[at].kind = CONTACT_NONE;
        s->columns[at].given = true;
        s->columns[at].note = "as told";
    }
    return true;
}

static bool time_option_apply(struct sheet *s, struct err *err)
{
    size_t at;

    if (s->o.time_column == NULL || strcmp(s->o.time_column, "-") == 0)
        return true;
    if (!column_find(s, s->o.time_column, &at))
        return no_column(s->o.time_column, err);
    s->columns[at].meaning = SHEET_OPTED_AT;
    s->columns[at].given = true;
    s->columns[at].note = "as told";
    s->times[s->n_times++] = (uint16_t)at;
    return true;
}

static bool stays_on_a_line(enum sheet_meaning m)
{
    return m != SHEET_UNKNOWN && m != SHEET_OTHER && m != SHEET_ADDRESS &&
           m != SHEET_WORDS && m != SHEET_SOMEBODY && m != SHEET_LEFT &&
           m != SHEET_ALLOWS && m != SHEET_MEMBER;
}

/* Are there columns for what stands in the lists of this one: "email[].value"? */
static bool is_taken_apart(const struct sheet *s, const struct column *col)
{
    const size_t n = strlen(col->name);

    for (size_t i = 0; i < s->n_columns; i++)
        if (s->columns[i].listed && strncmp(s->columns[i].name, col->name, n) == 0 &&
            strncmp(s->columns[i].name + n, "[].", 3) == 0)
            return true;
    return false;
}

static bool names_apply(struct sheet *s, struct err *err)
{
    for (size_t i = 0; i < s->n_columns; i++) {
        struct column *col = &s->columns[i];

        col->listed = s->json != NULL && strstr(col->name, "[].") != NULL;
        if (s->named)
            col->meaning =
                name_meaning(s->o.form, col->name, strlen(col->name), &col->kind);
    }
    if (!options_apply(s, err) || !time_option_apply(s, err))
        return false;
    for (size_t i = 0; i < s->n_columns; i++) {
        struct column *col = &s->columns[i];
        const enum sheet_meaning hint = col->meaning == SHEET_UNKNOWN && s->named
                                            ? name_hint(col->name, strlen(col->name))
                                            : SHEET_UNKNOWN;

        col->happens = col->meaning == SHEET_UNKNOWN &&
                       name_of_happening(col->name, strlen(col->name));
        col->flat = !s->named || stays_on_a_line(col->meaning);
        col->hint =
            hint == SHEET_NO_FLAG || hint == SHEET_YES_FLAG ? hint : SHEET_UNKNOWN;
        if (!col->given && col->meaning != SHEET_NO_FLAG && is_taken_apart(s, col)) {
            col->meaning = SHEET_OTHER;
            col->note = "its members stand below";
        }
    }
    return true;
}

/* --- times --- */

static void time_add(struct sheet *s, enum sheet_meaning m)
{
    for (size_t i = 0; i < s->n_columns; i++)
        if (s->columns[i].meaning == m &&
            s->n_times < sizeof(s->times) / sizeof(s->times[0]))
            s->times[s->n_times++] = (uint16_t)i;
}

/* The columns in the order in which they are asked for a row's time. */
static void times_decide(struct sheet *s)
{
    if (s->o.time_column != NULL)
        return;
    time_add(s, SHEET_OPTED_AT);
    time_add(s, SHEET_CLEANED_AT);
    time_add(s, SHEET_UPDATED_AT);
    time_add(s, SHEET_ENTRY_AT);
    if (!s->form->accounts)
        time_add(s, SHEET_CREATED_AT);
    for (size_t i = 0; i < s->n_columns; i++)
        if (s->columns[i].meaning == SHEET_CREATED_AT && s->form->accounts)
            s->columns[i].note = "says nothing of an opt-out, not used";
}

/* Brevo writes numbers with their country and without a +. */
static void brevo_numbers(struct sheet *s)
{
    bool brevo = s->o.form == SHEET_FORM_BREVO;
    char name[NAME_BYTES];

    for (size_t i = 0; i < s->n_columns; i++) {
        name_fold(s->columns[i].name, strlen(s->columns[i].name), name);
        brevo = brevo || strcmp(name, "addedtime") == 0;
    }
    for (size_t i = 0; i < s->n_columns && brevo; i++) {
        name_fold(s->columns[i].name, strlen(s->columns[i].name), name);
        s->columns[i].whole_numbers =
            s->columns[i].meaning == SHEET_PHONE && strstr(name, "sms") != NULL;
    }
}

/* --- the whole --- */

static bool has_contact(const struct sheet *s)
{
    const uint64_t contacts = BIT(SHEET_EMAIL) | BIT(SHEET_PHONE) | BIT(SHEET_CONTACT) |
                              BIT(SHEET_HASH) | BIT(SHEET_EMAIL_HASH) |
                              BIT(SHEET_PHONE_HASH);

    return (s->meanings & contacts) != 0;
}

static bool kind_decide(struct sheet *s, struct err *err)
{
    s->kind = kind_of(s->o.form, s->meanings);
    if (s->o.as != EVENT_NONE || s->o.as_block)
        s->kind = kind_of(SHEET_FORM_PLAIN, 0);
    if (s->kind == NULL)
        return err_set(err, ERR_INPUT, "NO_HEADER",
                       "nothing in it says who is on the list: such a file has %s. "
                       "--format plain takes all of its rows as opt-outs",
                       s->form->wanted);
    if (s->kind->rule == RULE_REFUSE)
        return err_set(err, ERR_INPUT, "NO_OPTOUTS",
                       "this is %s, and no list of opt-outs: nothing of it is taken. If "
                       "it is one all the same, say --as",
                       s->kind->title);
    return true;
}

bool columns_decide(struct sheet *s, struct err *err)
{
    if (!names_apply(s, err) || !table_walk(s, record_look, s, err))
        return false;
    if (s->n_rows == 0)
        return err_set(err, ERR_INPUT, "NO_ROWS",
                       "line 1: there are names of columns, and no row: it says nobody");
    if (!columns_agree(s, err))
        return false;
    for (size_t i = 0; i < s->n_columns; i++)
        s->meanings |= BIT(s->columns[i].meaning);
    if (!has_contact(s))
        return err_set(err, ERR_INPUT, "NO_HEADER",
                       "line 1 must name the columns; such a file has %s",
                       s->form->wanted);
    times_decide(s);
    brevo_numbers(s);
    return kind_decide(s, err) && standing_is_clear(s, err);
}
