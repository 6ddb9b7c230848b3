"""docs.py - what the code says must stand in the documents, and the other way round.

To have another kind of word held against the documents, add a row to SAID.
"""
import re

import requirements
from layers import MAY_USE
from tree import everything, exists, files, lines_matching, text, without_comments
from sample import configured, program

LINE_END = "\\\n"


def macro_body(path, name):
    """The replacement text of #define NAME(X), over its continued lines."""
    start = re.search(rf"#define {name}\(X\)(?:[^\n]*\\\n)*[^\n]*\n", text(path))
    return re.sub(r"/\*.*?\*/", " ", start.group(), flags=re.S) if start else ""


def vocabulary():
    path = "common/core/vocab.h"
    for table in re.findall(r"#define (\w+)\(X\)", text(path)):
        for word in re.findall(r'"([^"]*)"', macro_body(path, table)):
            if word:
                yield word, f"{path}, {table}"


def reasons():
    path = "common/core/decision/decide.h"
    for table in ("REASONS", "OBLIGATIONS"):
        for word in re.findall(r"X\(\d+, (\w+)\)", macro_body(path, table)):
            yield word, f"{path}, {table}"


def settings():
    for path in files(".c", ".h", under=("services/", "common/")):
        rows = re.findall(r'\{\s*"([a-z0-9_.]+)"\s*,\s*(?:NULL|"[A-Z_]+")\s*,\s*CONF_[A-Z]+\b',
                          without_comments(path))
        for name in rows:
            yield name, path


def metrics():
    for path in files(".c", ".h", under=("services/", "common/")):
        content = without_comments(path)
        if re.search(r"\b(METRIC_)?(COUNTER|GAUGE|HISTOGRAM)\b", content):
            for name in re.findall(r'"((?:consent|process)_[a-z0-9_]+)"', content):
                yield name, path


# what, where the words come from
SAID = (
    ("word", vocabulary),
    ("reason", reasons),
    ("setting", settings),
    ("metric", metrics),
)


def documents():
    return files(".md")


def named():
    """every word, reason, setting and metric of the code is named in a document"""
    # the map names code and tests, and explains no word
    prose = "\n".join(text(path) for path in documents() if path != requirements.PAGE)
    for kind, source in SAID:
        seen = set()
        for word, where in source():
            if word in seen:
                continue
            seen.add(word)
            if not re.search(rf"(?<![\w.-]){re.escape(word)}(?![\w-])", prose):
                yield f"{kind} {word} ({where}) is named in no document"
    if not list(vocabulary()) or not list(reasons()):
        yield "found no words in vocab.h or decide.h: has their form changed?"


def code_spans(path):
    """(line, text) of what stands between backticks or in fenced blocks."""
    fenced = False
    for number, line in enumerate(text(path).splitlines(), 1):
        if line.lstrip().startswith("```"):
            fenced = not fenced
        elif fenced:
            yield number, line
        else:
            for span in re.findall(r"`([^`]+)`", line):
                yield number, span


def services():
    return {path.split("/")[1] for path in files("/main.c", under=("services/",))}


def commands():
    """every make target, program and consentctl command in a document exists"""
    targets = set(re.findall(r"^([a-z][\w.-]*)\s*:(?!=)", text("Makefile"), re.M))
    programs = {program(s) for s in services()} | set(re.findall(  # users are named like them
        r"^[gu] (\S+)", text("deploy/systemd/consentmq.sysusers.conf"), re.M))
    ctl = "\n".join(without_comments(p) for p in files(".c", ".h",
                                                        under=("services/consentctl/",)))
    for path in documents():
        for line, span in code_spans(path):
            where = f"{path}:{line}: "
            for target in re.findall(r"(?:^|[;&|]\s*)make ((?:[a-z][\w-]*)(?!\S))",
                                     span.strip()):
                if target not in targets:
                    yield where + f"there is no `make {target}`"
            for name in re.findall(r"(?<![\w/.@$-])(consent-[a-z]+)\b(?![-./*]|@\w+\.timer)", span):
                if name not in programs:
                    yield where + f"there is no program {name}"
            for word in re.findall(r"(?:^|[\s/])consentctl ([a-z]+)\b", span):
                if f'"{word}"' not in ctl:
                    yield where + f"consentctl has no command {word}"


def routes():
    """every HTTP route in a document is served"""
    code = "\n".join(without_comments(p)
                     for p in files(".c", ".h", under=("services/", "common/http/")))
    for path in documents():
        for line, span in code_spans(path):
            for route in re.findall(r"\b(?:GET|POST|PUT|DELETE|HEAD) (/[\w/{}.-]*)", span):
                fixed = route.split("{")[0]
                if f'"{fixed}' not in code:
                    yield f"{path}:{line}: nothing serves {route}"


TOP = ("common/", "services/", "schemas/", "deploy/", "tests/", ".ci/")


def paths():
    """every file or folder of the project that a document names exists"""
    known = set(everything())
    for path in documents():
        folder = path.rsplit("/", 1)[0] + "/" if "/" in path else ""
        for number, line in enumerate(text(path).splitlines(), 1):
            for target in re.findall(r"\]\(([^)#\s:]+)(?:#[^)]*)?\)", line):
                if not exists(folder + target):
                    yield f"{path}:{number}: the link to {target} leads nowhere"
        for number, span in code_spans(path):
            for name in re.findall(r"(?<![\w/.<$-])((?:" + "|".join(map(re.escape, TOP)) +
                                   r")[\w./-]*\w)(?![\w*<{$])", span):
                if name not in known and not exists(name) and not exists(folder + name):
                    yield f"{path}:{number}: there is no {name}"


