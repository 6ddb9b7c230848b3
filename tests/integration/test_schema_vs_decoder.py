#!/usr/bin/python3
"""Do the C decoder and the JSON Schemas accept and refuse the same events?

Takes every golden event and some thousand mutations of them, asks the decoder (the tool
decode_lines) and an independent validator (python3-jsonschema), and compares. Both accept, or
both refuse; a difference must fall under one of JUSTIFIED, and is counted there. The seed is
printed and can be given: test_schema_vs_decoder.py [SEED [MUTATIONS]].
"""
import copy
import datetime
import json
import os
import pathlib
import random
import re
import subprocess
import sys
from collections import Counter

import jsonschema

ROOT = pathlib.Path(__file__).resolve().parents[2]
SCHEMAS = ROOT / "schemas" / "events"
DECODER = ROOT / "build" / os.environ.get("MODE", "release") / "tools" / "decode_lines"


# --- the validator ------------------------------------------------------------------------
formats = jsonschema.FormatChecker(formats=())


@formats.checks("date", raises=(ValueError, TypeError))
def is_date(text):
    if not isinstance(text, str):
        return True
    shape = re.fullmatch(r"([0-9]{4})-([0-9]{2})-([0-9]{2})", text)
    return bool(datetime.date(*(int(shape[i]) for i in (1, 2, 3))))


@formats.checks("date-time", raises=(ValueError, TypeError))
def is_date_time(text):
    """RFC 3339 by Python's calendar; the pattern beside it has settled the shape."""
    if not isinstance(text, str):
        return True
    shape = re.fullmatch(r"(.{10}).([0-9:]{5}):([0-9]{2})(?:\.[0-9]+)?(.*)", text)
    zone = "+00:00" if shape[4] in ("Z", "z") else shape[4]
    minute = datetime.datetime.fromisoformat(f"{shape[1]}T{shape[2]}:00{zone}")
    if shape[3] == "60":  # leap seconds end a month in UTC
        after = minute.astimezone(datetime.timezone.utc) + datetime.timedelta(minutes=1)
        return (after.day, after.hour, after.minute) == (1, 0, 0)
    return int(shape[3]) < 60


def load_validators():
    store = {p.as_uri(): json.loads(p.read_text()) for p in SCHEMAS.glob("*.json")}
    made = {}
    for uri, schema in store.items():
        jsonschema.Draft202012Validator.check_schema(schema)
        name = uri.rsplit("/", 1)[1].removesuffix(".schema.json")
        resolver = jsonschema.RefResolver(uri, schema, store=store)
        made[name] = jsonschema.Draft202012Validator(
            schema, resolver=resolver, format_checker=formats)
    made.pop("common")
    return made


def schema_says(validators, event):
    """None: accepted; else where the validator stumbled."""
    kind = event.get("type") if isinstance(event, dict) else None
    if not isinstance(kind, str) or kind not in validators:
        return "no schema for the type"
    if event.get("data", "") is None and isinstance(event.get("data_base64"), str):
        # unset, as every attribute that is null; the schemas ask a producer to leave it out
        event = {name: value for name, value in event.items() if name != "data"}
    error = next(validators[kind].iter_errors(event), None)
    return error and "/".join(map(str, error.absolute_path)) + ": " + error.message[:120]


# --- differences that are meant ----------------------------------------------------------
def at_pointer(event, pointer):
    for part in pointer.split("/")[1:]:
        event = event[int(part)] if isinstance(event, list) else event[part]
    return event


def is_multibyte(line, event, reason, pointer):
    if reason != "TOO_LONG":
        return False
    text = at_pointer(event, pointer)
    return isinstance(text, str) and len(text.encode()) > len(text)


JUSTIFIED = [
    # name, test(line, event, reason, pointer) of what the decoder alone refuses, why
    ("bytes, not characters", is_multibyte,
     "the decoder bounds UTF-8 bytes, for its fields have a size; a schema can only count "
     "characters"),
    ("card number", lambda line, event, reason, pointer: reason == "CARD_NUMBER",
     "a check digit cannot be put into a schema"),
    ("below the schema", lambda line, event, reason, pointer: reason in (
        "DUPLICATE_KEY", "TOO_DEEP", "TOO_LARGE", "NUL_CHARACTER", "BAD_UTF8", "NOT_JSON"),
     "a schema sees values: the bytes, the depth and doubled names are gone by then, and "
     "Python reads NaN"),
    ("inside data_base64", lambda line, event, reason, pointer:
        isinstance(event.get("data_base64"), str) and pointer.startswith("/data"),
     "a schema sees a text there, and not the data that it spells"),
    ("longer than 200 years", lambda line, event, reason, pointer:
        reason == "BAD_VALUE" and pointer.endswith("/valid_for"),
     "a length adds up over its units, which a pattern cannot"),
    ("1995 in another zone", lambda line, event, reason, pointer:
        reason == "BAD_TIME" and at_pointer(event, pointer).startswith("1995-01-01"),
     "the first hours of 1995 in the east are still 1994 in UTC"),
]


