/* parts.h: whom a row names. Several addresses in one cell are all taken, or none. */
#include "sheet/parts.h"

#include "crypto/hashed_key.h"
#include "ident/email.h"
#include "ident/phone.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

void row_fault(struct sheet_row *row, const char *reason, const char *where)
{
    struct sheet_fault *f;

    if (row->n_faults == SHEET_FAULTS)
        return; /* that the row is bad, and how, is known */
    f = &row->faults[row->n_faults++];
    snprintf(f->reason, sizeof(f->reason), "%s", reason);
    snprintf(f->where, sizeof(f->where), "%.63s", where);
}

static bool said_add(struct sheet_row *row, enum contact_kind kind, const char *text)
{
    struct sheet_said *said;

    for (size_t i = 0; i < row->n_said; i++)
        if (row->said[i].kind == kind && strcmp(row->said[i].contact, text) == 0)
            return true;
    if (row->n_said == SHEET_SAID)
        return false;
    said = &row->said[row->n_said++];
    said->kind = kind;
    said->profile = TOKEN_NONE;
    snprintf(said->contact, sizeof(said->contact), "%s", text);
    return true;
}

/* What people and exports write where there is nothing. */
static bool is_nothing(struct cell c)
{
    static const char *const words[] = {"-",   "--",  "n/a",  "na",        "null", "none",
                                        "\\n", "nil", "#n/a", "undefined", "."};

    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        if (strlen(words[i]) == c.len && strncasecmp(words[i], c.s, c.len) == 0)
            return true;
    return c.len == 0;
}

/* A text of its own; false with the fault that keeps it from being one. */
static bool text_take(const struct sheet *s, struct cell c, char ret[SHEET_TEXT],
                      const char **ret_fault)
{
    *ret_fault = NULL;
    if (memchr(c.s, '\0', c.len) != NULL)
        *ret_fault = "NUL_CHARACTER";
    else if (c.len >= SHEET_TEXT)
        *ret_fault = "TOO_LONG";
    else if (memmem(c.s, c.len, "\xef\xbf\xbd", 3) != NULL)
        *ret_fault = "BAD_UTF8";
    for (size_t i = 0; i < c.len && *ret_fault == NULL; i++)
        if ((unsigned char)c.s[i] >= 0x80 && s->text.guessed &&
            s->text.charset != CHARSET_UTF8)
            *ret_fault = "ENCODING_UNSURE"; /* --encoding says it */
    if (*ret_fault != NULL)
        return false;
    memcpy(ret, c.s, c.len);
    ret[c.len] = '\0';
    return true;
}

/* --- e-mail --- */

/* "*@example.com", "@example.com", "%@example.com": everybody there, which nobody can opt
 * out. */
static bool is_wildcard(const char *text)
{
    const char *at = strrchr(text, '@');

    return at != NULL && (at == text || strchr(text, '*') != NULL ||
                          (at == text + 1 && text[0] == '%'));
}

/* "Ann Lee <ann@example.com>" is ann@example.com. */
static bool bracketed(const char *text, char ret[SHEET_TEXT])
{
    const char *open = strchr(text, '<'), *close = strrchr(text, '>');

    if (open == NULL || close == NULL || close < open || close[1] != '\0' ||
        strchr(open + 1, '<') != NULL || strchr(close, '@') != NULL)
        return false;
    for (const char *p = text; p < open; p++)
        if (*p == '@')
            return false; /* two addresses: which? */
    snprintf(ret, SHEET_TEXT, "%.*s", (int)(close - open - 1), open + 1);
    return true;
}

/* One address, whole. *ret: as it is sent. */
static bool address_one(const char *text, char ret[SHEET_TEXT], struct err *err)
{
    char canonical[IDENT_EMAIL_BYTES], inner[SHEET_TEXT];

    if (is_wildcard(text))
        return err_set(err, ERR_INPUT, "WILDCARD", "an address for everybody");
    if (ident_email(text, canonical, err)) {
        snprintf(ret, SHEET_TEXT, "%s", text);
        return true;
    }
    if (!bracketed(text, inner) || is_wildcard(inner) ||
        !ident_email(inner, canonical, err))
        return false;
    snprintf(ret, SHEET_TEXT, "%s", inner);
    return true;
}

static size_t count_of(const char *text, char c)
{
    size_t n = 0;

    for (; *text != '\0'; text++)
        n += *text == c;
    return n;
}

/* The next part of a list, without blanks; "" between two separators. */
static bool part_next(char **rest, const char *separators, char **ret)
{
    char *p = *rest, *end;

    if (p == NULL)
        return false;
    end = p + strcspn(p, separators);
    *rest = *end != '\0' ? end + 1 : NULL;
    *end = '\0';
    while (*p != '\0' && isspace((unsigned char)*p))
        p++;
    while (end > p && isspace((unsigned char)end[-1]))
        *--end = '\0';
    *ret = p;
    return true;
}

/* Whose plan a number follows, and how it is written. */
struct plan {
    char country[4];
    bool whole; /* with its country, and without the + */
};

