/* E-mail addresses: the golden table, idempotence over it, and what a table cannot say.
 */
#include "golden.h"
#include "ident/domain.h"
#include "ident/email.h"

#include <locale.h>

static void check(const struct golden_row *row)
{
    char got[IDENT_EMAIL_BYTES] = "untouched", again[IDENT_EMAIL_BYTES];
    struct err err = {0};
    bool ok = ident_email(row->field[0], got, &err);

    if (row->field[1][0] != '!') {
        cr_expect(ok, "line %d: refused with %s", row->line, err.code);
        cr_expect_str_eq(got, row->field[1], "line %d: got %s", row->line, got);
        cr_expect(ident_email(got, again, &err), "line %d: not idempotent", row->line);
        cr_expect_str_eq(again, got, "line %d: not idempotent", row->line);
        return;
    }
    cr_expect_not(ok, "line %d: taken as %s", row->line, got);
    cr_expect_str_eq(err.code, row->field[1] + 1, "line %d: %s", row->line, err.code);
    cr_expect_eq(err.kind, ERR_INPUT, "line %d", row->line);
    cr_expect_str_eq(got, "untouched", "line %d: output written on failure", row->line);
}

Test(ident_email, golden)
{
    cr_expect_geq(golden_each("tests/golden/ident/email.tsv", 2, check), 90);
}

/* tests/golden/ident/domains.py says what the columns are. */
static void check_domain(const struct golden_row *row)
{
    char nfc[TEXT_NFC_BYTES], got[IDENT_DOMAIN_BYTES] = "", again[IDENT_DOMAIN_BYTES];
    struct text t = {row->field[0], strlen(row->field[0])};
    const char *expected = row->field[1];
    bool ok, newer = expected[0] == '?';

    cr_assert(t.n <= TEXT_RAW_BYTES && text_nfc(t, nfc, &t.n), "line %d", row->line);
    t.s = nfc;
    ok = ident_domain(t, got);
    if (expected[0] == '-' || (newer && !ok)) {
        cr_expect_not(ok, "line %d: taken as %s", row->line, got);
        return;
    }
    cr_expect(ok, "line %d: refused", row->line);
    cr_expect_str_eq(got, expected + newer, "line %d: got %s", row->line, got);
    cr_expect(ident_domain((struct text){got, strlen(got)}, again) &&
                  strcmp(got, again) == 0,
              "line %d: not idempotent", row->line);
}

Test(ident_email, domains_are_unicodes)
{
    cr_expect_geq(golden_each("tests/golden/ident/domains.tsv", 4, check_domain), 6300);
}

Test(ident_email, the_locale_changes_nothing)
{
    char got[IDENT_EMAIL_BYTES];
    struct err err;

    /* Where this locale is missing the call changes nothing and the test still holds. */
    setlocale(LC_ALL, "tr_TR.UTF-8");
    cr_assert(ident_email("ISTANBUL@EXAMPLE.COM", got, &err));
    cr_expect_str_eq(got, "istanbul@example.com");
    cr_assert(ident_email("ISTANBUL@B\xc3\x9c"
                          "CHER.EXAMPLE",
                          got, &err));
    cr_expect_str_eq(got, "istanbul@xn--bcher-kva.example");
}

/* n times c, then the rest, into a buffer that the next call overwrites. */
static const char *filled(char c, size_t n, const char *rest)
{
    static char text[2048];

    memset(text, c, n);
    snprintf(text + n, sizeof(text) - n, "%s", rest);
    return text;
}

static void append(char *text, size_t text_bytes, const char *more)
{
    size_t len = strlen(text);

    cr_assert_lt(len + strlen(more), text_bytes);
    memcpy(text + len, more, strlen(more) + 1);
}

static const char *code_of(const char *raw)
{
    static struct err err;
    char got[IDENT_EMAIL_BYTES];

    err_clear(&err);
    return ident_email(raw, got, &err) ? "" : err.code;
}

Test(ident_email, limits)
{
    char domain[300] = "@";

    cr_expect_str_eq(code_of(filled('a', 64, "@example.com")), "");
    cr_expect_str_eq(code_of(filled('a', 65, "@example.com")), "EMAIL_TOO_LONG");
    /* 32 two-octet letters are 64 octets, 33 are one letter too many */
    cr_expect_str_eq(
        code_of("\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9"
                "\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9"
                "\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9"
                "\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9"
                "@x.y"),
        "");
    cr_expect_str_eq(
        code_of("a\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9"
                "\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9"
                "\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9"
                "\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9"
                "@x.y"),
        "EMAIL_TOO_LONG");

    cr_expect_str_eq(code_of(filled('a', 1025, "@example.com")), "EMAIL_TOO_LONG");

    /* 4 labels of 49 and their dots: 200 octets of domain, less the last dot */
    for (int i = 0; i < 4; i++) {
        append(domain, sizeof(domain),
               "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb");
        append(domain, sizeof(domain), i < 3 ? "." : "");
    }
    cr_assert_eq(strlen(domain), 200);
    cr_expect_str_eq(code_of(filled('a', 54, domain)), "");
    cr_expect_str_eq(code_of(filled('a', 55, domain)), "EMAIL_TOO_LONG");
    append(domain, sizeof(domain),
           ".ccccccccccccccccccccccccccccccccccccccccccccccccccccccc");
    cr_assert_eq(strlen(domain), 256);
    cr_expect_str_eq(code_of(filled('a', 1, domain)), "EMAIL_TOO_LONG");
    append(domain, sizeof(domain), "c");
    cr_expect_str_eq(code_of(filled('a', 1, domain)), "EMAIL_TOO_LONG");
    cr_expect_str_eq(code_of(filled('a', 1,
                                    "@ddddddddddddddddddddddddddddddddddddddddddddddd"
                                    "dddddddddddddddd.com")),
                     "");
    cr_expect_str_eq(code_of(filled('a', 1,
                                    "@ddddddddddddddddddddddddddddddddddddddddddddddd"
                                    "ddddddddddddddddd.com")),
                     "EMAIL_DOMAIN");
}

Test(ident_email, errors_never_quote)
{
    static const char *const bad[] = {"secret",      "secret@",     "sec\x01ret@x",
                                      "secret@a..b", "sec ret@x.y", "secret\xff@x.y",
                                      NULL};

    for (size_t i = 0; bad[i] != NULL; i++) {
        struct err err = {0};
        char got[IDENT_EMAIL_BYTES];

        cr_assert_not(ident_email(bad[i], got, &err));
        cr_expect_null(strstr(err.text, "sec"), "row %zu", i);
        cr_expect_null(strstr(err.code, "sec"), "row %zu", i);
        cr_expect_neq(err.text[0], '\0', "row %zu", i);
    }
}
