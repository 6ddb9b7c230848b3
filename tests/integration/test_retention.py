"""Retention dates from anchors in the ledger: rows, renewals, what a request overrides."""
import datetime
import json
import uuid

import pytest

from hands import wait_until
from stack import ROOT

NOW = datetime.datetime.now(datetime.timezone.utc)
CERT = "last_certificate_expired_or_revoked"


def send(stack, source, kind, data, outcome=1):
    urn = stack.value("SELECT body->>'urn' FROM register_entry WHERE kind = 'source'"
                      " AND id = %s ORDER BY known DESC LIMIT 1", source)
    event = {"specversion": "1.0", "id": f"T-{uuid.uuid4()}", "source": urn, "type": kind,
             "time": NOW.strftime("%Y-%m-%dT%H:%M:%SZ"), "data": data}
    stack.produce(f"feed.{source}", event)
    table = "ledger" if outcome == 1 else "quarantine"
    wait_until(lambda: stack.value(f"SELECT count(*) FROM {table} WHERE event_id = %s",
                                   event["id"]) == 1, what=f"{kind} in {table}")
    return event["id"]


def anchor(stack, email, *anchors, source="contracts", **more):
    return send(stack, source, "retention.anchored.v1", {
        "contact": {"email": email}, "anchors": [
            dict(zip(("event", "at", "reference", "qualified"), a)) for a in anchors]},
        **more)


def grant(stack, email, purpose="marketing.promotional"):
    send(stack, "sectigo.com", "consent.granted.v1", {
        "contact": {"email": email, "country": "GB", "subscriber": "individual"},
        "controllers": ["sectigo-limited"],
        "scope": [{"purpose": purpose, "channels": ["email"]}],
        "basis": {"art6": "a", "type": "expressed"},
        "consent": {"method": "form", "statement": "offers by e-mail, please"},
        "provenance": {"source_type": "direct"}})


def lead(stack, email):
    send(stack, "leadmart", "lead.received.v1", {
        "contact": {"email": email, "country": "US"}, "controllers": ["sectigo-limited"],
        "scope": [{"purpose": "marketing.promotional", "channels": ["email"]}],
        "provenance": {"source_type": "lead_provider", "party_id": "leadmart",
                       "agreement_id": "AGR-2025-0042"}})


def due(stack, before="2100-01-01", *argv):
    return {f["row"]: f for f in
            stack.ctl_json("retention", "due", "--before", before, *argv)}


def dates(found):
    return {row: (f["effective_at"] or "")[:10] for row, f in found.items()}


@pytest.fixture
def taking(stack):
    stack.start("ingest")
    return stack


def test_certificates_any_qualified_and_a_renewal(taking):
    who = "holder@example.com"
    anchor(taking, who, ("subscriber_agreement_end", "2027-03-31", "SUB-1"),
           (CERT, "2026-05-05", "C1"))
    found = due(taking)
    assert dates(found) == {"R01": "", "R02": "2033-05-05", "R07": "2033-05-05"}
    assert found["R01"]["state"] == "waiting"
    assert found["R01"]["waits_for"] == ["legal_rights_window_end"]
    assert found["R01"]["review_at"][:10] == "2027-03-31"
    assert [(w["event"], w["offset"]) for w in found["R02"]["why"]] == [
        ("subscriber_agreement_end", "P0D"), (CERT, "P7Y")]
    anchor(taking, who, (CERT, "2027-08-01", "C2"))  # renewed: the date before moves
    assert dates(due(taking))["R02"] == "2034-08-01"
    anchor(taking, who, (CERT, "2019-01-01", "C0", True))  # long gone, and qualified
    assert dates(due(taking))["R02"] == "2042-08-01"
    anchor(taking, who, (CERT, "2026-06-01", "C2"))  # revoked before its time
    assert dates(due(taking))["R02"] == "2041-06-01"
    anchor(taking, who, ("legal_rights_window_end", "2033-03-31"), source="privacy-mailbox")
    assert dates(due(taking))["R01"] == "2033-03-31"
    assert due(taking, "2033-03-31") == {}
    assert list(due(taking, "2033-04-01")) == ["R01"]


def test_the_address_is_never_shown(taking):
    anchor(taking, "secret@example.com", ("agreement_end", "2024-02-20"))
    text = taking.ctl("retention", "due", "--before", "2100-01-01")
    key = str(taking.value("SELECT contact FROM contact"))
    assert key in text and "secret" not in text and "@" not in text
    assert "R03" in text and "2024-02-20" in text and "backups 2024-03-05" in text


