#!/usr/bin/python3
"""render.py OUT - the API reference as pages without a script: schemas/*.openapi.yaml,
asyncapi.yaml and events/ become OUT/*.html, which reference.c builds into consent-lookup.

What stands in the documents stands in the pages, and nothing else: write it there.
"""
import html
import json
import pathlib
import sys

import yaml

SCHEMAS = pathlib.Path(__file__).resolve().parents[3] / "schemas"
PAGES = (("index", "Reference"), ("lookup", "consent-lookup"), ("gateway", "consent-gateway"),
         ("events", "Kafka and events"))
DEPTH = 4  # of members within each other that a table shows


def esc(text):
    return html.escape(str(text))


def prose(text):
    """Folded text with `code` in it."""
    parts = esc(" ".join(str(text or "").split())).split("`")
    return "".join(f"<code>{p}</code>" if i % 2 else p for i, p in enumerate(parts))


def load(name):
    return yaml.safe_load((SCHEMAS / name).read_text(encoding="utf-8"))


class Document:
    """A document whose $refs lead within it, or to a file beside it."""

    def __init__(self, whole, folder=SCHEMAS):
        self.whole, self.folder = whole, folder

    def find(self, node):
        """(node, its document) without a $ref."""
        if not isinstance(node, dict) or "$ref" not in node:
            return node, self
        file, _, pointer = node["$ref"].partition("#")
        home = self
        if file:
            path = (self.folder / file).resolve()
            home = Document(json.loads(path.read_text(encoding="utf-8")), path.parent)
        found = home.whole
        for key in pointer.strip("/").split("/") if pointer.strip("/") else ():
            found = found[key.replace("~1", "/").replace("~0", "~")]
        found, home = home.find(found)
        beside = {k: v for k, v in node.items() if k != "$ref"}
        return {**found, **beside}, home


def kind(schema):
    if "const" in schema:
        return json.dumps(schema["const"])
    if "enum" in schema:
        return " | ".join(json.dumps(v) for v in schema["enum"])
    said = schema.get("type", "object" if "properties" in schema else "any")
    words = " | ".join(said) if isinstance(said, list) else said
    bounds = [f"{word} {schema[k]}" for k, word in
              (("format", ""), ("pattern", "like"), ("minimum", "from"), ("maximum", "to"),
               ("minLength", "at least"), ("maxLength", "at most"), ("maxItems", "at most"))
              if k in schema and len(str(schema[k])) <= 60]
    return ", ".join([words, *(b.strip() for b in bounds)])


def branches(schema, home):
    """The schema, and those that it is all, one or any of."""
    yield schema, home
    for word in ("allOf", "oneOf", "anyOf"):
        for part in schema.get(word, ()):
            yield from branches(*home.find(part))


def members(schema, home, path="", depth=0):
    """(path, required, what, words) of each member, depth first."""
    schema, home = home.find(schema)
    for part, place in branches(schema, home):
        if not isinstance(part, dict):
            continue
        if "items" in part and isinstance(part["items"], dict) and depth <= DEPTH:
            yield from members(part["items"], place, path + "[]", depth + 1)
        for name, inner in part.get("properties", {}).items():
            inner, within = place.find(inner)
            if not isinstance(inner, dict):
                continue
            at = f"{path}.{name}" if path else name
            yield at, name in part.get("required", ()), kind(inner), inner.get("description", "")
            if depth < DEPTH:
                yield from members(inner, within, at, depth + 1)


