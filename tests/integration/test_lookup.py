"""consent-lookup over HTTP: who may ask what, the answers, the audit, and every refusal."""
import concurrent.futures
import http.client
import json
import socket
import time

import pytest
import yaml
from facts import ALL, Facts, now
from hands import ROOT, wait_until
from jsonschema import Draft202012Validator

JSON = "application/json"
ROUTES = {  # name: (method, path, body)
    "decisions": ("POST", "/v1/decisions", {"queries": [{
        "contact": {"email": "roles@example.com"}, "controller": "sectigo-limited",
        "purpose": "marketing.promotional", "channel": "email"}]}),
    "provenance": ("POST", "/v1/provenance", {"contact": {"email": "roles@example.com"}}),
    "lists": ("GET", "/v1/lists", None),
}
ROLES = {  # role: the routes that answer it
    "mailing": {"decisions", "lists"},
    "reseller": {"provenance"},
    "dpo": {"decisions", "provenance", "lists"},
    "auditor": {"decisions", "provenance", "lists"},
    "operator": set(),
}
SCOPES = {"mailing": ("--recipient", "mta-eu1"), "reseller": ("--source", "acme-hosting")}


class Lookup:
    """The service of a stack, with a token of each role."""

    def __init__(self, stack, **settings):
        self.stack = stack
        stack.start("lookup", **settings)
        self.ids, self.tokens = {}, {}
        for role in ROLES:
            self.token(role, role, "--budget", "none")

    def token(self, name, role, *options):
        made = self.stack.ctl_json("token", "create", "--role", role,
                                   *SCOPES.get(role, ()), *options)
        self.ids[name], self.tokens[name] = made["id"], made["token"]
        return made

    def connect(self):
        return http.client.HTTPConnection("127.0.0.1", self.stack.port("lookup"), timeout=30)

    def ask(self, method, path, body=None, token="dpo", connection=None, **headers):
        """(status, JSON or text, headers)"""
        if not isinstance(body, (bytes, type(None))):
            body = json.dumps(body).encode()
        if token is not None:
            headers.setdefault("Authorization", f"Bearer {self.tokens.get(token, token)}")
        if body is not None:
            headers.setdefault("Content-Type", JSON)
        own = connection or self.connect()
        own.request(method, path, body, headers)
        answer = own.getresponse()
        text = answer.read()
        if connection is None:
            own.close()
        kind = answer.headers.get("Content-Type", "")
        return answer.status, json.loads(text) if "json" in kind else text.decode(), \
            answer.headers

    def head(self, fields, method="POST", path="/v1/decisions"):
        """The status that answers these header fields before a body is sent."""
        text = (f"{method} {path} HTTP/1.1\r\nHost: x\r\nContent-Type: {JSON}\r\n"
                f"Authorization: Bearer {self.tokens['dpo']}\r\n{fields}\r\n\r\n")
        with socket.create_connection(("127.0.0.1", self.stack.port("lookup"))) as one:
            one.settimeout(5)
            one.sendall(text.encode())
            return int(one.recv(4096).split()[1])

    def decide(self, *queries, token="dpo", explain=False):
        status, found, _ = self.ask("POST", "/v1/decisions" + ("?explain=true" * explain),
                                    {"queries": list(queries)}, token)
        assert status == 200, found
        return found["decisions"]

    def audit(self, where="true"):
        return self.stack.sql("SELECT token_id, route, outcome, contact, controller, purpose,"
                              f" channel FROM v_lookup_audit WHERE {where} ORDER BY at")


def query(email="a@example.com", purpose="marketing.promotional", **more):
    return {"contact": {"email": email}, "controller": "sectigo-limited",
            "purpose": purpose, "channel": "email", **more}


@pytest.fixture
def lookup(stack):
    return Lookup(stack)


