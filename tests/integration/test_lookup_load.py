"""consent-lookup under load: slow clients, wrong tokens, and what its timing tells."""
import concurrent.futures
import statistics
import time

import pytest
from asking import Lookup, query
from facts import Facts, now
from loading import load, request

pytestmark = pytest.mark.alone

PAIR = ("known@example.com", "never@example.com")


def one(email="a@example.com"):
    return {"queries": [query(email)]}


def known(lookup):
    """PAIR's first has been brought by a source that is not the reseller's; neither may be
    written to."""
    world = Facts(lookup.stack)
    for _ in range(2):
        world.add(PAIR[0], "GRANT", source="sectigo.com", purpose="communication.events")
    world.commit()


def test_slow_clients_keep_nobody_waiting(stack, tmp_path):
    """1,000 connections that say a byte every ten seconds, beside four that ask. Time enough
    for them to stay: else they would be cut by the deadline, and cost less."""
    lookup = Lookup(stack, deadline_ms=120000, idle_s=60)
    port = stack.port("lookup")
    ask = request(tmp_path / "ask", lookup.tokens["mailing"], body=one())
    load(port, 4, 1000, ask)
    rounds = []
    # The machine is shared: what counts is the worse of before and after, and the best round.
    while len(rounds) < 6 and not any(with_p99 <= 2 * without + 1
                                      for without, with_p99 in rounds):
        before = load(port, 4, 3000, ask)
        beside = load("--slow", 1000, port, 4, 3000, ask)
        after = load(port, 4, 3000, ask)
        assert beside["statuses"] == {"200": 3000}
        assert beside["slow_open"] == 1000, "they were not there"
        rounds.append((max(before["p99"], after["p99"]), beside["p99"]))
    assert rounds[-1][1] <= 2 * rounds[-1][0] + 1, rounds


@pytest.mark.plain
def test_a_hundred_thousand_wrong_tokens(lookup, tmp_path):
    """Guesses at ids, at the secret of a token that exists, and at the form: all 401, all
    counted, nothing kept of them, and nothing spent."""
    stack, port = lookup.stack, lookup.stack.port("lookup")
    secret = "A" * 43
    wrong = [request(tmp_path / name, token, body=one()) for name, token in (
        ("id", f"cmq_@@@@@@@@_{secret}"),
        ("secret", f"cmq_{lookup.ids['mailing']}_@@@@@@@@{secret[8:]}"),
        ("form", "@@@@@@@@"),
        ("cut", lookup.tokens["mailing"][:-1]))]
    load(port, 8, 4000, *wrong)
    before = stack.metrics("lookup")["process_resident_memory_bytes"]
    found = load(port, 8, 100000, *wrong)
    assert found["statuses"] == {"401": 100000}
    after = stack.metrics("lookup")
    assert after["consent_lookup_unknown_tokens_total"] == 104000
    assert after["process_resident_memory_bytes"] < before + (4 << 20)
    assert not lookup.audit()
    assert lookup.decide(query(), token="mailing")


def test_time_does_not_tell_a_reseller_who_is_known(lookup, tmp_path):
    """Welch's t between a contact that others brought and one that nobody has heard of. The
    same with ten times as many samples is in the benchmark."""
    known(lookup)
    files = [request(tmp_path / name, lookup.tokens["reseller"], "/v1/provenance",
                     {"contact": {"email": name}}) for name in PAIR]
    answers = [lookup.ask("POST", "/v1/provenance", {"contact": {"email": name}}, "reseller")
               for name in PAIR]
    for _, said, _ in answers:
        del said["contact"]["key"]
    assert answers[0][:2] == answers[1][:2]
    found = load("--welch", lookup.stack.port("lookup"), 8, 10000, *files)
    assert abs(found["t"]) < 4.5 and abs(found["t_quick"]) < 4.5, found
    # All take the same number of the same steps.
    assert found["p50_us"] > 9900, found


