/* sheet.h: the whole, and how it is shown. */
#include "sheet/parts.h"

#include "base/mem.h"
#include "codec/put.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- what the file's name says --- */

/* "20260312", "2026-03-12", "2026_03_12" somewhere in it: its beginning anywhere, which
 * is not ahead of the truth. */
static int64_t day_in_name(const char *name, char text[11])
{
    for (const char *p = name; *p != '\0'; p++) {
        struct when_span day;
        int y, m, d, n = 0;

        if ((p > name && isdigit((unsigned char)p[-1])) || !isdigit((unsigned char)*p))
            continue;
        if (sscanf(p, "%4d%2d%2d%n", &y, &m, &d, &n) != 3 || n != 8) {
            char a, b;

            n = 0;
            if (sscanf(p, "%4d%1c%2d%1c%2d%n", &y, &a, &m, &b, &d, &n) != 5 || n != 10 ||
                a != b || (a != '-' && a != '_' && a != '.'))
                continue;
        }
        if (isdigit((unsigned char)p[n]) || y < 1995 || y > 2200)
            continue;
        snprintf(text, 11, "%04u-%02u-%02u", (unsigned)y % 10000u, (unsigned)m % 100u,
                 (unsigned)d % 100u);
        if (when_parse_span(text, 10, &day) == WHEN_OK)
            return day.from_us;
    }
    return WHEN_NEVER;
}

/* DROP's "20260312_4821_Email.csv" says what is hashed. */
static void drop_name(struct sheet *s, const char *name)
{
    static const char *const unheld[] = {"_NDZ", "_MAID", "_NameVIN", "_CTVID"};

    if (s->o.kind == CONTACT_NONE && strcasestr(name, "_email") != NULL)
        s->o.kind = CONTACT_EMAIL;
    else if (s->o.kind == CONTACT_NONE && strcasestr(name, "_phone") != NULL)
        s->o.kind = CONTACT_PHONE;
    for (size_t i = 0; i < sizeof(unheld) / sizeof(unheld[0]); i++)
        if (strcasestr(name, unheld[i]) != NULL)
            s->unheld = "a kind of identifier that is not held here";
}

/* As told, else by its name, else that of the file. */
static void list_day_read(struct sheet *s)
{
    char text[WHEN_TEXT_BYTES];
    int64_t us = s->o.file_us_given ? WHEN_NEVER : day_in_name(s->file, s->list_day);

    if (us != WHEN_NEVER)
        s->o.file_us = us;
    s->list_us = us = s->o.file_us;
    if (s->list_day[0] != '\0')
        return;
    if ((us + 1) % WHEN_DAY_US == WHEN_DAY_US / 2)
        us -= WHEN_DAY_US / 2; /* a day alone was given: this is its end anywhere */
    snprintf(s->list_day, sizeof(s->list_day), "%.10s", when_format(us, text));
}

static bool name_read(struct sheet *s, const char *path, struct err *err)
{
    const char *slash = strrchr(path, '/');

    snprintf(s->file, sizeof(s->file), "%s", slash != NULL ? slash + 1 : path);
    if (s->form->days > 0)
        list_day_read(s);
    if (s->o.form == SHEET_FORM_DROP)
        drop_name(s, s->file);
    if (s->form->hashes && s->o.profile == TOKEN_NONE)
        return err_set(err, ERR_CONFIG, "BAD_PROFILE", "say how they were hashed");
    return true;
}

/* A file of hashes must say of what. */
static bool hashes_fit(struct sheet *s, struct err *err)
{
    if ((s->meanings & BIT(SHEET_TAKEN_BACK)) != 0)
        s->unheld = "requests taken back, which lift no denial by themselves";
    if (s->o.form != SHEET_FORM_DROP || s->unheld != NULL || s->o.kind != CONTACT_NONE ||
        (s->meanings & BIT(SHEET_HASH)) == 0)
        return true;
    return err_set(err, ERR_CONFIG, "BAD_KIND",
                   "its name does not tell what is hashed: --kind email or phone");
}

/* The text of the table, whatever it came in. */
static bool text_read(struct sheet *s, const char *bytes, size_t len, struct err *err)
{
    if (book_is(bytes, len)) {
        if (!book_open(bytes, len, s->o.book_sheet, &s->book, err))
            return false;
        s->text = (struct charset_text){
            .charset = CHARSET_UTF8, .s = s->book->table.data, .len = s->book->table.len};
        s->delimiter = ',';
        return true;
    }
    if (s->o.book_sheet != NULL)
        return err_set(err, ERR_CONFIG, "NO_SHEET",
                       "--sheet is for workbooks (XLSX), and this is none");
    return charset_read(bytes, len, s->o.charset, &s->text, err) &&
           encoding_find(s, bytes, len, err);
}

bool sheet_open(const struct sheet_options *options, const char *name, const char *bytes,
                size_t len, struct sheet **ret, struct err *err)
{
    struct sheet *s = mem_zalloc(1, sizeof(*s));

    s->o = *options;
    s->form = form_of(options->form);
    if (name_read(s, name, err) && text_read(s, bytes, len, err)) {
        if (table_open(s, err) && columns_decide(s, err) && hashes_fit(s, err)) {
            *ret = s;
            return true;
        }
        encoding_advise(s, err);
    }
    sheet_close(s);
    return false;
}

void sheet_close(struct sheet *s)
{
    if (s == NULL)
        return;
    rows_json_close(s->json);
    charset_done(&s->text);
    book_close(s->book);
    free(s->columns);
    free(s);
}

/* --- every record --- */

struct walk {
    struct sheet *s;
    sheet_each *each;
    void *arg;
};

static bool record_give(void *arg, const struct record *rec, struct err *err)
{
    struct walk *w = arg;
    struct sheet_counts *n = &w->s->counts;
    struct sheet_row *row = &w->s->row;

    row_say(w->s, rec, row);
    switch (row->verdict) {
    case SHEET_SAYS:
        n->said++;
        n->partly += row->n_faults > 0;
        break;
    case SHEET_BAD: n->bad++; break;
    case SHEET_SILENT: n->silent++; break;
    case SHEET_BLANK: n->blank++; break;
    case SHEET_HEADER: n->header++; break;
    }
    return w->each(w->arg, row, err);
}

bool sheet_walk(struct sheet *s, sheet_each *each, void *arg, struct err *err)
{
    struct walk w = {.s = s, .each = each, .arg = arg};
    struct sheet_counts *n = &s->counts;

    *n = (struct sheet_counts){.records = n->records};
    if (!table_walk(s, record_give, &w, err))
        return false;
    if (n->said + n->bad + n->silent + n->blank + n->header != n->records)
        return err_set(err, ERR_FATAL, "SUM",
                       "%lld records, and %lld accounted for: this is a fault of ours",
                       (long long)n->records,
                       (long long)(n->said + n->bad + n->silent + n->blank + n->header));
    return true;
}

const struct sheet_counts *sheet_counts(const struct sheet *s)
{
    return &s->counts;
}

bool sheet_taken_back(const struct sheet *s)
{
    return (s->meanings & BIT(SHEET_TAKEN_BACK)) != 0;
}

const char *sheet_list_day(const struct sheet *s, int64_t *ret_us, int *ret_days)
{
    if (s->form->days == 0)
        return NULL;
    *ret_us = s->list_us;
    *ret_days = s->form->days;
    return s->list_day;
}