def table(heads, rows):
    rows = list(dict.fromkeys(rows))
    if not rows:
        return ""
    head = "".join(f'<th scope="col">{esc(h)}</th>' for h in heads)
    body = "".join("<tr>" + "".join(f"<td>{c}</td>" for c in row) + "</tr>" for row in rows)
    return (f'<div class="wide" tabindex="0" role="group" aria-label="{esc(heads[0])}">'
            f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>")


def schema_table(schema, home):
    return table(("member", "needed", "what", "meaning"), (
        (f"<code>{esc(path)}</code>", "required" if need else "", esc(what), prose(words))
        for path, need, what, words in members(schema, home)))


def shown(example):
    return esc(example if isinstance(example, str)
               else json.dumps(example, indent=2, ensure_ascii=False))


def example_of(content, home):
    """The example of a media type, or of its schema; None: it has none."""
    if "example" in content:
        return content["example"]
    for one in content.get("examples", {}).values():
        return home.find(one)[0].get("value")
    return home.find(content.get("schema", {}))[0].get("example")


def pre(text):
    return f'<pre tabindex="0">{text}</pre>'


def contents(content, home):
    for media, what in content.items():
        example = example_of(what, home)
        yield f"<p><code>{esc(media)}</code></p>"
        if example is not None:
            yield pre(shown(example))
        rows = schema_table(what.get("schema", {}), home)
        if rows:
            yield f"<details><summary>Members</summary>{rows}</details>"


def curl(method, path, body, base, example, token):
    """The call as one types it."""
    lines = [f"curl -X {method.upper()}"]
    if token:
        lines.append('-H "Authorization: Bearer $TOKEN"')
    if body:
        lines.append(f'-H "Content-Type: {body}"')
        given = example if isinstance(example, str) else json.dumps(example, ensure_ascii=False)
        lines.append("-d @body" if example is None or len(given) > 300 or "'" in given
                     else f"-d '{given.strip()}'")
    return esc(" \\\n     ".join([*lines, f'"{base}{path}"']))


def operation(method, path, op, home, base):
    body, _ = home.find(op.get("requestBody", {}))
    content = body.get("content", {})
    media = next(iter(content), "")
    example = example_of(content[media], home) if media else None
    open_to_all = op.get("security", home.whole.get("security")) in ([], None)
    yield f'<section id="{esc(op.get("operationId", path))}">'
    yield (f'<h3><span class="method">{method.upper()}</span> <code>{esc(path)}</code></h3>'
           f'<p class="lead">{prose(op.get("summary"))}</p><p>{prose(op.get("description"))}</p>')
    yield pre(curl(method, path, media, base, example, not open_to_all))
    parameters = [home.find(p)[0] for p in op.get("parameters", ())]
    yield table(("parameter", "where", "what", "meaning"), (
        (f"<code>{esc(p['name'])}</code>", esc(p["in"]), esc(kind(home.find(p["schema"])[0])),
         prose(p.get("description"))) for p in parameters))
    if content:
        yield "<h4>Body</h4>"
        yield from contents(content, home)
    yield "<h4>Answers</h4>"
    for status, answer in op["responses"].items():
        answer, _ = home.find(answer)
        yield f'<p><strong>{esc(status)}</strong> {prose(answer.get("description"))}</p>'
        if status.startswith("2"):
            yield from contents(answer.get("content", {}), home)
    yield "</section>"


def http_page(name):
    home = Document(load(f"{name}.openapi.yaml"))
    info, base = home.whole["info"], f"${name.upper()}_URL"
    yield f"<p class='lead'>{prose(info.get('summary'))}</p><p>{prose(info['description'])}</p>"
    yield (f'<p>For programs: <a href="{name}.openapi.yaml">{name}.openapi.yaml</a>.</p>')
    calls = [(tag, method, path, op) for path, item in home.whole["paths"].items()
             for method, op in item.items() if method != "parameters"
             for tag in op.get("tags", ["Calls"])[:1]]
    tags = [t["name"] for t in home.whole.get("tags", ())] or ["Calls"]
    words = {t["name"]: t.get("description", "") for t in home.whole.get("tags", ())}
    for tag in tags:
        yield f"<h2>{esc(tag)}</h2><p>{prose(words.get(tag))}</p><ul class='toc'>"
        for _, method, path, op in (c for c in calls if c[0] == tag):
            yield (f'<li><a href="#{esc(op.get("operationId", path))}">'
                   f"{method.upper()} {esc(path)}</a> {prose(op.get('summary'))}</li>")
        yield "</ul>"
        for _, method, path, op in (c for c in calls if c[0] == tag):
            yield from operation(method, path, op, home, base)
    problem = home.whole["components"]["schemas"].get("Problem")
    if problem:
        yield "<h2>When something is wrong</h2><p>Problem details, RFC 9457:</p>"
        yield schema_table(problem, home)


def event_examples():
    """type -> an example event, from schemas/examples."""
    lines = (SCHEMAS / "examples/events.jsonl").read_text(encoding="utf-8").splitlines()
    found = {}
    for line in lines:
        event = json.loads(line)
        found.setdefault(event["type"], event)
    return found


def events_page():
    home = Document(load("asyncapi.yaml"))
    examples = event_examples()
    yield f"<p>{prose(home.whole['info']['description'])}</p>"
    yield '<p>For programs: <a href="asyncapi.yaml">asyncapi.yaml</a>.</p><h2>Topics</h2>'
    for channel in home.whole["channels"].values():
        names = [m["$ref"].rsplit("/", 1)[1] for m in channel.get("messages", {}).values()]
        yield (f"<section><h3><code>{esc(channel['address'])}</code></h3>"
               f"<p class='lead'>{prose(channel.get('title'))}</p>"
               f"<p>{prose(channel.get('description'))}</p><p>Carries: ")
        yield ", ".join(f'<a href="#{esc(n)}">{esc(n)}</a>' for n in names) + ".</p></section>"
    yield "<h2>Messages</h2>"
    for name, message in home.whole["components"]["messages"].items():
        payload = message.get("payload", {})
        schema, place = home.find(payload.get("schema", payload))
        example = examples.get(name) or next(
            (e.get("payload") for e in message.get("examples", ())), None)
        words = message.get("summary") or schema.get("description") or schema.get("title", "")
        yield f'<section id="{esc(name)}"><h3><code>{esc(name)}</code></h3><p>{prose(words)}</p>'
        if example is not None:
            yield pre(shown(example))
        if place.folder != home.folder:
            file = payload["schema"]["$ref"]
            yield (f'<p>Its <a href="#members">members</a> are those of every event; what this type '
                   f"needs of them is in <code>schemas/{esc(file)}</code>.</p>")
        else:
            rows = schema_table(schema, place)
            yield f"<details><summary>Members</summary>{rows}</details>" if rows else ""
        yield "</section>"
    common = Document(json.loads((SCHEMAS / "events/common.schema.json").read_text(encoding="utf-8")),
                      SCHEMAS / "events")
    yield '<h2 id="members">Members of every event</h2>'
    yield schema_table(common.whole["$defs"]["envelope"], common)
    yield "<p>And of its <code>data</code>:</p>"
    yield schema_table(common.whole["$defs"]["data"], common)


def index_page():
    yield ("<p class='lead'>Everything that programs can ask, send and read, from the documents of "
           "the version that runs here.</p><ul class='toc'>")
    for name, words in (("lookup", "decisions, provenance, lists, the desk: by token"),
                        ("gateway", "events over HTTP for partners, and the unsubscribe link"),
                        ("events", "topics, event types, receipts, lists on Kafka")):
        yield f'<li><a href="{name}.html">{dict(PAGES)[name]}</a>: {words}</li>'
    yield "</ul>"


def page(name, title, body):
    nav = "".join(f'<a href="{n}.html"{" aria-current=page" if n == name else ""}>{esc(t)}</a>'
                  for n, t in PAGES)
    return ('<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
            '<meta name="viewport" content="width=device-width, initial-scale=1">'
            f"<title>{esc(title)} - consentmq</title>"
            '<link rel="stylesheet" href="reference.css"></head><body>'
            f'<header><nav aria-label="Pages">{nav}</nav></header>'
            f"<main><h1>{esc(title)}</h1>\n{body}\n</main></body></html>\n")


def main(out):
    out = pathlib.Path(out)
    out.mkdir(parents=True, exist_ok=True)
    made = {"index": index_page(), "lookup": http_page("lookup"),
            "gateway": http_page("gateway"), "events": events_page()}
    for name, title in PAGES:
        (out / f"{name}.html").write_text(page(name, title, "\n".join(made[name])),
                                          encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1])
