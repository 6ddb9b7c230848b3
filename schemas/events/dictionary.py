#!/usr/bin/env python3
"""dictionary.py FILE - makes the dictionary that events are compressed with.

Trained on the examples of schemas/examples and tests/golden/events, each with other
identifiers, addresses and times, so that it learns the members and not the people. Needs the
program zstd (Debian's, 1.5.4: another version may make other bytes).

A dictionary is for ever: what was compressed with it is read with it. So a better one gets a
number and a file of its own, beside the older ones: see schemas/proof/EVENTS.md, "The dictionary".
"""
import json
import pathlib
import random
import re
import string
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
NUMBER = 40001
BYTES = 16384
TURNS = 60


def examples():
    lines = (ROOT / "schemas/examples/events.jsonl").read_text().splitlines()
    texts = [json.loads(line) for line in lines if line.strip()]
    for path in sorted((ROOT / "tests/golden/events/valid").rglob("*.json")):
        try:
            texts.append(json.loads(path.read_text()))
        except ValueError:
            continue
    return [e for e in texts if isinstance(e, dict) and "data" in e]


def word(rng, letters=string.ascii_lowercase, least=4, most=10):
    return "".join(rng.choice(letters) for _ in range(rng.randint(least, most)))


def varied(text, rng):
    """The same event of somebody else, at another time."""
    text = re.sub(r"[\w.+-]+@[\w.-]+\.\w+", lambda _: f"{word(rng)}@{word(rng)}.example", text)
    text = re.sub(r"\b[0-9a-f]{64}\b", lambda _: "%064x" % rng.getrandbits(256), text)
    text = re.sub(r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?", lambda _: "20%02d-%02d-%02dT%02d:%02d:%02d.%03d" % (
        rng.randint(24, 30), rng.randint(1, 12), rng.randint(1, 28), rng.randint(0, 23),
        rng.randint(0, 59), rng.randint(0, 59), rng.randint(0, 999)), text)
    text = re.sub(r'("id": ?)"[^"]*"', lambda m: f'{m.group(1)}"{word(rng, "0123456789abcdef", 8, 32)}"', text)
    return re.sub(r'("phone": ?)"[^"]*"', lambda m: f'{m.group(1)}"+{rng.randint(10**9, 10**12)}"', text)


def main():
    rng = random.Random(NUMBER)
    out = pathlib.Path(sys.argv[1])
    if out.exists():
        sys.exit(f"{out} is there already: events may have been compressed with it")
    with tempfile.TemporaryDirectory() as folder:
        n = 0
        for event in examples():
            forms = (json.dumps(event), json.dumps(event, separators=(",", ":")),
                     json.dumps(event["data"], separators=(",", ":")))
            for _ in range(TURNS):
                for form in forms:
                    n += 1
                    pathlib.Path(folder, f"{n:06}").write_text(varied(form, rng))
        subprocess.run(["zstd", "-q", "--train", "-r", folder, "--maxdict", str(BYTES),
                        "--dictID", str(NUMBER), "-o", out], check=True)
    print(f"{out}: {out.stat().st_size} bytes from {n} events")


if __name__ == "__main__":
    main()
