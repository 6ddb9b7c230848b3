"""What a person may ask to see: consent records, receipts, everything held about them."""
import copy
import json
import os
import subprocess
import tempfile
import urllib.error
import urllib.request
import uuid

import jsonschema
import pytest
from confluent_kafka import Producer

from hands import wait_until
from stack import ROOT, clean_environment
from test_rights import URN, day, text

URN = {**URN, "nordhost": "urn:consent:src:webhost:nordhost",
       "mta-eu1": "urn:consent:src:mailing:mta-eu1"}
SCHEMAS = ROOT / "schemas" / "records"


def validator(name):
    schema = json.loads((SCHEMAS / f"{name}.schema.json").read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    store = {p.as_uri(): json.loads(p.read_text()) for p in SCHEMAS.glob("*.json")}
    uri = (SCHEMAS / f"{name}.schema.json").as_uri()
    return jsonschema.Draft202012Validator(
        schema, resolver=jsonschema.RefResolver(uri, schema, store=store))


def event(stack, source, kind, data, at=None, event_id=None):
    full = {"specversion": "1.0", "id": event_id or f"T-{uuid.uuid4()}", "source": URN[source],
            "type": kind, "time": text(at or day()), "data": data}
    stack.produce(f"feed.{source}", full)
    wait_until(lambda: stack.value("SELECT count(*) FROM ledger WHERE event_id = %s",
                                   full["id"]) == 1, what=f"{kind} in the ledger")
    return full["id"]


def grant(stack, email, event_id, at=None, source="sectigo.com", **more):
    data = {"contact": {"email": email, "country": "GB"}, "controllers": ["sectigo-limited"],
            "website": "sectigo.com",
            "scope": [{"purpose": "marketing.promotional", "channels": ["email"]}],
            "basis": {"art6": "a", "type": "expressed"},
            "consent": {"method": "newsletter_form",
                        "statement": "Sectigo may send me offers by e-mail",
                        "notice": {"policy_id": "sectigo-privacy", "version": "2021-11-15",
                                   "language": "en"}},
            "provenance": {"source_type": "direct"}}
    for name, value in more.items():
        data[name] = {**data[name], **value} if isinstance(value, dict) else value
    return event(stack, source, "consent.granted.v1", data, at, event_id)


def warranted(agreement):
    return {"source_type": "reseller", "party_id": "acme-hosting", "agreement_id": agreement,
            "warranty": {"asserted": True, "clause": "7.2",
                         "controllers_named": ["sectigo-limited"]},
            "evidence": [{"kind": "form_capture", "sha256": "a" * 64}]}


def records(stack, email, form="27560"):
    said = json.loads(stack.ctl("record", "--email", email, "--format", form))
    assert said["format"] == form
    for one in said["records"]:
        validator(form).validate(one)
    return said["records"]


def states(record):
    return [(e["event_state"], e.get("decision")) for e in record["events"]]


@pytest.fixture(scope="module")
def taking(module_stack):
    for name in ("ingest", "publish", "lookup"):
        module_stack.start(name)
    return module_stack


def test_states_follow_the_decision(taking):
    grant(taking, "given@example.org", "G-1")
    grant(taking, "taken@example.org", "G-2", at=day(-3))
    event(taking, "mta-eu1", "optout.recorded.v1",
          {"contact": {"email": "taken@example.org"},
           "optout": {"via": "unsubscribe_link"}}, at=day(-2))
    grant(taking, "taken@example.org", "G-2b", at=day(-1))
    grant(taking, "short@example.org", "G-3", at=day(-10), consent={"valid_for": "P1D"})
    grant(taking, "pending@example.org", "G-4", consent={"double_opt_in": {"state": "requested"}})
    grant(taking, "sold@example.org", "G-5", at=day(-5), source="acme-hosting",
          provenance=warranted("AGR-2024-0117"))
    grant(taking, "bounced@example.org", "G-6", at=day(-1))
    event(taking, "mta-eu1", "feedback.bounced.v1",
          {"contact": {"email": "bounced@example.org"}, "feedback": {"kind": "invalid"}})
    assert states(records(taking, "given@example.org")[0]) == [("ConsentGiven", "CONSENT")]
    first, second = records(taking, "taken@example.org")
    # what was withdrawn stays so, whatever was given again
    assert states(first) == [("ConsentGiven", None), ("ConsentWithdrawn", "OPTOUT")]
    assert first["events"][1]["event_time"][:10] == text(day(-2))[:10]
    assert states(second) == [("RenewedConsentGiven", "CONSENT")]
    assert states(records(taking, "short@example.org")[0]) == [
        ("ConsentGiven", None), ("ConsentExpired", "EXPIRED")]
    assert states(records(taking, "pending@example.org")[0]) == [
        ("ConsentRequested", "NOT_GIVEN")]
    # an address that bounces says nothing of its consent
    assert states(records(taking, "bounced@example.org")[0]) == [("ConsentGiven", "CONSENT")]
    assert states(records(taking, "sold@example.org")[0])[-1][0] == "ConsentGiven"

    taking.ctl("agreement", "breach", "AGR-2024-0117", "--yes")
    wait_until(lambda: states(records(taking, "sold@example.org")[0])[-1] ==
               ("ConsentInvalidated", "INVALIDATED"), what="the breach")
    last = records(taking, "sold@example.org")[0]["events"][-1]
    assert last["entity_id"] == "acme-hosting"


def test_an_ended_agreement_revokes(taking):
    grant(taking, "hosted@example.org", "R-1", at=day(-5), source="nordhost",
          provenance={**warranted("AGR-2023-0009"), "source_type": "webhost",
                      "party_id": "nordhost"})
    taking.ctl("agreement", "terminate", "AGR-2023-0009", "--yes")
    wait_until(lambda: states(records(taking, "hosted@example.org")[0])[-1] ==
               ("ConsentRevoked", "TERMINATED"), what="the end")
    roles = {p["party_role"] for p in records(taking, "hosted@example.org")[0]
             ["party_identification"]}
    assert roles == {"dpv:DataController", "dpv:Recipient", "dpv:ThirdParty",
                     "dpv:DataProtectionAuthority"}


def test_what_a_record_says(taking):
    grant(taking, "says@example.org", "W-1", scope=[
        {"purpose": "marketing.promotional", "channels": ["email", "post"]},
        {"purpose": "communication.events", "channels": ["email"]}])
    record, = records(taking, "says@example.org")
    assert "says@example.org" not in json.dumps(record)
    assert [p["purpose"] for p in record["pii_processing"]] == [
        "marketing.promotional", "communication.events"]
    one = record["pii_processing"][0]
    assert one["purpose_type"] == "dpv:DirectMarketing"
    assert one["privacy_notice"] == "sectigo-privacy@2021-11-15" and one["language"] == "en"
    assert one["lawful_basis"] == "eu-gdpr:A6-1-a" and one["jurisdiction"] == "GB"
    assert one["recipient_third_parties"] == ["mta-eu1"] or \
        set(one["recipient_third_parties"]) == {"mta-eu1", "call-centre"}
    assert any("consent_withdrawn" in row for row in one["retention_period"])
    assert "DPOfficer@" in one["withdrawal_method"]
    # S37: whom to complain to
    authority, = [p for p in record["party_identification"]
                  if p["party_id"] == one["authority_party"] == "GB"]
    assert authority["party_name"].startswith("Information Commission (formerly")
    controller = next(p for p in record["party_identification"]
                      if p["party_id"] == "sectigo-limited")
    assert controller["party_contact"].startswith("DPOfficer@")
    # by the event's id, and in the other form
    by_id = json.loads(taking.ctl("record", "W-1"))["records"]
    assert by_id == [record]
    receipt, = records(taking, "says@example.org", "kantara")
    assert receipt["piiControllers"][0]["piiController"] == "Sectigo Limited"
    assert [p["purpose"] for p in receipt["services"][0]["purposes"]] == [
        "Offers and newsletters", "Invitations to events and forums"]
    done = taking.ctl("record", "no-such-event", check=False)
    assert done.returncode == 1 and "no such event" in done.stderr
    assert records(taking, "stranger@example.org") == []


def test_the_export_has_every_table(taking, tmp_path):
    """Each table of the database that holds the contact's key is in the export."""
    who = "held@example.org"
    grant(taking, who, "H-1", contact={"phone": "+441632960123"})
    event(taking, "mta-eu1", "optout.recorded.v1",
          {"contact": {"email": who}, "optout": {"via": "unsubscribe_link"}})
    event(taking, "privacy-mailbox", "rights.requested.v1",
          {"contact": {"email": who}, "rights": {"request_id": "RR-1", "kinds": ["access"],
                                                 "verbatim": "Which data?"}})
    bad = {"specversion": "1.0", "id": "Q-1", "source": URN["mta-eu1"], "time": "yesterday",
           "type": "optout.recorded.v1", "data": {"contact": {"email": who}}}
    taking.produce("feed.mta-eu1", bad)
    wait_until(lambda: taking.value("SELECT count(*) FROM quarantine WHERE event_id = 'Q-1'")
               == 1, what="quarantine")
    wait_until(lambda: json.loads(taking.ctl("export", "--email", who))["held"]["list_entry"]
               and taking.value("SELECT count(*) FROM dirty") == 0, what="the lists")
    status, _ = ask(taking, "/v1/provenance", {"contact": {"email": who}})
    assert status == 200
    out = tmp_path / "export.json"
    taking.ctl("export", "--email", who, "--output", out)
    assert out.stat().st_mode & 0o077 == 0
    said = json.loads(out.read_text())
    validator("person").validate(said)
    again = taking.ctl("export", "--email", who, "--output", out, check=False)
    assert again.returncode == 2, "nobody's file is written over"

    key = said["contact"]["key"]
    assert said["contact"]["identifier"] == who
    held = said["held"]
    columns = taking.sql(
        "SELECT c.table_name, c.column_name, c.data_type = 'ARRAY' FROM information_schema"
        ".columns c JOIN information_schema.tables t USING (table_schema, table_name)"
        " WHERE table_schema = 'public' AND t.table_type = 'BASE TABLE'"
        " AND NOT (SELECT relispartition FROM pg_class WHERE oid = quote_ident("
        "t.table_name)::regclass)"
        " AND (c.udt_name IN ('uuid', '_uuid'))")
    tables = {table for table, _, _ in columns}
    # how far the keeper's walk and the publisher's have come, of no one contact
    walks = {"cascade", "list_again"}
    assert tables - walks <= set(held), "a table with contact keys is not exported"
    for table, column, array in columns:
        if table in walks or column == "other":
            continue
        where = f"%s = ANY ({column})" if array else f"{column} = %s"
        rows = taking.value(f"SELECT count(*) FROM {table} WHERE {where}", key)
        # the export itself, and the one that was refused its file, are written down after it
        assert len(held[table]) == rows - (2 if table == "lookup_audit" else 0), table
    assert {r["event_id"] for r in held["ledger"]} >= {"H-1", "Q-1"}
    assert "Which data?" in json.dumps(held["ledger"])
    assert held["list_entry"][0]["recipient_name"]
    assert "provenance" in {row["route"] for row in held["lookup_audit"]}
    assert held["quarantine"][0]["reason"] == "BAD_TIME"
    assert said["rights"][0]["request"] == "RR-1" and said["rights"][0]["state"] == "open"
    assert {r["row"] for r in said["retention"]} >= {"R12"}
    assert said["records"][0]["record_id"] == "urn:consent:event:sectigo.com:H-1"
    assert said["provenance"]["answers"]

    # the same over HTTP, for the DPO alone, and on record
    status, mine = ask(taking, "/v1/export", {"contact": {"email": who}})
    assert status == 200
    validator("person").validate(mine)
    assert mine["held"]["ledger"] == held["ledger"]
    for form in ("27560", "kantara"):
        status, got = ask(taking, "/v1/records", {"contact": {"email": who}, "format": form})
        assert status == 200 and got["records"] == json.loads(
            taking.ctl("record", "--email", who, "--format", form))["records"]
    assert ask(taking, "/v1/records", {"contact": {"email": who}, "format": "x"})[0] == 422
    assert ask(taking, "/v1/records", {"format": "27560"})[0] == 422
    assert ask(taking, "/v1/export", {})[0] == 422
    for role, more in (("mailing", ("--recipient", "mta-eu1")), ("operator", ()),
                       ("reseller", ("--source", "acme-hosting")), ("auditor", ())):
        for path in ("/v1/export", "/v1/records"):
            assert ask(taking, path, {"contact": {"email": who}}, role, *more)[0] == 403
    routes = dict(taking.sql("SELECT route || ' ' || outcome, count(*) FROM v_lookup_audit"
                             " WHERE token_id > 0 GROUP BY 1"))
    assert routes["export shown"] == 1 and routes["records shown"] == 2
    assert routes["export forbidden"] == 4 and routes["records forbidden"] == 4


TOKENS = {}


def ask(stack, path, body, role="dpo", *more):
    if role not in TOKENS:
        TOKENS[role] = stack.ctl_json("token", "create", "--role", role, *more)["token"]
    request = urllib.request.Request(
        stack.url("lookup") + path, json.dumps(body).encode(),
        {"Authorization": f"Bearer {TOKENS[role]}", "Content-Type": "application/json"})
    try:
        with urllib.request.urlopen(request, timeout=120) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        return error.code, json.load(error)


def test_an_export_of_nobody_is_empty_and_whole(taking):
    said = json.loads(taking.ctl("export", "--email", "stranger@example.org"))
    validator("person").validate(said)
    # who asked about them before is all there is
    assert {table for table, rows in said["held"].items() if rows} <= {"lookup_audit"}
    assert said["records"] == []
    assert said["rights"] == [] and said["retention"] == []


def test_what_does_not_open_is_not_half_an_answer(taking):
    """Nothing of it is shown, for nothing of it would be on record."""
    who = "broken@example.org"
    grant(taking, who, "B-1")
    shown = ("SELECT count(*) FROM v_lookup_audit WHERE token_id > 0 AND outcome = 'shown'"
             " AND contact IN (SELECT contact FROM fact JOIN ledger USING (ledger_id)"
             "  WHERE event_id = 'B-1')")
    turn = ("UPDATE ledger SET raw = set_byte(raw, 40, 255 - get_byte(raw, 40))"
            " WHERE event_id = 'B-1'")
    taking.sql("ALTER TABLE ledger DISABLE TRIGGER USER")
    taking.sql(turn)
    for path in ("/v1/export", "/v1/records", "/v1/evidence"):
        status, said = ask(taking, path, {"contact": {"email": who}})
        assert status == 503 and said["type"].endswith(":our-side"), path
        assert "on our side" in said["detail"] and who not in json.dumps(said), path
    assert taking.value(shown) == 0
    taking.sql(turn)
    taking.sql("ALTER TABLE ledger ENABLE TRIGGER USER")
    assert ask(taking, "/v1/export", {"contact": {"email": who}})[0] == 200
    assert taking.value(shown) == 1


def test_the_schemas_refuse_what_is_none(taking):
    grant(taking, "schema@example.org", "S-1")
    for form in ("27560", "kantara"):
        record, = records(taking, "schema@example.org", form)
        for name in record:
            if name == "language":
                continue
            less = copy.deepcopy(record)
            del less[name]
            assert not validator(form).is_valid(less), name


def peak_kib(stack, *arguments):
    """The memory that consentctl took at its most, and what it said."""
    with tempfile.TemporaryFile() as out:
        child = subprocess.Popen([stack.program("ctl"), "--config", stack._ctl_conf,
                                  *arguments], stdout=out, env=clean_environment())
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        assert child.returncode == 0
        out.seek(0)
        return usage.ru_maxrss, out.read()


def test_a_long_history_takes_no_memory(taking):
    """Whoever sends thousands of events about one contact does not make its export impossible."""
    who, n = "often@example.org", 2500
    grant(taking, who, "O-first", at=day(-9))
    few, _ = peak_kib(taking, "export", "--email", who)
    producer = Producer({"bootstrap.servers": taking.broker.address, "acks": "all"})
    for i in range(n):  # over all partitions: the embedded broker keeps 5 MiB of each
        producer.produce("feed.mta-eu1", json.dumps(
            {"specversion": "1.0", "id": f"O-{i}", "source": URN["mta-eu1"],
             "type": "optout.recorded.v1", "time": text(day(-1)),
             "data": {"contact": {"email": who}, "optout": {"via": "unsubscribe_link"},
                      "padding": "x" * 2000}}), partition=i % 4)
        producer.poll(0)
    assert producer.flush(120) == 0
    grant(taking, who, "O-last")
    wait_until(lambda: taking.value("SELECT count(*) FROM ledger WHERE event_id LIKE 'O-%'")
               == n + 2, 120, what="all of them")
    many, said = peak_kib(taking, "export", "--email", who)
    assert many < few + 10 * 1024, "the export grew with its events"
    said = json.loads(said)
    validator("person").validate(said)
    ids = [e["event_id"] for e in said["provenance"]["events"]]
    assert len(set(ids)) == len(ids) == n + 2
    held = [row["ledger_id"] for row in said["held"]["ledger"]]
    assert held == sorted(set(held)) and len(held) == n + 2
    assert all(row["bytes"] == "open" and row["event"]["data"]["padding"] == "x" * 2000
               for row in said["held"]["ledger"]
               if row["type"] == "optout.recorded.v1")
    assert [r["record_id"].rsplit(":", 1)[1] for r in said["records"]] == ["O-first", "O-last"]
    status, mine = ask(taking, "/v1/export", {"contact": {"email": who}})
    assert status == 200 and mine["held"]["ledger"] == said["held"]["ledger"]
    assert mine["provenance"]["events"] == said["provenance"]["events"]
