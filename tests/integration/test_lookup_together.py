"""Decisions that wait at the same time are answered together: each its own answer, one commit
for all, and none before its row of the audit is on the disk."""
import os
import signal
import threading

import psycopg2
import pytest
from asking import Lookup, query
from facts import Facts
from hands import wait_until

ASKED = 32


@pytest.fixture(name="held")
def held_(stack):
    """Nobody reads a fact until it is let go."""
    db = psycopg2.connect(stack.cluster.url(stack.database))
    db.cursor().execute("LOCK TABLE fact IN ACCESS EXCLUSIVE MODE")
    yield db
    db.close()


def waiting(stack):
    return stack.value("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
                       " AND application_name = 'consent-lookup'")


def ask_all(lookup, bodies, let_go):
    """(token, body, path)s asked at once, while nothing can be answered; their answers."""
    found = [None] * len(bodies)

    def ask(i):
        token, body, path = bodies[i]
        found[i] = lookup.ask("POST", path, body, token)[:2]
    threads = [threading.Thread(target=ask, args=(i,)) for i in range(len(bodies))]
    for n, thread in enumerate(threads[:2]):
        thread.start()  # one after the other: both at once could go together
        wait_until(lambda n=n: waiting(lookup.stack) == n + 1, what=f"{n + 1} to wait for facts")
    for thread in threads[2:]:
        thread.start()
    wait_until(lambda: all(t.is_alive() for t in threads), what="all asked")
    lookup.ask("GET", "/healthz", token=None)
    let_go.rollback()
    for thread in threads:
        thread.join(60)
    return found


def test_each_gets_its_own_answer(stack, request):
    """Of other tokens and contacts, with and without a reason, over budget, wrong: whoever is
    asked about beside them."""
    lookup = Lookup(stack, deadline_ms=120000)
    lookup.token("few", "mailing", "--budget", "3")
    world = Facts(stack)
    names = [f"t{i}@example.com" for i in range(ASKED)]
    world.make(names)
    for name in names[::2]:
        world.add(name, "OPTOUT")
    world.commit()
    lookup.decide(query())  # the plans are there
    before = len(lookup.audit())
    bodies = [(("dpo", "mailing")[i % 3 > 0], {"queries": [query(n)]},
               "/v1/decisions" + "?explain=true" * (i % 3 == 0)) for i, n in enumerate(names)]
    bodies += [("few", {"queries": [query(f"few{i}@example.com")]}, "/v1/decisions")
               for i in range(5)]
    bodies += [("dpo", {"queries": [query("nobody")]}, "/v1/decisions"),
               ("dpo", {"queries": [query(purpose="marketing.promotion")]}, "/v1/decisions"),
               ("mailing", {"queries": [query(channel="post")]},
                "/v1/decisions"),
               ("reseller", {"queries": [query()]}, "/v1/decisions"),
               ("dpo", {"queries": [query(known="2020-01-01T00:00:00Z")]}, "/v1/decisions")]
    found = ask_all(lookup, bodies, request.getfixturevalue("held"))
    for i, (status, answer) in enumerate(found[:ASKED]):
        assert status == 200, answer
        one, = answer["decisions"]
        assert one["reason"] == ("OPTOUT" if i % 2 == 0 else "NO_GRANT"), (i, one)
        assert ("trace" in one) == (i % 3 == 0)
        assert bool(one["evidence"]) == (i % 3 == 0 and i % 2 == 0)
    assert sorted(status for status, _ in found[ASKED:ASKED + 5]) == [200] * 3 + [429] * 2
    assert [status for status, _ in found[ASKED + 5:]] == [422, 422, 403, 403, 200]
    assert "did you mean" in found[ASKED + 6][1]["detail"]
    rows = lookup.audit()[before:]
    for i, name in enumerate(names):
        mine = [(token, outcome) for token, _, outcome, contact, *_ in rows
                if contact == world.keys[name]]
        assert mine == [(lookup.ids["mailing" if i % 3 else "dpo"], "deny")], name
    outcomes = [outcome for token, _, outcome, *_ in rows if token == lookup.ids["few"]]
    assert sorted(outcomes) == ["deny"] * 3 + ["over_budget"] * 2
    # ... and those that waited shared a commit.
    groups = stack.value("SELECT count(DISTINCT xact) FROM lookup_audit WHERE contact IN"
                         " (SELECT contact FROM fact UNION SELECT contact FROM contact)")
    assert groups < ASKED


def test_an_answer_is_in_the_audit_whatever_happens(stack):
    """PostgreSQL dies at once, in the middle of many: what was answered is written."""
    lookup = Lookup(stack)
    answered, stopped = [[] for _ in range(8)], threading.Event()

    def ask(kept, k):
        connection = lookup.connect()
        n = 0
        while not stopped.is_set():
            name = f"d{k}-{n}@example.com"
            if lookup.ask("POST", "/v1/decisions", {"queries": [query(name)]},
                          connection=connection)[0] != 200:
                break
            kept.append(name)
            n += 1
        connection.close()
    threads = [threading.Thread(target=ask, args=(kept, k)) for k, kept in enumerate(answered)]
    for thread in threads:
        thread.start()
    wait_until(lambda: sum(map(len, answered)) > 300, 120, "answers")
    postmaster = stack.cluster.daemon.pid()
    os.kill(postmaster, signal.SIGSTOP)  # so that it does not tidy up
    try:
        with open(f"/proc/{postmaster}/task/{postmaster}/children", encoding="ascii") as file:
            children = [int(pid) for pid in file.read().split()]
        for pid in children:
            os.kill(pid, signal.SIGKILL)
        stopped.set()
        stack.cluster.kill()
        for thread in threads:
            thread.join(60)
    finally:
        stack.cluster.start()
    names = [name for kept in answered for name in kept]
    world = Facts(stack)
    world.make(names)
    audited = {contact for _, _, _, contact, *_ in lookup.audit("contact IS NOT NULL")}
    assert not [name for name in names if world.keys[name] not in audited]
