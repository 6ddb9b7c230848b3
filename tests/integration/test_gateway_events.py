"""Events over HTTP: what a source without Kafka may send, and what it is told."""
import concurrent.futures
import contextlib
import datetime
import http.client
import json
import time
import urllib.parse

import pytest
import story
from hands import wait_until
from http_source import BATCH, Source, optout

ACME = "urn:consent:src:reseller:acme-hosting"
SITE = "urn:consent:src:direct:sectigo.com"


@pytest.fixture(scope="module")
def running(module_stack):
    for name in ("ingest", "gateway"):
        module_stack.start(name)
    return module_stack


@pytest.fixture(scope="module")
def acme(running):
    return Source(running, "acme-hosting").known()


@pytest.fixture(scope="module")
def site(running):
    return Source(running, "sectigo.com").known()


def decide(stack, email):
    return stack.ctl_json("decide", "--email", email, "--controller", "sectigo-limited",
                          "--purpose", "marketing.promotional", "--channel", "email")


# --- what is taken -------------------------------------------------------------------------
def test_the_examples_come_to_the_same_end(running):
    """The twelve examples over HTTP: queued or refused as ingest would, and each that was
    queued has its receipt."""
    now = datetime.datetime.now(story.UTC).replace(microsecond=0)
    sources, queued = {}, {}
    for event, act in zip(story.events(now), story.ACTS):
        name = event["source"].rsplit(":", 1)[1]
        source = sources.setdefault(name, None) or Source(running, name).known()
        sources[name] = source
        status, said, _ = source.post(event)
        _, outcome, reason, _ = act
        if status == 202:
            [line] = said
            assert line["id"] == event["id"] and line["outcome"] == "queued", line
            # what only the ledger knows is for the receipt to say
            assert reason in (None, "ID_REUSE") or line["reason"] == reason, (line, act)
            queued.setdefault(name, []).append((event["id"], outcome, reason))
        else:
            assert status == 422 and outcome in ("quarantined", "refused"), (said, act)
            assert (said["reason"], said["events"][0]["id"]) == (reason, event["id"])
    for name, wanted in queued.items():
        found = sources[name].receipts(len(wanted))
        for event_id, outcome, reason in wanted:
            assert any(r["event_id"] == event_id and r["outcome"] == outcome
                       and reason in (None, r.get("reason")) for r in found), (event_id, found)


def test_three_ways_to_send(site, running):
    """Structured, binary with percent-encoded attributes, and a batch: on the feed as a Kafka
    client would have put them."""
    events = [optout(SITE, f"{i}@ways.example") for i in range(4)]
    assert site.post(events[0])[0] == 202
    assert site.post(events[1], kind="application/json; charset=utf-8")[0] == 202
    one = events[2]
    attributes = {f"ce-{k}": urllib.parse.quote(one[k]) for k in ("specversion", "source", "type",
                                                                  "time")}
    status, said, _ = site.post(one["data"], kind="application/json",
                                **{"CE-Id": "b%C3%BCro%20%25", **attributes})
    assert status == 202 and said[0]["id"] == "büro %", said
    status, said, _ = site.post([events[3], optout(SITE, "4@ways.example")], kind=BATCH)
    assert status == 202 and [s["outcome"] for s in said] == ["queued", "queued"]
    headers = [h for h, value in site.received() if b"@ways.example" in value]
    assert sorted(h["content-type"].decode() for h in headers) == \
        ["application/cloudevents+json"] * 4 + ["application/json"]
    [binary] = [h for h in headers if "ce_id" in h]
    assert binary["ce_id"].decode() == "büro %" and binary["ce_source"].decode() == SITE
    for i in range(5):
        wait_until(lambda i=i: decide(running, f"{i}@ways.example")["reason"] == "OPTOUT",
                   what=f"event {i}")


def test_the_same_again_is_harmless(site, running):
    event = optout(SITE, "again@twice.example")
    assert [site.post(event)[0] for _ in range(3)] == [202] * 3
    wait_until(lambda: decide(running, "again@twice.example")["reason"] == "OPTOUT", what="it")
    assert len(running.ctl_json("trace", "--email", "again@twice.example")["events"]) == 1


def test_a_no_is_taken_whatever_is_wrong_beside_it(site, running):
    """... and what is wrong is told; a consent with a fault is not taken."""
    event = optout(SITE, "broken@no.example")
    event["data"]["optout"] = {"via": 7}
    status, [line], _ = site.post(event)
    assert (status, line["outcome"], line["reason"]) == (202, "queued", "TYPE_MISMATCH")
    assert line["pointer"] == "/data/optout/via"
    wait_until(lambda: decide(running, "broken@no.example")["reason"] == "OPTOUT", what="it")
    event["type"] = "consent.granted.v1"
    status, said, headers = site.post(event)
    assert status == 422 and headers["Content-Type"] == "application/problem+json"
    assert said["type"] == "urn:consent:problem:event" and said["reason"] and said["pointer"]


