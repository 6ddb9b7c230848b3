"""parsers.py - who reads bytes of strangers has a fuzz target.

A parser is a header of common/ with a function that reads so many bytes (READS). A fuzz
target includes it, or tests/fuzz/README.md says in a table what target reaches it or
whose bytes it reads.
"""
import re

from tree import bare, exists, files, text

PAGE = "tests/fuzz/README.md"
READS = re.compile(
    r"\b(\w*(?:read|parse|from_json|open|unpack|load|feed|decode|content|find|repair|signed)\w*)"
    r"\((?:[^();]*,)?\s*const (?:char|void|uint8_t) \*\w+,\s*size_t \w+[^;]*\);")
ROW = re.compile(r"^\| `([^`]+)` \| (.+) \|$", re.M)
INCLUDE = re.compile(r'#include "([^"]+)"')


def parsers():
    """As C includes them."""
    for path in files(".h", under=("common/",)):
        if READS.search(bare(path)):
            yield path.removeprefix("common/")


def fuzzed():
    """Reached by a target: by an include of its own, or by one of a case of the unit tests
    that it shares."""
    for path in files(".c", under=("tests/fuzz/",)):
        for name in INCLUDE.findall(text(path)):
            yield name
            if name.startswith("../"):
                yield from INCLUDE.findall(text("tests/" + name.removeprefix("../")))


def parser_targets():
    """a fuzz target for every parser that strangers reach"""
    known, rows = set(fuzzed()), dict(ROW.findall(text(PAGE)))
    for header in parsers():
        if header not in known and header not in rows:
            yield (f"common/{header} reads bytes: no target of tests/fuzz includes it, and "
                   f"{PAGE} says nothing of it")
    for header, why in rows.items():
        if not exists("common/" + header):
            yield f"{PAGE}: there is no common/{header}"
        if header in known:
            yield f"{PAGE}: {header} is included by a target, its row may go"
        for target in re.findall(r"`(\w+)\.c`", why):
            if not exists(f"tests/fuzz/{target}.c"):
                yield f"{PAGE}: there is no target {target}"


CHECKS = (parser_targets,)