def test_roles_and_routes(lookup):
    """Every role at every route: the answer or 403, and a row of the audit either way."""
    for role, allowed in ROLES.items():
        for route, (method, path, body) in ROUTES.items():
            before = len(lookup.audit())
            status, found, headers = lookup.ask(method, path, body, role)
            assert status == (200 if route in allowed else 403), (role, route, found)
            row = lookup.audit()[before:]
            assert len(row) == 1 and row[0][:2] == (lookup.ids[role], route)
            assert row[0][2] == ("forbidden" if route not in allowed else
                                 "deny" if route == "decisions" else "shown")
            if status == 403:
                assert headers["Content-Type"] == "application/problem+json"
    for path in ("/healthz", "/readyz", "/metrics"):
        assert lookup.ask("GET", path, token=None)[0] == 200


def test_decisions_are_those_of_consentctl(lookup):
    world = Facts(lookup.stack)
    world.add("yes@example.com", "GRANT", purpose="marketing.promotional",
              flags=("DIRECT", "EVIDENCE"), occurred=now(-7200), known=now(-7200))
    world.add("no@example.com", "OPTOUT", occurred=now(-3600))
    world.add("late@example.com", "GRANT", purpose="marketing.promotional",
              flags=("DIRECT", "EVIDENCE"), occurred=now(-7200), known=now(-7200))
    world.add("late@example.com", "OPTOUT", occurred=now(-3600), known=now(-60))
    world.add("+442071234567", "OPTOUT", channels=ALL, flags=("DIRECT", "WIDE"))
    world.link("linked@example.com", "+442071234567")
    world.commit()
    early = now(-1800).isoformat()
    asked = [query("yes@example.com"), query("NO@example.com "), query("late@example.com"),
             query("late@example.com", known=early), query("yes@example.com", "*promotional"),
             query("late@example.com", at=now(-7000).isoformat()), query("linked@example.com"),
             query("nobody@example.com"), query("yes@example.com", "no.such.purpose")]
    found = lookup.decide(*asked, explain=True)
    assert [d["verdict"] for d in found] == ["PERMIT", "DENY", "DENY", "PERMIT", "PERMIT",
                                             "PERMIT", "DENY", "DENY", "DENY"]
    for one, said in zip(asked, found):
        options = [f"--{k}={v}" for k, v in one.items() if k != "contact"]
        assert said == lookup.stack.ctl_json("decide", "--explain", "--email",
                                             one["contact"]["email"], *options)
    assert [len(d["trace"]) > 0 for d in found] == [True] * len(found)
    assert "trace" not in lookup.decide(asked[0])[0]
    # Phones too.
    phone = {**query(), "contact": {"phone": "020 7123 4567", "country": "GB"},
             "channel": "phone"}
    assert lookup.decide(phone)[0]["reason"] == "OPTOUT"
    assert len(lookup.audit("outcome = 'deny' AND channel = 'phone'")) == 1
    assert lookup.audit("controller IS NULL OR purpose IS NULL")[0][5] is None


def test_known_and_unknown_look_alike(lookup):
    """Somebody who was never heard of, and somebody who never consented."""
    world = Facts(lookup.stack)
    world.add("known@example.com", "GRANT", purpose="communication.events")
    world.commit()
    answers = [lookup.ask("POST", "/v1/decisions", {"queries": [query(f"{who}@example.com")]},
                          "mailing") for who in ("known", "never")]
    assert answers[0][1] == answers[1][1]
    for a in answers:
        del a[2]["Date"]
    assert answers[0][2].items() == answers[1][2].items()


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


def test_tokens(lookup):
    """None, no such, another's secret, revoked, expired: all the same 401."""
    body = {"queries": [query()]}
    good, other = lookup.tokens["dpo"], lookup.tokens["auditor"]
    wrong = good[:-4] + ("AAAA" if good[-4:] != "AAAA" else "BAAA")
    mixed = "cmq_%d_%s" % (lookup.ids["dpo"], other.split("_", 2)[2])
    said = set()
    for token in (wrong, mixed, "cmq_999999_" + "A" * 43, "cmq_1_", "cmq_x", good + "x"):
        status, problem, headers = lookup.ask("POST", "/v1/decisions", body, token)
        assert status == 401 and headers["WWW-Authenticate"] == "Bearer", token
        said.add(problem["detail"])
    assert len(said) == 1
    assert lookup.ask("POST", "/v1/decisions", body, None)[0] == 401
    assert lookup.ask("POST", "/v1/decisions", body, None, Authorization="Basic x")[0] == 401
    assert not lookup.audit()
    # Revoked: within seconds, also for a service that has just believed it.
    assert lookup.ask("POST", "/v1/decisions", body)[0] == 200
    lookup.stack.ctl("token", "revoke", lookup.ids["dpo"])
    wait_until(lambda: lookup.ask("POST", "/v1/decisions", body)[0] == 401, 5, "the end")
    made = lookup.token("short", "dpo", "--expires", now(2).isoformat())
    assert lookup.ask("POST", "/v1/decisions", body, made["token"])[0] == 200
    wait_until(lambda: lookup.ask("POST", "/v1/decisions", body, made["token"])[0] == 401, 6,
               "its expiry")
    listed = lookup.stack.ctl("token", "list", "--json")
    assert made["token"].split("_", 2)[2] not in listed
    assert [t["id"] for t in json.loads(listed) if t["revoked"]] == [lookup.ids["dpo"]]
    assert lookup.stack.value("SELECT count(*) FROM access_token WHERE hash IS NULL") == 0