def test_a_batch_says_each_ones_fate(acme):
    good = [optout(ACME, f"n{i}@batch.example") for i in range(3)]
    bad = {**good[0], "id": "bad", "type": "consent.granted.v1"}
    status, said, _ = acme.post([good[0], bad, good[1], 7, good[2]], kind=BATCH)
    assert status == 202
    assert [(s["id"], s["outcome"]) for s in said] == [
        (good[0]["id"], "queued"), ("bad", "refused"), (good[1]["id"], "queued"),
        (None, "refused"), (good[2]["id"], "queued")]
    assert said[3]["reason"] == "NOT_CLOUDEVENT"
    status, said, _ = acme.post([bad, 7], kind=BATCH)
    assert status == 422 and [e["id"] for e in said["events"]] == ["bad", None]


def test_the_command_line_says_the_same_before(running, acme, tmp_path):
    """consentctl event check: a batch, one a line, one over many lines; whose feed."""
    good, future, broken = (optout(ACME, f"c{i}@check.example", id=f"check-{i}")
                            for i in (1, 2, 3))
    future["time"] = "2035-01-01T00:00:00Z"
    broken["data"] = {"contact": {"email": "nobody"}}
    events = [good, future, broken]
    want = acme.post(events, kind=BATCH, path="/v1/events?dry_run=true")[1]
    batch, lines, one = (tmp_path / name for name in ("batch.json", "lines.jsonl", "one.json"))
    batch.write_text(json.dumps(events, indent=2))
    lines.write_text("\n".join(map(json.dumps, events)) + "\n\n")
    one.write_text(json.dumps(good, indent=2))

    def check(path, *more):
        done = running.ctl("event", "check", str(path), *more, check=False)
        return done.returncode, done.stdout

    for path in (batch, lines):
        code, said = check(path, "--json")
        assert code == 1 and [json.loads(line) for line in said.splitlines()] == want
    assert check(one) == (0, f"{'check-1':<32} accepted\n"
                             "1 event: 1 would be accepted, 0 need another look\n")
    code, said = check(lines)
    assert code == 1 and "EMAIL_NO_AT at /data/contact/email" in said, said
    assert "What to do: Ask the person again" in said and "1 needs another look" in said
    code, said = check(one, "--source", "leadmart", "--json")
    assert code == 1 and json.loads(said)["reason"] == "SOURCE_MISMATCH"
    done = running.ctl("event", "check", str(one), "--source", "leadmrt", check=False)
    assert done.returncode == 2 and "did you mean leadmart?" in done.stderr
    good["source"] = "urn:consent:src:reseller:nobody"
    one.write_text(json.dumps(good))
    assert json.loads(check(one, "--json")[1])["reason"] == "UNKNOWN_SOURCE"


def test_a_dry_run_sends_nothing(acme):
    before = len(acme.received())
    good, future = optout(ACME, "dry@run.example"), optout(ACME, "x@run.example")
    future.update(type="consent.granted.v1")
    status, said, _ = acme.post([good, future], kind=BATCH, path="/v1/events?dry_run=true")
    assert status == 200
    assert [s["outcome"] for s in said] == ["accepted", "quarantined"]
    assert said[1]["reason"] and said[1]["pointer"].startswith("/data")
    assert acme.post(good, path="/v1/events?dry_run=maybe")[0] == 400
    assert len(acme.received()) == before


# --- what is not ---------------------------------------------------------------------------
def test_a_token_is_bound_to_its_feed(acme, site, running):
    """Another's name in an event is a fault, and the feed is the token's whatever it says."""
    before = len(site.received())
    forged = {**optout(SITE, "forged@bound.example"), "type": "consent.granted.v1"}
    assert acme.post(forged)[0] == 422
    assert len(site.received()) == before
    for token in ("cmq_1_" + "A" * 43, "nonsense", acme.token[:-1] + "_",
                  running.ctl_json("token", "create", "--role", "dpo")["token"],
                  running.ctl_json("token", "create", "--role", "reseller", "--source",
                                   "acme-hosting")["token"]):
        assert acme.post(optout(ACME, "x@y.example"), token=token)[0] == 401, token
        assert acme.ask("GET", "/v1/receipts", token=token)[0] == 401
    short = Source(running, "acme-hosting").known()
    running.ctl("token", "revoke", short.id)
    wait_until(lambda: short.post(optout(ACME, "z@y.example"))[0] == 401, what="the revocation")


