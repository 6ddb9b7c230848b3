"""Files as they come after an accident: cut, in another order, in another encoding, with a quote
too many. No row is lost without a line that says so, and what changes nothing changes nothing.
"""
import csv
import io
import json
import pathlib
import random
import re
import subprocess

import pytest
from hands import MODE, ROOT

SHOW = pathlib.Path(ROOT) / "build" / MODE / "tools" / "sheet_show"
GOLDEN = pathlib.Path(ROOT) / "tests" / "golden" / "import"
ADDRESS = re.compile(r"[^\s,;|\"'<>:\\{}\[\]=()]+@[^\s,;|\"'<>:\\{}\[\]=()]+")
SUM = re.compile(r"^(\d+) records = (\d+) said \(\d+ in part\) \+ (\d+) bad \+ (\d+) silent"
                 r" \+ (\d+) blank \+ (\d+) names$", re.M)


def show(options, data, name):
    """(refused, [(line, what)]) of a file; the sum of its records is right."""
    done = subprocess.run([SHOW, options, "-"], input=data, capture_output=True, timeout=60,
                          check=False)
    assert done.returncode in (0, 1), (name, done.returncode, done.stderr)
    out = done.stdout.decode("utf-8", "replace")
    assert not re.search("^refused: SUM", out, re.M), (name, out)
    if done.returncode == 1:
        assert re.search(r"^refused: [A-Z0-9_]+: .", out, re.M), (name, out)
        return True, []
    total, *parts = (int(n) for n in SUM.search(out).groups())
    assert total == sum(parts), (name, out)
    rows = [(int(m[1]), m[2]) for m in re.finditer(r"^(\d+) (?!records)(.*)$", out, re.M)]
    return False, [r for r in rows if not r[1].startswith("of the dates")]


def said(rows):
    """What is said of whom, whatever line it stands on."""
    return sorted({re.sub(r" at \S+ of .*", "", what) for _, what in rows
                   if re.match(r"(optout|feedback)\.", what)})


def assert_nobody_is_lost(data, rows, name):
    """Every line of a CSV with an address in it is told, or within a record that is."""
    text = data.decode("utf-8", "surrogateescape").lstrip("\ufeff")
    lines = re.split(r"\r\n|\r|\n", text)
    told = sorted({line for line, _ in rows})
    for number, line in enumerate(lines, 1):
        if not ADDRESS.search(line) or number in told:
            continue
        before = [n for n in told if n < number]
        inside = before and "\n".join(lines[before[-1] - 1:number - 1]).count('"') % 2 == 1
        assert inside, (name, number, line, rows)


def cases(ends):
    """(options, file) of the golden files that are read, of this kind."""
    found = []
    for want in sorted(GOLDEN.glob("*.want")):
        head, *rest = want.read_text(encoding="utf-8").splitlines()
        _, options, file = head.split(" ")
        if file.endswith(ends) and not any(
                r.startswith("refused") or "CUT_OFF" in r for r in rest):  # broken as it is
            found.append(pytest.param(options.replace("~", " "), file, id=want.stem))
    return found


def read(file):
    return (GOLDEN / file).read_bytes()


def is_utf8(data):
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return b"\x1b" not in data  # ISO-2022-JP: seven bits, and no text as it stands


ALL = cases((".csv", ".txt", ".tsv"))
# made-* are more systems and no other writing: breaking them finds nothing new
CSV = [c for c in ALL if not c.id.startswith("made-")]


@pytest.mark.parametrize("options,file", CSV)
def test_broken_files(options, file):
    data = read(file)
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return  # its lines are not to be counted in bytes
    options = f"{options},name={file}" if "name=" not in options else options
    chance = random.Random(file)
    for turn in range(10):
        broken, name = bytearray(data), f"{file}, turn {turn}"
        what = chance.randrange(6)
        if what == 0:
            broken = broken[:chance.randrange(len(broken))]
        elif what == 1:
            broken.insert(chance.randrange(len(broken)), chance.choice(b"\"'\n,;\t|@\r"))
        elif what == 2:
            del broken[chance.randrange(len(broken))]
        elif what == 3:
            broken[chance.randrange(len(broken))] = chance.randrange(1, 128)
        elif what == 4:
            lines = bytes(broken).splitlines(True)
            chance.shuffle(lines)
            broken = b"".join(lines)
        else:
            at = chance.randrange(len(broken))
            broken = broken[:at] + data[chance.randrange(len(data)):] + broken[at:]
        refused, rows = show(options, bytes(broken), name)
        if not refused:
            assert_nobody_is_lost(bytes(broken), rows, name)


