#!/usr/bin/env python3
"""Writes domains.tsv: every domain name of Unicode's IdnaTestV2.txt, and what we make of it.

    pip install idna                 (3.20; the table is committed: the test needs neither)
    tests/golden/ident/domains.py IdnaTestV2.txt      (Unicode 16; the Rust crate idna has it)

Columns: the name, our answer, why it differs from Unicode's, what Python's idna says of it.

    our answer     A-labels; "-": refused; "?A": A or refused, as old as the library's table is
    why            "" (no difference), or one of WHY below
    Python's idna  "=": as we do; "-": refused (it holds to IDNA 2008, which is narrower);
                   "+": taken (it looks at the direction of each label alone, and Unicode's
                   rule is for the whole name); never another name
"""
import collections
import os
import re
import sys
import unicodedata

import idna

HERE = os.path.dirname(os.path.abspath(__file__))
LIBRARY = "15.0"  # Unicode version of ICU in Debian 12
WHY = {
    "dns": "in ASCII, so it is what DNS has, whether its A-labels can be decoded or not",
    "dot": "a final dot is the root, and goes",
    "hyphens": "hyphens in the third and fourth place: as in ASCII",
    "newer": "a character that Unicode has had, or has let pass, only since " + LIBRARY,
}
# Let pass since: ideographs of compatibility that were corrected, three signs that only the
# strict rules for host names (UseSTD3ASCIIRules) kept out, fillers of Hangul.
SINCE = set("\U0002f868\U0002f874\U0002f91f\U0002f95f\U0002f9bf\u2260\u226e\u226f"
            "\u115f\u1160\uffa0")


def unescape(text):
    text = re.sub(r"\\u([0-9A-F]{4})|\\x\{([0-9A-F]+)\}",
                  lambda m: chr(int(m[1] or m[2], 16)), text)
    return "" if text == '""' else text


def host(name):
    """Our rule for what is in ASCII."""
    name = name.lower().removesuffix(".")
    label = r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?"
    fits = len(name) <= 255 and re.fullmatch(rf"{label}(?:\.{label})*", name)
    return name if fits else "-"


def is_newer(text):
    text = unicodedata.normalize("NFD", text)
    parts = set(text) | set(unicodedata.normalize("NFC", text))
    return bool(parts & SINCE) or any(
        unicodedata.category(c) == "Cn" and not 0xFDD0 <= ord(c) <= 0xFDEF for c in parts)


def answer(source, unicode_form, ascii_form, status):
    """(ours, why) from Unicode's."""
    theirs = "-" if status else ascii_form
    if source.isascii():
        ours, why = host(source), "dns"
    elif not status:
        ours, why = host(ascii_form), ""
        if ours != "-" and is_newer(source + unicode_form):
            return "?" + ours, "newer"
    elif status <= {"V2", "A4_2", "U1"} and host(ascii_form) != "-":
        ours = host(ascii_form)
        why = "hyphens" if "V2" in status else "dot" if "A4_2" in status else "dns"
        if is_newer(source + unicode_form):
            return "?" + ours, "newer"
    else:
        ours, why = "-", ""
    return ours, "" if ours == theirs else why


def python_says(source, ours):
    try:
        theirs = idna.encode(source, uts46=True, std3_rules=False).decode().lower()
    except (idna.IDNAError, UnicodeError, IndexError):
        return "-" if ours != "-" else "="
    theirs = theirs.removesuffix(".")
    if theirs == ours.removeprefix("?"):
        return "="
    if ours == "-":
        return "+"
    sys.exit(f"Python's idna has another name for {ascii(source)}: {theirs}, not {ours}")


def escape(text):
    return "".join(c if 0x21 <= ord(c) < 0x7f and c != "\\" else "\\\\" if c == "\\" else
                   f"\\U{ord(c):08x}" if ord(c) > 0xffff else f"\\u{ord(c):04x}" for c in text)


def main(path):
    rows, counts = [], collections.Counter()
    with open(path, encoding="utf-8") as lines:
        for line in lines:
            fields = [f.strip() for f in line.split("#")[0].split(";")]
            if len(fields) < 5:
                continue
            source = unescape(fields[0])
            if any(0xd800 <= ord(c) < 0xe000 for c in source):
                continue  # no UTF-8
            unicode_form = unescape(fields[1]) if fields[1] else source
            ascii_form = unescape(fields[3]) if fields[3] else unicode_form
            status = set(re.findall(r"\w+", fields[4] or fields[2]))
            ours, why = answer(source, unicode_form, ascii_form, status)
            says = python_says(source, ours)
            rows.append("\t".join((escape(source), ours, why, says)))
            counts[why] += 1
            counts["python " + says] += 1
    with open(os.path.join(HERE, "domains.tsv"), "w", encoding="ascii") as out:
        out.write("# Written by domains.py from Unicode's IdnaTestV2.txt 16.0.0 and Python's idna "
                  f"{idna.__version__}: do not edit.\n# name, ours, why, Python's\n#\n")
        for why, text in WHY.items():
            out.write(f"# {counts[why]:5} {why}: {text}\n")
        out.write("\n".join(rows) + "\n")
    print(dict(counts))


main(sys.argv[1])
