"""consent-lookup over HTTP: every refusal, bad days, and its document."""
import itertools
import json
import socket
import time

import pytest
import yaml
from asking import JSON, Lookup, query
from hands import ROOT, wait_until
from jsonschema import Draft202012Validator


BAD = [  # body, status, pointer
    (b"", 400, ""), (b"{", 400, ""), (b"{}", 422, "/queries"), (b"[]", 422, ""),
    (b'{"queries":[],"queries":[]}', 400, ""), (b'{"queries":[]}', 422, "/queries"),
    (b"[" * 100000, 400, ""), (b'{"queries":[1]}', 422, "/queries/0"),
    (b'{"queries":[{}],"x":1}', 422, ""), (b'{"queries":{}}', 422, "/queries"),
    ({"queries": [query(), query(email="nobody")]}, 422, "/queries/1/contact/email"),
    ({"queries": [query(at="yesterday")]}, 422, "/queries/0/at"),
    ({"queries": [query(known=5)]}, 422, "/queries/0/known"),
    ({"queries": [query(purpose=None)]}, 422, "/queries/0/purpose"),
    ({"queries": [query(purpose="")]}, 422, "/queries/0/purpose"),
    ({"queries": [query(purpos="x")]}, 422, "/queries/0"),
    ({"queries": [{**query(), "contact": {}}]}, 422, "/queries/0/contact"),
    ({"queries": [{**query(), "contact": {"email": "a@example.com", "phone": "+1"}}]}, 422,
     "/queries/0/contact"),
    ({"queries": [{**query(), "contact": {"phone": "1"}}]}, 422, "/queries/0/contact/phone"),
    ({"queries": [query()] * 10001}, 422, "/queries"),
    ({"queries": [query(known=f"2026-01-01T00:00:{i:02}Z") for i in range(17)]}, 422,
     "/queries/16/known"),
]


def test_bad_requests_are_problems(lookup):
    """Each with its status and pointer, nothing answered, nothing quoted, nothing audited."""
    for body, status, pointer in BAD:
        got, problem, headers = lookup.ask("POST", "/v1/decisions", body)
        assert (got, problem.get("pointer")) == (status, pointer), (body[:80], problem)
        assert headers["Content-Type"] == "application/problem+json"
        assert problem["status"] == status and problem["type"].startswith("urn:")
        assert "nobody" not in json.dumps(problem) and "decisions" not in problem
    assert not lookup.audit()

    def status(*argv, **more):
        return lookup.ask(*argv, **more)[0]
    one = {"queries": [query()]}
    assert status("POST", "/v1/decisions?explain=maybe", one) == 400
    assert status("POST", "/v1/decisions?email=a@example.com", one) == 400
    assert status("POST", "/v1/decisions", one, **{"Content-Type": "text/plain"}) == 415
    assert status("GET", "/v1/decisions") == 405
    assert status("PUT", "/v1/decisions", one) == 405
    assert status("POST", "/v1/nothing", one) == 404
    # By the headers alone: nobody waits for such a body.
    assert lookup.head(f"Content-Length: {(8 << 20) + 1}") == 413
    assert lookup.head("Transfer-Encoding: chunked") == 400
    assert lookup.head("Content-Length: 5\r\nContent-Length: 6") == 400
    assert lookup.head("Content-Length: +5") == 400
    assert lookup.head("X: y") == 411
    assert lookup.head("Content-Length: 5", method="GET", path="/v1/lists") == 400
    log = (lookup.stack.dir / "lookup.log").read_text()
    assert "@" not in log and "cmq_" not in log


def test_postgresql_away_and_back(stack):
    lookup = Lookup(stack)
    connection = lookup.connect()
    body = {"queries": [query()]}
    assert lookup.ask("POST", "/v1/decisions", body, connection=connection)[0] == 200
    stack.cluster.kill()
    try:
        wait_until(lambda: lookup.ask("GET", "/readyz", token=None)[0] == 503, what="readyz")
        assert "PostgreSQL" in lookup.ask("GET", "/readyz", token=None)[1]
        for _ in range(6):
            status, problem, _ = lookup.ask("POST", "/v1/decisions", body,
                                            connection=connection)
            assert status == 503 and problem["type"].endswith(":database")
        assert lookup.ask("GET", "/healthz", token=None)[0] == 200
    finally:
        stack.cluster.start()
    wait_until(lambda: lookup.ask("POST", "/v1/decisions", body)[0] == 200, what="an answer")
    wait_until(lambda: lookup.ask("GET", "/readyz", token=None)[0] == 200, what="readyz")
    assert stack.metrics("lookup")["consent_lookup_database_failures_total"] >= 6