def test_a_token_is_made_for_somebody(lookup):
    for argv in (("--role", "king"), ("--role", "reseller"), ("--role", "mailing"),
                 ("--role", "mailing", "--recipient", "nobody"), ("--role", "dpo", "--budget", "0"),
                 ("--role", "dpo", "--source", "acme-hosting"), ()):
        assert lookup.stack.ctl("token", "create", *argv, check=False).returncode == 2, argv
    assert lookup.stack.ctl("token", "revoke", "x", check=False).returncode == 2
    assert lookup.stack.ctl("token", "revoke", "4711", check=False).returncode == 1


def test_the_budget_of_contacts(lookup):
    """Distinct contacts of a day, over all calls and processes; refused calls cost nothing."""
    lookup.token("few", "mailing", "--budget", "5")

    def ask(*names):
        status, found, headers = lookup.ask(
            "POST", "/v1/decisions", {"queries": [query(f"{n}@example.com") for n in names]},
            "few")
        return status if status != 429 else (429, int(headers["Retry-After"]) > 0)
    assert ask("a", "b", "c", "a") == 200
    assert ask("a", "b") == 200
    assert ask("c", "d", "e", "f") == (429, True)
    assert ask("d", "e") == 200
    assert ask("f") == (429, True)
    assert ask(*"abcdef") == (429, True)
    assert ask(*"abcde") == 200
    assert lookup.stack.value("SELECT contacts FROM token_day") == 5
    assert len(lookup.audit("outcome = 'over_budget'")) == 4 + 1 + 6
    # Two at once never spend more than there is.
    lookup.token("more", "mailing", "--budget", "50")
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        status = list(pool.map(lambda i: lookup.ask(
            "POST", "/v1/decisions", {"queries": [query(f"p{i}@example.com")]}, "more")[0],
            range(100)))
    assert sorted(status) == [200] * 50 + [429] * 50


def test_ten_thousand_in_one_call(lookup):
    world = Facts(lookup.stack)
    world.make([f"many{i}@example.com" for i in range(0, 10000, 2)])
    for i in range(0, 10000, 100):
        world.add(f"many{i}@example.com", "OPTOUT")
    world.commit()
    queries = [query(f"many{i}@example.com") for i in range(10000)]
    found = lookup.decide(*queries, token="mailing")
    assert [i for i, d in enumerate(found) if d["reason"] == "OPTOUT"] == \
        list(range(0, 10000, 100))
    assert {d["verdict"] for d in found} == {"DENY"} and len(found) == 10000
    assert lookup.stack.value("SELECT count(DISTINCT contact) FROM lookup_audit") == 10000
    explained = lookup.decide(*queries, explain=True)
    assert all(d["trace"] for d in explained)


def test_the_audit_is_not_rewritten(lookup):
    lookup.decide(query())
    for statement in ("DELETE FROM lookup_audit", "UPDATE lookup_audit SET token_id = 1",
                      "TRUNCATE lookup_audit"):
        with pytest.raises(Exception, match="append-only"):
            lookup.stack.sql(statement)


