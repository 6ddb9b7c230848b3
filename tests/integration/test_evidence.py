"""A case as one file: consentctl evidence, and what somebody does with it who trusts nobody."""
import json
import zipfile

import pytest

from asking import Lookup
from feeding import DIRECT, grant, optout, settled
from lists import settle
from proving import Logs

WHO = ("--email", "ana@example.com")


@pytest.fixture
def case(stack, tmp_path):
    """Ana agreed, and then she did not; somebody else is there, too."""
    logs = Logs(stack, tmp_path)
    for daemon in ("ingest", "publish"):
        stack.start(daemon)
    logs.keeper()
    stack.produce("feed.sectigo.com", grant("ana@example.com", "yes", DIRECT))
    stack.produce("feed.sectigo.com", grant("ben@example.com", "ben", DIRECT))
    event = optout("ana@example.com", "no")
    data = event.pop("data")
    stack.produce("feed.mta-eu1", data, headers={
        **{f"ce_{k}": v for k, v in event.items()}, "content-type": "application/json"})
    settled(stack, 3)
    settle(stack)
    logs.sealed()
    return logs


def made(logs, tmp_path, *more, name="case.zip"):
    path = tmp_path / name
    logs.stack.ctl("evidence", *WHO, "--output", path, "--key", logs.secret, *more)
    return path


def test_a_case_holds_everything_and_is_proved(case, tmp_path):
    path = made(case, tmp_path)
    holds, said = case.verify("pack", path)
    assert holds, said
    with zipfile.ZipFile(path) as pack:
        assert pack.testzip() is None
        names = set(pack.namelist())
        assert {"case.html", "export.json", "verify.py", "README.txt", "manifest.json",
                "manifest.note"} < names
        words = case.stack.value("SELECT count(*) FROM list_change")
        proofs = sorted(n for n in names if n.startswith("proofs/"))
        assert len([p for p in proofs if p.startswith("proofs/ledger-")]) == 2
        assert 0 < len([p for p in proofs if p.startswith("proofs/list-")]) <= words
        said = [json.loads(pack.read(n)) for n in names if n.startswith("events/")]
        assert len(said) == 2 and all("ana@example.com" in json.dumps(s) for s in said)
        assert all("opening" in json.loads(pack.read(p)) for p in proofs if "ledger" in p)
        page = pack.read("case.html").decode()
        assert "consent.granted.v1" in page and "optout.recorded.v1" in page
        assert "the database" not in page and "ben@" not in page
        everything = b"".join(pack.read(n) for n in names)
        assert b"ben@example.com" not in everything
    assert case.stack.value("SELECT count(*) FROM event_opening WHERE why = 'evidence'") == 2

    # one byte of one file, and whoever checks it sees it
    changed = tmp_path / "changed.zip"
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(changed, "w") as new:
        for name in old.namelist():
            text = old.read(name)
            new.writestr(name, text.replace(b"ana@", b"eve@") if "events/" in name else text)
    assert not case.verify("pack", changed)[0]


