"""The sandbox: a partner's events are judged as if they were real, and nothing comes of them."""
import hashlib
import json
import os
import time

from hands import wait_until
from http_source import Source

URN = "urn:consent:src:reseller:sandbox"
WHO = "tried@sandbox.example"


def event(kind, ident, **data):
    now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    return {"specversion": "1.0", "id": ident, "source": URN, "type": kind, "time": now,
            "data": {"contact": {"email": WHO}, "controllers": ["sectigo-limited"],
                     "scope": [{"purpose": "marketing.promotional", "channels": ["email"]}],
                     "provenance": {"source_type": "reseller", "party_id": "sandbox",
                                    "agreement_id": "AGR-SANDBOX", "collected_at": now,
                                    "warranty": {"asserted": True, "clause": "1",
                                                 "controllers_named": ["Sectigo Limited"]},
                                    "evidence": [{"kind": "form_capture", "sha256": "ab" * 32}]},
                     **data}}


CONSENT = {"basis": {"art6": "a", "type": "expressed"},
           "consent": {"method": "web_form", "statement": "Sectigo may e-mail me offers"}}


def test_true_receipts_and_nothing_else(stack):
    for name in ("ingest", "publish", "gateway"):
        stack.start(name)
    facts = stack.value("SELECT count(*) FROM fact")
    yes, no = event("consent.granted.v1", "s-1", **CONSENT), event("optout.recorded.v1", "s-2")
    wrong = event("consent.granted.v1", "s-3", **CONSENT)
    wrong["data"]["scope"] = [{"purpose": "no.such.purpose", "channels": ["email"]}]
    unread = event("optout.recorded.v1", "s-4")
    unread["data"]["scope"] = "everything"  # a real one would be taken, and looked at
    again = event("consent.granted.v1", "s-1", **CONSENT)
    again["data"]["country"] = "other bytes under an id that was used"
    for one in (yes, no, wrong, unread, yes, again):
        stack.produce("feed.sandbox", one, partition=0)  # "again" comes after what it repeats
    client = Source(stack, "sandbox").known()
    status, said, *_ = client.post(event("lead.received.v1", "s-5"))
    assert status == 202 and "queued" in str(said), said

    def receipts():
        return {(r["event_id"], r["outcome"]): r for r in stack.read_json("receipts.sandbox")
                if "event_id" in r}
    got = wait_until(lambda: r if len(r := receipts()) >= 7 else None, what="seven receipts")
    assert set(got) == {("s-1", "accepted"), ("s-2", "accepted"), ("s-3", "quarantined"),
                        ("s-4", "quarantined"), ("s-1", "duplicate"), ("s-5", "accepted"), ("s-1", "quarantined")}
    assert got["s-3", "quarantined"]["reason"] == "PURPOSE_NOT_DISCLOSED"
    # nobody, nowhere
    for table in ("contact", "quarantine", "quarantine_salt", "dirty", "list_entry"):
        assert stack.value(f"SELECT count(*) FROM {table}") == 0, table
    assert stack.value("SELECT count(*) FROM fact") == facts
    assert stack.value("SELECT count(*) FROM ledger WHERE raw IS NOT NULL") == 0
    assert stack.ctl_json("trace", "--email", WHO)["events"] == []
    decision = stack.ctl_json("decide", "--email", WHO, "--controller", "sectigo-limited",
                              "--purpose", "marketing.promotional", "--channel", "email")
    assert (decision["verdict"], decision["reason"]) == ("DENY", "NO_GRANT")
    digest = hashlib.sha256(WHO.encode()).hexdigest()
    assert digest not in json.dumps(stack.read_table("suppression.promotional-email"), default=str)
    assert "gap" not in stack.ctl("doctor", check=False).stdout
    # as soon as it is said to a real source it counts
    real = event("optout.recorded.v1", os.urandom(4).hex())
    real["source"] = "urn:consent:src:reseller:acme-hosting"
    real["data"].pop("provenance")
    stack.produce("feed.acme-hosting", real)
    wait_until(lambda: stack.ctl_json("trace", "--email", WHO)["events"], what="the real one")
