"""GET /v1/lists/{id}/snapshot: fetched with curl, whole, in pieces, and only when it changed."""
import concurrent.futures
import fcntl
import hashlib
import json
import pathlib
import subprocess
import time

import pytest

from asking import Lookup, query
from facts import Facts
from hands import wait_until
from lists import entries, quiet
from snapshots import LIST, cursor, data, digest, fill

PATH = f"/v1/lists/{LIST}/snapshot"


def curl(lookup, *more, form="csv", packing="none", token="mailing", to="/dev/null"):
    """(status, {header: value}) as curl has them."""
    done = subprocess.run(
        ["curl", "-sS", "-D", "-", "-o", str(to), "-H",
         f"Authorization: Bearer {lookup.tokens[token]}", *more,
         f"{lookup.stack.url('lookup')}{PATH}?format={form}&compress={packing}"],
        capture_output=True, text=True, timeout=120, check=False)
    lines = done.stdout.replace("\r", "").strip().split("\n")
    headers = dict(line.split(": ", 1) for line in lines[1:] if ": " in line)
    return int(lines[0].split()[1]), headers


def sha256(path):
    return hashlib.sha256(pathlib.Path(path).read_bytes()).hexdigest()


def test_a_list_in_every_form_and_what_the_headers_say_of_it(stack, tmp_path):
    fill(stack, 2000)
    lookup, got = Lookup(stack), tmp_path / "got"
    there = entries(stack)
    on_list = {t for t, (s, _) in there.items() if s == "suppressed"}
    for form, packing, kind in (("csv", "none", "text/csv"),
                                ("plain", "none", "text/plain"),
                                ("plain", "gzip", "application/gzip"),
                                ("ndjson", "zstd", "application/zstd"),
                                ("ndjson", "none", "application/x-ndjson")):
        status, said = curl(lookup, form=form, packing=packing, to=got)
        assert status == 200 and said["Content-Type"].split(";")[0] == kind
        assert said["Consent-Snapshot-SHA256"] == sha256(got)
        assert said["Consent-List-Version"] == cursor(stack)
        assert said["Consent-List-Digest"] == digest(on_list)
        assert said["Consent-List-Count"] == str(len(on_list))
        name = said["Content-Disposition"].split('"')[1]
        assert (stack.snapshots / name).read_bytes() == got.read_bytes()
        read = {"none": ["cat"], "gzip": ["gzip", "-dc"], "zstd": ["zstd", "-dcq"]}[packing]
        lines = subprocess.run([*read, got], capture_output=True, text=True,
                               check=True).stdout.splitlines()
        if form == "plain":
            assert set(lines) == on_list
        elif form == "ndjson":
            assert {e["token"]: (e["status"], e["version"])
                    for e in map(json.loads, lines)} == there
        else:
            assert len(lines) == len(there) + 1
    assert curl(lookup, "-I")[0] == 200
    for wrong in ("format=xml", "compress=rar", "else=1"):
        assert lookup.ask("GET", f"{PATH}?{wrong}")[0] == 400
    assert lookup.ask("GET", "/v1/lists/none/snapshot")[0] == 404


def test_a_cut_download_is_gone_on_with_though_the_list_has_changed(stack, tmp_path):
    fill(stack, 20000)
    lookup, got = Lookup(stack, snapshot_age_s=0), tmp_path / "got"
    status, said = curl(lookup, to=got)
    assert status == 200 and curl(lookup, "-H", f"If-None-Match: {said['ETag']}",
                                  "-r", "0-9")[0] in (206, 304)
    whole = got.read_bytes()
    got.write_bytes(whole[:100_000])  # it was cut here
    stack.sql("DELETE FROM list_entry WHERE entry % 2 = 0")
    status, newer = curl(lookup)
    assert status == 200 and newer["ETag"] != said["ETag"]
    rest = tmp_path / "rest"
    status, part = curl(lookup, "-r", "100000-", "-H", f"If-Range: {said['ETag']}", to=rest)
    assert status == 206 and part["ETag"] == said["ETag"]
    assert part["Content-Range"] == f"bytes 100000-{len(whole) - 1}/{len(whole)}"
    got.write_bytes(got.read_bytes() + rest.read_bytes())
    assert sha256(got) == said["Consent-Snapshot-SHA256"]
    # One newer still, and the one it began with has gone: the whole newest comes.
    stack.sql("DELETE FROM list_entry WHERE entry % 3 = 0")
    curl(lookup)
    status, newest = curl(lookup, "-r", "100000-", "-H", f"If-Range: {said['ETag']}",
                          to=rest)
    assert status == 200 and newest["Consent-Snapshot-SHA256"] == sha256(rest)
    for odd in ('"../../secrets/contact"', '"x"', '"', "20261123T130405.123456Z.csv",
                '"20261123T130405.123456Z.csv"', f'"{"9" * 90}"'):
        assert curl(lookup, "-r", "0-9", "-H", f"If-Range: {odd}")[0] == 200, odd
    assert curl(lookup, "-r", "99999999-")[0] == 416