def test_resellers_and_applicants_have_rows_of_their_own(taking):
    anchor(taking, "buyer@example.com", ("subscriber_agreement_end", "2025-02-28"),
           source="acme-hosting")
    assert dates(due(taking)) == {"R04b": "2032-02-28"}
    anchor(taking, "buyer@example.com", (CERT, "2024-02-29", "C1"), source="acme-hosting")
    assert dates(due(taking, "2100-01-01", "--row", "R04a")) == {"R04a": "2031-02-28"}
    anchor(taking, "jobs@example.com", ("hiring_process_concluded", "2024-02-29"),
           source="sectigo.com")
    assert dates(due(taking, "2100-01-01", "--row", "R15")) == {"R15": "2028-02-29"}
    anchor(taking, "jobs@example.com", ("employment_began", "2024-04-01"),
           source="sectigo.com")
    assert due(taking, "2100-01-01", "--row", "R15") == {}


def test_until_withdrawn(taking):
    grant(taking, "reader@example.com")
    assert due(taking) == {}
    send(taking, "sectigo.com", "optout.recorded.v1",
         {"contact": {"email": "reader@example.com"}, "controllers": ["sectigo-limited"],
          "optout": {"via": "unsubscribe_link"}})
    found = due(taking)
    assert dates(found) == {"R12": NOW.strftime("%Y-%m-%d")}
    assert found["R12"]["why"][0]["event"] == "consent_withdrawn"


def test_a_lead_is_looked_at_each_year_and_goes_when_the_person_says_so(taking):
    lead(taking, "lead@example.com")
    found = due(taking)["R06"]
    assert (found["state"], found["effective_at"], found["override"]) == ("open", None, None)
    assert found["review_at"][:4] == str(NOW.year + 1)
    # the account that it became ends in 2040, and the policy would wait for that
    anchor(taking, "lead@example.com", ("account_agreement_end", "2040-01-01", "ACC"),
           ("legal_rights_window_end", "2046-01-01", "ACC"))
    send(taking, "privacy-mailbox", "rights.requested.v1", {
        "contact": {"email": "lead@example.com", "country": "US"},
        "rights": {"request_id": "E-1", "kinds": ["erase"]}})
    found = due(taking)["R06"]
    assert found["literal_at"][:10] == "2046-01-01"
    assert found["effective_at"][:10] == NOW.strftime("%Y-%m-%d")
    assert found["override"]["event"] in ("objection", "deletion_requested")
    words = taking.ctl("retention", "due", "--before", "2100-01-01", "--row", "R06")
    assert "by its words: 2046-01-01" in words
    said = taking.ctl_json("rights", "refuse", "E-1", "--reason", "ART_17_3_E",
                           "--explanation", "a claim is pending")
    wait_until(lambda: taking.value("SELECT count(*) FROM ledger WHERE event_id = %s",
                                    said["event_id"]) == 1, what="the refusal")
    found = due(taking)["R06"]
    assert (found["state"], found["effective_at"], found["override"]) == ("open", None, None)
    assert found["waits_for"] == ["deletion_requested"]


def test_what_was_known_then_and_rows_as_they_were(taking, tmp_path):
    anchor(taking, "then@example.com", ("subscriber_agreement_end", "2025-02-28"),
           source="acme-hosting")
    known = taking.value("SELECT to_char(max(known) AT TIME ZONE 'UTC',"
                         " 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"') FROM ledger")
    anchor(taking, "then@example.com", ("subscriber_agreement_end", "2026-02-28"),
           source="acme-hosting")
    assert dates(due(taking)) == {"R04b": "2033-02-28"}
    assert dates(due(taking, "2100-01-01", "--known", known)) == {"R04b": "2032-02-28"}
    # a version of the row that begins in 2030: five years instead of seven (S9)
    files = []
    for name in ("sectigo", "demo"):
        register = json.loads((ROOT / "schemas" / "register" / f"{name}.json").read_text())
        if name == "sectigo":
            row = next(r for r in register["retention"] if r["id"] == "R04b")
            register["retention"].append({**row, "from": "2030-01-01", "terms": [
                {"event": "subscriber_agreement_end", "offset": "P5Y"}]})
        files.append(tmp_path / f"{name}.json")
        files[-1].write_text(json.dumps(register))
    taking.ctl("register", "apply", *files)
    assert dates(due(taking)) == {"R04b": "2033-02-28"}
    assert dates(due(taking, "2100-01-01", "--at", "2031-01-01")) == {"R04b": "2031-02-28"}


def test_who_may_set_anchors(taking):
    anchor(taking, "x@example.com", (CERT, "2026-05-05"), source="leadmart", outcome=3)
    assert taking.value("SELECT reason FROM quarantine") == "EVENT_NOT_ALLOWED"
    assert due(taking) == {}
    assert taking.ctl("retention", "due", check=False).returncode == 2
    assert taking.ctl("retention", "due", "--before", "2027-01-01", "--row", "R99",
                      check=False).returncode == 2
