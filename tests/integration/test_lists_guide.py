"""schemas/LISTS.md does what it says: its recipes, its vectors, and both its programs."""
import os
import re
import subprocess
import sys

import pytest

from asking import Lookup
from facts import Facts
from hands import ROOT, wait_until
from lists import entries, quiet
from snapshots import LIST, digest

GUIDE = (ROOT / "schemas" / "LISTS.md").read_text(encoding="utf-8")
PROGRAMS = {"sh": ["sh", "-eu"], "python": [sys.executable, "-"]}
RECIPES = re.findall(r"^```(sh|python)\n(.*?)^```$", GUIDE, re.M | re.S)


@pytest.mark.parametrize("kind, text", RECIPES, ids=range(len(RECIPES)))
def test_a_recipe_prints_what_stands_below_it(kind, text):
    done = subprocess.run(PROGRAMS[kind], input=text, capture_output=True, text=True,
                          check=True, env=dict(os.environ, PYTHONIOENCODING="utf-8"))
    said = re.findall(r"^# -> (.*)$", text, re.M)
    assert said and done.stdout.splitlines() == said


def test_the_table_has_every_profile_and_the_published_vectors():
    """tests/golden/ident/token_published.tsv, to which tests/unit/crypto_token.c holds the code."""
    table = GUIDE[GUIDE.index("| profile | of | is |"):]
    table = table[:table.index("\n\n")]
    named = set(re.findall(r"^\| `([a-z0-9-]+)`", table, re.M))
    vocabulary = (ROOT / "common" / "core" / "vocab.h").read_text(encoding="utf-8")
    profiles = vocabulary[vocabulary.index("#define TOKEN_PROFILES(X)"):]
    assert named == set(re.findall(r'"([^"]+)"', profiles[:profiles.index("enum")]))
    published = (ROOT / "tests/golden/ident/token_published.tsv").read_text(encoding="utf-8")
    shown = 0
    for line in published.splitlines():
        profile, *_, token = line.split("\t") if "\t" in line else ("", "")
        shown += profile != "" and bool(re.search(rf"^\| `{profile}`.*{re.escape(token)}",
                                                  table, re.M))
    assert shown >= 6


def example(name, *argv, **environment):
    return subprocess.run([sys.executable, ROOT / "schemas" / "examples" / name, *argv],
                          capture_output=True, text=True, timeout=60, check=True,
                          env=dict(os.environ, **environment)).stdout


def test_both_programs_end_with_exactly_the_list(stack, tmp_path):
    lookup = Lookup(stack)
    stack.start("publish")
    world, many = Facts(stack), [f"p{i}@example.com" for i in range(300)]
    world.make(many)
    for name in many:
        world.add(name, "OPTOUT")
    world.commit()
    wait_until(lambda: len(entries(stack)) == 300 and quiet(stack), what="the list")

    def http():
        example("sync_http.py", "--once", LOOKUP_URL=stack.url("lookup"), LIST=LIST,
                LOOKUP_TOKEN=lookup.tokens["mailing"], COPY=str(tmp_path / "list.db"))
        status, found, _ = lookup.ask("GET", "/v1/lists", None, "mailing")
        mine = next(one for one in found["lists"] if one["id"] == LIST)["acknowledged"]
        return status == 200 and mine["matches"] and mine["behind"]["events"] == 0

    def kafka():
        count, text = example("sync_kafka.py", place, "--once",
                              KAFKA_BROKERS=stack.broker.address).split()
        on_list = [t for t, (s, _) in entries(stack).items() if s == "suppressed"]
        return (int(count), text) == (len(on_list), digest(on_list))
    stack.ctl("list", "snapshot", LIST, "--compress", "gzip")
    place = stack.snapshots / f"{LIST}.csv.gz.json"
    assert http() and kafka()
    for name in ("later@example.com", *many[:50]):
        world.add(name, "OBJECTION")
    world.commit()
    wait_until(lambda: len(entries(stack)) == 301 and quiet(stack), what="what came later")
    assert http() and kafka(), "each from where it was"
