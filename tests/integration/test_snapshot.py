"""consentctl list snapshot: files that others can read, whole at any time, in constant memory."""
import contextlib
import fcntl
import json
import os
import pathlib
import signal
import subprocess
import threading

import psycopg2
import pytest

from asking import Lookup
from facts import Facts
from hands import wait_until
from lists import entries, settle
from snapshots import LIST, cursor, data, fill, left, manifest, place, unpacked, whole

CTL_S = 120


def snapshot(stack, directory, *more, check=True):
    return stack.ctl("list", "snapshot", LIST, "--dir", directory, *more, check=check)


def command(stack, directory, *more):
    """The same as a list of words, to run under something."""
    if stack._ctl_conf is None:
        stack.ctl("register", "show", "--json")
    return [str(stack.program("ctl")), "--config", str(stack._ctl_conf), "list", "snapshot",
            LIST, "--dir", str(directory), *more]


@pytest.fixture
def stack(stack):
    """With the lists' topics, of which offsets are asked."""
    made = {t["topic"] for t in stack.ctl_json("list", "create", "--all")["topics"]}
    wait_until(lambda: made <= set(stack.topics()), what="the topics")
    return stack


@pytest.fixture
def directory(tmp_path):
    made = tmp_path / "snapshots"
    made.mkdir()
    return made


def test_every_format_and_compression_is_read_by_others(stack, directory):
    fill(stack, 3000)
    there = entries(stack)
    for form in ("csv", "ndjson", "plain"):
        for packing in ("none", "gzip", "zstd"):
            told = json.loads(snapshot(stack, directory, "--format", form, "--compress",
                                       packing, "--json"))["snapshots"]
            said, read = whole(directory, form, packing)
            assert told == [said]
            if form == "plain":
                assert set(read) == {t for t, (s, _) in there.items() if s == "suppressed"}
            else:
                assert read == there
            assert said["version"] == cursor(stack)
            assert said["entries"] == {"suppressed": 2700, "released": 300, "permitted": 0}
            stack.ctl("list", "verify", place(directory, form, packing))
    assert said["recipient"] and said["profile"] == "sha256-hex"
    assert not left(directory)


def test_what_a_spreadsheet_could_take_for_a_formula_is_not_one(stack, directory):
    """Lists of plain or base64 tokens: an apostrophe in front, and nothing lost by it."""
    odd = ["+Ab/c=", "=1+1", "-x@example.com", "@y", "'quoted", 'a"b,c@example.com', "plain"]
    stack.sql("CREATE TABLE odd (n bigserial, token text)")
    for token in odd:
        stack.sql("INSERT INTO odd (token) VALUES (%s)", token)
    fill(stack, len(odd), token="(SELECT o.token FROM odd o WHERE o.n = generate_series.n)"
         .replace("generate_series.n", "n.n"))
    snapshot(stack, directory)
    said, read = whole(directory)
    assert set(read) == set(odd)
    raw = unpacked(directory, said).decode()
    assert not [line for line in raw.split("\r\n")[1:] if line[:1] in set("=+-@")]
    assert "\r\n'+Ab/c=,suppressed" in raw and '"a""b,c@example.com"' in raw
    stack.ctl("list", "verify", place(directory))
    for form in ("ndjson", "plain"):
        snapshot(stack, directory, "--format", form)
        assert set(whole(directory, form)[1]) == set(odd), "elsewhere tokens stay as they are"


def test_the_former_file_stays_for_who_still_reads_it_and_no_other(stack, directory):
    fill(stack, 50)
    made = []
    for _ in range(4):
        snapshot(stack, directory)
        made.append(manifest(directory)["file"])
    assert data(directory) == sorted(made[-2:])
    (directory / f".{made[0]}.part").write_text("left by a crash")
    (directory / f".{LIST}.csv.json.part").write_text("left by a crash")
    (directory / "somebody-elses.csv").write_text("stays")
    snapshot(stack, directory)
    assert not left(directory) and (directory / "somebody-elses.csv").exists()
    assert len(data(directory)) == 2


