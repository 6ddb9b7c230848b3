"""Deltas by HTTP: whoever folds the pages has the list, wherever the pages end."""
import concurrent.futures
import datetime
import json
import random
import time

import psycopg2
import pytest

from facts import Facts, now, token
from hands import wait_until
from lists import assert_the_log_says_what_the_table_says, entries, held, quiet
import snapshots

LIST = "promotional-email"
EVENTS = "us-events-email"
ZEROS = ".".join(["0"] * 16)


def changes(lookup, listed=LIST, name="dpo", **arguments):
    query = "&".join(f"{k}={v}" for k, v in arguments.items())
    return lookup.ask("GET", f"/v1/lists/{listed}/changes?{query}", token=name)


class Reader:
    """A recipient: folds what it is given, and is strict about it."""

    def __init__(self, lookup, listed=LIST, after=None):
        self.lookup, self.listed, self.after = lookup, listed, after
        self.table = {}  # token: (status, version)
        self.given = 0

    def page(self, limit):
        arguments = {"limit": limit} | ({"after": self.after} if self.after else {})
        status, found, _ = changes(self.lookup, self.listed, **arguments)
        assert status == 200, found
        assert found["list"] == self.listed and len(found["changes"]) <= limit
        self.given += len(found["changes"])
        for entry in found["changes"]:
            assert entry["list"] == self.listed
            assert entry["version"] > self.table.get(entry["token"], ("", 0))[1], "stale"
            self.table[entry["token"]] = (entry["status"], entry["version"])
        self.after = found["next"]
        return found

    def catch_up(self, dice):
        while self.page(dice.choice((1, 2, 3, 7, 50, 1000)))["more"]:
            pass


def test_a_page_holds_entries_as_on_kafka_and_a_cursor(lookup):
    stack = lookup.stack
    stack.start("publish")
    world = Facts(stack)
    ledger = world.add("a@example.com", "OPTOUT")
    world.commit()
    wait_until(lambda: entries(stack) and quiet(stack), what="the entry")
    status, first, _ = changes(lookup)
    assert status == 200
    said = stack.read_table("suppression." + LIST)[token("a@example.com")]
    assert first["changes"] == [said] and said["entry"] == ledger
    assert first["more"] is False and first["list"] == LIST
    at = datetime.datetime.fromisoformat(first["at"].replace("Z", "+00:00"))
    assert abs((now() - at).total_seconds()) < 60
    status, after, _ = changes(lookup, after=first["next"])
    assert (status, after["changes"], after["next"]) == (200, [], first["next"])
    assert changes(lookup, after=ZEROS)[1]["changes"] == first["changes"]
    route = stack.value("SELECT count(*) FROM v_lookup_audit WHERE route = 'changes'"
                        " AND outcome = 'shown'")
    assert route == 3


def test_only_the_recipient_may_read_its_lists(lookup):
    assert changes(lookup, name="mailing")[0] == 200
    assert changes(lookup, name="auditor")[0] == 200
    foreign, unknown = (changes(lookup, listed, "mailing") for listed in (EVENTS, "no-such"))
    assert foreign[0] == unknown[0] == 404 and foreign[1] == unknown[1]
    assert changes(lookup, name="reseller")[0] == 403


def test_what_a_list_said_of_somebody_is_kept(lookup):
    """Word by word, the last first; and nobody can change it."""
    stack = lookup.stack
    stack.start("publish")
    world = Facts(stack)
    expected = []
    for kind, status in (("OPTOUT", "suppressed"), ("GRANT", "released"),
                         ("WITHDRAWAL", "suppressed")):
        world.add("a@example.com", kind, purpose="communication.events",
                  occurred=now(-100 + len(expected)))
        world.add("b@example.com", "OPTOUT")
        world.commit()
        expected.insert(0, status)
        wait_until(lambda: quiet(stack) and entries(stack, EVENTS), what="the word")
    said = stack.sql("SELECT word_of('list_status', status), version, former, heard IS NOT NULL,"
                     " at FROM list_history(%s, %s)", EVENTS, world.key("a@example.com"))
    assert [row[0] for row in said] == expected
    assert [row[2] for row in said] == [row[1] for row in said[1:]] + [0]
    assert all(row[3] for row in said)
    assert [row[4] for row in said] == sorted((row[4] for row in said), reverse=True)
    for change in ("UPDATE list_change SET status = 2", "DELETE FROM list_change",
                   "TRUNCATE list_change"):
        with pytest.raises(psycopg2.Error, match="append-only"):
            stack.sql(change)


