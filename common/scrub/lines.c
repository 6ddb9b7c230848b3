/* From bytes to lines with a contact each. */
#include "scrub/part.h"

#include "codec/lists/line_json.h"
#include "crypto/hashed_key.h"
#include "ident/email.h"
#include "ident/phone.h"
#include "sheet/names.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define PART_BYTES ((size_t)8 << 20)

_Static_assert(LINE_TEXT_BYTES > 1024, "a text too long for an address is seen as such");

/* --- contacts --- */

/* What a spreadsheet would compute, it shows as something else. */
static bool is_formula(const char *text)
{
    return text[0] == '=' || text[0] == '@' || text[0] == '+' || text[0] == '-';
}

/* The key of the token that the list has of an address. */
static bool token_of(struct scrub *s, const char *canonical, struct contact_key *ret,
                     struct err *err)
{
    char token[TOKEN_BYTES];

    return token_make((enum token_profile)s->o.list->profile, s->kind, canonical, NULL, 0,
                      token, err) &&
           token_key_make(s->o.list->number, token, ret, err);
}

/* By what a line, or the second reading of its number, is asked about. */
static bool keys_make(struct scrub *s, struct part *p, const char *canonical,
                      struct line *l, struct err *err)
{
    return keying_make(s->o.keying, s->kind, canonical, &l->key, err) &&
           (!s->shared || token_of(s, canonical, &p->line_tokens[l - p->lines], err));
}

static bool contact_take(struct scrub *s, struct part *p, const char *text,
                         const char *country, struct line *l, struct err *err)
{
    struct line *other = &p->lines[p->n];
    char address[IDENT_EMAIL_BYTES];
    struct ident_phones phones;

    if (s->kind == CONTACT_EMAIL)
        return ident_email(text, address, err) && keys_make(s, p, address, l, err);
    if (!ident_phones(text, country[0] ? country : s->o.country, &phones, err) ||
        !keys_make(s, p, phones.e164[0], l, err))
        return false;
    if (phones.n == 1)
        return true;
    *other = (struct line){.kind = LINE_OTHER};
    p->n++;
    return keys_make(s, p, phones.e164[1], other, err);
}

static const char *contact_read(struct scrub *s, struct part *p, const char *text,
                                const char *country, struct line *l)
{
    static const struct {
        const char *code, *said;
    } codes[] = {
#define CODE(c) {c, c}
        CODE("EMAIL_EMPTY"),     CODE("EMAIL_NOT_UTF8"),  CODE("EMAIL_CHARACTER"),
        CODE("EMAIL_NO_AT"),     CODE("EMAIL_LOCAL"),     CODE("EMAIL_DOMAIN"),
        CODE("EMAIL_TOO_LONG"),  CODE("PHONE_EMPTY"),     CODE("PHONE_NOT_UTF8"),
        CODE("PHONE_CHARACTER"), CODE("PHONE_COUNTRY"),   CODE("PHONE_CODE"),
        CODE("PHONE_NUMBER"),    CODE("PHONE_AMBIGUOUS"),
#undef CODE
    };
    struct err err;

    if (contact_take(s, p, text, country, l, &err))
        return NULL;
    if (is_formula(text) && s->kind == CONTACT_EMAIL)
        return "FORMULA";
    for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++)
        if (strcmp(codes[i].code, err.code) == 0)
            return codes[i].said;
    return "BAD_CONTACT";
}

static bool is_hex(char *text, size_t n)
{
    if (strlen(text) != n)
        return false;
    for (size_t i = 0; i < n; i++) {
        if (!isxdigit((unsigned char)text[i]))
            return false;
        text[i] = (char)tolower((unsigned char)text[i]);
    }
    return true;
}

static bool is_base64(const char *text)
{
    return strlen(text) == 44 && text[43] == '=' &&
           strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
                        "+/") == 43;
}