# --- mutations -----------------------------------------------------------------------------
TIMES = """2026-03-02T10:15:30Z 2026-03-02T10:15:30 2026-03-02t10:15:30z 2026-03-02
2026-02-29 2024-02-29 2026-02-30T00:00:00Z 2026-03-02T24:00:00Z 2026-03-02T23:59:60Z
2016-12-31T23:59:60Z 2017-01-01T08:59:60+09:00 2016-12-31T23:59:61Z 0001-01-01T00:00:00Z
1994-12-31T23:59:59Z 1995-01-01T00:00:00Z 1995-01-01T00:00:00+14:00 2026-03-02T10:15:30+14:00
2026-03-02T10:15:30+14:01 2026-03-02T10:15:30-23:00 2026-03-02T10:15:30+0100
2026-03-02T10:15:30+01 2026-03-02T10:15Z 2026-03-02T10:15:30.Z 2026-03-02T10:15:30,5Z
2026-03-02T10:15:30.1234567890Z 20260302T101530Z 2026-W10-1 2026-061 now infinity tomorrow
05/13/2024 1772446530 +2026-03-02 12026-03-02 2026-3-2 1899-12-31 1900-01-01 1994-12-31
1995-01-01 2026-00-10 2026-13-10 2026-03-00 0001-01-01 9999-12-31T23:59:59Z""".split()
TIMES += ["2026-03-02 10:15:30Z", "2026-03-02T10:15:30Z\n", "2026-03-02\n", "", " 2026-03-02"]
WORDS = ["", "*", "*promotional", "**", "*x", "email", "Email", "carrier_pigeon", "a", "f",
         "g", "expressed", "EXPRESSED", "unknown", "none", "confirmed", "maybe", "sampled",
         "under_16", "individual", "direct", "lead_provider", "PT", "pt", "P1", "PRT", "P24M",
         "P", "PT", "P1YT", "P1YT1H", "P2W", "P2W1D", "P-1D", "P1.5Y", "PT48H", "P300Y",
         "P99999999999999999999Y", "1.0", "0.3", "true", "\u0000", "a\u0000b", "a\u0007b",
         "a\r\nBcc: b", "\ufffd", "\ufeffx", "\u202ex", "ü", "é" * 33, "é" * 64, "𝒳" * 16,
         "4111 1111 1111 1111", "378282246310005", "+4915112345678", "5550100",
         "application/json", "application/json; charset=utf-8", "application/jsonx",
         "APPLICATION/JSON", "text/plain", "text/json ; a=b", "a/b+JSON;c", "+json", "a/+json",
         "a/b/json", "application /json", " application/json", "consent.granted.v1", "optout.recorded.v1",
         "optout.recorded.v2", "g" * 64, "AB" * 32, "ab" * 32 + "\n"]
WORDS += ["x" * n for n in (31, 32, 35, 36, 63, 64, 65, 79, 80, 128, 129, 199, 200, 253, 254,
                            256, 257, 511, 512, 998, 999, 2048, 2049, 8192, 8193)]
OTHERS = [None, True, False, 0, 1, -1, 1.0, 0.5, 10**15, 10**30, [], {}, [None], [[]], {"": ""},
          [{}], ["*"], ["email"], {"purpose": "*"}, {"email": "x@example.com"}]
NAMES = ["controllers", "website", "scope", "consent", "agreement", "rights", "feedback",
         "optout", "contact", "provenance", "basis", "phone", "postal", "birth_date", "age",
         "channels", "statement_channels", "valid_for", "effective_from", "until",
         "evidence_state",
         "importbatch", "datacontenttype", "dataschema", "data_base64", "sequence", "recordedtime", "x",
         "limited_by_subject", "bundled", "confirmed", "kinds", "due_at", "street"]


def places(value, found=None, path=()):
    """Every (container, key) in value."""
    found = [] if found is None else found
    items = (value.items() if isinstance(value, dict)
             else enumerate(value) if isinstance(value, list) else ())
    for key, child in items:
        found.append((value, key))
        places(child, found)
    return found


def any_value(rnd):
    pick = rnd.random()
    value = (rnd.choice(TIMES) if pick < 0.3 else rnd.choice(WORDS) if pick < 0.7
             else rnd.choice(OTHERS))
    return copy.deepcopy(value)


