/* CSV as it comes, fed in pieces of every size; and as we write it, read back. */
#include "codec/csv.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SHOWN_BYTES 4096
#define LIMIT       64

/* Every record as "line:[field][field]" or "line!CODE(raw)", an end of input with '.'. */
static void show(const char *in, size_t len, size_t piece, struct csv_reader *r,
                 char ret[SHOWN_BYTES])
{
    struct csv_record rec;
    size_t fed = 0, n = 0;
    enum csv_got got;

    ret[0] = '\0';
    while ((got = csv_next(r, &rec)) != CSV_END) {
        if (got == CSV_MORE) {
            size_t take = len - fed < piece ? len - fed : piece;

            if (take == 0)
                csv_feed_end(r);
            csv_feed(r, in + fed, take);
            fed += take;
            continue;
        }
        n += (size_t)snprintf(ret + n, SHOWN_BYTES - n, "%lld", (long long)rec.line);
        if (rec.fault != CSV_FINE)
            n += (size_t)snprintf(ret + n, SHOWN_BYTES - n, "!%s(%.*s)%s ",
                                  csv_fault_code(rec.fault), (int)rec.raw_len, rec.raw,
                                  rec.cut ? "..." : "");
        else
            n += (size_t)snprintf(ret + n, SHOWN_BYTES - n, ":");
        for (size_t i = 0; i < rec.n; i++)
            n += (size_t)snprintf(ret + n, SHOWN_BYTES - n, "[%.*s]",
                                  (int)rec.fields[i].len, rec.fields[i].s);
        if (rec.fault == CSV_FINE)
            n += (size_t)snprintf(ret + n, SHOWN_BYTES - n, " ");
    }
    snprintf(ret + n, SHOWN_BYTES - n, ".");
}

struct row {
    const char *name, *in, *shown;
    size_t len; /* 0: strlen */
};

static const struct row rows[] = {
    {"empty", "", ".", 0},
    {"one", "a,b,c\n", "1:[a][b][c] .", 0},
    {"no last line end", "a\nb", "1:[a] 2:[b] .", 0},
    {"CRLF", "a,b\r\nc,d\r\n", "1:[a][b] 2:[c][d] .", 0},
    {"CR alone", "a\rb\r", "1:[a] 2:[b] .", 0},
    {"mixed line ends", "a\rb\r\nc\nd\n\re", "1:[a] 2:[b] 3:[c] 4:[d] 5:[] 6:[e] .", 0},
    {"empty lines", "\n\na\n", "1:[] 2:[] 3:[a] .", 0},
    {"empty fields", ",,\n", "1:[][][] .", 0},
    {"quoted", "\"a,b\",\"c\"\"d\"\n", "1:[a,b][c\"d] .", 0},
    {"quotes only", "\"\",\"\"\"\"\n", "1:[][\"] .", 0},
    {"line ends inside", "\"a\nb\",c\nd\n", "1:[a\nb][c] 3:[d] .", 0},
    {"CRLF inside", "\"a\r\nb\rc\",d\ne\n", "1:[a\r\nb\rc][d] 4:[e] .", 0},
    {"quoted at the end", "a,\"b\"", "1:[a][b] .", 0},
    {"two with doubled", "\"\"\"a\",b,\"c\"\"\"\n", "1:[\"a][b][c\"] .", 0},
    {"quote inside", "a\"b,c\nd\n", "1!BAD_QUOTE(a\"b,c) 2:[d] .", 0},
    {"text after a quote", "\"a\"b,c\nd\n", "1!BAD_QUOTE(\"a\"b,c) 2:[d] .", 0},
    {"blank before a quote", "a, \"b\"\nd\n", "1!BAD_QUOTE(a, \"b\") 2:[d] .", 0},
    {"never closed", "\"a,b\nc\nd\n", "1!OPEN_QUOTE(\"a,b) 2:[c] 3:[d] .", 0},
    {"never closed in the last", "c\n\"d", "1:[c] 2!OPEN_QUOTE(\"d) .", 0},
    {"closed wrongly later", "\"a\nb\n\"c\nd\n",
     "1!BAD_QUOTE(\"a) 2:[b] 3!OPEN_QUOTE(\"c) 4:[d] .", 0},
    {"stray one far away",
     "\"a\n1234567890123456789\n1234567890123456789\n1234567890123456789\nlast\n",
     "1!OPEN_QUOTE(\"a) 2:[1234567890123456789] 3:[1234567890123456789] "
     "4:[1234567890123456789] 5:[last] .",
     0},
    {"too long",
     "1234567890123456789012345678901234567890123456789012345678901234x\r\nb\n",
     "1!TOO_LONG(1234567890123456789012345678901234567890123456789012345678901234)... "
     "2:[b] .",
     0},
    {"as long as may be",
     "1234567890123456789012345678901234567890123456789012345678901234\nb\n",
     "1:[1234567890123456789012345678901234567890123456789012345678901234] 2:[b] .", 0},
    {"semicolons", "a;b\nc;d,e\n", "1:[a][b] 2:[c][d,e] .", 0},
    {"tabs", "a\tb\nc\td\n", "1:[a][b] 2:[c][d] .", 0},
    {"byte order mark",
     "\xef\xbb\xbf"
     "a,b\n",
     "1:[a][b] .", 0},
    {"byte order mark alone", "\xef\xbb\xbf", ".", 0},
    {"and quoted", "\xef\xbb\xbf\"a\"\n", "1:[a] .", 0},
    {"UTF-16",
     "\xff\xfe"
     "a\n",
     "1!UTF16(\xff\xfe"
     "a) .",
     0},
    {"latin 1", "jos\xe9,b\n", "1:[jos\xe9][b] .", 0},
    {"NUL", "a\0b\nc\n", "1!NUL(a) 2:[c] .", 6}, /* shown up to it */
    {"NUL in quotes", "\"a\0b\"\nc\n", "1!NUL(\"a) 2:[c] .", 8},
    {"a formula is text here", "=1+1,@x\n", "1:[=1+1][@x] .", 0},
};

