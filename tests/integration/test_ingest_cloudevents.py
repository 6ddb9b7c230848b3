"""consent-ingest and what CloudEvents libraries write: every way there is to say an event,
and whatever JSON allows in members that mean nothing here."""
import base64
import json
import os
import pathlib
import subprocess

import pytest

from feeding import grant, optout, settled
from sealed import opened
from pinned import environment, node_modules

HERE = pathlib.Path(__file__).resolve().parent
FEED = "feed.mta-eu1"
BATCH = {"content-type": "application/cloudevents-batch+json"}


def outcomes(stack):
    """{event id: (outcome, reason)} of the receipts."""
    return {e: (o, r) for e, o, r in stack.sql(
        "SELECT e, o, r FROM receipt_queue, unnest(event_id, outcome, reason) u(e, o, r)")}


def stopped(stack):
    """How many contacts have said no."""
    return stack.value("SELECT count(DISTINCT contact) FROM fact WHERE kind = 4")


def in_base64(event, event_data=None):
    event = dict(event)
    said = event.pop("data") if event_data is None else event_data
    return {**event, "data_base64": base64.b64encode(json.dumps(said).encode()).decode()}


def test_one_event_in_every_spelling(stack):
    def event(name):
        return optout(f"{name}@example.com", name)

    def text(name, old, new):
        return json.dumps(event(name)).replace(old, new, 1).encode()
    sent = {
        "base64": json.dumps(in_base64(event("base64"))).encode(),
        "nulls": json.dumps({**event("nulls"), "datacontenttype": None, "dataschema": None,
                             "recordedtime": None, "subject": None}).encode(),
        "bom": b"\xef\xbb\xbf" + json.dumps(event("bom")).encode(),
        "numbers": text("numbers", '"data": {', '"n": [1e400, -1E400, %s], "data": {' % (
            "9" * 40)),
        "surrogate": text("surrogate", '"data": {', '"n": {"\\udc00": "\\ud800"}, "data": {'),
    }
    stack.start("ingest")
    for value in sent.values():
        stack.produce(FEED, value)
    settled(stack, len(sent))
    assert outcomes(stack) == {name: (1, None) for name in sent}
    assert stopped(stack) == len(sent)
    assert stack.value("SELECT count(*) FROM quarantine") == 0
    # and what is read of them later is the same
    for name in sent:
        said = stack.ctl_json("trace", "--email", f"{name}@example.com")
        assert said["events"][0]["data"]["optout"] == {"via": "unsubscribe_link"}, name


def test_a_denial_in_utf16_takes_effect_and_is_seen_by_a_person(stack):
    stack.start("ingest")
    for n, code in enumerate(("utf-16", "utf-16-le", "utf-16-be")):
        stack.produce(FEED, json.dumps(optout(f"u{n}@example.com", f"u{n}")).encode(code))
    settled(stack, 3)
    assert outcomes(stack) == {f"u{n}": (3, "BAD_UTF8") for n in range(3)}
    assert stopped(stack) == 3


def test_a_nul_is_refused_wherever_it_stands(stack):
    stack.start("ingest")
    for n, put in enumerate((lambda s: s.replace('"data"', '\0"data"'), lambda s: s + "\0",
                             lambda s: s[:-1] + ', "x": 123\0}',
                             lambda s: s.replace("unsub", "uns\0b"))):
        good = json.dumps(optout(f"nul{n}@example.com", f"nul{n}"))
        stack.produce(FEED, put(good).encode())
    settled(stack, 4)
    assert outcomes(stack) == {f"nul{n}": (3, "NUL_CHARACTER") for n in range(4)}
    assert stopped(stack) == 4


