"""requirements.py - the map: every rule of the policy, where it is built, what proves it.

schemas/register/policy/map.tsv is the map, MAP.md beside it its readable form. A reference
is a path, or path:symbol; a test is one of

    tests/golden/decisions/FILE.txt:the words after `case`
    tests/unit/FILE.c:name                  of Test(suite, name); property tests as well
    tests/integration/FILE.py::name
    a file of tests/golden with its .expect beside it
"""
import csv
import io
import re

from tree import ROOT, exists, text, without_comments

MAP = "schemas/register/policy/map.tsv"
PAGE = "schemas/register/policy/MAP.md"
FIELDS = ["id", "asks", "status", "where", "tests", "note"]
STATUS = ("done", "partly", "not yet", "out of scope")
BETWEEN = " | "

RETENTION = [f"R{n:02}{part}" for n in range(1, 16) for part in ("ab" if n == 4 else [""])]
GROUPS = (
    ("Statements of the policy", [f"S{n}" for n in range(1, 49)]),
    ("Retention rows", RETENTION),
    ("Gates of the decision", [f"P{n}" for n in range(1, 22)]),
)

HEAD = """# The map

<!-- Made from map.tsv by tests/lint/map; edit that, then run tests/lint/map --write. -->

What the privacy policy asks, row by row: what of it is built, where, and which tests prove it. S rows are statements of
the policy of 15 November 2021, R rows are those of its table of retention, P rows the gates of
`common/core/README.md`. Everything that is not `done` says what is missing. `tests/lint/run` fails when a row names a
file, a function or a test that is not there.
"""


def rows():
    table = csv.reader(io.StringIO(text(MAP)), delimiter="\t", quoting=csv.QUOTE_NONE)
    if next(table) != FIELDS:
        raise ValueError(f"{MAP}: the first line must name {', '.join(FIELDS)}")
    for number, row in enumerate(table, 2):
        if len(row) != len(FIELDS):
            raise ValueError(f"{MAP}:{number}: {len(row)} fields instead of {len(FIELDS)}")
        found = dict(zip(FIELDS, row))
        for field in ("where", "tests"):
            found[field] = found[field].split(BETWEEN) if found[field] else []
        yield found


def by_file(references):
    """`file`: its names, file by file in the order of their first mention."""
    files = {}
    for path, name in (re.fullmatch(r"([^:]+)(?:::?(.*))?", r).groups() for r in references):
        files.setdefault(path, [])
        if name:
            files[path].append(name)
    said = []
    for path, names in files.items():
        if path.endswith(".txt"):
            names = [f"“{name}”" for name in names]
        said.append(f"`{path}`" + (": " if names else "") + ", ".join(names))
    return "<br>".join(said).replace("*", r"\*")


def page():
    found = {row["id"]: row for row in rows()}
    count = {s: sum(row["status"] == s for row in found.values()) for s in STATUS}
    out = [HEAD, ", ".join(f"{n} {s}" for s, n in count.items()) + "."]
    for title, ids in GROUPS:
        out += ["", f"## {title}", "", "| row | what is asked | | where | proved by |",
                "|---|---|---|---|---|"]
        for row in (found[i] for i in ids if i in found):
            status = row["status"] + (f": {row['note']}" if row["note"] else "")
            out.append(f"| {row['id']} | {row['asks']} | {status} | {by_file(row['where'])} | "
                       f"{by_file(row['tests'])} |")
    return "\n".join(out) + "\n"


def write():
    (ROOT / PAGE).write_text(page(), encoding="utf-8")


def test_exists(reference):
    path, _, name = reference.partition(":")
    if not exists(path):
        return False
    if not name:
        return path.startswith("tests/golden/") and path.endswith(".json") and \
            exists(path[:-5] + ".expect")
    body = text(path)
    if path.endswith(".txt"):
        return f"\ncase {name}\n" in body
    if path.endswith(".py"):
        return re.search(rf"^def {re.escape(name[1:])}\(", body, re.M) is not None
    return re.search(rf"^Test\(\w+, {re.escape(name)}[,)]", body, re.M) is not None


def place_exists(reference):
    """A name in a .c file is a function that stands there, elsewhere any word."""
    path, _, symbol = reference.partition(":")
    if not exists(path):
        return False
    body = without_comments(path) if path.endswith((".c", ".h")) else text(path)
    if path.endswith(".c") and symbol:
        return re.search(rf"^[a-z][\w *]*\b{symbol}\([^;]*?\)\n{{", body, re.M) is not None
    return not symbol or re.search(rf"(?<![\w-]){re.escape(symbol)}(?![\w-])", body) is not None


def wrong_with(row):
    if row["status"] not in STATUS:
        yield f"status {row['status']!r} is none of {', '.join(STATUS)}"
    if row["status"] == "done" and not (row["where"] and row["tests"]):
        yield "is done, but names no place or no test"
    if row["status"] != "done" and not row["note"]:
        yield "is not done and does not say what is missing"
    if not row["asks"]:
        yield "does not say what is asked"
    for reference in row["where"]:
        if not place_exists(reference):
            yield f"there is no {reference}"
    for reference in row["tests"]:
        if not test_exists(reference):
            yield f"there is no test {reference}"


def requirements():
    """the map has every rule of the policy, and names code and tests that exist"""
    try:
        found = list(rows())
    except ValueError as wrong:
        yield str(wrong)
        return
    ids = [row["id"] for row in found]
    wanted = [i for _, group in GROUPS for i in group]
    yield from (f"{MAP}: {i} is missing" for i in wanted if i not in ids)
    yield from (f"{MAP}: {i} stands {ids.count(i)} times" for i in wanted if ids.count(i) > 1)
    yield from (f"{MAP}: there is no rule {i}" for i in ids if i not in wanted)
    for row in found:
        yield from (f"{MAP}: {row['id']}: {wrong}" for wrong in wrong_with(row))
    if not exists(PAGE) or text(PAGE) != page():
        yield f"{PAGE} is not what {MAP} says: run tests/lint/map --write"


CHECKS = (requirements,)