def test_a_file_that_was_touched_is_found(stack, directory):
    fill(stack, 2000)
    for form, packing in (("csv", "none"), ("ndjson", "gzip"), ("plain", "zstd")):
        snapshot(stack, directory, "--format", form, "--compress", packing)
        said = manifest(directory, form, packing)
        path = directory / said["file"]
        good = path.read_bytes()
        middle = len(good) // 2
        for bad in (good[:-1], good + b"\n", good[:middle],
                    good[:middle] + bytes([good[middle] ^ 1]) + good[middle + 1:], b""):
            path.write_bytes(bad)
            done = stack.ctl("list", "verify", place(directory, form, packing), check=False)
            assert done.returncode == 1, (form, packing, len(bad))
        path.write_bytes(good)
        stack.ctl("list", "verify", place(directory, form, packing))


def test_wrong_usage_says_so(stack, directory):
    fill(stack, 1)
    for words in (("list", "snapshot"), ("list", "snapshot", LIST, "--all"),
                  ("list", "snapshot", "no-such-list", "--dir", directory),
                  ("list", "snapshot", LIST, "--dir", directory, "--format", "xml"),
                  ("list", "snapshot", LIST, "--dir", directory, "--compress", "rar"),
                  ("list", "snapshot", LIST, "--dir", directory / "nowhere")):
        assert stack.ctl(*words, check=False).returncode == 2, words
    assert not data(directory)
    stack.ctl("list", "snapshot", "--all", "--dir", directory, "--format", "plain")
    lists = stack.value("SELECT count(DISTINCT id) FROM register_entry WHERE kind = 'list'")
    assert len(list(directory.glob("*.txt.json"))) == lists


def test_a_schedule_that_stopped_is_noticed(stack):
    """doctor warns of lists without a snapshot and with an old one, consent-lookup shows the age."""
    def findings():
        found = json.loads(stack.ctl("doctor", "--json", check=False).stdout)["checks"]
        return sorted((c["level"], c["text"]) for c in found if c["check"] == "snapshots")
    stack.start("lookup")
    lists = stack.value("SELECT count(DISTINCT id) FROM register_entry WHERE kind = 'list'")
    assert [level for level, _ in findings()] == ["warn"]
    stack.ctl("list", "snapshot", "--all", "--format", "plain")
    assert findings() == [("ok", f"{lists} lists have a young one")]
    said = json.loads(place(stack.snapshots, "plain").read_text())
    said["made_at"] = "2026-01-01T00:00:00Z"
    place(stack.snapshots, "plain").write_text(json.dumps(said))
    assert ("warn", LIST) in [(level, text.split()[3]) for level, text in findings()[1:]]
    ages = wait_until(lambda: (found := {k: v for k, v in stack.metrics("lookup").items()
                                         if "snapshot_age" in k}) and len(found) == lists
                      and max(found.values()) > 1e6 and found, what="the ages")
    assert max(ages, key=ages.get) == f'consent_lookup_list_snapshot_age_seconds{{list="{LIST}"}}'
    for path in stack.snapshots.glob("*"):
        path.unlink()
    stack.snapshots.rmdir()
    assert [level for level, _ in findings()] == ["wrong"]


# --- cut short ----------------------------------------------------------------------------
CALLS = ("flock", "write", "fsync", "renameat", "unlinkat")


def alone(stack, directory, *before):
    """Runs it without brokers, whose threads would only be noise, under something."""
    argv = command(stack, directory)
    conf = stack.dir / "alone.conf"
    conf.write_text("".join(
        line for line in pathlib.Path(argv[2]).read_text(encoding="utf-8").splitlines(True)
        if not line.startswith("kafka_brokers")), encoding="utf-8")
    conf.chmod(0o600)
    return subprocess.run([*before, argv[0], argv[1], str(conf), *argv[3:]],
                          capture_output=True, text=True, timeout=CTL_S, check=False)


def calls_made(stack, directory, tmp_path):
    """{call: how often} of one undisturbed run."""
    log = tmp_path / "strace.log"
    done = alone(stack, directory, "strace", "-qq", "-o", str(log), "-e",
                 f"trace={','.join(CALLS)}")
    assert done.returncode == 0, done.stderr
    lines = log.read_text(errors="replace").splitlines()
    made = {call: sum(line.startswith(call + "(") for line in lines) for call in CALLS}
    assert made["fsync"] >= 4 and made["renameat"] == 2 and made["unlinkat"] >= 1, made
    return made