@pytest.mark.parametrize("options,file", CSV)
def test_the_same_in_another_writing(options, file):
    """Encodings, marks, and line ends change nothing of what is said."""
    data = read(file)
    if not is_utf8(data) or data[:3] == b"\xef\xbb\xbf" or b"\0" in data:
        return
    text = data.decode()
    options = f"{options},name={file}" if "name=" not in options else options
    want = said(show(options, data, file)[1])
    for name, other in (
            ("mark", b"\xef\xbb\xbf" + data),
            ("UTF-16", b"\xff\xfe" + text.encode("utf-16-le")),
            ("UTF-16, the other way", b"\xfe\xff" + text.encode("utf-16-be")),
            ("CRLF", re.sub(rb"(?<!\r)\n", b"\r\n", data)),
            ("no last line end", data.rstrip(b"\r\n")),
            ("the lines twice", data + b"\n" + data)):
        refused, rows = show(options, other, (file, name))
        assert not refused and said(rows) == want, (file, name, rows)
    if "\r" not in text and '"' not in text:
        assert said(show(options, data.replace(b"\n", b"\r"), file)[1]) == want
    if all(ord(c) < 128 or c in "éüößÄ" for c in text) and "encoding" not in options:
        refused, rows = show(options, text.encode("latin-1"), (file, "Latin-1"))
        assert not refused and said(rows) == want, (file, rows)


LETTERS = [c for c in ALL if is_utf8(read(c.values[1])) and not read(c.values[1]).isascii()]


@pytest.mark.parametrize("options,file", LETTERS)
def test_in_an_encoding_of_its_language(options, file):
    """The same is said, or it is refused, or an address is held back: never another thing."""
    data = read(file)
    options = f"{options},name={file}" if "name=" not in options else options
    refused, rows = show(options, data, file)
    want = said(rows)
    for encoding in ("cp1250", "cp1251", "cp1252", "cp1253", "cp1254", "cp1255", "cp1256",
                     "koi8-r", "shift_jis", "euc-jp", "gbk", "big5", "euc-kr", "cp874"):
        try:
            other = data.decode("utf-8-sig").encode(encoding)
        except UnicodeEncodeError:
            continue
        now_refused, rows = show(options, other, (file, encoding))
        unsure = [r for r in rows if "ENCODING_UNSURE" in r[1] or "BAD_UTF8" in r[1]]
        if not refused and not now_refused and not unsure:
            assert said(rows) == want, (file, encoding, rows)


def with_names(param):
    want = (GOLDEN / f"{param.id}.want").read_text(encoding="utf-8")
    return "names on line 1" in want and "column=1" not in param.values[0]


@pytest.mark.parametrize("options,file", [c for c in CSV if with_names(c)])
def test_the_columns_in_another_order_and_with_another_mark_between(options, file):
    data = read(file)
    if not is_utf8(data) or data.startswith(b"sep=") or b"\0" in data:
        return
    options = f"{options},name={file}" if "name=" not in options else options
    refused, rows = show(options, data, file)
    bad = [r for r in rows if r[1].startswith("bad")]
    if refused or any("FIELDS" in what or "QUOTE" in what for _, what in bad):
        return  # of a file that is broken already another order is another file
    want = said(rows)
    marks = {"comma": ",", "semicolon": ";", "tab": "\t", "pipe": "|"}
    out = subprocess.run([SHOW, options, "-"], input=data, capture_output=True, check=True).stdout
    mark = marks[re.search(rb"CSV \((\w+)\)", out)[1].decode()]
    table = list(csv.reader(io.StringIO(data.decode(), newline=""), delimiter=mark))
    chance, width = random.Random(file), len(table[0])
    for mark in marks.values():
        order = list(range(width))
        chance.shuffle(order)
        out = io.StringIO(newline="")
        writer = csv.writer(out, delimiter=mark)
        for row in table:
            cells = row + [""] * (width - len(row))
            writer.writerow([cells[i] for i in order] + row[width:])
        refused, rows = show(options, out.getvalue().encode(), (file, mark))
        assert not refused and said(rows) == want, (file, mark, order, rows)


@pytest.mark.parametrize("options,file", cases((".json", ".ndjson")))
def test_json_in_another_writing(options, file):
    data = read(file)
    text = data.decode("utf-16" if data[:2] == b"\xff\xfe" else
                       "utf-16-be" if data[:1] == b"\0" else "utf-8-sig")
    want = said(show(options, data, file)[1])
    others = [b"\xef\xbb\xbf" + text.encode(), b"\xff\xfe" + text.encode("utf-16-le"),
              text.encode("utf-16-be")]
    try:
        whole = json.loads(text)
        others += [json.dumps(whole).encode(),
                   json.dumps(whole, indent=1, sort_keys=True, ensure_ascii=False).encode()]
        if isinstance(whole, dict):
            others += [json.dumps(whole).encode() * 2, json.dumps([whole, whole]).encode()]
    except ValueError:
        pass  # documents behind each other
    for n, other in enumerate(others):
        refused, rows = show(options, other, (file, n))
        assert not refused and said(rows) == want, (file, n, rows)
    for cut in range(1, len(text) - 1, 7):
        refused, rows = show(options, text[:cut].encode(), (file, cut))
        # half a text is none, unless it ends behind one of several documents
        assert refused or set(said(rows)) <= set(want), (file, cut, rows)