def test_no_audit_no_answer(lookup):
    """Fails closed, says so, and goes on when the audit can be written again."""
    lookup.stack.sql("ALTER TABLE lookup_audit RENAME TO lookup_audit_away")
    status, problem, headers = lookup.ask("POST", "/v1/decisions", {"queries": [query()]})
    assert status == 503 and headers["Retry-After"] and "decisions" not in problem
    assert lookup.ask("GET", "/v1/lists")[0] == 503
    lookup.stack.sql("ALTER TABLE lookup_audit_away RENAME TO lookup_audit")
    assert lookup.decide(query())


def test_with_no_more_rights_than_it_needs(stack):
    url = stack.cluster.url(stack.database)
    lookup = Lookup(stack, database_url=url + ("&" if "?" in url else "?") +
                    "options=-c%20role%3Dconsent_lookup")
    lookup.token("few", "mailing", "--budget", "5")
    for token in ("few", "dpo"):
        assert lookup.decide(query(), token=token)[0]["verdict"] == "DENY"
    assert lookup.ask("GET", "/v1/lists")[0] == 200
    assert lookup.ask("GET", "/v1/lists", token="reseller")[0] == 403
    assert stack.value("SELECT count(*) FROM pg_stat_activity WHERE application_name ="
                       " 'consent-lookup' AND usename = 'consent_lookup'") == 0
    may = "SELECT has_table_privilege('consent_lookup', %s, %s)"
    for table, right in (("access_token", "UPDATE"), ("lookup_audit", "SELECT"),
                         ("lookup_audit", "DELETE"), ("fact", "INSERT")):
        assert not stack.value(may, table, right), (table, right)


def test_the_register_of_now(lookup):
    """A change of the register counts for the next answer, whichever worker gives it."""
    grant = query("reg@example.com")
    world = Facts(lookup.stack)
    world.add("reg@example.com", "GRANT", purpose="marketing.promotional")
    world.commit()
    for _ in range(12):
        assert lookup.decide(grant)[0]["verdict"] == "PERMIT"
    lookup.stack.sql(
        "INSERT INTO register_entry (kind, id, effective, known, body, origin)"
        " SELECT kind, id, effective, now(), NULL, origin FROM register_entry"
        " WHERE kind = 'purpose' AND id = 'marketing.promotional'")
    lookup.stack.sql("UPDATE register_version SET version = version + 1")
    answers = [lookup.decide(grant)[0] for _ in range(12)]
    assert {a["reason"] for a in answers} == {"PURPOSE_NOT_DISCLOSED"}


def test_lists_of_the_recipient(lookup):
    lookup.stack.start("publish")
    world = Facts(lookup.stack)
    for i in range(3):
        world.add(f"l{i}@example.com", "OPTOUT")
    world.commit()
    wait_until(lambda: lookup.stack.value("SELECT count(*) FROM list_entry") >= 3,
               what="the entries")
    wait_until(lambda: lookup.stack.value("SELECT count(*) FROM dirty") == 0, what="the end")

    def lists(token):
        _, found, _ = lookup.ask("GET", "/v1/lists", token=token)
        assert found["counted_at"]
        return {one["id"]: one for one in found["lists"]}
    own = lists("mailing")
    assert set(own) == {"promotional-email", "marketing-email-permit"}
    assert own["promotional-email"] == {
        "id": "promotional-email", "recipient": "mta-eu1", "controller": "sectigo-limited",
        "purpose": "*promotional", "channel": "email", "polarity": "deny",
        "profile": "sha256-hex", "entries": 3, "suppressed": 3, "permitted": 0,
        "version": lookup.stack.value("SELECT max(version) FROM v_list_entry"
                                      " WHERE list = 'promotional-email'")}
    assert set(lists("dpo")) == set(lists("auditor")) > set(own)


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
    wait_until(lambda: lookup.ask("POST", "/v1/decisions", body)[0] == 200, 30, "an answer")
    wait_until(lambda: lookup.ask("GET", "/readyz", token=None)[0] == 200, 30, "readyz")
    assert stack.metrics("lookup")["consent_lookup_database_failures_total"] >= 6


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
        one.settimeout(5)
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


