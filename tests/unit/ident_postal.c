/* Postal addresses: the golden table, and the limits. */
#include "golden.h"
#include "ident/postal.h"

static void check(const struct golden_row *row)
{
    char got[IDENT_POSTAL_BYTES] = "untouched", again[IDENT_POSTAL_BYTES];
    struct err err = {0};
    bool ok = ident_postal(row->field[0], got, &err);

    if (row->field[1][0] == '!') {
        cr_expect_not(ok, "line %d: taken as %s", row->line, got);
        cr_expect_str_eq(err.code, row->field[1] + 1, "line %d: %s", row->line, err.code);
        cr_expect_str_eq(got, "untouched", "line %d: output written on failure",
                         row->line);
        return;
    }
    cr_expect(ok, "line %d: refused with %s", row->line, err.code);
    cr_expect_str_eq(got, row->field[1], "line %d: %s", row->line, got);
    cr_expect(ident_postal(got, again, &err), "line %d", row->line);
    cr_expect_str_eq(again, got, "line %d: not idempotent", row->line);
}

Test(ident_postal, golden)
{
    cr_expect_eq(golden_each("tests/golden/ident/postal.tsv", 2, check), 15);
}

Test(ident_postal, limits)
{
    char text[1100], got[IDENT_POSTAL_BYTES];
    struct err err = {0};

    memset(text, 'a', sizeof(text));
    text[1024] = '\0';
    cr_expect(ident_postal(text, got, &err));
    cr_expect_str_eq(got, text);
    text[1024] = 'a';
    text[1025] = '\0';
    cr_expect_not(ident_postal(text, got, &err));
    cr_expect_str_eq(err.code, "POSTAL_TOO_LONG");
}
