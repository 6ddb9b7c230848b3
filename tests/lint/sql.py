"""sql.py - a number of the vocabulary in SQL has its name beside it: kind = 1 /*grant*/."""
import re

from docs import macro_body
from tree import TOKEN, blank, files, lines_matching, text, without_comments

VOCAB = "common/core/vocab.h"


def table(path, name, bits=False):
    """{id in lower case: number} of an X-macro."""
    rows = re.findall(r"X\(\s*(\d+), (\w+)", macro_body(path, name))
    return {word.lower(): 1 << int(n) if bits else int(n) for n, word in rows}


def enum(path, name, prefix):
    """{id in lower case: number} of an enum that counts by itself."""
    body = re.search(rf"enum {name} \{{(.*?)\}}", without_comments(path), re.S).group(1)
    found, n = {}, -1
    for word, given in re.findall(rf"\b{prefix}(\w+)(?: = (\d+))?", body):
        n = int(given) if given else n + 1
        found[word.lower()] = n
    return found


def columns():
    """Column of a table, and the words its numbers may have; a word may be in several."""
    kinds = (table(VOCAB, "FACT_KINDS"), table(VOCAB, "CHANGES"),
             table(VOCAB, "CONTACT_KINDS"))
    status = (table(VOCAB, "LIST_STATUSES"),)
    return {
        "kind": kinds,
        "outcome": (table(VOCAB, "OUTCOMES"),
                    table("common/core/access.h", "LOOKUP_OUTCOMES")),
        "type": (table(VOCAB, "EVENT_TYPES"),),
        "source_type": (table(VOCAB, "SOURCE_TYPES"),),
        "status": status, "prior": status, "on_status": status,
        "role": (table("common/core/access.h", "ACCESS_ROLES"),),
        "state": (enum("common/core/event/quarantine.h", "quarantine_state",
                       "QUARANTINE_"),),
        "voice": (enum("common/core/lists/list.h", "list_voice", "VOICE_"),),
        "lane": (enum("common/store/lists/dirty.h", "dirty_lane", "LANE_"),),
        "cause": (enum("common/store/lists/dirty.h", "dirty_cause", "DIRTY_"),),
        "flags": (table("common/core/fact.h", "FACT_FLAGS", bits=True),
                  table(VOCAB, "LEDGER_FLAGS", bits=True)),
    }


def denials():
    return {int(n) for n in re.findall(r"X\((\d+), \w+, \"\w+\",\s*true\)",
                                       macro_body(VOCAB, "FACT_KINDS"))}


COMMENT = r"(?:::smallint)?\s*/\*([a-z_|]+)\*/"
COMPARED = (r"\b({0})\s*(?:=|<>|<|>|<=|>=|&|BETWEEN|IN\s*\(|NOT IN\s*\()\s*(\d+)"
            r"(?!\d)(?:{1})?")


def statements(path):
    """The SQL alone, line for line: of a .sql file without --, of C what is in strings."""
    content = text(path)
    if path.endswith(".sql"):
        return re.sub(r"--[^\n]*", "", content)
    found, end = [], 0
    for match in TOKEN.finditer(content):
        found.append(re.sub(r"[^\n]+", " ", content[end:match.start()]))
        found.append(match.group()[1:-1] if match.group()[0] == '"' else blank(match))
        end = match.end()
    return "".join(found)


def wrong(words, number, names):
    value = 0
    for name in names.split("|"):
        found = [w[name] for w in words if name in w]
        if not found:
            return f"no such word: {name}"
        value |= found[0] if len(found) == 1 or number not in found else number
    return "" if value == number else f"{names} is {value}"


def numbers():
    """a number of the vocabulary in SQL has its name beside it"""
    known = columns()
    everything = [w for words in known.values() for w in words]
    pattern = COMPARED.format("|".join(known), COMMENT)
    for path in files(".c", ".h", ".sql", under=("common/store/", "schemas/sql/")):
        content = statements(path)
        for line, match in lines_matching(r"IN \(((?:\d+, )+\d+)\) /\*denials\*/", content):
            if {int(n) for n in match.group(1).split(", ")} != denials():
                yield f"{path}:{line}: the denials of vocab.h are {sorted(denials())}"
        content = re.sub(r"IN \([\d, ]+\) /\*denials\*/", "", content)
        for line, match in lines_matching(r"\b(\d+)" + COMMENT, content):
            why = wrong(everything, int(match.group(1)), match.group(2))
            if why:
                yield f"{path}:{line}: {match.group()}: {why}"
        for line, match in lines_matching(r"shard_of\(\w+\), \d(?!\S*\s*/\*)", content):
            yield f"{path}:{line}: say which cause: {match.group()} /*name*/"
        for line, match in lines_matching(pattern, content):
            column, number, names = match.groups()
            if names is None:
                yield f"{path}:{line}: say which: {match.group()} /*name*/"
            elif wrong(known[column], int(number), names):
                yield f"{path}:{line}: {match.group()}: of another column"


CHECKS = (numbers,)