def test_the_openapi_document_is_true(lookup):
    """Replies are what it says, members it does not know included; its paths are served."""
    document = yaml.safe_load((ROOT / "schemas/lookup.openapi.yaml").read_text())

    def check(schema, value):
        Draft202012Validator({**document, "$ref": f"#/components/schemas/{schema}"}).validate(
            value)
    bodies = {"decide": {"queries": [query(), query(purpose="*promotional")]},
              "provenance": {"contact": {"email": "a@example.com"}}}
    for path, methods in document["paths"].items():
        for method, said in methods.items():
            status, found, headers = lookup.ask(
                method.upper(), path, bodies.get(said["operationId"]))
            answer = said["responses"][str(status)]["content"]
            kind = headers["Content-Type"].split(";")[0]
            assert status == 200 and kind in answer, path
            if kind == JSON:
                check(answer[kind]["schema"]["$ref"].rsplit("/", 1)[1], found)
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


def test_provenance(lookup):
    """The DPO's is consentctl's; a reseller sees its own events, an auditor no data."""
    stack = lookup.stack
    stack.start("ingest")

    def event(source, type_, id_, **data):
        kind, name = source
        stack.produce(f"feed.{name}", {
            "specversion": "1.0", "id": id_, "type": type_, "time": now(-60).isoformat(),
            "source": f"urn:consent:src:{kind}:{name}", "data": {
                "contact": {"email": "prov@example.com"}, "controllers": ["sectigo-limited"],
                **data}})
    event(("reseller", "acme-hosting"), "lead.received.v1", "lead-1",
          scope=[{"purpose": "marketing.promotional", "channels": ["email"]}],
          provenance={"source_type": "reseller", "party_id": "acme-hosting",
                      "agreement_id": "AGR-2024-0117"})
    wait_until(lambda: stack.value("SELECT count(*) FROM ledger") == 1, what="the lead")
    event(("mailing", "mta-eu1"), "optout.recorded.v1", "out-1",
          scope=[{"purpose": "*promotional", "channels": ["email"]}],
          optout={"via": "one_click"})
    wait_until(lambda: stack.value("SELECT count(*) FROM ledger") == 2, what="both events")

    def provenance(token, email="prov@example.com"):
        status, found, _ = lookup.ask("POST", "/v1/provenance", {"contact": {"email": email}},
                                      token)
        assert status == 200, found
        Draft202012Validator({**yaml.safe_load(
            (ROOT / "schemas/lookup.openapi.yaml").read_text()),
            "$ref": "#/components/schemas/Provenance"}).validate(found)
        return found
    dpo = provenance("dpo")
    assert dpo == stack.ctl_json("trace", "--email", "prov@example.com")
    assert [e["event_id"] for e in dpo["events"]] == ["lead-1", "out-1"]
    assert dpo["answers"] and dpo["events"][1]["effect"] and dpo["events"][0]["data"]
    own = provenance("reseller")
    assert [e["event_id"] for e in own["events"]] == ["lead-1"] and own["answers"] == []
    assert own["events"][0]["effect"] == [] and own["events"][0]["data"]
    assert "OPTOUT" not in json.dumps(own)
    auditor = provenance("auditor")
    assert [e["data"] for e in auditor["events"]] == [None, None] and auditor["answers"]
    # What another source brought, and nobody: alike to a reseller.
    event(("mailing", "mta-eu1"), "optout.recorded.v1", "out-2",
          contact={"email": "other@example.com"}, optout={"via": "one_click"},
          scope=[{"purpose": "*promotional", "channels": ["email"]}])
    wait_until(lambda: stack.value("SELECT count(*) FROM ledger") == 3, what="the third")
    seen = [provenance("reseller", f"{who}@example.com") for who in ("other", "nobody")]
    assert len(provenance("dpo", "other@example.com")["events"]) == 1
    for one in seen:
        del one["contact"]["key"]
    assert seen[0] == seen[1]
    assert len(lookup.audit("route = 'provenance'")) == 6
    for body, pointer in (({}, "/contact"), ({"contact": {"email": "x"}}, "/contact/email"),
                          ({"contact": {"email": "a@example.com"}, "x": 1}, "")):
        status, problem, _ = lookup.ask("POST", "/v1/provenance", body)
        assert (status, problem["pointer"]) == (422, pointer)
