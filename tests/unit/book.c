/* book: workbooks as their makers differ, and as nobody should make them. Those of a
 * program that others wrote stand in tests/golden/import. */
#include "book/parts.h"
#include "book/zip.h"

#include "export/zip_write.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAIN   "xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\""
#define STRICT "xmlns=\"http://purl.oclc.org/ooxml/spreadsheetml/main\""
#define LINK                                                                             \
    "xmlns:r=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships\""
#define RELS                                                                             \
    "<Relationships "                                                                    \
    "xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\">"
#define TYPE "Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/"

struct parts {
    const char *sheet, *strings, *styles, *workbook, *links;
};

static const char plain_workbook[] =
    "<workbook " MAIN " " LINK
    "><sheets><sheet name=\"One\" sheetId=\"1\" r:id=\"rId1\"/>"
    "</sheets></workbook>";
static const char plain_links[] =
    RELS "<Relationship Id=\"rId1\" " TYPE "worksheet\" Target=\"worksheets/s.xml\"/>"
         "<Relationship Id=\"rId2\" " TYPE "sharedStrings\" Target=\"/xl/strings.xml\"/>"
         "<Relationship Id=\"rId3\" " TYPE "styles\" Target=\"../xl/styles.xml\"/>"
         "</Relationships>";

static void part_add(struct zip_writer *z, const char *name, const char *text)
{
    zip_writer_add(z, name, text, strlen(text));
}

/* The archive; the caller's to free. */
static char *packed(const struct parts *p, size_t *ret_len)
{
    struct zip_writer z;
    char *ret;

    zip_writer_init(&z, 1 << 20);
    part_add(&z, "[Content_Types].xml", "<Types/>");
    part_add(&z, "_rels/.rels",
             RELS "<Relationship Id=\"a\" " TYPE "officeDocument\" "
                  "Target=\"xl/workbook.xml\"/></Relationships>");
    part_add(&z, "xl/workbook.xml", p->workbook != NULL ? p->workbook : plain_workbook);
    part_add(&z, "xl/_rels/workbook.xml.rels", p->links != NULL ? p->links : plain_links);
    part_add(&z, "XL/Worksheets/S.xml", p->sheet);
    part_add(&z, "xl/strings.xml", p->strings != NULL ? p->strings : "<sst " MAIN "/>");
    part_add(&z, "xl/styles.xml",
             p->styles != NULL ? p->styles : "<styleSheet " MAIN "/>");
    cr_assert(zip_writer_end(&z));
    *ret_len = z.files.len;
    ret = malloc(z.files.len);
    memcpy(ret, z.files.data, z.files.len);
    zip_writer_done(&z);
    return ret;
}

static struct book *opened(const struct parts *p, struct err *err)
{
    struct book *b = NULL;
    size_t len;
    char *bytes = packed(p, &len);

    cr_assert(book_is(bytes, len));
    *err = (struct err){0};
    cr_assert_eq(book_open(bytes, len, NULL, &b, err), b != NULL);
    free(bytes);
    return b;
}

/* What becomes of the rows of a sheet. */
static void table_is(const char *rows, const char *want)
{
    char sheet[4096];
    struct err err;
    struct book *b;

    snprintf(sheet, sizeof(sheet),
             "<worksheet " MAIN "><sheetData>%s</sheetData></worksheet>", rows);
    b = opened(&(struct parts){.sheet = sheet}, &err);
    cr_assert_not_null(b, "%s: %s", rows, err.text);
    cr_expect_str_eq(b->table.data, want, "%s", rows);
    book_close(b);
}

static void refused(const struct parts *p, const char *code, const char *word)
{
    struct err err;
    struct book *b = opened(p, &err);

    cr_expect_null(b, "%s", p->sheet);
    cr_expect_str_eq(err.code, code, "%s: %s", p->sheet, err.text);
    cr_expect_not_null(strstr(err.text, word), "%s: %s", p->sheet, err.text);
    book_close(b);
}

static void rows_refused(const char *rows, const char *word)
{
    char sheet[4096];

    snprintf(sheet, sizeof(sheet),
             "<worksheet " MAIN "><sheetData>%s</sheetData></worksheet>", rows);
    refused(&(struct parts){.sheet = sheet}, "BAD_WORKBOOK", word);
}

