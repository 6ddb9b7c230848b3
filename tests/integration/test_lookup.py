"""consent-lookup over HTTP: the answers."""
import json

import yaml
from asking import query
from facts import ALL, Facts, now
from hands import ROOT, wait_until
from jsonschema import Draft202012Validator


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
             query("nobody@example.com")]
    found = lookup.decide(*asked, explain=True)
    assert [d["verdict"] for d in found] == ["PERMIT", "DENY", "DENY", "PERMIT", "PERMIT",
                                             "PERMIT", "DENY", "DENY"]
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
    assert len(own["promotional-email"].pop("cursor").split(".")) == 16
    assert set(own) == {"promotional-email", "marketing-email-permit"}
    assert own["promotional-email"] == {
        "id": "promotional-email", "recipient": "mta-eu1", "controller": "sectigo-limited",
        "purpose": "*promotional", "channel": "email", "polarity": "deny",
        "profile": "sha256-hex", "entries": 3, "suppressed": 3, "permitted": 0,
        "acknowledged": None, "version": lookup.stack.value("SELECT max(version) FROM v_list_entry"
                                      " WHERE list = 'promotional-email'")}
    assert set(lists("dpo")) == set(lists("auditor")) > set(own)


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
    assert len(lookup.audit("route = 'provenance' AND token_id > 0")) == 6  # and consentctl's
    for body, pointer in (({}, "/contact"), ({"contact": {"email": "x"}}, "/contact/email"),
                          ({"contact": {"email": "a@example.com"}, "x": 1}, "")):
        status, problem, _ = lookup.ask("POST", "/v1/provenance", body)
        assert (status, problem["pointer"]) == (422, pointer)
