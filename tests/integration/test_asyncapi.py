#!/usr/bin/python3
"""schemas/asyncapi.yaml and schemas/README.md against the schemas and the code."""
import json
import pathlib
import re

import jsonschema
import yaml

ROOT = pathlib.Path(__file__).resolve().parents[2]
SCHEMAS = ROOT / "schemas"
DOCUMENT = yaml.safe_load((SCHEMAS / "asyncapi.yaml").read_text())
BINDING = {"topic", "partitions", "replicas", "topicConfiguration", "bindingVersion"}
SETTINGS = {"cleanup.policy", "retention.ms", "retention.bytes", "delete.retention.ms",
            "max.message.bytes"}


def resolve(ref):
    """What a reference within the document, or to a file beside it, stands for."""
    if not ref.startswith("#/"):
        return json.loads((SCHEMAS / ref).read_text())
    node = DOCUMENT
    for part in ref[2:].split("/"):
        node = node[part.replace("~1", "/").replace("~0", "~")]
    return node


def references(node):
    if isinstance(node, dict):
        for key, value in node.items():
            if key == "$ref":
                yield value
            else:
                yield from references(value)
    elif isinstance(node, list):
        for value in node:
            yield from references(value)


def types():
    table = (ROOT / "common" / "core" / "vocab.h").read_text()
    return set(re.findall(r'"([a-z_.]+\.v1)"', table))


def test_it_is_version_3_and_every_reference_leads_somewhere():
    assert DOCUMENT["asyncapi"] == "3.0.0"
    assert set(DOCUMENT["channels"]) == {"checkpoints", "confirmations", "deletion", "feed",
                                         "receipts", "suppression"}
    found = list(references(DOCUMENT))
    assert found
    for ref in found:
        assert resolve(ref), ref


def test_topics_are_bound_by_the_kafka_binding():
    for name, channel in DOCUMENT["channels"].items():
        kafka = channel["bindings"]["kafka"]
        assert kafka["bindingVersion"] == "0.5.0"
        assert set(kafka) <= BINDING and set(kafka["topicConfiguration"]) <= SETTINGS, name
        assert kafka["topic"] == channel["address"]
        assert set(channel["parameters"]) == set(re.findall(r"\{(\w+)\}", channel["address"]))
    assert DOCUMENT["channels"]["suppression"]["bindings"]["kafka"]["topicConfiguration"][
        "cleanup.policy"] == ["compact"]


def test_topic_settings_are_those_the_code_makes():
    code = (ROOT / "common" / "kafka" / "topic_spec.c").read_text()
    for name, function in (("feed", "feed"), ("receipts", "receipts"),
                           ("suppression", "list"), ("confirmations", "letters")):
        body = re.search(rf"topic_spec_{function}\(.*?\n}}", code, re.S)[0]
        kafka = DOCUMENT["channels"][name]["bindings"]["kafka"]
        made = dict(re.findall(r'\{"([a-z.]+)", "([^"]+)"\}', body))
        for key, value in kafka["topicConfiguration"].items():
            said = ",".join(value) if isinstance(value, list) else str(value)
            assert made[key] == said, (name, key)
        number = re.search(r"\.partitions = (\d+)", body)
        assert number is None or int(number[1]) == kafka["partitions"], name


def test_every_event_type_has_a_schema_a_message_and_a_place_on_the_feed():
    files = {p.name.removesuffix(".schema.json") for p in (SCHEMAS / "events").glob("*.schema.json")}
    assert files - {"common"} == types()
    feed = DOCUMENT["channels"]["feed"]["messages"]
    assert set(feed) == types()
    for name, message in feed.items():
        payload = resolve(message["$ref"])["payload"]["schema"]
        assert payload["$ref"] == f"events/{name}.schema.json"
        assert resolve(payload["$ref"])["properties"]["type"]["const"] == name


def test_examples_of_what_we_send_fit_their_schemas():
    for name in ("receipt", "entry", "heartbeat"):
        message = DOCUMENT["components"]["messages"][name]
        validator = jsonschema.Draft202012Validator(resolve(message["payload"]["$ref"]))
        for example in message["examples"]:
            validator.validate(example["payload"])
            written = json.loads(json.dumps(example["payload"]))
            assert list(written) == [k for k in validator.schema["properties"]
                                     if k in written], "in the order in which it is written"


def test_every_reason_is_in_the_readme():
    readme = (SCHEMAS / "README.md").read_text()
    told = set(re.findall(r"^\| `([A-Z0-9_]+)`", readme, re.M))
    decoder = (ROOT / "common" / "codec" / "event" / "event_json.h").read_text()
    codes = set(re.findall(r"^    X\(([A-Z0-9_]+),", decoder, re.M))
    for path in (ROOT / "common" / "core").rglob("admit*.c"):
        codes |= set(re.findall(r'admit_fault\(w, "([A-Z0-9_]+)"', path.read_text()))
    for path in (ROOT / "common" / "ident").glob("*.c"):
        codes |= set(re.findall(r'"((?:EMAIL|PHONE|POSTAL)_[A-Z0-9_]+)"', path.read_text()))
    assert codes - told == set(), "not in schemas/README.md"
    for code in re.findall(r"^    X\(([A-Z0-9_]+), \"(.*)\"\)", decoder, re.M):
        assert code[1].replace('\\"', '"') in readme, code


if __name__ == "__main__":
    for name, test in list(globals().items()):
        if name.startswith("test_"):
            test()
            print("ok", name)