Test(csv, reads_whatever_the_pieces)
{
    char shown[SHOWN_BYTES];

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        size_t len = rows[i].len ? rows[i].len : strlen(rows[i].in);

        for (size_t piece = 1; piece <= len + 1; piece++) {
            struct csv_reader *r = csv_open(LIMIT, '\0');

            show(rows[i].in, len, piece, r, shown);
            cr_expect_str_eq(shown, rows[i].shown, "%s, in pieces of %zu: %s",
                             rows[i].name, piece, shown);
            csv_close(r);
        }
    }
}

Test(csv, plain_lines_have_no_quotes)
{
    struct csv_reader *r = csv_open_plain(LIMIT);
    char shown[SHOWN_BYTES];

    show("a,\"b\r\n\"c\n", 9, 3, r, shown);
    cr_expect_str_eq(shown, "1:[a,\"b] 2:[\"c] .");
    csv_close(r);
}

Test(csv, too_many_fields)
{
    struct csv_reader *r = csv_open(1 << 20, ',');
    char in[CSV_FIELDS_MAX + 8], shown[SHOWN_BYTES];

    memset(in, ',', sizeof in);
    memcpy(in + CSV_FIELDS_MAX, "\nok\n", 5);
    show(in, CSV_FIELDS_MAX + 4, 100, r, shown);
    cr_expect_str_eq(shown + strlen(shown) - 9, " 2:[ok] .");
    cr_expect(strncmp(shown, "1!TOO_MANY_FIELDS(", 18) == 0);
    csv_close(r);
}

Test(csv, a_record_over_lines_can_be_taken_back)
{
    const char in[] = "\"a\nb\nc\"\nd\n";
    struct csv_reader *r = csv_open(LIMIT, ',');
    struct csv_record rec;

    csv_feed(r, in, strlen(in));
    csv_feed_end(r);
    cr_assert_eq(csv_next(r, &rec), CSV_RECORD);
    cr_assert_eq(rec.n, 1);
    cr_assert_eq(rec.raw_len, 7);
    cr_assert(csv_take_back(r));
    cr_assert_not(csv_take_back(r), "only once");
    cr_assert_eq(csv_next(r, &rec), CSV_RECORD);
    cr_expect_eq(rec.fault, CSV_QUOTE);
    cr_expect_eq(rec.line, 1);
    cr_expect_eq(rec.raw_len, 2);
    cr_assert_eq(csv_next(r, &rec), CSV_RECORD);
    cr_expect_eq(rec.line, 2);
    cr_expect_eq(rec.fields[0].s[0], 'b');
    cr_expect_not(csv_take_back(r), "a single line stays");
    cr_assert_eq(csv_next(r, &rec), CSV_RECORD);
    cr_expect_eq(rec.fault, CSV_QUOTE);
    csv_close(r);
}

Test(csv, what_is_written_is_read_back)
{
    static const char *const cells[] = {"plain",      "",           "a,b",     "a;b",
                                        "say \"no\"", "two\nlines", " blank ", "\r",
                                        "\"",         "josé"};
    const size_t n = sizeof cells / sizeof cells[0];
    struct csv_reader *r = csv_open(1 << 16, ',');
    struct csv_record rec;
    struct buf out;

    buf_init(&out, 1 << 16);
    for (size_t i = 0; i < n; i++) {
        csv_put(&out, ',', cells[i], strlen(cells[i]));
        buf_add_str(&out, i + 1 < n ? "," : "\r\n");
    }
    csv_feed(r, out.data, out.len);
    csv_feed_end(r);
    cr_assert_eq(csv_next(r, &rec), CSV_RECORD);
    cr_assert_eq(rec.fault, CSV_FINE);
    cr_assert_eq(rec.n, n);
    for (size_t i = 0; i < n; i++)
        cr_expect(rec.fields[i].len == strlen(cells[i]) &&
                      memcmp(rec.fields[i].s, cells[i], rec.fields[i].len) == 0,
                  "%s", cells[i]);
    csv_close(r);
    buf_done(&out);
}