def test_sources_tokens_do_not_reach_lookup(acme, running):
    running.start("lookup")
    for path in ("me", "receipts", "lists", "feeds"):
        connection = http.client.HTTPConnection("127.0.0.1", running.port("lookup"))
        connection.request("GET", f"/v1/{path}", headers={"Authorization": f"Bearer {acme.token}"})
        assert connection.getresponse().status == 403, path
        connection.close()


def test_sizes_and_kinds(acme):
    event = optout(ACME, "big@size.example")
    assert acme.post({**event, "data": {**event["data"], "x": "y" * 70000}})[0] == 413
    assert acme.post([event] * 1001, kind=BATCH)[0] == 413
    assert acme.post([event] * 1000, kind=BATCH, path="/v1/events?dry_run=true")[0] == 200
    with contextlib.suppress(OSError):  # refused before it is read
        assert acme.post("x" * (9 << 20))[0] == 413
    status, said, _ = acme.post([event, {**event, "data": {**event["data"], "x": "y" * 70000}}],
                                kind=BATCH)
    assert status == 202 and said[1]["reason"] == "TOO_LARGE"
    for kind in ("text/plain", "application/xml", "application/cloudevents+avro", None):
        assert acme.post(event, kind=kind)[0] == 415, kind
    for body in ("", "{", "[]", "7", "null", "\xff"):
        assert acme.post(body.encode("latin-1"))[0] == 422, body
    assert acme.post(event, path="/v1/events?dry=true")[0] == 400
    assert acme.ask("GET", "/v1/events")[0] == 405
    status, _, _ = acme.post(event["data"], kind="application/json", **{"ce-id": "%zz"})
    assert status == 400


def test_a_source_has_its_minute(running):
    running.start("gateway", name="gateway-few", source_events_per_minute=5)
    few = Source(running, "leadmart", name="gateway-few").known()
    lead = "urn:consent:src:lead_provider:leadmart"
    said = [few.post(optout(lead, f"n{i}@few.example"), path="/v1/events?dry_run=true")
            for i in range(12)]
    spent = [s for s in said if s[0] == 429]
    assert len(spent) >= 2 and all(0 < int(s[2]["Retry-After"]) <= 61 for s in spent)
    other = Source(running, "nordhost", name="gateway-few").known()
    assert other.post(optout("urn:consent:src:webhost:nordhost", "a@few.example"))[0] == 202


def test_no_broker_no_yes(running):
    running.start("gateway", name="gateway-off", wait=False, kafka_brokers="127.0.0.1:1",
                  deliver_ms=300)
    off = Source(running, "acme-hosting", name="gateway-off").known()
    status, said, headers = off.post(optout(ACME, "off@line.example"))
    assert status == 503 and said["type"] == "urn:consent:problem:kafka"
    assert int(headers["Retry-After"]) > 0
    assert off.post([optout(ACME, "off@line.example")] * 3, kind=BATCH)[0] == 503


# --- receipts ------------------------------------------------------------------------------
def test_receipts_wait_until_there_are_some(running):
    source = Source(running, "ssl247.es").known()
    status, page, _ = source.ask("GET", "/v1/receipts")  # what other tests have sent
    assert status == 200 and page["more"] is False
    after = page["after"]
    began = time.monotonic()
    status, page, _ = source.ask("GET", f"/v1/receipts?wait=1&after={after}")
    assert status == 200 and page["receipts"] == [] and time.monotonic() - began >= 0.9
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(source.ask, "GET", f"/v1/receipts?wait=60&after={after}")
        time.sleep(0.5)
        event = optout("urn:consent:src:direct:ssl247.es", "w@wait.example")
        source.stack.produce("feed.ssl247.es", event)
        status, page, _ = waiting.result(timeout=180)
    assert [r["event_id"] for r in page["receipts"]] == [event["id"]]
    assert source.ask("GET", f"/v1/receipts?after={page['after']}")[1]["receipts"] == []
    for wrong in ("wait=61", "wait=x", "limit=0", "after=x", "source=leadmart"):
        assert source.ask("GET", f"/v1/receipts?{wrong}")[0] == 400, wrong
    running.sql("ALTER TABLE quarantine RENAME TO away")  # it answers, and is wrong
    try:
        status, said, headers = source.ask("GET", "/v1/receipts")
    finally:
        running.sql("ALTER TABLE away RENAME TO quarantine")
    assert (status, said["type"]) == (503, "urn:consent:problem:our-side"), said
    assert int(headers["Retry-After"]) > 0
