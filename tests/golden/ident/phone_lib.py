#!/usr/bin/env python3
"""Writes phone_lib.tsv: what the Python package phonenumbers makes of numbers of every
region, written in every usual way. The table is committed, so that the test needs no Python.

    pip install phonenumbers
    tests/golden/ident/phone_lib.py

Columns: number, country, and the answer:
    +N    a valid number, to be read as +N exactly
    ?+N   +N or a refusal, never another number: not a number in use, or one that is read
          only with the package's own tables of area and carrier codes
    &+N   one of the readings is +N, or all are refused: written without "+", or as dialled
          abroad with a country's own prefix
    x+N   +N, with an extension
    -     nothing that could be dialled from abroad: to be refused
"""
import itertools
import os
import random
import re

import phonenumbers
from phonenumbers import PhoneNumberFormat as F, PhoneNumberType as T
from phonenumbers import ValidationResult, is_possible_number_with_reason

HERE = os.path.dirname(os.path.abspath(__file__))
TYPES = (T.FIXED_LINE, T.MOBILE, T.TOLL_FREE, T.PREMIUM_RATE, T.SHARED_COST, T.VOIP,
         T.PERSONAL_NUMBER, T.PAGER, T.UAN)
LINES = (T.FIXED_LINE, T.MOBILE, T.FIXED_LINE_OR_MOBILE)


def digits_of(text):
    return "".join(c for c in text if c.isdigit())


def begins_with_trunk(number):
    """Freephone and such in plans where the trunk prefix could be part of the number."""
    region = phonenumbers.region_code_for_country_code(number.country_code)
    meta = phonenumbers.PhoneMetadata.metadata_for_region(region, None)
    pattern = meta and meta.national_prefix and meta.national_prefix_for_parsing
    return bool(pattern and re.match(pattern, phonenumbers.national_significant_number(number)))


def expected(text, country):
    """The package's own reading; "00" is international for us everywhere."""
    if not text.startswith("+") and digits_of(text).startswith("00"):
        text, country = "+" + digits_of(text)[2:], None
    try:
        number = phonenumbers.parse(text, country or None)
    except phonenumbers.NumberParseException:
        return "-"
    e164 = phonenumbers.format_number(number, F.E164)
    if len(e164) > 16 or is_possible_number_with_reason(number) != ValidationResult.IS_POSSIBLE:
        return "-"
    return e164 if phonenumbers.is_valid_number(number) else "?" + e164


def row(number, text, country):
    """A spelling of a valid number. What needs the package's own tables of area and carrier
    codes, or begins with a trunk prefix by itself, may be refused."""
    e164 = phonenumbers.format_number(number, F.E164)
    answer = expected(text, country)
    plain = phonenumbers.national_significant_number(number)
    if country:
        meta = phonenumbers.PhoneMetadata.metadata_for_region(country)
        trunk = meta.national_prefix or ""
        own = digits_of(text)
        if re.match("(?:%s)" % (meta.international_prefix or "x"), own):
            return None  # dialled there, it would be an international call
        if own not in (plain, trunk + plain):
            return "?" + e164
    services = number.country_code == 375 and phonenumbers.number_type(number) not in LINES
    if begins_with_trunk(number) or (services and digits_of(text) != e164[1:]):
        return "?" + e164  # Belarus: "80" is a trunk prefix and begins freephone numbers
    return answer if answer == e164 else "?" + e164


def spellings(number, region):
    """(text, country, answer) of one number, whole and mutilated."""
    e164 = phonenumbers.format_number(number, F.E164)
    code = str(number.country_code)
    nsn = phonenumbers.national_significant_number(number)
    texts = [(e164, ""), (phonenumbers.format_number(number, F.INTERNATIONAL), ""),
             ("00" + e164[1:], "")]
    if region != "001":
        trunk = phonenumbers.PhoneMetadata.metadata_for_region(region).national_prefix
        texts += [(nsn, region), (phonenumbers.format_number(number, F.NATIONAL), region)]
        if trunk:
            texts += [(f"+{code} ({trunk}){nsn}", ""),
                      (trunk + "/" + nsn[:3] + "." + nsn[3:], region)]
    for text, country in texts:
        answer = row(number, text, country)
        if answer:
            yield text, country, answer
    if region != "001" and not begins_with_trunk(number):
        for text in (nsn[:-2], nsn + "01"):
            answer = expected(text, region)
            if answer[0] == "+" and answer != f"+{number.country_code}{text}":
                answer = "?" + answer  # the package has filled in an area code
            yield text, region, answer


def prefixes():
    """(country, what is dialled there before a calling code), for every country."""
    for region in sorted(phonenumbers.SUPPORTED_REGIONS):
        meta = phonenumbers.PhoneMetadata.metadata_for_region(region)
        pattern = re.compile(meta.international_prefix)
        found = [t for n in range(1, 5) for t in map("".join, itertools.product("0123456789", repeat=n))
                 if pattern.fullmatch(t)]
        preferred = meta.preferred_international_prefix
        found += [preferred] if preferred else []
        for text in found[:6] + found[6::7]:
            yield region, text