@pytest.mark.parametrize("others", [64, 500])
def test_any_number_of_foreign_headers_before_ours(stack, others):
    event = optout("h@example.com", "h")
    data = event.pop("data")
    headers = [(f"x{i}", b"v") for i in range(others)]
    headers += [(f"ce_{k}", v.encode()) for k, v in event.items()]
    headers += [("content-type", b"application/json")]
    stack.start("ingest")
    stack.produce(FEED, data, headers=headers)
    settled(stack, 1)
    assert outcomes(stack) == {"h": (1, None)}
    (_, kept), = opened(stack)
    assert kept == [(k, v.decode()) for k, v in headers[others:]]


def test_more_headers_than_an_event_may_have(stack):
    """They are no event's, and nobody trips over them."""
    stack.start("ingest")
    stack.produce(FEED, b"{}", headers=[(f"ce_x{i}", b"\1" * 1000) for i in range(900)])
    stack.produce(FEED, optout("after@example.com", "after"))
    settled(stack, 2)
    assert outcomes(stack)["after"] == (1, None)
    assert stack.sql("SELECT reason FROM quarantine") == [("TOO_LARGE",)]


def test_headers_as_over_http(stack):
    """ce- instead of ce_; beside ce_ they are somebody else's."""
    def sent(name, mark, *more):
        event = optout(f"{name}@example.com", name)
        data = event.pop("data")
        stack.produce(FEED, data, headers=[(f"ce{mark}{k}", v.encode())
                                           for k, v in event.items()] + list(more))
    stack.start("ingest")
    sent("dashes", "-")
    sent("both", "_", ("ce-id", b"another"), ("ce-traceparent", b"00-1"))
    settled(stack, 2)
    assert outcomes(stack) == {"dashes": (1, None), "both": (1, None)}
    assert stopped(stack) == 2


def test_an_event_in_somebody_elses_wrapping(stack):
    """A no inside takes effect, and a person sees it; a consent waits."""
    def wrap(name, event=optout):
        return {"schema": None, "payload": event(f"{name}@example.com", name)}
    stack.start("ingest")
    stack.produce(FEED, json.dumps(wrap("payload")).encode())
    stack.produce(FEED, json.dumps(json.dumps(optout("text@example.com", "text"))).encode())
    stack.produce("feed.sectigo.com", json.dumps(wrap("yes", grant)).encode())
    settled(stack, 3)
    assert outcomes(stack) == {n: (3, "NOT_CLOUDEVENT") for n in ("payload", "text", "yes")}
    assert stopped(stack) == 2
    assert stack.value("SELECT count(*) FROM fact WHERE kind <> 4") == 0
    assert stack.value("SELECT count(*) FROM quarantine") == 3


# --- batches --------------------------------------------------------------------------------
def test_a_batch_is_read_event_by_event(stack):
    same = optout("b0@example.com", "b0")
    events = [same, grant("b1@example.com", "b1"), optout("b2@example.com", "b2"),
              {**optout("b3@example.com", "b3"), "time": "yesterday"}, same,
              in_base64(optout("b5@example.com", "b5"))]
    stack.start("ingest")
    at = stack.produce(FEED, json.dumps(events, indent=1).encode(), headers=BATCH)
    settled(stack, 1)
    got = stack.sql("SELECT e, o, r FROM receipt_queue,"
                    " unnest(event_id, outcome, reason) u(e, o, r)")
    assert sorted(got) == [("b0", 1, None), ("b0", 2, None), ("b1", 3, "SOURCE_MISMATCH"),
                           ("b2", 1, None), ("b3", 3, "BAD_TIME"), ("b5", 1, None)]
    assert stopped(stack) == 4
    # each event's own bytes, each at the record's place
    rows = stack.sql('SELECT event_id, partition, "offset" FROM ledger ORDER BY ledger_id')
    assert {e: (p, o) for e, p, o in rows} == {e: at for e in ("b0", "b2", "b3", "b5")}
    assert {e: json.loads(raw) for (e, _, _), (raw, _) in zip(rows, opened(stack))} == {
        e["id"]: e for e in events if e["id"] != "b1"}
    # the same event alone, with the same bytes, is known
    stack.produce(FEED, json.dumps(same, indent=1).replace("\n", "\n ").encode())
    settled(stack, 2)
    assert stack.value("SELECT count(*) FROM ledger") == 4
    # and what waits can be sent again by itself
    (quarantined, _), = opened(stack, "quarantine", "reason = 'SOURCE_MISMATCH'")
    assert json.loads(quarantined)["id"] == "b1"


