#!/usr/bin/python3
"""books.py FOLDER - the workbooks of tests/golden/import, made by a program that others wrote
(Debian's python3-openpyxl). Formulas have their values put in afterwards, as a spreadsheet
does that saves them."""
import datetime
import io
import pathlib
import re
import sys
import zipfile

import openpyxl

FOLDER = pathlib.Path(sys.argv[1])
DAY, TIME = datetime.date, datetime.datetime


def book(*rows, title="Sheet1"):
    made = openpyxl.Workbook()
    made.active.title = title
    for row in rows:
        made.active.append(row)
    return made


def save(made, name, values=()):
    """values: (cell, type, cached value) of formulas."""
    packed = io.BytesIO()
    made.save(packed)
    with zipfile.ZipFile(packed) as old, \
            zipfile.ZipFile(FOLDER / f"{name}.xlsx", "w", zipfile.ZIP_DEFLATED) as new:
        for part in sorted(old.namelist()):
            text = old.read(part)
            if part == "docProps/core.xml":  # the time it was made
                text = re.sub(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", b"2024-01-01T00:00:00Z", text)
            if part == "xl/worksheets/sheet1.xml":
                for cell, kind, value in values:
                    text, n = re.subn(
                        rf'<c r="{cell}"[^>]*>(<f>[^<]*</f>)<v ?/?>(</v>)?</c>'.encode(),
                        rf'<c r="{cell}" t="{kind}">\1<v>{value}</v></c>'.encode(), text)
                    assert n == 1, cell
            new.writestr(zipfile.ZipInfo(part, (2024, 1, 1, 0, 0, 0)), text, zipfile.ZIP_DEFLATED)


# Texts, numbers, days, several in a cell, a column that is left out at the end of rows.
save(book(["E-Mail", "Telefon", "Abgemeldet am", "Bemerkung"],
          ["ann@example.com", "+49 170 1234567", TIME(2024, 5, 6, 7, 8, 9), 'said "no", by phone'],
          ["bob@example.com", None, DAY(2024, 5, 7)],
          [None, 491701234568, DAY(2024, 5, 8), "a number, whole"],
          [],
          ["cid@example.com; dot@example.com", None, DAY(2024, 5, 9)],
          ["eve@example.com\nfay@example.com", "+49 170 1234570\n+49 170 1234571", DAY(2024, 5, 9),
           "lines within cells"],
          ["gil@exämple.com", None, DAY(2024, 5, 10), "Grüße, 你好"],
          ["=SUM(1)".replace("=", "'="), None, DAY(2024, 5, 10), "no address"],
          title="Abmeldungen"), "book")

# No names, one column, from somewhere in the sheet.
made = book()
made.active["C3"], made.active["C4"], made.active["C6"] = "ann@example.com", "bob@example.com", "cid"
save(made, "book-no-names")

# Flags and formulas, as values that were worked out; one of them failed.
save(book(["email", "newsletter_optout", "sms_optout", "phone"],
          ["ann@example.com", True, False, "+491701234561"],
          ["bob@example.com", False, False, "+491701234562"],
          ["=A2", "=TRUE()", False, "+491701234563"],
          ["dot@example.com", "=NA()", False, "+491701234564"],
          ["=VLOOKUP(1,A1:B1,2)", True, True, "+491701234565"],
          ["eve@example.com", 1, 0, "=1/0"]), "book-formulas",
     [("A4", "str", "cid@example.com"), ("B4", "b", "1"), ("B5", "e", "#N/A"),
      ("A6", "e", "#REF!"), ("D7", "e", "#DIV/0!")])

# Numbers of which digits are gone, and which are shown with more than they have.
made = book(["phone", "unsubscribed_at"],
            [491701234567, DAY(2024, 5, 1)], [491701234567, DAY(2024, 5, 1)],
            [491700000000, DAY(2024, 5, 1)], ["4.91702E+11", DAY(2024, 5, 1)],
            ["4,91702E+11", DAY(2024, 5, 1)], [4917012345678901234, DAY(2024, 5, 1)],
            [1701234567, DAY(2024, 5, 1)], [491701234568, DAY(2024, 5, 1)],
            [1701234569, DAY(2024, 5, 1)], [491701234570.5, DAY(2024, 5, 1)])
for cell, code in (("A3", "0.00E+00"), ("A4", "##0.0E+0"), ("A8", "00000000000"),
                   ("A9", '"+"0'), ("A10", '"0"0')):
    made.active[cell].number_format = code
save(made, "book-numbers")

# Days in the other system, as text, as bare numbers, and ones that cannot be read.
made = book(["email", "unsubscribed_at"],
            ["ann@example.com", TIME(2024, 2, 29, 23, 59, 59)],
            ["bob@example.com", 44000], ["cid@example.com", "2024-03-01 10:00"],
            ["dot@example.com", datetime.time(10, 30)], ["eve@example.com", "=1/0"],
            ["fay@example.com", 44000.25])
made.active["B3"].number_format = "[$-407]d. mmm yyyy;@"
made.active["B7"].number_format = "[h]:mm:ss"
made.epoch = openpyxl.utils.datetime.CALENDAR_MAC_1904
made.active["B2"] = TIME(2024, 2, 29, 23, 59, 59)
save(made, "book-1904", [("B6", "e", "#VALUE!")])

# Hidden by a filter and by hand.
made = book(["email", "status", "unsubscribed_at"], ["ann@example.com", "unsubscribed", DAY(2024, 5, 1)],
            ["bob@example.com", "unsubscribed", DAY(2024, 5, 2)], ["cid@example.com", "subscribed", None])
made.active.auto_filter.ref = "A1:C4"
made.active.row_dimensions[3].hidden = True
made.active.row_dimensions[9].hidden = True
made.active.column_dimensions["C"].hidden = True
save(made, "book-hidden")

made = book(["Unsubscribed in May"], ["email"], ["ann@example.com"])
made.active.merge_cells("A1:C1")
save(made, "book-merged")

# Two sheets with rows, an empty one, a chart.
made = book(title="Notes")
made.create_sheet("May").append(["may@example.com"])
made.create_sheet("June").append(["june@example.com"])
made.create_chartsheet("Picture")
save(made, "book-sheets")
made = book(title="Empty")
made.create_sheet("May").append(["ann@example.com"])
save(made, "book-second-sheet")
save(book(), "book-empty")
save(book(["email"], ["=CONCATENATE(1,2)"]), "book-no-value")