def explained():
    """every layer, service and program with settings is named in a document"""
    prose = "\n".join(text(path) for path in documents())
    want = {f"common/{p.split('/')[1]}" for p in files(".c", under=("common/",))}
    want |= {program(s) for s in services()} | set(configured())
    for name in sorted(want):
        if not re.search(rf"(?<![\w-]){re.escape(name)}\b", prose):
            yield f"{name} is named in no document"


# Where the reasons of receipts and quarantine come from, and how they stand there.
FAULT_PLACES = (
    (("common/core/event/",), r'admit_fault\(w, "([A-Z0-9_]+)"'),
    (("common/core/event/",), r'\.reason = "([A-Z0-9_]+)"'),
    (("common/ident/",), r'\bfail\(\s*err,\s*"([A-Z0-9_]+)"'),
    (("common/intake/identify",), r'ERR_INPUT, "([A-Z0-9_]+)"'),
    (("common/store/event/ingest_",), r'keep_text\(b, "([A-Z0-9_]+)"\)'),
    (("schemas/sql/141_ingest_batch.sql",), r"r_reason\[i\] := '([A-Z0-9_]+)'"),
)


def faults():
    """the reasons of receipts and quarantine are one table, in code and documents"""
    body = macro_body("common/core/event/fault_codes.h", "FAULT_CODES")
    rows = re.findall(r'X\((\w+), "([^"]*)",[\s\\]*"([^"]*)"\)', body)
    table = {code for code, _, _ in rows}
    if len(rows) != body.count("X("):
        yield "core/event/fault_codes.h: not every row has a sentence and an advice"
    made = {code: "the decoder" for code in
            re.findall(r"X\((\w+)\)", macro_body("common/codec/event/event_json.h",
                                                 "EVENT_FAULTS"))}
    for under, pattern in FAULT_PLACES:
        paths = files(".c", ".h", ".sql", under=under)
        found = {code: path for path in paths
                 for code in re.findall(pattern, without_comments(path))}
        if not found:
            yield f"nothing like {pattern} under {under[0]}: has its form changed?"
        made |= found
    page = text("schemas/README.md").split("\n## Reasons\n")[1].split("\n## ")[0]
    listed = set(re.findall(r"(?m)^\| `([A-Z0-9_]+)` \|", page))
    for code in sorted(made.keys() - table):
        yield f"{made[code]}: {code} has no sentence in core/event/fault_codes.h"
    for code in sorted(table - made.keys()):
        yield f"core/event/fault_codes.h: nothing gives {code}"
    for code in sorted(table ^ listed):
        yield f"{code} is not both in fault_codes.h and in schemas/README.md, Reasons"
    page = text("schemas/SOURCES.md").split("\n## Reasons, and what to do\n")[1].split("\n**")[0]
    told = set(re.findall(r"(?m)^\| `([A-Z0-9_]+)` \| (.*) \| (.*) \|$", page))
    for row in sorted(set(rows) ^ told):
        yield f"{row[0]} does not stand alike in fault_codes.h and in schemas/SOURCES.md, Reasons"


def tour():
    """the README's tour names every folder, and of each layer what it uses"""
    rows = dict(re.findall(r"(?m)^\| \[([\w/]+)\]\(\1\) \|.*\| ([^|]*)\|$",
                           text("README.md")))
    want = {"/".join(p.split("/")[:2]) for p in everything()
            if p.startswith(("common/", "services/")) and p.count("/") > 1}
    for folder in sorted(want - rows.keys()):
        yield f"README.md: the tour does not name {folder}"
    for folder in sorted(rows.keys() - want):
        if not exists(folder):
            yield f"README.md: there is no {folder}"
    named_by = {folder: set(re.findall(r"\w+", uses.split(";")[0])) & MAY_USE.keys()
                for folder, uses in rows.items()}

    def reached(layer):
        found = set()
        for below in named_by.get(f"common/{layer}", set()):
            found |= {below} | reached(below)
        return found

    for layer, may in MAY_USE.items():
        for other in sorted(named_by.get(f"common/{layer}", set()) - may):
            yield f"README.md: common/{layer} may not use {other}"
        for other in sorted(may - reached(layer)):
            yield f"README.md: common/{layer} uses {other}, and its row does not say so"


# Words that a reader with everyday English would have to look up, and what to say.
ODD = {"mend": "fix", "mends": "fixes", "mended": "fixed", "mending": "fixing",
       "anew": "again", "heed": "follow", "heeded": "followed", "whence": "from where",
       "whither": "where to", "thence": "from there", "hence": "so", "lest": "so that ... not",
       "henceforth": "from now on", "forthwith": "at once", "wherefore": "why",
       "albeit": "although", "betwixt": "between", "nought": "nothing"}


def plain():
    """what people read is in everyday English"""
    pattern = r"(?i)(?<![\w.])(" + "|".join(ODD) + r")(?![\w(])"
    for path in files(".md", ".c", ".h", ".sql", ".js", ".html", ".sample", ".yaml", ".yml",
                      under=("common/", "services/", "schemas/", "deploy/", "README.md",
                             "tests/README.md")):
        if path.startswith("schemas/register/policy/"):
            continue  # the law's words, and the policy's
        for line, match in lines_matching(pattern, text(path)):
            word = match.group(1)
            yield f"{path}:{line}: say \"{ODD[word.lower()]}\" for \"{word}\""


CHECKS = (named, faults, tour, plain, commands, routes, paths, explained)