def test_a_batch_without_its_content_type_and_one_that_is_cut_off(stack):
    def batch(name):
        return json.dumps([optout(f"{name}{i}@example.com", f"{name}{i}")
                           for i in range(3)]).encode()
    stack.start("ingest")
    stack.produce(FEED, b"\xef\xbb\xbf " + batch("bare"))
    stack.produce(FEED, batch("cut")[:-40], headers=BATCH)
    stack.produce(FEED, batch("tail") + b" x", headers=BATCH)
    stack.produce(FEED, b"[]", headers=BATCH)
    stack.produce(FEED, json.dumps(optout("one@example.com", "one")).encode(), headers=BATCH)
    settled(stack, 5)
    assert stopped(stack) == 3 + 3 + 3 + 1
    assert stack.sql("SELECT reason, event_id FROM quarantine ORDER BY 1, 2") == [
        ("EMPTY", None), ("NOT_JSON", "cut2"), ("NOT_JSON", None), ("NOT_JSON", None)]
    assert outcomes(stack)["one"] == (1, None)


def test_an_event_a_line(stack):
    """Log shippers write them so: each counts by itself, and only its own fault is one."""
    lines = [json.dumps(optout(f"line{i}@example.com", f"line{i}")) for i in range(3)]
    lines[1] = lines[1].replace('"time": "', '"time": "on ')
    stack.start("ingest")
    stack.produce(FEED, ("\n".join(lines) + "\n").encode())
    stack.produce(FEED, lines[0].encode())
    settled(stack, 2)
    got = stack.sql("SELECT e, o, r FROM receipt_queue,"
                    " unnest(event_id, outcome, reason) u(e, o, r)")
    assert sorted(got) == [("line0", 1, None), ("line0", 2, None), ("line1", 3, "BAD_TIME"),
                           ("line2", 1, None)]
    assert stopped(stack) == 3


def test_a_batch_is_one_record_also_when_it_must_be_divided(stack):
    """PostgreSQL refuses one of its events, so that it goes in by parts: the position passes
    the record only with its last event."""
    stack.sql("ALTER TABLE ledger ADD CHECK (event_id <> 'd77')")
    events = [optout(f"d{i}@example.com", f"d{i}") for i in range(150)]
    stack.start("ingest")
    stack.produce(FEED, json.dumps(events).encode(), headers=BATCH, partition=0)
    stack.produce(FEED, optout("after@example.com", "after"), partition=0)
    settled(stack, 2)
    assert stopped(stack) == 151
    assert {k: v for k, v in outcomes(stack).items() if v != (1, None)} == {
        "d77": (3, "POISON")}
    assert len(outcomes(stack)) == 151


# --- real libraries -------------------------------------------------------------------------
def sdk(stack, *command, **more):
    ran = subprocess.run(command, capture_output=True, text=True, check=False,
                         env={**os.environ, **more})
    assert ran.returncode == 0, ran.stderr
    sent = ran.stdout.split()
    settled(stack, len(sent))
    assert outcomes(stack) == {name: (1, None) for name in sent}
    assert stopped(stack) == len(sent)


def test_what_the_python_sdk_writes(stack):
    venv = environment("cloudevents==2.2.0", "confluent-kafka==2.6.1")
    stack.start("ingest")
    sdk(stack, venv / "bin/python", HERE / "cloudevents_sdk.py", stack.broker.address)


def test_what_the_javascript_sdk_writes(stack):
    place = node_modules("cloudevents", "cloudevents@10.0.0", "kafkajs@2.2.4")
    stack.start("ingest")
    sdk(stack, "node", HERE / "cloudevents_sdk.js", stack.broker.address,
        NODE_PATH=str(place / "node_modules"))
