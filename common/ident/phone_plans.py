#!/usr/bin/env python3
"""Writes phone_plans.inc: the numbering facts that phone.c needs, as plain tables.

    pip install phonenumbers regex
    common/ident/phone_plans.py > common/ident/phone_plans.inc

The facts come from the metadata of the Python package phonenumbers. One plan per calling
code, one line per country; countries that share a calling code share its plan: lengths and
trunk prefixes of the main one (a number must mean the same whoever reads it), first digits
of all. tests/golden/ident/phone_lib.py checks the outcome.
"""
import itertools
import sys

import phonenumbers
import regex
from phonenumbers import COUNTRY_CODE_TO_REGION_CODE, PhoneMetadata

WORLD = "001"  # calling codes without a country: satellite, freephone, ...


def metadata(code, region):
    if region == WORLD:
        return PhoneMetadata.metadata_for_nongeo_region(code)
    return PhoneMetadata.metadata_for_region(region)


def prefixes(meta):
    """Every digit string of up to three digits that is a trunk prefix by itself. Carrier
    codes and area codes filled in for short local numbers are left out on purpose."""
    if not meta.national_prefix_for_parsing:
        return []
    pattern = regex.compile(meta.national_prefix_for_parsing)
    found = []
    for length in (3, 2, 1):
        for digits in itertools.product("0123456789", repeat=length):
            m = pattern.fullmatch("".join(digits))
            if m and not any(m.groups()):
                found.append("".join(digits))
    return found


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
    return sum(1 << n for n in set(lengths) if n + len(str(code)) <= 15)


def main():
    plans, countries = [], []
    for code, regions in sorted(COUNTRY_CODE_TO_REGION_CODE.items()):
        first = 0
        for region in regions:
            meta = metadata(code, region)
            first |= firsts(meta)
            if region != WORLD:
                countries.append((region, len(plans)))
        main_meta = metadata(code, regions[0])
        lengths = after_trunk = bits(main_meta.general_desc.possible_length, code)
        trunk = prefixes(main_meta)
        # Freephone and the like that begin with the trunk prefix are given up for the sake of
        # everybody's numbers written with it: no two readings of one text.
        for prefix in [p for p in trunk if is_ambiguous(main_meta, p, lengths, first)]:
            first &= ~(1 << int(prefix[0]))
            if prefix[0] == "0":
                continue  # no number begins with it any more: what is left is a number
            after_trunk = bits([n for kind in lines(main_meta)
                                for n in kind.possible_length or
                                main_meta.general_desc.possible_length], code)
        if len(trunk) > 3:
            sys.exit(f"calling code {code} has more trunk prefixes than phone.c has room for")
        plans.append((code, trunk, lengths, after_trunk, first, regions))

    print("/* Written by phone_plans.py from phonenumbers %s: do not edit. */"
          % phonenumbers.__version__)
    print("// clang-format off")
    print("/* calling code, trunk prefixes; a bit each: lengths, after a trunk prefix, first digits */")
    print("static const struct plan plans[] = {")
    for code, trunk, lengths, after_trunk, first, regions in plans:
        quoted = ", ".join(f'"{t}"' for t in trunk) or '""'
        print(f"    {{{code}, {{{quoted}}}, 0x{lengths:04x}, 0x{after_trunk:04x}, "
              f"0x{first:03x}}}, "
              f"/* {' '.join(regions[:12])}{' ...' if len(regions) > 12 else ''} */")
    print("};\n")
    print("/* ISO 3166 alpha-2 in order, place in plans[] */")
    print("static const struct country countries[] = {")
    countries.sort()
    for i in range(0, len(countries), 6):
        print("    " + " ".join(f'{{"{r}", {n}}},' for r, n in countries[i:i + 6]))
    print("};")
    print("// clang-format on")


main()
