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
                          check=True, cwd=ROOT, env=dict(os.environ, PYTHONIOENCODING="utf-8"))
    said = re.findall(r"^# -> (.*)$", text, re.M)
    assert said and done.stdout.splitlines() == said


def test_the_table_has_every_profile_and_the_published_vectors():
    """tests/golden/ident/token_published.tsv, to which tests/unit/crypto_token.c holds the code."""
    table = GUIDE[GUIDE.index("| profile | of | is |"):]
    table = table[:table.index("\n\n")]
    named = set(re.findall(r"^\| `([a-z0-9-]+)`", table, re.M))
    vocabulary = (ROOT / "common" / "core" / "vocab.h").read_text(encoding="utf-8")
    profiles = vocabulary[vocabulary.index("#define TOKEN_PROFILES(X)"):]
    assert named == set(re.findall(r'"([^"]+)"', profiles[:profiles.index(
        "never of a list")]))
    published = (ROOT / "tests/golden/ident/token_published.tsv").read_text(encoding="utf-8")
    shown = 0
    for line in published.splitlines():
        profile, *_, token = line.split("\t") if "\t" in line else ("", "")
        shown += profile != "" and bool(re.search(rf"^\| `{profile}`.*{re.escape(token)}",
                                                  table, re.M))
    assert shown >= 6


TOKENS = {"python": [sys.executable, "tokens.py"], "javascript": ["node", "tokens.js"],
          "php": ["php", "tokens.php"]}
DOTS = ".\u3002\uff0e\uff61"
GOLDEN = ROOT / "tests" / "golden" / "ident"


def unescape(m):
    return chr(int(m[1] or m[2] or m[3], 16)) if not m[4] else \
        {"t": "\t", "n": "\n", "r": "\r"}.get(m[4], m[4])


def golden(name):
    """The rows of a table, as tests/unit/golden.h reads them."""
    for line in (GOLDEN / name).read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            yield [re.sub(r"\\(?:x(..)|u(....)|U(.{8})|(.))", unescape, field)
                   for field in line.split("\t")]


def told(language, profile, texts, *key):
    """What the guide's program says of each text."""
    done = subprocess.run([*TOKENS[language], profile, *key], input="\n".join(texts) + "\n",
                          cwd=ROOT / "schemas" / "examples", text=True, encoding="utf-8",
                          capture_output=True, timeout=240, check=True)
    return done.stdout.split("\n")[:-1]


@pytest.mark.parametrize("language", TOKENS)
def test_the_guides_programs_spell_as_we_do(language):
    """Every address and every domain name of the unit tests' tables that is taken."""
    rows = [(written, ours) for written, ours in golden("email.tsv")
            if ours[0] != "!" and not set("\r\n") & set(written)]
    # with the root's dot: a joiner at the very end is taken for what pasting left behind
    rows += [(f"user@{written.rstrip(DOTS)}.", f"user@{ours}")
             for written, ours, *_ in golden("domains.tsv") if ours[0] not in "-?"]
    assert len(rows) > 900
    got = told(language, "plain", [written for written, _ in rows])
    assert len(got) == len(rows)
    wrong = [(w, g, o) for (w, o), g in zip(rows, got) if g != o]
    assert not wrong, wrong[:20]


@pytest.mark.parametrize("language", TOKENS)
def test_the_guides_programs_give_our_tokens(language, tmp_path):
    """tests/golden/ident/tokens.tsv, to which tests/unit/crypto_token.c holds the code."""
    rows, n = {}, 0
    for profile, kind, text, key, token in golden("tokens.tsv"):
        if kind != "postal" and profile not in ("google-sha256", "meta-sha256"):
            rows.setdefault((profile, key), []).append((text, token))
    for (profile, key), pairs in rows.items():
        place = tmp_path / "key"
        place.write_bytes(bytes.fromhex(key))
        texts, tokens = zip(*pairs)
        assert told(language, profile, texts, str(place)) == list(tokens), profile
        n += len(pairs)
    assert n > 90


def example(name, *argv, **environment):
    return subprocess.run([sys.executable, ROOT / "schemas" / "examples" / name, *argv],
                          capture_output=True, text=True, timeout=240, check=True,
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