/* Upper-case hex becomes lower case; blanks around go. */
static bool token_form(enum token_profile profile, char *text)
{
    switch (profile) {
    case TOKEN_HMAC_SHA256:
    case TOKEN_GOOGLE_SHA256:
    case TOKEN_META_SHA256:
    case TOKEN_SHA256_HEX: return is_hex(text, 64);
    case TOKEN_SHA1_HEX: return is_hex(text, 40);
    case TOKEN_MD5_HEX: return is_hex(text, 32);
    case TOKEN_SHA512_HEX: return is_hex(text, 128);
    case TOKEN_UID2_B64:
    case TOKEN_DROP_B64: return is_base64(text);
    case TOKEN_PLAIN: return text[0] != '\0' && strlen(text) < TOKEN_BYTES;
    case TOKEN_NONE: break;
    }
    return false;
}

static const char *token_read(struct scrub *s, struct part *p, char *text, struct line *l)
{
    size_t n = strlen(text);

    while (n > 0 && isspace((unsigned char)text[n - 1]))
        text[--n] = '\0';
    while (isspace((unsigned char)*text))
        text++;
    if (!token_form((enum token_profile)s->o.list->profile, text))
        return "BAD_TOKEN";
    l->token_at = p->bytes.len;
    buf_add(&p->bytes, text, strlen(text) + 1);
    return NULL;
}

/* --- lines --- */

static void invalid(struct scrub *s, struct line *l, enum line_kind kind,
                    const char *reason)
{
    l->kind = (uint8_t)kind;
    l->verdict = (struct scrub_verdict){.status = SCRUB_INVALID, .reason = reason};
    if (s->o.told != NULL)
        s->o.told(s->o.arg, l->number, reason);
}

static void ask(struct scrub *s, struct part *p, struct line *l,
                struct line_contact *contact)
{
    const char *fault = s->o.tokens
                            ? token_read(s, p, contact->text, l)
                            : contact_read(s, p, contact->text, contact->country, l);

    if (fault != NULL)
        invalid(s, l, LINE_INVALID, fault);
    else
        l->kind = LINE_ASKED;
}

static void ask_json(struct scrub *s, struct part *p, struct line *l)
{
    struct line_contact contact;
    const char *fault = line_read(p->bytes.data + l->at, l->len, s->o.column, &contact);

    if (fault == NULL)
        ask(s, p, l, &contact);
    else if (strcmp(fault, "BAD_JSON") == 0)
        invalid(s, l, LINE_BROKEN, fault);
    else
        invalid(s, l, LINE_INVALID, fault);
}

/* A plain line ends before the verdict of an earlier scrub. A spreadsheet's apostrophe
 * in front of a text is none of the text's. */
static void ask_field(struct scrub *s, struct part *p, struct line *l,
                      const struct csv_field *f)
{
    struct line_contact contact = {.country = ""};
    const char *text = f->s;
    size_t len = s->o.format == SCRUB_PLAIN ? l->len : f->len;

    if (s->o.format == SCRUB_CSV && len > 1 && text[0] == '\'') {
        text++;
        len -= 1;
        len -= len > 0 && text[len - 1] == '\'';
    }
    if (len >= sizeof(contact.text)) {
        invalid(s, l, LINE_INVALID, "TOO_LONG");
        return;
    }
    memcpy(contact.text, text, len);
    contact.text[len] = '\0';
    ask(s, p, l, &contact);
}

/* As it stands, but for what an earlier scrub wrote into it. */
static struct line *line_keep(const struct scrub *s, struct part *p,
                              const struct csv_record *rec)
{
    struct line *l = &p->lines[p->n++];

    *l = (struct line){.at = p->bytes.len,
                       .number = rec->line,
                       .eol_len = (uint8_t)rec->eol_len,
                       .fields = (uint16_t)own_fields(s, rec->n)};
    if (s->o.format == SCRUB_PLAIN)
        buf_add(&p->bytes, rec->raw, own_plain(rec->raw, rec->raw_len));
    else if (s->n_own > 0 && rec->fault == CSV_FINE)
        own_leave_out(s, rec->raw, rec->raw_len, &p->bytes);
    else
        buf_add(&p->bytes, rec->raw, rec->raw_len);
    l->len = p->bytes.len - l->at;
    buf_add(&p->bytes, rec->eol, rec->eol_len);
    return l;
}

