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


def main():
    plans, countries = [], []
    for code, regions in sorted(COUNTRY_CODE_TO_REGION_CODE.items()):
        lengths = first = 0
        for region in regions:
            meta = metadata(code, region)
            first |= firsts(meta)
            if region != WORLD:
                countries.append((region, len(plans)))
        main_meta = metadata(code, regions[0])
        for length in main_meta.general_desc.possible_length:
            if length + len(str(code)) <= 15:
                lengths |= 1 << length
        trunk = prefixes(main_meta)
        if len(trunk) > 3:
            sys.exit(f"calling code {code} has more trunk prefixes than phone.c has room for")
        plans.append((code, trunk, lengths, first, regions))

    print("/* Written by phone_plans.py from phonenumbers %s: do not edit. */"
          % phonenumbers.__version__)
    print("// clang-format off")
    print("/* calling code, trunk prefixes, national lengths, first digits (a bit each) */")
    print("static const struct plan plans[] = {")
    for code, trunk, lengths, first, regions in plans:
        quoted = ", ".join(f'"{t}"' for t in trunk) or '""'
        print(f"    {{{code}, {{{quoted}}}, 0x{lengths:04x}, 0x{first:03x}}}, "
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