def test_bad_questions(lookup):
    for arguments in ({"limit": 0}, {"limit": 10001}, {"limit": "x"}, {"limit": ""},
                      {"limit": "-1"}, {"limit": "1e3"}, {"wait": 31}, {"wait": "1.5"}):
        assert changes(lookup, **arguments)[0] == 400, arguments
    for cursor in ("", "0", ZEROS + ".0", "-1" + ZEROS[1:], "9" * 19 + ZEROS[1:] + "0x"):
        status, problem, _ = changes(lookup, after=cursor)
        assert status == 400 and problem["type"].endswith(":bad-cursor"), cursor
    assert changes(lookup, limits=3)[0] == 400


def test_a_cursor_that_is_no_place_on_the_list(lookup):
    stack = lookup.stack
    stack.start("publish")
    world = Facts(stack)
    for i in range(20):
        world.add(f"n{i}@example.com", "OPTOUT")
    world.commit()
    wait_until(lambda: len(entries(stack)) == 20 and quiet(stack), what="the entries")
    status, page, _ = changes(lookup, EVENTS)
    assert status == 200 and page["changes"]
    ahead = [str(10 * int(v) + 7) if v != "0" else v for v in page["next"].split(".")]
    for cursor in (page["next"], ".".join(ahead)):
        status, problem, _ = changes(lookup, LIST, after=cursor)
        assert status == 410 and problem["type"].endswith(":cursor-gone"), problem
        assert "snapshot" in problem["detail"]


def new_list(stack, directory, name):
    path = directory / "more.json"
    path.write_text(json.dumps({"register": "more", "lists": [
        {"id": name, "controller": "sectigo-limited", "purpose": "*promotional",
         "channel": "email", "polarity": "deny", "recipient": "mta-eu1",
         "profile": "sha256-hex"}]}))
    stack.ctl("register", "apply", path)


def from_snapshot(lookup, directory, listed):
    """A reader that begins with a snapshot, made while publish works."""
    lookup.stack.ctl("list", "snapshot", listed, "--dir", directory)
    said = snapshots.manifest(directory, listed=listed)
    reader = Reader(lookup, listed, said["version"])
    reader.table = snapshots.tokens(directory, said)
    return reader


def test_folding_the_deltas_gives_the_list(lookup, tmp_path):
    """Any interleaving of events, new lists, snapshots and readers, with pages of any length."""
    stack = lookup.stack
    seed = random.randrange(1 << 32)
    print(f"seed {seed}")
    dice = random.Random(seed)
    stack.start("publish")
    stack.start("keeper")
    world = Facts(stack)
    names = [f"fold{i}@example.com" for i in range(60)]
    world.make(names)
    readers = [Reader(lookup, LIST), Reader(lookup, EVENTS)]
    for turn in range(14):
        for name in dice.sample(names, dice.randint(1, 25)):
            world.add(name, dice.choice(("OPTOUT", "GRANT", "GRANT", "WITHDRAWAL")),
                      purpose=dice.choice(("communication.events", "*promotional"))
                      if dice.random() < .5 else "communication.events",
                      occurred=now(-dice.randint(0, 3600)))
        world.commit()
        if turn == 5:  # a list made while everything runs
            new_list(stack, tmp_path, "late-email")
            readers.append(Reader(lookup, "late-email"))
        if dice.random() < .3:
            readers.append(from_snapshot(lookup, tmp_path, dice.choice((LIST, EVENTS))))
        if turn == 8:
            stack.sql("INSERT INTO dirty (contact, shard, cause, known)"
                      " SELECT contact, shard_of(contact), 5, now() FROM contact")
        for reader in dice.sample(readers, dice.randint(0, len(readers))):
            reader.page(dice.choice((1, 3, 10, 100)))
        if dice.random() < .3:
            wait_until(lambda: quiet(stack), what="publish")
    wait_until(lambda: quiet(stack) and stack.value("SELECT count(*) = 0 FROM cascade"),
               what="the end")
    wait_until(lambda: quiet(stack), what="the end")
    assert entries(stack, "late-email")
    readers += [from_snapshot(lookup, tmp_path, name) for name in (LIST, "late-email")]
    assert all(r.table == entries(stack, r.listed) for r in readers[-2:]), f"seed {seed}"
    fresh = [Reader(lookup, LIST), Reader(lookup, EVENTS)]
    for reader in readers + fresh:
        reader.catch_up(dice)
        assert reader.table == entries(stack, reader.listed), f"seed {seed}"
    assert all(reader.given == len(reader.table) for reader in fresh), "overtaken, and told"
    assert_the_log_says_what_the_table_says(stack)
    assert stack.ctl_json("rebuild")["different"] == 0, f"seed {seed}"


