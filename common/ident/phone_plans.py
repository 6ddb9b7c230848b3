#!/usr/bin/env python3
"""Writes phone_plans.inc and phone_numbers.inc: the numbering facts that phone.c needs, as
plain tables, so that no key moves when a library is updated.

    pip install phonenumbers regex
    common/ident/phone_plans.py

The facts come from the metadata of the Python package phonenumbers. One plan per calling
code, one line per country; countries that share a calling code share its plan: lengths and
trunk prefixes of the main one (a number must mean the same whoever reads it), numbers and
first digits of all. tests/golden/ident/phone_lib.py checks the outcome.
"""
import itertools
import os
import re._constants as op
import re._parser
import sys

import phonenumbers
import regex
from phonenumbers import COUNTRY_CODE_TO_REGION_CODE, PhoneMetadata

HERE = os.path.dirname(os.path.abspath(__file__))
WORLD = "001"  # calling codes without a country: satellite, freephone, ...
KINDS = ("fixed_line", "mobile", "toll_free", "premium_rate", "shared_cost", "personal_number",
         "voip", "pager", "uan", "voicemail")
LONGEST = 15
DIGITS = "0123456789"

# Sharper than the package, where it matters: these are numbers that begin with their own
# calling code. Germany's area codes 049.., so that 49 30 123456 is Berlin and nothing else.
SHARPER = {49: (r"49[1-6]\d{10}|322\d{6}|49[0-7]\d{3,9}",
                r"322\d{6}|49(?:0[23]|2\d|3[1-689]|4[1-8]|5\d|6[1-8]|7[1-7])\d{2,8}")}

# Of before 2019, and in address books still: mobiles from abroad with a 1, at home with 044
# or 045, all others with 01. No number in use begins so.
OLDER_TRUNKS = {52: ["045", "044", "01", "1"]}
MOST_TRUNKS = 4  # phone.c has room for


def metadata(code, region):
    if region == WORLD:
        return PhoneMetadata.metadata_for_nongeo_region(code)
    return PhoneMetadata.metadata_for_region(region)


# --- plans --------------------------------------------------------------------------------

def digit_strings(pattern, longest):
    """Every digit string that the pattern matches as a whole, without a group of it."""
    pattern = regex.compile(pattern)
    found, open_ = [], [""]
    while open_:
        text = open_.pop()
        m = pattern.fullmatch(text)
        if m and text and not any(m.groups()):
            found.append(text)
        if len(text) < longest:
            open_ += [text + d for d in DIGITS if pattern.fullmatch(text + d, partial=True)]
    return sorted(found, key=lambda t: (-len(t), t))


def trunks(meta):
    """Digit strings of up to three digits that are a trunk prefix by themselves. Carrier codes
    and area codes filled in for short local numbers are left out on purpose."""
    pattern = meta.national_prefix_for_parsing
    return digit_strings(pattern, 3) if pattern else []


def international(meta):
    """What is dialled there before a calling code; "?" is any digit."""
    found = set(digit_strings(meta.international_prefix, 8))
    before = set()
    while found != before:
        before = set(found)
        for text in before & found:
            for i in range(len(text)):
                alike = {text[:i] + d + text[i + 1:] for d in DIGITS}
                if alike <= found:
                    found = found - alike | {text[:i] + "?" + text[i + 1:]}
    return sorted(found, key=lambda t: (-len(t), t))


def firsts(meta):
    """The digits with which a national number may begin, one bit each."""
    pattern = meta.general_desc.national_number_pattern
    return sum(1 << d for d in range(10)
               if regex.fullmatch(pattern, str(d), partial=True))


def lines(meta):
    """Descriptions of the numbers that people have."""
    return [kind for kind in (meta.fixed_line, meta.mobile)
            if kind and kind.national_number_pattern]


def is_ambiguous(meta, prefix, lengths, first):
    """May a number begin with this trunk prefix, and have a possible length with and without
    it, although no line of the plan begins with its digit?"""
    return (first >> int(prefix[0]) & 1
            and any(lengths >> n & 1 and lengths >> (n - len(prefix)) & 1
                    for n in range(5, 16))
            and not any(regex.fullmatch(kind.national_number_pattern, prefix[0], partial=True)
                        for kind in lines(meta)))