/* Adds the one contact that the text names, or fails with nothing added. */
typedef bool one_add(const char *text, const struct plan *plan, struct sheet_row *row,
                     struct err *err);

/* Every part, or nothing of it. */
static bool list_add(const char *text, const char *separators, one_add *add,
                     const struct plan *plan, struct sheet_row *row)
{
    char copy[SHEET_TEXT], *rest = copy, *part;
    const size_t had = row->n_said;
    struct err err;

    snprintf(copy, sizeof(copy), "%s", text);
    while (part_next(&rest, separators, &part)) {
        if (*part != '\0' && !add(part, plan, row, &err)) {
            row->n_said = had;
            return false;
        }
    }
    return row->n_said > had;
}

static bool email_add(const char *text, const struct plan *plan, struct sheet_row *row,
                      struct err *err)
{
    char found[SHEET_TEXT];

    (void)plan;
    return address_one(text, found, err) &&
           (said_add(row, CONTACT_EMAIL, found) ||
            err_set(err, ERR_INPUT, "TOO_MANY_ADDRESSES", "too many in a row"));
}

static void email_take(const struct sheet *s, struct cell c, struct sheet_row *row)
{
    char text[SHEET_TEXT];
    const char *fault;
    struct err err;

    if (!text_take(s, c, text, &fault)) {
        row_fault(row, fault, "email");
        return;
    }
    if (email_add(text, NULL, row, &err))
        return;
    if (!list_add(text, ",;|\r\n", email_add, NULL, row) &&
        (count_of(text, '@') < 2 || !list_add(text, ",;|\r\n\t ", email_add, NULL, row)))
        row_fault(row, count_of(text, '@') < 2 ? err.code : "MANY_ADDRESSES", "email");
}

/* --- telephone --- */

/* As E.164, so that nothing is left to be read. A text that is two numbers opts out both:
 * one of them is the person's. */
static bool phone_add(const char *text, const struct plan *plan, struct sheet_row *row,
                      struct err *err)
{
    const size_t had = row->n_said;
    char plus[SHEET_TEXT + 1];
    struct ident_phones found;
    bool ok = false;

    snprintf(plus, sizeof(plus), "+%s", text);
    if (plan->whole && strspn(text, "0123456789") == strlen(text) && text[0] != '0')
        ok = ident_phones(plus, "", &found, err);
    if (!ok && !ident_phones(text, plan->country, &found, err))
        return false;
    for (size_t i = 0; i < found.n; i++)
        if (!said_add(row, CONTACT_PHONE, found.e164[i])) {
            row->n_said = had;
            return err_set(err, ERR_INPUT, "TOO_MANY_ADDRESSES", "too many in a row");
        }
    row->two_numbers = row->two_numbers || found.n > 1;
    return true;
}

static bool with_area(const struct sheet *s, struct cell area, char text[SHEET_TEXT],
                      const char **ret_fault)
{
    char before[SHEET_TEXT], both[2 * SHEET_TEXT];

    if (area.len == 0 || text[0] == '+')
        return true;
    if (!text_take(s, area, before, ret_fault))
        return false;
    snprintf(both, sizeof(both), "%s%s", before, text);
    *ret_fault = "TOO_LONG";
    if (strlen(both) >= SHEET_TEXT)
        return false;
    memcpy(text, both, strlen(both) + 1);
    return true;
}

static void phone_take(const struct sheet *s, struct cell area, struct cell c,
                       const struct plan *plan, struct sheet_row *row)
{
    char text[SHEET_TEXT];
    const char *fault;
    struct err err;

    if (!text_take(s, c, text, &fault) || !with_area(s, area, text, &fault)) {
        row_fault(row, fault, "phone");
        return;
    }
    if (!phone_add(text, plan, row, &err) &&
        (strpbrk(text, ",;|\n") == NULL ||
         !list_add(text, ",;|\r\n", phone_add, plan, row)))
        row_fault(row, err.code, "phone");
}

/* --- hashes --- */

/* An empty cell that went through the hashing all the same: nobody's. */
static bool is_hash_of_nothing(const char *text)
{
    static const char *const empty[] = {
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=",
        "d41d8cd98f00b204e9800998ecf8427e",
        "da39a3ee5e6b4b0d3255bfef95601890afd80709",
        ("cf83e1357eefb8bdf1542850d66d8007d620e4050b5715dc83f4a921d36ce9ce"
         "47d0d13c5d85f2b0ff8318d2877eec2f63b931bd47417a81a538327af927da3e"),
    };

    for (size_t i = 0; i < sizeof(empty) / sizeof(empty[0]); i++)
        if (strcmp(empty[i], text) == 0)
            return true;
    return false;
}

static void hash_take(const struct sheet *s, struct cell c, enum contact_kind kind,
                      struct sheet_row *row)
{
    char raw[SHEET_TEXT], text[HASHED_TEXT_BYTES];
    const char *fault;