def disturb(stack, directory, tmp_path, verb, after):
    """Every call of every kind, one a run, while the list changes all the time."""
    fill(stack, 3000)
    for _ in range(2):
        snapshot(stack, directory)
    n = 3000
    for call, times in calls_made(stack, directory, tmp_path).items():
        for at in range(1, times + 1):
            n += 1
            stack.sql("INSERT INTO list_entry SELECT md5(%s)::uuid, list, 1, rule, reason,"
                      " %s, entry, effective, known, %s FROM list_entry LIMIT 1",
                      f"new{n}", 10**9 + n, f"new{n}")
            former = manifest(directory)
            done = alone(stack, directory, "strace", "-qq", "-o", "/dev/null", "-e",
                         f"trace={call}", "-e", f"inject={call}:{verb}:when={at}")
            said, _ = whole(directory)
            assert said == former or said["rows"] > former["rows"]
            after(done, call, at, said == former)
    snapshot(stack, directory)
    said, read = whole(directory)
    assert read == entries(stack) and not left(directory)
    assert len(data(directory)) == 2, "nothing that was cut short is left"


def test_killed_at_any_step_it_leaves_the_former_snapshot_or_the_new_one(
        stack, directory, tmp_path):
    seen = set()

    def after(done, call, at, former):
        assert done.returncode != 0, (call, at)
        seen.add(former)
    disturb(stack, directory, tmp_path, "signal=KILL", after)
    assert seen == {True, False}, "some kills came before the new one stood, some after"


def test_on_a_full_disk_it_says_so_and_loses_nothing(stack, directory, tmp_path):
    def after(done, call, at, former):
        if done.returncode != 0:
            assert done.returncode in (1, 2) and "consentctl: " in done.stderr
            assert not left(directory), "what was begun is taken away at once"
            if call in ("write", "fsync") and former:
                assert "no room left" in done.stderr, (call, at, done.stderr)
        else:
            assert not former or call in ("unlinkat", "write"), (call, at)
    disturb(stack, directory, tmp_path, "error=ENOSPC", after)


def test_asked_to_stop_it_stops_and_takes_away_what_was_begun(stack, directory):
    fill(stack, 300)
    snapshot(stack, directory)
    former = manifest(directory)
    with open(directory / f".{LIST}.csv.lock", "r+", encoding="ascii") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        waiting = subprocess.Popen(command(stack, directory), stderr=subprocess.PIPE)

        def at_the_lock():
            with contextlib.suppress(OSError):  # of what is closed meanwhile
                return any(os.readlink(file) == os.path.realpath(lock.name)
                           for file in pathlib.Path(f"/proc/{waiting.pid}/fd").iterdir())
            return False
        wait_until(at_the_lock, what="it to have come so far")
        with pytest.raises(subprocess.TimeoutExpired):
            waiting.wait(0.7)
        waiting.terminate()
        assert waiting.wait(60) == 128 + signal.SIGTERM, "two writers are kept apart"
    assert whole(directory)[0] == former and not left(directory)


def test_several_at_once_do_not_meet(stack, directory):
    fill(stack, 20000)
    running = [subprocess.Popen(command(stack, directory, "--compress", "gzip"),
                                stdout=subprocess.DEVNULL) for _ in range(4)]
    assert [p.wait(CTL_S) for p in running] == [0] * 4
    assert whole(directory, "csv", "gzip")[1] == entries(stack)
    assert len(data(directory, "csv.gz")) == 2 and not left(directory)


# --- going on in the topic ----------------------------------------------------------------
def go_on(stack, said, read):
    """The list of whoever begins with the snapshot and reads on from its offsets."""
    ends = {p["partition"]: p["offset"] for p in said["kafka"]["partitions"]}
    have = dict(read)
    for message in stack.read(said["kafka"]["topic"]):
        if message.offset() < ends[message.partition()]:
            continue
        entry = json.loads(message.value())
        if entry["status"] != "heartbeat" and \
                entry["version"] > have.get(entry["token"], ("", 0))[1]:
            have[entry["token"]] = (entry["status"], entry["version"])
    return have