def bits(lengths, code):
    return sum(1 << n for n in set(lengths) if n + len(str(code)) <= LONGEST)


# --- numbers: one automaton for all plans -------------------------------------------------

class Pattern:
    """A pattern of the package as an automaton: arcs[state] are (digits, state), digits None
    for a step that takes none."""

    def __init__(self, pattern):
        self.arcs = [[]]
        self.end = self.add(re._parser.parse(pattern), 0)

    def new(self, at, digits):
        self.arcs.append([])
        self.arcs[at].append((digits, len(self.arcs) - 1))
        return len(self.arcs) - 1

    def add(self, items, at):
        for kind, value in items:
            if kind is op.LITERAL:
                at = self.new(at, chr(value))
            elif kind is op.IN:
                at = self.new(at, "".join(self.charset(value)))
            elif kind is op.SUBPATTERN:
                at = self.add(value[3], at)
            elif kind is op.BRANCH:
                ends = [self.add(branch, at) for branch in value[1]]
                at = self.new(ends[0], None)
                for end in ends[1:]:
                    self.arcs[end].append((None, at))
            elif kind is op.MAX_REPEAT:
                least, most, what = value
                ends = []
                for i in range(min(most, LONGEST) + 1):
                    at = self.add(what, at) if i else at
                    ends += [at] if i >= least else []
                at = self.new(at, None)
                for end in ends[:-1]:
                    self.arcs[end].append((None, at))
            else:
                sys.exit(f"phone_plans.py does not know {kind}")
        return at

    @staticmethod
    def charset(parts):
        for kind, value in parts:
            if kind is op.LITERAL:
                yield chr(value)
            elif kind is op.RANGE:
                yield from map(chr, range(value[0], value[1] + 1))
            else:  # \d
                yield DIGITS

    def rest(self, states):
        """The states and those that no digit away."""
        seen, todo = set(states), list(states)
        while todo:
            for digits, to in self.arcs[todo.pop()]:
                if digits is None and to not in seen:
                    seen.add(to)
                    todo.append(to)
        return frozenset(seen)

    def step(self, states, digit):
        return self.rest({to for s in states for digits, to in self.arcs[s]
                          if digits is not None and digit in digits})


class Numbers:
    """Nodes by what they are: (is a number, the node after each digit). Equal ones are one."""

    def __init__(self):
        self.nodes = {}

    def add(self, described):
        """described: (pattern, lengths) of the kinds of numbers of a plan; its node."""
        parts = [(Pattern(pattern), set(lengths)) for pattern, lengths in described]
        known = {}

        def visit(states, depth):
            if not any(states):
                return None
            if (states, depth) not in known:
                after = tuple(
                    visit(tuple(p.step(s, d) for (p, _), s in zip(parts, states)), depth + 1)
                    for d in DIGITS) if depth < LONGEST else (None,) * 10
                ends = any(p.end in s and depth in lengths
                           for (p, lengths), s in zip(parts, states))
                known[states, depth] = self.node(ends, after)
            return known[states, depth]
        return visit(tuple(p.rest({0}) for p, _ in parts), 0)

    def node(self, ends, after):
        if not ends and not any(a is not None for a in after):
            return None
        return self.nodes.setdefault((ends, after), len(self.nodes))

    def words(self):
        """(words, place of each node): a node is its head, arcs * 2 + ends, and for each arc the
        digits, one bit each, and the place of the node after them."""
        place, words = [], []
        for ends, after in self.nodes:  # a node comes after those it leads to
            arcs = {}
            for digit, to in enumerate(after):
                if to is not None:
                    arcs[to] = arcs.get(to, 0) | 1 << digit
            place.append(len(words))
            words.append(len(arcs) * 2 + ends)
            for to, digits in arcs.items():
                words += [digits, place[to]]
        if len(words) > 0xffff:
            sys.exit("phone_numbers.inc has outgrown 16 bits")
        return words, place


