/*
 * sheet.c - fuzz target: every reader of other people's files. The first byte says which
 * format it is taken for, the second some options; or it is a ZIP archive. What stands in
 * a workbook is book.c's.
 *
 * Whatever the bytes: every record of the file is given once, as what it says, as what is
 * wrong with it or as why it says nothing; a contact that is said can be read; a second
 * walk gives the same. What is refused has a reason.
 */
#include "require.h"

#include "../unit/sheet_case.h"

#include "book/book.h"
#include "book/zip.h"
#include "ident/email.h"
#include "ident/phone.h"

struct seen {
    struct buf shown;
    int64_t rows;
};

static bool row_see(void *arg, const struct sheet_row *row, struct err *err)
{
    char email[IDENT_EMAIL_BYTES];
    struct ident_phones phones;
    struct seen *seen = arg;
    struct err why;

    seen->rows++;
    require((row->verdict == SHEET_SAYS) == (row->n_said > 0), "who says it is said");
    require(row->verdict != SHEET_BAD || row->n_faults > 0, "what is bad has a reason");
    require(row->verdict != SHEET_SILENT || row->silent[0] != '\0', "so has silence");
    for (size_t i = 0; i < row->n_said; i++) {
        const struct sheet_said *said = &row->said[i];

        require(row->via != NULL && row->type != EVENT_NONE,
                "it is something that is said");
        if (said->profile != TOKEN_NONE)
            continue;
        require(said->kind == CONTACT_EMAIL
                    ? ident_email(said->contact, email, &why)
                    : ident_phones(said->contact, "", &phones, &why),
                "of somebody who can be found");
    }
    return sheet_case_row(&seen->shown, row, err);
}

static void sheet_look(const struct sheet_case *c, const char *bytes, size_t len)
{
    struct seen one = {0}, two = {0};
    struct sheet *s = NULL;
    struct err err = {0};

    buf_init(&one.shown, 1 << 26);
    buf_init(&two.shown, 1 << 26);
    if (!sheet_open(&c->o, "fuzz_20240301_Email.csv", bytes, len, &s, &err)) {
        require(err.code[0] != '\0' && err.text[0] != '\0', "a refusal has a reason");
    } else {
        struct buf text;

        require(sheet_walk(s, row_see, &one, &err), err.text);
        require(sheet_walk(s, row_see, &two, &err), err.text);
        require(one.rows == sheet_counts(s)->records, "every record is given");
        require(one.shown.len == two.shown.len &&
                    (one.shown.len == 0 ||
                     memcmp(one.shown.data, two.shown.data, one.shown.len) == 0),
                "and the same again");
        buf_init(&text, 1 << 26);
        sheet_show(s, "", &text);
        sheet_show_json(s, &text);
        require(!text.overrun, "how it is read can be shown");
        buf_done(&text);
    }
    sheet_close(s);
    buf_done(&one.shown);
    buf_done(&two.shown);
}

static void options_of(struct sheet_case *c, unsigned form, unsigned bits)
{
    static const enum token_profile profiles[] = {TOKEN_SHA256_HEX, TOKEN_MD5_HEX,
                                                  TOKEN_DROP_B64, TOKEN_META_SHA256};

    *c = (struct sheet_case){.o = {.file_us = INT64_C(1735689600000000)}};
    c->o.form = (enum sheet_form)(1 + form % SHEET_FORM_ROBINSON);
    if (c->o.form == SHEET_FORM_HASHED || c->o.form == SHEET_FORM_DROP)
        c->o.profile = profiles[bits & 3];
    if ((bits & 4) != 0)
        memcpy(c->o.country, "DE", 3);
    if ((bits & 8) != 0)
        c->o.as = EVENT_FEEDBACK_BOUNCED;
    if ((bits & 16) != 0)
        c->o.charset = (enum charset)(1 + form % (N_CHARSETS - 1));
    if ((bits & 32) != 0)
        c->o.given[c->o.n_given++] =
            (struct sheet_given){.column = "1", .meaning = SHEET_CONTACT};
    if ((bits & 64) != 0)
        c->o.time_column = "2";
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *bytes = (const char *)data + 2;
    struct sheet_case c;
    struct zip *zip;
    struct err err;

    if (size < 3 || size > 8192)
        return 0;
    options_of(&c, data[0], data[1]);
    size -= 2;
    if (!zip_is(bytes, size) || book_is(bytes, size)) {
        sheet_look(&c, bytes, size);
        return 0;
    }
    if (!zip_open(bytes, size, &zip, &err))
        return 0;
    for (size_t i = 0; i < zip->n && zip->files[i].len < 8192; i++)
        sheet_look(&c, zip->files[i].data, zip->files[i].len);
    zip_close(zip);
    return 0;
}