def go_on_by_http(lookup, said, read):
    """The same by the changes after its cursor."""
    have, cursor_, more = dict(read), said["version"], True
    while more:
        status, page, _ = lookup.ask(
            "GET", f"/v1/lists/{LIST}/changes?limit=10000&after={cursor_}")
        assert status == 200, page
        for entry in page["changes"]:
            if entry["version"] > have.get(entry["token"], ("", 0))[1]:
                have[entry["token"]] = (entry["status"], entry["version"])
        cursor_, more = page["next"], page["more"]
    return have


def test_snapshot_and_topic_make_the_list_while_publishing_runs_hard(stack, directory):
    for name in ("publish", "publish-2"):
        stack.start("publish", name=name)
    stop = threading.Event()

    def press():
        other = Facts(stack)
        for i in range(10_000):
            if stop.is_set():
                return
            names = [f"hard{i}-{k}@example.com" for k in range(40)]
            other.make(names)
            for name in names:
                other.add(name, "OPTOUT")
            other.commit()
    pressing = threading.Thread(target=press)
    pressing.start()
    made = []
    try:
        wait_until(lambda: entries(stack), what="the first entries")
        # five, and as many more as it takes that something was published in between
        while len(made) < 5 or len(made) < 50 and len(made[0][1]) == len(made[-1][1]):
            form = ("csv", "ndjson")[len(made) % 2]
            snapshot(stack, directory, "--format", form)
            made.append(whole(directory, form))
    finally:
        stop.set()
        pressing.join()
    settle(stack)
    end = entries(stack)
    assert len(made[0][1]) < len(made[-1][1]) <= len(end)
    lookup = Lookup(stack)
    for said, read in made:
        assert go_on(stack, said, read) == end
        assert go_on_by_http(lookup, said, read) == end


def test_an_entry_delivered_but_not_committed_is_waited_for(stack, directory):
    """The window that the order of things closes: on the topic below the offsets, not yet
    in the table."""
    fill(stack, 10)
    stack.start("publish")
    wait_until(lambda: f"suppression.{LIST}" in stack.topics(), what="the topic")
    with psycopg2.connect(stack.cluster.url(stack.database)) as publisher:
        with publisher.cursor() as cursor_:
            cursor_.execute(
                "INSERT INTO list_entry SELECT md5('late')::uuid, list, 1, rule, reason,"
                " 999999999, entry, effective, known, 'late' FROM list_entry LIMIT 1")
            stack.produce(f"suppression.{LIST}", {
                "list": LIST, "token": "late", "status": "suppressed",
                "version": 999999999}, key="late")
            waiting = subprocess.Popen(command(stack, directory))
            with pytest.raises(subprocess.TimeoutExpired):
                waiting.wait(1.5)
            publisher.commit()
    assert waiting.wait(CTL_S) == 0
    said, read = whole(directory)
    assert sum(p["offset"] for p in said["kafka"]["partitions"]) >= 1
    assert read["late"] == ("suppressed", 999999999)
    assert go_on(stack, said, read) == entries(stack)


# --- size ---------------------------------------------------------------------------------
def peak_kib(argv):
    done = subprocess.Popen(argv, stdout=subprocess.DEVNULL)
    _, status, used = os.wait4(done.pid, 0)
    done.returncode = os.waitstatus_to_exitcode(status)
    assert done.returncode == 0
    return used.ru_maxrss


@pytest.mark.plain
def test_memory_does_not_grow_with_the_list(stack, directory):
    fill(stack, 1000)
    forms = [("csv", "zstd"), ("ndjson", "gzip")]
    few = [peak_kib(command(stack, directory, "--format", f, "--compress", c))
           for f, c in forms]
    stack.sql("TRUNCATE list_entry")
    fill(stack, 400_000)
    many = [peak_kib(command(stack, directory, "--format", f, "--compress", c))
            for f, c in forms]
    assert manifest(directory, *forms[0])["rows"] == 400_000
    for less, more in zip(few, many):
        assert more < less + 2048, f"{less} KiB for a thousand, {more} KiB for 400,000"