def test_a_shard_that_commits_late_is_not_passed_over(lookup):
    """Two publishers, each with versions of its own: a lower one may come after a higher one."""
    stack = lookup.stack
    stack.start("publish")
    stack.start("publish", name="publish-2")
    world, reader = Facts(stack), Reader(lookup)

    def say(name):
        world.add(name, "OPTOUT")
        world.commit()
        wait_until(lambda: token(name) in entries(stack), what=name)
        return entries(stack)[token(name)][1]

    def overtaken(names):
        """Unless a shard changes hands just then: True when it was the case itself."""
        wait_until(lambda: sorted(held(stack).values()) == [8, 8], what="a fair share")
        world.make(names)
        owners = dict(stack.sql("SELECT shard, owner FROM publish_shard"))
        groups = {}
        for name in names:
            groups.setdefault(owners[world.key(name).bytes[0] >> 4], []).append(name)
        low, high = sorted((say(group[0]), group) for group in groups.values())
        say(high[1][1])
        reader.catch_up(random)
        was_low = say(low[1][1]) < high[0]
        reader.catch_up(random)
        assert reader.table == entries(stack)
        return was_low
    assert any(overtaken([f"late{turn}-{i}@example.com" for i in range(40)])
               for turn in range(5)), "the case itself"


@pytest.mark.alone
def test_a_long_poll_answers_when_there_is_something(lookup):
    stack = lookup.stack
    stack.start("publish")
    world = Facts(stack)
    world.make([f"poll{i}@example.com" for i in range(6)])
    start = time.monotonic()
    assert changes(lookup, wait=1)[1]["changes"] == []
    assert .9 < time.monotonic() - start < 20, "held back for the second"
    after = changes(lookup)[1]["next"]
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        for i in range(6):  # several readers, one of them of a list on which nothing happens
            waiting = [pool.submit(changes, lookup, LIST, after=after, wait=20)
                       for _ in range(5)]
            quiet_one = pool.submit(changes, lookup, "promotional-phone", wait=2)
            time.sleep(.1 * (i % 3))
            assert not any(one.done() for one in waiting)
            said = time.monotonic()
            world.add(f"poll{i}@example.com", "OPTOUT")
            world.commit()
            found = [one.result() for one in waiting]
            assert time.monotonic() - said < 12, "told, and not asked again"
            assert {f[0] for f in found} == {200}
            assert {e["token"] for f in found for e in f[1]["changes"]} \
                == {token(f"poll{i}@example.com")}
            after = found[0][1]["next"]
            assert quiet_one.result()[1]["changes"] == []
    audited = stack.value("SELECT count(*) FROM v_lookup_audit WHERE route = 'changes'")
    assert audited == 2 + 6 * 6, "once an answer, however often it was asked again"


def test_a_long_poll_outlives_the_database(lookup):
    """The watcher's connection breaks while somebody waits."""
    stack = lookup.stack
    stack.start("publish")
    world = Facts(stack)
    world.make(["wake@example.com"])
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(changes, lookup, wait=30)
        time.sleep(.3)
        world.add("wake@example.com", "OPTOUT")
        stack.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                  " WHERE application_name = 'consent-lookup watch'")
        world.commit()  # while nobody watches
        said = time.monotonic()
        status, found, _ = waiting.result()
        assert status == 200 and len(found["changes"]) == 1
        assert time.monotonic() - said < 20
