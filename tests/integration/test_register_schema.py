"""The JSON Schema of register files against the table that the C code reads by, the files
that come with the project, and the bad ones."""
import hashlib
import json
import re

import jsonschema
import pytest

from stack import ROOT, register_files

FOLDER = ROOT / "schemas/register"
SCHEMA = json.loads((FOLDER / "register.schema.json").read_text())
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)
BAD = ROOT / "tests/golden/register/bad"

# What only the C code sees: it knows the calendar, the words of retention, and the bytes.
BEYOND_A_SCHEMA = {"no-such-day", "date-too-early", "same-member-twice", "not-json",
                   "term-of-an-unknown-event", "retention-does-not-combine",
                   "retention-open-without-review"}


def table():
    """(section, field, type, required, of) from common/core/register/register.h."""
    text = (ROOT / "common/core/register/register.h").read_text()
    text = re.sub(r'"\s+"', "", text.replace("\\\n", " "))
    sections = {kind: (name, section) for kind, name, section in
                re.findall(r'X\((\w+), "(\w+)", "(\w+)"\)', text)}
    fields = re.findall(r'X\((\w+), "(\w+)", (\w+), (true|false), "([^"]*)"\)', text)
    assert len(sections) > 5 and len(fields) > 50
    return sections, [(sections[k], f, t, r == "true", of) for k, f, t, r, of in fields]


def test_the_schema_has_the_fields_of_the_table():
    sections, fields = table()
    for name, section in sections.values():
        assert SCHEMA["properties"][section]["items"]["$ref"] == f"#/$defs/{name}"
        entry = SCHEMA["$defs"][name]
        mine = {f: (t, required, of) for (n, _), f, t, required, of in fields if n == name}
        assert set(entry["properties"]) - {"id", "from", "until", "comment"} == set(mine), name
        assert set(entry["required"]) - {"id"} == {f for f, m in mine.items() if m[1]}, name
        for field, (kind, _, of) in mine.items():
            if kind == "WORD":
                assert entry["properties"][field]["enum"] == of.split("|"), (name, field)
            if kind == "FLAG":
                assert entry["properties"][field]["type"] == "boolean", (name, field)
    assert set(SCHEMA["properties"]) == {"$schema", "comment", "register"} | {
        section for _, section in sections.values()}


@pytest.mark.parametrize("file", register_files())
def test_what_is_shipped_is_valid(file):
    with open(file, encoding="utf-8") as f:
        VALIDATOR.validate(json.load(f))


def test_the_policys_text_is_the_one_that_was_hashed():
    for policy in json.loads((FOLDER / "sectigo.json").read_text())["policies"]:
        if "text" in policy:
            digest = hashlib.sha256((FOLDER / policy["text"]).read_bytes()).hexdigest()
            assert digest == policy["text_sha256"], policy["id"]


@pytest.mark.parametrize("file", sorted(BAD.glob("*.json")), ids=lambda f: f.stem)
def test_bad_shapes_are_refused_by_the_schema_too(file):
    """A sentence that begins with the file's name is about shape, others about meaning."""
    of_shape = file.with_suffix(".expect").read_text().startswith(file.name)
    try:
        valid = VALIDATOR.is_valid(json.loads(file.read_text()))
    except ValueError:
        valid = False
    if file.stem in BEYOND_A_SCHEMA:
        return
    assert valid != of_shape, file.name