def test_a_case_over_http(case, tmp_path):
    """For the DPO alone, audited, signed by a key of its own, and the same as on the command line."""
    own, vkey = tmp_path / "pack.key", tmp_path / "pack.vkey"
    vkey.write_text(case.stack.ctl("proof", "key", "--name", "pack.example", "--output", own))
    lookup = Lookup(case.stack, evidence_key_file=str(own))
    who = {"contact": {"email": "ana@example.com"}}
    assert lookup.ask("POST", "/v1/evidence", who, token="auditor")[0] == 403
    status, zipped, headers = lookup.ask("POST", "/v1/evidence", who)
    assert status == 200 and headers["Content-Type"] == "application/zip"
    assert "case.zip" in headers["Content-Disposition"]
    path = tmp_path / "http.zip"
    path.write_bytes(zipped)
    holds, said = case.verify("pack", "--pack-key", vkey, path)
    assert holds, said
    with zipfile.ZipFile(path) as pack, zipfile.ZipFile(made(case, tmp_path)) as other:
        assert set(pack.namelist()) == set(other.namelist())
        assert pack.read("verify.py") == other.read("verify.py")
    assert case.stack.value("SELECT count(*) FROM lookup_audit WHERE route = 20"
                            " AND contact IS NOT NULL AND outcome = 3") == 2
    assert lookup.ask("POST", "/v1/evidence", {**who, "to": "2020-01-01T00:00:00Z"})[0] == 200
    assert lookup.ask("POST", "/v1/evidence", {**who, "from": "yesterday"})[0] == 422
    assert lookup.ask("POST", "/v1/evidence", {**who, "language": "tlh"})[0] == 422
    for language, words in (("de", "Beweise zu ana@example.com"), ("da", "Beviser om ana@example.com")):
        status, zipped, _ = lookup.ask("POST", "/v1/evidence", {**who, "language": language})
        assert status == 200 and words.encode() in zipped and b'<div lang="%s">' % language.encode() in zipped
    status, zipped, _ = lookup.ask("POST", "/v1/evidence", {"contact": {"email": "no@example.com"}})
    assert status == 200 and b"<th>Events</th><td>0</td>" in zipped


def test_proofs_stand_beside_provenance(case, tmp_path):
    """With what opens them for the DPO, without for an auditor; and none unless asked for."""
    lookup = Lookup(case.stack)
    who = {"contact": {"email": "ana@example.com"}}
    plain = lookup.ask("POST", "/v1/provenance", who)[1]["events"]
    assert len(plain) == 2 and not any("proof" in e for e in plain)
    for role, opened in (("dpo", True), ("auditor", False)):
        status, said, _ = lookup.ask("POST", "/v1/provenance", {**who, "proofs": True}, role)
        assert status == 200 and len(said["events"]) == 2
        for event in said["events"]:
            file = tmp_path / f"{role}-{event['ledger_id']}.json"
            file.write_text(json.dumps(event["proof"]))
            holds, told = case.verify("proof", file)
            assert holds, told
            assert event["proven"] == "proved" and ("opening" in event["proof"]) == opened
    assert lookup.ask("POST", "/v1/provenance", {**who, "proofs": "yes"})[0] == 422
    assert lookup.ask("POST", "/v1/export", {**who, "proofs": True})[0] == 422


def test_a_forgotten_event_stays_proved_and_a_changed_one_is_seen(case, tmp_path):
    stack = case.stack
    stack.sql("UPDATE event_salt SET salt = NULL, forgotten = '2026-03-01T10:00:00Z' WHERE"
              " ledger_id = (SELECT ledger_id FROM ledger WHERE event_id = 'yes')")
    path = made(case, tmp_path)
    holds, said = case.verify("pack", path)
    assert holds, said
    with zipfile.ZipFile(path) as pack:
        assert len([n for n in pack.namelist() if n.startswith("events/")]) == 1
        assert "forgotten on 2026-03-01" in pack.read("case.html").decode()
    # of a time alone
    for n, more in ((0, ("--from", "2100-01-01")), (0, ("--to", "2020-01-01")),
                    (2, ("--from", "2020-01-01", "--to", "2100-01-01"))):
        path = made(case, tmp_path, *more, name=f"{'-'.join(more)}.zip")
        with zipfile.ZipFile(path) as pack:
            assert len([f for f in pack.namelist() if f.startswith("proofs/ledger-")]) == n
    stack.sql("ALTER TABLE ledger DISABLE TRIGGER USER")
    stack.sql("UPDATE ledger SET occurred_from = occurred_from - interval '1 day'"
              " WHERE event_id = 'no'")
    done = stack.ctl("evidence", *WHO, "--output", tmp_path / "bad.zip", check=False)
    assert done.returncode == 1 and "not what they were" in done.stderr
    with zipfile.ZipFile(tmp_path / "bad.zip") as pack:
        assert "somebody has changed the database" in pack.read("case.html").decode()