@pytest.mark.alone
def test_slow_clients_cost_the_others_nothing(stack):
    """Dozens that dribble, or read nothing: others are answered, and the slow are cut."""
    lookup = Lookup(stack, deadline_ms=3000, idle_s=2)
    port = stack.port("lookup")
    head = (f"POST /v1/decisions HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer "
            f"{lookup.tokens['dpo']}\r\nContent-Type: {JSON}\r\nContent-Length: 100000\r\n\r\n")
    slow = [socket.create_connection(("127.0.0.1", port)) for _ in range(60)]
    for i, one in enumerate(slow):
        one.sendall(head.encode()[:None if i % 2 else 40])
    took, start = [], time.monotonic()
    connection = lookup.connect()
    while time.monotonic() - start < 4:
        for one in slow:
            try:
                one.sendall(b" ")
            except OSError:
                pass
        began = time.monotonic()
        assert lookup.ask("POST", "/v1/decisions", {"queries": [query()]},
                          connection=connection)[0] == 200
        took.append(time.monotonic() - began)
        time.sleep(0.05)
    connection.close()
    assert sorted(took)[len(took) // 2] < 0.2
    for one in slow:
        one.settimeout(60)
        try:
            while one.recv(4096):
                pass
        except ConnectionError:
            pass
        one.close()


@pytest.mark.plain
def test_nothing_grows(lookup):
    """Memory after many requests of all kinds is what it was after some."""
    def memory():
        return lookup.stack.metrics("lookup")["process_resident_memory_bytes"]

    def burst(n):
        connection = lookup.connect()
        for i in range(n):
            lookup.ask("POST", "/v1/decisions", {"queries": [query(f"m{j}@example.com")
                                                             for j in range(20)]},
                       connection=connection)
            lookup.ask("POST", "/v1/decisions", b"{", connection=connection)
            if i % 10 == 0:
                lookup.ask("GET", "/v1/lists")
        connection.close()
    burst(100)
    before = memory()
    burst(400)
    assert memory() < before + 2 * 1024 * 1024


# Asked with other things than JSON, or of a provider of accounts, and held against the document where they are tested.
ELSEWHERE = {"snapshot", "filter", "scrub", "optOutPage", "optOut", "answer", "proof",
             "evidence", "changeRegister", "revokeToken", "liftHold", "signIn", "signedIn", "signInOffer", "signOut"}
ASKED = {"receipts": "?source=acme-hosting", "recordOptout": "?dry_run=true",
         "recordConsent": "?dry_run=true", "changeAgreement": "?dry_run=true", "setHold": "?dry_run=true", "recordWithdrawal": "?dry_run=true"}  # what the DPO must say besides


TOLD = {"contact": {"email": "a@example.com"}, "via": "telephone"}


def test_the_openapi_document_is_true(lookup):
    """Replies are what it says, members it does not know included; its paths are served."""
    document = yaml.safe_load((ROOT / "schemas/lookup.openapi.yaml").read_text())

    def check(schema, value):
        Draft202012Validator({**document, "$ref": f"#/components/schemas/{schema}"}).validate(
            value)
    bodies = {"decide": {"queries": [query(), query(purpose="*promotional")]},
              "provenance": {"contact": {"email": "a@example.com"}},
              "previewErasure": {"contact": {"email": "a@example.com"}},
              "changeAgreement": {"change": "ended"}, "setHold": {"matter": "2026/17", "reason": "a claim"},
              "makeToken": {"source": "sandbox", "note": "a test"}, "discard": {"note": "a test"}, "replay": {},
              "deleted": {"orders": ["5f2a6d0e-6c1f-4c55-9d6e-1f2b3c4d5e6f"]},
              "export": {"contact": {"email": "a@example.com"}},
              "records": {"contact": {"email": "a@example.com"}},
              "recordOptout": TOLD, "recordWithdrawal": TOLD,
              "recordConsent": {**TOLD, "controllers": ["sectigo-limited"], "channels": ["email"],
                                "purposes": ["marketing.promotional"], "words": "Yes, by e-mail",
                                "language": "en", "reference": "17", "policy": "sectigo-privacy",
                                "policy_version": "2021-11-15"},
              "eraseDue": {"counted": "2026-11-30T03:00:00Z"},
              "acknowledge": {"version": ".".join(["0"] * 16), "digest": "0" * 64, "entries": 0}}
    lookup.stack.sql("INSERT INTO retention_day (day, due, counted) VALUES (%s, 2, %s)",
                     "2026-11-30", bodies["eraseDue"]["counted"])
    places = itertools.count()
    ids = {"lists": lambda: "promotional-email", "": lambda: "", "rights": lookup.requested, "register": lambda: "demo",
           "agreements": lambda: "AGR-2024-0117",
           "quarantine": lambda: lookup.quarantined(offset=next(places))}
    for path, methods in document["paths"].items():
        for method, said in methods.items():
            if said.get("operationId") in ELSEWHERE:
                continue
            kind = path.split("/")[2] if "{id}" in path else ""
            status, found, headers = lookup.ask(
                method.upper(), path.replace("{id}", str(ids[kind]()))
                + ASKED.get(said["operationId"], ""), bodies.get(said["operationId"]),
                "mailing" if said["operationId"] == "acknowledge" else "dpo")
            assert status == 200, (path, found)
            answer = said["responses"]["200"]["content"]
            kind = headers["Content-Type"].split(";")[0]
            assert kind in answer, path
            if kind == JSON:
                Draft202012Validator({**document, **answer[kind]["schema"]}).validate(found)
    check("DecisionRequest", bodies["decide"])
    check("DecisionReply", {"decisions": lookup.decide(query(), explain=True)})
    for body, status, _ in BAD:
        got, problem, _ = lookup.ask("POST", "/v1/decisions", body)
        check("Problem", problem)
        if isinstance(body, dict):  # what we refuse the document refuses, where it can
            told = Draft202012Validator(
                {**document, "$ref": "#/components/schemas/DecisionRequest"})
            at_all = problem["detail"].startswith(("a member", "a text", "an object"))
            assert not (at_all and told.is_valid(body)), body