static void line_take(struct scrub *s, struct part *p, const struct csv_record *rec)
{
    struct line *l = line_keep(s, p, rec);
    const char *fault =
        s->o.fault_of != NULL ? s->o.fault_of(s->o.arg, s->records, s->column) : NULL;

    if (rec->fault != CSV_FINE)
        invalid(s, l, LINE_BROKEN, csv_fault_code(rec->fault));
    else if (fault != NULL)
        invalid(s, l, LINE_INVALID, fault);
    else if (rec->raw_len == 0)
        l->kind = LINE_BLANK;
    else if (s->o.format == SCRUB_NDJSON)
        ask_json(s, p, l);
    else if (own_fields(s, rec->n) > s->columns)
        invalid(s, l, LINE_BROKEN, "TOO_MANY_FIELDS");
    else if (rec->n <= s->column)
        invalid(s, l, LINE_INVALID, "NO_FIELD");
    else
        ask_field(s, p, l, &rec->fields[s->column]);
}

/* --- the first line --- */

static bool field_is(const struct csv_field *f, const char *name)
{
    return f->len == strlen(name) && strncasecmp(f->s, name, f->len) == 0;
}

static bool column_named(const struct csv_record *rec, const char *name, size_t *ret)
{
    for (size_t i = 0; i < rec->n; i++)
        if (field_is(&rec->fields[i], name)) {
            *ret = i;
            return true;
        }
    return false;
}

static bool column_usual(const struct scrub *s, const struct csv_record *rec, size_t *ret)
{
    static const char *const names[3][6] = {
        {"email", "e-mail", "email_address", "email address", "mail", NULL},
        {"phone", "telephone", "phone_number", "phone number", "mobile", NULL},
        {"token", "hash", "sha256", "email_sha256", "hashed_email", NULL},
    };
    size_t which = s->o.tokens ? 2 : s->kind == CONTACT_EMAIL ? 0 : 1;

    for (size_t i = 0; names[which][i] != NULL; i++)
        if (column_named(rec, names[which][i], ret))
            return true;
    return false;
}

/* By a name in another language, or spelling, where only one column has such. */
static bool column_meant(const struct scrub *s, const struct csv_record *rec,
                         size_t *ret_n, size_t *ret)
{
    *ret_n = 0;
    for (size_t i = 0; i < rec->n; i++) {
        const struct csv_field *f = &rec->fields[i];
        enum contact_kind kind;
        const enum sheet_meaning m = name_meaning(SHEET_FORM_ANY, f->s, f->len, &kind);
        const bool hash =
            m == SHEET_HASH || m == SHEET_EMAIL_HASH || m == SHEET_PHONE_HASH;

        if (s->o.tokens ? !hash
                        : m != (s->kind == CONTACT_EMAIL ? SHEET_EMAIL : SHEET_PHONE))
            continue;
        *ret = i;
        ++*ret_n;
    }
    return *ret_n == 1;
}

/* Which column, and is this line one of names? */
static bool csv_begin(struct scrub *s, const struct csv_record *rec, bool *header,
                      struct err *err)
{
    const char *name = s->o.column;
    size_t meant = 0;
    char *end;
    unsigned long number = strtoul(name, &end, 10);