def test_one_that_says_what_the_list_says_is_sent_again_and_made_anew_when_not(stack):
    """By the cursor: the log of changes knows whether anything was said since."""
    lookup = Lookup(stack, snapshot_age_s=0)
    stack.start("publish")
    world = Facts(stack)
    world.add("a@example.com", "OPTOUT")
    world.commit()
    wait_until(lambda: entries(stack) and quiet(stack), what="the entry")
    first = curl(lookup)
    assert first[0] == 200 and curl(lookup)[1]["ETag"] == first[1]["ETag"]
    assert curl(lookup, "-H", f"If-None-Match: {first[1]['ETag']}")[0] == 304
    status, page, _ = lookup.ask("GET", f"/v1/lists/{LIST}/changes?after="
                                 + first[1]["Consent-List-Version"])
    assert status == 200 and not page["changes"] and not page["more"]
    world.add("b@example.com", "OPTOUT")
    world.commit()
    wait_until(lambda: len(entries(stack)) == 2 and quiet(stack), what="the second")
    status, again = curl(lookup, "-H", f"If-None-Match: {first[1]['ETag']}")
    assert status == 200 and again["Consent-List-Count"] == "2"
    status, page, _ = lookup.ask("GET", f"/v1/lists/{LIST}/changes?after="
                                 + first[1]["Consent-List-Version"])
    assert [c["status"] for c in page["changes"]] == ["suppressed"]
    assert page["next"] == again["Consent-List-Version"]


def test_it_keeps_the_offsets_that_the_schedule_wrote(stack):
    fill(stack, 10)
    stack.start("publish")
    wait_until(lambda: f"suppression.{LIST}" in stack.topics(), what="the topic")
    stack.ctl("list", "snapshot", LIST)
    path = stack.snapshots / f"{LIST}.csv.json"
    before = json.loads(path.read_text())
    lookup = Lookup(stack, snapshot_age_s=0)
    stack.sql("DELETE FROM list_entry WHERE entry = 5")
    assert curl(lookup)[0] == 200
    after = json.loads(path.read_text())
    assert after["rows"] == 9 and after["kafka"] == before["kafka"] != None  # noqa: E711


@pytest.mark.alone
def test_nobody_who_asks_for_a_decision_waits_for_a_long_list(stack):
    """One worker; a list whose making is held up by another writer's lock."""
    fill(stack, 100)
    lookup = Lookup(stack, workers=1, snapshot_age_s=0)
    held = stack.snapshots / f".{LIST}.csv.lock"
    with open(held, "w", encoding="ascii") as lock, \
            concurrent.futures.ThreadPoolExecutor(8) as pool:
        fcntl.flock(lock, fcntl.LOCK_EX)
        waiting = [pool.submit(curl, lookup) for _ in range(8)]
        time.sleep(0.5)
        assert lookup.ask("POST", "/v1/decisions", {"queries": [query()]})[0] == 200
        assert not any(w.done() for w in waiting)
        fcntl.flock(lock, fcntl.LOCK_UN)
        answers = [w.result() for w in waiting]
    assert {status for status, _ in answers} == {200}
    assert len({said["ETag"] for _, said in answers}) == 1, "made once, for all of them"
    assert len(data(stack.snapshots)) == 1


def test_without_a_disk_it_says_later_and_the_rest_goes_on(stack):
    fill(stack, 10)
    lookup = Lookup(stack, snapshot_age_s=0)
    first = curl(lookup)[1]
    held = stack.snapshots / f".{LIST}.csv.lock"
    held.unlink()
    held.mkdir()  # no lock can be had
    stack.sql("DELETE FROM list_entry WHERE entry = 5")
    status, said = curl(lookup)
    assert status == 503 and int(said["Retry-After"]) > 0
    wait_until(lambda: stack.metrics("lookup")["consent_lookup_snapshot_failures_total"] == 1,
               what="the metric")
    assert lookup.ask("POST", "/v1/decisions", {"queries": [query()]})[0] == 200
    held.rmdir()
    status, again = curl(lookup)
    assert status == 200 and again["ETag"] != first["ETag"]


def test_other_recipients_and_roles_get_none(stack):
    fill(stack, 10)
    lookup = Lookup(stack)
    other = stack.value("SELECT body->>'recipient' FROM register_entry WHERE kind = 'list'"
                        " AND body->>'recipient' <> (SELECT body->>'recipient' FROM"
                        " register_entry WHERE kind = 'list' AND id = %s) LIMIT 1", LIST)
    if other is None:
        pytest.fail("the demo's register has lists of one recipient only")
    made = stack.ctl_json("token", "create", "--role", "mailing", "--recipient", other)
    assert lookup.ask("GET", PATH, None, made["token"])[0] == 404
    for role, status in (("mailing", 200), ("dpo", 200), ("auditor", 200),
                         ("reseller", 403), ("operator", 403)):
        assert lookup.ask("GET", PATH, None, role)[0] == status
