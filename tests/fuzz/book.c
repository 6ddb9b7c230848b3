/*
 * book.c - fuzz target: a workbook's own parts. The first byte has options; then come the
 * sheet, its texts and its styles, a zero byte between them.
 *
 * Whatever the bytes: a workbook is refused with a reason, or it becomes a table that can
 * be read as CSV, a record for each row and none of them with a fault; the cells that are
 * named as faulty are in order, and in the table.
 */
#include "require.h"

#include "book/book.h"
#include "codec/csv.h"
#include "export/zip_write.h"

#include <string.h>

#define RELS                                                                             \
    "<Relationships "                                                                    \
    "xmlns='http://schemas.openxmlformats.org/package/2006/relationships'>"

static void part_add(struct zip_writer *z, const char *name, const char *text)
{
    zip_writer_add(z, name, text, strlen(text));
}

/* The next of the parts of the input. */
static void part_cut(struct zip_writer *z, const char *name, const char **at,
                     const char *end)
{
    const char *stop = memchr(*at, '\0', (size_t)(end - *at));

    stop = stop != NULL ? stop : end;
    zip_writer_add(z, name, *at, (size_t)(stop - *at));
    *at = stop < end ? stop + 1 : end;
}

static void table_look(const struct book *b)
{
    struct csv_reader *r = csv_open(2 * BOOK_ROW_BYTES, ',');
    struct csv_record rec;
    int64_t rows = 0;
    size_t n = 0; /* faults seen */

    csv_feed(r, b->table.data, b->table.len);
    csv_feed_end(r);
    while (csv_next(r, &rec) == CSV_RECORD) {
        rows++;
        require(rec.fault == CSV_FINE, "every row can be read");
        for (; n < b->n_faults && b->faults[n].row == rows; n++)
            require(b->faults[n].column < rec.n &&
                        rec.fields[b->faults[n].column].len > 0,
                    "a fault is of a cell");
    }
    csv_close(r);
    require(n == b->n_faults, "faults are in order, and in the table");
    require(b->hidden_rows <= rows, "what is hidden is there");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *at = (const char *)data + 1, *end = (const char *)data + size;
    struct book *b = NULL;
    struct zip_writer z;
    struct err err = {0};

    if (size < 2 || size > 8192)
        return 0;
    zip_writer_init(&z, 1 << 20);
    part_add(&z, "[Content_Types].xml", "");
    part_add(&z, "_rels/.rels",
             RELS "<Relationship Id='a' Type='/officeDocument' Target='xl/workbook.xml'/>"
                  "</Relationships>");
    part_add(&z, "xl/_rels/workbook.xml.rels",
             RELS "<Relationship Id='a' Type='/worksheet' Target='sheet.xml'/>"
                  "<Relationship Id='b' Type='/sharedStrings' Target='strings.xml'/>"
                  "<Relationship Id='c' Type='/styles' Target='styles.xml'/>"
                  "</Relationships>");
    part_add(
        &z, "xl/workbook.xml",
        (data[0] & 1) != 0
            ? "<workbook><workbookPr date1904='1'/><sheet name='A' id='a'/></workbook>"
            : "<workbook><sheet name='A' id='a'/></workbook>");
    part_cut(&z, "xl/sheet.xml", &at, end);
    part_cut(&z, "xl/strings.xml", &at, end);
    part_cut(&z, "xl/styles.xml", &at, end);
    require(zip_writer_end(&z), "the archive fits");
    if (book_open(z.files.data, z.files.len, NULL, &b, &err))
        table_look(b);
    else
        require(err.code[0] != '\0' && err.text[0] != '\0', "a refusal has a reason");
    book_close(b);
    zip_writer_done(&z);
    return 0;
}