Test(book, cells)
{
    table_is("<row><c t='inlineStr'><is><t>a</t></is></c><c><v>1</v></c></row>"
             "<row><c/><c><v>2</v></c></row>",
             "\"a\",\"1\"\n,\"2\"\n");
    table_is("<row r='3'><c r='B3'><v>1</v></c></row>", "\n\n,\"1\"\n");
    /* the first rows get as many fields as the widest */
    table_is("<row r='1'><c r='A1'><v>1</v></c></row>"
             "<row r='2'><c r='C2'><v>2</v></c></row>",
             "\"1\",,\n,,\"2\"\n");
    /* what is only painted is no field, and no row */
    table_is("<row r='1'><c r='A1'><v>1</v></c><c r='XFD1' s='4'/></row>"
             "<row r='1048576'><c r='A1048576' s='1'/></row>",
             "\"1\"\n");
    table_is("<row><c t='str'><f>A1</f><v>x \"y\", &lt;z&gt;&#10;w</v></c>"
             "<c t='str'><f>A2</f><v></v></c></row>",
             "\"x \"\"y\"\", <z>\nw\"\n");
    table_is("<row><c t='b'><v>1</v></c><c t='b'><v>0</v></c><c t='d'><v>2024-05-06</v>"
             "</c></row>",
             "\"true\",\"false\",\"2024-05-06\"\n");
    table_is("<row><c t='inlineStr'><is><t>a_x000D_b_x005F_x0041_c_x0041_</t></is></c>"
             "</row>",
             "\"a\rb_x0041_c_x0041_\"\n");
    /* runs are one text; how it is spoken is none */
    table_is("<row><c t='inlineStr'><is><r><t>an</t></r><rPh><t>no</t></rPh><r><t>n</t>"
             "</r></is></c></row>",
             "\"ann\"\n");
    /* somebody's additions are not the sheet's */
    table_is("<row><c><v>1</v><x:v xmlns:x='urn:other'>2</x:v></c></row>", "\"1\"\n");
}

Test(book, texts_that_cells_share)
{
    struct err err;
    struct book *b = opened(
        &(struct parts){
            .sheet = "<worksheet " STRICT "><sheetData><row><c t='s'><v>1</v></c>"
                     "<c t='s'><v>0</v></c><c t='s'><v>2</v></c></row></sheetData>"
                     "</worksheet>",
            .strings = "<sst " STRICT "><si><t>a@b.example</t></si><si><r><t>x</t></r><r>"
                       "<t xml:space='preserve'> y</t></r><rPh><t>z</t></rPh></si><si/>"
                       "</sst>"},
        &err);

    cr_assert_not_null(b, "%s", err.text);
    cr_expect_str_eq(b->table.data, "\"x y\",\"a@b.example\"\n");
    cr_expect_str_eq(b->sheet, "One");
    book_close(b);
}

Test(book, refused)
{
    static const char name[] = "<worksheet " MAIN "><sheetData><row><c><v>1</v></c></row>"
                               "</sheetData></worksheet>";

    rows_refused("<row r='2'><c><v>1</v></c></row><row r='2'/>", "out of order");
    rows_refused("<row r='1048577'><c><v>1</v></c></row>", "out of order");
    rows_refused("<row><c r='B1'><v>1</v></c><c r='B1'><v>2</v></c></row>", "row 1");
    rows_refused("<row><c r='A2'><v>1</v></c></row>", "out of order");
    rows_refused("<row><c r='AMK1'><v>1</v></c></row>", "1024 columns");
    rows_refused("<row><c><v>1.2.3</v></c></row>", "A1 holds no number");
    rows_refused("<row><c t='s'><v>0</v></c></row>", "not there");
    rows_refused("<row r='7'><c r='AB7'><f>A1</f></c><c><v>1</v></c></row>",
                 "AB7 holds a formula");
    rows_refused(
        "<row><c><v>1</v></c></row></sheetData><mergeCells><mergeCell ref='A1:B2'/>"
        "</mergeCells><sheetData>",
        "A1:B2");
    rows_refused("<row><c><v>1</v>", "damaged");
    refused(&(struct parts){.sheet = "<!DOCTYPE x [<!ENTITY a 'b'>]><x>&a;</x>"},
            "BAD_WORKBOOK", "DTD");
    refused(&(struct parts){.sheet = name, .workbook = "<document/>"}, "BAD_WORKBOOK",
            "no sheet of cells");
    refused(&(struct parts){.sheet = name, .links = RELS "</Relationships>"},
            "BAD_WORKBOOK", "no sheet of cells");
    refused(&(struct parts){.sheet = name,
                            .links = RELS "<Relationship Id='rId1' " TYPE "worksheet\" "
                                          "Target='w.xml'/></Relationships>"},
            "BAD_WORKBOOK", "xl/w.xml");
    refused(&(struct parts){.sheet = "<worksheet " MAIN "/>"}, "EMPTY", "row");
}

/* A text of 32 KB named by many cells would be more than any memory. */
Test(book, does_not_grow_without_end)
{
    enum { TEXT = 32000, CELLS = 600 };
    struct buf sheet, strings;
    struct err err;
    struct book *b;

    buf_init(&sheet, 1 << 20);
    buf_init(&strings, 1 << 20);
    buf_add_str(&strings, "<sst " MAIN "><si><t>");
    for (int i = 0; i < TEXT; i++)
        buf_add_str(&strings, "x");
    buf_add_str(&strings, "</t></si></sst>");
    buf_add_str(&sheet, "<worksheet " MAIN "><sheetData><row>");
    for (int i = 0; i < CELLS; i++)
        buf_add_str(&sheet, "<c t='s'><v>0</v></c>");
    buf_add_str(&sheet, "</row></sheetData></worksheet>");
    b = opened(&(struct parts){.sheet = sheet.data, .strings = strings.data}, &err);
    cr_expect_null(b);
    cr_expect_not_null(strstr(err.text, "row 1 is too large"), "%s", err.text);
    buf_done(&sheet);
    buf_done(&strings);
}