def abroad(number, region, dialled):
    """The forms in which a number is given from abroad, or by whoever leaves the "+" out."""
    e164 = phonenumbers.format_number(number, F.E164)
    code, nsn = str(number.country_code), e164[1 + len(str(number.country_code)):]
    for _ in range(4):
        country, prefix = next(dialled)
        yield f"{prefix} {code} {nsn[:2]}-{nsn[2:]}", country, "&" + e164
    country, _ = next(dialled)
    yield "00" + e164[1:], country, "&" + e164
    yield e164 + " ext. 12", "", "x" + e164
    yield f"{e164};ext=5", country, "x" + e164
    if region == "001":
        return
    yield "00" + e164[1:], region, "&" + e164
    yield e164[1:], region, "&" + e164
    yield f"{code} {nsn[:3]} {nsn[3:]}", region.lower(), "&" + e164
    if phonenumbers.PhoneMetadata.metadata_for_region(region).national_prefix == "0":
        yield f"{code} (0){nsn}", region, e164
        yield f"{code}(0) {nsn}", "", e164


def numbers(rnd):
    for region in sorted(phonenumbers.SUPPORTED_REGIONS):
        for kind in TYPES:
            number = phonenumbers.example_number_for_type(region, kind)
            if number is None:
                continue
            yield number, region
            nsn = phonenumbers.national_significant_number(number)
            if kind not in LINES:
                continue
            for _ in range(40):  # another that is in use, from the second digit on if it may
                keep = rnd.randint(1, len(nsn) // 2)
                other = nsn[:keep] + "".join(rnd.choice("0123456789") for _ in nsn[keep:])
                found = phonenumbers.parse(f"+{number.country_code}{other}")
                if phonenumbers.is_valid_number_for_region(found, region):
                    yield found, region
                    break
    for code in sorted(phonenumbers.COUNTRY_CODES_FOR_NON_GEO_REGIONS):
        yield phonenumbers.example_number_for_non_geo_entity(code), "001"


def in_use(rnd, region, kind, n):
    """n other numbers of the region, in use, of the kind of its example."""
    example = phonenumbers.example_number_for_type(region, kind)
    nsn = phonenumbers.national_significant_number(example)
    fixed = 1 if region == "AR" else 0  # the 9
    found = set()
    while len(found) < n:
        other = nsn[:fixed] + "".join(rnd.choice("0123456789") for _ in nsn[fixed:])
        number = phonenumbers.parse(f"+{example.country_code}{other}")
        if phonenumbers.is_valid_number_for_region(number, region) and \
                len(phonenumbers.national_significant_number(number)) == len(nsn):
            found.add(other)
    return sorted(found)


def with_more(rnd):
    """Argentina's 15, and Brazil's carriers. What the package takes for a number in use, we do."""
    for nsn in in_use(rnd, "AR", T.MOBILE, 60):
        for area in (2, 3, 4):
            number = nsn[1:1 + area] + "15" + nsn[1 + area:]
            for text, country in ((f"0{number[:area]} 15 {number[area + 2:]}", "AR"), (number, "AR"),
                                  (f"+54 {number[:area]} 15-{number[area + 2:]}", ""),
                                  (f"+54 9 {number[:area]} 15 {number[area + 2:]}", "")):
                answer = expected(text, country)  # where the area ends is no part of a number
                yield text, country, answer if answer[0] == "+" else "?+54" + nsn
    for kind in (T.MOBILE, T.FIXED_LINE):
        for nsn in in_use(rnd, "BR", kind, 25):
            for carrier in ("15", "21", "31", "41", "77", rnd.choice(("12", "55", "65", "99", "10", "98"))):
                for text, country in ((f"0{carrier}{nsn}", "BR"), (f"0 {carrier} ({nsn[:2]}) {nsn[2:]}", "BR"),
                                      (f"90{carrier}{nsn}", "BR"), (f"{carrier}{nsn}", "BR")):
                    answer = expected(text, country)
                    yield text, country, answer


def main():
    rnd = random.Random(164)
    rows = {}
    for number, region in numbers(rnd):
        for text, country, answer in spellings(number, region):
            rows.setdefault((text, country), answer)
    dialled = itertools.cycle(prefixes())
    more = {}
    for number, region in numbers(rnd):
        for row in abroad(number, region, dialled):
            more[row] = True
    for row in with_more(random.Random(15)):
        more[row] = True
    with open(os.path.join(HERE, "phone_lib.tsv"), "w") as f:
        f.write("# Written by phone_lib.py from phonenumbers %s.\n" % phonenumbers.__version__)
        for (text, country), answer in rows.items():
            f.write(f"{text}\t{country}\t{answer}\n")
        for row in more:
            f.write("\t".join(row) + "\n")


main()