def described(code, regions):
    found = {}
    for region in regions:
        meta = metadata(code, region)
        for kind in (getattr(meta, name) for name in KINDS):
            if kind and kind.national_number_pattern:
                pattern = kind.national_number_pattern
                old, new = SHARPER.get(code, ("", ""))
                lengths = [n for n in kind.possible_length or meta.general_desc.possible_length
                           if n + len(str(code)) <= LONGEST]
                found[pattern.replace(old, new) if old else pattern, tuple(lengths)] = True
    if code in SHARPER and not any(SHARPER[code][1] in pattern for pattern, _ in found):
        sys.exit(f"the pattern of calling code {code} has changed: see SHARPER")
    return list(found)


# --- the files ----------------------------------------------------------------------------

def write(name, text):
    with open(os.path.join(HERE, name), "w", encoding="ascii") as out:
        out.write(f"/* Written by phone_plans.py from phonenumbers {phonenumbers.__version__}: "
                  f"do not edit. */\n// clang-format off\n{text}// clang-format on\n")


def plan_of(code, regions):
    """(trunk prefixes, lengths, lengths after a trunk prefix, first digits)"""
    main_meta = metadata(code, regions[0])
    first = 0
    for region in regions:
        first |= firsts(metadata(code, region))
    lengths = after_trunk = bits(main_meta.general_desc.possible_length, code)
    trunk = trunks(main_meta)
    # Freephone and the like that begin with the trunk prefix are given up for the sake of
    # everybody's numbers written with it, where only lengths decide.
    for prefix in [p for p in trunk if is_ambiguous(main_meta, p, lengths, first)]:
        first &= ~(1 << int(prefix[0]))
        if prefix[0] == "0":
            continue  # no number begins with it any more: what is left is a number
        after_trunk = bits([n for kind in lines(main_meta)
                            for n in kind.possible_length or
                            main_meta.general_desc.possible_length], code)
    trunk += OLDER_TRUNKS.get(code, [])
    if len(trunk) > MOST_TRUNKS:
        sys.exit(f"calling code {code} has more trunk prefixes than phone.c has room for")
    return trunk, lengths, after_trunk, first


def main():
    numbers, plans, countries, prefixes = Numbers(), [], [], []
    for code, regions in sorted(COUNTRY_CODE_TO_REGION_CODE.items()):
        for region in regions if regions[0] != WORLD else ():
            dialled = " ".join(international(metadata(code, region)))
            if dialled not in prefixes:
                prefixes.append(dialled)
            countries.append((region, len(plans), prefixes.index(dialled)))
        plans.append((code, *plan_of(code, regions),
                      numbers.add(described(code, regions)), regions))
    words, place = numbers.words()

    text = ("/* calling code, trunk prefixes; a bit each: lengths, after a trunk prefix, first "
            "digits;\n * where its numbers stand in numbers[] */\n"
            "static const struct plan plans[] = {\n")
    for code, trunk, lengths, after_trunk, first, node, regions in plans:
        quoted = ", ".join(f'"{t}"' for t in trunk) or '""'
        text += (f"    {{{code}, {{{quoted}}}, 0x{lengths:04x}, 0x{after_trunk:04x}, "
                 f"0x{first:03x}, {place[node]}}}, "
                 f"/* {' '.join(regions[:12])}{' ...' if len(regions) > 12 else ''} */\n")
    text += ("};\n\n/* what is dialled before a calling code, longer ones first */\n"
             "static const char *const prefixes[] = {\n")
    text += "".join(f'    "{p}",\n' for p in prefixes)
    text += ("};\n\n/* ISO 3166 alpha-2 in order, place in plans[], place in prefixes[] */\n"
             "static const struct country countries[] = {\n")
    countries.sort()
    for row in itertools.batched(countries, 5) if hasattr(itertools, "batched") else (
            countries[i:i + 5] for i in range(0, len(countries), 5)):
        text += "    " + " ".join(f'{{"{r}", {n}, {p}}},' for r, n, p in row) + "\n"
    write("phone_plans.inc", text + "};\n")

    text = ("/* The numbers of all plans, digit by digit: see number_is_valid in phone.c. */\n"
            "static const uint16_t numbers[] = {\n")
    line = "   "
    for word in words:
        if len(line) + len(f" {word},") > 90:
            text += line + "\n"
            line = "   "
        line += f" {word},"
    write("phone_numbers.inc", text + line + "\n};\n")


main()