Test(book, zip_that_lies)
{
    static const char sheet[] =
        "<worksheet " MAIN "><sheetData><row><c><v>1</v></c></row>"
        "</sheetData></worksheet>";
    struct book *b = NULL;
    struct err err = {0};
    size_t len;
    char *bytes = packed(&(struct parts){.sheet = sheet}, &len);

    for (size_t cut = 0; cut < len; cut++)
        cr_expect_not(book_is(bytes, cut) && book_open(bytes, cut, NULL, &b, &err));
    for (size_t i = 0; i < len; i++) { /* a bit anywhere: read as it was, or refused */
        bytes[i] ^= 0x10;
        if (book_is(bytes, len) && book_open(bytes, len, NULL, &b, &err)) {
            cr_expect_str_eq(b->table.data, "\"1\"\n", "byte %zu", i);
            book_close(b);
        }
        bytes[i] ^= 0x10;
    }
    free(bytes);
}

/* --- numbers --- */

Test(book, numbers)
{
    static const struct {
        const char *raw, *code;
        bool from_1904;
        const char *want, *fault;
    } rows[] = {
        {"491701234567", "General", false, "491701234567", NULL},
        {"491701234567", "#,##0", false, "491701234567", NULL},
        {"491701234567", "@", false, "491701234567", NULL},
        {"999999999999999", "General", false, "999999999999999", NULL},
        {"1000000000000000", "General", false, "1.00000E+15", "ROUNDED_NUMBER"},
        {"4.91E+11", "General", false, "4.91000E+11", "ROUNDED_NUMBER"},
        {"491701234567", "0.00E+00", false, "4.91701E+11", "ROUNDED_NUMBER"},
        {"491701234567", "##0.0E-0;@", false, "4.91701E+11", "ROUNDED_NUMBER"},
        {"5E-1", "General", false, "0.5", NULL},
        {"550", "0.00E+00", false, "550", NULL},
        {"5.1", "General", false, "5.1", NULL},
        {"0.10000000000000001", "General", false, "0.1", NULL},
        {"491701234567.5", "General", false, "491701234567.5", "NUMBER_FORMAT"},
        {"-491701234567", "0;(0)", false, "-491701234567", "NUMBER_FORMAT"},
        {"1701234567", "00000000000", false, "01701234567", NULL},
        {"1701234567", "0000 0000000", false, "01701234567", NULL},
        {"491701234567", "\"+\"0", false, "+491701234567", NULL},
        {"491701234567", "\\+#", false, "+491701234567", NULL},
        {"491701234567", "+0", false, "+491701234567", NULL},
        {"1701234567", "\"0\"0", false, "1701234567", "NUMBER_FORMAT"},
        {"1701234567", "\"+49 \"0", false, "1701234567", "NUMBER_FORMAT"},
        {"1701234567", "\\0General", false, "1701234567", "NUMBER_FORMAT"},
        {"6175550123", "[<=9999999]###-####;(###) ###-####", false, "6175550123", NULL},
        {"12", "0 \"days\"", false, "12", NULL},
        {"45418", "yyyy-mm-dd", false, "2024-05-06", NULL},
        {"45418.5", "[$-407]d/m/yy h:mm;@", false, "2024-05-06T12:00:00", NULL},
        {"45418.999999", "[Red]m/d/yy", false, "2024-05-07", NULL},
        {"45418.25", "h:mm AM/PM", false, "2024-05-06T06:00:00", NULL},
        {"45351", "dd\\.mm\\.yyyy", false, "2024-02-29", NULL},
        {"61", "d", false, "1900-03-01", NULL},
        {"60", "d", false, "60", NULL}, /* a day that never was */
        {"0.5", "h:mm", false, "0.5", NULL},
        {"70.5", "[h]:mm:ss", false, "70.5", NULL},
        {"43956", "yyyy", true, "2024-05-06", NULL},
        {"0", "yyyy", true, "1904-01-01", NULL},
        {"2958465", "yyyy", false, "9999-12-31", NULL},
        {"2958466", "yyyy", false, "2958466", NULL},
    };
    const char *fault;
    char text[NUMBER_BYTES];

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        cr_assert(number_text(rows[i].raw, style_of_code(rows[i].code), rows[i].from_1904,
                              text, &fault));
        cr_expect_str_eq(text, rows[i].want, "%s as %s", rows[i].raw, rows[i].code);
        cr_expect_str_eq(fault != NULL ? fault : "", rows[i].fault ? rows[i].fault : "",
                         "%s as %s", rows[i].raw, rows[i].code);
    }
    cr_expect_not(number_text("inf", (struct style){0}, false, text, &fault));
    cr_expect_not(number_text("1e999", (struct style){0}, false, text, &fault));
    cr_expect_not(number_text("0x10", (struct style){0}, false, text, &fault));
}