def mutate(rnd, event, others):
    event = copy.deepcopy(event)
    for _ in range(rnd.choice((1, 1, 1, 2, 3))):
        container, key = rnd.choice(places(event))
        old = container[key]
        what = rnd.randrange(9)
        if what == 0:
            del container[key]
        elif what == 1 and isinstance(container, dict):
            container[rnd.choice((key.upper(), key + "_", rnd.choice(NAMES)))] = \
                container.pop(key)
        elif what == 2:
            container[key] = [old] if rnd.random() < 0.5 else {"value": old}
        elif what == 3 and isinstance(old, list):
            container[key] = (old or ["x"]) * rnd.choice((0, 2, 8, 9, 16, 17, 32, 33))
        elif what == 4 and isinstance(old, dict):
            old[rnd.choice(NAMES)] = any_value(rnd)
        elif what == 5 and isinstance(old, str):
            container[key] = rnd.choice((old + rnd.choice("x\n\r\t \u007f\ufffdé"),
                                         old * rnd.choice((2, 5, 50)), old.upper(), old[:-1]))
        elif what == 6:  # the same place of another event
            other = rnd.choice(others)
            if isinstance(container, dict) and "data" in container and key in other:
                container[key] = copy.deepcopy(other[key])
            elif isinstance(container, dict) and isinstance(
                    (other.get("data") or {}).get(key), dict):
                container[key] = copy.deepcopy(other["data"][key])
        elif what == 7 and isinstance(old, str) and old[:4].isdigit():
            container[key] = rnd.choice(TIMES)
        else:
            container[key] = any_value(rnd)
    return event


def break_bytes(rnd, line):
    """Below the values: what no schema sees."""
    what = rnd.randrange(5) if '"data": {"' in line else 0
    if what == 0:
        return line.replace('"id":', '"id": "other", "id":', 1)
    if what == 1:
        return line.replace('"data": {', '"data": {"deep": %s1%s, ' % ("[" * 15, "]" * 15), 1)
    if what == 2:
        return line.replace('"data": {', '"data": {"n": NaN, ', 1)
    if what == 3:
        return line.replace('"data": {', '"data": {"pad": "%s", ' % ("x" * 65536), 1)
    return line.replace('"data": {', '"data": {"lone": "\\ud800", "n": %s, ' % rnd.choice(
        ("1e400", "-1e999", "1" * 30, "1.5", "[1e400]")), 1)


# Python would write these otherwise: what they are about is gone by then.
BELOW = ("numbers-beyond-64-bits", "lone-surrogate-elsewhere")


def golden():
    files = sorted(p for p in (ROOT / "tests" / "golden" / "events" / "valid").glob("*.json")
                   if not p.with_suffix(".headers").exists()  # those are other modes
                   and p.stem not in BELOW)
    lines = (ROOT / "schemas" / "examples" / "events.jsonl").read_text().splitlines()
    return [json.loads(p.read_text(encoding="utf-8-sig")) for p in files] + [json.loads(x) for x in lines]


def run(seed=20211115, mutations=8000):
    validators = load_validators()
    rnd = random.Random(seed)
    whole = golden()
    missing = set(validators) - {e["type"] for e in whole}
    assert not missing, f"no golden event for {missing}"

    lines = [json.dumps(e, ensure_ascii=False) for e in whole]
    for i in range(mutations):
        line = json.dumps(mutate(rnd, whole[i % len(whole)], whole),
                          ensure_ascii=rnd.random() < 0.5)
        lines.append(break_bytes(rnd, line) if i % 50 == 0 else line)
    sent = "".join(line + "\n" for line in lines).encode("utf-8", "surrogatepass")
    answers = subprocess.run([DECODER], input=sent, stdout=subprocess.PIPE,
                             check=True).stdout.decode().splitlines()
    assert len(answers) == len(lines), "the decoder lost a line"

    same, meant, reasons, bad = Counter(), Counter(), Counter(), []
    for n, (line, answer) in enumerate(zip(lines, answers)):
        event = json.loads(line)
        reason, _, pointer = answer.partition(" ")
        complaint = schema_says(validators, event)
        reasons[reason] += 1
        if n < len(whole) and (answer != "ok" or complaint):
            bad.append((line, answer, complaint))
        elif (answer == "ok") == (complaint is None):
            same["both accept" if answer == "ok" else "both refuse"] += 1
        else:
            name = answer != "ok" and next(
                (j[0] for j in JUSTIFIED if j[1](line, event, reason, pointer)), None)
            if name:
                meant[name] += 1
            else:
                bad.append((line, answer, complaint))

    print(f"seed {seed}: {len(lines)} events, {dict(same)}")
    print("decoder's reasons:", dict(reasons.most_common()))
    for name, _, why in JUSTIFIED:
        print(f"  {meant[name]:5} differ, justified: {name}: {why}")
    for line, answer, complaint in bad[:20]:
        print(f"DIFFERENT: decoder {answer!r}, schema {complaint!r}\n  {line[:600]}")
    return len(bad)


def test_schema_vs_decoder():
    assert run() == 0


if __name__ == "__main__":
    different = run(*map(int, sys.argv[1:3]))
    print("FAILED" if different else "ok", f"({different} unjustified differences)")
    sys.exit(different != 0)