def test_nor_do_answers_a_second(lookup, tmp_path):
    """More requests at once than the steps of time hide: rounds of each kind in turns, and the
    paired t of their differences. A busy machine makes it smaller, never larger; and of ten
    rounds one time in 700 chance alone makes it large. More rounds make that less, and a
    difference that is there more."""
    world = Facts(lookup.stack)
    for i in range(20):
        world.add(PAIR[0], "OPTOUT", source="sectigo.com", occurred=now(-9000 + i))
    world.commit()
    files = [request(tmp_path / name, lookup.tokens["reseller"], "/v1/provenance",
                     {"contact": {"email": name}}) for name in PAIR]
    rounds = []

    def t():  # the first warms up
        return statistics.mean(rounds[1:]) / (statistics.stdev(rounds[1:]) / len(rounds[1:]) ** 0.5)
    while len(rounds) < 11 or abs(t()) >= 4.5 and len(rounds) < 61:
        seconds = {}
        for file in files if len(rounds) % 2 == 0 else files[::-1]:
            found = load(lookup.stack.port("lookup"), 64, 300, file)
            assert found["statuses"] == {"200": 300}
            seconds[file] = found["seconds"]
        rounds.append(seconds[files[0]] - seconds[files[1]])
    assert abs(t()) < 4.5, (t(), rounds)


def test_every_route_at_once(lookup, tmp_path):
    """Decisions, provenance, lists, metrics, changes with and without waiting, snapshots and
    scrubs by parallel clients, while the register changes and tokens come and go: for the
    sanitizers."""
    stack, port = lookup.stack, lookup.stack.port("lookup")
    world = Facts(stack)
    names = [f"busy{i}@example.com" for i in range(200)]
    world.make(names)
    for name in names[::2]:
        world.add(name, "OPTOUT")
    world.commit()
    dpo, mailing = lookup.tokens["dpo"], lookup.tokens["mailing"]
    many = {"queries": [query(n) for n in names]}
    asked = [request(tmp_path / f"r{i}", *what) for i, what in enumerate((
        (dpo, "/v1/decisions", one(names[0])), (mailing, "/v1/decisions", many),
        (dpo, "/v1/decisions?explain=true", many),
        (dpo, "/v1/provenance", {"contact": {"email": names[2]}}),
        (lookup.tokens["reseller"], "/v1/provenance", {"contact": {"email": names[2]}}),
        (mailing, "/v1/lists"), (dpo, "/metrics"), (dpo, "/readyz"), (dpo, "/v1/me"),
        (mailing, "/v1/lists/promotional-email/changes"),
        (mailing, "/v1/lists/promotional-email/snapshot"),
        (mailing, "/v1/lists/promotional-email/scrub",
         ("email\n" + "\n".join(names * 50)).encode(), "text/csv"),
        (dpo, "/v1/decisions", {"queries": "wrong"}), ("cmq_@@@@@@@@_x", "/v1/lists")))]
    end = time.monotonic() + 6
    cursor = lookup.ask("GET", "/v1/lists/promotional-email/changes", token="mailing")[1]["next"]
    waiting = request(tmp_path / "waiting", mailing,
                      f"/v1/lists/promotional-email/changes?wait=1&after={cursor}")
    with concurrent.futures.ThreadPoolExecutor(3) as pool:
        busy = [pool.submit(load, port, 6, 1500, *asked), pool.submit(load, port, 20, 60, waiting),
                pool.submit(load, "--slow", 50, port, 4, 1000, *reversed(asked))]
        while time.monotonic() < end and not all(b.done() for b in busy):
            stack.sql("UPDATE register_version SET version = version + 1")
            made = lookup.token("passing", "dpo")
            stack.ctl("token", "revoke", str(made["id"]))
            time.sleep(0.2)
        found = [b.result() for b in busy]
    assert {s for f in found for s in f["statuses"]} <= {"200", "401", "422", "503"}, found
    assert sum(f["statuses"]["200"] for f in found) > 1500, found
    assert lookup.decide(query(names[0]))[0]["reason"] == "OPTOUT"
    stack.stop()
