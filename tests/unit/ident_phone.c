/* Telephone numbers: our own golden table, and phonenumbers' reading of every region. */
#include "golden.h"
#include "ident/phone.h"

static const char *read_phone(const struct golden_row *row, char got[IDENT_PHONE_BYTES])
{
    static struct err err;

    err_clear(&err);
    snprintf(got, IDENT_PHONE_BYTES, "untouched");
    if (ident_phone(row->field[0], row->field[1], got, &err))
        return "";
    cr_expect_str_eq(got, "untouched", "line %d: output written on failure", row->line);
    cr_expect_eq(err.kind, ERR_INPUT, "line %d", row->line);
    cr_expect_neq(err.text[0], '\0', "line %d", row->line);
    return err.code;
}

/* The canonical form is its own, wherever it is read. */
static void expect_stable(const struct golden_row *row, const char *number)
{
    static const char *const countries[] = {"", "US", "DE", "IT", "BY", "RU"};
    struct err err;

    for (size_t i = 0; i < sizeof(countries) / sizeof(countries[0]); i++) {
        char again[IDENT_PHONE_BYTES] = "";

        cr_expect(ident_phone(number, countries[i], again, &err), "line %d", row->line);
        cr_expect_str_eq(again, number, "line %d: %s again is %s", row->line, number,
                         again);
    }
}

static bool is_among(const struct ident_phones *found, const char *number)
{
    bool among = false;

    for (size_t i = 0; i < found->n; i++)
        among = among || strcmp(found->e164[i], number) == 0;
    return among;
}

/* What every text must obey: the strict reading is one of all readings, or none is. */
static void check_readings(const struct golden_row *row, struct ident_phones *ret)
{
    char one[IDENT_PHONE_BYTES];
    struct err err = {0};

    *ret = (struct ident_phones){.n = 0};
    if (!ident_phones(row->field[0], row->field[1], ret, &err)) {
        cr_expect_eq(ret->n, 0, "line %d", row->line);
        cr_expect_not(ident_phone(row->field[0], row->field[1], one, &err));
        return;
    }
    cr_expect(ret->n == 1 || ret->n == 2, "line %d", row->line);
    cr_expect_eq(ident_phone(row->field[0], row->field[1], one, &err),
                 ret->n == 1 && !ret->extension, "line %d", row->line);
    for (size_t i = 0; i < ret->n; i++)
        expect_stable(row, ret->e164[i]);
}

static void check(const struct golden_row *row)
{
    char got[IDENT_PHONE_BYTES], all[2 * IDENT_PHONE_BYTES] = "";
    const char *code = read_phone(row, got);
    struct ident_phones found;

    check_readings(row, &found);
    for (size_t i = 0; i < found.n; i++)
        snprintf(all + strlen(all), sizeof(all) - strlen(all), "%s%s", i ? " " : "",
                 found.e164[i]);
    cr_expect_str_eq(all,
                     row->n > 3                ? row->field[3]
                     : row->field[2][0] == '!' ? ""
                                               : row->field[2],
                     "line %d: %s", row->line, all);
    if (row->field[2][0] == '!')
        cr_expect_str_eq(code, row->field[2] + 1, "line %d: %s %s", row->line, code, got);
    else
        cr_expect_str_eq(got, row->field[2], "line %d: %s %s", row->line, got, code);
}

/* phone_lib.py says what the answers mean. */
static void check_lib(const struct golden_row *row)
{
    char got[IDENT_PHONE_BYTES];
    const char *code = read_phone(row, got);
    struct ident_phones found;

    check_readings(row, &found);
    switch (row->field[2][0]) {
    case '&':
        cr_expect(found.n == 0 || is_among(&found, row->field[2] + 1),
                  "line %d: another number, %s", row->line, found.e164[0]);
        break;
    case 'x':
        cr_expect_str_eq(code, "PHONE_EXTENSION", "line %d", row->line);
        cr_expect(found.n == 1 && is_among(&found, row->field[2] + 1), "line %d",
                  row->line);
        break;
    case '+':
        cr_expect_str_eq(got, row->field[2], "line %d: %s %s", row->line, got, code);
        break;
    case '?':
        cr_expect(code[0] != '\0' || strcmp(got, row->field[2] + 1) == 0,
                  "line %d: another number, %s", row->line, got);
        break;
    default: cr_expect_eq(found.n, 0, "line %d: taken as %s", row->line, got);
    }
}

Test(ident_phone, golden)
{
    cr_expect_geq(golden_each("tests/golden/ident/phone.tsv", 3, check), 120);
}

Test(ident_phone, phonenumbers_agrees)
{
    cr_expect_geq(golden_each("tests/golden/ident/phone_lib.tsv", 3, check_lib), 29000);
}

Test(ident_phone, overlong_text_is_refused)
{
    char text[2048], got[IDENT_PHONE_BYTES];
    struct err err = {0};

    memset(text, ' ', sizeof(text));
    memcpy(text + sizeof(text) - 13, "+49301234567", 13);
    cr_expect_not(ident_phone(text, "", got, &err));
    cr_expect_str_eq(err.code, "PHONE_NUMBER");
}