    if (!text_take(s, c, raw, &fault))
        row_fault(row, "HASH_FORM", "hash");
    else if (!hashed_text(s->o.profile, raw, text))
        row_fault(row, "HASH_FORM", "hash");
    else if (is_hash_of_nothing(text))
        return;
    else if (!said_add(row, kind, text))
        row_fault(row, "TOO_MANY_ADDRESSES", "hash");
    else
        row->said[row->n_said - 1].profile = s->o.profile;
}

/* --- a row --- */

static struct cell first_of(const struct sheet *s, const struct record *rec,
                            enum sheet_meaning m)
{
    for (size_t i = 0; i < s->n_columns; i++)
        if (s->columns[i].meaning == m && rec->cells[i].s != NULL)
            return cell_plain(rec->cells[i]);
    return (struct cell){"", 0};
}

/* Of the row, else as told, else of the format. */
static void country_of(const struct sheet *s, const struct record *rec, char ret[4])
{
    const struct cell c = first_of(s, rec, SHEET_COUNTRY);

    if (c.len == 2 && isalpha((unsigned char)c.s[0]) && isalpha((unsigned char)c.s[1]))
        snprintf(ret, 4, "%c%c", toupper((unsigned char)c.s[0]),
                 toupper((unsigned char)c.s[1]));
    else if (s->o.country[0] != '\0')
        snprintf(ret, 4, "%s", s->o.country);
    else
        snprintf(ret, 4, "%s", s->form->country != NULL ? s->form->country : "");
}

static bool is_number(const struct sheet *s, struct cell c)
{
    size_t digits = 0;

    for (size_t i = 0; i < c.len; i++)
        digits += isdigit((unsigned char)c.s[i]) != 0;
    return memchr(c.s, '@', c.len) == NULL && digits >= (s->form->numbers ? 1 : 5);
}

/* Of which kind a hash is: by its column, by the row, as told. CONTACT_NONE: a fault
 * stands in row. */
static enum contact_kind hash_kind(const struct sheet *s, const struct record *rec,
                                   const struct column *col, struct sheet_row *row)
{
    const struct cell c = first_of(s, rec, SHEET_KIND);
    enum contact_kind kind = s->o.kind == CONTACT_NONE ? CONTACT_EMAIL : s->o.kind;

    if (col->meaning == SHEET_PHONE_HASH || col->meaning == SHEET_EMAIL_HASH)
        return col->meaning == SHEET_PHONE_HASH ? CONTACT_PHONE : CONTACT_EMAIL;
    if (c.len == 0 && (s->meanings & BIT(SHEET_KIND)) == 0)
        return kind;
    kind = word_kind(c.s, c.len);
    if (kind == CONTACT_NONE)
        row_fault(row, "KIND_WORD", "hash");
    return kind;
}

static void cell_take(const struct sheet *s, const struct record *rec,
                      const struct column *col, struct cell c, unsigned int kinds,
                      struct sheet_row *row)
{
    const bool mail = kinds == 0 || (kinds & (1u << CONTACT_EMAIL)) != 0;
    const bool call = kinds == 0 || (kinds & (1u << CONTACT_PHONE)) != 0;
    struct plan plan = {.whole = col->whole_numbers};
    enum contact_kind about;
    bool number = false;

    switch ((int)col->meaning) {
    case SHEET_PHONE: number = true; break;
    case SHEET_CONTACT: number = is_number(s, c); break;
    case SHEET_EMAIL: break;
    case SHEET_HASH:
    case SHEET_EMAIL_HASH:
    case SHEET_PHONE_HASH:
        about = hash_kind(s, rec, col, row);
        if (about != CONTACT_NONE && (about == CONTACT_PHONE ? call : mail))
            hash_take(s, c, about, row);
        return;
    default: return;
    }
    if (!number && mail)
        email_take(s, c, row);
    if (!number || !call)
        return;
    country_of(s, rec, plan.country);
    phone_take(s,
               col->meaning == SHEET_PHONE ? first_of(s, rec, SHEET_AREA)
                                           : (struct cell){"", 0},
               c, &plan, row);
}

void row_contacts(const struct sheet *s, const struct record *rec, unsigned int kinds,
                  struct sheet_row *row)
{
    const uint64_t contacts = BIT(SHEET_EMAIL) | BIT(SHEET_PHONE) | BIT(SHEET_CONTACT) |
                              BIT(SHEET_HASH) | BIT(SHEET_EMAIL_HASH) |
                              BIT(SHEET_PHONE_HASH);

    for (size_t i = 0; i < rec->n; i++) {
        /* what stands behind the only column belongs to it */
        const struct column *col = &s->columns[i < s->n_columns ? i : 0];
        const struct cell c = cell_plain(rec->cells[i]);
        const char *fault = record_fault(rec, i);

        if (fault != NULL && (BIT(col->meaning) & contacts) != 0)
            row_fault(row, fault, col->name);
        else if (c.s != NULL && !is_nothing(c))
            cell_take(s, rec, col, c, kinds, row);
    }
}
