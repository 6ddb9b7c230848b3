"""The API reference at /docs/: of the documents alone, sound to a linter, to axe-core, on a
phone; and an example for each call."""
import re
import subprocess

import pytest
import yaml

from browser import DESKTOP, PHONE, Browser
from hands import ROOT
from pinned import node_modules
from stack import fetch

SPECTRAL = "@stoplight/spectral-cli@6.16.3"
DOCUMENTS = ("lookup.openapi.yaml", "gateway.openapi.yaml", "asyncapi.yaml")
PAGES = ("", "lookup.html", "gateway.html", "events.html")
METHODS = ("get", "post", "put", "delete")


def operations(name):
    """(path, method, operation, the whole) of an OpenAPI document."""
    whole = yaml.safe_load((ROOT / "schemas" / name).read_text(encoding="utf-8"))
    return [(path, method, op, whole) for path, item in whole["paths"].items()
            for method, op in item.items() if method in METHODS]


def resolved(node, whole):
    while isinstance(node, dict) and "$ref" in node:
        path, node = node["$ref"].removeprefix("#/").split("/"), whole
        for key in path:
            node = node[key.replace("~1", "/")]
    return node


def has_example(content, whole):
    return any("example" in c or "examples" in c or "example" in resolved(c.get("schema", {}), whole)
               for c in content.values())


@pytest.mark.parametrize("name", DOCUMENTS)
def test_the_linter_finds_nothing(name):
    place = node_modules("spectral", SPECTRAL)
    done = subprocess.run(["node", place / "node_modules/@stoplight/spectral-cli/dist/index.js",
                           "lint", "--ruleset", ROOT / "tests/golden/spectral.yaml", "--quiet",
                           "--fail-severity", "hint", ROOT / "schemas" / name],
                          capture_output=True, text=True, check=False, timeout=300)
    assert (done.returncode, done.stdout) == (0, ""), done.stdout + done.stderr


@pytest.mark.parametrize("name", DOCUMENTS[:2])
def test_each_call_has_an_example(name):
    """Each JSON body that is sent has one, and each call one of its body or its answer; but what
    is a file or a page."""
    for path, method, op, whole in operations(name):
        body = resolved(op.get("requestBody", {}), whole).get("content", {})
        said = [resolved(r, whole).get("content", {}) for s, r in op["responses"].items()
                if s.startswith("2")]
        kinds = {kind for content in (body, *said) for kind in content}
        if "application/json" in body:
            assert has_example(body, whole), (path, method)
        if kinds & {"application/json", "application/cloudevents+json"}:
            assert any(has_example(c, whole) for c in (body, *said)), (path, method)


@pytest.fixture(scope="module")
def docs(module_stack):
    module_stack.start("lookup")
    return module_stack.url("lookup") + "/docs/"


def test_the_pages_are_whole_and_from_here_alone(docs):
    for page in PAGES:
        status, text = fetch(docs + page)
        assert status == 200 and "<script" not in text and "style=" not in text
        assert set(re.findall(r'(?:src|href)="(?:https?:)?//([^"]*)"', text)) == set()
    for name in ("lookup", "gateway"):
        text = fetch(f"{docs}{name}.html")[1]
        for path, method, op, _ in operations(f"{name}.openapi.yaml"):
            assert f'id="{op["operationId"]}"' in text, (method, path)
    text = fetch(docs + "events.html")[1]
    for schema in (ROOT / "schemas/events").glob("*.v1.schema.json"):
        assert f'id="{schema.name.removesuffix(".schema.json")}"' in text, schema
    for name in DOCUMENTS:
        assert fetch(docs + name)[1] == (ROOT / "schemas" / name).read_text(encoding="utf-8")
    assert fetch(docs.replace("/docs/", "/v1/openapi.yaml"))[1] == fetch(docs + DOCUMENTS[0])[1]
    assert fetch(docs.rstrip("/"))[1] == fetch(docs)[1]
    assert fetch(docs + "nothing.html")[0] == 404


@pytest.mark.parametrize("how", [{**DESKTOP}, {**PHONE, "dark": True}], ids=["desktop", "phone-dark"])
def test_a_person_can_read_them(docs, how):
    browser = Browser(**how)
    try:
        for page in PAGES:
            browser.get(docs + page)
            # the largest page has what the others have, many times
            assert page == "lookup.html" or browser.violations() == [], page
            assert browser.complaints() == [] and not browser.overflows(), page
    finally:
        browser.close()