    s->columns = rec->fault == CSV_FINE ? rec->n : 1;
    *header = s->o.header;
    if (s->o.format == SCRUB_PLAIN)
        return true;
    if (name[0] != '\0' && *end == '\0') {
        if (number < 1 || number > CSV_FIELDS_MAX)
            return err_set(err, ERR_INPUT, "NO_COLUMN", "columns count from 1");
        s->column = number - 1;
        return true;
    }
    if (name[0] != '\0' ? column_named(rec, name, &s->column)
                        : column_usual(s, rec, &s->column) ||
                              column_meant(s, rec, &meant, &s->column)) {
        *header = true;
        return true;
    }
    if (name[0] == '\0' && meant > 1)
        return err_set(err, ERR_INPUT, "NO_COLUMN",
                       "line 1: %zu columns may be meant: give the name of one, or its "
                       "number",
                       meant);
    if (name[0] == '\0' && s->columns == 1)
        return true;
    return err_set(err, ERR_INPUT, "NO_COLUMN",
                   name[0] != '\0'
                       ? "line 1: no column has that name"
                       : "line 1: it does not say which column it is: give its name, or "
                         "its number");
}

static bool first_line(struct scrub *s, struct part *p, const struct csv_record *rec,
                       bool *taken, struct err *err)
{
    bool header = false;

    *taken = false;
    s->begun = true;
    if (rec->fault == CSV_UTF16)
        return err_set(err, ERR_INPUT, "UTF16", "line 1: %s", csv_fault_text(CSV_UTF16));
    if (csv_bom(s->csv))
        buf_add_str(&s->out, "\xef\xbb\xbf");
    if (s->o.format != SCRUB_NDJSON && !csv_begin(s, rec, &header, err))
        return false;
    if (s->o.format == SCRUB_CSV && rec->fault == CSV_FINE) {
        own_find(s, rec, header);
        s->columns = own_fields(s, rec->n);
    }
    if (!header || rec->fault != CSV_FINE)
        return true;
    line_keep(s, p, rec)->kind = LINE_HEADER;
    *taken = true;
    return true;
}

/* --- all of them --- */

/* An address over two lines is none: a quote before it went astray. */
static bool is_astray(const struct scrub *s, const struct csv_record *rec)
{
    const struct csv_field *f;

    if (s->o.fault_of != NULL || rec->fault != CSV_FINE || rec->n <= s->column)
        return false;
    f = &rec->fields[s->column];
    return f->quoted &&
           (memchr(f->s, '\n', f->len) != NULL || memchr(f->s, '\r', f->len) != NULL);
}

/* "sep=;" tells the spreadsheet, and is no line of the list. */
static bool is_sep(const struct scrub *s, const struct csv_record *rec)
{
    return s->o.format == SCRUB_CSV && rec->fault == CSV_FINE && rec->line == 1 &&
           rec->n == 2 && field_is(&rec->fields[0], "sep=") && rec->fields[1].len == 0;
}

/* Empty lines before the names, as there are above many a table. */
static bool is_blank(const struct csv_record *rec)
{
    return rec->fault == CSV_FINE && rec->raw_len == 0;
}

bool lines_read(struct scrub *s, bool end, struct err *err)
{
    struct csv_record rec;

    while (csv_next(s->csv, &rec) == CSV_RECORD) {
        struct part *p = &s->parts[s->filling];
        bool taken = false;

        s->records++;
        if (s->o.fault_of != NULL)
            rec.line = s->records;
        if (!s->begun && (is_sep(s, &rec) || is_blank(&rec))) {
            line_keep(s, p, &rec)->kind = LINE_BLANK;
            continue;
        }
        if (!s->begun && !first_line(s, p, &rec, &taken, err))
            return false;
        if (taken)
            continue;
        if (s->o.format == SCRUB_CSV && is_astray(s, &rec) && csv_take_back(s->csv))
            continue;
        line_take(s, p, &rec);
        if ((p->n >= s->part_lines || p->bytes.len >= PART_BYTES) && !part_full(s, err))
            return false;
    }
    if (end && !s->begun)
        return err_set(err, ERR_INPUT, "EMPTY",
                       "line 1: there is none, the list is empty");
    return true;
}
